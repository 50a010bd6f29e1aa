"""Why a delivery ended as it did: a reason that fits the end, in one of three spellings."""

from __future__ import annotations

import numpy as np
from small_market import draws, ended, who

from data_access.demo import fates, reason_texts

SOURCES = {vertical.name: vertical.owned for vertical in who().verticals}


def causes() -> list[str | None]:
    """The name of the cause of each fate of the month."""
    places = reason_texts.causes(ended(), draws(1).random(len(ended())))
    return [None if place < 0 else reason_texts.NAMES[place] for place in places.tolist()]


def with_end(end: int) -> set[str | None]:
    """The causes of all fates with an end."""
    return {cause for cause, one in zip(causes(), ended().end.tolist(), strict=True) if one == end}


def test_sales_and_open_conversations_have_no_reason() -> None:
    """There is nothing to explain."""
    for end in (fates.CONVERTED, fates.QUALIFIED, fates.CONTACTED):
        assert with_end(end) == {None}


def test_an_end_with_one_cause_has_it() -> None:
    """Who bought elsewhere owns one, who was not reached never answers."""
    assert with_end(fates.PURCHASED) == {"owned"}
    assert with_end(fates.DUPLICATE) == {"duplicate"}
    assert with_end(fates.NO_CONTACT) == {"never_answers"}
    assert with_end(fates.NOT_INTERESTED) == {"interest", "price"}


def test_a_claim_after_a_conversation_is_never_about_a_dead_number() -> None:
    """And one without a conversation never about what was said in it."""
    spoken, unreached = with_end(fates.RETURNED_SPOKEN), with_end(fates.RETURNED_UNREACHED)
    assert "disconnected" not in spoken
    assert {"product", "area"} <= spoken
    assert "product" not in unreached
    assert {"disconnected", "wrong_person"} <= unreached


def test_every_reason_has_three_spellings_and_no_text_means_two() -> None:
    """But for the one that each line of business says in its own way."""
    spellings = [text for texts in reason_texts.TEXTS.values() for text in texts if text]
    assert len(spellings) == 3 * len(reason_texts.TEXTS) - 1
    assert len(set(spellings)) == len(spellings)
    assert reason_texts.TEXTS["owned"][0] == ""


def test_the_spelling_goes_by_chance() -> None:
    """Thirds of the chances; nothing where there is no cause."""
    cause = np.array([reason_texts.DEAD] * 3 + [-1])
    source = np.zeros(4, dtype=np.int64)
    said = reason_texts.texts(who(), source, cause, np.array([0.0, 0.34, 0.99, 0.5]))
    assert said.to_list() == [*reason_texts.TEXTS["disconnected"], None]


def test_who_owns_one_says_so_in_the_words_of_the_line_of_business() -> None:
    """Policies, panels or a place."""
    source = np.arange(len(who().sources))
    cause = np.full(source.size, reason_texts.NAMES.index("owned"))
    said = reason_texts.texts(who(), source, cause, np.zeros(source.size))
    assert said.to_list() == [SOURCES[one.vertical] for one in who().sources]
