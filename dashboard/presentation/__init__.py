"""Colours, number formats, words for people, and the HTML in which they stand."""
