"""The page of reports: which one, of when, its body, its files, and publishing it."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

import streamlit as st

from dashboard.answers.workspace import workspace
from dashboard.layout import address, cards
from dashboard.layout.filter_bar import unique_labels
from dashboard.presentation import formats
from dashboard.presentation.markup import html
from dashboard.query import filters, periods
from dashboard.query.parameters import BadQuery
from dashboard.reports import buyer as letter
from dashboard.reports import compose, published_reports, report_order
from dashboard.reports import html as writing
from data_access.store.people import LONGEST_NAME, BadName
from metrics.definitions import phrases

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dashboard.answers.workspace import Status
    from dashboard.query.filters import Query
    from dashboard.reports.report_order import ReportOrder

TABS: Final = {
    "month": "Month",
    "week": "Week",
    "day": "Day",
    "source": "Source",
    "buyer": "Buyer",
    "published": "Published",
}
KINDS: Final = {"month": "monthly", "week": "weekly", "day": "daily"}
_LONGEST_LIST: Final = 60
_OWN_PERIOD: Final = "The filters above apply; the period above does not: this report has its own."
_ITS_PERIOD: Final = "The period and the filters above apply."


def show(tab: str, query: Query, status: Status) -> None:
    """What belongs to a tab."""
    st.html(html("report.rules", style=writing.rules()))
    if tab == "published":
        _published()
        return
    kind = KINDS.get(tab, tab)
    with st.container(horizontal=True, vertical_alignment="center", key="report_head"):
        own = _pick(tab, query, status)
        actions = st.container(horizontal=True, vertical_alignment="center", key="report_actions")
    st.html(html("texts.how", text=_OWN_PERIOD if tab in KINDS else _ITS_PERIOD))
    try:
        order = report_order.read(kind, _parameters(kind, query, own), workspace())
    except BadQuery as error:
        _refused(tab, error)
        return
    document = compose.make(workspace(), order, base=_base())
    with actions:
        _files(order)
        _publish(order)
    with st.container(border=True, key="card_report"):
        st.html(writing.body(document, cards.colours(), images=True))


def _base() -> str:
    """Where the pages are: as the operator says, else this one's address without its last part."""
    if told := workspace().settings.base_url:
        return told
    here = (st.context.url or "").split("?")[0].rstrip("/")
    return here.removesuffix("/reports")


# --- which one ----------------------------------------------------------------------------


def _parameters(kind: str, query: Query, own: str | None) -> Mapping[str, Sequence[str]]:
    """The page's own parameters as the API takes them; the period only where it applies."""
    dropped: dict[str, filters.Value] = dict.fromkeys(filters.ROW_PARAMETERS)
    dates: dict[str, filters.Value] = {"from": query.scope.first, "to": query.scope.last}
    takes = report_order.allowed(kind)
    params: dict[str, list[str]] = {}
    for name, value in filters.parameters(query, **dropped, **dates):
        if name in takes:
            params.setdefault(name, []).append(value)
    if own is not None:
        params[report_order.PERIOD_OF[kind]] = [own]
    return params


def _pick(tab: str, query: Query, status: Status) -> str | None:
    """Let the reader pick; the period picked, None where the report has none of its own."""
    if tab in {"source", "buyer"}:
        _pick_party(tab, query)
        return None
    today = periods.day_of(formats.instant_of(query.scope.as_of_us), workspace().settings.zone)
    last = min(today, status.last_day or today)
    choices = offered(tab, first=status.first_day or today, today=last)
    newest, before = list(choices)[:2]
    over = _begun(tab, last) != _begun(tab, today)
    default = newest if over else before
    chosen = st.query_params.get(tab, default)
    if chosen not in choices:
        choices = {chosen[:20]: chosen[:20], **choices}
    st.session_state[f"own_{tab}"] = chosen[:20]
    st.selectbox(
        TABS[tab],
        list(choices),
        format_func=lambda value: choices.get(value, value),
        key=f"own_{tab}",
        label_visibility="collapsed",
        width=230,
        on_change=_set_period,
        args=(tab,),
    )
    return chosen


def offered(tab: str, *, first: date, today: date) -> dict[str, str]:
    """Periods to pick by their parameter, that of `today` first, then at least one before it."""
    first = min(first, _begun(tab, today) - timedelta(days=1))
    return {"month": _months, "week": _weeks, "day": _days}[tab](first, today)


def _begun(tab: str, day: date) -> date:
    """The first day of the month, week or day that a day is in."""
    monday = day - timedelta(days=day.weekday())
    return {"month": day.replace(day=1), "week": monday, "day": day}[tab]


def _set_period(tab: str) -> None:
    address.change(**{tab: st.session_state[f"own_{tab}"]})


