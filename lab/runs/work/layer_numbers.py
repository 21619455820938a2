"""What one layer holds, gives and is told, read off a trace: for a worker that tells it live, and for pages at rest."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from lab.runs.work.slopes import Slopes
from netcore.trace import Trace

Array = np.ndarray[Any, Any]

ALL_FLAT = 0.95  # of the rows, from which a unit counts as saturated


def stuck(slopes: Slopes | None) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """(dead, saturated) units."""
    if slopes is None:
        return (), ()
    if slopes.dies:
        return tuple(np.flatnonzero(slopes.flat == 1).tolist()), ()
    return (), tuple(np.flatnonzero(slopes.flat >= ALL_FLAT).tolist())


def tensor_of(layer: Any) -> str:
    """Name of what the layer gives, which is its own for most."""
    output = layer.output
    return str((output[0] if isinstance(output, list) else output).name)


def parts_of(traced: Trace, layer: Any, kind: str) -> Array:
    """(count,) "parameter", "update" or "gradient" of all weights of the layer and of the layers that it is made of."""
    names = tuple(_names(layer))
    weights = {f"dL/d{one.name}" for one in traced.of_kind("parameter")} if kind == "gradient" else None
    found = (one for one in traced.of_kind(kind) if one.layer in names)
    return joined([one.value for one in found if weights is None or one.name in weights])


def joined(arrays: Sequence[Array]) -> Array:
    """All numbers of several arrays, one after another."""
    return np.concatenate([array.ravel() for array in arrays]) if arrays else np.empty(0, np.float32)


def length(numbers: Array) -> float:
    return float(np.linalg.norm(numbers.astype(np.float64)))


def _names(layer: Any) -> Iterator[str]:
    """Of the layer and all layers that it is made of."""
    yield layer.name
    for inner in layer.inner_layers():
        yield from _names(inner)
