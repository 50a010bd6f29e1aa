"""Mutated files, profiles and rules: each ends in an answer or a sentence.

    python tests/fuzz.py --cases 5000

A case is made of its seed alone, so that one that fails can be made again.
"""

from __future__ import annotations

import json
import tempfile
import tomllib
import traceback
from collections import Counter
from pathlib import Path
from typing import Final

import click
from builders import postgres_url
from fuzz_inputs import HEADER, PROFILE, Case, case

from data_access import rules_file
from data_access.intake import file_reader
from data_access.intake.file_reader import Limits, UnreadableFile
from data_access.intake.import_file import import_file
from data_access.intake.import_order import ImportOrder
from data_access.intake.mapping_profile import UnknownProfile, load
from data_access.store.store import Store
from metrics.definitions.rules import Rules

NOW_US: Final = 1_795_000_000_000_000


def tried(store: Store, folder: Path, one: Case) -> str:
    """What a case ended in: `answer` or `sentence`; anything else is raised."""
    if one.kind == "rules":
        return _as_rules(one.content)
    path = folder / "input"
    if one.kind == "profile":
        path.write_text(
            ",".join(HEADER) + "\nL1,sold,1.50,2026-05-03,x\nL2,odd,,03.05.2026 10:30,\n"
        )
        (folder / "p.toml").write_bytes(one.content)
        profile = str(folder / "p.toml")
    else:
        path.write_bytes(one.content)
        flat = one.seed % 3 == 0 and one.kind not in {"json", "ndjson"}
        (folder / "p.toml").write_text(PROFILE)
        profile = str(folder / "p.toml") if flat else ""
    order = ImportOrder(
        path=path,
        profile=profile or None,
        buyer="B1",
        validate_only=one.seed % 5 == 0,
        errors_dir=folder / "refused",
        now_us=lambda: NOW_US,
    )
    try:
        if profile:
            load(profile)
        done = import_file(store, order)
    except (UnreadableFile, UnknownProfile) as error:
        assert str(error).strip(), "an empty sentence"  # noqa: PT017 - either end is right
        return "sentence"
    assert done.rows == sum(done.counts.values()) > 0
    return "answer"


def _as_rules(content: bytes) -> str:
    try:
        tables = tomllib.loads(content.decode())
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError):
        return "sentence"  # the settings say it (see tests/data_access/test_settings.py)
    try:
        given = rules_file.read(tables, "rules.toml", Rules())
    except rules_file.BadRules as error:
        assert "rules.toml" in str(error)  # noqa: PT017 - either end is right
        return "sentence"
    assert given.patterns.of("a" * 40 + "!")
    return "answer"


def run(store: Store, cases: range, *, stop: bool = True) -> Counter[str]:
    """Try cases one after another; the first that breaks is named, with what broke."""
    ended: Counter[str] = Counter()
    file_reader.LIMITS = Limits(memory=700 * 1_048_576, seconds=60)
    with tempfile.TemporaryDirectory(prefix="leadloop-fuzz-") as place:
        for seed in cases:
            one = case(seed)
            try:
                ended[f"{one.kind}: {tried(store, Path(place), one)}"] += 1
            except Exception as error:
                message = f"case {seed} ({one.kind}, {one.content[:200]!r}…): {error!r}"
                if stop:
                    raise AssertionError(message) from error
                click.echo(message, err=True)
                click.echo(traceback.format_exc(), err=True)
                ended["broken"] += 1
    return ended


@click.command()
@click.option("--cases", type=click.IntRange(1), default=5_000, help="On each database.")
@click.option("--first", type=click.IntRange(0), default=1_000_000, help="The first seed.")
def main(cases: int, first: int) -> None:
    """Try cases on both databases, and print what they ended in."""
    with tempfile.TemporaryDirectory() as folder, postgres_url() as url:
        for where in (f"sqlite:///{folder}/fuzz.sqlite3", url):
            store = Store(where)
            ended = run(store, range(first, first + cases), stop=False)
            store.close()
            click.echo(json.dumps({"store": where.split(":")[0], **dict(sorted(ended.items()))}))


if __name__ == "__main__":
    main()
