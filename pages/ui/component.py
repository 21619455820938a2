"""A drawing of our own in the page: one element, its styles and its script, in files beside who shows it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import streamlit as st


def component(module: str) -> Callable[..., Any]:
    """Register the component of a module, once, when it is imported; calling the result mounts it.

    Args:
        module: `__file__` of live_curve.py, beside which lie live_curve.css and live_curve.js, which fills the element
            of class "live-curve".
    """
    path = Path(module)
    return st.components.v2.component(
        f"lab_{path.stem}",
        html=f'<div class="{path.stem.replace("_", "-")}"></div>',
        css=path.with_suffix(".css").read_text(encoding="utf-8"),
        js=path.with_suffix(".js").read_text(encoding="utf-8"),
        isolate_styles=False,
    )
