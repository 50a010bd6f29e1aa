"""The frame around every page: head, sidebar, header, filters, then the page."""

from __future__ import annotations

import logging
from base64 import b64encode
from functools import cache
from pathlib import Path
from typing import Final

import streamlit as st

from dashboard.access.actor import Actor, begin
from dashboard.answers.workspace import workspace
from dashboard.api.admission import visit_refused
from dashboard.layout import (
    address,
    empty_states,
    filter_bar,
    header,
    held_figures,
    navigation,
)
from dashboard.panels.data import file_import
from dashboard.presentation import theme
from data_access.explained import ExplainedError

ASSETS: Final = Path(__file__).parent / "assets"
_SIDEBAR: Final = 210  # pixels; page names are short


@cache
def _icon() -> str:
    """The icon as a text of its own: a file would be gone for a moment between two pages."""
    return f"data:image/png;base64,{b64encode((ASSETS / 'icon.png').read_bytes()).decode()}"


def show() -> None:
    """Draw the frame and run the page in it."""
    refusal = visit_refused(st.context.ip_address, st.context.headers.get("Host"))
    if refusal:
        st.text(refusal.sentence)
        return
    begin(Actor("page"))
    page = st.navigation(navigation.pages(), position="hidden")
    st.set_page_config(
        page_title=f"{page.title} · Leadloop",
        page_icon=_icon(),
        layout="wide",
        initial_sidebar_state=_SIDEBAR,
    )
    kind = "dark" if st.context.theme.type == "dark" else "light"
    st.html(theme.style(theme.palette(kind)))
    st.logo(str(ASSETS / f"logo-{kind}.svg"), icon_image=str(ASSETS / "mark.svg"), size="large")
    try:
        held_figures.settle(page.url_path)
        status = workspace().status()
        address.settle()
        navigation.listen()
        navigation.follow()
        navigation.sidebar(keep_filters=not status.empty)
        header.show(page.title, status)
        if status.empty:
            empty_states.nothing_yet()
            file_import.show()
            return
        for sentence in (status.trouble, status.otherwise):
            if sentence:
                empty_states.trouble(sentence)
        filter_bar.show(status, page.url_path)
    except ExplainedError as error:
        empty_states.unavailable(str(error))
        return
    except Exception:
        logging.getLogger(__name__).exception("the frame of page %s could not be drawn", page.title)
        empty_states.unavailable()
        return
    page.run()


show()
