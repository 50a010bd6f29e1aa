"""The SQL store: its tables, its connections, and who reads and writes them."""
