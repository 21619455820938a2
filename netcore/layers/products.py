"""Products of a matrix with a batch, in the form that BLAS is quickest with."""

import math
from typing import Any

import numpy as np

from netcore.config import Array
from netcore.node import Buffers, Node

AT_ONCE = 1 << 20  # numbers of the products at several places, before they are summed
FEW_UNITS, MANY_PRODUCTS = 64, 1 << 20  # measured on 784 features: a third to a half of the time of the product


class BatchProducts(Buffers):
    """The three products of a layer y = A x with x (d, n): forward, and back to x and to A.

    x may have axes between batch and features, (…, d, n): then there is one product for each place along them.
    """

    def __init__(self, node: Node, gradient: Array | None) -> None:
        """`gradient` is the array that dA.T goes to, None where nothing is learnt."""
        x, y, units = node.x, node.y, node.y.shape[-2]
        self.product: Any = np.dot if x.ndim == 2 else np.matmul  # matmul does it at each of the leading axes
        # many rows as they were given, and few units: quicker the other way round, as x.T @ A.T
        given = x.ndim == 2 and not x.flags.c_contiguous
        turned = given and units <= FEW_UNITS and units * x.size > MANY_PRODUCTS
        self.turned = np.empty(y.shape[::-1], y.dtype) if turned else None
        if gradient is not None:
            self.dy_turned = node.dy.swapaxes(-1, -2)  # a view made once
            self.places = tuple(range(x.ndim - gradient.ndim))  # the axes of x between batch and features
            if self.places:
                self.each, self.parts = _in_parts(x.shape[:-1], units, len(self.places), y.dtype)

    def forward(self, a: Array, x: Array, y: Array) -> None:
        """y = a @ x."""
        if self.turned is None:
            self.product(a, x, y)
        else:
            np.dot(x.T, a.T, self.turned)
            np.copyto(y, self.turned.T)

    def back_to_weights(self, x: Array, gradient: Array) -> None:
        """gradient = x @ dy.T, which sums over the samples, and over the places along axes between."""
        if not self.places:
            self.product(x, self.dy_turned, gradient)
            return
        several = len(self.parts) > 1
        for number, part in enumerate(self.parts):
            places, dy_turned = (x[part], self.dy_turned[part]) if several else (x, self.dy_turned)
            each = self.each[tuple(slice(length) for length in places.shape[:-1])] if several else self.each
            self.product(places, dy_turned, each)
            if number:
                first = each[(0,) * len(self.places)]
                np.add(gradient, first, first)  # in the order in which one sum over all would add them
            np.sum(each, self.places, out=gradient)

    def back_to_inputs(self, a_turned: Array, dy: Array, dx: Array) -> None:
        """dx = A.T @ dy."""
        self.product(a_turned, dy, dx)


def _in_parts(shape: tuple[int, ...], units: int, places: int, dtype: Any) -> tuple[Array, list[tuple[slice, ...]]]:
    """Room for the products of some of the places (…, d, units), and which they are, one part after the other."""
    longest = int(np.argmax(shape[:places]))
    length = shape[longest]
    count = max(1, min(length, AT_ONCE * length // max(1, math.prod(shape) * units)))
    before = (slice(None),) * longest
    parts = [(*before, slice(start, start + count)) for start in range(0, length, count)]
    return np.empty((*shape[:longest], count, *shape[longest + 1 :], units), dtype), parts
