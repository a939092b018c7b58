"""A made-up market of any size, and a warehouse with a long history of it."""
