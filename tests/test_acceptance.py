"""Real files in, known answers out, through the commands that people type."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from builders import test_data
from click.testing import CliRunner

from dashboard.answers import workspace
from dashboard.commands.import_files import REFUSED, UNREADABLE
from dashboard.commands.main import main

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

HERE = Path(__file__).parent
PROFILES = HERE / "profiles"
OLIST = {
    "organic_search": (2296, 271),
    "paid_search": (1586, 195),
    "social": (1350, 75),
    "unknown": (1099, 179),
    "direct_traffic": (499, 56),
    "email": (493, 15),
    "referral": (284, 24),
    "other": (150, 4),
    "display": (118, 6),
    "other_publicities": (65, 3),
    "(none)": (60, 14),
}
BOTH_YEARS = ("--from", "2017-01-01", "--to", "2018-12-31")


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., str]]:
    """Run `leadloop …` on a store of the test's own; gives what it prints."""
    monkeypatch.setenv("LEADLOOP_DATA_DIR", str(tmp_path / "var"))
    monkeypatch.delenv("LEADLOOP_DATABASE_URL", raising=False)
    workspace.close()

    def call(*words: str | Path, status: int = 0) -> str:
        result = CliRunner().invoke(main, [str(word) for word in words])
        assert result.exit_code == status, result.output
        return result.output if status == UNREADABLE else result.stdout

    yield call
    workspace.close()


def _table(run: Callable[..., str], *words: str) -> list[dict[str, Any]]:
    return list(csv.DictReader(io.StringIO(run("export", *words))))


def _import_olist(run: Callable[..., str]) -> list[dict[str, Any]]:
    folder = test_data() / "olist"
    files = {
        "olist_leads.toml": "olist_marketing_qualified_leads_dataset.csv",
        "olist_deals.toml": "olist_closed_deals_dataset.csv",
    }
    return [
        json.loads(run("import", folder / file, "--profile", PROFILES / profile, "--json"))
        for profile, file in files.items()
    ]


def test_olist_gives_the_known_counts_for_all_eleven_origins(run: Callable[..., str]) -> None:
    """Counts, the one contradiction, an old as-of, and a second import of both files."""
    leads, deals = _import_olist(run)
    assert (leads["created"], deals["created"]) == (8000, 842)
    rows = _table(run, "sources", *BOTH_YEARS)
    assert {r["source_id"]: (int(r["delivered"]), int(r["converted"])) for r in rows} == OLIST
    odd = _table(run, "deliveries", *BOTH_YEARS, "--contradiction", "any")
    assert [r["contradiction"] for r in odd] == ["outcome_before_delivery report_before_delivery"]
    early = _table(run, "sources", *BOTH_YEARS, "--as-of", "2018-03-01")
    assert sum(int(r["converted"]) for r in early) == _won_by("2018-03-01")
    assert [i["duplicate"] for i in _import_olist(run)] == [8000, 842]
    assert _table(run, "sources", *BOTH_YEARS) == rows


def _won_by(day: str) -> int:
    """Deals won by the end of a day whose lead was delivered by then, from the files."""
    folder = test_data() / "olist"
    contact = _column(folder / "olist_marketing_qualified_leads_dataset.csv", "first_contact_date")
    won = _column(folder / "olist_closed_deals_dataset.csv", "won_date")
    return sum(at[:10] <= day and contact[lead] <= day for lead, at in won.items())


def _column(path: Path, name: str) -> dict[str, str]:
    with path.open(encoding="utf-8") as stream:
        return {row["mql_id"]: row[name] for row in csv.DictReader(stream)}


def test_the_messy_export_gives_its_known_answers(run: Callable[..., str]) -> None:
    """65 rows: 60 deliveries, 4 refused with their line, one duplicate."""
    path = test_data() / "messy" / "vendor-export.csv"
    done = json.loads(
        run("import", path, "--profile", PROFILES / "vendor_export.toml", "--json", status=REFUSED)
    )
    assert [done[a] for a in ("rows", "created", "duplicate", "rejected")] == [65, 60, 1, 4]
    period = ("--from", "2025-09-01", "--to", "2025-11-30")
    rows = {r["source_name"]: r for r in _table(run, "sources", *period)}
    names = ("Nordlicht", "Ostwind", "Südstern")
    for name in names:
        found = rows[name]
        assert [int(found[k]) for k in ("delivered", "converted", "returned")] == [20, 5, 5]
    mix = {name: _mix(run, name, period) for name in names}
    assert [mix[name]["contacted"] for name in names] == [5, 5, 5]
    assert [mix[name]["no_contact"] for name in names] == [2, 3, 3]
    assert [mix[name]["silent"] for name in names] == [3, 2, 2]
    assert sum(int(rows[name]["value_cents"]) for name in names) == 1_842_750
    refused = {int(r["line"]): r["code"] for r in _table(run, "refused")}
    assert refused == {
        62: "time_ambiguous",
        63: "time_format",
        64: "unknown_word",
        65: "ragged_row",
    }


