"""From tallies to rates, intervals, scores, curves, alerts and suggestions."""
