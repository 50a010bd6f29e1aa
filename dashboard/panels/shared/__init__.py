"""Cards that stand on several pages."""