def _mix(run: Callable[..., str], name: str, period: tuple[str, ...]) -> dict[str, int]:
    source = {"Südstern": "S_dstern-0c0d0d4c"}.get(name, name)
    rows = _table(run, "outcome_mix", *period, "--base", "delivered", "--source", source)
    return {row["outcome"]: int(row["deliveries"]) for row in rows}


OTHER_EXPORT = """\
Referencia|Comprador|Origen|Entregado|Respuesta|Resultado|Importe
R-1|Casa Sol|Campaña Á|2026/05/01 09:00|2026/05/02 10:30|vendido|1.200,50
R-2|Casa Sol|Campaña Á|2026/05/01 09:00|2026/05/02 10:30|devuelto|
R-3|Casa Sol|Otra|2026/05/01 09:00|||
R-4|Casa Sol|Otra|2026/05/01 09:00|2026/05/02 10:30|quizás|
"""
OTHER_PROFILE = """\
name = "export_es"
[file]
delimiter = "|"
decimal = ","
thousands = "."
datetime_formats = "%Y/%m/%d %H:%M"
zone = "Europe/Madrid"
[columns]
lead_id = "Referencia"
buyer_name = "Comprador"
source_name = "Origen"
delivered_at = "Entregado"
reported_at = "Respuesta"
outcome = "Resultado"
value = "Importe"
[words.outcome]
vendido = "converted"
devuelto = "returned"
"""


def test_another_vendor_needs_a_profile_and_nothing_else(
    run: Callable[..., str], tmp_path: Path
) -> None:
    """Other words, columns, separators, dates and numbers."""
    file, profile = tmp_path / "es.csv", tmp_path / "es.toml"
    file.write_text(OTHER_EXPORT, "utf-8")
    profile.write_text(OTHER_PROFILE, "utf-8")
    done = json.loads(run("import", file, "--profile", profile, "--json", status=REFUSED))
    assert (done["created"], done["rejected"]) == (3, 1)
    rows = _table(run, "deliveries", "--from", "2026-05-01", "--to", "2026-05-01")
    assert [(r["lead_id"], r["outcome"], r["value_cents"]) for r in rows] == [
        ("R-1", "converted", "120050"),
        ("R-2", "returned", ""),
        ("R-3", "", ""),
    ]
    assert rows[0]["delivered_at"] == "2026-05-01T07:00:00.000000Z"
    assert rows[0]["source_name"] == "Campaña Á"


def test_the_guides_examples_give_the_guides_durations(run: Callable[..., str]) -> None:
    """4 h 14 m 36 s to feedback, 4 h 11 m 13 s to the outcome, 3 m 23 s between."""
    guide = HERE / "guide"
    assert json.loads(run("import", guide / "conversion.json", "--json"))["created"] == 3
    refused = json.loads(run("import", guide / "return.json", "--json", status=REFUSED))
    assert refused["rejected"] == 2
    taken = json.loads(run("import", guide / "return.json", "--buyer", "ent_home", "--json"))
    assert taken["created"] == 2
    returned, sold = _table(run, "deliveries", "--period", "all_time")
    assert int(sold["seconds_to_feedback"]) == (4 * 60 + 14) * 60 + 36
    assert int(sold["seconds_to_outcome"]) == (4 * 60 + 11) * 60 + 13
    assert int(sold["reporting_delay"]) == 3 * 60 + 23
    assert (sold["value_cents"], sold["lead_cost_cents"], sold["differs"]) == (
        "45000",
        "3150",
        "false",
    )
    assert (returned["return_state"], returned["credit_approved_cents"]) == ("credited", "4500")
    assert (returned["reason_group"], returned["reason"]) == ("contactability", "disconnected")
    events = _table(run, "feedback", "--period", "all_time")
    sent = next(e for e in events if e["event_type"] == "feedback.sent")
    assert (sent["frequency_share"], sent["action_requested"]) == ("0.15", "improve_validation")


