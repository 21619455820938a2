"""Train, the page the app opens on: one click and the curves move, with the knobs that matter beside them."""

from collections.abc import Callable

import streamlit as st

from lab.edits.follow import can_continue
from lab.edits.layers import kernel_penalties, with_kernel_penalty
from lab.edits.places import LOSS, OPTIMIZER, layer_place, required_within
from lab.model.inner_knobs import FACTORS, has_knob
from lab.model.problems import batches_are_full, updates_arithmetic
from lab.runs.kept.record import RunView
from lab.runs.wire.messages import Pause, Resume, Stop
from lab.spec.experiment import GraphSpec
from lab.studies.words import number
from lab.texts import say
from pages.ui.bench import Bench, bench_of
from pages.ui.compare.seal import is_open
from pages.ui.compare.shelf import marks_of
from pages.ui.compare.way_in import way_into_slow_motion, ways_on
from pages.ui.forms import argument_field, number_field, switch_field, two_abreast, type_field
from pages.ui.frame.tour import tour
from pages.ui.model.outputs import combine_section, weight_field
from pages.ui.problems import show_problems, tell_the_rest
from pages.ui.run.aside import other_runs
from pages.ui.run.curves import draw_run
from pages.ui.run.ended import ended
from pages.ui.run.network import network_section
from pages.ui.run.notes import tell_notes
from pages.ui.run.presentation import presentation
from pages.ui.run.training import (
    continue_training,
    current_run,
    knobs_differ,
    one_epoch,
    open_run,
    past_runs,
    record_of_run,
    send,
    set_speed,
    start_over,
    start_run,
)
from pages.ui.run.what_it_knows import what_it_knows
from pages.ui.state import AppState, app_state, widget_value

SPEEDS: dict[str, float | None] = {"slow": 1.0, "easy": 30.0, "full": None}

MAIN_BUTTONS = ["pause", "resume", "continue", "train"]  # the first that is there stands first


def page(state: AppState, bench: Bench) -> None:
    """Beside one another where the screen is wide enough for it, see frame/style.css; in this order on a phone."""
    run = current_run(state)
    with st.container(key="workbench"):
        with st.container(key="work-curves", gap="small"):
            controls(state, bench, run)
            with st.container(key="presents"):
                presentation(state.language, main=MAIN_BUTTONS, step="one_epoch", speed="speed")
            tell_what_is_in_the_way(state, bench, run)
            draw_run(state, bench, run)
        with st.container(key="work-picture", gap="small"):
            what_it_knows(state, bench, run, test_is_open=test_is_open(state, bench, run))
        with st.container(key="work-network", gap="small"):
            network_section(state, bench, run)
        with st.container(border=True, key="knobs"):
            knob_panel(state, bench)
            earlier_runs(state)
        if run is not None:
            with st.container(key="work-after", gap="small"):
                if run.active:
                    way_into_slow_motion(state)
                else:
                    ended(state, bench, run)
                    ways_on(state, run)
    tour(state, bench)


def test_is_open(state: AppState, bench: Bench, run: RunView | None) -> bool:
    """Whether this very network was shown its test part."""
    if run is None or run.active or bench.dataset is None or not marks_of(state, run.id).opened:
        return False
    return is_open(state, record_of_run(state, run), bench.dataset)


def tell_what_is_in_the_way(state: AppState, bench: Bench, run: RunView | None) -> None:
    show_problems([bench.refusal] if bench.refusal else [], state)
    if any(problem.blocks for problem in bench.problems):
        st.caption(say("train_page.blocked_by_problem", state.language))
    other_runs(state)
    if run is not None:
        tell_notes(state, run)
        what_the_knobs_say(state, run)


# --- buttons


def controls(state: AppState, bench: Bench, run: RunView | None) -> None:
    """The first button is always the next thing to do; the others keep their places."""
    blocked = bool(bench.errors)
    active = run is not None and run.active
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom", key="controls"):
        main_button(state, run, blocked)
        button(state, "one_epoch", one_epoch, disabled=blocked and not active)
        button(state, "stop", send, Stop(), disabled=not active)
        button(state, "start_over", start_over, disabled=state.screen.run is None)
        speed_choice(state)


