"""`rules.toml`, judged: what it says is put into the values that stand where it says nothing.

The values are frozen dataclasses of whoever uses them; their fields say what a section may hold,
and their own checks say what fits together. So a rule that is added there can be set here.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import fields, replace
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, Final, Protocol, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, create_model
from pydantic_core import PydanticCustomError

from data_access.explained import ExplainedError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from _typeshed import DataclassInstance

    Rules = TypeVar("Rules", bound=DataclassInstance)

_TOO_LARGE: Final = 1e9
PATTERNS: Final = "patterns"
"""The one section that is a list of tables."""


class BadRules(ExplainedError, ValueError):  # noqa: N818 - what it says is what is wrong with the rules
    """A settings file that cannot be taken; the message names file, key and nearest key."""


class _ByName(Protocol):
    """Numbers by name, of which some are changed."""

    def updated(self, numbers: Mapping[str, float]) -> object:
        """The same with some numbers changed or added."""


def _number(value: object) -> float:
    fits = isinstance(value, int | float) and not isinstance(value, bool)
    if not fits or not 0 <= float(str(value)) < _TOO_LARGE:
        kind, message = "number", "is not a number from 0"
        raise PydanticCustomError(kind, message)
    return float(str(value))


def _whole(value: object) -> int:
    number = _number(value)
    if number != int(number):
        kind, message = "whole", "is not a whole number"
        raise PydanticCustomError(kind, message)
    return int(number)


_Number = Annotated[float, BeforeValidator(_number)]
_Whole = Annotated[int, BeforeValidator(_whole)]
_Text = Annotated[str, Field(strict=True, min_length=1)]
_STRICT: Final = ConfigDict(extra="forbid", frozen=True)


class _Pattern(BaseModel):
    model_config = _STRICT

    reason: _Text
    group: _Text
    pattern: _Text


def _kind_of(default: object) -> Any:  # noqa: ANN401 - a type for pydantic
    if isinstance(default, tuple):
        return list[_Text]
    if isinstance(default, int):
        return _Whole
    return _Number if isinstance(default, float) else dict[str, _Number]


@cache
def _form(kind: type[DataclassInstance]) -> type[BaseModel]:
    """What a file may say: a section a field, and in it a value a field."""
    sections: dict[str, Any] = {}
    for section in fields(kind):
        if section.name == PATTERNS:
            sections[PATTERNS] = (list[_Pattern], [])
            continue
        defaults = section.default
        values: dict[str, Any] = {
            field.name: (_kind_of(getattr(defaults, field.name)), None)
            for field in fields(defaults)  # type: ignore[arg-type]
        }
        form = create_model(section.name, __config__=_STRICT, **values)
        sections[section.name] = (form, None)
    return create_model(kind.__name__, __config__=_STRICT, **sections)


def read(tables: Mapping[str, Any], where: str, defaults: Rules) -> Rules:
    """Values in force: those of a settings file, and for the rest `defaults`.

    Args:
        tables: the file's tables, as TOML gives them.
        where: the file's name, for messages.
        defaults: a frozen dataclass with a frozen dataclass per section.

    Raises:
        BadRules: an unknown key (with the nearest known one), a value of another type or
            outside what is allowed, or values that do not fit together.
    """
    try:
        given = _form(type(defaults)).model_validate(tables).model_dump(exclude_unset=True)
        return replace(defaults, **{name: _put(name, defaults, given[name]) for name in given})
    except ValidationError as error:
        raise BadRules(_explained(error, where, defaults)) from None
    except ValueError as error:
        message = f"{where}: {error}"
        raise BadRules(message) from None


def _put(name: str, rules: DataclassInstance, given: Any) -> object:  # noqa: ANN401 - as TOML gives it
    """One section: its defaults with what was said."""
    default = getattr(rules, name)
    if name == PATTERNS:
        return default.preceded_by((row["reason"], row["group"], row["pattern"]) for row in given)
    return replace(
        default, **{key: _value(getattr(default, key), value) for key, value in given.items()}
    )


def _value(default: _ByName | object, value: object) -> object:
    if isinstance(value, Mapping):
        return default.updated(value)  # type: ignore[union-attr]
    return tuple(value) if isinstance(value, list) else value


def _explained(error: ValidationError, where: str, defaults: DataclassInstance) -> str:
    first = error.errors()[0]
    place = [str(part) for part in first["loc"]]
    key = ".".join(place)
    if place[0] == PATTERNS:
        return f"{where}: each [[patterns]] has reason, group and pattern, all text"
    if first["type"] == "extra_forbidden":
        holder = defaults if len(place) == 1 else getattr(defaults, place[0])
        return _unknown(where, key, [field.name for field in fields(holder)])
    if len(place) == 1:
        return f"{where}: {key} is a section; write [{key}]"
    default = getattr(getattr(defaults, place[0]), place[1])
    if isinstance(default, tuple):
        return f"{where}: {'.'.join(place[:2])} is a list of names"
    if first["type"] not in {"number", "whole"}:
        return f"{where}: {key} is a table of numbers by name"
    return f"{where}: {key} = {first['input']!r} {first['msg']}"


def _unknown(where: str, key: str, allowed: Iterable[str]) -> str:
    known = sorted(allowed)
    near = difflib.get_close_matches(key.rpartition(".")[2], known, n=1)
    hint = f"; nearest: {near[0]}" if near else f"; allowed: {', '.join(known)}"
    return f"{where}: {key} is not a setting{hint}"
