"""A program's own functions: derivatives of what nobody has differentiated, by small steps to both sides.

netcore differentiates nothing by itself. Where Keras takes a plain function (a penalty, an activation function), its
slope is (f(x + h) - f(x - h)) / 2h with h = 1e-5 in float64: right to about ten digits, except within h of a kink.
A class with the derivative written down is faster and exact.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from netcore.config import Array

STEP = 1e-5


def gradient_of(function: Callable[[Array], Any], array: Array) -> Array:
    """Derivative of a function of a whole array, which gives one number, with respect to each entry: same shape."""
    point = array.astype(np.float64)
    gradient = np.empty(point.shape)
    for index in np.ndindex(point.shape):
        kept = point[index]
        point[index] = kept + STEP
        above = float(np.asarray(function(point)))
        point[index] = kept - STEP
        gradient[index] = (above - float(np.asarray(function(point)))) / (2 * STEP)
        point[index] = kept
    return gradient


def slopes_of(function: Callable[[Array], Any], array: Array) -> Array:
    """Derivative of a function of each number by itself, at each entry of the array: same shape."""
    point = array.astype(np.float64)
    return np.asarray((np.asarray(function(point + STEP)) - np.asarray(function(point - STEP))) / (2 * STEP))


def own_class(base: type, name: str) -> Any:
    """A program's own subclass of that name, so that a copy of its model can be made from a config; None for none."""
    waiting: list[type] = base.__subclasses__()
    while waiting:
        cls = waiting.pop()
        if cls.__name__ == name and not cls.__module__.startswith("netcore."):
            return cls
        waiting += cls.__subclasses__()
    return None


def name_of(function: Any) -> str:
    """What a function is called in configs and messages."""
    return str(getattr(function, "__name__", type(function).__name__))
