"""Write the pages of docs/ that say again what the code says.

`metrics.md` is made whole from the catalogue; in `importing.md`, `tables.md` and
`CONTRIBUTING.md` what stands between the marks is. A test makes them anew and compares.
"""

# ruff: noqa: INP001 - a script, not a package
from __future__ import annotations

import ast
from pathlib import Path
from typing import Final

from dashboard.tables.registry import TABLES
from data_access.intake.mapping_profile import FIELDS, TARGETS
from data_access.intake.refusals import ADVICE, REFUSALS
from metrics.definitions.catalogue import NUMBERS, Number
from metrics.definitions.reasons import REASONS
from metrics.outcomes.contradictions import CODES

DOCS: Final = Path(__file__).parent
BETTER: Final = {"higher": "higher is better", "lower": "lower is better", "neither": "neither way"}
OPENING: Final = """\
# What every number means

This page is made from the catalogue (`metrics/definitions/catalogue.py`) by `make docs`. Pages,
exports and the API use the same names and the same meanings.

Every rate is shown with its numerator, its own denominator and a likely range: where the
true rate most likely lies, with 95 % confidence, by the score interval of E. B. Wilson
("Probable inference, the law of succession, and statistical inference", JASA 22, 1927).
Where there is nothing to divide by there is no data, and never 0 %.

*Out of* (`base`) moves conversion, contact and the mix only: deliveries with **feedback**
(the default), all **delivered**, or those **old enough to judge** (`mature`: delivered so long
before *As known on* that 90 % of the final sales are usually in; it restricts every count alike).
*Count by* (`clock`) says which time dates a delivery: when it was **delivered** (the
default; offers that failed by their first try), when the outcome **occurred**, or when it
was **reported**. By the last two only deliveries with feedback can be counted; what needs
the others is blank.
*As known on* (`as_of`): whatever was tried, reported or taken back later does not exist.
An import that was withdrawn by then counts nowhere, and one that was withdrawn later counts.

A comparison is with the period before (months with months), or with a year before, **at the same
age**: as it was known when its last day was as old. Young deliveries have not reported yet; without
this every headline
would "fall". A change of a rate is called level when the likely range of the difference covers
zero (R. G. Newcombe, "Interval estimation for the difference between independent proportions",
Statistics in Medicine 17, 1998, method 10); money is level when it moved by less than 1 %.

## Which outcome counts

A delivery is one lead offered to one buyer. It has one outcome: the latest *decisive* event
(converted, returned) by when it happened, when it was reported, and its id; else the latest
*closed* one (not interested, already purchased, bad info, duplicate); else the furthest
*progress* (not reached, contacted, qualified); else *comment only*. The order in which reports
arrive never matters. A report that was taken back by its own buyer does not count from then on.

A buyer takes a report back by an event that *retracts* it, or by one that *replaces* it and
stands in its place. Which of these links act is judged from all that is known at *As known on*,
by times and ids: a link acts only on a report of the same buyer about the same lead; a retraction
is final; a replacement acts only on what is earlier by (reported, event id). Where several replace
one report, it is taken back and each of them counts as a report of its own. A replacement that
acts on nothing is an ordinary report; a retraction of a retraction counts with what else it says,
and one of what is not known of this buyer and lead waits. Links that act on nothing are listed as
contradictions.
"""


def metrics() -> str:
    """The page of numbers."""
    rows = "\n".join(_row(number) for number in NUMBERS)
    codes = "\n".join(f"| `{code}` | {sentence} |" for code, sentence in CODES.items())
    groups: dict[str, list[str]] = {}
    for reason, (group, _) in REASONS.items():
        groups.setdefault(group, []).append(f"`{reason}`")
    reasons = "\n".join(f"| `{group}` | {', '.join(names)} |" for group, names in groups.items())
    return f"""{OPENING}
## Numbers

| number | key | meaning | formula | |
|---|---|---|---|---|
{rows}

## Contradictions

Two reports that cannot both be true. The delivery keeps its outcome and is listed.

| code | |
|---|---|
{codes}

## Reasons in two levels

Free text is kept as it came and mapped by patterns; what none matches is `other`.

| group | reasons |
|---|---|
{reasons}

{(DOCS / "metrics_explained.md").read_text("utf-8").rstrip()}
"""


def _row(number: Number) -> str:
    cells = (
        number.label,
        f"`{number.key}`",
        number.definition,
        number.formula,
        BETTER[number.better],
    )
    return f"| {' | '.join(cells)} |"


def codes() -> str:
    """Every code of a refusal with what is allowed."""
    known = sorted(REFUSALS.values(), key=lambda refusal: refusal.code)
    rows = "\n".join(f"| `{r.code}` | {r.words} | {r.allowed} |" for r in known)
    return f"| code | | allowed is |\n|---|---|---|\n{rows}"


def advice() -> str:
    """Every code of advice on a link with what would act."""
    rows = "\n".join(f"| `{a.code}` | {a.allowed} |" for a in ADVICE.values())
    return f"| code | what would act |\n|---|---|\n{rows}"


def facts() -> str:
    """Everything a column of a file can be, with its kind."""
    kinds = {name: FIELDS[name].kind.value if name in FIELDS else "" for name in TARGETS}
    return ", ".join(f"`{name}`" + (f" ({kind})" if kind else "") for name, kind in kinds.items())


def tables() -> str:
    """Every table with its sentence."""
    rows = "\n".join(f"| `{t.name}` | {t.sentence} |" for t in TABLES.values())
    return f"| table | |\n|---|---|\n{rows}"


ROOMS: Final = ("data_access", "metrics", "dashboard")


def map_of_modules() -> str:
    """Every folder of the rooms with its modules, each by the first line of its docstring."""
    root = DOCS.parent
    folders = sorted(
        file.parent.relative_to(root)
        for room in ROOMS
        for file in (root / room).rglob("__init__.py")
    )
    return "\n\n".join(_folder(root, folder) for folder in folders if not _is_run_apart(folder))


def _is_run_apart(folder: Path) -> bool:
    """Whether the files of a folder are run by Alembic, one after the other."""
    return folder.name == "versions"


def _folder(root: Path, folder: Path) -> str:
    modules = sorted(file for file in (root / folder).glob("*.py") if file.stem != "__init__")
    lines = [f"- `{file.name}`: {_first_line(file)}" for file in modules]
    title = f"**`{folder.as_posix()}/`** {_first_line(root / folder / '__init__.py')}"
    return "\n".join([title, "", *lines]).rstrip()


def _first_line(file: Path) -> str:
    said = ast.get_docstring(ast.parse(file.read_text("utf-8"))) or ""
    return said.partition("\n")[0]


PARTS: Final = {
    "../CONTRIBUTING.md": {"map": map_of_modules},
    "importing.md": {"codes": codes, "advice": advice, "facts": facts},
    "tables.md": {"tables": tables},
}


def made() -> dict[str, str]:
    """Every page that is made, in whole or in part, as it should be."""
    pages = {"metrics.md": metrics()}
    for name, parts in PARTS.items():
        page = (DOCS / name).read_text("utf-8")
        for part, make in parts.items():
            mark = f"<!-- {part} -->"
            before, _, after = page.split(mark)
            page = f"{before}{mark}\n{make()}\n{mark}{after}"
        pages[name] = page
    return pages


if __name__ == "__main__":
    for name, page in made().items():
        (DOCS / name).write_text(page, "utf-8")
