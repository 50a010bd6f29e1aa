"""A question about the store, and what comes of it: rows, files, leads."""
