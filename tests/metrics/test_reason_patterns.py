"""Patterns of reasons: the same results as ever, in time that does not run away."""

from __future__ import annotations

import itertools
import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_access import rules_file
from metrics.definitions import reasons
from metrics.definitions.reasons import DEFAULT, OTHER, REASONS, ReasonPatterns
from metrics.definitions.rules import Rules

WORDS = sorted(
    {
        *re.findall(r"[a-z]+", " ".join(pattern for _, pattern in REASONS.values())),
        *("number", "e-mail", "email", "the", "our", "NOT", "Was", "Opted-Out", "café", "straße"),
        *("made up", "made-up", "İ", "ΣΑΣ", "test.", "(test)", "a_test", "\n", "\t", "é", "123"),
    }
)


def by_backtracking(text: str) -> tuple[str, str]:
    """The first default pattern that matches, by Python's engine."""
    for reason, group, pattern in DEFAULT.rows:
        if re.search(pattern, text.lower()):
            return reason, group
    return OTHER, OTHER


def test_the_shipped_patterns_give_what_they_gave() -> None:
    """On all pairs and many triples of their own words."""
    pairs = [" ".join(words) for words in itertools.product(WORDS, repeat=2)]
    triples = [" ".join(words) for words in zip(pairs, reversed(WORDS * 200), strict=False)]
    texts = sorted({*WORDS, *pairs, *triples})
    found = reasons.mapping(texts)
    assert found.rows() == [(text, *by_backtracking(text)) for text in texts]
    assert set(found["reason"].unique()) == {*REASONS, OTHER}


@given(st.lists(st.text(max_size=40) | st.sampled_from(WORDS), max_size=6).map(" ".join))
def test_any_text_gives_what_it_gave(text: str) -> None:
    """Letters of any script, blanks, ends of lines."""
    marks = re.search(r"[^\w\s]\w|\w[^\w\s]", text) and not text.isascii()
    if not marks:  # what is a part of a word differs for combining signs
        assert DEFAULT.of(text) == by_backtracking(text)


def test_no_text_is_a_frame_without_rows() -> None:
    """With its columns."""
    assert reasons.mapping([]).schema == reasons.mapping(["x"]).schema


@pytest.mark.parametrize("pattern", ["(a+)+$", "(a|a)*$", "(.*)*x", "(a|aa)+$", "a{0,999}$"])
def test_no_pattern_runs_away(pattern: str) -> None:
    """A backtracking engine would take years for some."""
    mine = ReasonPatterns(()).preceded_by([("slow", "other", pattern)])
    begun = time.monotonic()
    reasons.mapping(["a" * 38 + "!", "a" * 4_000 + "!"], mine)
    assert time.monotonic() - begun < 2


@pytest.mark.parametrize(
    ("pattern", "why"),
    [
        ("(?=a)b", "look-around"),
        ("(?<!a)b", "look-around"),
        (r"(a)\1", "backreferences"),
        ("(", "unclosed group"),
        (r"x\Z", "unrecognized escape"),
        ("a{1000}{1000}", "repeats up to 1,000,000 times, 1,000 are allowed"),
        ("((a{30}){30}){30}", "repeats up to 27,000 times"),
        ("a" * 501, "501 characters, 500 are allowed"),
    ],
)
def test_what_the_engine_cannot_use_is_refused_when_it_is_read(pattern: str, why: str) -> None:
    """In one sentence that names file, reason and pattern."""
    row = {"reason": "mine", "group": "other", "pattern": pattern}
    with pytest.raises(rules_file.BadRules) as refused:
        rules_file.read({"patterns": [row]}, "rules.toml", Rules())
    told = str(refused.value)
    assert told.startswith(f"rules.toml: patterns: the pattern of 'mine', {pattern[:80]!r}")
    assert why in told
    assert "\n" not in told


@pytest.mark.parametrize(
    "tables",
    [
        {"patterns": [{"reason": 1, "group": "other", "pattern": "x"}]},
        {"patterns": [{"reason": "x", "group": ["other"], "pattern": "x"}]},
        {"patterns": [{"reason": "x", "group": "other", "pattern": ""}]},
        {"patterns": {"reason": "x"}},
        {"claims": {"credited_groups": [["other"]]}},
        {"claims": {"credited_groups": [{"a": 1}]}},
    ],
)
def test_values_of_another_kind_are_refused(tables: dict[str, object]) -> None:
    """Never a traceback."""
    with pytest.raises(rules_file.BadRules, match=r"^rules\.toml: "):
        rules_file.read(tables, "rules.toml", Rules())
