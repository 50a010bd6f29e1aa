"""Measured claims: every figure is a ratio of two ways tried in the same run."""
