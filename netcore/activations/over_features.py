"""Functions of all features of a sample together."""

from typing import Any

import numpy as np
from numpy import add, divide, exp, log, maximum, multiply, subtract

from netcore.activations.function import ZERO, OverFeatures
from netcore.config import Array
from netcore.errors import NetcoreValueError
from netcore.node import Node

FEW = 32  # features


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
