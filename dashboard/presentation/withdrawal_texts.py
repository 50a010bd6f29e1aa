"""What withdrawing or restoring an import changes, in a sentence."""

from __future__ import annotations

from dashboard.presentation import formats


def effect(deliveries: int, reports: int, price_cents: int, currency: str) -> str:
    """What counts no longer (below zero) and what counts again, or that nothing changes.

    >>> effect(-120, -85, -240_000, "USD")
    '120 deliveries for $2,400 and 85 reports count no longer.'
    >>> effect(0, 1, 0, "USD")
    '1 report counts again.'
    >>> effect(-1, 2, -1_950, "USD")
    '1 delivery for $19.50 counts no longer; 2 reports count again.'
    >>> effect(0, 0, 0, "USD")
    'No figure changes.'
    """
    sides = ((-1, "no longer"), (1, "again"))
    parts = []
    for sign, how in sides:
        things = []
        if deliveries * sign > 0:
            count = formats.quantity(deliveries * sign, "delivery", "deliveries")
            worth = formats.money(price_cents * sign, currency) if price_cents * sign > 0 else ""
            things.append(f"{count} for {worth}" if worth else count)
        if reports * sign > 0:
            things.append(formats.quantity(reports * sign, "report"))
        one = len(things) == 1 and abs(deliveries if deliveries * sign > 0 else reports) == 1
        if things:
            parts.append(f"{' and '.join(things)} {'counts' if one else 'count'} {how}")
    return f"{'; '.join(parts)}." if parts else "No figure changes."
