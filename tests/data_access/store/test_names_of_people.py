"""Who somebody says they are, and errors that say what to do."""

import pytest

from data_access.explained import ExplainedError
from data_access.store.people import LONGEST_NAME, BadName, checked_name


@pytest.mark.parametrize("name", [" Ada ", "Ada", "\tAda\n"])
def test_blanks_around_a_name_are_no_part_of_it(name: str) -> None:
    """On either side."""
    assert checked_name(name) == "Ada"


def test_the_longest_name_is_allowed() -> None:
    """In any script."""
    assert checked_name("é" * LONGEST_NAME) == "é" * LONGEST_NAME


@pytest.mark.parametrize("name", ["", "  ", "a\x00b", "a\nb", "x" * (LONGEST_NAME + 1)])
def test_nobody_is_refused_with_a_sentence_for_the_reader(name: str) -> None:
    """One that pages and commands show."""
    with pytest.raises(BadName, match="Say who you are") as error:
        checked_name(name)
    assert isinstance(error.value, ExplainedError)
    assert isinstance(error.value, ValueError)
