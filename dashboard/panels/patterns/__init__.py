"""Cards of the page Patterns."""
