"""Functions that level off on one side or on both: sigmoid, tanh, and their relatives."""

import numpy as np
from numpy import add, copyto, divide, exp, expm1, logaddexp, multiply, negative, square, subtract
from numpy import tanh as np_tanh

from netcore.activations.function import HALF, ONE, ZERO, Elementwise
from netcore.config import Array


class Sigmoid(Elementwise):
    """y = 1 / (1 + exp(-x)): between 0 and 1, read as a probability.

    Source: as keras.activations.sigmoid.
    """

    taped = True

    def apply(self, x: Array, out: Array) -> None:
        negative(x, out)
        exp(out, out)
        add(out, ONE, out)
        divide(ONE, out, out)

    def slope(self, x: Array, y: Array, out: Array) -> None:
        subtract(ONE, y, out)
        multiply(out, y, out)


class HardSigmoid(Elementwise):
    """y = x / 6 + 1/2, clipped to 0 … 1.

    Source: as keras.activations.hard_sigmoid.
    """

    def apply(self, x: Array, out: Array) -> None:
        divide(x, 6.0, out)
        add(out, HALF, out)
        np.clip(out, ZERO, ONE, out)

    def slope(self, x: Array, y: Array, out: Array) -> None:
        copyto(out, np.where((y > 0) & (y < 1), 1 / 6, 0.0))


class LogSigmoid(Elementwise):
    """y = log(sigmoid(x)) = -log(1 + exp(-x)).

    Source: as keras.activations.log_sigmoid.
    """

    def apply(self, x: Array, out: Array) -> None:
        negative(x, out)
        logaddexp(out, ZERO, out)
        negative(out, out)

    def slope(self, x: Array, y: Array, out: Array) -> None:
        expm1(y, out)
        negative(out, out)  # 1 - sigmoid(x) = 1 - exp(y)


class Tanh(Elementwise):
    """y = tanh(x), between -1 and 1.

    Source: as keras.activations.tanh.
    """

    taped = True

    def apply(self, x: Array, out: Array) -> None:
        np_tanh(x, out)

    def slope(self, x: Array, y: Array, out: Array) -> None:
        multiply(y, y, out)
        subtract(ONE, out, out)


class HardTanh(Elementwise):
    """y = x between -1 and 1, -1 below, 1 above.

    Source: as keras.activations.hard_tanh.
    """

    def apply(self, x: Array, out: Array) -> None:
        np.clip(x, -1.0, 1.0, out=out)

    def slope(self, x: Array, y: Array, out: Array) -> None:
        copyto(out, (y > -1) & (y < 1))


class Softsign(Elementwise):
    """y = x / (1 + |x|).

    Source: as keras.activations.softsign.
    """

    def apply(self, x: Array, out: Array) -> None:
        divide(x, 1 + np.abs(x), out)

    def slope(self, x: Array, y: Array, out: Array) -> None:
        np.abs(y, out)
        subtract(ONE, out, out)
        square(out, out)


class Exponential(Elementwise):
    """y = exp(x).

    Source: as keras.activations.exponential.
    """

    def apply(self, x: Array, out: Array) -> None:
        exp(x, out)

    def slope(self, x: Array, y: Array, out: Array) -> None:
        copyto(out, y)
