"""All colours, by meaning, for light and dark, and what figures share."""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Final

import plotly.graph_objects as go

FONT: Final = '"Source Sans", "Source Sans 3", "Source Sans Pro", system-ui, sans-serif'
SIZE: Final = 13


@dataclass(frozen=True, slots=True, kw_only=True)
class Palette:
    """Colours by what they mean; never the only sign of it."""

    background: str
    card: str
    text: str
    quiet: str  # secondary text, axis labels
    line: str  # hairlines, grid
    primary: str  # things to click
    on_primary: str  # text on them, where they are filled
    subject: str  # what the figure is about
    comparison: str  # what it is compared with
    attention: str
    bad: str
    good: str
    band: str  # a good region behind the data
    spread: str  # a likely range behind a line


LIGHT: Final = Palette(
    background="#FFFFFF",
    card="#F5F7FA",
    text="#1B2430",
    quiet="#596575",
    line="#E3E8EF",
    primary="#0B5FA5",
    on_primary="#FFFFFF",
    subject="#0072B2",
    comparison="#8A94A3",
    attention="#8F6200",
    bad="#B84E00",
    good="#00785A",
    band="rgba(0, 158, 115, 0.10)",
    spread="rgba(0, 114, 178, 0.13)",
)
DARK: Final = Palette(
    background="#10151C",
    card="#1A212B",
    text="#E6EBF2",
    quiet="#9AA7B8",
    line="#2B3542",
    primary="#58A6E8",
    on_primary="#10151C",
    subject="#58A6E8",
    comparison="#7C899A",
    attention="#E69F00",
    bad="#F0813A",
    good="#2DB58C",
    band="rgba(45, 181, 140, 0.13)",
    spread="rgba(88, 166, 232, 0.18)",
)

_CONFIG: Final = {
    "displayModeBar": "hover",
    "modeBarButtons": [["toImage"]],
    "displaylogo": False,
    "showSendToCloud": False,
    "scrollZoom": False,
    "doubleClick": False,
}
"""How figures behave in the browser; nothing of them is sent anywhere."""


def config(name: str) -> dict[str, Any]:
    """The same for a figure of a name, which its picture gets as file name."""
    image = {"format": "png", "filename": f"leadloop-{name}", "scale": 2}
    return {**_CONFIG, "toImageButtonOptions": image}


def palette(kind: str | None) -> Palette:
    """The palette of a theme, "light" or "dark"; light when it is not known yet."""
    return DARK if kind == "dark" else LIGHT


def figure(colours: Palette, *, height: int, **layout: Any) -> go.Figure:  # noqa: ANN401 - Plotly's own layout names
    """An empty figure in our looks."""
    axis = {
        "showgrid": False,
        "zeroline": False,
        "linecolor": colours.line,
        "tickfont": {"color": colours.quiet, "size": SIZE - 1},
        "title": {"font": {"color": colours.quiet, "size": SIZE - 1}},
        "automargin": True,
        "fixedrange": True,
        "tickangle": 0,
    }
    return go.Figure(
        layout={
            "height": height,
            "margin": {"l": 8, "r": 8, "t": 8, "b": 8},
            "paper_bgcolor": colours.card,
            "plot_bgcolor": "rgba(0,0,0,0)",
            "font": {"family": FONT, "size": SIZE, "color": colours.text},
            "xaxis": axis,
            "yaxis": {**axis, "gridcolor": colours.line},
            "showlegend": False,
            "hovermode": "closest",
            "dragmode": False,
            "clickmode": "event+select",
            "bargap": 0.35,
            "hoverlabel": {
                "bgcolor": colours.background,
                "bordercolor": colours.line,
                "font": {"family": FONT, "size": SIZE, "color": colours.text},
                "align": "left",
            },
            "separators": ".,",
            "modebar": {
                "bgcolor": "rgba(0,0,0,0)",
                "color": colours.comparison,
                "activecolor": colours.primary,
                "orientation": "v",
            },
            **layout,
        }
    )


def safe(text: str) -> str:
    """Text for a figure, where `<`, `&` and `$` would otherwise be read as markup."""
    harmless = " ".join(text.split())
    for sign, code in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("$", "&#36;")):
        harmless = harmless.replace(sign, code)
    return harmless


def short(text: str, most: int = 21) -> str:
    """A label that fits beside an axis, made harmless."""
    one_line = " ".join(text.split())
    return safe(one_line if len(one_line) <= most else one_line[: most - 1].rstrip() + "…")


def hover(head: str, *lines: str, after: str = "") -> str:
    """What a figure says under the pointer; text of the data is made `safe` before."""
    return "<br>".join((f"<b>{head}</b>{after}", *lines))


def style(colours: Palette) -> str:
    """The style sheet of our own: the palette as variables, then `assets/style.css`."""
    names = (field.name for field in fields(colours))
    variables = "".join(f"--{name}:{getattr(colours, name)};" for name in names)
    return f"<style>:root{{{variables}}}{_RULES}</style>"


_RULES: Final = (Path(__file__).parent.parent / "assets" / "style.css").read_text("utf-8")
