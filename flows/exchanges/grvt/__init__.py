"""GRVT: how it is asked for open interest, and what its answers mean."""
