"""oirisk: nightly cross-exchange open interest with its units, its coverage and its doubts."""

__version__ = "0.1.0"
