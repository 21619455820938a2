"""Evaluate: open the sealed test part, and see what the network can do on rows it has never seen."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from lab.charts.evaluation import confusion, predicted_actual
from lab.charts.figure_cache import once_drawn
from lab.data.prepare import Dataset, PartName
from lab.data.table import Table
from lab.errors import LabError
from lab.insight.evaluate import Evaluation, evaluate_run, rows_at_end
from lab.insight.shelf import openings
from lab.model.outputs import combined
from lab.model.quantities import quantity
from lab.runs.kept.record import RunRecord, RunSummary, RunView
from lab.studies.words import number
from lab.texts import say
from lab.verdict.words import say_baseline
from pages.ui.bench import Bench, bench_of
from pages.ui.chart import show_chart
from pages.ui.compare.seal import is_open, open_test
from pages.ui.compare.shelf import opened_runs
from pages.ui.grid import show_rows
from pages.ui.problems import show_problems
from pages.ui.run.aside import other_runs
from pages.ui.run.letters import by_epoch_section, decoded_section
from pages.ui.run.scores import closer_section
from pages.ui.run.take_away import take_away
from pages.ui.run.training import knobs_differ, record_of_run, scene_and_run
from pages.ui.run.try_it import try_section
from pages.ui.run.verdict import show_verdict
from pages.ui.state import AppState, app_state
from pages.ui.text import heading, plain, tell


def page(state: AppState, bench: Bench) -> None:
    scene, run = scene_and_run(state)
    other_runs(state)
    if run is None or not scene.has_run:
        st.info(say("evaluate_page.no_run", state.language))
        return
    if not scene.shows("verdict"):
        st.info(say("evaluate_page.still_running", state.language))
        return
    record = record_of_run(state, run)
    if bench.table is None or bench.dataset is None:
        st.error(say("evaluate_page.data_missing", state.language))
        show_problems(bench.errors, state)
        return
    report(state, run, record, bench.dataset, bench.table)


def report(state: AppState, run: RunView, record: RunRecord, dataset: Dataset, table: Table) -> None:
    st.markdown(
        say(
            "evaluate_page.run",
            state.language,
            number=run.number,
            state=say(f"run_state.{run.state}", state.language),
            epoch=f"{run.epoch:,}",
        )
    )
    if knobs_differ(state, run):
        st.caption(say("train_page.knobs_differ", state.language))
    heading(say("evaluate_page.verdict", state.language))
    show_verdict(state, record, dataset)
    if not record.last_good_epoch:
        st.warning(say("evaluate_page.nothing_learned", state.language))
        take_away(state, record, dataset, {})
        return
    if record.last_good_epoch < record.epochs_done:
        st.info(say("evaluate_page.last_good", state.language, epoch=f"{record.last_good_epoch:,}"))
    if rows_at_end(record) is not None:
        st.info(say("evaluate_page.rows_at_end", state.language))
    try:
        parts = sealed_section(state, record, dataset)
        evaluations = evaluations_of(state, record, dataset, parts)
    except LabError as damage:  # weights of another network, or outputs for another target, in a file from elsewhere
        show_problems([damage], state)
        return
    shown = parts[-1]  # the test part once it is open, else the validation part
    if len(evaluations) == 1:
        evaluation = next(iter(evaluations.values()))
        results(state, evaluation, shown, "")
        by_epoch_section(state, record, dataset, evaluation)
    else:
        several_outputs(state, record, evaluations, shown)
    try_section(state, record, dataset, table)
    take_away(state, record, dataset, evaluations)


def several_outputs(state: AppState, record: RunRecord, evaluations: dict[str, Evaluation], shown: PartName) -> None:
    """The total, then each output in a tab of its own."""
    totals_line(state, record, evaluations)
    for tab, (name, evaluation) in zip(
        st.tabs([plain(name) for name in evaluations]), evaluations.items(), strict=True
    ):
        with tab:
            st.markdown(tell("graph.output_title", state.language, name=name, target=evaluation.target_name))
            results(state, evaluation, shown, name)


def totals_line(state: AppState, record: RunRecord, evaluations: dict[str, Evaluation]) -> None:
    """What the network minimised: the losses of all outputs as one number, part by part."""
    parts = next(iter(evaluations.values())).scores
    told = []
    for part in parts:
        losses = {name: evaluation.scores[part].loss for name, evaluation in evaluations.items()}
        told.append(f"{say(f'part.{part}', state.language)} {number(combined(record.experiment, losses))}")
    combine = record.experiment.compile.combine_losses
    st.markdown(f"**{say(f'graph.total.{combine}', state.language)}** · {' · '.join(told)}")


def results(state: AppState, evaluation: Evaluation, shown: PartName, output: str) -> None:
    """What one output is worth; `output` tells the widgets of several apart. Pictures come before tables."""
    if shown in evaluation.worst:
        picture, worst = st.columns(2, gap="large")
        with picture:
            if evaluation.decoded:
                decoded_section(state, evaluation, shown)
            else:
                plot_section(state, evaluation, shown, output)
        with worst:
            worst_section(state, evaluation, shown)
        closer_section(state, evaluation, shown, output)
    scores_section(state, evaluation)


# --- the seal


def sealed_section(state: AppState, record: RunRecord, dataset: Dataset) -> tuple[PartName, ...]:
    """The parts that may be looked at."""
    if not len(dataset.test.rows):
        st.info(say("evaluate_page.no_test", state.language))
        return ("train", "validation")
    opened = opened_runs(state, record.experiment)
    if not is_open(state, record, dataset):
        with st.container(border=True, key="seal"):
            st.markdown(say("evaluate_page.sealed", state.language))
            if opened:
                opened_sentence(state, opened)
            st.button(
                say("evaluate_page.open", state.language),
                key="open_test",
                type="primary",
                icon=":material/lock_open:",
                on_click=open_test,
                args=(record.id,),
            )
        return ("train", "validation")
    opened_sentence(state, opened)
    return ("train", "validation", "test")


def opened_sentence(state: AppState, opened: Sequence[RunSummary]) -> None:
    """How often test parts of these very rows were looked at."""
    count, runs = openings(opened), ", ".join(f"#{run.number}" for run in opened)
    st.caption(say("evaluate_page.opened", state.language, count=count, runs=runs))
    if count > 1:
        st.warning(say("evaluate_page.opened_often", state.language))


def evaluations_of(
    state: AppState, record: RunRecord, dataset: Dataset, parts: tuple[PartName, ...]
) -> dict[str, Evaluation]:
    """Name of each output -> its evaluation, worked out once for a run and the parts that are open."""
    return state.once(
        "evaluations", (record.id, record.epochs_done, parts), lambda: evaluate_run(record, dataset, parts)
    )


# --- tables and pictures


def scores_section(state: AppState, evaluation: Evaluation) -> None:
    """Network and forecast without a network, part beside part."""
    heading(say("evaluate_page.scores", state.language))
    without = f" · {say('charts.baseline', state.language)}"
    rows = {}
    metrics = evaluation.metrics
    titles = {
        name: with_unit(quantity(name, state.language), evaluation.units.get(name, "")) for name in ("loss", *metrics)
    }
    for scores, suffix in ((evaluation.scores, ""), (evaluation.baseline, without)):
        for part, score in scores.items():
            rows[f"{say(f'part.{part}', state.language)}{suffix}"] = {
                say("evaluate_page.rows", state.language): f"{score.rows:,}",
                titles["loss"]: number(score.loss),
                **{titles[name]: number(score.metrics[name]) for name in metrics},
            }
    table = pd.DataFrame.from_dict(rows, orient="index")
    table.index.name = say("evaluate_page.part", state.language)
    st.dataframe(table)
    st.caption(say_baseline(evaluation.baseline_kind, metrics, state.language))


def with_unit(name: str, unit: str) -> str:
    return f"{name} [{unit}]" if unit else name


def plot_section(state: AppState, evaluation: Evaluation, part: PartName, output: str) -> None:
    name = say(f"part.{part}", state.language)
    if evaluation.confusion:
        heading(say("evaluate_page.confusion", state.language, part=name))
        st.caption(say("evaluate_page.confusion_about", state.language))
        chart = once_drawn(confusion, evaluation.confusion[part], evaluation.classes, language=state.language)
    else:
        heading(say("evaluate_page.predicted_actual", state.language, part=name))
        st.caption(say("evaluate_page.predicted_actual_about", state.language))
        points: dict[str, tuple[list[float], list[float]]] = {part: evaluation.points[part]}
        chart = once_drawn(
            predicted_actual, points, evaluation.target_name, evaluation.target_unit, language=state.language
        )
    show_chart(chart, f"picture{output}")


def worst_section(state: AppState, evaluation: Evaluation, part: PartName) -> None:
    heading(say("evaluate_page.worst", state.language, part=say(f"part.{part}", state.language)))
    st.caption(say("evaluate_page.worst_about", state.language))
    titles = {name: say(f"evaluate_page.worst_{name}", state.language) for name in ("row", "actual", "predicted")}
    surety, loss = say("evaluate_page.worst_surety", state.language), say("evaluate_page.worst_loss", state.language)
    right, rows = say("evaluate_page.worst_right", state.language), []
    for sample in evaluation.worst[part]:
        row = {
            titles["row"]: sample.row,
            titles["actual"]: shown(sample.actual),
            titles["predicted"]: shown(sample.predicted),
        }
        if sample.probability is not None:  # a class: one that is right may have lost much for being unsure
            row[right] = say(f"evaluate_page.worst_right.{'yes' if sample.is_right else 'no'}", state.language)
            row[surety] = f"{sample.probability:.1%}"
        rows.append({**row, loss: number(sample.loss)})
    show_rows(rows)


def shown(value: str | float) -> str:
    return value if isinstance(value, str) else f"{value:.4g}"


page(app_state(), bench_of(app_state()))
