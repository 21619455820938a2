"""One-click experiments: choosing one, predicting, starting it, and waiting for it."""

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from lab.charts.sketches import sketch
from lab.data.table import Table
from lab.errors import LabError
from lab.runs.orders.study import StudyView
from lab.runs.serve.host import engine
from lab.spec.experiment import Experiment
from lab.studies import STUDIES, Option, Setting, Study, Words, told
from lab.studies.asked import NO_IDEA, Asked, runs_of
from lab.studies.definition import cells_of, from_start_weights, rows_to_learn_from
from lab.texts import say
from netcore.errors import NetcoreError
from pages.ui.bench import Bench, table_of
from pages.ui.grid import in_rows
from pages.ui.problems import show_problems
from pages.ui.state import AppState, app_state, widget_value
from pages.ui.text import plain, tell_error
from pages.ui.waiting import wait_for

LOOK_S = 0.5  # between two looks at a study that goes on
CARDS_A_ROW = 3
MOST_ABREAST = 12  # values to predict from that are all shown; more are put into a list


@dataclass
class Opened:
    """The experiment that is open, None while all are shown; whether it is asked anew after its result."""

    name: str | None = None
    anew: bool = False


def safe(text: str) -> str:
    """A setting's name may hold the name of a person's own column."""
    return plain(text, 250)


# --- choosing


def cards(state: AppState) -> None:
    """All experiments as cards with the question that each answers."""
    st.markdown(say("experiments_page.intro", state.language))
    if state.desk.study is not None:
        st.button(
            say("experiments_page.to_result", state.language),
            key="to_result",
            icon=":material/undo:",
            on_click=choose,
            args=(state.desk.study.name,),
        )
    for row in in_rows(STUDIES, CARDS_A_ROW):
        for column, name in zip(st.columns(CARDS_A_ROW, gap="medium"), row, strict=False):
            with column, st.container(border=True, height="stretch"):
                _card(state, STUDIES[name])


def _card(state: AppState, one: Study) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.image(sketch(one.pictures[0]), width=112, alt="")
        st.markdown(f"**{told(one.title, state.language)}**")
    st.caption(say(f"studies.{one.name}.question", state.language))
    st.button(
        say("experiments_page.choose", state.language),
        key=f"study-{one.name}",
        on_click=choose,
        args=(one.name,),
        width="stretch",
    )


def choose(name: str | None) -> None:
    """Callback: open that experiment, or all of them."""
    state = app_state()
    state.held(Opened).name, state.held(Opened).anew = name, False


def anew() -> None:
    """Callback: the same experiment once more, with another prediction."""
    app_state().held(Opened).anew = True


def back_to(asked: Asked) -> None:
    """Callback: the experiment that a study was made on."""
    app_state().replace_experiment(asked.experiment)


def chosen(state: AppState) -> Study | None:
    name = state.held(Opened).name
    return STUDIES.get(name) if name else None


# --- asking


def ask(state: AppState, bench: Bench, one: Study) -> None:
    """On what, which values, how many seeds; the prediction; then the button."""
    st.markdown(f"#### {say(f'studies.{one.name}.question', state.language)}")
    experiment = _base(state, bench, one)
    if experiment is None:
        return
    try:
        table = table_of(experiment, state.desk)
        rows = rows_to_learn_from(table, experiment)
        refusal = one.refusal(experiment, rows)
    except (LabError, NetcoreError) as error:
        st.error(tell_error(error, state.language))
        return
    if refusal is not None:
        st.warning(say(refusal, state.language))
        return
    size, predict = st.columns(2, gap="large")
    with size:
        try:
            experiment, seeds, keys = _size(state, one, experiment, rows)
            settings = one.settings(experiment, rows, keys)
        except (LabError, NetcoreError) as error:
            st.error(tell_error(error, state.language))
            return
        if not settings or seeds < 1:
            st.warning(say("experiments_page.no_values", state.language))
            return
    with predict:
        prediction, thought, ready = _prediction(state, one, settings)
        _run_button(state, one, settings, seeds, table, prediction, thought, ready=ready)


def _base(state: AppState, bench: Bench, one: Study) -> Experiment | None:
    """The ready-made experiment or the person's own; None if that cannot be trained."""
    own = st.segmented_control(
        say("experiments_page.on", state.language),
        ["ready", "own"],
        default="ready",
        required=True,
        format_func=lambda name: say(f"experiments_page.on.{name}", state.language),
        key=f"study-on-{one.name}",
    )
    if own != "own":
        st.caption(
            say(
                "experiments_page.ready",
                state.language,
                start=say(f"studies.{one.name}.start", state.language),
            )
        )
        return one.base()
    if bench.errors:
        show_problems(bench.errors, state)
        return None
    return from_start_weights(state.experiment)


