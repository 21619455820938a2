"""Activation functions with their derivatives, by Keras's names.

Each is an operation: the frame runs `forward` and `backward` on a node. The elementwise ones are written as
`apply` (y from x) and `slope` (dy/dx from x and y), which is also what recurrent layers use inside.
Called with an array, as `activations.relu(x)`, a function returns a new array; the last axis is the features'.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Unpack

import numpy as np
from numpy import (
    add,
    copyto,
    divide,
    exp,
    expm1,
    greater,
    log,
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
from numpy import (
    tanh as np_tanh,
)

from netcore import config
from netcore.arguments import Common
from netcore.config import Array
from netcore.errors import NetcoreTypeError, NetcoreValueError
from netcore.names import snake_case
from netcore.node import Node, Operation
from netcore.own import name_of, slopes_of
from netcore.params import ChoiceParam
from netcore.registry import Registry

# float32 constants as 0-d arrays: exact in float64 too, and a ufunc takes them faster than Python floats
ZERO, HALF, ONE, INFINITE = (np.array(value, np.float32) for value in (0.0, 0.5, 1.0, np.inf))
FEW = 32  # features


class Function(Operation):
    """An activation function.

    `needs_x` says that its derivative cannot be had from y alone, `in_keras` whether Keras has it, too.
    """

    aliases: ClassVar[tuple[str, ...]] = ()
    needs_x: ClassVar[bool] = False
    in_keras: ClassVar[bool] = True
    keeps_mask = True
    stackable = True
    __name__: str

    def __init__(self) -> None:
        self.__name__ = self.name = snake_case(type(self).__name__)
        self.in_place = self.needs_y = not self.needs_x

    def output_shape(self, shape: tuple[Any, ...]) -> tuple[Any, ...]:
        """Shape of the output, given that of the input: the same, but for functions that join features."""
        return shape

    def __call__(self, x: Any, *arguments: Any, **options: Any) -> Array:
        """The function of an array (…, d); further arguments as in Keras, such as `negative_slope`."""
        return type(self)(*arguments, **options).of(np.asarray(x))

    def of(self, x: Array, axis: int = -1) -> Array:
        """The function of an array whose features lie along `axis`."""
        rows = np.moveaxis(np.atleast_1d(x), axis, -1)
        columns = np.array(rows[np.newaxis].swapaxes(-1, -2), x.dtype if x.dtype.kind == "f" else config.floatx())
        shape = self.output_shape(rows.shape)
        node = Node([columns], [np.empty((1, *shape), columns.dtype).swapaxes(-1, -2)], [None], [])
        with np.errstate(all="ignore"):
            self.prepare(node, training=False)
            self.forward(node, training=False)
        y = node.y.swapaxes(-1, -2).reshape(shape)
        return np.moveaxis(y, -1, axis) if x.ndim else y.reshape(())

    def __repr__(self) -> str:
        return self.name


class OverFeatures(Function):
    """A function of all features of a sample together."""

    def __call__(self, x: Any, axis: int | tuple[int, ...] = -1) -> Array:
        """The function of an array, along `axis`, or over several axes together."""
        array = np.asarray(x)
        if not isinstance(axis, tuple):
            return self.of(array, axis)
        last = tuple(range(-len(axis), 0))
        moved = np.moveaxis(array, axis, last)
        return np.moveaxis(self.of(moved.reshape(*moved.shape[: -len(axis)], -1)).reshape(moved.shape), last, axis)


class Elementwise(Function):
    """A function of each number by itself."""

    def apply(self, x: Array, out: Array) -> None:
        """Write the function of x into out; both may be the same array."""
        raise NotImplementedError

    def slope(self, x: Array, y: Array, out: Array) -> None:
        """Write the derivative at x, where the function is y, into out; x is only right if `needs_x`."""
        raise NotImplementedError

    def prepare(self, node: Node, *, training: bool) -> None:
        if training:
            node.scratch = np.empty_like(node.y, order="C")

    def forward(self, node: Node, *, training: bool) -> None:
        self.apply(node.x, node.y)

    def backward(self, node: Node) -> None:
        self.slope(node.x, node.y, node.scratch)
        multiply(node.dy, node.scratch, node.dx)


ACTIVATIONS: Registry[Function] = Registry("activation function")


def get(identifier: Any) -> Function:
    """The function named by a string, one of this module or of the program's own, or None for linear.

    Raises:
        NetcoreValueError "registry.unknown": no function has that name.
        NetcoreTypeError "activation.callable": a function of one's own that does not take each number by itself.
    """
    if identifier is None:
        return linear
    if isinstance(identifier, Function):
        return identifier
    return OwnFunction(identifier) if callable(identifier) else ACTIVATIONS.get(identifier)


class OwnFunction(Elementwise):
    """A program's own function of each number by itself, such as `lambda x: x * x`; its slope is found by small steps.

    Raises:
        NetcoreTypeError "activation.callable": the function mixes the numbers, or does not take arrays.
    """

    needs_x = True

    def __init__(self, function: Callable[[Array], Any]) -> None:
        super().__init__()
        self.function = function
        self.__name__ = self.name = name_of(function)
        probe = np.array([[0.3, -0.7, 1.1], [0.2, 0.9, -1.3]])
        try:
            alone = [[float(np.asarray(function(np.array([[number]])))[0, 0]) for number in row] for row in probe]
            fits = np.allclose(function(probe), alone, equal_nan=True)
        except (TypeError, ValueError, IndexError):
            fits = False
        if not fits:
            raise NetcoreTypeError(
                "activation.callable",
                "`activation` must be a name such as 'relu' or a function of each number by itself, but got {value!r}. "
                "netcore has no automatic derivative for others: choose one of {choices}.",
                value=function,
                choices=", ".join(ACTIVATIONS.names()),
            )

    def __call__(self, x: Any, *arguments: Any, **options: Any) -> Array:
        return np.asarray(self.function(np.asarray(x), *arguments, **options))

    def apply(self, x: Array, out: Array) -> None:
        out[...] = self.function(x)

    def slope(self, x: Array, y: Array, out: Array) -> None:
        out[...] = slopes_of(self.function, x)


@dataclass(frozen=True, kw_only=True)
class FunctionParam(ChoiceParam):
    """An argument that is an activation function: checked as a name, kept as the function itself.

    A program's own function is checked when it is made.
    """

    names: Callable[[], Sequence[str]] = ACTIVATIONS.names
    optional: bool = True

    def _check(self, owner: str, name: str, value: Any) -> Any:
        if isinstance(value, str) and value in ACTIVATIONS:
            value = ACTIVATIONS.get(value).name  # "swish" is "silu"
        elif isinstance(value, Function) or callable(value):
            function = get(value)
            if isinstance(function, OwnFunction):
                return function
            value = function.name
        return super()._check(owner, name, value)

    def take(self, owner: str, name: str, value: Any) -> Function:
        return get(self.check(owner, name, value))


def ActivationFunction(*, names: Callable[[], Sequence[str]] = ACTIVATIONS.names, **common: Unpack[Common]) -> Any:
    """An argument that is an activation function, one of `names` or the program's own; see FunctionParam."""
    return FunctionParam(names=names, **common)


