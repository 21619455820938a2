"""What stands below the curves of a run that has ended: why, the verdict, what may help, and the ways on from here."""

import streamlit as st

from lab.insight.turned_knobs import say_turns
from lab.runs.kept.record import RunRecord, RunView
from lab.texts import say
from pages.ui.bench import Bench
from pages.ui.run.nan_doctor import doctor_section
from pages.ui.run.training import record_of_run
from pages.ui.run.verdict import show_verdict
from pages.ui.state import AppState
from pages.ui.text import tell_error


def ended(state: AppState, bench: Bench, run: RunView) -> None:
    if run.state in ("failed", "lost"):  # of the others the figures below the curves say enough
        st.warning(say(f"train_page.ended.{run.state}", state.language, epoch=f"{run.epoch:,}"))
    if run.reason is not None:
        st.error(tell_error(run.reason, state.language), icon=":material/error:")
    record = record_of_run(state, run)
    if bench.dataset is not None:
        show_verdict(state, record, bench.dataset)
        if record.verdict.kind == "diverged":
            doctor_section(state, record, bench.dataset)
    changes_line(state, record)


def changes_line(state: AppState, record: RunRecord) -> None:
    """Which knobs were turned during the run, and where: the same stands in its link."""
    if record.changes:
        said = " · ".join(say_turns(record.changes, state.language))
        st.caption(say("train_page.changed", state.language, changes=said))
