"""Cards of the page Returns."""
