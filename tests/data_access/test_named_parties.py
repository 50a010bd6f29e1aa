"""Files that name sources and buyers without ids: who is who, also in a store of before."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import permutations
from typing import TYPE_CHECKING, Any

import pytest
from builders import delivered

from data_access.intake import file_reader
from data_access.intake.file_reader import Limits
from data_access.intake.party_ids import id_from_name, id_of_before
from metrics.definitions.scope import EVER, NOTHING, Scope

if TYPE_CHECKING:
    from collections.abc import Iterable

    from builders import Desk

    from dashboard.answers.workspace import Workspace

PROFILE = """
name = "by_name"
[file]
zone = "UTC"
[columns]
lead_id = "lead"
source_name = "source"
buyer_name = "buyer"
delivered_at = "at"
price = "price"
outcome = "outcome"
reported_at = "told"
[words.outcome]
sold = "converted"
"""
HEAD = "lead,source,buyer,at,price,outcome,told\n"


def load(
    desk: Desk, rows: Iterable[tuple[str, str, str]], name: str = "rows.csv"
) -> dict[str, int]:
    """Take in deliveries of (lead, source, buyer), each at 20.00."""
    lines = (
        f"{lead},{source},{buyer},2026-10-01 10:00:00,20.00,,\n" for lead, source, buyer in rows
    )
    profile = desk.write("by_name.toml", PROFILE)
    return desk.load(desk.write(name, HEAD + "".join(lines)), str(profile)).counts


def ids(desk: Desk, column: str = "source_id") -> dict[str, str]:
    """The id that each lead's party has in the store."""
    return {fact["lead_id"]: fact[column] for fact in desk.facts()["attempts"]}


NAMES = {
    "L01": "B\u00f6hm Energie",
    "L02": "B\u00fchm Energie",
    "L03": "Pin\u0303a Leads",
    "L04": "Pi\u00f1a Leads ",
    "L05": "Solar+Dach",
    "L06": "Solar&Dach",
    "L07": "Solar Dach",
    "L08": "Solar_Dach",
    "L09": "solar dach",
    "L10": "\u5357\u4eac",
    "L11": "\u897f\u5b89",
    "L12": "\U0001f33b",
    "L13": "\U0001f335",
    "L14": "Q" * 300 + "a",
    "L15": "Q" * 300 + "b",
    "L16": "(none)",
    "L17": "",
}
"""Sources by lead: L03 and L04 are one, L17 has none."""


def test_every_name_is_a_source_of_its_own(any_desk: Desk) -> None:
    """On either database: 16 names, one of them typed in two ways, are 15 sources."""
    counts = load(any_desk, [(lead, name, "Acme") for lead, name in NAMES.items()])
    assert counts["created"] == 17
    found = ids(any_desk)
    assert found["L03"] == found["L04"]
    assert found["L17"] is None
    assert len(set(found.values()) - {None}) == 15
    assert found["L07"] == "Solar_Dach"


def test_two_buyers_with_names_alike_are_two(desk: Desk, open_workspace: Any) -> None:
    """One lead sold to both is two deliveries, with the money of both."""
    rows = [
        ("L1", "Web", "K\u00fchn AG"),
        ("L2", "Web", "K\u00e4hn AG"),
        ("L1", "Web", "K\u00e4hn AG"),
    ]
    assert load(desk, rows)["created"] == 3
    workspace: Workspace = open_workspace()
    table = workspace.table("rates", everything(workspace))
    assert table.select("delivered", "gross_cents").row(0) == (3, 6_000)
    assert workspace.edition.outcomes().collect()["contradiction_mask"].to_list() == [0, 0, 0]


def everything(workspace: Workspace) -> Scope:
    """All days up to now."""
    as_of = workspace.edition.as_of_us
    return Scope(first=EVER, last=workspace.status().now.date(), as_of_us=as_of)


