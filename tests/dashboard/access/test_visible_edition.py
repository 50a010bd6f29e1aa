"""What one actor may not see reaches them by no table, whoever asked before."""

from __future__ import annotations

import json
from contextvars import Context
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import polars as pl
import pytest
from builders import Desk, wrote
from report_market import two_months

from dashboard.access.actor import SERVER, Actor, acting, as_actor, begin
from dashboard.access.policy import Access
from dashboard.answers import description, result
from dashboard.answers.workspace import Workspace
from dashboard.editions.visible_edition import visible
from dashboard.tables.registry import TABLES
from data_access.settings import Settings
from data_access.store.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterator


PERIOD: Final = {"from": ["2026-09-01"], "to": ["2026-10-31"]}
COUNTED: Final = [name for name, table in TABLES.items() if table.kind != "receipts"]
OAK, ACME = Actor("api", "oak"), Actor("api", "acme")


@dataclass(frozen=True)
class ByName:
    """Oak sees its source, Acme its own deliveries, everybody else all."""

    def access(self, actor: Actor) -> Access:
        """By the actor's name."""
        if actor == OAK:
            return Access(sources=frozenset({"src_oak"}))
        return Access(buyers=frozenset({"buy_acme"})) if actor == ACME else Access()


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """One store of two months, for all tests of this module."""
    folder = tmp_path_factory.mktemp("seen")
    store = Store(f"sqlite:///{folder / 'leadloop.sqlite3'}")
    filled = Desk(store, folder)
    filled.take(*two_months())
    yield filled
    store.close()


@pytest.fixture(scope="module")
def shared(desk: Desk) -> Iterator[Workspace]:
    """One workspace for all actors."""
    workspace = Workspace(Settings(data_dir=desk.folder), ByName())
    yield workspace
    workspace.store.close()


def _text(workspace: Workspace, name: str, **more: list[str]) -> str:
    options = {"by": ["source,buyer"]} if name == "rates" else {}
    answer = result.ask(workspace, name, {**PERIOD, **options, **more})
    return b"".join(description.blocks(answer, "csv")).decode()


@pytest.mark.parametrize("name", COUNTED)
def test_no_table_tells_of_what_may_not_be_seen(shared: Workspace, name: str) -> None:
    """Neither ids nor names of others, though the all-seeing asked for the same just before."""
    whole = _text(shared, name)
    with as_actor(OAK):
        oak = _text(shared, name)
    with as_actor(ACME):
        acme = _text(shared, name)
    assert "src_elm" not in oak
    assert "Elm" not in oak
    assert "buy_birch" not in acme
    assert "Birch" not in acme
    assert _text(shared, name) == whole


def test_each_sees_what_the_all_seeing_filter_for(shared: Workspace) -> None:
    """Counts of the own share, recounted by the filter of the same name."""
    for actor, own in ((OAK, {"source": ["src_oak"]}), (ACME, {"buyer": ["buy_acme"]})):
        for name in ("headline", "sources", "deliveries", "feedback", "attempts"):
            expected = _text(shared, name, **own)
            with as_actor(actor):
                assert _text(shared, name) == expected, (actor, name)


def test_older_versions_and_moments_are_held_back_too(shared: Workspace) -> None:
    """Resolved anew from all facts, and then seen in part."""
    version = shared.status().data_version - 30
    for more in ({"data_version": [str(version)]}, {"as_of": ["2026-10-10"]}):
        expected = _text(shared, "deliveries", source=["src_oak"], **more)
        with as_actor(OAK):
            assert _text(shared, "deliveries", **more) == expected


def test_search_and_lists_of_names_show_the_own_parties_only(shared: Workspace) -> None:
    """The filter bar's lists, and what is found by name."""
    with as_actor(OAK):
        assert set(shared.names()["source"]) == {"src_oak"}
        assert shared.search("Elm").is_empty()
        assert shared.status().deliveries == 110
    assert shared.search("Elm")["id"].to_list() == ["src_elm"]


def test_an_answer_to_one_is_no_answer_to_another(shared: Workspace) -> None:
    """The mark that a browser keeps differs, and so does the frame."""
    asked = {**PERIOD, "source": ["src_oak"]}
    whole = result.ask(shared, "headline", asked).etag
    with as_actor(OAK):
        own = result.ask(shared, "headline", asked).etag
    assert whole != own
    assert whole == result.ask(shared, "headline", asked).etag


def test_all_of_an_edition_is_the_edition(shared: Workspace) -> None:
    """With access to everything nothing is left out, and each pair is made once."""
    seen = shared.edition
    assert seen is visible(seen.whole, Access())
    for clock in ("delivered", "occurred", "reported"):
        assert seen.tally(clock).equals(seen.whole.tally(clock))
    for frame in ("attempts", "feedback"):
        assert seen.facts(frame).collect().equals(seen.whole.facts(frame).collect())
    assert seen.outcomes().collect().equals(seen.whole.outcomes().collect())
    assert seen.steps().collect().equals(seen.whole.steps().collect())
    assert (seen.days, seen.version, seen.named) == (
        seen.whole.days,
        seen.whole.version,
        seen.whole.named,
    )


def test_messages_to_a_source_are_seen_by_it(shared: Workspace, desk: Desk) -> None:
    """The operator's own feedback.sent: by who is meant, not by who wrote it."""
    for number, source in enumerate(("src_oak", "src_elm")):
        desk.take(wrote(f"S-{number:03}", source, "2026-11-02T09:00:00Z", issue="late"))
    shared.refresh()
    with as_actor(OAK):
        rows = shared.edition.facts("feedback").collect()
    told = rows.filter(pl.col("event_type") == "feedback.sent")
    assert told["target_id"].to_list() == ["src_oak"]


def test_who_acts_is_the_server_until_somebody_says() -> None:
    """And again after them; apart from whoever acted before in this thread."""
    Context().run(_says_who)


def _says_who() -> None:
    assert acting() == SERVER
    with as_actor(OAK):
        assert acting() == OAK
    assert acting() == SERVER
    begin(ACME)
    assert acting() == ACME
    begin(SERVER)


def test_the_mark_of_an_access_tells_it_from_every_other() -> None:
    """An id with a comma or a quote makes no other access."""
    some = [
        Access(),
        Access(sources=frozenset()),
        Access(sources=frozenset({"a", "b"})),
        Access(sources=frozenset({"a', 'b"})),
        Access(buyers=frozenset({"a", "b"})),
    ]
    assert len({access.mark for access in some}) == len(some)
    assert json.dumps([access.everything for access in some]).count("true") == 1
