"""The experiment in one line for each step of the pipeline."""

from lab.insight.shelf import openings
from lab.model.layer_table import layer_widths, parameter_count
from lab.spec.experiment import GraphSpec
from lab.texts import say
from pages.ui.bench import Bench
from pages.ui.compare.shelf import opened_runs
from pages.ui.run.training import current_run, run_elsewhere
from pages.ui.state import AppState
from pages.ui.text import data_name, name_of, plain


def step_summaries(state: AppState, bench: Bench) -> dict[str, str]:
    """Page name -> its line."""
    return {
        "data": data_line(state, bench),
        "layers": layers_line(state, bench),
        "compile": compile_line(state),
        "train": train_line(state),
        "evaluate": evaluate_line(state, bench),
    }


def data_line(state: AppState, bench: Bench) -> str:
    if bench.dataset is None:
        return f"⚠ {say('summary.data_problem', state.language)}"
    return say(
        "summary.data",
        state.language,
        name=data_name(state.experiment.data, state.language),
        columns=len(state.experiment.data.inputs),
        target=plain(", ".join(target.column for target in state.experiment.data.targets), 30),
        train=f"{len(bench.dataset.train.rows):,}",
        validation=f"{len(bench.dataset.validation.rows):,}",
        test=f"{len(bench.dataset.test.rows):,}",
    )


def layers_line(state: AppState, bench: Bench) -> str:
    if not bench.rows:
        mark = "⚠ " if bench.dataset is not None else ""
        return f"{mark}{say('summary.no_layers', state.language)}"
    mark = "⚠ " if any(row.problem for row in bench.rows) else ""
    parameters, model = f"{parameter_count(bench.rows):,}", state.experiment.model
    if isinstance(model, GraphSpec):
        counts = {"inputs": len(model.inputs), "nodes": len(model.nodes), "outputs": len(model.outputs)}
        return f"{mark}{say('summary.graph', state.language, parameters=parameters, **counts)}"
    shape = " → ".join("?" if width is None else str(width) for width in layer_widths(bench.rows))
    return f"{mark}{say('summary.layers', state.language, shape=shape, parameters=parameters)}"


def compile_line(state: AppState) -> str:
    compiled = state.experiment.compile
    model = state.experiment.model
    if isinstance(model, GraphSpec):
        loss = say(f"summary.losses.{compiled.combine_losses}", state.language, count=len(model.outputs))
    else:
        loss = name_of("loss", compiled.loss.type, state.language)
    rate = f"{compiled.learning_rate:g}"
    return say("summary.compile", state.language, optimizer=compiled.optimizer.type, rate=rate, loss=loss)


def train_line(state: AppState) -> str:
    run = current_run(state)
    fit = state.experiment.fit
    if run is None:
        elsewhere = run_elsewhere(state)
        key = "not_trained" if elsewhere is None else "elsewhere"
        status = say(f"summary.{key}", state.language, number=0 if elsewhere is None else elsewhere.number)
    elif run.active:  # the number moves below; a figure up here would stand still
        begins = run.state == "queued" and not run.queue_position  # a moment, which this line would outlive
        status = say(f"run_state.{'running' if begins else run.state}", state.language)
    else:
        words = say(f"run_state.{run.state}", state.language)
        status = say("summary.run", state.language, state=words, epoch=f"{run.epoch:,}", epochs=f"{run.epochs:,}")
    return say(
        "summary.train", state.language, batch_size=f"{fit.batch_size:,}", epochs=f"{fit.epochs:,}", state=status
    )


def evaluate_line(state: AppState, bench: Bench) -> str:
    opened = [] if bench.dataset is None else opened_runs(state, state.experiment)
    if opened:
        return say("summary.opened", state.language, count=openings(opened))
    if bench.dataset is not None and not len(bench.dataset.test.rows):
        return say("summary.no_test", state.language)
    return say("summary.sealed", state.language)
