"""Sources: which sources bring leads that convert?"""

from dashboard.answers.workspace import workspace
from dashboard.charts import ranking
from dashboard.layout import address, cards
from dashboard.panels.shared import shared_cards
from dashboard.panels.sources import source_pair, source_profile, source_table
from metrics.definitions.catalogue import number

query, status = address.query(), workspace().status()
scope = query.scope


def compare() -> None:
    """Every source as dot and range, then as a table."""
    numbers = shared_cards.headline(query, status, "sources")
    if numbers is None:
        return
    key = address.choice("metric", shared_cards.RANKINGS, "conversion_rate")
    kind = shared_cards.ranked(scope, key)
    first = "Lowest first." if kind.lowest_first else "Best first."
    card = cards.Card(
        key="ranking",
        title=f"{kind.label} by source",
        how=f"{first} Line: likely range. Rows joined by a bracket on the right cannot be told "
        f"apart. Dot size: how many are counted; hollow: fewer than {ranking.FEW}. "
        f"{source_table.left_out(scope)}Click a dot for its profile.",
        columns=("name", kind.base, key, f"{key.removesuffix('_rate')}_range", "id"),
        table="sources",
    )
    cards.show(
        card,
        lambda: source_table.ranked(scope, kind),
        lambda rows, colours: ranking.figure(
            rows, kind, colours, overall=shared_cards.value(numbers, key), bracketed=True
        ),
        cards.Extras(
            controls=lambda: shared_cards.switch(
                "metric", key, {name: number(name).label for name in shared_cards.RANKINGS}
            ),
            chip=lambda _: shared_cards.chip(numbers),
            on_click=shared_cards.only_source,
        ),
    )
    source_table.show(scope, status)


with cards.guarded("The sources"):
    if len(scope.source) == 1:
        source_profile.source(scope.source[0], query, status)
    elif len(scope.source) == source_pair.PAIR:
        source_pair.show(query, status)
    else:
        compare()
