"""Weights in flat vectors: one vector of all trainable numbers and one of their gradients, of which layers hold views.

An optimizer then updates the whole network with a dozen calls in place, whatever the number of layers.
"""

import math
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from netcore.config import Array
from netcore.constraints import Constraint
from netcore.errors import NetcoreValueError
from netcore.regularizers import Regularizer


class Weight:
    """One weight of a layer: a view into the flat vector that is its home.

    Attributes:
        name: "kernel", "bias", …
        shape: as in Keras.
        trainable: False for moving statistics and the like.
        regularizer, constraint: penalty on it and bounds of it, or None.
        value, gradient: arrays of `shape`, views of `home`.
        home, offset: the vector it lies in, and where.
    """

    def __init__(self, name: str, value: Array, *, trainable: bool = True) -> None:
        self.name = name
        self.shape = value.shape
        self.size = value.size
        self.trainable = trainable
        self.regularizer: Regularizer | None = None
        self.constraint: Constraint | None = None
        self.value: Array = value
        self.gradient: Array = np.zeros_like(value)
        self.home: ParameterVector | None = None
        self.offset = 0

    @property
    def dtype(self) -> str:
        """Name of the float type."""
        return str(self.value.dtype)

    def numpy(self) -> Array:
        """A copy of the numbers."""
        return self.value.copy()

    def assign(self, value: Any) -> None:
        """Set the numbers, in place.

        Raises:
            NetcoreValueError "weight.shape": another shape.
        """
        value = np.asarray(value)
        if value.shape != self.shape:
            raise NetcoreValueError(
                "weight.shape",
                "The weight `{name}` has shape {expected}, but got an array of shape {given}.",
                name=self.name,
                expected=self.shape,
                given=value.shape,
            )
        self.value[...] = value

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Array:
        return np.array(self.value, dtype)

    def __repr__(self) -> str:
        return f"<Weight {self.name}, shape={self.shape}, dtype={self.dtype}>"


class _Limit(threading.local):
    """How many numbers new weights of this thread may still hold; None for any number."""

    def __init__(self) -> None:
        self.left: int | None = None


_limit = _Limit()


@contextmanager
def weights_limited_to(numbers: int) -> Iterator[None]:
    """Within it, new weights may hold so many numbers together: a small file must not ask for a huge network."""
    _limit.left, before = numbers, _limit.left
    try:
        yield
    finally:
        _limit.left = before


def spend(shape: Sequence[int]) -> None:
    """Count a weight that is about to be made.

    Raises:
        NetcoreValueError "weights.limit": more numbers than `weights_limited_to` allows.
    """
    if _limit.left is None:
        return
    _limit.left -= count(shape)
    if _limit.left < 0:
        raise NetcoreValueError(
            "weights.limit", "The description asks for more weights than the file holds, so it is not built."
        )


class WeightArray(np.ndarray[Any, Any]):
    """The numbers of a weight as `layer.kernel` shows them: an array, with the two methods of Keras's variables."""

    def numpy(self) -> Array:
        """A copy of the numbers."""
        return np.array(self)

    def assign(self, value: Any) -> None:
        """Set the numbers, in place."""
        self[...] = value


class ParameterVector:
    """Weights one behind the other in `values`, their gradients alike in `gradients`.

    `weights` is also the table of segments: each knows its `offset` and `size`, which clipping per weight
    (and penalties and constraints) walk along.

    Args:
        room: where values and gradients are to lie, if not in vectors of their own: views of a part of others, or
            (members, size) for weights that stand for those of several networks side by side.
    """

    def __init__(self, weights: Sequence[Weight], dtype: Any, room: tuple[Array, Array] | None = None) -> None:
        self.weights = tuple(weights)
        size = sum(weight.size for weight in self.weights)
        self.values: Array = np.empty(size, dtype) if room is None else room[0]
        self.gradients: Array = np.zeros(size, dtype) if room is None else room[1]
        offset = 0
        for weight in self.weights:
            weight.home, weight.offset = self, offset
            self.values[..., offset : offset + weight.size] = weight.value.ravel()
            weight.value, weight.gradient = self._of(weight, self.values), self._of(weight, self.gradients)
            offset += weight.size

    def _of(self, weight: Weight, vector: Array) -> Array:
        segment = vector[..., weight.offset : weight.offset + weight.size]
        return segment.reshape((*vector.shape[:-1], *weight.shape))

    def holds(self, weights: Sequence[Weight]) -> bool:
        """True while exactly these weights lie here, in this order."""
        return len(weights) == len(self.weights) and all(
            mine is weight and weight.home is self for mine, weight in zip(self.weights, weights, strict=True)
        )

    def segments(self) -> list[Array]:
        """The gradient of each weight as a flat view."""
        return [self.gradients[weight.offset : weight.offset + weight.size] for weight in self.weights]

    def networks(self) -> list[Array]:
        """All gradients of a network as a flat view, one for each network whose weights lie here."""
        return [self.gradients]


def joined(weights: Sequence[Weight]) -> tuple[Array, Array]:
    """Neighbouring weights of the same last axis as one matrix: a kernel (d, units) and its bias give (d + 1, units).

    Returns:
        The view of the values and the view of the gradients; with an axis of networks in front if the vector has one.
    """
    first, home = weights[0], weights[0].home
    assert home is not None  # noqa: S101  # a layer binds its views only after its weights have moved in
    segment = slice(first.offset, first.offset + sum(weight.size for weight in weights))
    shape = (*home.values.shape[:-1], -1, first.shape[-1])
    return home.values[..., segment].reshape(shape), home.gradients[..., segment].reshape(shape)


def count(shape: Sequence[int]) -> int:
    """How many numbers an array of that shape holds."""
    return math.prod(shape)