def register(cls: Callable[[], Function]) -> Function:
    """One ready-made function of that class, with the default options, under its name."""
    return ACTIVATIONS.add(cls())


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


class Exponential(Elementwise):
    """y = exp(x).

    Source: as keras.activations.exponential.
    """

    def apply(self, x: Array, out: Array) -> None:
        exp(x, out)

    def slope(self, x: Array, y: Array, out: Array) -> None:
        copyto(out, y)


class Silu(Elementwise):
    """y = x * sigmoid(x). Source: Elfwing et al. (2017); as "swish" Ramachandran et al. (2017)."""

    aliases = ("swish",)
    needs_x = True

    def apply(self, x: Array, out: Array) -> None:
        divide(x, 1 + exp(-x), out)

    def slope(self, x: Array, y: Array, out: Array) -> None:
        gate = 1 / (1 + exp(-x))
        multiply(gate, 1 + x * (1 - gate), out)


class Gelu(Elementwise):
    """y = x * Phi(x), Phi the normal distribution function; `approximate` uses a tanh.

    Source: Hendrycks & Gimpel (2016).
    """

    needs_x = True

    def __init__(self, approximate: bool = False) -> None:
        super().__init__()
        self.approximate = approximate

    def apply(self, x: Array, out: Array) -> None:
        multiply(x, self._gate(x), out)

    def slope(self, x: Array, y: Array, out: Array) -> None:
        gate = self._gate(x)
        if self.approximate:
            inner = math.sqrt(2 / math.pi) * (1 + 3 * 0.044715 * x**2)
            out[...] = gate + x * 2 * gate * (1 - gate) * inner
        else:
            out[...] = gate + x * exp(-0.5 * x**2) / math.sqrt(2 * math.pi)

    def _gate(self, x: Array) -> Array:
        if self.approximate:
            gate: Array = 0.5 + 0.5 * np_tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3))
        else:
            gate = 0.5 * erfc(-x / math.sqrt(2))
        return gate


