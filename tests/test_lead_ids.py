"""Lead ids as real systems write them: taken, found, filtered, exported and read back."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, quote, unquote

import pytest
from click.testing import CliRunner

from dashboard.answers import workspace as books
from dashboard.commands.main import main
from dashboard.query import filters

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LEADS = (
    *("ann.o@example.org", "+49 30 5550100", "_row7", "REF 0042", "2026/7", "=1+2", "#77"),
    *("a~b", "a%7Eb", "100 %", "%25", "'quoted", "''twice", "{8f1c-22}", "l:123", "0042"),
    *(
        "1E5",
        "1e5",
        "NULL",
        "true",
        "-5",
        "\u00e9t\u00e9-1",
        "\u0661\u0662",
        "\u674e 1",
        "\U0001f98a",
    ),
    *('say "hi", no', "a&b=c?d#e", "<b>x</b>", "..", "\u200bhidden", "x" * 128, "a;b|c"),
)
"""Ids that must stay what they are, and stay apart."""


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A delivery and a sale of each lead, from a file of CSV; row by row 1.00 more."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LEADLOOP_DATA_DIR", str(tmp_path / "var"))
    monkeypatch.delenv("LEADLOOP_DATABASE_URL", raising=False)
    books.close()
    profile = (
        'name = "p"\n[columns]\nlead_id = "lead"\ndelivered_at = "at"\nprice = "price"\n'
        'outcome = "outcome"\nreported_at = "told"\n[constants]\nbuyer_id = "b1"\n'
        'source_id = "s1"\n'
    )
    (tmp_path / "p.toml").write_text(profile, "utf-8")
    with (tmp_path / "leads.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["lead", "at", "price", "outcome", "told"])
        for n, lead in enumerate(LEADS, start=1):
            writer.writerow(
                [f" {lead} ", "2026-05-04T10:00:00Z", n, "converted", "2026-05-05T10:00:00Z"]
            )
    counts = json.loads(run("import", "leads.csv", "--profile", "p.toml", "--json"))
    assert counts["created"] == counts["rows"] == len(LEADS)
    yield tmp_path
    books.close()


def run(*words: object, status: int = 0) -> str:
    """What a command prints that ends with a status."""
    result = CliRunner().invoke(main, [str(word) for word in words])
    assert result.exit_code == status, result.output
    return result.stdout


def rows(table: str, *words: object) -> list[dict[str, Any]]:
    """A table as NDJSON, which writes text as it is."""
    text = run("export", table, "--period", "all_time", "--format", "ndjson", *words)
    return [json.loads(line) for line in text.rstrip("\n").split("\n")]


def test_every_id_is_a_lead_of_its_own(store: Path) -> None:
    """With its own price and its own result; the id of its delivery leads back to it."""
    assert store.is_dir()
    found = {row["lead_id"]: row for row in rows("deliveries")}
    assert set(found) == set(LEADS)
    for n, lead in enumerate(LEADS, start=1):
        row = found[lead]
        assert (row["price_cents"], row["outcome"]) == (100 * n, "converted")
        parts = row["delivery_id"].split("~")
        assert [unquote(part) for part in parts] == [lead, "b1"]
        assert parts[0] == lead.replace("%", "%25").replace("~", "%7E")


def test_every_id_is_found_and_has_its_story(store: Path) -> None:
    """By search, by the filter `lead`, and through the address of its page."""
    assert store.is_dir()
    known = books.workspace()
    for lead in LEADS:
        hits = known.search(f" {lead} ").filter(kind="lead")
        assert hits["lead_id"].to_list() == [lead]
        assert [row["lead_id"] for row in rows("deliveries", "--lead", lead)] == [lead]
        params = parse_qs(f"lead={quote(lead)}")
        now, zone = known.status().now, "UTC"
        query = filters.read(params, now=now, zone=zone, first_day=None, known={})
        assert query.scope.rows.lead == lead
        assert parse_qs(filters.query_string(query))["lead"] == [lead]
        assert known.lead(lead).events.height == 2


def test_a_lead_is_found_however_its_letters_are_composed(store: Path) -> None:
    """And a row that composes them otherwise is about the same lead."""
    decomposed = "e\u0301te\u0301-1"
    assert books.workspace().search(decomposed)["lead_id"].to_list() == ["\u00e9t\u00e9-1"]
    assert [r["lead_id"] for r in rows("deliveries", "--lead", decomposed)] == ["\u00e9t\u00e9-1"]
    line = f"{decomposed},2026-05-04T10:00:00Z,22,converted,2026-05-05T10:00:00Z\n"
    (store / "again.csv").write_text("lead,at,price,outcome,told\n" + line, "utf-8")
    counts = json.loads(run("import", "again.csv", "--profile", "p.toml", "--json"))
    assert counts["duplicate"] == 1


@pytest.mark.parametrize("kind", ["csv", "xlsx", "parquet"])
def test_every_id_comes_back_from_our_own_files(
    store: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The store knows every row; an empty one holds the same facts afterwards."""
    before = {row["lead_id"]: row["price_cents"] for row in rows("attempts")}
    for table in ("attempts", "feedback", "deliveries"):
        run("export", table, "--period", "all_time", "--out", f"{table}.{kind}")
        counts = json.loads(run("import", f"{table}.{kind}", "--json"))
        assert counts["duplicate"] == counts["rows"] == len(LEADS)
    monkeypatch.setenv("LEADLOOP_DATA_DIR", str(store / "second"))
    books.close()
    run("import", f"attempts.{kind}", f"feedback.{kind}")
    assert {row["lead_id"]: row["price_cents"] for row in rows("attempts")} == before
    assert {row["lead_id"] for row in rows("feedback")} == set(LEADS)


