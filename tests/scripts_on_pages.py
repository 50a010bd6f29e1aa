"""Single parts of pages, each run as a page of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from streamlit.testing.v1 import AppTest

if TYPE_CHECKING:
    from collections.abc import Callable


def drawn(script: Callable[..., None], *given: Any, **address: str) -> AppTest:
    """A script that imports what it needs, run under an address."""
    app = AppTest.from_function(script, args=given, default_timeout=30)
    app.query_params.update(address)
    app.run()
    assert not app.exception, app.exception
    return app
