"""Facts out of the store into versions of columnar files."""
