"""The drawing of a graph on a page. (`st.html` takes SVG out of what it is given, so a small component shows it.)"""

from pathlib import Path

import streamlit as st

FOLDER = Path(__file__).parent

# registered once, when this module is imported; the function mounts it
_component = st.components.v2.component(
    "lab_graph_drawing",
    html='<div class="graph-drawing"></div>',
    css=".graph-drawing { color: var(--st-text-color, currentColor); font-family: var(--st-font, sans-serif); }",
    js=FOLDER.joinpath("graph_drawing.js").read_text(encoding="utf-8"),
    isolate_styles=False,
)


def graph_drawing(svg: str, key: str) -> None:
    """Show an SVG of `lab.charts.graph`; names in it are escaped there."""
    _component(data={"svg": svg}, key=key)
