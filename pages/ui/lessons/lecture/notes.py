"""What the lecturer reads in another window or on a phone: script, watch, answers, and what comes next."""

import streamlit as st

from lab.lessons.lecture import Lecture, code_shown
from lab.lessons.prose import Prose
from lab.lessons.reveal import words_of
from lab.texts import say
from pages.ui.lessons.beats import beat_names
from pages.ui.lessons.lecture.address import address_for_others
from pages.ui.lessons.lecture.held import follow, move
from pages.ui.lessons.lecture.lecture_keys import MOVES, lecture_keys
from pages.ui.lessons.lecture.lecture_timer import lecture_timer
from pages.ui.lessons.lecture.screen import NOTES, answer_told
from pages.ui.lessons.words import safe
from pages.ui.state import AppState


def notes(state: AppState, lecture: Lecture) -> None:
    """The notes of the moment that is on the class's screen."""
    words = lecture.opened.words(state.language)
    with st.container(key="lecture-notes"):
        follow(state, lecture, gives=False)
        st.markdown(f"**{safe(words.title)}**")
        st.caption(_place(state, lecture))
        lecture_timer(lecture, words, state.language)
        _timer_buttons(state, lecture)
        _script(state, lecture, words)
        _answers(state, lecture, words)
        _on_a_phone(state, lecture)
    with st.container(key="lecture-moves", horizontal=True, gap="small"):
        for name, change, icon in (
            ("back", Lecture.back, ":material/arrow_back:"),
            ("on", Lecture.on, ":material/arrow_forward:"),
        ):
            st.button(
                say(f"lecture.{name}", state.language),
                key=MOVES[name],
                icon=icon,
                type="primary" if name == "on" else "secondary",
                on_click=move,
                args=(lecture, change),
                width="stretch",
            )
    lecture_keys(state.language)


def _place(state: AppState, lecture: Lecture) -> str:
    beat = beat_names(state)[lecture.at.beat]
    told = say(
        "lecture.moment",
        state.language,
        beat=beat,
        number=lecture.moment + 1,
        moments=lecture.moments(lecture.at.beat),
    )
    if lecture.stop is None:
        return told
    pause = words_of(lecture.stop, lecture.opened.words(state.language), state.language)
    return f"{told} · {safe(pause)}"  # it has the name of a setting in it


def _timer_buttons(state: AppState, lecture: Lecture) -> None:
    with st.container(horizontal=True, gap="small"):
        going = lecture.timer.going
        st.button(
            say("lecture.timer.pause" if going else "lecture.timer.start", state.language),
            key="lecture-timer",
            icon=":material/pause:" if going else ":material/play_arrow:",
            on_click=move,
            args=(lecture, Lecture.toggle_timer),
        )
        st.button(
            say("lecture.timer.reset", state.language),
            key="lecture-timer-reset",
            icon=":material/replay:",
            on_click=move,
            args=(lecture, Lecture.reset_timer),
        )


def _script(state: AppState, lecture: Lecture, words: Prose) -> None:
    place = lecture.cue_place(words)
    if place is None:
        st.info(say("lecture.no_script", state.language))
        return
    with st.container(key="lecture-due", border=True):
        st.markdown(f"**{words.script[place].time}** {safe(words.script[place].words)}")
    following = lecture.cue_after(words)
    if following is not None:
        st.markdown(f"{say('lecture.next_cue', state.language)} **{following.time}** {safe(following.words)}")


def _answers(state: AppState, lecture: Lecture, words: Prose) -> None:
    if lecture.at.beat in ("predict", "run", "compare"):
        st.markdown(answer_told(state, lecture))
    if lecture.at.beat in ("explain", "check"):
        check = lecture.opened.lesson.check
        st.markdown(f"**{safe(words['check'].text)}**")
        for number, key in enumerate(check.answers, start=1):
            text, reason = words["check"].answer(key)
            sign = "✓" if key == check.right else "✗"
            st.markdown(f"{number} {sign} **{safe(text)}** {safe(reason)}")


def _on_a_phone(state: AppState, lecture: Lecture) -> None:
    with st.expander(say("lecture.phone", state.language), icon=":material/smartphone:"):
        address, reached = address_for_others("lecture")
        if not reached:
            st.warning(say("lecture.phone_alone", state.language))
        st.markdown(say("lecture.phone_about", state.language))
        with st.container(key="lecture-code"):
            st.code(address, language=None, wrap_lines=True)
            st.code(code_shown(lecture.code), language=None)
        st.caption(say("lecture.phone_link", state.language))
        st.code(f"{address}?{NOTES}={lecture.code}", language=None, wrap_lines=True)
