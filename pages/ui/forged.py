"""What a browser sends for a widget that no such widget sends: it is as if it had sent nothing. So is a click that was
made on a screen that has gone. What a click asks for and cannot have is told, whichever click it was.

Streamlit takes apart whatever comes by the widget's own reader. Where that raises, the screen is one exception, and so
is each one after it as long as the session lives, since what could not be read is read again each time.
"""

import json
import logging
import re
from collections.abc import Callable
from functools import cache
from typing import Any

from streamlit.proto.WidgetStates_pb2 import WidgetState
from streamlit.runtime.state import SessionState
from streamlit.runtime.state.common import WidgetMetadata

from lab.errors import LabError
from netcore.errors import NetcoreError

HALVES = re.compile(r"\\u[dD][89a-fA-F]")  # halves of a character, or two of one
NUMBERS = {"int_value", "double_value"}  # a number field sends the one or the other, whichever it is registered as

log = logging.getLogger(__name__)


class NotShown(KeyError):
    """A callback asks for a widget that is not there: its click was made on a screen that has gone."""


@cache
def take_no_forged_values() -> None:
    """Once for the process, before any page is drawn. A Streamlit that does it otherwise stays as it is."""
    sent_values: Any = type(getattr(SessionState(), "_new_widget_state", None))  # Streamlit's class for them
    read: Any = getattr(sent_values, "__getitem__", None)
    if read is None or not {"states", "widget_metadata"} <= set(sent_values.__annotations__):
        return

    def read_what_fits(self: Any, name: str) -> Any:
        sent, widget = getattr(self.states.get(name), "value", None), self.widget_metadata.get(name)
        if not isinstance(sent, WidgetState) or widget is None:
            return read(self, name)
        try:
            if not _fits(widget, sent):
                raise TypeError(f"no value of {name}")
            return read(self, name)
        except Exception:  # noqa: BLE001  # whatever a reader raises at what it was not made for
            raise KeyError(name) from None

    sent_values.__getitem__ = read_what_fits


@cache
def hear_clicks(refused: Callable[[LabError | NetcoreError], None]) -> None:
    """Once for the process, before any page is drawn.

    Args:
        refused: is told what a callback did not catch: a run that another window has deleted, an epoch too many.
    """
    state: Any = SessionState
    call = getattr(state, "_run_callback_and_record_rerun", None)  # those of widgets and of drawings of our own
    if call is None:
        return

    def call_if_there(self: Any, votes: Any, run: Callable[[], None]) -> None:
        def run_if_there() -> None:
            try:
                run()
            except NotShown as missing:
                log.info("a click came from a screen that has gone: %s is not there", missing)
            except (LabError, NetcoreError) as refusal:
                refused(refusal)

        call(self, votes, run_if_there)

    state._run_callback_and_record_rerun = call_if_there


def _fits(widget: WidgetMetadata[Any], sent: WidgetState) -> bool:
    """Whether it is of the widget's kind, and of the choices that it offers."""
    kind = sent.WhichOneof("value")
    if kind is None:
        return True
    if kind != widget.value_type and not {kind, widget.value_type} <= NUMBERS:
        return False
    if kind == "json_value":
        return isinstance(_told(sent.json_value), dict)  # Streamlit would log where another one failed
    if kind == "json_trigger_value":
        return isinstance(_told(sent.json_trigger_value), dict | list)
    return _is_offered(getattr(widget.deserializer, "__self__", None), sent, kind)


def _told(text: str) -> Any:
    """What a drawing of our own says.

    Raises:
        ValueError: it cannot be read, or holds half a character: no screen shows that, and what is to be told stays
            until one has told it.
    """
    told = json.loads(text)
    if HALVES.search(text):
        json.dumps(told, ensure_ascii=False).encode()
    return told


def _is_offered(reader: Any, sent: WidgetState, kind: str) -> bool:
    """Streamlit hands on what is none of a list's choices. One of several is always made on our pages."""
    offered = getattr(reader, "formatted_options", None)
    if offered is None or kind not in ("string_value", "string_array_value"):
        return True
    chosen = sent.string_array_value.data if kind == "string_array_value" else [sent.string_value]
    is_one_choice = hasattr(reader, "default_option_index")
    once = set(chosen)
    return once <= set(offered) and len(once) == len(chosen) and not (is_one_choice and not chosen)
