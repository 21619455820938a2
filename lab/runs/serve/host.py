"""The one engine of this process."""

from lab.runs.serve.engine import Engine
from lab.runs.serve.inline import InlineEngine
from lab.runs.serve.singletons import Singleton

_SOLE: Singleton[Engine] = Singleton("_live_engine_of_this_process", InlineEngine)


def set_engine(engine: Engine | None) -> None:
    """Make `engine` the one that pages get; None forgets it."""
    _SOLE.put(engine)


def engine() -> Engine:
    """The engine that app.py started; without a server (AppTest, a notebook) one that trains in the caller's thread."""
    return _SOLE.get()
