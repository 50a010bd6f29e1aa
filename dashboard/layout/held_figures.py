"""The edition that a reader looks at: held until they ask for newer facts or go elsewhere.

Nothing on a page moves while its stamp stands still: every run of the page, every click and
every fragment counts from what is held here.
"""

from __future__ import annotations

from typing import Final

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from dashboard.answers import standpoint
from dashboard.answers.standpoint import Standpoint
from dashboard.answers.workspace import workspace
from dashboard.editions import clock
from dashboard.query import filters

_HELD: Final = "figures_held"
_SINCE: Final = "figures_held_since"
_PAGE: Final = "figures_held_on"
LONGEST_US: Final = 3_600_000_000
"""So long figures are held: the files behind them do not stay for ever."""


def settle(page: str) -> None:
    """Begin a run: hold on to the edition, or take the newest where it is time for it.

    It is time on another page, after `renew`, and where the edition no longer fits the store.
    """
    held: Standpoint | None = st.session_state.get(_HELD)
    if held is None or st.session_state.get(_PAGE) != page or not _fits(held):
        held = _newest()
    st.session_state[_PAGE] = page
    params = {"data_version": st.query_params.get_all("data_version")}
    version = filters.version_in(params)
    store_version = workspace().store.data_version()
    if version is not None and held.edition.version < version <= store_version:
        workspace().refresh()
        held = _newest()
    known = version is not None and version <= held.edition.version
    st.session_state[_HELD] = Standpoint(held.edition, version if known else None)


def renew() -> None:
    """Take the newer facts in, and hold what has them: the reader asked, or wrote something."""
    workspace().refresh()
    st.session_state.pop(_HELD, None)


def _newest() -> Standpoint:
    st.session_state[_SINCE] = clock.now_us()
    return Standpoint(workspace().newest())


def _fits(held: Standpoint) -> bool:
    """Whether figures may be held on: not for ever, and not the emptiness before first facts."""
    too_long = clock.now_us() - st.session_state.get(_SINCE, 0) >= LONGEST_US
    first_facts = held.edition.days is None and workspace().store.data_version()
    return not too_long and not first_facts and workspace().fits(held.edition)


def _of_session() -> Standpoint | None:
    """What the reader of the page that runs now holds; None where no page runs."""
    if get_script_run_ctx(suppress_warning=True) is None:
        return None
    held: Standpoint | None = st.session_state.get(_HELD)
    return held


standpoint.remember_by(_of_session)
