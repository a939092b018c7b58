"""Bybit: how it is asked for open interest and its history, and what its answers mean."""
