"""What the numbers are: names, rules, periods, intervals."""
