"""Regularizers: penalties on large weights or outputs, added to the loss so that training keeps them small.

`value` is the penalty of an array, `add_gradient` adds its derivative to a gradient. A program's own penalty is a
function of an array, or a subclass that overrides `__call__` as in Keras: its derivative is found by small steps.
"""

from collections.abc import Callable
from typing import Any, ClassVar, Unpack

import numpy as np

from netcore.arguments import Common, Described, Made
from netcore.config import Array
from netcore.own import gradient_of, name_of
from netcore.params import FloatParam
from netcore.parts import Part, PartParam, find
from netcore.registry import Registry

FACTOR = FloatParam(low=0.0, typical=(0.001, 0.1), log=True, about="strength; 0 is none")


class Regularizer(Part):
    """Base of all penalties. Called on an array it gives its penalty, one number.

    A subclass writes `value` and, so that training is fast, `add_gradient`; or `__call__` alone, as in Keras.
    """

    stackable: ClassVar[bool] = False  # `values` and `add_gradient` are right for several weights at once, (s, …)
    any_order: ClassVar[bool] = False  # the penalty is the same in whatever order the axes of an array come

    def value(self, weight: Array) -> float:
        """The penalty of an array of any shape, one number."""
        if type(self).__call__ is Regularizer.__call__:
            raise NotImplementedError
        return float(np.asarray(self(weight)))

    def values(self, weights: Array) -> Array:
        """The penalty of each of several weights, (s, …) -> (s,)."""
        return np.array([self.value(weight) for weight in weights])

    def add_gradient(self, weight: Array, gradient: Array, factor: float = 1.0) -> None:
        """gradient += factor * d value / d weight, in place; by small steps unless a subclass knows better."""
        gradient += np.asarray(factor * gradient_of(self.value, weight), gradient.dtype)

    def __call__(self, x: Any) -> float:
        return self.value(np.asarray(x))


REGULARIZERS: Registry[type[Regularizer]] = Registry("regularizer")


class _Sums(Regularizer):
    """l1 * Σ|w| + l2 * Σw²; a class lists which of the two factors it takes."""

    stackable = any_order = True
    l1: float = Made(default=0.0)
    l2: float = Made(default=0.0)

    def value(self, weight: Array) -> float:
        total = 0.0
        if self.l1:
            total += self.l1 * float(np.sum(np.abs(weight)))
        if self.l2:
            flat = weight.ravel()
            total += self.l2 * float(np.dot(flat, flat))
        return total

    def add_gradient(self, weight: Array, gradient: Array, factor: float = 1.0) -> None:
        if self.l1:
            gradient += weight.dtype.type(factor * self.l1) * np.sign(weight)
        if self.l2:
            gradient += weight.dtype.type(2 * factor * self.l2) * weight


@REGULARIZERS.add
class L1(_Sums):
    """value = l1 * Σ|w|; its derivative is l1 * sign(w): weights that are not needed become 0.

    Source: Tibshirani (1996); as keras.regularizers.L1.
    """

    l1: float = Described(FACTOR, default=0.01)


@REGULARIZERS.add
class L2(_Sums):
    """value = l2 * Σw² (without a ½); its derivative is 2 * l2 * w: large weights shrink most.

    Source: Krogh & Hertz (1991); as keras.regularizers.L2.
    """

    l2: float = Described(FACTOR, default=0.01)


@REGULARIZERS.add
class L1L2(_Sums):
    """value = l1 * Σ|w| + l2 * Σw².

    As the name "l1l2" alone would be no penalty, say at least one of the two strengths.

    Source: Zou & Hastie (2005), the elastic net; as keras.regularizers.L1L2.
    """

    aliases = ("l1_l2",)

    l1: float = Described(FACTOR, default=0.0)
    l2: float = Described(FACTOR, default=0.0)


l1, l2, l1_l2 = L1, L2, L1L2  # Keras's second names


class OwnRegularizer(Regularizer):
    """A program's own function of an array as a penalty."""

    def __init__(self, function: Callable[[Array], Any]) -> None:
        super().__init__()
        self.function = function
        self.name = name_of(function)

    def value(self, weight: Array) -> float:
        return float(np.asarray(self.function(weight)))


def get(identifier: Any) -> Regularizer | None:
    """A regularizer from a name, a config, a class, an instance or a function of an array; None for None."""
    return find(REGULARIZERS, Regularizer, identifier, OwnRegularizer)


def Penalty(**common: Unpack[Common]) -> Any:
    """An argument that is a regularizer or None."""
    return PartParam(names=REGULARIZERS.names, registry=REGULARIZERS, base=Regularizer, own=OwnRegularizer, **common)
