"""Data page: what the doctor found, with a button for each remedy, and what is in force, with a button to undo it."""

from typing import Literal

import streamlit as st

from lab.data.doctor import Finding, Report, TrainingRemedy, examine
from lab.data.doctor.finding import FIRST, Severity, numbered
from lab.data.doctor.preview import turned
from lab.data.doctor.remedies import TRANSPOSE, ReadAsKind, Together
from lab.edits.remedies import AnyRemedy, possible, with_remedy, without_remedy
from lab.errors import LabError
from lab.spec.experiment import Experiment
from lab.texts import has_text, say
from lab.texts.letters import listed
from netcore.errors import NetcoreError
from pages.ui.bench import Bench
from pages.ui.data.reading import take_reading
from pages.ui.desk import Treatment
from pages.ui.progress import size_of_file, slowly
from pages.ui.state import AppState, app_state
from pages.ui.text import heading, plain, tell

SHOWN = 8
Colour = Literal["red", "orange", "blue"]
LOOKS: dict[Severity, tuple[str, Colour]] = {  # severity -> icon and colour; the word beside them says the same
    "serious": (":material/error:", "red"),
    "warning": (":material/warning:", "orange"),
    "info": (":material/info:", "blue"),
}


def doctor_section(state: AppState, bench: Bench) -> None:
    """Open findings, the most harmful first, and the remedies in force."""
    report = report_of(state, bench)
    heading(say("doctor.title", state.language))
    if report is None:
        return
    st.caption(summary(state, report))
    findings = list(numbered(report.findings))
    first, more = findings[:SHOWN], findings[SHOWN:]
    for finding, number in first:
        show_finding(state, bench, finding, number)
    if more:
        with st.expander(say("doctor.more", state.language, count=len(more)), key="more-findings"):
            for finding, number in more:
                show_finding(state, bench, finding, number)
    if report.in_force:
        in_force_section(state, report.in_force)


def report_of(state: AppState, bench: Bench) -> Report | None:
    """Worked out once for a bench; None without a table."""
    table = bench.table
    if table is None:
        return None

    def examined() -> Report:
        with slowly(state, "doctor.examining", size_of_file(state)):
            return examine(table, bench.experiment.data, bench.dataset, bench.experiment)

    return state.once("report", bench, examined)


def summary(state: AppState, report: Report) -> str:
    """How many findings there are, and how many rows were looked at."""
    words = say("doctor.counts" if report.findings else "doctor.nothing", state.language, **report.counts)
    rows = "doctor.sampled" if report.looked_at < report.training else "doctor.all_rows"
    told = say(rows, state.language, looked_at=f"{report.looked_at:,}", training=f"{report.training:,}")
    return f"{words} {told}"


# --- one finding


def show_finding(state: AppState, bench: Bench, finding: Finding, number: int) -> None:
    icon, colour = LOOKS[finding.severity]
    with st.container(border=True, gap="small", key=f"finding-{finding.code.replace('.', '-')}-{number}"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.badge(say(f"doctor.severity.{finding.severity}", state.language), icon=icon, color=colour)
            st.markdown(f"**{title(finding, state)}**", width="content")
        st.markdown(sentence(finding, state))
        if finding.rows:
            numbers = ", ".join(f"{row + 1:,}" for row in finding.rows)
            st.caption(say("doctor.rows", state.language, numbers=numbers))
        remedies = possible(finding, state.experiment)
        if TRANSPOSE in remedies and bench.table is not None:
            st.caption(say("doctor.turned", state.language))
            st.dataframe(turned(bench.table), height=210)
        if remedies:
            with st.container(horizontal=True, gap="small"):
                for remedy in remedies:
                    remedy_button(state, finding, number, remedy)


def title(finding: Finding, state: AppState) -> str:
    key = f"finding.{finding.code}.title"
    return say(key if has_text(key) else "doctor.note_title", state.language)


def sentence(finding: Finding, state: AppState) -> str:
    """What was found; all names in it are made plain."""
    if not finding.code.startswith("note."):
        return tell(f"finding.{finding.code}", state.language, **finding.blanks)
    told = tell(finding.code, state.language, **finding.values)
    others = finding.more_columns
    return f"{told} {tell('doctor.more_columns', state.language, count=others)}" if others else told


def remedy_button(state: AppState, finding: Finding, number: int, remedy: AnyRemedy) -> None:
    st.button(
        say(f"remedy.{remedy.code}", state.language, word=word_of(remedy, state)),
        key=state.key("remedy", finding.code, remedy.code, number),
        on_click=apply_remedy,
        args=(remedy,),
    )


def word_of(remedy: AnyRemedy, state: AppState) -> str:
    """The kind to read a column as, what was decided about the file, or a spelling: made plain."""
    if isinstance(remedy, ReadAsKind):
        return say(f"kind.{remedy.kind}", state.language)
    if remedy.code == "decided":
        return say(f"doctor.reading.{remedy.word}", state.language)
    return plain(remedy.word)


# --- what is in force


def in_force_section(state: AppState, remedies: tuple[AnyRemedy, ...]) -> None:
    st.markdown(f"**{say('doctor.in_force', state.language)}**")
    with st.container(border=True, gap="small", key="in-force"):
        for place, remedy in enumerate(remedies):
            with st.container(horizontal=True, vertical_alignment="center", gap="small", wrap=False):
                st.markdown(f"✓ {done(remedy, state)}", width="stretch")
                st.button(
                    say("doctor.undo", state.language),
                    key=state.key("undo", remedy.code, place),
                    on_click=undo_remedy,
                    args=(remedy,),
                    width="content",
                )


def done(remedy: AnyRemedy, state: AppState) -> str:
    columns = plain(listed(remedy.columns, FIRST), 120)
    return say(f"remedy.{remedy.code}.done", state.language, columns=columns, word=word_of(remedy, state))


def apply_remedy(remedy: AnyRemedy) -> None:
    """Callback: one click. What cannot be done beside the rest is said, and nothing is changed."""
    state = app_state()
    before = state.experiment
    try:
        take_experiment(state, with_remedy(before, remedy), rereads=rereads(remedy))
    except (LabError, NetcoreError) as refusal:
        state.notice("error", refusal.code, **refusal.values)
        return
    if isinstance(remedy, Together):  # undone one by one: the experiment of before would undo the others too
        for part in remedy.parts:
            state.desk.keep_treatment(part, Treatment(before, None))
    else:
        state.desk.keep_treatment(remedy, Treatment(before, state.experiment))


def undo_remedy(remedy: AnyRemedy) -> None:
    """Callback: the experiment without it; what was changed since stays."""
    state = app_state()
    kept = state.desk.treatment(remedy, state.experiment.data)
    before, after = (None, None) if kept is None else (kept.before, kept.after)
    try:
        undone = without_remedy(state.experiment, remedy, before, after)
        take_experiment(state, undone, rereads=rereads(remedy) and undone is not before)
    except (LabError, NetcoreError) as refusal:
        state.notice("error", refusal.code, **refusal.values)


def rereads(remedy: AnyRemedy) -> bool:
    """Whether the file has to be read again for it."""
    return not isinstance(remedy, TrainingRemedy) and remedy.rereads


def take_experiment(state: AppState, experiment: Experiment, *, rereads: bool) -> None:
    if rereads:
        take_reading(state, experiment.data.reading)
    else:
        state.replace_experiment(experiment)
