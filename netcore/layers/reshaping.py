"""Reshaping: the same numbers with other axes."""

import math

import numpy as np

from netcore.arguments import Described, Int, Into, Ints
from netcore.config import Array
from netcore.errors import NetcoreValueError
from netcore.graph import Shape
from netcore.layers.convolution import DATA_FORMAT
from netcore.layers.layer import LAYERS, Layer
from netcore.node import Node


class SameNumbers(Layer):
    """y holds the numbers of x in the same order: usually both lie in the same place, and nothing is computed."""

    in_place = True
    taped = True

    def prepare(self, node: Node, *, training: bool) -> None:
        ordered, y, dy = None, None, None
        if not same_memory(node.x, node.y):
            if node.y.flags.c_contiguous:
                ordered = node.y.reshape(node.x.shape)
            else:  # a row of ones lies between: the numbers are put in order elsewhere first
                ordered, y = np.empty(node.x.shape, node.y.dtype), node.y
        if node.dx is not None and not same_memory(node.dx, node.dy):
            dy = node.dy.reshape(node.dx.shape)
        node.scratch = ordered, y, dy

    def forward(self, node: Node, *, training: bool) -> None:
        ordered, y, _ = node.scratch
        if ordered is not None:
            np.copyto(ordered, node.x)
        if y is not None:
            np.copyto(y, ordered.reshape(y.shape))

    def backward(self, node: Node) -> None:
        if node.scratch[2] is not None:
            np.copyto(node.dx, node.scratch[2])


def same_memory(a: Array, b: Array) -> bool:
    """Whether two arrays of as many numbers are views of one and the same block."""
    same_start = a.__array_interface__["data"] == b.__array_interface__["data"]
    return bool(same_start and a.flags.c_contiguous and b.flags.c_contiguous)


@LAYERS.add
class Flatten(SameNumbers):
    """All numbers of a sample in one row, the last axis fastest: outputs (n, product of the sizes).

    Shapes: inputs (n, …) -> outputs (n, d); no weights. The gradient is reshaped back. Source: as keras.layers.Flatten.
    """

    data_format: str | None = Described(DATA_FORMAT, default=None)

    flattens = True

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        sizes = input_shape[1:]
        return (input_shape[0], None if None in sizes else math.prod(size or 0 for size in sizes))


@LAYERS.add
class Reshape(SameNumbers):
    """The numbers of a sample with other axes, the last axis fastest.

    Shapes: inputs (n, …) -> outputs (n, *target_shape); no weights. The gradient is reshaped back.

    Raises:
        NetcoreValueError "reshape.two_gaps": several -1.
        NetcoreValueError "reshape.impossible": the number of numbers differs.

    Source: as keras.layers.Reshape.
    """

    target_shape: Into[tuple[int, ...]] = Ints(
        low=-1, typical=(-1, 1), about="sizes without the batch axis; one of them may be -1, for what is left"
    )

    def after_arguments(self) -> None:
        if self.target_shape.count(-1) > 1:
            raise NetcoreValueError(
                "reshape.two_gaps",
                "Reshape: target_shape may hold one -1 only, but got {target}.",
                target=self.target_shape,
            )

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        sizes = input_shape[1:]
        if None in sizes:
            return (input_shape[0], *(None if size == -1 else size for size in self.target_shape))
        total = math.prod(size or 0 for size in sizes)
        known = math.prod(size for size in self.target_shape if size != -1)
        open_size = total // known if known else 0
        found = tuple(open_size if size == -1 else size for size in self.target_shape)
        if math.prod(found) != total:
            raise NetcoreValueError(
                "reshape.impossible",
                "Layer {name}: a sample must keep as many numbers as it has. The input {shape} holds {total} numbers "
                "for each sample, which target_shape={target} does not.",
                name=self.name,
                shape=input_shape,
                total=total,
                target=self.target_shape,
            )
        return (input_shape[0], *found)


@LAYERS.add
class Permute(Layer):
    """Axes in another order: axis i of the output is axis dims[i] of the input. The gradient goes the way back.

    Shapes: inputs (n, a, b) -> outputs (n, b, a) for dims=(2, 1); no weights.

    Raises: NetcoreValueError "permute.dims", "layer.rank_exact".

    Source: as keras.layers.Permute.
    """

    dims: Into[tuple[int, ...]] = Ints(
        low=1,
        typical=(2, 1),
        about="each of 1, 2, … once (1 is the first axis after the batch axis); (2, 1) swaps two axes",
    )

    def after_arguments(self) -> None:
        if sorted(self.dims) != list(range(1, len(self.dims) + 1)):
            raise NetcoreValueError(
                "permute.dims",
                "Permute: `dims` must hold each of 1 to {count} once, but got {dims}. Try dims=(2, 1).",
                count=len(self.dims),
                dims=self.dims,
            )
        self.ndim = len(self.dims) + 1
        self._inside = (*(axis - 1 for axis in self.dims), len(self.dims))  # the batch axis stays last
        self._back = tuple(int(axis) for axis in np.argsort(self._inside))

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        return (input_shape[0], *(input_shape[axis] for axis in self.dims))

    def forward(self, node: Node, *, training: bool) -> None:
        np.copyto(node.y, node.x.transpose(self._inside))

    def backward(self, node: Node) -> None:
        np.copyto(node.dx, node.dy.transpose(self._back))


@LAYERS.add
class RepeatVector(Layer):
    """The same features at each of n steps: outputs[t] = inputs. The gradients of the steps add up.

    Shapes: inputs (batch, d) -> outputs (batch, n, d); no weights. Source: as keras.layers.RepeatVector.
    """

    n: int = Int(low=1, typical=(2, 10), about="number of steps")

    ndim = 2

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        return (input_shape[0], self.n, input_shape[-1])

    def forward(self, node: Node, *, training: bool) -> None:
        np.copyto(node.y, node.x)

    def backward(self, node: Node) -> None:
        np.add.reduce(node.dy, 0, out=node.dx)
