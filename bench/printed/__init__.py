"""Simulated venues that print sums of one side or of both, in one unit, and then change."""