def test_a_source_called_like_nothing_is_not_without_a_source(
    desk: Desk, open_workspace: Any
) -> None:
    """In tables, labels and filters."""
    load(desk, [("L1", "(none)", "Acme"), ("L2", "", "Acme"), ("L3", "(None)", "Acme")])
    workspace: Workspace = open_workspace()
    scope = everything(workspace)
    rows = workspace.table("rates", scope, by="source").select("source", "delivered").rows()
    one, other = id_from_name("(none)"), id_from_name("(None)")
    assert sorted(rows) == sorted([(NOTHING, 1), (one, 1), (other, 1)])
    empty = workspace.deliveries(replace(scope, source=(NOTHING,)))
    assert empty["lead_id"].to_list() == ["L2"]
    assert workspace.deliveries(replace(scope, source=(one,)))["lead_id"].to_list() == ["L1"]
    names = workspace.names()["source"]
    assert names[NOTHING] == NOTHING
    assert names[one] == f"(none) ({one})"
    assert names[other] == f"(None) ({other})"


def test_a_name_has_one_id_whatever_the_chunks_are(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rows that are read three at a time."""
    monkeypatch.setattr(file_reader, "LIMITS", Limits(rows=3))
    names = ["Gr\u00fcn", "Gru\u0308n", "Grun", "Gr_n"]
    load(desk, [(f"L{n}", names[n % 4], "Acme") for n in range(20)])
    found = ids(desk)
    for start in range(4):
        assert len({found[f"L{n}"] for n in range(start, 20, 4)}) == 1
    assert found["L0"] == found["L1"]
    assert len(set(found.values())) == 3


OLD = ("M\u00fcller", "M\u00f6ller", "\u5317\u4eac", "A&B", "Cafe\u0301")


def fill_as_before(desk: Desk, names: Iterable[str] = OLD) -> dict[str, str]:
    """A store as the older rule filled it; gives the id of each name."""
    made = {name: id_of_before(name) for name in names}
    desk.take(
        *(
            delivered(
                f"old{place}", id_of_before("B\u00e4r KG"), "2026-09-01T10:00:00Z",
                source_id=made[name], source_name=name, buyer_name="B\u00e4r KG",
            )
            for place, name in enumerate(names)
        )
    )  # fmt: skip
    return made


def test_a_store_of_before_keeps_its_ids(any_desk: Desk) -> None:
    """No source and no buyer splits in two; a name that is new has an id of its own."""
    before = fill_as_before(any_desk)
    load(any_desk, [(f"new{n}", name, "B\u00e4r KG") for n, name in enumerate(OLD)])
    load(
        any_desk,
        [("more", "M\u00e4ller", "B\u00f6r KG"), ("also", " M\u00fcller ", "B\u00e4r KG")],
        "more.csv",
    )
    found, buyers = ids(any_desk), ids(any_desk, "buyer_id")
    for place, name in enumerate(OLD):
        assert found[f"new{place}"] == found[f"old{place}"] == before[name]
        assert buyers[f"new{place}"] == buyers[f"old{place}"] == "B_r_KG"
    assert found["also"] == "M_ller"
    assert found["more"] == id_from_name("M\u00e4ller")
    assert buyers["more"] == id_from_name("B\u00f6r KG")


def test_an_old_id_under_another_name_is_not_taken(desk: Desk) -> None:
    """The store knows `M_ller`, but not by this name."""
    fill_as_before(desk, ["M\u00fcller"])
    load(desk, [("L1", "M\u00f6ller", "Acme"), ("L2", "M_ller", "Acme")])
    found = ids(desk)
    assert len({found["old0"], found["L1"], found["L2"]}) == 3


def test_both_ways_to_compose_a_name_meet_in_one_old_id(desk: Desk) -> None:
    """Where the older rule gave each its own, new rows all go to the composed one's."""
    fill_as_before(desk, ["Cafe\u0301", "Caf\u00e9"])
    load(desk, [("L1", "Caf\u00e9", "Acme"), ("L2", "Cafe\u0301", "Acme")])
    found = ids(desk)
    assert found["L1"] == found["L2"] == id_of_before("Caf\u00e9") == "Caf_"


def test_the_order_of_files_gives_no_name_a_second_id(desk: Desk) -> None:
    """An id that somebody sends later, as the older rule would have made it, changes nothing."""
    load(desk, [("L1", "B\u00e4r", "Acme")])
    desk.take(
        delivered("L2", "Acme", "2026-09-01T10:00:00Z", source_id="B_r", source_name="B\u00e4r")
    )
    load(desk, [("L3", "B\u00e4r", "Acme")], "later.csv")
    found = ids(desk)
    assert found["L3"] == found["L1"] == id_from_name("B\u00e4r")


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_the_order_of_rows_makes_no_difference(desk: Desk, order: tuple[int, ...]) -> None:
    """Within a file."""
    fill_as_before(desk, ["M\u00fcller"])
    rows = [("L0", "M\u00fcller", "Acme"), ("L1", "M\u00f6ller", "Acme"), ("L2", "M_ller", "Acme")]
    load(desk, [rows[place] for place in order])
    found = ids(desk)
    assert [found[f"L{n}"] for n in range(3)] == [
        *("M_ller", id_from_name("M\u00f6ller"), id_from_name("M_ller")),
    ]


def test_a_check_gives_the_ids_that_the_import_will(desk: Desk) -> None:
    """It knows the store, and what it checked before."""
    fill_as_before(desk, ["M\u00fcller"])
    profile = str(desk.write("by_name.toml", PROFILE))
    row = "L1,M\u00fcller,Acme,2026-10-01 10:00:00,20.00,,\n"
    file = desk.write("rows.csv", HEAD + row + row)
    checked = desk.load(file, profile, validate_only=True).counts
    assert checked == desk.load(file, profile).counts
    assert (checked["created"], checked["duplicate"]) == (1, 1)


def event(of: str, **parties: Any) -> str:
    """A delivery as JSON whose parties have names and no ids."""
    return json.dumps(
        {
            "event_type": "recipient.delivered",
            "timestamp": "2026-10-01T10:00:00Z",
            "lead_id": of,
            **parties,
        }
    )


def test_json_that_only_names_parties_is_read_like_a_file(desk: Desk) -> None:
    """The same name has the same id in both."""
    load(desk, [("L1", "B\u00e4r", "K\u00fchn AG")])
    source = {"source": {"entity_name": "Ba\u0308r"}}
    lines = [
        event("L2", recipient={"name": "K\u00fchn AG"}, lead=source),
        event("L3", recipient={"id": "b3", "name": "K\u00fchn AG"}, lead=source),
        json.dumps(
            {
                "event_type": "feedback.received",
                "timestamp": "2026-10-02T10:00:00Z",
                "lead_id": "L2",
                "source": {"entity_name": "K\u00fchn AG"},
                "feedback": {"outcome": "converted"},
            }
        ),
    ]
    counts = desk.load(desk.write("named.ndjson", "\n".join(lines))).counts
    assert counts["created"] == 3
    assert len(set(ids(desk).values())) == 1
    buyers = ids(desk, "buyer_id")
    assert buyers["L1"] == buyers["L2"] == desk.facts()["feedback"][0]["reporter_id"]
    assert buyers["L3"] == "b3"


def test_a_name_of_before_turns_no_page_around_either(desk: Desk, open_workspace: Any) -> None:
    """Facts stay as they are; the label is spelt as it would be today."""
    desk.take(delivered("L1", "b1", "2026-09-01T10:00:00Z", source_id="s1", source_name="Oak"))
    with desk.store.writing() as connection:
        connection.exec_driver_sql("UPDATE attempts SET source_name = ?", ("\u202ekaO",))
    workspace: Workspace = open_workspace()
    assert workspace.names()["source"]["s1"] == "kaO"


def test_no_name_turns_the_page_around(desk: Desk) -> None:
    """Marks of direction go from names; notes and the record keep theirs."""
    turned = "\u202eelpA\u202c"
    load(desk, [("L1", turned, turned)])
    desk.store.set_entity("source", "elpA", name=turned, buyer_type=None, at_us=1)
    fact = desk.facts()["attempts"][0]
    assert (fact["source_name"], fact["buyer_name"], fact["source_id"]) == ("elpA",) * 3
    with desk.store.reading() as connection:
        assert desk.store.entities(connection)["name"].to_list() == ["elpA"]
        raw = connection.exec_driver_sql("SELECT raw FROM attempts").scalar_one()
    assert turned in json.loads(raw).values()