def main_button(state: AppState, run: RunView | None, blocked: bool) -> None:
    if run is None:
        button(state, "train", start_run, disabled=blocked, primary=True)
    elif run.active:
        if run.state == "paused":
            button(state, "resume", send, Resume(), primary=True)
        else:
            button(state, "pause", send, Pause(), primary=True)
    elif can_continue(run, state.experiment):
        label = say("train_page.continue_to", state.language, done=run.epoch, epochs=state.experiment.fit.epochs)
        st.button(label, key="continue", type="primary", on_click=continue_training)
        button(state, "train", start_run, disabled=blocked)
    else:
        button(state, "train", start_run, disabled=blocked, primary=True)


def button(
    state: AppState, name: str, do: Callable[..., None], *args: object, disabled: bool = False, primary: bool = False
) -> None:
    st.button(
        say(f"train_page.{name}", state.language),
        key=name,
        help=None if primary else say(f"train_page.{name}_help", state.language),
        on_click=do,
        args=args,
        disabled=disabled,
        type="primary" if primary else "secondary",
    )


def speed_choice(state: AppState) -> None:
    names = {value: name for name, value in SPEEDS.items()}
    st.segmented_control(
        say("train_page.speed", state.language),
        list(SPEEDS),
        default=names.get(state.speed, "easy"),
        required=True,
        format_func=lambda name: say(f"speed.{name}", state.language),
        key="speed",
        on_change=take_speed,
        label_visibility="collapsed",
    )


def take_speed() -> None:
    set_speed(SPEEDS[widget_value("speed")])


# --- below the curves


def what_the_knobs_say(state: AppState, run: RunView) -> None:
    """The curve belongs to another rate, batch or length than the knobs show: say so, lest they be read together."""
    if knobs_differ(state, run) and not run.active and not can_continue(run, state.experiment):
        st.caption(say("train_page.knobs_differ", state.language))


# --- knobs


def knob_panel(state: AppState, bench: Bench) -> None:
    st.markdown(f"**{say('train_page.knobs', state.language)}**")
    of_other_pages = st.container(gap="small")
    st.toggle(
        say("train_page.train_on_change", state.language),
        value=state.train_on_change,
        key="train_on_change",
        help=say("train_page.train_on_change_help", state.language),
        on_change=take_train_on_change,
    )
    layer_knobs(state)
    type_field(OPTIMIZER, state, say("compile_page.optimizer_label", state.language))
    params = OPTIMIZER.params(state.experiment)
    if "learning_rate" in params:
        with st.container(key="rate"):  # on a phone it stays in reach at the foot of the screen
            argument_field(OPTIMIZER, "learning_rate", params["learning_rate"], state)
    loss_knobs(state)
    restraint_knobs(state)
    fit_knobs(state, bench)
    with of_other_pages:  # what no knob of this page has told
        tell_the_rest(state)


def take_train_on_change() -> None:
    state = app_state()
    state.train_on_change = bool(widget_value("train_on_change"))


def layer_knobs(state: AppState) -> None:
    """What each layer cannot do without: the units of a Dense, the rate of a Dropout."""
    model = state.experiment.model
    functional = isinstance(model, GraphSpec)
    knobs = [
        (f"{layer.id} · " if functional else of_layer(state, number), place, name, param)
        for number, layer in enumerate(model.layers, start=1)
        for place, name, param in required_within(layer_place(layer), state.experiment)
    ]
    for before, place, name, param in two_abreast(knobs):
        argument_field(place, name, param, state, before=before)


def of_layer(state: AppState, number: int) -> str:
    return f"{say('train_page.layer_knob', state.language, number=number)} "


def loss_knobs(state: AppState) -> None:
    """The loss; of a functional model what each output's loss counts, which moves one curve against another."""
    model = state.experiment.model
    if not isinstance(model, GraphSpec):
        type_field(LOSS, state, say("compile_page.loss_label", state.language))
        return
    for output in two_abreast(model.outputs):
        weight_field(state, output)
    combine_section(state)


def restraint_knobs(state: AppState) -> None:
    """What holds weights small, and what carries steps on: a run that goes on follows each."""
    penalties, params = kernel_penalties(state.experiment), OPTIMIZER.params(state.experiment)
    momentum = has_knob(state.experiment, "momentum")
    if penalties is None and not momentum:
        return
    with st.expander(say("train_page.restraint", state.language)):
        if penalties is not None:
            for place, column in enumerate(st.columns(2, gap="small")):
                with column:
                    penalty_field(state, penalties, place)
        if momentum:
            argument_field(OPTIMIZER, "momentum", params["momentum"], state)


