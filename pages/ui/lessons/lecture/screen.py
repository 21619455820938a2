"""What the class sees: one moment of one beat, in letters for the last row."""

from collections.abc import Callable
from typing import Any

import streamlit as st

from lab.lessons.judging import answer_of, held_of, right_choices
from lab.lessons.lecture import SECONDS, Lecture
from lab.lessons.pictures import Picture, figures_table, mark_of, picture_for, pictures_of
from lab.lessons.record import BEATS, Beat
from lab.lessons.reveal import drawing_of, empty_drawing, epochs_of, words_of
from lab.lessons.running import Running, scenes_of
from lab.lessons.schema import Sentence
from lab.lessons.shelf import lesson_after
from lab.studies.words import number
from lab.texts import say
from pages.ui.lessons.beats import beat_names
from pages.ui.lessons.lecture.held import begin_lecture, follow, move, run_again
from pages.ui.lessons.lecture.lecture_curve import lecture_curve, marks_of, place_marked
from pages.ui.lessons.lecture.lecture_keys import MOVES, lecture_keys
from pages.ui.lessons.running import tell_end
from pages.ui.lessons.words import safe, sentence_told
from pages.ui.state import AppState, widget_value

NOTES = "notes"  # the query parameter that carries the code of a lecture's notes


def screen(state: AppState, lecture: Lecture) -> None:
    """The moment that is due, and what moves it at the foot."""
    with st.container(key="lecture-screen"):
        follow(state, lecture, gives=True)
        _head(state, lecture)
        SCREENS[lecture.at.beat](state, lecture)
    _foot(state, lecture)


def _head(state: AppState, lecture: Lecture) -> None:
    place = say(
        "lecture.place",
        state.language,
        beat=beat_names(state)[lecture.at.beat],
        number=BEATS.index(lecture.at.beat) + 1,
        beats=len(BEATS),
    )
    st.markdown(f"**{safe(lecture.opened.words(state.language).title)}** · {place}")


def _foot(state: AppState, lecture: Lecture) -> None:
    with st.container(key="lecture-foot", horizontal=True, vertical_alignment="center", gap="small"):
        _button(state, lecture, "back", Lecture.back, ":material/arrow_back:")
        _button(state, lecture, "on", Lecture.on, ":material/arrow_forward:")
        key = f"lecture-seconds-{lecture.seconds}"
        st.markdown(say("lecture.seconds", state.language), width="content")
        st.segmented_control(
            say("lecture.seconds", state.language),
            SECONDS,
            default=lecture.seconds,
            required=True,
            format_func=lambda seconds: say("lecture.in_seconds", state.language, seconds=seconds),
            key=key,
            on_change=_take_seconds,
            args=(lecture, key),
            label_visibility="collapsed",
            width="content",
        )
        if st.button(say("lecture.leave", state.language), key=MOVES["leave"], icon=":material/close:"):
            st.switch_page("lessons.py")
        lecture_keys(state.language, notes=f"lecture?{NOTES}={lecture.code}")


def _button(state: AppState, lecture: Lecture, name: str, change: Callable[[Lecture], None], icon: str) -> None:
    label = say(f"lecture.{name}", state.language)
    st.button(label, key=MOVES[name], icon=icon, on_click=move, args=(lecture, change))


def _take_seconds(lecture: Lecture, key: str) -> None:
    """Callback of the tempo."""
    lecture.seconds = widget_value(key)
    lecture.turned()


# --- the beats


def _predict(state: AppState, lecture: Lecture) -> None:
    words, asked = lecture.opened.words(state.language), lecture.opened.lesson.prediction
    with st.container(key="lecture-question"):
        st.markdown(safe(words["predict"].text))
    if asked.choices:
        _numbered([words["predict"].items[choice.key] for choice in asked.choices])
    elif asked.curve is not None:
        epochs = lecture.opened.experiments[asked.setting or ""].fit.epochs
        empty = empty_drawing(asked.curve, epochs, asked.low, asked.high, state.language)
        lecture_curve("predict", empty, state.language, until=0, seconds=lecture.seconds, marks=[])
    else:
        unit = safe(asked.unit_in(state.language))
        called = say("lecture.call_a_number", state.language, low=f"{asked.low:g}", high=f"{asked.high:g}", unit=unit)
        _choices([called])


def _numbered(texts: list[str]) -> None:
    """A class calls out a number."""
    _choices([f"**{place}** · {safe(text)}" for place, text in enumerate(texts, start=1)])


def _choices(lines: list[str]) -> None:
    with st.container(key="lecture-choices"):
        for line in lines:
            st.markdown(line)


def _run(state: AppState, lecture: Lecture) -> None:
    words, stop = lecture.opened.words(state.language), lecture.stop
    if stop is None or lecture.running is None:
        st.markdown(safe(words["run"].text))
        _tell_missing(state, lecture)
        return
    picture = pictures_of(scenes_of(lecture.opened))[stop.picture]
    lecture_curve(
        f"{lecture.opened.name}-{stop.picture}",
        drawing_of(picture, lecture.running.settings, words, state.language),
        state.language,
        until=stop.epoch,
        seconds=lecture.seconds,
        marks=marks_of([one for one in lecture.results.stops if one.picture == stop.picture], words, state.language),
        said=words_of(stop, words, state.language),
        over="update" if stop.what == "updates" else "epoch",
    )


