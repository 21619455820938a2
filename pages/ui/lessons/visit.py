"""A visit of the lessons: what a session remembers of it, beside how far its learner is."""

from dataclasses import dataclass, field

import streamlit as st

from lab.lessons.moment import Moment, moment
from lab.lessons.recall import Due
from lab.lessons.record import Record
from pages.ui.state import AppState

BOXES = {"success": st.success, "info": st.info, "warning": st.warning, "error": st.error}


@dataclass
class Recalled:
    """A missed question on the screen.

    Args:
        right: whether the first answer was; None before.
    """

    due: Due
    turn: int
    right: bool | None = None


@dataclass
class Visit:
    """What happens between opening the page and closing it.

    Args:
        day: on which it began: what is missed in it is not asked again in it.
        heard: the last word of the browser that was taken in, as the browser numbers it.
        unread: that word could not be read; the browser puts it aside.
        blocked: the browser keeps nothing.
        forgotten: nor is it to keep what it has: not even what was put aside.
        said: (kind, sentence) on the screen until the person's next step.
        by_itself: this screen is drawn because the browser spoke, not by a step of the person.
        before: the record as it was without what a link or file has brought; None once that is settled.
        recalled: the missed question that is being asked. asked: how many have been.
        later: missed questions wait for another visit.
        certificate: it is on the screen.
        no_lesson: why the file that was opened last is none, in a sentence.
    """

    day: int | None = None
    heard: str = ""
    unread: bool = False
    blocked: bool = False
    forgotten: bool = False
    said: list[tuple[str, str]] = field(default_factory=list)
    by_itself: bool = False
    before: Record | None = None
    recalled: Recalled | None = None
    asked: int = 0
    later: bool = False
    certificate: bool = False
    no_lesson: str = ""

    def tell(self, kind: str, sentence: str) -> None:
        self.said.append((kind, sentence))


def now(state: AppState) -> Moment:
    """By the learner's clock, where the browser is."""
    return moment(state.desk.lessons.clock(), st.context.timezone_offset or 0)


def begun_visit(state: AppState) -> Visit:
    """The visit that this screen belongs to. What was said is said until the person's next step."""
    visit = state.held(Visit)
    if visit.day is None:
        visit.day = now(state).day
    if not visit.by_itself:
        visit.said, visit.before = [], None
    visit.by_itself = False
    return visit


def show_said(visit: Visit) -> None:
    """What has happened."""
    for kind, sentence in visit.said:
        BOXES[kind](sentence)
