"""Open interest from position events: fills, liquidations, settlements (M01)."""
