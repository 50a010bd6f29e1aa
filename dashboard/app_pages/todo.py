"""To do: what wants a decision, and what became of what was decided?"""

import streamlit as st

from dashboard.answers.workspace import workspace
from dashboard.layout import address, cards
from dashboard.panels.todo import todo_case, todo_list
from dashboard.presentation.markup import html
from dashboard.worklist import todo_items

query, status = address.query(), workspace().status()

with cards.guarded("The to-do list"):
    name = st.query_params.get("case", "")
    found = todo_items.items(query.scope).filter(finding=name).to_dicts() if name else []
    if found:
        todo_case.show(found[0], query.scope, status)
    else:
        if name:
            text = "That finding is not there any more under these filters; here is the list."
            st.html(html("texts.notice", text=text))
        todo_list.show(query.scope, status)
