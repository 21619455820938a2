"""Questions that were missed on an earlier day, asked again before the list of lessons."""

from collections.abc import Mapping

import streamlit as st

from lab.lessons.progress import Progress
from lab.lessons.questions import RIGHT, question
from lab.lessons.reader import Opened
from lab.lessons.recall import Due, days_after, due, other_turn
from lab.lessons.shelf import known_lessons
from lab.texts import say
from pages.ui.lessons.answering import chosen_answer, tell_judged
from pages.ui.lessons.visit import Recalled, Visit, now
from pages.ui.lessons.words import safe, safe_filled
from pages.ui.state import AppState, app_state


def recall(state: AppState, visit: Visit, known: Mapping[str, Opened]) -> None:
    """One question after the other, as long as there are any; each may wait for another visit."""
    waiting = due_now(state, visit, known)
    if visit.recalled is not None and not _is_there(state, visit.recalled.due, known):
        visit.recalled = None
    if visit.later or (visit.recalled is None and not waiting):
        return
    here = visit.recalled = visit.recalled or _begun(state, waiting[0], known[waiting[0].lesson])
    behind = [one for one in waiting if one != here.due]
    with st.container(border=True, key="lesson-recall"):
        first = say("progress.recall", state.language, count=len([here, *behind]))
        st.markdown(f"**{first}** {safe(known[here.due.lesson].words(state.language).title)}")
        _ask(state, visit, here, known[here.due.lesson])
        with st.container(horizontal=True, gap="small"):
            if here.right is not None:
                label = say("progress.recall_next" if behind else "progress.recall_end", state.language)
                st.button(label, key="lesson-recall-next", type="primary", on_click=_next)
            if here.right is None or behind:
                label = say("progress.recall_later", state.language)
                st.button(label, key="lesson-recall-later", icon=":material/schedule:", on_click=_later)


def tell_waiting(state: AppState, visit: Visit) -> None:
    """In a lesson: that the list has questions."""
    waiting = due_now(state, visit, known_lessons(state.desk.lessons.own))
    if waiting and not visit.later:
        st.caption(say("progress.recall_waits", state.language, count=len(waiting)))


def due_now(state: AppState, visit: Visit, known: Mapping[str, Opened]) -> list[Due]:
    """What waits in this visit; of a lesson that is not here nothing can be asked."""
    lessons = state.desk.lessons.lessons
    missed = [(key, lessons[key].missed) for key in known if key in lessons]
    return due(missed, visit.day or 0, visit.asked)


def _is_there(state: AppState, one: Due, known: Mapping[str, Opened]) -> bool:
    """Another tab may have let go of it."""
    return one.lesson in known and one.asked in state.desk.lessons.progress(one.lesson).missed


def _begun(state: AppState, one: Due, opened: Opened) -> Recalled:
    missed = state.desk.lessons.lessons[one.lesson].missed[one.asked]
    return Recalled(one, other_turn(opened.lesson.check.again, missed.turn) if one.asked == "again" else 0)


def _ask(state: AppState, visit: Visit, here: Recalled, opened: Opened) -> None:
    progress = state.desk.lessons.progress(here.due.lesson)
    key = f"lesson-recall-{here.due.lesson}-{here.due.asked}-{here.turn}-{visit.day}"
    words = opened.words(state.language)
    answers: Mapping[str, str]
    if here.due.asked == "check":
        asked, section = opened.lesson.check, words["check"]
        answers = {one: section.answer(one)[0] for one in asked.answers}
        reasons = {one: safe(section.answer(one)[1]) for one in asked.answers}
        text, right = safe(section.text), asked.right
    else:
        one, section = question(opened.lesson.check.again, here.turn), words["again"]
        answers = one.answers
        reasons = {name: safe_filled(section.items[name], one.numbers) for name in answers}
        text, right = safe_filled(section.text, one.numbers), RIGHT
    st.markdown(text)
    given = chosen_answer(state, answers, key)
    if given is not None:
        _judge(state, visit, here, progress, right=given == right, reason=reasons[given])


def _judge(state: AppState, visit: Visit, here: Recalled, progress: Progress, *, right: bool, reason: str) -> None:
    """The first answer counts; what is chosen after it is only told."""
    if here.right is None:
        here.right = right
        visit.asked += 1
        progress.recalled(here.due.asked, right=right, now=now(state), turn=here.turn)
    tell_judged(state, right=right, reason=reason)
    days = days_after(progress.missed[here.due.asked])
    again = "progress.recall_learned" if days is None else "progress.recall_days"
    st.caption(say(again, state.language, days=days or 0))


def _next() -> None:
    app_state().held(Visit).recalled = None


def _later() -> None:
    visit = app_state().held(Visit)
    visit.recalled, visit.later = None, True
