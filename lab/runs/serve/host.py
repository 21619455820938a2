"""The one engine of this process, kept where Streamlit's hot reload cannot make a second one.

When a source file is edited, Streamlit drops its module and pages import a new one, while routes and the lifespan
keep the old. So the engine hangs on an entry of `sys.modules` that belongs to no file.
"""

import sys
from types import ModuleType

from lab.runs.serve.engine import Engine
from lab.runs.serve.inline import InlineEngine

_PLACE = "_live_engine_of_this_process"


def set_engine(engine: Engine | None) -> None:
    """Make `engine` the one that pages get; None forgets it."""
    _place().engine = engine  # type: ignore[attr-defined]  # a bare module takes any attribute


def engine() -> Engine:
    """The engine that app.py started; without a server (AppTest, a notebook) one that trains in the caller's thread."""
    place = _place()
    if getattr(place, "engine", None) is None:
        set_engine(InlineEngine())
    found: Engine = place.engine
    return found


def place_named(name: str) -> ModuleType:
    """An entry of `sys.modules` that belongs to no file: what hangs on it is the same for routes and pages."""
    return sys.modules.setdefault(name, ModuleType(name))


def _place() -> ModuleType:
    return place_named(_PLACE)
