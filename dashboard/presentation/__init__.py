"""Colours, number formats and words for people."""
