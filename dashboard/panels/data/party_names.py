"""Data → Names: what sources and buyers are called, buyer types, and ids that are one party."""

from __future__ import annotations

from typing import Final

import polars as pl
import streamlit as st

from dashboard.answers.workspace import workspace
from dashboard.editions import clock
from dashboard.layout import cards, held_figures
from dashboard.presentation import formats
from dashboard.presentation.markup import html
from metrics.insights.likely_same import likely_same

KINDS: Final = {"source": "Source", "buyer": "Buyer"}
_MOST: Final = 20
"""So many proposals are shown at once: each that is decided makes room for another."""
_DONE: Final = "names_done"
_UNSET: Final = "(as its events say)"


def show() -> None:
    """The list of names, a form to set one, and merges."""
    if said := st.session_state.pop(_DONE, None):
        st.html(html("texts.conclusion", text=said))
    table = known()
    cards.show(
        cards.Card(
            key="names",
            title="Names",
            how="What each source and buyer is called and of which type a buyer is: your own "
            "setting, else the latest event that says so.",
            columns=("name", "kind", "buyer_type", "merged", "id"),
            empty="No source and no buyer is known yet.",
        ),
        lambda: table,
        None,
    )
    left, right = st.columns(2)
    with left, st.container(border=True, key="card_set_name", height="stretch"):
        _set_form(table)
    with right, st.container(border=True, key="card_merge", height="stretch"):
        _merge_form(table)


def known() -> pl.DataFrame:
    """Every source and buyer: kind, id, name, buyer_type, merged (the ids that are it)."""
    shown = workspace().edition
    names = workspace().names()
    merged = shown.aliases()
    rows = []
    for kind, title in KINDS.items():
        mine = merged.filter(kind=kind).select("entity_id", "canonical_id").rows()
        for key, label in names[kind].items():
            others = [old for old, new in mine if new == key]
            buyer_type = shown.named.buyer_type.get(key) if kind == "buyer" else None
            rows.append(
                {
                    "kind": title,
                    "id": key,
                    "name": label,
                    "buyer_type": formats.buyer_type(buyer_type) if kind == "buyer" else None,
                    "merged": ", ".join(others) or None,
                }
            )
    columns = dict.fromkeys(("kind", "id", "name", "buyer_type", "merged"), pl.String())
    return pl.DataFrame(rows, schema=columns).filter(pl.col("id") != "(none)")


def _set_form(table: pl.DataFrame) -> None:
    cards.title("Set a name", "It counts over what events say, from now on and for all periods.")
    with st.form("set_name", border=False):
        labels = _labels(table)
        chosen = st.selectbox("Which", list(labels), format_func=labels.__getitem__)
        called = st.text_input("Called", max_chars=200, placeholder="Leave as it is")
        kinds = [_UNSET, *formats.BUYER_TYPES]
        kind = st.selectbox(
            "Type of buyer", kinds, format_func=lambda k: formats.BUYER_TYPES.get(k, k)
        )
        sent = st.form_submit_button("Keep it")
    if sent and chosen:
        _set(chosen, called.strip() or None, None if kind == _UNSET else kind)


def _labels(table: pl.DataFrame) -> dict[str, str]:
    rows = table.select("kind", "id", "name").iter_rows()
    return {f"{kind.lower()}:{key}": f"{kind} {called} ({key})" for kind, key, called in rows}


def _set(chosen: str, called: str | None, buyer_type: str | None) -> None:
    kind, _, key = chosen.partition(":")
    if called is None and buyer_type is None:
        _say("Nothing was set: a name or a type is needed.")
    elif kind == "source" and called is None:
        _say("Only buyers have a type; a source needs a name.")
    elif "\x00" in (called or ""):
        _say("That name has a sign that cannot be stored.")
    else:
        workspace().store.set_entity(
            kind,
            key,
            name=called,
            buyer_type=buyer_type if kind == "buyer" else None,
            at_us=clock.now_us(),
        )
        held_figures.renew()
        _say(f"Kept: {called or key}.")
    st.rerun()


def _merge_form(table: pl.DataFrame) -> None:
    cards.title(
        "Two ids, one party",
        "What was said under one id counts as the other's, at every as-of. It cannot be undone.",
    )
    for kind, title in KINDS.items():
        _proposals(kind, dict(table.filter(kind=title).select("id", "name").iter_rows()))
    with st.form("merge", border=False):
        labels = _labels(table)
        one = st.selectbox("This id", list(labels), format_func=labels.__getitem__, index=None)
        same = st.selectbox("is", list(labels), format_func=labels.__getitem__, index=None)
        sent = st.form_submit_button("They are one")
    if sent and one and same:
        kind, _, key = one.partition(":")
        other_kind, _, other = same.partition(":")
        if kind != other_kind:
            _say("A source and a buyer cannot be one.")
        else:
            _merge(kind, key, other)
        st.rerun()


def _proposals(kind: str, names: dict[str, str]) -> None:
    """What looks like one party, each with a button; nothing is merged without it."""
    pairs = likely_same(names)
    for pair in pairs[:_MOST]:
        old, new = (
            key if names[key] == key else f"{names[key]} ({key})"
            for key in (pair.entity_id, pair.canonical_id)
        )
        st.html(html("texts.how", text=f"{old} looks like {new}: they {pair.why}."))
        st.button(
            "They are one",
            key=f"merge_{kind}_{pair.entity_id}",
            on_click=_merge,
            args=(kind, pair.entity_id, pair.canonical_id),
        )
    if len(pairs) > _MOST:
        more = f"{len(pairs) - _MOST:,} more look alike; they are shown when these are decided."
        st.html(html("texts.how", text=more))


def _merge(kind: str, old: str, new: str) -> None:
    try:
        workspace().store.merge(kind, old, new, at_us=clock.now_us())
    except ValueError as error:
        _say(f"Not merged: {error}.")
        return
    held_figures.renew()
    _say(f"Merged: {old} is {new}.")


def _say(text: str) -> None:
    st.session_state[_DONE] = text
