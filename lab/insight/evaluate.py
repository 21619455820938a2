"""How good a trained network is: loss and metrics of each part, beside a forecast without a network.

Regression is judged in the target's own unit, also when the network learned a standardised target. The test part is
looked at only when it is asked for by name.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from lab.data.given import given_table
from lab.data.prepare import Dataset, PartName, prepare_cached
from lab.data.sequences import read_label
from lab.errors import RunError
from lab.insight.ctc import blank_share, greedy, letter_error, right_share
from lab.model.measures import metric_unit
from lab.model.outputs import output_views
from lab.model.size import excess_of_all_rows
from lab.runs.kept.record import RunRecord
from lab.runs.orders.run import run_spec
from lab.runs.wire.spec import RunSpec
from lab.runs.work.build import build_model
from lab.spec.data import AS_FOUND
from lab.spec.experiment import Experiment, GraphSpec
from lab.spec.limits import current_limits
from lab.verdict.baseline import Baseline, baseline
from lab.verdict.baseline_loss import baseline_loss
from netcore.activations import ACTIVATIONS
from netcore.errors import NetcoreError
from netcore.losses import LOSSES
from netcore.metrics import for_output

Array = np.ndarray[Any, Any]
WORST = 10
SHOWN = 12  # texts read by the network


@dataclass(frozen=True)
class Score:
    """Numbers of one part. `metrics` of a regression are in the target's unit; `loss` is what the network minimised."""

    rows: int
    loss: float
    metrics: dict[str, float]


@dataclass(frozen=True)
class Sample:
    """One row by itself, as a list of those with the largest loss has it.

    Args:
        row: 1-based number of the row in the table, the header not counted.
        actual, predicted: in the target's unit, or the names of classes.
        probability: that the network gives its predicted class; None for a regression and for a text.
        loss: of this row alone, in the unit of the run's loss.
    """

    row: int
    actual: str | float
    predicted: str | float
    probability: float | None
    loss: float

    @property
    def is_right(self) -> bool:
        return self.actual == self.predicted


@dataclass(frozen=True)
class Evaluation:
    """What a page shows; each dict goes by the name of a part ("train", "validation", "test").

    Args:
        scores, baseline: of the network, and of the forecast without one.
        units: metric -> its unit of measure ("" if it has none).
        confusion: counts (K, K), row = actual, column = predicted; empty for a regression and for sequence labels.
        points: (actual, predicted) of a regression, in the target's unit; empty for classes.
        worst: the rows of largest loss, largest first.
        decoded: the first rows of sequence labels as they were read, chosen without a look at how well.
        shares: of classes (n, K), or (n, 1) that of the second of two, with the actual class of each row (n,).
    """

    classes: tuple[str, ...]
    target_name: str
    target_unit: str
    baseline_kind: str
    scores: dict[str, Score]
    baseline: dict[str, Score]
    units: dict[str, str]
    confusion: dict[str, list[list[int]]]
    points: dict[str, tuple[list[float], list[float]]]
    worst: dict[str, tuple[Sample, ...]]
    decoded: dict[str, tuple[Sample, ...]] = field(default_factory=dict)
    shares: dict[str, tuple[Array, Array]] = field(default_factory=dict, repr=False, compare=False)

    @property
    def metrics(self) -> tuple[str, ...]:
        """What stands beside the loss."""
        return tuple(next(iter(self.scores.values())).metrics) if self.scores else ()

    def only_blanks(self, part: str) -> bool:
        """Whether the network reads nothing at all: every step of every row is a blank."""
        return self.scores[part].metrics.get("blank_share") == 1


def evaluate_run(
    record: RunRecord, dataset: Dataset, parts: Sequence[PartName] = ("train", "validation")
) -> dict[str, Evaluation]:
    """Evaluate a run's last good weights on the parts named, those without rows left out: each output by its name.

    The one output of a sequential network is called "". Of a run whose points were changed on the way, the points that
    it learned from last are judged, and not those of `dataset`.
    """
    return _evaluations(record.experiment, record.weights, rows_at_end(record) or dataset, parts)


def rows_at_end(record: RunRecord) -> Dataset | None:
    """The rows that a run learned from last; None where they are those that it began with. Raises DataError."""
    sources = [change.source for change in record.changes if change.source and change.epoch < record.epochs_done]
    if not sources:
        return None
    experiment = record.experiment.with_fit(changes=()).with_data(source=sources[-1])
    return prepare_cached(given_table(sources[-1], AS_FOUND), experiment.data, experiment.seed)


def evaluate(
    experiment: Experiment, weights: Sequence[Array], dataset: Dataset, parts: Sequence[PartName]
) -> Evaluation:
    """As `evaluate_run`, of a sequential network with weights in Keras order."""
    return _evaluations(experiment, weights, dataset, parts)[""]


