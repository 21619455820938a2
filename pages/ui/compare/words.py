"""What a comparison says in words and numbers: is it fair, which run is better, by more than chance?"""

from collections.abc import Sequence

import streamlit as st

from lab.insight.comparison import Judged, compare, say_against, say_next, say_tried
from lab.insight.differences import Difference, brief, differences, say_value
from lab.insight.overlay import kept_name
from lab.insight.shelf import COUNTS, VALUES, Entry, alike, can_be_made_alike, openings, opponents, side_by_side
from lab.model.quantities import quantity
from lab.spec.experiment import Experiment
from lab.texts import say
from pages.ui.compare.chart import view_of
from pages.ui.compare.shelf import keep
from pages.ui.compare.state import CompareView
from pages.ui.grid import show_rows
from pages.ui.run.training import start_run
from pages.ui.state import AppState, app_state
from pages.ui.text import plain

NAMED = 60  # letters of a setting
NAME = 40  # letters of a run's name


def fairness(state: AppState, drawn: Sequence[Entry], chosen: Entry, left_out: int) -> None:
    """The lock, what it keeps out, and what it was unlocked for."""
    st.toggle(
        say("compare.fair", state.language, number=chosen.summary.number),
        value=state.held(CompareView).fair,
        key="compare-fair",
        on_change=keep,
        args=("fair", "compare-fair"),
        help=say("compare.fair_help", state.language),
    )
    if left_out:
        st.caption(say("compare.left_out", state.language, count=left_out))
    found = brief(differences(side_by_side(drawn)))
    unfair = [one for one in found if one.unfair]
    if unfair:
        st.warning(say("compare.unfair", state.language, what=named(unfair, state)), icon=":material/balance:")
        for entry in drawn:
            if can_be_made_alike(entry, chosen):
                st.button(
                    say("compare.again", state.language, number=entry.summary.number, chosen=chosen.summary.number),
                    key=f"again-{entry.summary.number}",
                    on_click=train_alike,
                    args=(entry.experiment, chosen.experiment),
                )
    tried = [one for one in found if not one.unfair]
    if len(tried) > 1 and len(drawn) == 2:
        st.info(say("compare.several", state.language, what=named(tried, state)), icon=":material/tune:")


def named(found: Sequence[Difference], state: AppState) -> str:
    """Each knob with what the runs set it to."""
    told = []
    for one in found:
        settings = dict.fromkeys(plain(say_value(value, state.language), NAMED) for value in tuple(one.values))
        told.append(f"{plain(one.knob.label(state.language), NAMED)} {' / '.join(settings)}")
    return "; ".join(told)


def train_alike(one: Experiment, chosen: Experiment) -> None:
    """Train one run's settings on the data, split and seed of the chosen run."""
    app_state().replace_experiment(alike(one, chosen))
    start_run()


# --- two runs in a sentence


def in_a_sentence(state: AppState, drawn: Sequence[Entry], chosen: Entry) -> None:
    """What was tried, what it changed against chance, what to try next."""
    ended = [entry for entry in drawn if entry.ended and entry.summary.metrics]
    if len(ended) < 2:
        return
    first, other = pair(state, ended, chosen)
    compared = zip((first, other), side_by_side([first, other]), strict=True)
    both = [judged(state, entry, experiment) for entry, experiment in compared]
    if None in both:
        return
    told = compare([one for one in both if one is not None])
    with st.container(border=True, key="comparison", gap="small"):
        st.markdown(f"**{say_against(told, told.against[0], state.language, plain)}**")
        st.caption(say_tried(told, state.language, plain)[0])  # what is unfair stands beside the lock
        for sentence in say_next(told, state.language, plain):
            st.markdown(f"→ {sentence}")


def pair(state: AppState, ended: Sequence[Entry], chosen: Entry) -> tuple[Entry, Entry]:
    """The run that is held against, and the other; of more than two the person says which."""
    view = state.held(CompareView)
    first, other, rest = opponents(ended, chosen, view.against)
    if len(rest) > 1:
        view.against = first.id
        by_id = {entry.id: entry for entry in rest}
        key = state.key("against", *by_id)
        st.selectbox(
            say("compare.against", state.language, number=other.number),
            list(by_id),
            index=rest.index(first),
            format_func=lambda run_id: f"{by_id[run_id].name} · {by_id[run_id].differs}",
            key=key,
            on_change=keep,
            args=("against", key),
        )
    return first, other


def judged(state: AppState, entry: Entry, experiment: Experiment) -> Judged | None:
    """The run with the verdict on its curves; None if it has gone meanwhile."""
    view = view_of(state, entry)
    if view is None:
        return None
    return Judged(entry.name, experiment, entry.context.judge(view.history, view.state, view.extras))


# --- numbers


def table(state: AppState, entries: Sequence[Entry]) -> None:
    """Final, best and test value of each run on the shelf; the test column stays empty while it is sealed."""
    name = kept_name(state.held(CompareView).quantity)  # what is kept in short of each run
    title = quantity(name, state.language, entries[0].experiment)
    columns = {part: f"{title} · {say(f'compare.column.{part}', state.language)}" for part in VALUES}
    words = {part: say(f"compare.column.{part}", state.language) for part in ("run", "differs", "verdict", *COUNTS)}
    rows = [
        {
            words["run"]: f"{entry.label} {entry.title(state.language)}".strip()[:NAME],
            words["differs"]: entry.differs,
            words["verdict"]: said_verdict(state, entry),
            **dict(zip(columns.values(), entry.values(name), strict=True)),
            **dict(zip((words[part] for part in COUNTS), entry.counts, strict=True)),
        }
        for entry in entries
    ]
    numbers = dict.fromkeys(columns.values(), st.column_config.NumberColumn(format="%.3g"))
    seconds = {words["seconds"]: st.column_config.NumberColumn(format="%.2f")}
    show_rows(
        rows,
        column_config={words["run"]: st.column_config.TextColumn(pinned=True), **numbers, **seconds},
        placeholder="",  # sealed, or not there
        key="run-table",
        alt=say("compare.table", state.language),
    )
    opened = openings(entry.summary for entry in entries)
    st.caption(say("compare.openings", state.language, count=opened))


def said_verdict(state: AppState, entry: Entry) -> str:
    kind = entry.summary.verdict
    return (
        say(f"run_state.{entry.summary.state}", state.language)
        if kind is None
        else say(f"verdict.{kind}", state.language)
    )
