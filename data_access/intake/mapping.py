"""Rows of a file -> text facts in the words of the contract, by a mapping profile."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

import polars as pl

from data_access.columns import DELIVERY_EVENTS, Kind
from data_access.currencies import DEFAULT, decimals
from data_access.intake.contract import SAYING
from data_access.intake.field_readers import amount_text
from data_access.intake.mapping_profile import FIELDS, FileRules, Profile, Sheet
from data_access.intake.party_ids import Naming, by_name_alone, with_ids
from data_access.intake.refusals import ERROR_COLUMNS, PROBLEM

_STATUS: Final = {
    "delivered": DELIVERY_EVENTS[0],
    "success": DELIVERY_EVENTS[0],
    "failed": DELIVERY_EVENTS[1],
}
_NUMBERS: Final = (Kind.SHARE, Kind.RATING)
_DAY: Final = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
_ISO: Final = ("%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%dT%H:%M")


@dataclass(frozen=True, slots=True)
class Mapped:
    """Text facts of a chunk (`line`, fields, `raw`) and the lines already refused."""

    rows: pl.DataFrame
    problems: pl.DataFrame


def apply(  # noqa: PLR0913 - a chunk, how it is written, and who is who
    raw: pl.DataFrame,
    profile: Profile,
    sheet: Sheet,
    *,
    buyer: str | None,
    escaped: bool = True,
    naming: Naming = by_name_alone,
    currency: str = DEFAULT,
) -> Mapped:
    """Map a chunk of a file.

    Args:
        raw: `line` (Int64) and the file's columns, all text.
        profile: words, formats and zone.
        sheet: the layout that fits this file.
        buyer: fills the buyer where neither row nor profile names one.
        escaped: the file is of the kind in which we put a `'` before live text.
        naming: ids of parties that rows only name.
        currency: of the amounts.
    """
    source = raw.drop("line")
    rows = _picked(raw, sheet, profile.file, escaped=escaped)
    rows = rows.with_columns(raw=pl.Series(source.to_struct("row").struct.json_encode()))
    rows = rows.with_columns(
        pl.lit(text).alias(target)
        for target, text in {**profile.constants, **sheet.constants}.items()
        if target not in rows.columns or rows[target].null_count() == rows.height
    )
    rows = _translated(rows, profile.words)
    rows, problems = _formatted(rows, profile.file, currency)
    rows, flagged = _shorthands(rows)
    rows = with_ids(rows, buyer, naming)
    none = pl.DataFrame(schema=PROBLEM)
    return Mapped(_parted(rows), pl.concat([none, *problems, *flagged]))


def _picked(raw: pl.DataFrame, sheet: Sheet, rules: FileRules, *, escaped: bool) -> pl.DataFrame:
    """The mapped columns under their fact names; empty text is null, blank text of others too."""
    text = {c: pl.col(c).replace("", None) for c in raw.columns if c != "line"}
    ours = rules.unquote or ERROR_COLUMNS[1] in raw.columns  # an export, an error file
    if ours and escaped:
        text = {c: expr.str.replace(r"^'", "") for c, expr in text.items()}
    picked = {
        target: pl.coalesce([text[c] for c in columns if c in text])
        for target, columns in sheet.mapped().items()
        if any(c in text for c in columns)
    }
    rows = raw.select("line", **picked)
    if rules.unquote:
        return rows
    blank = [pl.col(c).str.strip_chars() == "" for c in picked]
    return rows.with_columns(
        pl.when(~is_blank).then(pl.col(c)).alias(c)
        for c, is_blank in zip(picked, blank, strict=True)
    )


def _translated(rows: pl.DataFrame, words: dict[str, dict[str, str]]) -> pl.DataFrame:
    """Words of the profile, compared without case and outer blanks; the original is kept."""
    for target, meaning in words.items():
        if target not in rows.columns:
            continue
        lower = {word.strip().lower(): meant for word, meant in meaning.items()}
        plain = pl.col(target).str.strip_chars().str.to_lowercase()
        meant = plain.replace_strict(lower, default=None, return_dtype=pl.String)
        if target == "outcome":
            rows = rows.with_columns(outcome_raw=pl.when(meant.is_not_null()).then(target))
        rows = rows.with_columns(pl.coalesce(meant, target).replace("", None).alias(target))
    return rows


def _formatted(
    rows: pl.DataFrame, rules: FileRules, currency: str
) -> tuple[pl.DataFrame, list[pl.DataFrame]]:
    """Local ways to write times and numbers -> the contract's own."""
    problems: list[pl.DataFrame] = []
    for target in rows.columns:
        kind = Kind.TIME if target == "delivered_at" else None
        kind = FIELDS[target].kind if target in FIELDS else kind
        if kind is Kind.TIME and (rules.zone or rules.datetime_formats or rules.date_formats):
            rows, found = _local_times(rows, target, rules)
            problems += found
        elif kind is Kind.MONEY and rules.money == "cents":
            rows = rows.with_columns(_from_cents(target, currency))
        elif _is_local_number(kind, rules):
            rows, found = _local_numbers(rows, target, rules)
            problems += found
    for target in [c for c in rows.columns if c.endswith("_precision")]:
        time = f"{target.removesuffix('_precision')}_at"
        day, text = pl.col(target) == "day", pl.col(time)
        instant = (pl.col(target) == "instant") & text.str.contains(_DAY)  # a cell of midnight
        rows = rows.with_columns(
            pl.when(day)
            .then(text.str.slice(0, 10))
            .when(instant)
            .then(text + "T00:00:00Z")
            .otherwise(time)
            .alias(time)
        ).drop(target)
    return rows, problems


