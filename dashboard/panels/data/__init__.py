"""Tabs of the page Data."""