def _evaluations(
    experiment: Experiment, weights: Sequence[Array], dataset: Dataset, parts: Sequence[PartName]
) -> dict[str, Evaluation]:
    too_heavy = excess_of_all_rows(experiment, dataset, current_limits())
    if too_heavy is not None:
        raise RunError(too_heavy.code, **too_heavy.values)
    model = trained_model(experiment, weights, dataset)
    asked = [part for part in parts if len(dataset.part(part).x)]
    said = {part: said_to(model, experiment, dataset, dataset.part(part).x) for part in asked}
    return {
        name: _evaluation(*view, {part: said[part][name] for part in asked})
        for name, view in views_of(experiment, dataset).items()
    }


def views_of(experiment: Experiment, dataset: Dataset) -> dict[str, tuple[Experiment, Dataset]]:
    """Name of each output -> what it learned from; the one output of a sequential network is called ""."""
    return output_views(experiment, dataset) or {"": (experiment, dataset)}


def said_to(model: Any, experiment: Experiment, dataset: Dataset, x: Array) -> dict[str, Array]:
    """Name of each output, as in `views_of` -> what the network answers.

    Args:
        x: samples like those of `Part.x`.
    """
    if not isinstance(experiment.model, GraphSpec):
        return {"": np.asarray(model.predict(x, verbose=0))}
    outputs = model.predict({name: dataset.input_of(x, name) for name in model.input_names}, verbose=0)
    return {name: np.asarray(output) for name, output in outputs.items()}


def trained_model(experiment: Experiment, weights: Sequence[Array], dataset: Dataset) -> Any:
    """The network with these weights, in Keras order. Raises RunError "run.damaged": they are of another one."""
    return with_weights(run_spec(experiment, dataset)[0], weights)


def with_weights(spec: RunSpec, weights: Sequence[Array]) -> Any:
    """As `trained_model`, of a run's own description."""
    model = build_model(spec)
    try:
        model.set_weights(list(weights))
    except NetcoreError:
        raise RunError("run.damaged") from None
    return model


def _evaluation(experiment: Experiment, dataset: Dataset, outputs: dict[PartName, Array]) -> Evaluation:
    """What came out of the network for each part, against what was to come out."""
    rule, asked = baseline(dataset, experiment.compile.loss), list(outputs)
    regression, sequences = dataset.task == "regression", dataset.task == "sequence_labels"
    names = metric_names(experiment, dataset)
    classes = [] if regression or sequences else asked
    shares: dict[str, tuple[Array, Array]] = {
        part: (as_probabilities(experiment, outputs[part]), dataset.part(part).target) for part in classes
    }
    return Evaluation(
        classes=dataset.classes,
        target_name=dataset.target_name,
        target_unit=dataset.target_unit,
        baseline_kind=rule.kind,
        scores={part: _score(experiment, dataset, part, outputs[part], names) for part in asked},
        baseline={part: _baseline_score(experiment, dataset, part, rule, outputs[part], names) for part in asked},
        units={name: metric_unit(name, dataset.target_unit) for name in names},
        confusion={part: _confusion(dataset, part, shares[part][0]) for part in classes},
        points={part: _points(dataset, part, outputs[part]) for part in asked} if regression else {},
        worst={part: _worst(experiment, dataset, part, outputs[part]) for part in asked},
        decoded={part: _first_read(experiment, dataset, part, outputs[part]) for part in asked} if sequences else {},
        shares=shares,
    )


# --- one part


def metric_names(experiment: Experiment, dataset: Dataset) -> tuple[str, ...]:
    """The experiment's metrics, after those that every run of the task is judged by."""
    if dataset.task == "sequence_labels":
        return ("letter_error", "right_share", "blank_share")
    always = ("mae", "rmse") if dataset.task == "regression" else ("accuracy",)
    return tuple(dict.fromkeys((*always, *experiment.compile.metrics)))


def _score(experiment: Experiment, dataset: Dataset, part: PartName, output: Array, names: tuple[str, ...]) -> Score:
    loss = experiment.compile.loss
    y_true = dataset.targets_for(part, loss.type, output.shape[-1])
    value = float(LOSSES.get(loss.type)(**loss.params)(y_true, output))
    if dataset.task == "sequence_labels":
        return Score(len(y_true), value, sequence_metrics(y_true, greedy(output), blank_share(output)))
    if dataset.task == "regression":
        # metrics are for people: in the target's own unit, whatever the network was trained on
        y_true, output = dataset.part(part).target[:, None], dataset.inverse_target(output)
    return Score(len(y_true), value, _metrics(names, y_true, output))