class Mish(Elementwise):
    """y = x * tanh(log(1 + exp(x))). Source: Misra (2019)."""

    needs_x = True

    def apply(self, x: Array, out: Array) -> None:
        multiply(x, np_tanh(logaddexp(x, ZERO)), out)

    def slope(self, x: Array, y: Array, out: Array) -> None:
        inner = np_tanh(logaddexp(x, ZERO))
        out[...] = inner + x * (1 - inner**2) / (1 + exp(-x))


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


class HardTanh(Elementwise):
    """y = x between -1 and 1, -1 below, 1 above.

    Source: as keras.activations.hard_tanh.
    """

    def apply(self, x: Array, out: Array) -> None:
        np.clip(x, -1.0, 1.0, out=out)

    def slope(self, x: Array, y: Array, out: Array) -> None:
        copyto(out, (y > -1) & (y < 1))


class HardSilu(Elementwise):
    """y = x * hard_sigmoid(x). Source: Howard et al. (2019)."""

    aliases = ("hard_swish",)
    needs_x = True

    def apply(self, x: Array, out: Array) -> None:
        multiply(x, np.clip(x / 6 + 0.5, 0.0, 1.0), out)

    def slope(self, x: Array, y: Array, out: Array) -> None:
        out[...] = np.where(np.abs(x) < 3, x / 3 + 0.5, x > 0)


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


class Softmax(OverFeatures):
    """y = exp(x) / sum of exp(x) over the features: positive numbers that add up to 1.

    `places` are the axes of the sum, counted with the batch axis last; the features are -2.

    Source: as keras.activations.softmax.
    """

    def __init__(self, places: int | tuple[int, ...] = -2) -> None:
        super().__init__()
        self.places = places
        self.taped = True
        self.stackable = places == -2

    def prepare(self, node: Node, *, training: bool) -> None:
        first = [slice(None)] * node.y.ndim  # one place along each axis of the sum
        for place in self.places if isinstance(self.places, tuple) else (self.places,):
            first[place] = slice(1)
        features = node.y.shape[-2]
        few = node.y.ndim == 2 and self.places == -2 and features <= FEW  # the sum is quickest as a product with ones
        ones = np.ones((features, features), node.y.dtype) if few else None
        sums = np.empty_like(node.y if few else node.y[tuple(first)], order="C")
        node.scratch = sums[tuple(first)], sums, np.empty_like(node.y, order="C"), ones

    def _sum(self, terms: Array, ones: Array | None, out: Array) -> None:
        """Add up over the features; with `ones` (k, k) the sum stands in the place of each of them."""
        if ones is None:
            add.reduce(terms, self.places, None, out, keepdims=True)
        else:
            np.dot(ones, terms, out)

    def forward(self, node: Node, *, training: bool) -> None:
        (largest, sums, _, ones), y = node.scratch, node.y
        maximum.reduce(node.x, self.places, None, largest, keepdims=True)
        subtract(node.x, largest, y)  # the largest becomes 0, so that exp cannot overflow
        exp(y, y)
        self._sum(y, ones, sums)
        divide(y, sums, y)

    def backward(self, node: Node) -> None:
        _, sums, product, ones = node.scratch  # dx = y * (dy - sum of dy * y)
        multiply(node.dy, node.y, product)
        self._sum(product, ones, sums)
        subtract(node.dy, sums, node.dx)
        multiply(node.dx, node.y, node.dx)


class LogSoftmax(OverFeatures):
    """y = x - log(sum of exp(x)) over the features; dx = dy - exp(y) * sum of dy.

    Source: as keras.activations.log_softmax.
    """

    def forward(self, node: Node, *, training: bool) -> None:
        subtract(node.x, node.x.max(axis=-2, keepdims=True), node.y)
        subtract(node.y, log(exp(node.y).sum(axis=-2, keepdims=True)), node.y)

    def backward(self, node: Node) -> None:
        subtract(node.dy, exp(node.y) * node.dy.sum(axis=-2, keepdims=True), node.dx)


