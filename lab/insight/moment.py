"""What a network says at one epoch of its run: over the plane of its two inputs, along its one input, or row by row."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from lab.data.prepare import Dataset, PartName
from lab.insight.evaluate import Evaluation, as_probabilities, evaluate_run
from lab.insight.learned_network import learned_network
from lab.model.drawn import DrawnNetwork
from lab.model.probe import axis, ends
from lab.runs.kept.record import RunRecord
from lab.spec.experiment import Experiment, GraphSpec

Array = np.ndarray[Any, Any]

GRID = 61  # points along each side of the plane
LINE = 201  # points along one input
MOST_POINTS = 400  # rows drawn of each part


@dataclass(frozen=True)
class Points:
    """Rows of one part: inputs in their own units, and the target (the class's index, or a number in its unit)."""

    x: Array
    y: Array
    target: Array


@dataclass(frozen=True)
class Plane:
    """The answer over two inputs.

    Args:
        x, y: (GRID,) in the columns' own units; names: of both columns.
        z: (GRID, GRID), a row for each y: probability of the second of two classes, index of the likeliest of several,
            or the predicted number in the target's unit.
        sure: (GRID, GRID) probability of the likeliest class; of a regression 1.
    """

    names: tuple[str, str]
    x: Array
    y: Array
    z: Array
    sure: Array
    points: dict[str, Points]


@dataclass(frozen=True)
class Line:
    """The answer along one input; `y` as `Plane.z` of a number."""

    name: str
    x: Array
    y: Array
    points: dict[str, Points]


@dataclass(frozen=True)
class Moment:
    """One of `plane`, `line` or `evaluations` (by output, "" if there is one) says what the network had learned.

    Args:
        network: its weights, as they are drawn.
        part: the part that `evaluations` judge by.
    """

    network: DrawnNetwork
    plane: Plane | None = None
    line: Line | None = None
    evaluations: dict[str, Evaluation] = field(default_factory=dict)
    part: PartName = "validation"


def moment(model: Any, record: RunRecord, dataset: Dataset) -> Moment:
    """Ask the network as it was. The test part is not looked at.

    Args:
        model: with the weights of that epoch.
    """
    experiment = record.experiment

    def answer(x: Array) -> Array:
        return np.asarray(model.predict(x, verbose=0))

    network = learned_network(experiment, model, dataset)
    if is_a_plane(experiment, dataset):
        return Moment(network, plane=_plane(experiment, dataset, answer))
    if _numbers_only(experiment, dataset) and dataset.input_shape == (1,) and dataset.task == "regression":
        return Moment(network, line=_line(dataset, answer))
    part: PartName = "validation" if len(dataset.validation.x) else "train"
    then = replace(record, weights=model.get_weights())
    return Moment(network, evaluations=evaluate_run(then, dataset, (part,)), part=part)


def _numbers_only(experiment: Experiment, dataset: Dataset) -> bool:
    """Each input is a column of numbers, so that what lies between two rows has a meaning."""
    return not isinstance(experiment.model, GraphSpec) and all(
        column.kind == "number" and column.scale != 0 for column in dataset.columns
    )


def is_a_plane(experiment: Experiment, dataset: Dataset) -> bool:
    """Whether the network has two inputs, both numbers."""
    return _numbers_only(experiment, dataset) and dataset.input_shape == (2,)


def grid_of(dataset: Dataset, count: int) -> tuple[Array, Array, Array]:
    """(count * count, 2) points of the plane of two inputs as the network gets them, row after row of the second input.

    Then (count,) the values of each input along its axis, in its own unit.
    """
    x, y = (_axis(dataset, place, count) for place in (0, 1))
    units = dataset.inverse_inputs(np.stack([x, y], axis=1))
    first, second = (units.iloc[:, place].to_numpy() for place in (0, 1))
    return np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2), first, second


def _plane(experiment: Experiment, dataset: Dataset, answer: Callable[[Array], Array]) -> Plane:
    grid, first, second = grid_of(dataset, GRID)
    output = answer(grid)
    z, sure = _height(experiment, dataset, output)
    return Plane(
        dataset.feature_names[:2],  # type: ignore[arg-type]  # input_shape says that there are two
        first,
        second,
        z.reshape(GRID, GRID),
        sure.reshape(GRID, GRID),
        _points(dataset),
    )


def _height(experiment: Experiment, dataset: Dataset, output: Array) -> tuple[Array, Array]:
    """What is drawn over the plane, and how sure the network is of it; both (n,)."""
    if dataset.task == "regression":
        return dataset.inverse_target(output[:, 0]), np.ones(len(output))
    shares = as_probabilities(experiment, output)
    if shares.shape[-1] == 1:
        return shares[:, 0], np.maximum(shares[:, 0], 1 - shares[:, 0])
    if shares.shape[-1] == 2:
        return shares[:, 1], shares.max(axis=-1)
    return shares.argmax(axis=-1).astype(np.float64), shares.max(axis=-1)


def _line(dataset: Dataset, answer: Callable[[Array], Array]) -> Line:
    x = _axis(dataset, 0, LINE)[:, None]
    own = dataset.inverse_inputs(x).iloc[:, 0].to_numpy()
    return Line(dataset.feature_names[0], own, dataset.inverse_target(answer(x)[:, 0]), _points(dataset))


def _axis(dataset: Dataset, place: int, count: int) -> Array:
    """Prepared values of one input from end to end of the rows, a little beyond."""
    return axis(*ends(dataset.train.x[:, place], dataset.validation.x[:, place]), count)


def _points(dataset: Dataset) -> dict[str, Points]:
    found = {}
    for name in ("train", "validation"):
        part = dataset.part(name)
        if not len(part.x):
            continue
        step = -(-len(part.x) // MOST_POINTS)
        own = dataset.inverse_inputs(part.x[::step])
        found[name] = Points(own.iloc[:, 0].to_numpy(), own.iloc[:, -1].to_numpy(), part.target[::step])
    return found
