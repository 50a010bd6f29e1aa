"""Frames in, frames out: what every number means, as pure functions."""
