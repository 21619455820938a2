"""What the units of a layer respond to: the rows that make them most active, the plane they see, how alike they are.

Here the network is asked as it answers (inference mode), unlike in `look`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

import netcore
from lab.data.prepare import Dataset
from lab.insight.inside.look import layers_of
from lab.insight.inside.rows import Rows
from lab.insight.moment import grid_of, is_a_plane
from lab.model.pixels import image_shapes
from lab.spec.experiment import Experiment

Array = np.ndarray[Any, Any]

SURFACE = 31  # points along each side of what a unit sees of two inputs
MOST_UNITS = 24  # drawn of one layer
BEST = 6  # rows


@dataclass(frozen=True)
class Responses:
    """What one layer gives for some rows.

    Args:
        given: (n, units); of images and time steps the largest over all places.
        over_places: it is the largest of several.
    """

    given: Array
    over_places: bool = False

    @property
    def by_activity(self) -> list[int]:
        """Units, the one that tells most of the rows apart first; of those alike by their number."""
        deviation = np.nan_to_num(self.given.astype(np.float64).std(axis=0))
        return np.argsort(-deviation, kind="stable").tolist()  # type: ignore[no-any-return]

    def best_rows(self, unit: int, count: int = BEST) -> list[int]:
        """Which of the rows make the unit most active, the most active first."""
        return np.argsort(-self.given[:, unit], kind="stable")[:count].tolist()  # type: ignore[no-any-return]


def responses(experiment: Experiment, model: Any, rows: Rows, layer_id: str) -> Responses:
    """Of one layer to the rows."""
    given = outputs_of(experiment, model, rows.x, [layer_id])[layer_id]
    over_places = given.ndim > 2
    return Responses(given.max(axis=tuple(range(1, given.ndim - 1))) if over_places else given, over_places)


def outputs_of(experiment: Experiment, model: Any, x: Any, layers: Sequence[str]) -> dict[str, Array]:
    """Id of each layer -> (n, …, units), what it gives at its first use.

    Args:
        x: as netcore takes it.
    """
    tensors = {id: _first(layer.output) for id, _, layer in layers_of(experiment, model) if id in layers}
    inner = netcore.Model(model.inputs, tensors)
    found = inner.predict(x if isinstance(x, dict) else [x], verbose=0)
    return {id: np.asarray(found[id]) for id in layers}


def _first(output: Any) -> Any:
    return output[0] if isinstance(output, list) else output


# --- pictures of units


@dataclass(frozen=True)
class Tiles:
    """One small picture for each unit.

    Args:
        units: from 0; pictures: (units, height, width), of a plane the first row lowest.
        low_first: the first row is drawn at the bottom.
    """

    units: list[int]
    pictures: Array
    low_first: bool = False


def surfaces(experiment: Experiment, model: Any, dataset: Dataset, layer_id: str, units: Sequence[int]) -> Tiles | None:
    """What each unit gives over the plane of the two inputs; None for other networks."""
    if not is_a_plane(experiment, dataset):
        return None
    grid, _, _ = grid_of(dataset, SURFACE)
    given = outputs_of(experiment, model, grid, [layer_id])[layer_id]
    chosen = list(units)[:MOST_UNITS]
    return Tiles(chosen, given[:, chosen].T.reshape(len(chosen), SURFACE, SURFACE), low_first=True)


def weight_images(experiment: Experiment, model: Any, dataset: Dataset, units: Sequence[int]) -> Tiles | None:
    """Weights of the first layer as what they look at: pixels, or the squares that a convolution moves over an image.

    None where the inputs are no images.
    """
    _, _, layer = layers_of(experiment, model)[0]
    shapes, weights = image_shapes(dataset), layer.get_weights()
    if len(shapes) != 1 or not weights:
        return None
    kernel, shape = weights[0], next(iter(shapes.values()))
    chosen = [unit for unit in units if unit < kernel.shape[-1]][:MOST_UNITS]
    if kernel.ndim == 4:
        return Tiles(chosen, kernel[..., chosen].mean(axis=2).transpose(2, 0, 1))
    if kernel.ndim == 2 and len(kernel) == shape[0] * shape[1]:
        return Tiles(chosen, kernel[:, chosen].T.reshape(len(chosen), *shape))
    return None


def row_images(dataset: Dataset, places: Sequence[int]) -> Tiles | None:
    """Rows of the training part as images; None where they are none."""
    shapes = image_shapes(dataset)
    if len(shapes) != 1:
        return None
    height, width = next(iter(shapes.values()))
    x = dataset.train.x[list(places)]
    return Tiles(list(places), x.reshape(len(places), height, width)) if x[0].size == height * width else None


@dataclass(frozen=True)
class WeightTable:
    """Weights of the first layer by input and unit.

    Args:
        inputs: names; weights: (inputs, units); units: from 0.
    """

    inputs: tuple[str, ...]
    units: list[int]
    weights: Array


def weight_table(experiment: Experiment, model: Any, dataset: Dataset, units: Sequence[int]) -> WeightTable | None:
    """For inputs that are columns: those with the largest weights, in the table's order; None for others.

    Also where a unit has several weights for an input, as one of LSTM has for each of its gates.
    """
    _, _, layer = layers_of(experiment, model)[0]
    weights = layer.get_weights()
    if not weights or weights[0].ndim != 2 or len(weights[0]) != len(dataset.feature_names):
        return None
    kernel = weights[0]
    if kernel.shape[1] != _first(layer.output).shape[-1]:
        return None
    chosen = [unit for unit in units if unit < kernel.shape[1]][:MOST_UNITS]
    largest = np.sort(np.argsort(-np.abs(kernel).max(axis=1), kind="stable")[:MOST_UNITS])
    names = tuple(dataset.feature_names[int(place)] for place in largest)
    return WeightTable(names, chosen, kernel[largest][:, chosen])


# --- all units together


@dataclass(frozen=True)
class Embedding:
    """Rows in the plane in which a layer tells them apart most.

    Args:
        points: (n, 2); shares: of the variance that lies along each axis.
    """

    points: Array
    shares: tuple[float, float]


def embedding(values: Array) -> Embedding:
    """The first two principal components; each points to where its largest part is positive, so that it stays put.

    Args:
        values: (n, units).
    """
    centred = values.astype(np.float64) - values.mean(axis=0, dtype=np.float64)
    axes, shares = principal_axes(centred)
    return Embedding(centred @ axes.T, shares)


def principal_axes(centred: Array) -> tuple[Array, tuple[float, float]]:
    """(2, d) the two directions in which rows (n, d) differ most, and how much of their squares lies along each.

    Both are 0 where there is no such direction.
    """
    axes, spread = np.zeros((2, centred.shape[1])), np.zeros(2)
    if min(centred.shape):
        _, found, directions = np.linalg.svd(centred, full_matrices=False)
        count = min(2, len(found))
        axes[:count], spread[:count] = directions[:count], found[:count]
    signs = np.sign(axes[[0, 1], np.abs(axes).argmax(axis=1)])
    total = float((centred**2).sum())
    first, second = (float(one**2) / total if total else 0.0 for one in spread)
    return axes * np.where(signs == 0, 1, signs)[:, None], (first, second)


def correlation(values: Array, units: Sequence[int]) -> Array:
    """(units, units) between what they give; NaN for a unit that always gives the same.

    Args:
        values: (n, units of the layer).
    """
    chosen = values[:, list(units)].astype(np.float64)
    chosen = chosen - chosen.mean(axis=0)
    length = np.sqrt((chosen**2).sum(axis=0))
    with np.errstate(divide="ignore", invalid="ignore"):
        unit = chosen / np.where(length > 1e-12, length, np.nan)
    alike: Array = np.clip(unit.T @ unit, -1, 1)
    return alike
