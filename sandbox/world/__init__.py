"""Accounts that trade: every position with entry, leverage and liquidation price."""
