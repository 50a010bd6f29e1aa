"""Sources: which sources bring leads that convert?"""

from dashboard import address, cards, empty_states, figures, profile
from dashboard.charts import ranking
from dashboard.data import book
from metrics.catalogue import number

asked, status = address.asked(), book().status()
scope = asked.scope
COLUMNS = (
    *("name", "delivered", "feedback", "coverage", "converted", "conversion_rate"),
    *("conversion_range", "contact_rate", "returned", "return_rate", "margin_cents", "id"),
)


def compare() -> None:
    """Every source as dot and range, then as a table."""
    numbers = book().table("headline", scope)
    if not figures.value(numbers, "attempted") and not figures.value(numbers, "feedback"):
        empty_states.no_rows(asked, status)
        return
    key = address.choice("metric", figures.RANKINGS, "conversion_rate")
    kind = figures.ranked(scope, key)
    first = "Lowest first." if kind.lowest_first else "Best first."
    card = cards.Card(
        key="ranking",
        title=f"{kind.label} by source",
        how=f"{first} Line: likely range; where lines overlap, the order may be chance. Dot size: "
        f"how many are counted; hollow: fewer than {ranking.FEW}. Click a dot for its profile.",
        columns=("name", kind.base, key, f"{key.removesuffix('_rate')}_range", "id"),
        table="sources",
    )
    cards.show(
        card,
        lambda: book().table("sources", scope),
        lambda rows, colours: ranking.figure(
            rows, kind, colours, overall=figures.value(numbers, key)
        ),
        cards.Extras(
            controls=lambda: figures.switch(
                "metric", key, {name: number(name).label for name in figures.RANKINGS}
            ),
            on_click=figures.only_source,
        ),
    )
    table = cards.Card(
        key="sources_table",
        title="All numbers",
        how="Tick a row to look at one source; click a heading to sort.",
        columns=COLUMNS,
        table="sources",
        leads={"status": "delivered"},
        currency=status.currency,
    )
    cards.show(
        table,
        lambda: book().table("sources", scope).sort("delivered", "id", descending=[True, False]),
        None,
        cards.Extras(on_row=lambda row: figures.only_source(row["id"])),
    )


with cards.guarded("The sources"):
    if len(scope.source) == 1:
        profile.source(scope.source[0], asked, status)
    else:
        compare()
