"""The plane of two inputs as each layer bends it: a grid and the rows, carried through the network layer by layer.

A layer of two units shows its plane as it is, one of a single unit is a line. One of more is looked at from where the
rows differ most (principal components of the rows), grid and rows from the same place.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from lab.data.prepare import Dataset
from lab.insight.inside.look import layers_of
from lab.insight.inside.rows import Rows
from lab.insight.inside.units import outputs_of, principal_axes
from lab.insight.moment import grid_of, is_a_plane
from lab.spec.experiment import Experiment

Array = np.ndarray[Any, Any]

LINES = 15  # in each direction
View = Literal["plane", "line", "components"]


@dataclass(frozen=True)
class Stage:
    """The plane behind one layer, or before the first.

    Args:
        layer: id; "" for the inputs. units: of the layer.
        grid: (LINES, LINES, 2), a row for each value of the second input; points: (n, 2) of the rows.
        view: how many units became two numbers.
        share: of the spread of the rows that is seen; 1 where nothing is left out.
    """

    layer: str
    units: int
    grid: Array
    points: Array
    view: View
    share: float = 1.0


def warped(experiment: Experiment, model: Any, dataset: Dataset, rows: Rows) -> list[Stage]:
    """The inputs, then every layer in order; empty for a network of other inputs.

    Layers that leave the numbers as they are when they answer (Dropout) are left out.
    """
    if not is_a_plane(experiment, dataset):
        return []
    grid, _, _ = grid_of(dataset, LINES)
    ids = [id for id, _, _ in layers_of(experiment, model)]
    both = np.concatenate([grid, rows.x])
    given = outputs_of(experiment, model, both, ids)
    stages, before = [_stage("", both)], both
    for id in ids:
        flat = given[id].reshape(len(both), -1)
        if not np.array_equal(flat, before):
            stages.append(_stage(id, flat))
        before = flat
    return stages


def _stage(layer: str, given: Array) -> Stage:
    """Args:
    given: (LINES * LINES + n, units) of the grid, then of the rows.
    """
    count, units, share = LINES * LINES, given.shape[1], 1.0
    view: View = "plane" if units == 2 else "line" if units == 1 else "components"
    if view == "components":
        middle = given[count:].astype(np.float64).mean(axis=0)
        centred = given - middle
        axes, shares = principal_axes(centred[count:])
        share = sum(shares) if any(shares) else 1.0
        given = centred @ axes.T
    elif view == "line":
        given = np.column_stack([given, np.zeros(len(given))])
    return Stage(layer, units, given[:count].reshape(LINES, LINES, 2), given[count:], view, share)


def grid_lines(grid: Array) -> tuple[list[float | None], list[float | None]]:
    """(x, y) of all lines of the grid, one after another with a gap between."""
    x: list[float | None] = []
    y: list[float | None] = []
    for line in _all_lines(grid):
        x += [*line[:, 0].tolist(), None]
        y += [*line[:, 1].tolist(), None]
    return x, y


def _all_lines(grid: Array) -> Sequence[Array]:
    return [*grid, *grid.swapaxes(0, 1)]


def ranges_of(stage: Stage) -> tuple[tuple[float, float], tuple[float, float]]:
    """From where to where the stage reaches in both directions, with some room; a line gets room beside it."""
    found = []
    for axis in (0, 1):
        values = np.concatenate([stage.grid[..., axis].ravel(), stage.points[:, axis]])
        low, high = float(values.min()), float(values.max())
        room = 0.06 * (high - low) or 1.0
        found.append((low - room, high + room))
    return found[0], found[1]