def _is_local_number(kind: Kind | None, rules: FileRules) -> bool:
    if kind is Kind.MONEY:
        return rules.decimal == "," or rules.thousands != ""
    return kind in _NUMBERS and rules.decimal == ","


def _from_cents(target: str, currency: str) -> pl.Expr:
    text = pl.col(target)
    money = amount_text(text, decimals(currency))
    return pl.when(text.str.contains(r"^-?[0-9]+$")).then(money).otherwise(text).alias(target)


def _problem(
    rows: pl.DataFrame, bad: pl.Expr, target: str, code: str, allowed: str
) -> pl.DataFrame:
    return (
        rows.filter(bad)
        .select(
            "line",
            code=pl.lit(code),
            field=pl.lit(target),
            value=pl.col(target).str.slice(0, 200),
            allowed=pl.lit(allowed),
            nearest=pl.lit(None, pl.String),
        )
        .select(*PROBLEM)
    )


def _local_numbers(
    rows: pl.DataFrame, target: str, rules: FileRules
) -> tuple[pl.DataFrame, list[pl.DataFrame]]:
    mark, group = re.escape(rules.decimal), re.escape(rules.thousands)
    grouped = rf"|[0-9]{{1,3}}({group}[0-9]{{3}})+" if rules.thousands else ""
    text = pl.col(target).str.strip_chars()
    good = text.str.contains(rf"^-?([0-9]+{grouped})({mark}[0-9]+)?$")
    percent = text.str.contains(r"%\s*$")
    plain = text.str.replace_all(rules.thousands, "", literal=True) if rules.thousands else text
    plain = plain.str.replace(rules.decimal, ".", literal=True)
    allowed = f"a number written with {rules.decimal!r} before the decimals"
    bad = _problem(rows, ~good & ~percent, target, "money_format", allowed)
    return rows.with_columns(pl.when(good | percent).then(plain).alias(target)), [bad]


def _local_times(
    rows: pl.DataFrame, target: str, rules: FileRules
) -> tuple[pl.DataFrame, list[pl.DataFrame]]:
    """Local times -> UTC text; those that are ambiguous or skipped are refused."""
    text = pl.col(target).str.strip_chars()
    naive, aware = _in_formats(text, rules.datetime_formats)
    days = [text.str.to_date(f, strict=False) for f in rules.date_formats]
    rows = rows.with_columns(
        __naive=naive, __aware=aware, __day=pl.coalesce(days) if days else pl.lit(None, pl.Date)
    )
    local, day = pl.col("__naive"), pl.col("__day")
    own = text.str.contains(r"^[0-9]{4}-[0-9]{2}-[0-9]{2}([T ].*(Z|[+-][0-9]{2}:[0-9]{2}))?$")
    read = local.is_not_null() | day.is_not_null() | pl.col("__aware").is_not_null()
    formats = " or ".join((*rules.datetime_formats, *rules.date_formats)) or "RFC 3339"
    allowed = f"an existing day and time, {formats}"
    unread = pl.col(target).is_not_null() & ~read & ~own
    found = [_problem(rows, unread, target, "time_format", allowed)]
    if rules.zone is None:
        named = "a zone in the profile"
        found.append(_problem(rows, local.is_not_null(), target, "time_naive", named))
        utc = pl.lit(None, pl.String)
    else:
        utc, unsure = _in_zone(rows, target, rules.zone)
        found += unsure
    known = pl.when(own & local.is_null()).then(text)
    texts = (_as_utc(pl.col("__aware")), utc, day.dt.strftime("%Y-%m-%d"), known)
    rows = rows.with_columns(pl.coalesce(texts).alias(target))
    return rows.drop("__naive", "__aware", "__day"), found


