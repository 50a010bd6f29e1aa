"""Everything that is asked for over HTTP, and what keeps others out."""
