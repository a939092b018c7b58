"""Models of leverage and liquidations: what is computed, not observed."""