def _tell_missing(state: AppState, lecture: Lecture) -> None:
    """Why there are no curves, and the way to get them; while they are being trained `follow` says how far that is."""
    if lecture.waits:
        return
    if lecture.running is not None:
        tell_end(state, lecture.running.state)
    st.button(
        say("lecture.run_again", state.language),
        key="lecture-run-again",
        type="primary",
        icon=":material/replay:",
        on_click=run_again,
        args=(lecture,),
    )


def _compare(state: AppState, lecture: Lecture) -> None:
    words, asked, running = lecture.opened.words(state.language), lecture.opened.lesson.prediction, lecture.running
    if running is None or not lecture.results.stops:
        _tell_missing(state, lecture)
        return
    if lecture.moment == 0:
        with st.container(key="lecture-question"):
            st.markdown(safe(words["predict"].text))
        if asked.curve is None:
            st.success(answer_told(state, lecture))
    picture = pictures_of(scenes_of(lecture.opened))[lecture.moment]
    rows = figures_table(picture, running.settings, words, state.language)
    st.table([{safe(name): safe(value) for name, value in row.items()} for row in rows], hide_index=True)
    st.markdown(say("lessons_page.figures_about", state.language, seeds=len(lecture.opened.lesson.seeds)))
    if lecture.moment:  # the first has the prediction in its place
        _whole_curve(state, lecture, "compare", picture, running, [])


def answer_told(state: AppState, lecture: Lecture) -> str:
    """What came out of the prediction, as far as it is known."""
    words, asked = lecture.opened.words(state.language), lecture.opened.lesson.prediction
    if asked.curve is not None:
        return say("lecture.answer_is_a_curve", state.language)
    if lecture.running is None or not lecture.results.stops:
        return say("lecture.answer_comes", state.language)
    values = lecture.running.values
    if asked.choices:
        right = [words["predict"].items[key] for key in right_choices(lecture.opened.lesson, values)]
        return say("lecture.answer", state.language, answer=safe(", ".join(right)) or "–")
    answer = f"{number(answer_of(lecture.opened.lesson, values))} {safe(asked.unit_in(state.language))}"
    return say("lecture.answer", state.language, answer=answer)


def _explain(state: AppState, lecture: Lecture) -> None:
    running = lecture.running
    if running is None or not lecture.results.stops:
        _tell_missing(state, lecture)
        return
    if not lecture.results.said:
        st.info(say("lessons_page.nothing_said", state.language))
        return
    sentences, chart = st.columns([1, 1], gap="large")
    *before, now = lecture.shown
    with sentences:
        with st.container(key="lecture-before"):
            for sentence in before:
                st.markdown(_sentence(state, lecture, sentence))
        with st.container(key="lecture-now"):
            st.markdown(_sentence(state, lecture, now))
    with chart:
        picture = picture_for(now, pictures_of(scenes_of(lecture.opened)))
        mark = mark_of(now, picture, running.settings)
        marks = [] if mark is None else [place_marked(mark)]
        _whole_curve(state, lecture, "explain", picture, running, marks)


def _whole_curve(
    state: AppState, lecture: Lecture, beat: Beat, picture: Picture, running: Running, marks: list[dict[str, Any]]
) -> None:
    """The curves of a picture beside what is said of them: all of them at once."""
    lecture_curve(
        f"{beat}-{lecture.opened.name}-{picture.settings[0].key}",
        drawing_of(picture, running.settings, lecture.opened.words(state.language), state.language),
        state.language,
        until=epochs_of(picture, running.settings),
        seconds=lecture.seconds,
        marks=marks,
    )


def _sentence(state: AppState, lecture: Lecture, sentence: Sentence) -> str:
    """With the number of seeds in which it holds by itself."""
    values = lecture.running.values if lecture.running else {}
    text = sentence_told(lecture.opened, sentence, values, state.language)
    held, seeds = held_of(sentence, values)
    return f"{text} **({say('lecture.held', state.language, held=held, seeds=seeds)})**" if seeds else text


def _check(state: AppState, lecture: Lecture) -> None:
    words, asked = lecture.opened.words(state.language)["check"], lecture.opened.lesson.check
    with st.container(key="lecture-question"):
        st.markdown(safe(words.text))
    _numbered([words.answer(key)[0] for key in asked.answers])
    if lecture.moment:
        text, reason = words.answer(asked.right)
        place = asked.answers.index(asked.right) + 1
        st.success(f"**{place} · {safe(text)}** {safe(reason)}")


def _further(state: AppState, lecture: Lecture) -> None:
    words = lecture.opened.words(state.language)
    with st.container(key="lecture-question"):
        st.markdown(safe(words["misconception"].text))
    if lecture.moment:
        with st.container(key="lecture-challenge"):
            st.markdown(safe(words["further"].text))
            st.markdown(f"**{say('lessons_page.challenge', state.language)}** {safe(words['challenge'].text)}")
        _next_lesson(state, lecture)


def _next_lesson(state: AppState, lecture: Lecture) -> None:
    """The one that comes after it; the notes go along."""
    for one in lesson_after(lecture.at.lesson):
        label = say("lecture.next_lesson", state.language, title=safe(one.words(state.language).title))
        if st.button(label, key="lecture-next-lesson", icon=":material/arrow_forward:"):
            begin_lecture(one.name, one)
            st.rerun()


SCREENS: dict[Beat, Callable[[AppState, Lecture], None]] = {
    "predict": _predict,
    "run": _run,
    "compare": _compare,
    "explain": _explain,
    "check": _check,
    "further": _further,
}