def sequence_metrics(actual: Array, read: Array, blanks: float) -> dict[str, float]:
    """What texts are judged by; both are (n, letters), padded with 0."""
    return {
        "letter_error": letter_error(actual, read),
        "right_share": right_share(actual, read),
        "blank_share": blanks,
    }


def _metrics(names: tuple[str, ...], y_true: Array, y_pred: Array) -> dict[str, float]:
    width = 1 if y_true.ndim == 1 else y_true.shape[-1]
    return {name: float(for_output(name, width, y_pred.shape[-1])(y_true, y_pred)) for name in names}


def _baseline_score(
    experiment: Experiment, dataset: Dataset, part: PartName, rule: Baseline, output: Array, names: tuple[str, ...]
) -> Score:
    units = output.shape[-1]
    line = baseline_loss(experiment, dataset, rule, part, units)
    predicted = rule.predictions[part]
    if dataset.task == "sequence_labels":
        metrics = sequence_metrics(dataset.part(part).target, predicted, float(rule.probabilities.argmax() == 0))
        return Score(len(predicted), float("nan") if line is None else line.value, metrics)
    if dataset.task == "regression":
        y_true, y_pred = dataset.part(part).target[:, None], predicted[:, None]
    else:
        y_true = dataset.targets_for(part, experiment.compile.loss.type, units)
        certain = predicted[:, None].astype(np.float32)
        y_pred = certain if units == 1 else np.eye(units, dtype=np.float32)[predicted]
    return Score(len(predicted), float("nan") if line is None else line.value, _metrics(names, y_true, y_pred))


def as_probabilities(experiment: Experiment, output: Array) -> Array:
    """The outputs as probabilities: a loss with `from_logits` is trained on what comes before sigmoid or softmax."""
    if not experiment.compile.loss.params.get("from_logits", False):
        return output
    return np.asarray(ACTIVATIONS.get("sigmoid" if output.shape[-1] == 1 else "softmax")(output))


def predicted_classes(probabilities: Array) -> Array:
    """Index of the likeliest class, (n, units) -> (n,)."""
    if probabilities.shape[-1] == 1:
        return (probabilities[:, 0] > 0.5).astype(np.int64)
    likeliest: Array = probabilities.argmax(axis=-1)
    return likeliest


def _confusion(dataset: Dataset, part: PartName, probabilities: Array) -> list[list[int]]:
    classes = len(dataset.classes)
    places = dataset.part(part).target * classes + predicted_classes(probabilities)
    counts: list[list[int]] = np.bincount(places, minlength=classes * classes).reshape(classes, classes).tolist()
    return counts


def _points(dataset: Dataset, part: PartName, output: Array) -> tuple[list[float], list[float]]:
    return dataset.part(part).target.tolist(), dataset.inverse_target(output[:, 0]).tolist()


def _worst(experiment: Experiment, dataset: Dataset, part: PartName, output: Array) -> tuple[Sample, ...]:
    losses = _losses(experiment, dataset, part, output)
    order = np.argsort(-losses, kind="stable")[:WORST]
    shown = as_probabilities(experiment, output)
    return tuple(_sample(dataset, part, shown, int(place), float(losses[place])) for place in order)


def _losses(experiment: Experiment, dataset: Dataset, part: PartName, output: Array) -> Array:
    """(n,) the loss of each row alone."""
    loss = experiment.compile.loss
    each = LOSSES.get(loss.type)(**{**loss.params, "reduction": "none"})
    return np.asarray(each(dataset.targets_for(part, loss.type, output.shape[-1]), output), np.float64)


def _first_read(experiment: Experiment, dataset: Dataset, part: PartName, output: Array) -> tuple[Sample, ...]:
    losses = _losses(experiment, dataset, part, output)
    return tuple(_sample(dataset, part, output, place, float(losses[place])) for place in range(len(losses))[:SHOWN])


def _sample(dataset: Dataset, part: PartName, output: Array, place: int, loss: float) -> Sample:
    chosen = dataset.part(part)
    row = int(chosen.rows[place]) + 1
    if dataset.task == "regression":
        predicted = float(dataset.inverse_target(output[place, 0]))
        return Sample(row, float(chosen.target[place]), predicted, None, loss)
    if dataset.task == "sequence_labels":
        texts = (chosen.target[place], greedy(output[place : place + 1])[0])
        actual, read = (read_label(codes, dataset.classes) for codes in texts)
        return Sample(row, actual, read, None, loss)
    guess = int(predicted_classes(output[place : place + 1])[0])
    if output.shape[-1] == 1:
        probability = float(output[place, 0]) if guess else 1 - float(output[place, 0])
    else:
        probability = float(output[place, guess])
    return Sample(row, dataset.classes[int(chosen.target[place])], dataset.classes[guess], probability, loss)
