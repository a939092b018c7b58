"""From the rows of a user's file to facts, whole columns at a time."""
