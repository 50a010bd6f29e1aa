"""Leads: what became of this lead?"""

import streamlit as st

from dashboard.answers.workspace import workspace
from dashboard.layout import address
from dashboard.panels.leads import lead_list, lead_story, search_results
from dashboard.query.parameters import LONGEST

query, status = address.query(), workspace().status()

if text := st.query_params.get("q", "").strip()[:LONGEST]:
    search_results.show(text)
if query.scope.rows.lead:
    lead_story.show(query.scope.rows.lead, query.scope, status)
else:
    lead_list.show(query, status)
