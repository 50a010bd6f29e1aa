"""What is exported comes back bit for bit, in every format that files are read in."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner
from hostile_text import KEPT

from dashboard.answers import workspace
from dashboard.commands.main import main

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FORMATS = ("csv", "xlsx", "parquet")


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A store whose every text column holds every hostile text once."""
    monkeypatch.setenv("LEADLOOP_DATA_DIR", str(tmp_path / "var"))
    monkeypatch.delenv("LEADLOOP_DATABASE_URL", raising=False)
    workspace.close()
    file = tmp_path / "facts.ndjson"
    lines = [json.dumps(event) for n, text in enumerate(KEPT) for event in _events(n, text)]
    file.write_text("\n".join(lines), "utf-8")
    counts = json.loads(_run("import", file, "--json"))
    assert counts["created"] == counts["rows"] == len(lines)
    yield tmp_path
    workspace.close()


def _events(n: int, text: str) -> list[dict[str, Any]]:
    clock = ("T10:00:00.123456Z", "T10:00:07Z", "T00:00:00Z", "T10:00:00.007Z", "")[n % 5]
    at = f"2026-05-{n % 27 + 1:02d}{clock}"  # fractions, whole seconds, midnights, days
    delivery = {
        "event_type": "recipient.delivered",
        "timestamp": at,
        "lead_id": f"L{n}",
        "recipient": {"id": "B1", "name": text, "type": text},
        "lead": {
            "source": {"entity_id": "S1", "entity_name": text},
            "sub_source": text,
            "campaign": text,
            "vertical": text,
            "product": text,
            "state": text,
        },
        "delivery": {"price": 12.3, "method": text},
        "metadata": {"buyer_tier": text},
    }
    said = {
        "event_type": "feedback.received",
        "event_id": f"e{n}",
        "timestamp": at,
        "lead_id": f"L{n}",
        "source": {"entity_id": "B1", "entity_name": text, "type": text},
        "agent": text,
        "product_type": text,
        "close_time": text,
        "feedback": {
            "outcome": "returned",
            "reason": text,
            "notes": text,
            "category": text,
            "interest": {"timeline": text, "budget": text},
            "details": {"specific_issue": text, "issue": text, "impact": text},
        },
        "impact": {"buyer_satisfaction": text},
    }
    return [delivery, said]


def _run(*words: object) -> str:
    result = CliRunner().invoke(main, [str(word) for word in words])
    assert result.exit_code == 0, result.output
    return result.stdout


def _facts(table: str) -> list[dict[str, Any]]:
    workspace.close()
    lines = (
        _run("export", table, "--period", "all_time", "--format", "ndjson").rstrip("\n").split("\n")
    )
    own = {"feedback_id", "attempt_id", "recorded_at", "batch_id"}
    return [{k: v for k, v in json.loads(line).items() if k not in own} for line in lines]


@pytest.mark.parametrize("kind", FORMATS)
def test_every_text_comes_back_as_it_was(
    store: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    """The store knows every row of its own export; an empty one is rebuilt by it."""
    before = {table: _facts(table) for table in ("attempts", "feedback")}
    assert {row["notes"] for row in before["feedback"]} == set(KEPT)
    for table in ("attempts", "feedback", "deliveries"):
        out = store / f"{table}.{kind}"
        _run("export", table, "--period", "all_time", "--out", out)
        counts = json.loads(_run("import", out, "--json"))
        assert counts["duplicate"] == counts["rows"] == len(KEPT), (table, counts)
    monkeypatch.setenv("LEADLOOP_DATA_DIR", str(store / "second"))
    _run("import", store / f"attempts.{kind}", store / f"feedback.{kind}")
    assert {table: _facts(table) for table in before} == before
