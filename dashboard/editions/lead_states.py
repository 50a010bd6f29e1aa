"""What is made of some leads' facts: how deliveries stand, how they stood before, and steps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import narwhals as nw
import polars as pl

from dashboard.editions.edition import sorted_cells, stated, tallied
from metrics.outcomes import changes, tallies

if TYPE_CHECKING:
    from metrics.definitions.report_calendar import ReportZone
    from metrics.definitions.rules import Rules
    from metrics.definitions.scope import Clock


@dataclass(frozen=True, slots=True)
class LeadStates:
    """Of complete facts of some leads: `outcomes` hold, `earlier` held before them.

    Both have the columns of `state_history` that tell since when (and until when), `steps` those
    of `changes`; `crowded` are the leads of which only the latest state is known.
    """

    outcomes: pl.DataFrame
    earlier: pl.DataFrame
    steps: pl.DataFrame
    crowded: list[str]

    @property
    def frames(self) -> dict[str, pl.DataFrame]:
        """The frames by the names under which they are kept."""
        return {"outcomes": self.outcomes, "earlier": self.earlier, "steps": self.steps}


def lead_states(  # noqa: PLR0913 - three frames and, keyword-only, how to read them
    attempts: pl.DataFrame,
    feedback: pl.DataFrame,
    aliases: pl.DataFrame,
    *,
    as_of_us: int,
    zone: ReportZone,
    rules: Rules,
) -> LeadStates:
    """Everything that is kept of some leads, of all their facts that count."""
    states = stated(attempts, feedback, aliases, as_of_us=as_of_us, zone=zone, rules=rules)
    now = pl.col("until_us").is_null()
    latest = states.filter(now).drop("until_us")
    crowded = latest.filter(pl.col("from_us").is_null())["lead_id"].unique().to_list()
    return LeadStates(latest, states.filter(~now), changes.steps(states), crowded)


def exchanged(
    cells: pl.DataFrame, before: pl.DataFrame, after: pl.DataFrame, clock: Clock
) -> pl.DataFrame:
    """A wide tally in which some leads' outcomes are exchanged for others."""
    summands = [
        nw.from_native(cells.lazy()),
        tallies.negative(nw.from_native(tallied(before, clock).lazy())),
        nw.from_native(tallied(after, clock).lazy()),
    ]
    return sorted_cells(tallies.add(summands))
