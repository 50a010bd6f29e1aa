"""Reports: what is told to people who do not open the pages, as one printable document."""
