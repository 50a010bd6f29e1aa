"""Cards of the page Overview."""
