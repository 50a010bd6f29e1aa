"""How fresh an answer over HTTP is: asked for by `fresh`, told in three headers.

A machine cannot click on "New data". So an answer over HTTP is made of all that the store
holds, unless it is asked with `fresh=false`, or for an earlier data version.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from dashboard.presentation import formats
from dashboard.query import periods
from dashboard.query.parameters import BadQuery, Reader

if TYPE_CHECKING:
    from starlette.requests import Request

    from dashboard.answers.workspace import Status

FRESH: Final = "fresh"


def question(request: Request) -> tuple[dict[str, list[str]], bool]:
    """The parameters of a request but `fresh`, and whether newer facts are to be taken first.

    Raises:
        BadQuery: `fresh` is neither true nor false.
    """
    params = {key: request.query_params.getlist(key) for key in request.query_params}
    reader = Reader({FRESH: params.pop(FRESH, [])})
    fresh = reader.flag(FRESH)
    if reader.problems:
        raise BadQuery(reader.problems)
    return params, fresh is not False


def newest_headers(status: Status) -> dict[str, str]:
    """The same of an answer about the product itself: of what is read by now."""
    us = periods.microseconds(status.now)
    return standing_headers(status.data_version, status.store_version, us)


def standing_headers(version: int, store_version: int, as_of_us: int) -> dict[str, str]:
    """What an answer was made from, what the store holds by now, and as of when it is."""
    return {
        "X-Data-Version": str(version),
        "X-Store-Version": str(store_version),
        "X-As-Of": formats.instant_text(as_of_us),
    }
