"""Files of users: recognise, read, and load what is accepted."""
