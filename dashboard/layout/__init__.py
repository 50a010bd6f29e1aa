"""What every page is built of: address, header, filters, cards, grids."""
