"""Functions that move a number towards 0."""

import numpy as np
from numpy import copyto, multiply, square, subtract
from numpy import tanh as np_tanh

from netcore.activations.function import Elementwise
from netcore.config import Array


class HardShrink(Elementwise):
    """y = x, but 0 from -threshold to threshold.

    Source: as keras.activations.hard_shrink.
    """

    def __init__(self, threshold: float = 0.5) -> None:
        super().__init__()
        self.threshold = threshold

    def apply(self, x: Array, out: Array) -> None:
        multiply(x, np.abs(x) > self.threshold, out)

    def slope(self, x: Array, y: Array, out: Array) -> None:
        copyto(out, y != 0)


class SoftShrink(Elementwise):
    """y = x moved towards 0 by `threshold`, and 0 from -threshold to threshold.

    Source: as keras.activations.soft_shrink.
    """

    def __init__(self, threshold: float = 0.5) -> None:
        super().__init__()
        self.threshold = threshold

    def apply(self, x: Array, out: Array) -> None:
        subtract(x, np.clip(x, -self.threshold, self.threshold), out)

    def slope(self, x: Array, y: Array, out: Array) -> None:
        copyto(out, y != 0)


class TanhShrink(Elementwise):
    """y = x - tanh(x).

    Source: as keras.activations.tanh_shrink.
    """

    needs_x = True

    def apply(self, x: Array, out: Array) -> None:
        subtract(x, np_tanh(x), out)

    def slope(self, x: Array, y: Array, out: Array) -> None:
        np_tanh(x, out)
        square(out, out)
