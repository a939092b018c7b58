"""Rows of queries to a ``Report``: figures with their reasons, and what they state."""