def _in_formats(text: pl.Expr, formats: tuple[str, ...]) -> tuple[pl.Expr, pl.Expr]:
    """Times as the formats read them: naive ones, and those that name their offset."""
    offset = [f for f in formats if "%z" in f or "%:z" in f]
    plain = [f for f in formats if f not in offset]
    naive = [text.str.to_datetime(f, strict=False, time_unit="us") for f in (*plain, *_ISO)]
    aware = [text.str.to_datetime(f, strict=False, time_unit="us", time_zone="UTC") for f in offset]
    return pl.coalesce(naive), pl.coalesce([*aware, pl.lit(None, pl.Datetime("us", "UTC"))])


def _as_utc(moment: pl.Expr) -> pl.Expr:
    return moment.dt.convert_time_zone("UTC").dt.strftime("%Y-%m-%dT%H:%M:%S%.6fZ")


def _in_zone(rows: pl.DataFrame, target: str, zone: str) -> tuple[pl.Expr, list[pl.DataFrame]]:
    """The naive times of a zone in UTC, and those that it skips or has twice."""
    local = pl.col("__naive")
    first = local.dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null")
    sure = local.dt.replace_time_zone(zone, ambiguous="null", non_existent="null")
    named = f"a local time that exists once in {zone}"
    skipped, twice = local.is_not_null() & first.is_null(), first.is_not_null() & sure.is_null()
    found = [
        _problem(rows, skipped, target, "time_impossible", named),
        _problem(rows, twice, target, "time_ambiguous", named),
    ]
    return _as_utc(sure), found


def _shorthands(rows: pl.DataFrame) -> tuple[pl.DataFrame, list[pl.DataFrame]]:
    """`status`, `delivered_at` and `converted_flag` -> the fields they stand for."""
    found: list[pl.DataFrame] = []
    if "delivered_at" in rows.columns:
        rows = rows.rename({"delivered_at": "attempted_at"})
    if "status" in rows.columns:
        word = pl.col("status").str.strip_chars().str.to_lowercase()
        known = word.is_in(list(_STATUS))
        found.append(_problem(rows, ~known, "status", "unknown_word", ", ".join(_STATUS)))
        meant = word.replace_strict(_STATUS, default=None, return_dtype=pl.String)
        rows = rows.with_columns(event_type=meant).drop("status")
    if "converted_flag" in rows.columns:
        absent = [name for name in ("outcome", "outcome_raw") if name not in rows.columns]
        rows = rows.with_columns(pl.lit(None, pl.String).alias(name) for name in absent)
        flag = pl.col("converted_flag").str.strip_chars().str.to_lowercase()
        yes = flag.is_in(["true", "yes", "y", "1", "t"])
        no = flag.is_in(["false", "no", "n", "0", "f"])
        unread = flag.is_not_null() & ~yes & ~no
        found.append(_problem(rows, unread, "converted_flag", "bool_format", "true or false"))
        both = yes & (pl.col("outcome") == "returned")
        sentence = "converted = true beside anything but returned"
        found.append(_problem(rows, both, "converted_flag", "converted_and_returned", sentence))
        original = pl.coalesce("outcome_raw", "outcome")
        rows = rows.with_columns(
            outcome_raw=pl.when(yes & (pl.col("outcome") != "converted"))
            .then(original)
            .otherwise("outcome_raw"),
            outcome=pl.when(yes).then(pl.lit("converted")).otherwise("outcome"),
        ).drop("converted_flag")
    return rows, found


def _parted(rows: pl.DataFrame) -> pl.DataFrame:
    """Mark rows that carry feedback beside a delivery."""
    own = [name for name in (*SAYING, "occurred_at", "reported_at") if name in rows.columns]
    if not own or "feedback_type" in rows.columns:
        return rows
    says = pl.any_horizontal(pl.col(c).is_not_null() for c in own)
    if "event_type" in rows.columns:
        says &= pl.col("event_type").is_null() | pl.col("event_type").is_in(DELIVERY_EVENTS)
    return rows.with_columns(feedback_type=pl.when(says).then(pl.lit("feedback.received")))
