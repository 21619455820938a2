"""What a browser sends for a widget that no such widget sends: it is as if it had sent nothing. So is a click that was
made on a screen that has gone.

Streamlit takes apart whatever comes by the widget's own reader. Where that raises, the screen is one exception, and so
is each one after it as long as the session lives, since what could not be read is read again each time.
"""

import logging
from functools import cache
from typing import Any

from streamlit.proto.WidgetStates_pb2 import WidgetState
from streamlit.runtime.state import SessionState
from streamlit.runtime.state.common import WidgetMetadata

NUMBERS = {"int_value", "double_value"}  # a number field sends the one or the other, whichever it is registered as

log = logging.getLogger(__name__)


class NotShown(KeyError):
    """A callback asks for a widget that is not there: its click was made on a screen that has gone."""


@cache
def take_no_forged_values() -> None:
    """Once for the process, before any page is drawn. A Streamlit that does it otherwise stays as it is."""
    sent_values = _what_is_sent()
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
def hear_no_click_on_what_has_gone() -> None:
    """Once for the process, before any page is drawn."""
    sent_values = _what_is_sent()
    call: Any = getattr(sent_values, "call_callback", None)
    if call is None:
        return

    def call_if_there(self: Any, name: str) -> None:
        try:
            call(self, name)
        except NotShown as missing:
            log.info("a click on %s came from a screen that has gone: %s is not there", name, missing)

    sent_values.call_callback = call_if_there


def _what_is_sent() -> Any:
    """Streamlit's class for what widgets send."""
    return type(getattr(SessionState(), "_new_widget_state", None))


def _fits(widget: WidgetMetadata[Any], sent: WidgetState) -> bool:
    """Whether it is of the widget's kind. One choice of several is always made on our pages: a browser sends it."""
    kind = sent.WhichOneof("value")
    if kind is None:
        return True
    is_one_choice = hasattr(getattr(widget.deserializer, "__self__", None), "default_option_index")
    chose_nothing = kind == "string_array_value" and not sent.string_array_value.data
    is_its_kind = kind == widget.value_type or {kind, widget.value_type} <= NUMBERS
    return is_its_kind and not (is_one_choice and chose_nothing)
