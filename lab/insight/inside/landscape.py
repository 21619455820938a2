"""A slice of the loss over the space of all weights, along two directions through the weights of a run.

Two pairs of directions, after Li et al. (2018), "Visualizing the loss landscape of neural nets":

* "path": the two principal components of the way that the run went (their section 7.2), so that as much of it lies in
  the slice as two directions can hold. Through the weights of the last epoch.
* "random": two random directions, each filter (all weights into one unit) as long as that filter itself, biases left as
  they are (their section 4, "filter normalization"), so that slices of different networks can be compared. Through the
  weights of the epoch shown; 1 along an axis is as far as the weights are long.

Weights that do not learn stay as they are. What it costs is bounded in seconds: the grid is as fine as they allow, and
where even a coarse one of all training rows takes longer, some of the rows stand for all.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np

from lab.insight.evaluate import with_weights
from lab.insight.inside.course import epochs_looked_into
from lab.insight.inside.rows import Rows, all_rows, rows_of
from lab.insight.inside.units import principal_axes
from lab.model.probe import evenly
from lab.runs.kept.replay import Past

Array = np.ndarray[Any, Any]
Kind = Literal["path", "random"]

KINDS: Final[tuple[Kind, ...]] = ("path", "random")
FINEST, COARSEST = 31, 11  # points along each axis
ROOM = 0.25  # of the way's extent, on each side
FEWEST_EPOCHS = 3  # that make a way


@dataclass(frozen=True)
class Landscape:
    """Args:
    x, y: (count,) along both directions; z: (count, count) losses, a row for each y.
    epochs, way: of the way, (epochs, 2) where it lies in the slice; of random directions the middle alone.
    shares: of the way's spread that lies along each direction; 0 for random ones.
    middle_loss: at (0, 0), where the run's own weights are.
    rows, all_rows: how many stand for the training part, and how many it has.
    """

    kind: Kind
    x: Array
    y: Array
    z: Array
    epochs: tuple[int, ...]
    way: Array
    shares: tuple[float, float]
    middle_loss: float
    rows: int
    all_rows: int

    def place_of(self, epoch: int) -> tuple[float, float]:
        """Where the run was after that epoch, between two known ones on the straight line."""
        known = np.array(self.epochs)
        x, y = (float(np.interp(epoch, known, self.way[:, axis])) for axis in (0, 1))
        return x, y


def landscape_of(
    kind: Kind,
    past: Past,
    epoch: int,
    places: Array,
    *,
    seconds: float,
    numbers: int,
    clock: Callable[[], float] = time.perf_counter,
) -> Iterator[float | Landscape]:
    """As `landscape`, of a run: along its way through its last weights, or at random through those of the epoch shown.

    Args:
        places: rows that stand for the training part where it is too large.
        numbers: that the weights on the way may be together.

    Raises:
        RunError "run.damaged".
    """
    rows, every = rows_of(past.arrays, places), all_rows(past.arrays)
    if kind == "path":
        model = with_weights(past.spec, past.weights)
        epochs = [one for one in epochs_looked_into(past.checkpoints, past.last) if one != past.last]
        way = {one: flat(past.trainer_at(one).model) for one in epochs_that_fit(epochs, len(flat(model)), numbers)}
        way[past.last] = flat(model)
    else:
        model = past.trainer_at(epoch).model
        way = {epoch: flat(model)}
    yield from landscape(kind, model, way, rows, every, seconds=seconds, seed=past.experiment.seed, clock=clock)


def epochs_that_fit(epochs: list[int], parameters: int, numbers: int) -> list[int]:
    """As many of them, evenly, as hold no more numbers together; the first and the last always."""
    most = max(FEWEST_EPOCHS, numbers // max(1, parameters))
    return [epochs[place] for place in evenly(len(epochs), most)]


def landscape(
    kind: Kind,
    model: Any,
    way: Mapping[int, Array],
    rows: Rows,
    every: Rows,
    *,
    seconds: float,
    seed: int = 0,
    clock: Callable[[], float] = time.perf_counter,
) -> Iterator[float | Landscape]:
    """How much is done, from 0 to 1, again and again; at last the landscape.

    Args:
        model: compiled, with the weights of the middle; left so.
        way: epoch -> weights; of random directions the middle's alone.
        rows: that stand for the training part where it is too large; every: all of it.
        seconds: what it may take, about.
    """
    middle = flat(model)
    axes, places, shares = _directions(kind, model, way, middle, seed)
    total = len(every)
    whole, took = loss_of(model, every, clock)
    if took * COARSEST**2 > seconds:
        every, (whole, took) = rows, loss_of(model, rows, clock)
    count = int(np.clip(np.sqrt(seconds / max(took, 1e-6)), COARSEST, FINEST)) // 2 * 2 + 1
    x, y = _ticks(kind, places, count)
    z = np.empty((len(y), len(x)))
    try:
        for row, far in enumerate(y):
            for column, wide in enumerate(x):
                set_flat(model, middle + wide * axes[0] + far * axes[1])
                z[row, column] = loss_of(model, every, clock)[0]
            yield (row + 1) / len(y)
    finally:
        set_flat(model, middle)
    epochs = tuple(sorted(way))
    yield Landscape(kind, x, y, z, epochs, places, shares, whole, len(every), total)


def loss_of(model: Any, rows: Rows, clock: Callable[[], float] = time.perf_counter) -> tuple[float, float]:
    """(loss of the rows as the run's own history has it, penalties included, seconds)"""
    began = clock()
    with np.errstate(all="ignore"):
        value = model.evaluate(rows.x, rows.y, return_dict=True, verbose=0)["loss"]
    return float(value), clock() - began


def _directions(
    kind: Kind, model: Any, way: Mapping[int, Array], middle: Array, seed: int
) -> tuple[Array, Array, tuple[float, float]]:
    """(2, weights) directions, (epochs, 2) the way along them, and how much of it each holds."""
    epochs = sorted(way)
    if kind == "random":
        return filter_normalised(model, seed), np.zeros((len(epochs), 2)), (0.0, 0.0)
    steps = np.stack([way[epoch] for epoch in epochs]).astype(np.float64) - middle
    axes, shares = principal_axes(steps)  # from the end, not from the mean: the slice goes through the end
    return axes, steps @ axes.T, shares


def filter_normalised(model: Any, seed: int) -> Array:
    """(2, weights) random directions in which each filter is as long as the network's own; 0 for biases."""
    random = np.random.default_rng(seed)
    axes = []
    for _ in (0, 1):
        parts = []
        for weight in model.trainable_weights:
            value = weight.numpy().astype(np.float64)
            if value.ndim < 2:
                parts.append(np.zeros(value.size))
                continue
            drawn = random.normal(size=value.shape)
            filters = tuple(range(value.ndim - 1))
            drawn *= np.sqrt((value**2).sum(axis=filters) / (drawn**2).sum(axis=filters))
            parts.append(drawn.ravel())
        axes.append(np.concatenate(parts))
    return np.stack(axes)


def _ticks(kind: Kind, way: Array, count: int) -> tuple[Array, Array]:
    """(count,) along each direction: around the whole way, or from -1 to 1; 0 is always among them."""
    if kind == "random":
        return np.linspace(-1, 1, count), np.linspace(-1, 1, count)
    found = []
    for values in way.T:
        low, high = min(0.0, float(values.min())), max(0.0, float(values.max()))
        room = ROOM * ((high - low) or 1.0)
        ticks = np.linspace(low - room, high + room, count)
        found.append(ticks - ticks[np.abs(ticks).argmin()])
    widest = float(np.ptp(found[0]))
    if float(np.ptp(found[1])) < widest / 4:  # a way that is nearly straight still has a plane around it
        found[1] = np.linspace(-widest / 8, widest / 8, count)
    return found[0], found[1]


def flat(model: Any) -> Array:
    """(weights,) a copy of all that learn."""
    return np.concatenate([weight.numpy().ravel() for weight in model.trainable_weights])


def set_flat(model: Any, values: Array) -> None:
    """Give a network the weights of such a vector."""
    start = 0
    for weight in model.trainable_weights:
        weight.assign(values[start : start + weight.size].reshape(weight.shape))
        start += weight.size
