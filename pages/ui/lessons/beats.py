"""The beats of a lesson, each on one screen: predict, run, compare, explain, check, one step further."""

from collections.abc import Callable
from typing import Any

import streamlit as st

from lab.charts.lessons import OVERS
from lab.errors import LabError
from lab.lessons.pictures import (
    curve_name,
    drawn_by,
    goal_reached,
    marks_of,
    mean_of,
    network_of,
    numbers_of,
    pictures_of,
)
from lab.lessons.progress import Progress, drawn_curve
from lab.lessons.questions import RIGHT, question
from lab.lessons.reader import Opened
from lab.lessons.record import Beat, Found
from lab.lessons.running import Running, scenes_of
from lab.lessons.schema import MINE, Knob
from lab.spec.experiment import Experiment
from lab.studies.words import number
from lab.texts import say
from netcore.errors import NetcoreError
from pages.ui.chart import over_choice
from pages.ui.lessons.answering import chosen_answer, tell_judged
from pages.ui.lessons.curve_pad import curve_pad
from pages.ui.lessons.running import (
    begin,
    begin_mine,
    chosen_picture,
    show_figures,
    show_picture,
    tell_end,
    wait,
)
from pages.ui.lessons.visit import now
from pages.ui.lessons.words import safe, safe_filled, sentence_told
from pages.ui.network_drawing import network_drawing
from pages.ui.state import AppState, app_state, widget_value
from pages.ui.text import tell_error
from pages.ui.waiting import goes_on

NEXT_ICON = ":material/arrow_forward:"


def show_beat(state: AppState, opened: Opened, progress: Progress) -> None:
    """The beat that is open."""
    SCREENS[progress.beat](state, opened, progress)


def go_on_button(state: AppState, progress: Progress, *, ready: bool = True) -> None:
    """To the next beat."""
    st.button(
        say("lessons_page.next", state.language),
        key=f"lesson-next-{progress.beat}",
        type="primary",
        icon=NEXT_ICON,
        disabled=not ready,
        on_click=progress.go_on,
    )


# --- predict


def predict(state: AppState, opened: Opened, progress: Progress) -> None:
    words = opened.words(state.language)
    st.markdown(f"**{safe(words['goal'].text)}**")
    st.markdown(safe(words["predict"].text))
    asked = opened.lesson.prediction
    if asked.choices:
        items = words["predict"].items
        given: Any = st.radio(
            say("lessons_page.your_prediction", state.language),
            [choice.key for choice in asked.choices],
            index=None,
            format_func=lambda key: safe(items[key]),
            key=f"lesson-choice-{opened.name}",
        )
    elif asked.value is not None:
        given = st.number_input(
            say("lessons_page.your_number", state.language, unit=safe(asked.unit_in(state.language))),
            value=None,
            min_value=float(asked.low),
            max_value=float(asked.high),
            key=f"lesson-number-{opened.name}",
        )
    else:
        given = _drawn(state, opened)
    st.button(
        say("lessons_page.run", state.language),
        key="lesson-run",
        type="primary",
        icon=":material/play_arrow:",
        disabled=given is None,
        on_click=_predicted,
        args=(opened, progress, given),
    )
    if given is None:
        st.caption(say("lessons_page.predict_first", state.language))


def _drawn(state: AppState, opened: Opened) -> tuple[float, ...] | None:
    asked = opened.lesson.prediction
    st.markdown(
        f"**{say('lessons_page.draw', state.language, curve=safe(curve_name(asked.curve or '', state.language)))}**"
    )
    epochs = opened.experiments[asked.setting or ""].fit.epochs
    key = f"lesson-curve-{opened.name}"
    result = curve_pad(asked.low, asked.high, epochs, state.language, key, on_drawn=_nothing)
    return drawn_curve(result.curve, opened.lesson)


def _nothing() -> None:
    """The script runs anew by itself."""


def _predicted(opened: Opened, progress: Progress, given: Any) -> None:
    """Callback: keep the prediction and begin."""
    progress.predict(given, now(app_state()))
    _begin(opened, progress)


def _begin(opened: Opened, progress: Progress) -> None:
    """Callback: the runs of the prediction that is there."""
    begin(opened, progress)
    if progress.running is not None:
        progress.go("run")


# --- run


def run(state: AppState, opened: Opened, progress: Progress) -> None:
    words, running = opened.words(state.language), progress.running
    st.markdown(safe(words["run"].text))
    if running is None:
        run_anew(state, progress, opened)
        if progress.known(opened) is not None:
            go_on_button(state, progress)
        return
    going_on = goes_on(state, running)
    picture = chosen_picture(state, opened, f"lesson-picture-{opened.name}")
    over = over_choice(OVERS, f"lesson-over-{opened.name}", state.language, label="collapsed")
    if going_on:
        wait(state, running, lambda: show_picture(state, running, picture, "lesson-live", over=over))
        return
    tell_end(state, running.state)
    show_picture(state, running, picture, "lesson-curves", over=over)
    st.caption(say("lessons_page.seeds_about", state.language, seeds=len(opened.lesson.seeds)))
    if running.state == "finished":
        progress.find(opened, now(state))
        go_on_button(state, progress)
    else:
        go_back(state, progress)


