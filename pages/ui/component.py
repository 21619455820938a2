"""A drawing of our own in the page: one element, its styles and its script, in files beside who shows it."""

from collections.abc import Callable, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

import streamlit as st

SHARED = Path(__file__).with_name("js")
EXPORT = "export default function ("  # stands in each component's script, once
OURS = "lab_"  # begins the name of each
NAMED_BY = "data-made="  # in a drawing's HTML, before a name of its scripts and styles: other ones, another name
UNWRAP = "export default (given) => mountedWith({ ...given, data: given.data[0] });"


def component(module: str, *, shared: Sequence[str] = ()) -> Callable[..., Any]:
    """Register the component of a module, once, when it is imported; calling the result mounts it.

    Args:
        module: `__file__` of live_curve.py, beside which lie live_curve.css and live_curve.js, which fills the element
            of class "live-curve".
        shared: scripts of `pages/ui/js/` that stand in front of its own, one text with it: what they define at their
            top is there by its name. They import and export nothing.
    """
    path = Path(module)
    mount = _registered(path, shared)
    return lambda *, data, key, **others: mount(data=(data,), key=key, **others)


def _registered(path: Path, shared: Sequence[str]) -> Callable[..., Any]:
    """The component, whose data come as a tuple of one: in a dictionary each value may be a table for Streamlit, which
    looks at it from many sides at every script run.
    """
    scripts = [*(SHARED.joinpath(f"{name}.js") for name in shared), path.with_suffix(".js")]
    texts = [script.read_text(encoding="utf-8") for script in scripts]
    texts[-1] = texts[-1].replace(EXPORT, "function mountedWith(")
    script, styles = "\n".join([*texts, UNWRAP]), path.with_suffix(".css").read_text(encoding="utf-8")
    made = sha256(f"{script}{styles}".encode()).hexdigest()
    return st.components.v2.component(
        f"{OURS}{path.stem}",
        html=f'<div class="{path.stem.replace("_", "-")}" {NAMED_BY}"{made}"></div>',
        css=styles,
        js=script,
        isolate_styles=False,
    )
