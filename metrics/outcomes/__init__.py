"""From deliveries and feedback to one outcome each, and to tallies that add up."""
