"""A teacher makes a task: from which experiment, which knobs are open, the goal, questions."""

from typing import Any

import streamlit as st

from lab.errors import LabError
from lab.homework.knobs import knobs_of
from lab.homework.making import KEPT, MOST_QUESTIONS, STUDIO, Draft, DraftQuestion, Source, measures_of
from lab.homework.schema import KnobName
from lab.homework.table import goal_told, knob_name
from lab.lessons.shelf import lesson, lesson_folders, lesson_title
from lab.runs.wire.messages import ENDED
from lab.spec.experiment import Experiment
from lab.studies import told
from lab.studies.result import measure_name
from lab.texts import say
from netcore.errors import NetcoreError
from pages.ui.homework.kept import forget_draft_button
from pages.ui.homework.links import TASK, hand_out, show_link, tell_later
from pages.ui.lessons.words import safe
from pages.ui.run.training import kept_record, past_runs
from pages.ui.state import AppState, app_state, widget_value
from pages.ui.text import data_name, plain, tell_error

RUNS_OFFERED = 12
LETTERS = 80
KINDS = ("choice", "number", "text")


def make(state: AppState) -> None:
    draft = state.desk.homework.draft
    st.markdown(say("homework_page.make_about", state.language))
    try:
        experiment = _experiment(state, draft)
    except (LabError, NetcoreError) as refusal:
        st.error(tell_error(refusal, state.language))
        return
    draft.fit_to(experiment)
    _words(state, draft)
    _knobs(state, draft, experiment)
    _goal(state, draft, experiment)
    _questions(state, draft)
    st.button(
        say("homework_page.make", state.language),
        key="homework-make",
        type="primary",
        icon=":material/assignment_turned_in:",
        on_click=_make,
        args=(draft, experiment),
    )
    forget_draft_button(state)
    _made(state)


def _keep(key: str, thing: Draft | DraftQuestion, name: str) -> None:
    """Callback of a field: what it shows is kept, whichever page is looked at in between."""
    setattr(thing, name, widget_value(key))
    _begun()


def _begun() -> None:
    """From now on the browser keeps the draft."""
    app_state().desk.homework.draft.begun = True


def _kept(thing: Draft | DraftQuestion, name: str, key: str) -> dict[str, Any]:
    """Key and callback of a field."""
    key = app_state().key(key)
    return {"key": key, "on_change": _keep, "args": (key, thing, name)}


# --- from which experiment


def _experiment(state: AppState, draft: Draft) -> Experiment:
    """The experiment on the knobs, of a run, of a lesson, or the one there was. Raises LabError."""
    labels: dict[Source, str] = {STUDIO: say("homework_page.source.studio", state.language)}
    for run in [run for run in past_runs(state) if run.state in ENDED][:RUNS_OFFERED]:
        name = plain(run.title, LETTERS)
        labels["run", run.id] = say("homework_page.source.run", state.language, number=run.number, name=name)
    for folder in lesson_folders():
        title = lesson_title(folder.name, state.language)
        labels["lesson", folder.name] = say("homework_page.source.lesson", state.language, title=title)
    if draft.source not in labels:
        draft.source = STUDIO if draft.experiment is None else KEPT
    if draft.source == KEPT:
        labels[KEPT] = say("homework_page.source.kept", state.language)
    sources = list(labels)
    st.selectbox(
        say("homework_page.source", state.language),
        sources,
        index=sources.index(draft.source),
        format_func=labels.__getitem__,
        **_kept(draft, "source", "homework-source"),
    )
    kind, name = draft.source
    if kind == "run":
        experiment = kept_record(state, name).experiment
    elif kind == "lesson":
        opened = lesson(name)
        experiment = opened.base(opened.lesson.further.scene)
    elif kind == "kept" and draft.experiment is not None:
        experiment = draft.experiment
    else:
        experiment = state.experiment
    st.caption(say("homework_page.data", state.language, name=data_name(experiment.data, state.language)))
    if experiment.data.source.kind == "upload":
        st.caption(say("homework_page.own_file", state.language))
    return experiment


# --- what a student reads, and may turn


def _words(state: AppState, draft: Draft) -> None:
    title = _kept(draft, "title", "homework-title")
    st.text_input(say("homework_page.title", state.language), value=draft.title, max_chars=100, **title)
    words = _kept(draft, "words", "homework-words")
    st.text_area(say("homework_page.words", state.language), value=draft.words, max_chars=3_000, **words)


def _knobs(state: AppState, draft: Draft, experiment: Experiment) -> None:
    known = list(knobs_of(experiment))
    key = state.key(f"homework-open-{experiment.content_hash()[:12]}")
    st.pills(
        say("homework_page.open", state.language),
        known,
        selection_mode="multi",
        default=list(draft.knobs),
        format_func=lambda name: knob_name(name, state.language),
        key=key,
        on_change=_open_knobs,
        args=(key, draft, experiment),
    )
    st.caption(say("homework_page.open_about", state.language))
    for name, text in draft.knobs.items():
        field = f"{key}-{name}"
        label = say("homework_page.values", state.language, knob=knob_name(name, state.language))
        st.text_input(label, value=text, key=field, max_chars=200, on_change=_values, args=(field, draft, name))


def _open_knobs(key: str, draft: Draft, experiment: Experiment) -> None:
    """Callback."""
    draft.open_knobs(experiment, list(widget_value(key) or ()))
    _begun()


def _values(key: str, draft: Draft, name: KnobName) -> None:
    """Callback."""
    draft.knobs[name] = str(widget_value(key) or "")
    _begun()


