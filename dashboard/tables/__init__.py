"""Every table: its columns, its options, who makes it; one module a subject."""
