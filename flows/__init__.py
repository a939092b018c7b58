"""What runs and when, and everything that touches the outside world."""
