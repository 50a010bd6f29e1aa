"""What the page To do shows: the list, a case, a decision."""