class Sparsemax(OverFeatures):
    """y = max(x - tau, 0) with the tau that Keras 3 computes: large features stay above 0, the others become 0.

    With z(1) >= z(2) >= … the features of a sample in falling order and k the last rank with
    k z(k) > z(1) + … + z(k) - 1: tau = (the sum of z(1) + … + z(j) over all j up to k, less 1) / k, so that
    dtau/dz(i) = (k - i + 1) / k; dx = dy where y > 0, less dtau/dx times the sum of those dy.

    In the paper tau = (z(1) + … + z(k) - 1) / k, which makes the features add up to 1. Keras 3.15 adds the sums up
    once more (keras-team/keras issue 23425): for k > 1 its numbers, and so these, add up to less, or are all 0.

    Source: Martins & Astudillo (2016), algorithm 1; as keras.activations.sparsemax.
    """

    needs_x = True

    def forward(self, node: Node, *, training: bool) -> None:
        order = np.argsort(-node.x, axis=-2, kind="stable")
        falling = np.take_along_axis(node.x, order, axis=-2)
        sums = falling.cumsum(axis=-2)
        ranks = np.arange(1, order.shape[-2] + 1, dtype=node.x.dtype)[:, np.newaxis]
        kept = falling - (sums - 1) / ranks > 0
        count = kept.sum(axis=-2, keepdims=True, dtype=node.x.dtype)
        tau = (np.where(kept, sums, 0).sum(axis=-2, keepdims=True) - 1) / count
        if training:
            share = np.empty_like(node.x)  # dtau/dx
            np.put_along_axis(share, order, kept * (count - ranks + 1) / count, axis=-2)
            node.scratch = share
        maximum(node.x - tau, ZERO, out=node.y)

    def backward(self, node: Node) -> None:
        kept = np.where(node.y > 0, node.dy, 0)
        node.dx[...] = kept - node.scratch * kept.sum(axis=-2, keepdims=True)


class Glu(OverFeatures):
    """y = a * sigmoid(b), where a is the first half of the features and b the second: half as many come out.

    da = dy * sigmoid(b), db = dy * a * sigmoid(b) * (1 - sigmoid(b)). Source: Dauphin et al. (2017).

    Raises:
        NetcoreValueError "activation.glu_odd": the number of features is odd.
    """

    needs_x = True

    def output_shape(self, shape: tuple[Any, ...]) -> tuple[Any, ...]:
        features = shape[-1]
        if features is not None and features % 2:
            raise NetcoreValueError(
                "activation.glu_odd",
                "glu halves the features, so their number must be even, but the input has shape {shape}.",
                shape=shape,
            )
        return (*shape[:-1], None if features is None else features // 2)

    def shape_before(self, shape: tuple[Any, ...]) -> tuple[Any, ...]:
        return (*shape[:-1], None if shape[-1] is None else 2 * shape[-1])

    def forward(self, node: Node, *, training: bool) -> None:
        half = node.y.shape[-2]
        multiply(node.x[..., :half, :], 1 / (1 + exp(-node.x[..., half:, :])), node.y)

    def backward(self, node: Node) -> None:
        half = node.y.shape[-2]
        gate = 1 / (1 + exp(-node.x[..., half:, :]))
        multiply(node.dy, gate, node.dx[..., :half, :])
        multiply(node.dy, node.y * (1 - gate), node.dx[..., half:, :])


def _erfc_fit() -> tuple[Array, float]:
    """Chebyshev polynomial of log(erfc(z) / t) + z*z over t = 2 / (2 + z), through math.erfc for z in 0 … 8."""
    t_low = 2 / (2 + 8)

    def exact(t: Array) -> Array:
        z = 2 / t - 2
        return np.array([math.log(math.erfc(value)) for value in z]) - log(t) + z * z

    return np.polynomial.Chebyshev.interpolate(exact, 28, domain=[t_low, 1]).coef, t_low


_ERFC, _T_LOW = _erfc_fit()


def erfc(x: Array) -> Array:
    """1 - erf(x), to about 1e-14. Source: the form of Numerical Recipes, section 6.2, fitted here at import."""
    z = minimum(np.abs(x), 8.0)
    t = 2 / (2 + z)
    upper = t * exp(np.polynomial.chebyshev.chebval((2 * t - 1 - _T_LOW) / (1 - _T_LOW), _ERFC.astype(x.dtype)) - z * z)
    return np.asarray(np.where(x < 0, 2 - upper, upper))


linear = register(Linear)
relu = register(Relu)
tanh = register(Tanh)
sigmoid = register(Sigmoid)
softmax = register(Softmax)
elu = register(Elu)
selu = register(Selu)
gelu = register(Gelu)
silu = swish = register(Silu)
leaky_relu = register(LeakyRelu)
softplus = register(Softplus)
softsign = register(Softsign)
hard_sigmoid = register(HardSigmoid)
exponential = register(Exponential)
celu = register(Celu)
relu6 = register(Relu6)
mish = register(Mish)
hard_tanh = register(HardTanh)
hard_silu = hard_swish = register(HardSilu)
hard_shrink = register(HardShrink)
soft_shrink = register(SoftShrink)
tanh_shrink = register(TanhShrink)
threshold = register(Threshold)
log_sigmoid = register(LogSigmoid)
sparse_plus = register(SparsePlus)
squareplus = register(Squareplus)
log_softmax = register(LogSoftmax)
sparsemax = register(Sparsemax)
glu = register(Glu)