# --- the goal


def _goal(state: AppState, draft: Draft, experiment: Experiment) -> None:
    st.markdown(f"**{say('homework_page.goal', state.language)}**")
    left, middle, right = st.columns(3, gap="small")
    measures = measures_of(experiment)
    with left:
        st.selectbox(
            say("homework_page.figure", state.language),
            measures,
            index=measures.index(draft.figure),
            format_func=lambda name: told(measure_name(name), state.language),
            **_kept(draft, "figure", f"homework-figure-{'-'.join(measures)}"),
        )
    with middle:
        label = say(f"homework_page.{draft.side}", state.language)
        number = _kept(draft, "number", "homework-number")
        st.number_input(label, value=draft.number, format="%.6g", **number)
    with right:
        label = say("homework_page.parameters", state.language)
        parameters = _kept(draft, "parameters", "homework-parameters")
        st.number_input(label, value=draft.parameters, min_value=1, step=1, **parameters)
    left, middle, right = st.columns(3, gap="small")
    with left:
        seeds = _kept(draft, "seeds", "homework-seeds")
        st.number_input(say("homework_page.seeds", state.language), 1, 10, value=draft.seeds, **seeds)
    with middle:
        runs = _kept(draft, "runs", "homework-runs")
        st.number_input(say("homework_page.runs", state.language), 1, 5, value=draft.runs, **runs)
    with right:
        count = len(draft.questions)
        label = say("homework_page.questions", state.language)
        key = state.key("homework-questions")
        st.number_input(label, 0, MOST_QUESTIONS, value=count, key=key, on_change=_count, args=(key, draft))


def _count(key: str, draft: Draft) -> None:
    """Callback."""
    draft.count_questions(int(widget_value(key) or 0))
    _begun()


# --- questions


def _questions(state: AppState, draft: Draft) -> None:
    for place, question in enumerate(draft.questions):
        with st.container(border=True):
            _question(state, question, place)


def _question(state: AppState, question: DraftQuestion, place: int) -> None:
    key = f"homework-question-{place}"
    kind, text = st.columns([1, 2], gap="small")
    with kind:
        st.selectbox(
            say("homework_page.question", state.language, number=place + 1),
            KINDS,
            index=KINDS.index(question.kind),
            format_func=lambda kind: say(f"homework_page.kind.{kind}", state.language),
            **_kept(question, "kind", f"{key}-kind"),
        )
    with text:
        label = say("homework_page.question_text", state.language)
        st.text_input(label, value=question.text, max_chars=1_000, **_kept(question, "text", f"{key}-text"))
    if question.kind == "choice":
        label = say("homework_page.options", state.language)
        st.text_area(label, value=question.options, max_chars=1_800, **_kept(question, "options", f"{key}-options"))
        _right_option(state, question, key)
    elif question.kind == "number":
        right, close = st.columns(2, gap="small")
        with right:
            label = say("homework_page.right_number", state.language)
            st.number_input(label, value=question.right, format="%.6g", **_kept(question, "right", f"{key}-right"))
        with close:
            label = say("homework_page.close", state.language)
            near = _kept(question, "close", f"{key}-close")
            st.number_input(label, value=question.close, min_value=0.0, format="%.6g", **near)


def _right_option(state: AppState, question: DraftQuestion, key: str) -> None:
    """Which option is right; none, and the answer is left to be read."""
    places = list(range(len(question.lines)))
    now = int(question.right) if question.right is not None and int(question.right) in places else None
    st.selectbox(
        say("homework_page.right", state.language),
        places,
        index=now,
        format_func=lambda place: question.lines[place],
        placeholder=say("homework_page.no_right", state.language),
        **_kept(question, "right", f"{key}-option-{len(places)}"),
    )


# --- the task


def _make(draft: Draft, experiment: Experiment) -> None:
    """Callback."""
    try:
        app_state().desk.homework.made = draft.made(experiment)
    except (LabError, NetcoreError) as refusal:
        tell_later(refusal)


def _made(state: AppState) -> None:
    """What the teacher hands out, and what stays."""
    made = state.desk.homework.made
    if made is None:
        return
    with st.container(border=True, key="homework-made"):
        st.success(say("homework_page.made", state.language, title=plain(made.task.title, LETTERS)))
        st.markdown(safe(goal_told(made.task, state.language)))
        st.markdown(f"**{say('homework_page.for_students', state.language)}**")
        show_link(state, TASK, made.task)
        words = made.task.title
        label = say("homework_page.student_file", state.language)
        hand_out(state, made.task, words, "task", label, "homework-student-file")
        st.markdown(f"**{say('homework_page.for_you', state.language)}**")
        label = say("homework_page.teacher_file", state.language)
        hand_out(state, made, words, "teacher", label, "homework-teacher-file")
        st.caption(say("homework_page.teacher_about", state.language))
        with st.container(horizontal=True, gap="small"):
            label = say("homework_page.try_it", state.language)
            st.button(label, key="homework-try-it", icon=":material/play_arrow:", on_click=_try_it)
            label = say("homework_page.judge_it", state.language)
            st.button(label, key="homework-judge-it", icon=":material/fact_check:", on_click=_judge_it)


def _try_it() -> None:
    """Callback: the task as a student sees it."""
    homework = app_state().desk.homework
    if homework.made is not None:
        homework.open(homework.made.task)


def _judge_it() -> None:
    """Callback: to the table, with this task."""
    homework = app_state().desk.homework
    if homework.made is not None:
        homework.judge(homework.made)
        homework.side = "judge"
