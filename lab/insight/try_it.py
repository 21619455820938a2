"""A sample entered by hand: what a person can turn, the sample as the network gets it, and what the network says to it.

The preparation is the run's own: a value goes the way of the table's cells, with the statistics of the training part.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from lab.data.prepare import UNKNOWN, Dataset, PartName, PreparedColumn
from lab.data.sequences import read_label
from lab.data.table import Table
from lab.insight.ctc import greedy
from lab.insight.evaluate import as_probabilities, said_to, views_of
from lab.model.pixels import image_shapes, images_of
from lab.spec.experiment import Experiment

Array = np.ndarray[Any, Any]
Value = float | str | bool

MOST_KNOBS = 40  # more than these nobody turns; the columns behind them stay as they are
WHOLE = 2**53  # whole numbers from here on have gaps between them
STEPS = 100  # of a slider from end to end
BINS = 30  # of the training targets
SURE = 1e-3  # how far from 1 the sum of probabilities may be


@dataclass(frozen=True)
class Knob:
    """One value of a sample.

    Args:
        place: which of the dataset's columns.
        name: of the column, with its lag.
        kind: a number from `low` to `high` in steps of `step`, one of `choices`, the same of two truths (no, yes), or
            whether the cell is empty.
        start: what a typical training row has, as the knob shows it.
        part: of a date, which part; "" otherwise.
        unit: of a number.
    """

    place: int
    name: str
    kind: Literal["number", "choice", "truth", "gap"]
    start: Value
    low: float = 0.0
    high: float = 1.0
    step: float = 0.01
    choices: tuple[str, ...] = ()
    part: str = ""
    unit: str = ""

    @property
    def places(self) -> int:
        """Behind the decimal point, as many as a step needs."""
        return max(0, -math.floor(math.log10(self.step)))

    @property
    def whole(self) -> bool:
        """Every number that it can show is whole, and no larger than a slider can count."""
        largest = max(abs(self.low), abs(self.high))
        return float(self.step).is_integer() and float(self.low).is_integer() and largest < WHOLE

    def value(self, shown: Value) -> Value:
        """What stands in the table where the knob shows this: of truths 0 or 1."""
        return float(self.choices.index(str(shown))) if self.kind == "truth" else shown


@dataclass(frozen=True)
class Answer:
    """What the network says to one sample, by one of its outputs.

    Args:
        shares: class -> probability (or what the output says instead, see `are_probabilities`), in the classes' order.
        value: the predicted number in the target's unit; None for classes and texts.
        edges, counts: histogram of the training targets, (bins + 1,) and (bins,).
        read: the text that was read; None for other tasks.
    """

    target: str
    unit: str
    shares: dict[str, float]
    are_probabilities: bool
    value: float | None = None
    edges: tuple[float, ...] = ()
    counts: tuple[int, ...] = ()
    read: str | None = None

    @property
    def number(self) -> str:
        """The predicted number, to a thousandth of the range of the training targets or so."""
        if self.value is None or not math.isfinite(self.value):
            return "–"
        places = max(0, 2 - math.floor(math.log10((self.edges[-1] - self.edges[0]) or 1.0)))
        return f"{self.value:,.{places}f}"

    @property
    def likeliest(self) -> str:
        return max(self.shares, key=lambda name: self.shares[name])


@dataclass(frozen=True)
class Picked:
    """A sample of the validation part (of the training part where there is none), as a whole.

    Args:
        x: (1, …) as the network gets it.
        row: 1-based number of its row in the table, of windows that of the target.
        actual: output -> what is right: a class, a text, or a number in the target's unit.
        images: (height, width) from 0 to 1 of each image in it.
        course: columns over the time steps, in their own units.
    """

    x: Array
    row: int
    actual: dict[str, str | float]
    images: tuple[Array, ...] = ()
    course: dict[str, Array] = field(default_factory=dict)


# --- a sample of values


def by_value(dataset: Dataset) -> bool:
    """Whether a sample is one row of values, each with a meaning of its own; otherwise it is picked as a whole."""
    return dataset.train.x.ndim == 2 and not image_shapes(dataset)


def typical(dataset: Dataset) -> Array:
    """(d,) the training sample nearest to the mean of all, as the network gets it."""
    x = dataset.train.x.astype(np.float64)
    nearest: Array = dataset.train.x[int(np.argmin(((x - x.mean(axis=0)) ** 2).sum(axis=1)))]
    return nearest


def knobs(dataset: Dataset, table: Table) -> list[Knob]:
    """What of a sample can be turned, within what the training part has; a column with one value there is no knob."""
    row, found = typical(dataset)[None, :], []
    for place, (column, features) in enumerate(dataset.columns_with_features()):
        knob = _knob(place, column, dataset.train.x[:, features], row[:, features], table)
        if knob is not None:
            found.append(knob)
    return found[:MOST_KNOBS]


def sample_of(dataset: Dataset, values: Mapping[int, Value]) -> Array:
    """(1, d) float32: the typical sample with these values (`Knob.value`), by the places of their knobs."""
    x = typical(dataset)[None, :].copy()
    columns = list(dataset.columns_with_features())
    gaps = {columns[place][0].source for place, value in values.items() if value is True}
    for place, value in values.items():
        column, features = columns[place]
        x[:, features] = _encoded(column, value)
    for column, features in columns:
        if column.source in gaps and column.kind in ("number", "boolean", "ordinal"):
            x[:, features] = column.encode(np.array([None if column.kind == "ordinal" else np.nan]))
    return x


def _encoded(column: PreparedColumn, value: Value) -> Array:
    """(1, features)."""
    if column.kind == "indicator":
        return np.array([[float(value)]], np.float32)
    if column.kind in ("one_hot", "ordinal"):
        return column.encode(np.array([None if value == UNKNOWN else value], object))
    return column.encode_decoded(np.array([float(value)]))


def _knob(place: int, column: PreparedColumn, x: Array, row: Array, table: Table) -> Knob | None:
    """The knob of one prepared column; None if training saw one value alone, or there is no way between its values.

    Args:
        x: (n, features) of the training part; row: (1, features) of the typical sample.
    """
    if bool((x == x[0]).all()) or (column.is_scaled and column.scale == 0):
        return None
    if column.kind == "indicator":
        return Knob(place, column.source, "gap", bool(row[0, 0]))
    values = next(iter(column.decode(x).values()))
    start = next(iter(column.decode(row).values()))[0]
    if column.kind in ("one_hot", "ordinal"):
        shown = column.categories[0] if start is None and UNKNOWN not in column.categories else start or UNKNOWN
        return Knob(place, column.source, "choice", shown, choices=column.categories)
    about = table.column(column.name)
    if column.kind == "boolean":
        return Knob(place, column.source, "truth", _truths(about.labels)[int(start)], choices=_truths(about.labels))
    return _slider(place, column, values, float(start), about.whole, about.unit)


def _slider(place: int, column: PreparedColumn, values: Array, start: float, whole: bool, unit: str) -> Knob | None:
    """From the smallest to the largest value; six digits, since features are 32-bit numbers. None where these leave no
    way from one to the other, or one that no number tells.
    """
    low, high, here = (float(f"{float(number):.6g}") for number in (values.min(), values.max(), start))
    if column.part is not None:  # a part of a date has no unit, and whole numbers but for hours
        whole, unit = column.part != "hour", ""
    if whole:
        low, high, here, step = float(round(low)), float(round(high)), float(round(here)), 1.0
    else:
        step = float(f"{(high - low) / STEPS:.1g}")
    if low == high or not 0 < step < math.inf:
        return None
    return Knob(place, column.source, "number", here, low, high, step, part=column.part or "", unit=unit)


def _truths(labels: tuple[str, str] | None) -> tuple[str, str]:
    return labels or ("0", "1")


# --- a sample that is picked


def part_to_pick_from(dataset: Dataset) -> PartName:
    return "validation" if len(dataset.validation.x) else "train"


def picked(experiment: Experiment, dataset: Dataset, place: int, shifts: Mapping[str, float] | None = None) -> Picked:
    """The sample at that place of the part, with columns of a window shifted.

    Args:
        shifts: column -> what is added at each of its time steps, in its unit; only numbers can be shifted.
    """
    part = dataset.part(part_to_pick_from(dataset))
    x = part.x[place : place + 1].copy()
    for column, features in dataset.columns_with_features():
        shift = (shifts or {}).get(column.source, 0.0)
        if shift and column.kind == "number":
            own = column.decode(x[0][:, features])[column.source]
            x[0][:, features] = column.encode(own + shift)
    actual = {name: _actual(view, place) for name, (_, view) in views_of(experiment, dataset).items()}
    images = tuple(each[0] for each in images_of(dataset, x))
    return Picked(x, int(part.rows[place]) + 1, actual, images, _course(dataset, x))


def shiftable(dataset: Dataset) -> dict[str, tuple[float, float]]:
    """Columns of a window that can be shifted -> how far down and up: by the range of the training part."""
    if dataset.train.x.ndim != 3 or dataset.columns[0].kind == "signal":
        return {}
    found = {}
    for column, features in dataset.columns_with_features():
        if column.kind == "number" and column.scale:
            own = column.decode(dataset.train.x[..., features].reshape(-1, 1))[column.source]
            far = float(f"{float(own.max() - own.min()):.2g}")
            found[column.source] = (-far, far)
    return found


def _course(dataset: Dataset, x: Array) -> dict[str, Array]:
    """Columns over time in their own units; of a signal its values."""
    if x.ndim != 3:
        return {}
    own = dataset.inverse_inputs(x)
    if dataset.columns[0].kind == "signal":
        return {dataset.columns[0].name: own.iloc[0].to_numpy(np.float64)}
    return {str(name): own[name].to_numpy(np.float64) for name in own.select_dtypes("number").columns}


def _actual(dataset: Dataset, place: int) -> str | float:
    target = dataset.part(part_to_pick_from(dataset)).target[place]
    if dataset.task == "sequence_labels":
        return read_label(target, dataset.classes)
    return float(target) if dataset.task == "regression" else dataset.classes[int(target)]


# --- the answer


def answers(model: Any, experiment: Experiment, dataset: Dataset, x: Array) -> dict[str, Answer]:
    """Name of each output -> what it says to one sample.

    Args:
        model: with the trained weights.
        x: (1, …).
    """
    outputs = said_to(model, experiment, dataset, x)
    return {name: _answer(*view, outputs[name]) for name, view in views_of(experiment, dataset).items()}


def _answer(experiment: Experiment, dataset: Dataset, output: Array) -> Answer:
    target, unit = dataset.target_name, dataset.target_unit
    if dataset.task == "sequence_labels":
        return Answer(target, unit, {}, False, read=read_label(greedy(output)[0], dataset.classes))
    if dataset.task == "regression":
        value = float(dataset.inverse_target(output[0, 0]))
        counts, edges = np.histogram(dataset.train.target, bins=BINS)
        return Answer(target, unit, {}, False, value, tuple(edges.tolist()), tuple(counts.tolist()))
    said = as_probabilities(experiment, output)[0].astype(np.float64)
    shares = [1 - said[0], said[0]] if len(said) == 1 else said.tolist()
    sure = all(0 <= share <= 1 for share in shares) and abs(sum(shares) - 1) < SURE
    return Answer(target, unit, dict(zip(dataset.classes, map(float, shares), strict=True)), sure)
