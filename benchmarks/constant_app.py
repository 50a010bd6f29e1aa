"""The app of `constant_answers`: the product's own pages, with their answers kept."""

from __future__ import annotations

from pathlib import Path

from starlette.routing import Mount
from streamlit.starlette import App

from benchmarks.constant_answers import freeze
from dashboard.api.tables_api import routes

freeze()
app = App(
    Path(__file__).resolve().parent.parent / "dashboard" / "shell.py",
    routes=[Mount("/api", routes=list(routes))],
)
