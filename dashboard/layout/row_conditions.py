"""Conditions on single deliveries in words: what they are called and what can be chosen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from dashboard.presentation import formats
from dashboard.query import filters
from metrics.definitions.reasons import GROUPS, OTHER, REASONS
from metrics.outcomes.contradictions import CODES

if TYPE_CHECKING:
    from dashboard.query.filters import Query

_YES_NO: Final = {"true": "Yes", "false": "No"}
ONE: Final[dict[str, tuple[str, dict[str, str]]]] = {
    "status": ("Offer", {"delivered": "Went through", "failed": "Did not go through"}),
    "feedback": ("Feedback", {"any": "Any", "none": "No word yet"}),
    "contacted": ("Spoken to", _YES_NO),
    "interested": ("Interested or sold", _YES_NO),
    "converted": ("Sale", _YES_NO),
    "returned": ("Returned", _YES_NO),
    "rated": ("Counted for tiers and suggestions", _YES_NO),
}
MANY: Final[dict[str, tuple[str, dict[str, str]]]] = {
    "outcome": ("Result", {key: text for key, text in formats.OUTCOMES.items() if key != "silent"}),
    "reason_group": ("Kind of reason", {g: formats.reason_group(g) for g in GROUPS}),
    "reason": ("Reason", {r: formats.reason(r) for r in (*REASONS, OTHER)}),
    "return_state": ("Return", {state: state.capitalize() for state in filters.RETURN_STATES}),
    "contradiction": ("Contradiction", {"any": "Any", "none": "None", **CODES}),
}
AGES: Final = {"min_age_days": "At least days old", "max_age_days": "At most days old"}


def conditions(query: Query) -> list[str]:
    """The conditions on rows in words."""
    rows = query.scope.rows
    given = []
    for name, (title, labels) in {**ONE, **MANY}.items():
        value: Any = getattr(rows, name)
        values = value if isinstance(value, tuple) else () if value is None else (value,)
        texts = [labels.get(str(v).lower(), str(v)) for v in values]
        if texts:
            given.append(f"{title}: {formats.listing(texts, 'or')}")
    given += [
        f"{title}: {getattr(rows, name)}"
        for name, title in AGES.items()
        if getattr(rows, name) is not None
    ]
    return given