def penalty_field(state: AppState, penalties: tuple[float, float], place: int) -> None:
    """Args: place: of one of FACTORS."""
    name = FACTORS[place]
    number_field(
        say(f"change.{name}", state.language),
        penalties[place],
        state.key(f"penalty.{name}"),
        lambda experiment, value: with_kernel_penalty(experiment, name, value),
        state,
        step=0.01,
        help=say("train_page.penalty_help", state.language),
    )


def fit_knobs(state: AppState, bench: Bench) -> None:
    left, right = st.columns(2, gap="small")
    with left:
        number_field(
            say("train_page.batch_size", state.language),
            state.experiment.fit.batch_size,
            state.key("fit.batch_size"),
            lambda experiment, value: experiment.with_fit(batch_size=value),
            state,
            whole=True,
        )
    with right:
        number_field(
            say("train_page.epochs", state.language),
            state.experiment.fit.epochs,
            state.key("fit.epochs"),
            lambda experiment, value: experiment.with_fit(epochs=value),
            state,
            whole=True,
            step=10,
        )
    arithmetic(state, bench)
    luck_knobs(state)
    goes_on_note(state)
    replayed_changes(state)


def luck_knobs(state: AppState) -> None:
    """Seed and shuffling, which a first lesson leaves alone."""
    with st.expander(say("form.advanced", state.language)):
        number_field(
            say("train_page.seed", state.language),
            state.experiment.seed,
            state.key("seed"),
            lambda experiment, value: experiment.replace(seed=value),
            state,
            whole=True,
            help=say("train_page.seed_help", state.language),
        )
        switch_field(
            say("train_page.shuffle", state.language),
            state.experiment.fit.shuffle,
            state.key("fit.shuffle"),
            lambda experiment, value: experiment.with_fit(shuffle=value),
            state,
            help=say("train_page.shuffle_help", state.language),
        )


def arithmetic(state: AppState, bench: Bench) -> None:
    """960 samples ÷ 10 = 96 updates per epoch × 100 epochs = 9,600 updates."""
    if bench.dataset is None:
        return
    fit = state.experiment.fit
    rows = len(bench.dataset.train.rows)
    per_epoch, updates = updates_arithmetic(rows, fit.batch_size, fit.epochs)
    st.caption(
        say(
            "train_page.arithmetic" if batches_are_full(rows, fit.batch_size) else "train_page.arithmetic_rounded",
            state.language,
            rows=f"{rows:,}",
            batch_size=f"{fit.batch_size:,}",
            per_epoch=f"{per_epoch:,}",
            epochs=f"{fit.epochs:,}",
            updates=f"{updates:,}",
        )
    )


def replayed_changes(state: AppState) -> None:
    """An experiment from a link or file may turn knobs by itself on the way, as the person did who made it."""
    changes = state.experiment.fit.changes
    if changes:
        st.info(say("train_page.replayed", state.language, count=len(changes)))
        st.button(say("train_page.forget_changes", state.language), key="forget_changes", on_click=forget_changes)


def goes_on_note(state: AppState) -> None:
    """The experiment begins with another run's weights; its data and shapes must then stay as they are."""
    origin = state.experiment.origin
    if origin is not None:
        st.info(say("train_page.goes_on", state.language, epoch=f"{origin.epoch:,}"))
        st.button(say("train_page.from_start", state.language), key="from_start", on_click=forget_origin)


def forget_origin() -> None:
    state = app_state()
    state.replace_experiment(state.experiment.replace(origin=None))


def forget_changes() -> None:
    state = app_state()
    state.replace_experiment(state.experiment.with_fit(changes=()))


# --- earlier runs


def earlier_runs(state: AppState) -> None:
    runs, shown = past_runs(state), on_screen(state)
    if not runs or (len(runs) == 1 and runs[0].id == shown):
        return
    with st.expander(say("train_page.earlier", state.language, count=len(runs))):
        st.caption(say("train_page.earlier_about", state.language))
        for run in runs[:SHOWN_RUNS]:
            loss = run.watched(run.metrics)
            label = say(
                "train_page.run_line",
                state.language,
                number=run.number,
                state=say(f"run_state.{run.state}", state.language),
                epoch=run.epoch,
                loss="–" if loss is None else number(loss),
            )
            st.button(
                label,
                key=f"open-{run.id}",
                on_click=open_kept,
                args=(run.id,),
                disabled=run.id == shown,
                width="stretch",
            )


def on_screen(state: AppState) -> str | None:
    run = current_run(state)
    return None if run is None else run.id


SHOWN_RUNS = 12


def open_kept(run_id: str) -> None:
    open_run(app_state(), run_id)


page(app_state(), bench_of(app_state()))
