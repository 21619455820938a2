"""Where an activation function is flat, so that no gradient comes through: found by its slope, whatever its name."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from netcore.activations import Elementwise
from netcore.trace import Trace

Array = np.ndarray[Any, Any]

FLAT = 0.05  # of the steepest slope of the function
PROBED = np.linspace(-8, 8, 641)
FAR = -50.0


@dataclass(frozen=True)
class Slopes:
    """Of the activation function of one layer.

    Args:
        function: its name.
        flat: (units,) share of the rows (and places, of images and time steps) for which it is flat.
        dies: it is 0 and flat for every number below 0, so that a unit that is always there never comes back.
    """

    function: str
    flat: Array
    dies: bool


def slopes_of(traced: Trace, layer: Any) -> Slopes | None:
    """None for a layer without a function of each number by itself, or with one that is as steep everywhere."""
    function = _function_of(layer)
    if function is None:
        return None
    steepest, dies, straight = _shape_of(function)
    reads, gives = _around(traced, layer)
    if straight or reads is None or gives is None:
        return None
    slope = np.empty(gives.shape, np.float64)
    with np.errstate(all="ignore"):
        function.slope(reads.astype(np.float64), gives.astype(np.float64), slope)
    parts = np.abs(slope.reshape(-1, gives.shape[-1])) / steepest  # (n · places, units)
    flat = parts == 0 if dies else parts < FLAT
    return Slopes(function.name, flat.mean(axis=0), dies)


def _function_of(layer: Any) -> Elementwise | None:
    """The function that the layer ends with, or is."""
    last = layer.operations()[-1]
    return last if isinstance(last, Elementwise) else None


@lru_cache(maxsize=64)
def _shape_of(function: Elementwise) -> tuple[float, bool, bool]:
    """(steepest slope, whether it is flat at 0 below 0, whether it is as steep everywhere)"""
    y, slope = np.empty_like(PROBED), np.empty_like(PROBED)
    function.apply(PROBED.copy(), y)
    function.slope(PROBED, y, slope)
    steepest = float(np.abs(slope).max())
    below = np.array([FAR, -8.0, -1.0])
    at = np.empty_like(below)
    function.apply(below.copy(), at)
    return steepest, bool((at == 0).all()), bool(np.allclose(slope, steepest))


def _around(traced: Trace, layer: Any) -> tuple[Array | None, Array | None]:
    """What the function reads and gives, (n, …, units) each, at the first use of the layer."""
    after = next((one.value for one in traced.of_kind("activation") if one.layer == layer.name), None)
    sums = next((one.value for one in traced.of_kind("pre_activation") if one.layer == layer.name), None)
    if sums is None and len(layer.operations()) == 1:  # a layer that is nothing but its function reads the one before
        before = layer.input.name
        found = [one.value for one in traced if one.kind in ("activation", "input") and one.layer == before]
        sums = found[-1] if found else None
    return sums, after
