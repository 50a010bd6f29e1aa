"""What a person's name may be, wherever somebody says who they are."""

from __future__ import annotations

from typing import Final

from data_access.explained import ExplainedError

LONGEST_NAME: Final = 100


class BadName(ExplainedError, ValueError):  # noqa: N818 - it says what is missing
    """Nobody said who they are, or in signs that no name has."""


def checked_name(text: str) -> str:
    """A name without blanks around it.

    Raises:
        BadName: it is empty, too long or has control characters.

    >>> checked_name(" Ada Lovelace ")
    'Ada Lovelace'
    """
    name = text.strip()
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        message = (
            f"Say who you are, so that others know whom to ask: a name of 1 to {LONGEST_NAME} "
            "characters"
        )
        raise BadName(message)
    return name
