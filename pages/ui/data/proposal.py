"""Why this target: its reasons and the next best; which columns are left out, why, and the way back."""

import streamlit as st

from lab.data.propose import LeftOut, Proposal, Reason, explain
from lab.data.table import Table
from lab.edits.proposals import with_target
from lab.spec.experiment import Experiment
from lab.texts import say
from pages.ui.bench import table_now
from pages.ui.state import AppState, Edit, renew
from pages.ui.text import plain, tell

NEXT_BEST = 3
MOST_SHOWN = 30  # columns left out
LONGEST = 40  # characters of a name on a button


def explained(state: AppState, table: Table) -> Proposal:
    """Asked for twice by each screen."""
    data = state.experiment.data
    return state.once("explained", (table.sha256, data), lambda: explain(table, data))


def why_section(state: AppState, table: Table) -> None:
    """Reasons for the target, and a click to the next best."""
    proposal = explained(state, table)
    with st.expander(say("proposal.why", state.language), key="why_target"):
        st.markdown(tell("proposal.for", state.language, column=state.experiment.data.target))
        chosen = proposal.chosen
        show_reasons(chosen.reasons if chosen is not None else (), state)
        others = proposal.next_best[:NEXT_BEST]
        if others:
            st.caption(say("proposal.others", state.language))
        for place, one in enumerate(others):
            label = say("proposal.take_target", state.language, column=plain(one.column, LONGEST))
            st.button(label, key=f"next-best-{place}", on_click=renew, args=(predicting(one.column),))
            show_reasons(one.reasons, state)


def show_reasons(reasons: tuple[Reason, ...], state: AppState) -> None:
    if not reasons:
        st.caption(say("proposal.nothing", state.language))
    for reason in reasons:
        st.caption(f"– {tell(f'reason.{reason.code}', state.language, **reason.values)}")


def predicting(column: str) -> Edit:
    """Another column to predict."""
    return lambda experiment: with_target(experiment, table_now(), column)


def left_out_section(state: AppState, table: Table) -> None:
    """Each column that is no input with its reason; those that can be one come back with a click."""
    left_out = explained(state, table).left_out
    if not left_out:
        return
    with st.expander(say("proposal.left_out", state.language, count=len(left_out)), key="left_out_columns"):
        for place, one in enumerate(left_out[:MOST_SHOWN]):
            left_out_line(state, one, place)
        if len(left_out) > MOST_SHOWN:
            st.caption("…")


def left_out_line(state: AppState, one: LeftOut, place: int) -> None:
    reason = tell(f"reason.{one.reason.code}", state.language, **one.reason.values)
    st.caption(f"**{plain(one.column, LONGEST)}** – {reason}")
    if one.can_return:
        label = say("proposal.take_input", state.language, column=plain(one.column, LONGEST))
        st.button(label, key=f"take-back-{place}", on_click=renew, args=(learning_from(one.column),))


def learning_from(column: str) -> Edit:
    """The column becomes an input in its place of the table."""

    def with_input(experiment: Experiment) -> Experiment:
        wanted = {*experiment.data.inputs, column}
        return experiment.with_data(inputs=tuple(name for name in table_now().column_names if name in wanted))

    return with_input
