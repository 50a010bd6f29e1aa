"""One consistent version of facts, outcomes and tallies: made, read, and worked from."""