def run_anew(state: AppState, progress: Progress, opened: Opened) -> None:
    """The server has forgotten the runs of a prediction that was kept, or they were stopped before there was anything
    to be told: the same seeds give the same numbers. Those that still go on are waited for.
    """
    if progress.given is None:
        go_back(state, progress)
        return
    running, kept = progress.running, progress.known(opened)
    if running is not None and goes_on(state, running):
        wait(state, running, lambda: None)
        return
    if running is not None and kept is None:
        tell_end(state, running.state)
    else:
        why = "seeds" if kept is None else "curves" if kept.tells_why else "sentences"
        st.info(say(f"progress.again_{why}", state.language))
    with st.container(horizontal=True, gap="small"):
        st.button(
            say("progress.run_again", state.language),
            key="lesson-run-again",
            type="primary" if kept is None else "secondary",
            icon=":material/play_arrow:",
            on_click=_begin,
            args=(opened, progress),
        )
        go_back(state, progress)


def go_back(state: AppState, progress: Progress) -> None:
    st.button(
        say("lessons_page.again", state.language),
        key="lesson-again",
        icon=":material/replay:",
        on_click=progress.go,
        args=("predict",),
    )


# --- compare


def compare(state: AppState, opened: Opened, progress: Progress) -> None:
    known = progress.known(opened)
    if known is None:
        run_anew(state, progress, opened)
        return
    picture = chosen_picture(state, opened, f"lesson-compared-{opened.name}")
    predicted = known.found.predicted
    if not isinstance(predicted, tuple):
        _tell_worth(state, opened, known.found)
    elif known.running is not None:
        _show_drawn(state, opened, predicted, known.running)
    show_figures(state, opened, known, picture)
    if known.running is None:
        run_anew(state, progress, opened)
    go_on_button(state, progress)


def _show_drawn(state: AppState, opened: Opened, predicted: tuple[float, ...], running: Running) -> None:
    """The curve drawn by hand over those that came."""
    asked = opened.lesson.prediction.setting
    place = next(one for one in pictures_of(scenes_of(opened)) if asked in [s.key for s in one.settings])
    st.markdown(f"**{say('lessons_page.curve_over', state.language)}**")
    show_picture(state, running, place, "lesson-drawn", drawn=drawn_by(opened, predicted), only=asked)


def _tell_worth(state: AppState, opened: Opened, found: Found) -> None:
    """The person's own prediction beside what happened."""
    if opened.lesson.prediction.choices:
        items = opened.words(state.language)["predict"].items
        right = [items[key] for key in found.answer if key in items] if isinstance(found.answer, tuple) else []
        told = {"given": safe(items[str(found.predicted)]), "right": safe(", ".join(right)) or "–"}
    else:
        unit = safe(opened.lesson.prediction.unit_in(state.language))
        answer = number(found.answer) if isinstance(found.answer, int | float) else "–"
        told = {"given": f"{number(float(str(found.predicted)))} {unit}", "right": f"{answer} {unit}"}
    box = {"right": st.success, "close": st.success, "far": st.info, "unknown": st.warning}[found.worth]
    box(say(f"lessons_page.worth.{found.worth}", state.language, **told))


# --- explain


def explain(state: AppState, opened: Opened, progress: Progress) -> None:
    words, known = opened.words(state.language), progress.known(opened)
    if known is None or not known.tells_why:
        run_anew(state, progress, opened)
        return
    sentences, picture = st.columns([1, 1], gap="large")
    with sentences, st.container(key="lesson-sentences"):
        numbers = numbers_of(known.said, {} if known.running is None else known.settings)
        for sentence in known.said:
            badge = f":gray-badge[{numbers[sentence.key]}] " if sentence.key in numbers else ""
            st.markdown(f"{badge}{sentence_told(opened, sentence, known.values, state.language)}")
        if not known.said:
            st.info(say("lessons_page.nothing_said", state.language))
        st.caption(say("lessons_page.said_about", state.language, seeds=len(known.found.seeds)))
    with picture:
        shown = chosen_picture(state, opened, f"lesson-explained-{opened.name}")
        if known.running is None:
            run_anew(state, progress, opened)
        else:
            marks = marks_of(known.said, shown, known.settings)
            show_picture(state, known.running, shown, "lesson-pointed", marks=marks)
            if marks:
                st.caption(say("lessons_page.pointed", state.language))
        try:
            network = state.once(
                "lesson-network",
                (opened.name, shown.settings[0].key),
                lambda: network_of(opened, shown.settings[0].key),
            )
            setting = words["names"].items[shown.settings[0].key]
            built = say("lessons_page.network_as_built", state.language, setting=safe(setting))
            network_drawing(network, state.language, f"lesson-network-{opened.name}", caption=built)
        except (LabError, NetcoreError) as refusal:
            st.caption(tell_error(refusal, state.language))
    go_on_button(state, progress)


