"""The product's server with faults that nobody foresaw, each in another place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from dashboard.commands.serve import serve
from dashboard.layout import address, cards
from dashboard.presentation import theme

if TYPE_CHECKING:
    from collections.abc import Callable


def breaking(place: str, whole: Callable[..., Any]) -> Callable[..., Any]:
    """The function, broken on addresses that name its place."""

    def call(*args: object, **options: object) -> object:
        if st.query_params.get("broken") == place:
            message = f"nobody foresaw this in {place}"
            raise ZeroDivisionError(message)
        return whole(*args, **options)

    return call


def change(**_: object) -> None:
    """A callback that fails."""
    message = "nobody foresaw this in a callback"
    raise ZeroDivisionError(message)


if __name__ == "__main__":
    theme.style = breaking("frame", theme.style)
    cards.guarded = breaking("page", cards.guarded)
    address.change = change
    serve()
