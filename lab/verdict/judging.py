"""The verdict on a run of an experiment: what it rests on beside the curves is read off experiment and dataset."""

import math
from dataclasses import replace

import numpy as np

from lab.data.prepare import Dataset, PartName
from lab.model.layer_table import graph_table, layer_rows, parameter_count
from lab.model.outputs import output_units, output_views
from lab.model.scales import rate_is_high
from lab.spec.experiment import Experiment, GraphSpec
from lab.verdict.baseline import baseline
from lab.verdict.baseline_loss import BaselineLoss, baseline_loss
from lab.verdict.baseline_metrics import baseline_metrics, output_baselines
from lab.verdict.context import RunContext
from lab.verdict.suspects import likely_causes
from lab.verdict.verdict import Verdict

JUDGED: tuple[PartName, PartName] = ("validation", "train")


def judge_run(
    experiment: Experiment,
    dataset: Dataset,
    history: dict[str, list[float]],
    state: str = "finished",
    extras: dict[str, list[float]] | None = None,
) -> Verdict:
    """The verdict on a run from its curves, the baseline and what makes a divergence likely. Never sees the test part.

    Args:
        history: Keras history of the run; an epoch without numbers yet is no epoch.
        state: state of the run.
        extras: curves beside the history, as in RunRecord.
    """
    return context_of(experiment, dataset).judge(history, state, extras)


def judge_outputs(
    experiment: Experiment, dataset: Dataset, history: dict[str, list[float]], state: str = "finished"
) -> dict[str, Verdict]:
    """The verdict on each output of a model with several, from its own curves and its own baseline; else empty."""
    if not isinstance(experiment.model, GraphSpec) or not history.get("loss"):
        return {}
    return context_of(experiment, dataset).judge_outputs(history, state)


def context_of(experiment: Experiment, dataset: Dataset) -> RunContext:
    """What a verdict on a run of this experiment rests on, beside the curves."""
    if isinstance(experiment.model, GraphSpec):
        line, on_training = (_total_line(experiment, experiment.model, dataset, part) for part in JUDGED)
        units = _graph_units(experiment.model, dataset)
        metrics = output_baselines(output_views(experiment, dataset), units)
    else:
        units_alone = output_units(experiment, dataset)
        line, on_training = (_line(experiment, dataset, units_alone, part) for part in JUDGED)
        metrics = baseline_metrics(experiment, dataset, units_alone)
    context = _context(experiment, dataset, line, on_training, parameter_count(layer_rows(experiment, dataset)))
    return replace(context, baseline_metrics=metrics, outputs=_output_contexts(experiment, dataset))


def _output_contexts(experiment: Experiment, dataset: Dataset) -> dict[str, RunContext]:
    """Of several outputs that of each, as if it were alone."""
    if not isinstance(experiment.model, GraphSpec) or len(experiment.model.outputs) < 2:
        return {}
    parameters, contexts = parameter_count(layer_rows(experiment, dataset)), {}
    views = output_views(experiment, dataset).items()
    for (name, (view, seen)), units in zip(views, _graph_units(experiment.model, dataset), strict=True):
        line, on_training = (_line(view, seen, units, part) for part in JUDGED)
        contexts[name] = _context(view, seen, line, on_training, parameters)
    return contexts


def _context(
    experiment: Experiment,
    dataset: Dataset,
    line: BaselineLoss | None,
    on_training: BaselineLoss | None,
    parameters: int,
) -> RunContext:
    return RunContext(
        train_rows=len(dataset.train.x),
        validation_rows=len(dataset.validation.x),
        baseline_loss=None if line is None else line.value,
        baseline_kind=None if line is None else line.kind,
        parameters=parameters,
        inputs=math.prod(dataset.input_shape),
        causes=causes_of(experiment, dataset),
        in_time_order=experiment.data.split.order == "time",
        test_rows=len(dataset.test.rows),
        baseline_train_loss=None if on_training is None else on_training.value,
        high_rate=_high_rate(experiment),
    )


def _line(experiment: Experiment, dataset: Dataset, units: int, part: PartName) -> BaselineLoss | None:
    """The baseline's loss on a part."""
    return baseline_loss(experiment, dataset, baseline(dataset, experiment.compile.loss), part, units)


def _total_line(experiment: Experiment, graph: GraphSpec, dataset: Dataset, part: PartName) -> BaselineLoss | None:
    """The baselines of all outputs, combined as the run combines its losses."""
    views = output_views(experiment, dataset).values()
    lines = [_line(*view, units, part) for view, units in zip(views, _graph_units(graph, dataset), strict=True)]
    total = 0.0
    for line, output in zip(lines, graph.outputs, strict=True):
        if line is None:
            return None
        total += output.weight * line.value
    mean = experiment.compile.combine_losses == "mean"
    return BaselineLoss(total / len(lines) if mean else total, "outputs")


def _graph_units(graph: GraphSpec, dataset: Dataset) -> list[int]:
    """Numbers that each output gives for a sample."""
    shapes = {row.id: row.output_shape for row in graph_table(graph, dataset.input_shapes)}
    return [int((shapes.get(str(output.reads)) or (None, 1))[-1] or 1) for output in graph.outputs]


def _highest_rate(experiment: Experiment) -> float:
    """The highest learning rate that the run ever has."""
    rates = [change.value for change in experiment.fit.changes if change.name == "learning_rate"]
    return max(experiment.compile.learning_rate, *rates, 0.0)


def _high_rate(experiment: Experiment) -> float | None:
    rate = _highest_rate(experiment)
    return rate if rate_is_high(experiment.compile.optimizer.type, rate) else None


def causes_of(experiment: Experiment, dataset: Dataset) -> dict[str, float]:
    """What makes a divergence of this experiment likely (the highest learning rate it ever has counts)."""
    scaled = [one.scaled_target(one.train.target) for one in (dataset, *dataset.others) if one.task == "regression"]
    largest_target = max((float(np.abs(target).max(initial=0.0)) for target in scaled), default=0.0)
    return likely_causes(
        learning_rate=_highest_rate(experiment),
        optimizer=experiment.compile.optimizer.type,
        largest_input=float(np.abs(dataset.train.x).max(initial=0.0)),
        largest_target=largest_target,
        batch_size=experiment.fit.batch_size,
    )