# --- check


def check(state: AppState, opened: Opened, progress: Progress) -> None:
    words, asked = opened.words(state.language)["check"], opened.lesson.check
    st.markdown(f"**{safe(words.text)}**")
    answers = {key: words.answer(key)[0] for key in asked.answers}
    given = chosen_answer(state, answers, f"lesson-answer-{opened.name}")
    if given is None:
        if progress.solved:
            go_on_button(state, progress)
        return
    progress.answer(given, right=given == asked.right, now=now(state))
    tell_judged(state, right=given == asked.right, reason=safe(words.answer(given)[1]))
    if given == asked.right:
        _second(state, opened, progress)


def _second(state: AppState, opened: Opened, progress: Progress) -> None:
    """The question with other numbers, until it is answered rightly."""
    words, one = opened.words(state.language)["again"], question(opened.lesson.check.again, progress.turn)
    st.divider()
    st.markdown(f"**{safe_filled(words.text, one.numbers)}**")
    given = chosen_answer(state, one.answers, f"lesson-again-{opened.name}-{progress.turn}", abreast=True)
    if given is None:
        return
    tell_judged(state, right=given == RIGHT, reason=safe_filled(words.items[given], one.numbers))
    if given == RIGHT:
        progress.solved = True
        go_on_button(state, progress)
    else:
        progress.miss(now(state))
        st.button(
            say("lessons_page.other_numbers", state.language),
            key="lesson-other-numbers",
            icon=":material/casino:",
            on_click=_turn,
            args=(progress,),
        )


def _turn(progress: Progress) -> None:
    progress.turn += 1


# --- one step further


def further(state: AppState, opened: Opened, progress: Progress) -> None:
    words = opened.words(state.language)
    st.info(safe(words["misconception"].text), icon=":material/psychology_alt:")
    st.markdown(safe(words["further"].text))
    st.markdown(f"**{say('lessons_page.challenge', state.language)}** {safe(words['challenge'].text)}")
    chosen: dict[str, Any] = {knob.name: _knob(state, opened, knob) for knob in opened.lesson.further.knobs}
    try:
        experiment = opened.mine(chosen)
    except (LabError, NetcoreError) as refusal:
        st.error(tell_error(refusal, state.language))
        return
    trying = progress.trying
    busy = goes_on(state, trying)
    with st.container(horizontal=True, gap="small"):
        st.button(
            say("lessons_page.try", state.language),
            key="lesson-try",
            type="primary",
            icon=":material/play_arrow:",
            disabled=busy,
            on_click=_try,
            args=(opened, progress, experiment, chosen),
        )
        st.button(
            say("lessons_page.studio", state.language),
            key="lesson-studio",
            icon=":material/tune:",
            on_click=_to_studio,
            args=(experiment,),
        )
    if trying is not None:
        _tried(state, opened, progress)


def _knob(state: AppState, opened: Opened, knob: Knob) -> Any:
    return st.select_slider(
        say(f"lessons_page.knob.{knob.name}", state.language),
        knob.values,
        format_func=lambda value: f"{value:g}" if isinstance(value, int | float) else str(value),
        key=f"lesson-knob-{opened.name}-{knob.name}",
    )


def _try(opened: Opened, progress: Progress, experiment: Experiment, chosen: dict[str, Any]) -> None:
    progress.tried = dict(chosen)
    begin_mine(opened, progress, experiment)


def _to_studio(experiment: Experiment) -> None:
    state = app_state()
    state.replace_experiment(experiment)
    state.notice("success", "lessons_page.in_studio")


def _tried(state: AppState, opened: Opened, progress: Progress) -> None:
    trying = progress.trying
    if trying is None:
        return
    if trying.going_on:
        wait(state, trying, lambda: None)
        return
    if not trying.can_be_told:
        tell_end(state, trying.state)
        return
    mine = trying.settings[MINE]
    words = opened.words(state.language)
    figures = [
        f"{safe(words.name(name))}: **{mean_of(values)}**"
        for name, values in mine.figures.items()
        if name != "parameters"
    ]
    figures.append(f"{say('lessons_page.parameters', state.language)}: **{mean_of(mine.figures['parameters'])}**")
    st.markdown(" · ".join(figures))
    if goal_reached(opened, mine):
        progress.win(mine, now(state))
        st.success(say("lessons_page.won", state.language), icon=":material/emoji_events:")
    else:
        st.info(say("lessons_page.not_won", state.language))


SCREENS: dict[Beat, Callable[[AppState, Opened, Progress], None]] = {
    "predict": predict,
    "run": run,
    "compare": compare,
    "explain": explain,
    "check": check,
    "further": further,
}


def beat_names(state: AppState) -> dict[Beat, str]:
    """Every beat as it is called."""
    return {beat: say(f"lessons_page.beat.{beat}", state.language) for beat in SCREENS}


def take_beat(progress: Progress, key: str) -> None:
    """Callback of the row of beats."""
    progress.go(widget_value(key))
