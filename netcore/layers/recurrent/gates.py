"""Gates: the activation functions of a recurrent cell, applied to all of its sums at once."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy import add, multiply, subtract
from numpy import tanh as np_tanh

from netcore.activations import ACTIVATIONS, ONE, Elementwise, Function, sigmoid, tanh
from netcore.config import Array


def elementwise_names() -> tuple[str, ...]:
    """Names of the functions that work on each number by itself: what a recurrent layer can use inside."""
    return tuple(name for name in ACTIVATIONS.names() if isinstance(ACTIVATIONS.get(name), Elementwise))


class Gates:
    """Functions for blocks of `units` rows one below the other: y[block] = function(z[block]).

    sigmoid(z) = (1 + tanh(z / 2)) / 2. So where all functions are sigmoid or tanh, one tanh over all rows does, with
    the sigmoid rows halved before (in the weights, once for all time steps) and stretched after.

    Args:
        functions: one for each block of rows.
        units: rows of a block.
        n: batch size.

    Attributes:
        keeps_sums: the slopes need z itself, so that y must not lie in its place.
    """

    def __init__(self, functions: Sequence[Function], units: int, n: int, dtype: Any) -> None:
        self._blocks = [
            (function, slice(index * units, (index + 1) * units)) for index, function in enumerate(functions)
        ]
        self._joint = all(function in (sigmoid, tanh) for function in functions)
        self.keeps_sums = any(function.needs_x for function in functions)
        if self._joint:
            is_sigmoid = np.repeat([function is sigmoid for function in functions], units)
            self._scale = np.where(is_sigmoid, 0.5, 1.0).astype(dtype)
            # as large as y: a ufunc is slow where it has to repeat a column along a short last axis
            self._stretch = np.repeat(self._scale[:, np.newaxis], n, axis=1)
            self._shift = 1 - self._stretch
            self._is_sigmoid = 2 * self._shift
            self._tanh_rows = [rows for function, rows in self._blocks if function is tanh]

    def prepared(self, weights: Array) -> Array:
        """Room for the weights (d, blocks * units) as `apply` expects the sums to be made from; `prepare` fills it."""
        return np.empty_like(weights) if self._joint else weights

    def prepare(self, weights: Array, out: Array) -> None:
        """Write the weights for the sums into `out`, which came from `prepared`."""
        if self._joint:
            multiply(weights, self._scale, out)

    def apply(self, z: Array, y: Array) -> None:
        """Write the functions of z into y, both (blocks * units, n); z comes from prepared weights and may be y."""
        if self._joint:
            np_tanh(z, y)
            multiply(y, self._stretch, y)
            add(y, self._shift, y)
        else:
            for function, rows in self._blocks:
                function.apply(z[rows], y[rows])  # type: ignore[attr-defined]  # elementwise, as `params` demands

    def slopes(self, z: Array, y: Array, out: Array) -> None:
        """Write dy/dz for all time steps, (t, blocks * units, n): y (1 - y) of a sigmoid, 1 - y² of a tanh."""
        if self._joint:
            subtract(self._is_sigmoid, y, out)
            multiply(out, y, out)
            for rows in self._tanh_rows:
                add(out[:, rows], ONE, out[:, rows])
        else:
            for function, rows in self._blocks:
                function.slope(z[:, rows], y[:, rows], out[:, rows])  # type: ignore[attr-defined]
