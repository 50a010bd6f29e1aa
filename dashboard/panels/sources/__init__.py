"""Cards of the page Sources."""
