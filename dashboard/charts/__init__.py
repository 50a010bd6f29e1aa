"""Figures: small frames in, Plotly figures out. They draw and compute nothing."""
