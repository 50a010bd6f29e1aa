"""From frames to sentences and packs."""
