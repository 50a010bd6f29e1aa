"""A market made up, and the truth about it."""
