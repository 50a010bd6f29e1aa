"""What pages are made of: cards and forms, one module a subject; page scripts put them together."""
