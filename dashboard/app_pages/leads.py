"""Leads: what became of this lead?"""

import streamlit as st

from dashboard.answers.workspace import book
from dashboard.layout import address
from dashboard.panels.leads import lead_list, lead_story, search_results
from dashboard.query.parameters import LONGEST

asked, status = address.asked(), book().status()

if text := st.query_params.get("q", "").strip()[:LONGEST]:
    search_results.show(text)
if asked.scope.rows.lead:
    lead_story.show(asked.scope.rows.lead, asked.scope, status)
else:
    lead_list.show(asked, status)
