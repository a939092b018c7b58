"""What the figures of a venue are measured to mean: sides, unit and size (M38)."""