def _months(first: date, today: date) -> dict[str, str]:
    found: dict[str, str] = {}
    month = today.replace(day=1)
    while month >= first.replace(day=1) and len(found) < _LONGEST_LIST:
        found[f"{month:%Y-%m}"] = f"{phrases.MONTHS[month.month - 1]} {month.year}"
        month = (month - timedelta(days=1)).replace(day=1)
    return found


def _weeks(first: date, today: date) -> dict[str, str]:
    found: dict[str, str] = {}
    monday = today - timedelta(days=today.weekday())
    while monday + timedelta(days=6) >= first and len(found) < _LONGEST_LIST:
        found[monday.isoformat()] = formats.period(monday, monday + timedelta(days=6))
        monday -= timedelta(days=7)
    return found


def _days(first: date, today: date) -> dict[str, str]:
    count = min((today - first).days + 1, _LONGEST_LIST)
    days = [today - timedelta(days=back) for back in range(max(count, 1))]
    return {day.isoformat(): formats.day(day) for day in days}


def _pick_party(kind: str, query: Query) -> None:
    options = unique_labels(workspace().names().get(kind, {}))
    chosen = getattr(query.scope, kind)
    st.session_state[f"own_{kind}"] = chosen[0] if len(chosen) == 1 else None
    st.selectbox(
        TABS[kind],
        list(options),
        index=None,
        format_func=lambda value: options.get(value, value),
        key=f"own_{kind}",
        placeholder=f"Choose a {kind}",
        label_visibility="collapsed",
        width=300,
        on_change=_set_party,
        args=(kind,),
    )


def _set_party(kind: str) -> None:
    address.change(**{kind: st.session_state[f"own_{kind}"]})


def _refused(tab: str, error: BadQuery) -> None:
    party = tab in {"source", "buyer"} and all(p.parameter == tab for p in error.problems)
    if party:
        text = f"Choose one {tab} above, and its report is shown here."
    else:
        text = " ".join(f"{problem.message}." for problem in error.problems)
    st.html(html("texts.empty", text=text))


# --- files and publishing -----------------------------------------------------------------


def _files(order: ReportOrder) -> None:
    query_text = order.query_text()
    links = [
        (label, f"api/v1/reports/{order.kind}.{kind}?{query_text}")
        for label, kind in (("HTML", "html"), ("PDF", "pdf"))
    ]
    if order.kind == "buyer":
        links.append(("Unanswered leads, CSV", f"api/v1/tables/{letter.FILE}.csv?{query_text}"))
    st.html(html("links.actions", links=links, apart=True), width="content")


def _publish(order: ReportOrder) -> None:
    with st.popover("Publish", key="publish"):
        st.caption(
            "Keeps this report as it is now: with its moment and data version, for good. Later "
            "reports say how it has moved since."
        )
        st.text_input("Your name", key="publish_who", max_chars=LONGEST_NAME)
        st.button("Publish now", type="primary", key="publish_now", on_click=_keep, args=(order,))
    of, said = st.session_state.get("publish_said", ("", ""))
    if of == order.query_text():
        st.html(html("texts.status", text=said), width="content")
    else:
        st.session_state.pop("publish_said", None)


def _keep(order: ReportOrder) -> None:
    try:
        who = st.session_state.get("publish_who", "")
        number = published_reports.publish(workspace(), order, who=who, base=_base())
    except BadName as error:
        said = f"Not published. {error}."
    else:
        said = f"Published as number {number}."
    st.session_state["publish_said"] = (order.query_text(), said)


# --- what was published -------------------------------------------------------------------


def _published() -> None:
    rows = published_reports.listed(workspace())
    with st.container(border=True, key="card_published"):
        cards.title(
            "What was published",
            "As it was given out, for good. The link opens the page as known at that moment.",
        )
        if not rows:
            nothing = "Nothing has been published yet. A report's own tab has the button."
            st.html(html("texts.empty", text=nothing))
            return
        st.html(html("tables.published", rows=[_row(row) for row in rows]))


def _row(row: dict[str, Any]) -> dict[str, Any]:
    first, last = (date.fromisoformat(row[end]) for end in ("from", "to"))
    zone = workspace().settings.zone
    moments = [
        formats.moment(datetime.fromisoformat(row[name]), zone)
        for name in ("published_at", "as_of")
    ]
    kinds = (("HTML", "html"), ("PDF", "pdf"))
    return {
        "texts": (row["title"], formats.period(first, last), moments[0], row["who"]),
        "page": row["page"].lstrip("/"),
        "as_of": moments[1],
        "files": [(label, row[kind].lstrip("/")) for label, kind in kinds],
    }
