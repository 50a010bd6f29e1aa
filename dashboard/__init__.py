"""Frames to screens, files and HTTP; it computes nothing."""
