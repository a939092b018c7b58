"""Simulated venues that print open interest in one unit and of one or both sides, and then change."""
