"""What the page Reports shows."""
