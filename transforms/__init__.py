"""Pure functions between contracts: rows in, rows out, no clock, no network, no database."""
