"""The few rows by which a page watches a network learn, and the points between rows of one or two inputs.

Page and worker must agree on them: a worker imports this, and so it knows NumPy alone.
"""

from typing import Any, Final

import numpy as np

Array = np.ndarray[Any, Any]

MOST_ROWS: Final = 300
MOST_TEXTS: Final = 2  # of a network that reads texts: each answer is a class for each time step
SIDE: Final = 31  # points along each side of the plane of two inputs
LINE: Final = 101  # along one input
MARGIN: Final = 0.08  # of the range of the rows, added at both ends


def evenly(count: int, most: int = MOST_ROWS) -> Array:
    """(min(count, most),) places of rows, as far apart from one another as they can be."""
    return np.linspace(0, max(count - 1, 0), min(count, most)).round().astype(np.int64)


def ends(*columns: Array) -> tuple[float, float]:
    """From where to where the values of an input lie in all parts (n,), a little beyond."""
    values = np.concatenate(columns)
    low, high = float(values.min()), float(values.max())
    room = MARGIN * (high - low or 1.0)
    return low - room, high + room


def axis(low: float, high: float, count: int) -> Array:
    """(count,) prepared values from end to end."""
    return np.linspace(low, high, count, dtype=np.float32)


def between_rows(*parts: Array) -> Array:
    """Points over the plane of two inputs, row after row of the second (SIDE * SIDE, 2), or along one (LINE, 1).

    Args:
        parts: (n, d) rows of each; of any other number of inputs there are none (0, …).
    """
    inputs = parts[0].shape[1:]
    if inputs not in ((1,), (2,)):
        return parts[0][:0]
    count = LINE if inputs == (1,) else SIDE
    axes = [axis(*ends(*(part[:, place] for part in parts)), count) for place in range(inputs[0])]
    return np.stack(np.meshgrid(*axes), axis=-1).reshape(-1, inputs[0])
