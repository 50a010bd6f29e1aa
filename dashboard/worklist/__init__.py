"""Findings with what somebody decided about them."""
