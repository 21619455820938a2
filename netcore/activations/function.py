"""What an activation function is: an operation, of each number by itself or of a sample's features together."""

from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np
from numpy import multiply

from netcore import config
from netcore.config import Array
from netcore.names import snake_case
from netcore.node import Node, Operation
from netcore.registry import Registry

# float32 constants as 0-d arrays: exact in float64 too, and a ufunc takes them faster than Python floats
ZERO, HALF, ONE, INFINITE = (np.array(value, np.float32) for value in (0.0, 0.5, 1.0, np.inf))


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


def register(cls: Callable[[], Function]) -> Function:
    """One ready-made function of that class, with the default options, under its name."""
    return ACTIVATIONS.add(cls())
