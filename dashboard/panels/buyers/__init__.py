"""Cards of the page Buyers."""