def test_the_file_of_unanswered_leads_comes_back(
    store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Filled in by the buyer, each answer finds its lead."""
    monkeypatch.setenv("LEADLOOP_DATA_DIR", str(store / "silent"))
    books.close()
    (store / "silent.toml").write_text(
        (store / "p.toml").read_text("utf-8").replace('outcome = "outcome"\n', "").replace(
            'reported_at = "told"\n', ""
        ),
        "utf-8",
    )  # fmt: skip
    run("import", "leads.csv", "--profile", "silent.toml")
    run("export", "unanswered", "--period", "all_time", "--out", "unanswered.csv")
    with (store / "unanswered.csv").open(encoding="utf-8", newline="") as stream:
        table = list(csv.DictReader(stream))
    assert len(table) == len(LEADS)
    for row in table:
        row |= {"outcome": "no_contact", "occurred_at": "2026-05-06"}
    out = io.StringIO()
    writer = csv.DictWriter(out, table[0])
    writer.writeheader()
    writer.writerows(table)
    (store / "filled.csv").write_text(out.getvalue(), "utf-8")
    counts = json.loads(run("import", "filled.csv", "--json"))
    assert counts["created"] == len(LEADS)
    books.close()
    assert {row["outcome"] for row in rows("deliveries")} == {"no_contact"}


@pytest.mark.parametrize(
    ("lead", "code"),
    [
        ("x" * 129, "id_format"),
        ("a\tb", "control_character"),
        ("a\u0085b", "control_character"),
        ("a\u0000b", "control_character"),
        ("two\nlines", "control_character"),
        ("\u00a0", "lead_missing"),
    ],
)
def test_what_is_no_id_is_refused_by_name(store: Path, lead: str, code: str) -> None:
    """Too long, with control characters, or nothing at all."""
    event = {
        "event_type": "recipient.delivered",
        "timestamp": "2026-05-04T10:00:00Z",
        "lead_id": lead,
        "recipient": {"id": "b1"},
    }
    (store / "bad.ndjson").write_text(json.dumps(event), "utf-8")
    answer = json.loads(run("import", "bad.ndjson", "--json", status=3))
    assert [(each["code"], each["rows"]) for each in answer["reasons"]] == [(code, 1)]


def test_examples_of_wrong_details_name_whole_leads(store: Path) -> None:
    """A blank inside of an id does not part it."""
    event = {
        "event_type": "feedback.received",
        "timestamp": "2026-05-06T10:00:00Z",
        "lead_id": "REF 0042",
        "source": {"entity_id": "b1"},
        "feedback": {"outcome": "bad_info", "accuracy": {"phone": "invalid"}},
    }
    (store / "wrong.ndjson").write_text(json.dumps(event), "utf-8")
    run("import", "wrong.ndjson")
    books.close()
    found = {row["examples"] for row in rows("accuracy") if row["status"] == "invalid"}
    assert found == {"REF%200042"}
