"""How far a learner is, kept by their browser: it tells the server when that knows less, and writes down what is new.

The server's memory is not needed: it may restart, or forget a desk, between any two clicks.
"""

from collections.abc import Callable
from typing import Any, Protocol

from lab.lessons.carried import from_text, to_text
from lab.lessons.merging import merged
from lab.lessons.refusal import LessonError, say_refusal
from pages.ui.component import component
from pages.ui.lessons.visit import Visit, now
from pages.ui.lessons.words import safe
from pages.ui.state import AppState, app_state, widget_value

KEY = "lesson-kept"
STORED_AS = "lab-lessons"  # in the browser's localStorage; what cannot be read goes to "lab-lessons.unread"

_component = component(__file__, shared=("mount",))


def keep_in_browser(state: AppState, visit: Visit) -> None:
    """At the end of a screen: what this screen has changed is in it."""
    browser_keeps(STORED_AS, to_text(state.desk.lessons.record(now(state))), visit, KEY, _told)


class Heard(Protocol):
    """What a page knows of its browser's storage; the words are those of `Visit`."""

    heard: str
    unread: bool
    blocked: bool
    forgotten: bool


def browser_keeps(name: str, record: str, visit: Heard, key: str, on_told: Callable[[], None]) -> None:
    """The browser keeps this text under that name, and speaks if there was another."""
    data = {"name": name, "record": record, "heard": visit.heard, "unread": visit.unread, "forget": visit.forgotten}
    _component(data=data, key=key, on_told_change=on_told)
    visit.forgotten = False


def take_word(visit: Heard, told: Any) -> str | None:
    """What the browser has kept, as it says: {"number", "text"}; None for {"blocked": true}, or whatever it is."""
    if not isinstance(told, dict):
        return None
    visit.blocked = told.get("blocked") is True
    number, text = told.get("number"), told.get("text")
    if not isinstance(number, str) or not isinstance(text, str):
        return None
    visit.heard, visit.unread = number[:40], False
    return text


def _told() -> None:
    """Callback: the browser has spoken."""
    hear(app_state(), widget_value(KEY).told)


def hear(state: AppState, told: Any) -> None:
    """Take in what a browser says. Whatever it is, nothing breaks."""
    visit = state.held(Visit)
    visit.by_itself = True
    text = take_word(visit, told)
    if text is None:
        return
    learner, moment = state.desk.lessons, now(state)
    try:
        record = from_text(text, moment)
    except LessonError as refusal:
        visit.unread = True
        visit.tell("warning", safe(say_refusal(refusal, state.language)))
        return
    learner.receive(record, moment)
    if visit.before is not None:  # a link was there first
        visit.before = merged(visit.before, record)
