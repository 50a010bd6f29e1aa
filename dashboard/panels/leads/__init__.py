"""Cards of the page Leads."""
