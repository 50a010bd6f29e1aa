"""How each kind of field is read from text: values, and a code where it cannot be.

Every reader is a pure pair of Polars expressions over one text column. Digits are
written `[0-9]` throughout: the class for digits also matches full-width and Arabic ones.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import polars as pl

from data_access.columns import ID_PATTERN, LONGEST_ID, Field, Kind
from data_access.intake.refusals import LONGEST
from data_access.spelling import spelt_leads, spelt_names
from data_access.store.storable_text import IN_FRAMES

if TYPE_CHECKING:
    from collections.abc import Callable

EARLIEST_US: Final = 946_684_800_000_000  # 2000-01-01T00:00Z
LEEWAY_US: Final = 300_000_000  # five minutes of clock difference
AHEAD_US: Final = 14 * 3_600_000_000  # a date may already have begun east of here
WAITS_US: Final = 86_400_000_000  # our clock may run behind by a day: what is ahead waits so long
MONEY_DIGITS: Final = 13

_DATE: Final = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
_CLOCK: Final = r"([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{1,9})?"
_ZONE: Final = r"(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])"
_INSTANT: Final = rf"^[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}[T ]{_CLOCK}{_ZONE}$"
_NAIVE: Final = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?$"
_CONTROL: Final = r"\p{Cc}"  # tabs and line ends are none of an id
_MONEY: Final = r"^-?[0-9]+(\.[0-9]+)?$"
_TRUE: Final = ("true", "yes", "y", "1", "t")
_FALSE: Final = ("false", "no", "n", "0", "f")


@dataclass(frozen=True, slots=True)
class ReadValues:
    """Stored columns of a field as expressions, and the code of what is wrong (or null)."""

    columns: dict[str, pl.Expr]
    code: pl.Expr


def reading(field: Field, *, now_us: int, places: int = 2) -> ReadValues:
    """How one field is read, by its kind; amounts have so many decimal places."""
    if field.kind is Kind.TIME:
        return _time(field, now_us)
    if field.kind is Kind.MONEY:
        return _money(field, places)
    if field.kind is Kind.WORD:
        return ReadValues({field.name: pl.col(field.name)}, _unless(_known(field), "unknown_word"))
    return _READERS[field.kind](field)


def _unless(good: pl.Expr, code: str) -> pl.Expr:
    return pl.when(~good).then(pl.lit(code))


def _known(field: Field) -> pl.Expr:
    return pl.col(field.name).is_in(list(field.words))


def _whole(text: pl.Expr) -> pl.Expr:
    return text.cast(pl.Int64, strict=False)


def _id(field: Field) -> ReadValues:
    text = pl.col(field.name)
    return ReadValues({field.name: text}, _unless(text.str.contains(ID_PATTERN), "id_format"))


def _lead(field: Field) -> ReadValues:
    text = spelt_leads(pl.col(field.name))
    code = (
        pl.when(text == "")
        .then(pl.lit("lead_missing"))
        .when(text.str.len_chars() > LONGEST_ID)
        .then(pl.lit("id_format"))
        .when(text.str.contains(_CONTROL) | text.str.contains(IN_FRAMES))
        .then(pl.lit("control_character"))
    )
    return ReadValues({field.name: text}, code)


def _name(field: Field) -> ReadValues:
    read = _text(field)
    return ReadValues({field.name: spelt_names(pl.col(field.name))}, read.code)


def _text(field: Field) -> ReadValues:
    text = pl.col(field.name)
    control = text.str.contains(IN_FRAMES)
    code = (
        pl.when(text.str.len_chars() > LONGEST)
        .then(pl.lit("too_long"))
        .when(control)
        .then(pl.lit("control_character"))
    )
    return ReadValues({field.name: text}, code)


def amount_text(digits: pl.Expr, places: int) -> pl.Expr:
    """A count of smallest units as an amount: `-1234` with two decimal places is `-12.34`."""
    plain = digits.str.strip_prefix("-").str.zfill(places + 1)
    sign = pl.when(digits.str.starts_with("-")).then(pl.lit("-")).otherwise(pl.lit(""))
    if not places:
        return pl.concat_str(sign, plain)
    whole = plain.str.slice(0, plain.str.len_chars() - places)
    return pl.concat_str(sign, whole, pl.lit("."), plain.str.slice(-places))


def _money(field: Field, places: int) -> ReadValues:
    text = pl.col(field.name).str.strip_chars()
    whole = text.str.extract(r"^-?([0-9]+)", 1)
    decimals = text.str.extract(r"\.([0-9]+)$", 1).fill_null("")
    sign = pl.when(text.str.starts_with("-")).then(-1).otherwise(1)
    digits = whole.str.strip_chars_start("0").str.len_chars()
    code = (
        pl.when(~text.str.contains(_MONEY) | decimals.str.slice(places).str.contains("[1-9]"))
        .then(pl.lit("money_format"))
        .when(digits > MONEY_DIGITS)
        .then(pl.lit("money_too_large"))
        .when((sign < 0) & pl.lit(field.name != "margin"))
        .then(pl.lit("money_negative"))
    )
    rest = _whole(decimals.str.slice(0, places).str.pad_end(places, "0")).fill_null(0)
    cents = sign * (_whole(whole) * 10**places + rest)
    return ReadValues({f"{field.name}_cents": cents}, code)


def _time(field: Field, now_us: int) -> ReadValues:
    text = pl.col(field.name).str.strip_chars()
    day = text.str.contains(_DATE)
    days = text.str.slice(0, 10).str.to_date("%Y-%m-%d", strict=False).cast(pl.Int64)
    clock = sum(
        (
            _whole(text.str.slice(start, 2)) * unit
            for start, unit in ((11, 3600), (14, 60), (17, 1))
        ),
        start=pl.lit(0),
    )
    fraction = _whole(text.str.extract(r"\.([0-9]{1,6})", 1).fill_null("").str.pad_end(6, "0"))
    east = _whole(text.str.slice(-5, 2)) * 3600 + _whole(text.str.slice(-2, 2)) * 60
    offset = (
        pl.when(text.str.ends_with("Z"))
        .then(0)
        .otherwise(pl.when(text.str.slice(-6, 1) == "-").then(-east).otherwise(east))
    )
    instant = (days * 86_400 + clock - offset) * 1_000_000 + fraction
    us = pl.when(day).then(days * 86_400_000_000).otherwise(instant)
    limit = now_us + WAITS_US + pl.when(day).then(AHEAD_US).otherwise(0)
    code = (
        pl.when(text.str.contains(_NAIVE))
        .then(pl.lit("time_naive"))
        .when(~day & ~text.str.contains(_INSTANT))
        .then(pl.lit("time_format"))
        .when(days.is_null())
        .then(pl.lit("time_impossible"))
        .when(us < EARLIEST_US)
        .then(pl.lit("time_too_early"))
        .when(us > limit)
        .then(pl.lit("future"))
    )
    stem = field.name.removesuffix("_at")
    precision = pl.when(day).then(pl.lit("day")).when(text.is_not_null()).then(pl.lit("instant"))
    return ReadValues({f"{stem}_us": us, f"{stem}_precision": precision}, code)


def _int(field: Field) -> ReadValues:
    text = pl.col(field.name).str.strip_chars()
    good = text.str.contains(r"^[+-]?[0-9]{1,12}$")
    value = _whole(text.str.strip_prefix("+"))
    return ReadValues({field.name: value}, _unless(good, "number_format"))


def _bool(field: Field) -> ReadValues:
    text = pl.col(field.name).str.strip_chars().str.to_lowercase()
    no = pl.when(text.is_in(_FALSE)).then(pl.lit(value=False))
    value = pl.when(text.is_in(_TRUE)).then(pl.lit(value=True)).otherwise(no)
    return ReadValues({field.name: value}, _unless(text.is_in([*_TRUE, *_FALSE]), "bool_format"))


def _number(text: pl.Expr) -> pl.Expr:
    return (
        pl.when(text.str.contains(r"^[0-9]{1,6}(\.[0-9]{1,9})?$"))
        .then(text)
        .cast(pl.Float64, strict=False)
    )


def _share(field: Field) -> ReadValues:
    text = pl.col(field.name).str.strip_chars()
    percent = text.str.ends_with("%")
    value = _number(text.str.strip_chars_end("% "))
    value = pl.when(percent).then(value / 100).otherwise(value)
    good = value.is_not_null() & value.is_between(0, 1)
    return ReadValues({field.name: value}, _unless(good, "share_format"))


def _scale(field: Field) -> ReadValues:
    value = _whole(pl.col(field.name).str.extract(r"^\s*([0-9]{1,2})\s*(?:/\s*10\s*)?$", 1))
    good = value.is_not_null() & value.is_between(0, 10)
    return ReadValues({field.name: value}, _unless(good, "scale_format"))


def _rating(field: Field) -> ReadValues:
    value = _number(pl.col(field.name).str.strip_chars())
    good = value.is_not_null() & value.is_between(0, 100)
    return ReadValues({field.name: value}, _unless(good, "rating_format"))


def _span(field: Field) -> ReadValues:
    text = pl.col(field.name).str.strip_chars()
    parts = [
        _whole(text.str.extract(rf"([0-9]{{1,6}})\s*{unit}\b", 1)).fill_null(0) * seconds
        for unit, seconds in (("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1))
    ]
    plain = text.str.contains(r"^[0-9]{1,9}$")
    worded = text.str.contains(r"^([0-9]{1,6}\s*[dhms]\s*)+$")
    value = pl.when(plain).then(_whole(text)).otherwise(sum(parts, start=pl.lit(0)))
    return ReadValues(
        {field.name: pl.when(plain | worded).then(value)}, _unless(plain | worded, "span_format")
    )


_READERS: Final[dict[Kind, Callable[[Field], ReadValues]]] = {
    Kind.ID: _id,
    Kind.LEAD: _lead,
    Kind.NAME: _name,
    Kind.TEXT: _text,
    Kind.NOTE: _text,
    Kind.INT: _int,
    Kind.BOOL: _bool,
    Kind.SHARE: _share,
    Kind.SCALE: _scale,
    Kind.RATING: _rating,
    Kind.SPAN: _span,
}