def test_what_is_exported_comes_back_bit_for_bit(
    run: Callable[..., str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Attempts and feedback rebuild the store; the same store knows every row already."""
    nasty = ["=1+1", "'quoted", "@x", "\tTab", "＝wide", " -1", "plain", 'a "b", c;\nd']
    events = [
        {
            "event_type": "recipient.delivered",
            "timestamp": f"2026-05-0{n + 1}T10:00:00.123456Z",
            "lead_id": f"L{n}",
            "recipient": {"id": "B1", "name": text},
            "delivery": {"price": 12.3},
        }
        for n, text in enumerate(nasty)
    ] + [
        {
            "event_type": "feedback.received",
            "timestamp": "2026-05-20",
            "lead_id": f"L{n}",
            "source": {"entity_id": "B1"},
            "feedback": {"outcome": "returned", "reason": text, "notes": text},
        }
        for n, text in enumerate(nasty)
    ]
    file = tmp_path / "nasty.json"
    file.write_text(json.dumps(events), "utf-8")
    run("import", file)
    for table in ("attempts", "feedback", "deliveries"):
        run("export", table, "--period", "all_time", "--out", tmp_path / f"{table}.csv")
        known = json.loads(run("import", tmp_path / f"{table}.csv", "--json"))
        assert known["duplicate"] == known["rows"] == len(nasty)
    text = (tmp_path / "feedback.csv").read_text("utf-8")
    cells = [cell for row in csv.reader(io.StringIO(text)) for cell in row]
    assert not [c for c in cells if c.lstrip(" \ufeff")[:1] in set("=+-@%\t＝") and c]
    before = run("export", "feedback", "--period", "all_time", "--format", "ndjson")
    workspace.close()
    monkeypatch.setenv("LEADLOOP_DATA_DIR", str(tmp_path / "second"))
    run("import", tmp_path / "attempts.csv", tmp_path / "feedback.csv")
    after = run("export", "feedback", "--period", "all_time", "--format", "ndjson")
    own = ("feedback_id", "recorded_at", "batch_id")
    assert [_without(line, own) for line in after.splitlines()] == [
        _without(line, own) for line in before.splitlines()
    ]


def _without(line: str, names: tuple[str, ...]) -> dict[str, Any]:
    return {k: v for k, v in json.loads(line).items() if k not in names}


def test_mistakes_in_commands_end_with_one_sentence(
    run: Callable[..., str], tmp_path: Path
) -> None:
    """What happened, to which thing, what is allowed, the nearest known one."""
    assert "nearest: deliveries" in run("export", "deliveris", status=UNREADABLE)
    assert "--source" in run("export", "sources", "--sorce", "x", status=UNREADABLE)
    assert "base" in run("export", "sources", "--base", "delivred", status=UNREADABLE)
    assert "--out" in run("export", "sources", "--format", "xlsx", status=UNREADABLE)
    assert "only this machine is served" in run("serve", "--host", "0.0.0.0", status=UNREADABLE)  # noqa: S104 - refused
    empty = tmp_path / "empty.csv"
    empty.write_bytes(b"")
    assert "no rows" in run("import", empty, status=UNREADABLE)
    assert "is no date" in run("demo", "--until", "yesterday", status=UNREADABLE)


def test_the_demo_goes_into_an_empty_store_only_and_is_the_same_twice(
    run: Callable[..., str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Same arguments, same facts and truth; a store in use is left alone."""
    words = ("demo", "--deliveries", "400", "--until", "2026-10-31", "--seed", "3")
    run(*words, "--truth", tmp_path / "one.json")
    first = run(
        "export",
        "deliveries",
        "--from",
        "2026-05-01",
        "--to",
        "2026-10-31",
        "--as-of",
        "2026-10-31",
    )
    assert "empty store only" in run(*words, "--seed", "4", status=UNREADABLE)
    assert run("demo", "--if-empty") == ""
    workspace.close()
    monkeypatch.setenv("LEADLOOP_DATA_DIR", str(tmp_path / "second"))
    run(*words, "--truth", tmp_path / "two.json")
    again = run(
        "export",
        "deliveries",
        "--from",
        "2026-05-01",
        "--to",
        "2026-10-31",
        "--as-of",
        "2026-10-31",
    )
    assert again == first
    assert (tmp_path / "one.json").read_bytes() == (tmp_path / "two.json").read_bytes()


def test_the_file_of_unanswered_leads_comes_back_filled_in(
    run: Callable[..., str], tmp_path: Path
) -> None:
    """Two of five rows are filled in: those two leads have feedback, three stay open."""
    run("demo", "--deliveries", "300", "--until", "2026-10-31", "--seed", "2")
    period = ("--from", "2026-06-01", "--to", "2026-10-31")
    rows = _table(run, "unanswered", *period)
    sent = rows[:5]
    sent[0] |= {"outcome": "converted", "value": "450.00", "occurred_at": "2026-11-01"}
    sent[1] |= {"outcome": "not_interested", "occurred_at": "2026-11-02T10:00:00Z"}
    path = tmp_path / "from the buyer.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, fieldnames=list(sent[0]))
        writer.writeheader()
        writer.writerows(sent)
    done = json.loads(run("import", path, "--json", status=REFUSED))
    assert [done[a] for a in ("profile", "created", "rejected")] == ["unanswered", 2, 3]
    left = {(row["lead_id"], row["buyer_id"]) for row in _table(run, "unanswered", *period)}
    before = {(row["lead_id"], row["buyer_id"]) for row in rows}
    assert before - left == {(row["lead_id"], row["buyer_id"]) for row in sent[:2]}
