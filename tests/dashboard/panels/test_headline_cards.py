"""How a number of the headline changed, in words."""

from dashboard.panels.shared import headline_cards


def test_without_a_period_before_the_reason_is_said() -> None:
    """It is that of the page."""
    row = {"key": "net_cents", "value": 1.0, "change": None, "previous": None, "verdict": None}
    assert headline_cards.change(row, "USD", "nothing before") == "nothing before"
    row |= {"change": 0.0, "previous": 98_150, "verdict": "level"}
    assert headline_cards.change(row, "USD", "nothing before") == "level, was $981.50"
    assert headline_cards.change(row | {"value": None}, "USD", "nothing before") == "no data"
