"""Reports: what do we tell those who do not open these pages?"""

import streamlit as st

from dashboard.answers.workspace import workspace
from dashboard.layout import address, cards
from dashboard.panels.reports import report_page

query, status = address.query(), workspace().status()

chosen = address.choice("tab", report_page.TABS, "month")
st.session_state["own_tab"] = chosen
st.segmented_control(
    "Which report",
    list(report_page.TABS),
    format_func=report_page.TABS.__getitem__,
    key="own_tab",
    required=True,
    label_visibility="collapsed",
    on_change=lambda: address.change(tab=st.session_state["own_tab"]),
)
with cards.guarded("The report"):
    report_page.show(chosen, query, status)
