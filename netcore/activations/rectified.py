"""Straight above and flat or nearly so below: the line itself, relu, and its relatives with round corners."""

import numpy as np
from numpy import (
    copyto,
    expm1,
    greater,
    logaddexp,
    maximum,
    minimum,
    multiply,
    negative,
    sign,
    sqrt,
    square,
    subtract,
)

from netcore.activations.function import INFINITE, ONE, ZERO, Elementwise
from netcore.config import Array
from netcore.node import Node


class Linear(Elementwise):
    """y = x.

    Source: as keras.activations.linear.
    """

    taped = True

    def apply(self, x: Array, out: Array) -> None:
        if out is not x:
            copyto(out, x)

    def slope(self, x: Array, y: Array, out: Array) -> None:
        out.fill(1.0)


class Relu(Elementwise):
    """y = max(x, 0); beyond `max_value` flat, below `threshold` negative_slope * (x - threshold). Slope 0 at 0.

    Source: Nair & Hinton (2010); as keras.activations.relu.
    """

    taped = True

    def __init__(self, negative_slope: float = 0.0, max_value: float | None = None, threshold: float = 0.0) -> None:
        self.needs_x = not (negative_slope == 0 and max_value is None and threshold == 0)  # type: ignore[misc]
        super().__init__()
        self.negative_slope, self.max_value, self.threshold = negative_slope, max_value, threshold

    def prepare(self, node: Node, *, training: bool) -> None:
        if training:  # comparing is faster than taking signs where there is much to do, slower for a handful
            node.scratch = np.empty(node.y.shape, bool if node.y.size > 1000 and not self.needs_x else node.y.dtype)

    def apply(self, x: Array, out: Array) -> None:
        if not self.needs_x:
            np.clip(x, ZERO, INFINITE, out)  # maximum with one number is three times slower
            return
        y = np.where(x > self.threshold, x, ZERO)
        if self.max_value is not None:
            np.clip(y, ZERO, self.max_value, out=y)
        subtract(y, self.negative_slope * maximum(self.threshold - x, ZERO), out)

    def slope(self, x: Array, y: Array, out: Array) -> None:
        if not self.needs_x:  # y is never negative: 1 where the unit is on, else 0
            if out.dtype == bool:
                greater(y, ZERO, out)
            else:
                sign(y, out)
            return
        out[...] = x > self.threshold
        if self.max_value is not None:
            out[(x >= self.max_value) | (x < 0)] = 0.0
        out[x < self.threshold] += self.negative_slope


class LeakyRelu(Elementwise):
    """y = x above 0, negative_slope * x below. Source: Maas et al. (2013)."""

    def __init__(self, negative_slope: float = 0.2) -> None:
        super().__init__()
        self.negative_slope = negative_slope

    def apply(self, x: Array, out: Array) -> None:
        copyto(out, np.where(x > 0, x, self.negative_slope * x))

    def slope(self, x: Array, y: Array, out: Array) -> None:
        copyto(out, np.where(y > 0, 1.0, self.negative_slope))


class Elu(Elementwise):
    """y = x above 0, alpha * (exp(x) - 1) below. Source: Clevert et al. (2016)."""

    def __init__(self, alpha: float = 1.0) -> None:
        super().__init__()
        self.alpha = alpha

    def apply(self, x: Array, out: Array) -> None:
        copyto(out, np.where(x > 0, x, self.alpha * expm1(minimum(x, ZERO))))

    def slope(self, x: Array, y: Array, out: Array) -> None:
        copyto(out, np.where(y > 0, 1.0, y + self.alpha))


class Selu(Elementwise):
    """y = scale * elu(x, alpha): keeps mean 0 and variance 1 from layer to layer. Source: Klambauer et al. (2017)."""

    alpha, scale = 1.6732632423543772848170429916717, 1.0507009873554804934193349852946

    def apply(self, x: Array, out: Array) -> None:
        copyto(out, self.scale * np.where(x > 0, x, self.alpha * expm1(minimum(x, ZERO))))

    def slope(self, x: Array, y: Array, out: Array) -> None:
        copyto(out, np.where(y > 0, self.scale, y + self.scale * self.alpha))


class Celu(Elementwise):
    """y = x above 0, alpha * (exp(x / alpha) - 1) below: elu with slope 1 at 0. Source: Barron (2017)."""

    def __init__(self, alpha: float = 1.0) -> None:
        super().__init__()
        self.alpha = alpha

    def apply(self, x: Array, out: Array) -> None:
        copyto(out, np.where(x > 0, x, self.alpha * expm1(minimum(x, ZERO) / self.alpha)))

    def slope(self, x: Array, y: Array, out: Array) -> None:
        copyto(out, np.where(y > 0, 1.0, y / self.alpha + 1))


class Relu6(Elementwise):
    """y = x between 0 and 6, 0 below, 6 above. Source: Krizhevsky (2010)."""

    def apply(self, x: Array, out: Array) -> None:
        np.clip(x, 0.0, 6.0, out=out)

    def slope(self, x: Array, y: Array, out: Array) -> None:
        copyto(out, (y > 0) & (y < 6))


class Threshold(Elementwise):
    """y = x above `threshold`, else `default_value`. By its name alone, "threshold", both are 0.

    Source: as keras.activations.threshold.
    """

    needs_x = True

    def __init__(self, threshold: float = 0.0, default_value: float = 0.0) -> None:
        super().__init__()
        self.threshold, self.default_value = threshold, default_value

    def apply(self, x: Array, out: Array) -> None:
        copyto(out, np.where(x > self.threshold, x, self.default_value))

    def slope(self, x: Array, y: Array, out: Array) -> None:
        copyto(out, x > self.threshold)


class Softplus(Elementwise):
    """y = log(1 + exp(x)), a smooth relu.

    Source: as keras.activations.softplus.
    """

    def apply(self, x: Array, out: Array) -> None:
        logaddexp(x, ZERO, out)

    def slope(self, x: Array, y: Array, out: Array) -> None:
        negative(y, out)
        expm1(out, out)
        negative(out, out)  # sigmoid(x) = 1 - exp(-y)


class SparsePlus(Elementwise):
    """y = 0 below -1, (x + 1)² / 4 up to 1, x above. Source: Domingues et al. (2024), as jax.nn.sparse_plus."""

    def apply(self, x: Array, out: Array) -> None:
        copyto(out, np.where(x >= 1, x, square(maximum(x, -1.0) + 1) / 4))

    def slope(self, x: Array, y: Array, out: Array) -> None:
        minimum(sqrt(y), ONE, out=out)  # (x + 1) / 2 is the root of y


class Squareplus(Elementwise):
    """y = (x + sqrt(x² + b)) / 2, a relu with a rounded corner. Source: Barron (2021)."""

    needs_x = True

    def __init__(self, b: float = 4) -> None:
        super().__init__()
        self.b = b

    def apply(self, x: Array, out: Array) -> None:
        multiply(x + sqrt(square(x) + self.b), 0.5, out)

    def slope(self, x: Array, y: Array, out: Array) -> None:
        out[...] = 0.5 + 0.5 * x / sqrt(square(x) + self.b)
