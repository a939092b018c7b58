"""A simulated market with real accounts, so that the true liquidation map is always known."""