def _size(state: AppState, one: Study, experiment: Experiment, rows: int) -> tuple[Experiment, int, list[list[str]]]:
    """Seeds, epochs and values."""
    left, right = st.columns(2, gap="small")
    own = "own" if widget_value(f"study-on-{one.name}") == "own" else "ready"
    with left:
        seeds = st.number_input(
            say("experiments_page.seeds", state.language),
            value=one.seeds,
            step=1,
            key=f"study-seeds-{one.name}",
            help=say("experiments_page.seeds_help", state.language),
        )
    with right:
        epochs = st.number_input(
            say("experiments_page.epochs", state.language),
            value=experiment.fit.epochs,
            step=1,
            key=f"study-epochs-{one.name}-{own}",
        )
    experiment = experiment.with_fit(epochs=int(epochs))
    keys: list[list[str]] = []
    for axis, options in zip(one.axes, one.options(experiment, rows), strict=True):
        keys.append(_values(state, axis.title, options, f"study-values-{one.name}-{axis.name}-{own}"))
    return experiment, int(seeds), keys


def _values(state: AppState, title: Words, options: Sequence[Option], key: str) -> list[str]:
    """Those to be compared, all of them at first."""
    labels = {option.key: told(option.label, state.language, safe) for option in options}

    def label(key: str) -> str:
        return labels[key]

    names = list(labels)
    return st.pills(
        say("experiments_page.values", state.language, axis=told(title, state.language)),
        names,
        selection_mode="multi",
        default=names,
        format_func=label,
        key=key,
    )


def _prediction(state: AppState, one: Study, settings: Sequence[Setting]) -> tuple[str | None, str, bool]:
    """What the person expects; whether something was said."""
    st.markdown(f"**{say('experiments_page.predict', state.language)}**")
    prediction: str | None = None
    if one.axes:
        prediction = _choice(state, settings, f"study-prediction-{one.name}-{len(settings)}")
    thought = st.text_input(
        say("experiments_page.thought", state.language), max_chars=300, key=f"study-thought-{one.name}"
    )
    return prediction, str(thought or ""), prediction is not None or bool(thought)


def _choice(state: AppState, settings: Sequence[Setting], key: str) -> str | None:
    """One of the settings, all in sight if they are few."""
    title, few = say("experiments_page.predict_best", state.language), len(settings) <= MOST_ABREAST
    made_safe = safe if few else str  # a list shows no Markdown
    labels = {setting.key: told(setting.label, state.language, made_safe) for setting in settings}
    labels[NO_IDEA] = say("experiments_page.no_idea", state.language)
    if few:
        return st.radio(title, list(labels), index=None, format_func=labels.__getitem__, key=key, horizontal=True)
    return st.selectbox(
        title,
        list(labels),
        index=None,
        format_func=labels.__getitem__,
        key=key,
        placeholder=say("form.choose", state.language),
    )


def _run_button(
    state: AppState,
    one: Study,
    settings: tuple[Setting, ...],
    seeds: int,
    table: Table,
    prediction: str | None,
    thought: str,
    *,
    ready: bool,
) -> None:
    numbers = {"settings": len(settings), "seeds": seeds, "runs": runs_of(settings, seeds)}
    st.caption(say("experiments_page.size", state.language, **{name: f"{count:,}" for name, count in numbers.items()}))
    pressed = st.button(
        say("experiments_page.run", state.language),
        key="study-run",
        type="primary",
        disabled=not ready,
        icon=":material/labs:",
    )
    if not ready:
        st.caption(say("experiments_page.run_first_predict", state.language))
    if not pressed:
        return
    own = widget_value(f"study-on-{one.name}") == "own"
    try:
        with st.spinner(say("experiments_page.preparing", state.language)):
            cells = cells_of(settings, range(seeds), table)
            id = engine().start_study(cells, state.owner, predict=one.predicts)
    except (LabError, NetcoreError) as error:
        st.error(tell_error(error, state.language))
        return
    state.desk.study = Asked(one.name, settings, seeds, state.experiment, own, prediction, thought, id, cells)
    state.held(Opened).anew = False
    st.rerun()


# --- waiting


def wait(state: AppState, asked: Asked) -> None:
    """Progress twice a second."""
    wait_for(state, asked, lambda view: _progress(state, asked, view), every_s=LOOK_S, stop_key="study-stop")


def _progress(state: AppState, asked: Asked, view: StudyView) -> None:
    st.progress(
        view.share,
        say(
            "experiments_page.progress",
            state.language,
            done=asked.done(view),
            settings=len(asked.settings),
            epochs=f"{view.done:,}",
            all_epochs=f"{view.total:,}",
            seconds=f"{view.compute_s:.1f}",
        ),
    )
    if view.note is not None:
        st.caption(tell_error(view.note, state.language))
