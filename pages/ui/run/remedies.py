"""What to try next: each advice that can be applied is a button, which tries it and tells whether it helped."""

import streamlit as st

from lab.charts.studies import draw
from lab.edits.advice import REMEDIES, Known
from lab.errors import LabError
from lab.insight.nan_doctor import remedies
from lab.runs.kept.record import RunRecord
from lab.runs.orders.study import StudyView
from lab.runs.serve.host import engine
from lab.spec.experiment import Experiment
from lab.studies.result import Result
from lab.studies.trial import SEEDS, Tried, trial_of
from lab.texts import say
from lab.verdict.verdict import Verdict
from lab.verdict.words import say_advice_code
from netcore.errors import NetcoreError
from pages.ui.bench import table_of
from pages.ui.chart import show_chart
from pages.ui.run.training import start_run
from pages.ui.state import AppState, app_state
from pages.ui.text import tell_error
from pages.ui.waiting import ticking

LOOK_S = 0.5


def advice_section(state: AppState, record: RunRecord, verdict: Verdict) -> None:
    """Each advice once: as a button where it changes the experiment, else as a sentence."""
    experiment, known = record.experiment_with_changes(), Known.of(verdict)
    st.markdown(f"**{say('verdict_box.advice', state.language)}**")
    if any(code in REMEDIES for code in advised(record, verdict)):
        st.caption(say("trial.try", state.language))
    for code in advised(record, verdict):
        told = say_advice_code(code, verdict.evidence, state.language)
        remedy = REMEDIES.get(code)
        changed = None if remedy is None else remedy.applied_to(experiment, known)
        if remedy is None or changed is None:
            st.markdown(f"- {told}")
            continue
        st.button(
            say(f"advice.{code}", state.language),
            key=f"try-{code}-{record.number}",
            icon=":material/healing:",
            width="stretch",
            on_click=train_anew if remedy.anew else start_trial,
            args=(changed, record.number) if remedy.anew else (record.id, code, known),
        )
        st.caption(told)  # on a screen that is touched there is no hovering


def advised(record: RunRecord, verdict: Verdict) -> tuple[str, ...]:
    """Codes of the advice; after a divergence also what else may keep the numbers finite."""
    if verdict.kind != "diverged":
        return verdict.advice
    more = (remedy.code for remedy in remedies(record.experiment, dict(verdict.causes)))
    return tuple(dict.fromkeys((*verdict.advice, *more)))


def train_anew(changed: Experiment, number: int) -> None:
    """A run of its own, on the screen of the train page."""
    state = app_state()
    state.replace_experiment(changed)
    start_run()
    state.notice("info", "nan_doctor.started", number=number)


def start_trial(run_id: str, code: str, known: Known) -> None:
    """Train both settings from the same seeds; one that still went on gives way."""
    state = app_state()
    try:
        record = engine().record(run_id, state.owner)
        experiment = record.experiment_with_changes()
        trial = trial_of(code, experiment, known)
        if trial is None:
            return
        cells = trial.cells(table_of(experiment, state.desk))
        study_id = engine().start_study(cells, state.owner)
    except (LabError, NetcoreError) as refusal:
        state.notice("error", refusal.code, **refusal.values)
        return
    state.desk.keep_trial(Tried(run_id, record.number, code, trial, study_id, cells))


def trial_section(state: AppState, record: RunRecord, verdict: Verdict) -> None:
    """What became of the advice that was tried on this run last."""
    tried = state.desk.trials.get(record.id)
    if tried is None:
        return
    with st.container(border=True, key="trial"):
        name = say(f"advice.{tried.code}", state.language)
        st.markdown(f"**{say('trial.title', state.language, number=tried.number, remedy=name)}**")
        if tried.result is None:
            wait(state, tried)
        else:
            outcome(state, tried, tried.result)
            changed = REMEDIES[tried.code].applied_to(record.experiment_with_changes(), Known.of(verdict))
            st.button(
                say("trial.open", state.language),
                key="trial-open",
                icon=":material/play_circle:",
                on_click=train_anew,
                args=(changed, record.number),
            )


def wait(state: AppState, tried: Tried) -> None:
    """Progress twice a second; the page is run anew when it has ended."""

    def tick() -> None:
        view = look(state, tried)
        if view is None or tried.result is not None:
            st.rerun()
        else:
            st.progress(view.share, text=say("trial.progress", state.language, seeds=SEEDS))

    ticking(tick, LOOK_S)


def look(state: AppState, tried: Tried) -> StudyView | None:
    """Where it is; forgotten if the engine no longer knows it."""
    try:
        view = engine().study(tried.study_id, state.owner)
    except LabError as lost:
        state.desk.trials.pop(tried.run_id, None)
        st.warning(tell_error(lost, state.language))
        return None
    tried.seen(view)
    return view


def outcome(state: AppState, tried: Tried, result: Result) -> None:
    """The sentence, and both curves with the band that luck alone would make."""
    said = " ".join(words.say(state.language) for words in tried.trial.study.conclude(result))
    st.markdown(said)
    if result.settings:
        alt = say("trial.alt", state.language, said=said)
        for chart in draw(result, "curves", state.language):
            show_chart(chart, "trial-chart", alt=alt)
        st.caption(say("trial.band", state.language, seeds=result.seeds))
