"""Constraints: bounds that weights are brought back into after each update.

A program's own one is a function from an array to the allowed one, or a subclass that overrides `__call__` as in Keras.
"""

from collections.abc import Callable
from typing import Any, Unpack

import numpy as np

from netcore import config
from netcore.arguments import Common, Described, Float
from netcore.config import Array
from netcore.own import name_of
from netcore.params import FloatParam, IntsParam
from netcore.parts import Part, PartParam, find
from netcore.registry import Registry

AXIS = IntsParam(single=True, low=-8, typical=(0,), about="along which a vector lies, as for MaxNorm")
NORM = FloatParam(low=0.0, typical=(1.0, 3.0))


class Constraint(Part):
    """Base of all constraints. Called on an array it gives the nearest allowed one, of the same shape.

    A subclass writes `project`, or `__call__` alone, as in Keras.
    """

    def project(self, weight: Array) -> None:
        """Bring `weight`, of any shape, back into its bounds, in place."""
        if type(self).__call__ is Constraint.__call__:
            raise NotImplementedError
        weight[...] = self(weight)

    def __call__(self, w: Any) -> Array:
        weight = np.array(w, np.result_type(np.asarray(w).dtype, np.float32))
        self.project(weight)
        return weight


CONSTRAINTS: Registry[type[Constraint]] = Registry("constraint")


def lengths(weight: Array, axis: Any) -> Array:
    """Lengths of the vectors along `axis`, that axis kept with size 1."""
    axes = tuple(axis) if isinstance(axis, list | tuple) else axis
    return np.asarray(np.sqrt(np.sum(np.square(weight), axis=axes, keepdims=True)))


def _resize(weight: Array, now: Array, wanted: Array | float) -> None:
    weight *= np.asarray(wanted / (config.epsilon() + now), weight.dtype)


@CONSTRAINTS.add
class MaxNorm(Constraint):
    """Vectors longer than `max_value` are shortened to it: w * min(|w|, max_value) / |w|.

    Source: Srivastava et al. (2014), section 5.1.
    """

    max_value: float = Described(NORM, default=2, about="largest length")
    axis: Any = Described(
        AXIS,
        default=0,
        about="along which a vector lies; 0 for the weights that go into one unit of Dense, (0, 1, 2) for Conv2D",
    )

    def project(self, weight: Array) -> None:
        now = lengths(weight, self.axis)
        _resize(weight, now, np.minimum(now, self.max_value))


@CONSTRAINTS.add
class NonNeg(Constraint):
    """Weights below 0 become 0.

    Source: as keras.constraints.NonNeg.
    """

    def project(self, weight: Array) -> None:
        np.maximum(weight, 0, out=weight)


@CONSTRAINTS.add
class UnitNorm(Constraint):
    """Every vector gets the length 1: w / |w|.

    Source: as keras.constraints.UnitNorm.
    """

    axis: Any = Described(AXIS, default=0)

    def project(self, weight: Array) -> None:
        _resize(weight, lengths(weight, self.axis), 1.0)


@CONSTRAINTS.add
class MinMaxNorm(Constraint):
    """Lengths are brought between `min_value` and `max_value`, by the share `rate` of the way at each update.

    Source: as keras.constraints.MinMaxNorm.
    """

    min_value: float = Described(NORM, default=0.0, about="smallest length")
    max_value: float = Described(NORM, default=1.0, about="largest length")
    rate: float = Float(
        default=1.0,
        low=0.0,
        high=1.0,
        typical=(0.5, 1.0),
        about="from 0 (nothing happens) to 1 (the bounds are kept strictly)",
    )
    axis: Any = Described(AXIS, default=0)

    def project(self, weight: Array) -> None:
        now = lengths(weight, self.axis)
        _resize(weight, now, self.rate * np.clip(now, self.min_value, self.max_value) + (1 - self.rate) * now)


max_norm, non_neg, unit_norm, min_max_norm = MaxNorm, NonNeg, UnitNorm, MinMaxNorm  # Keras's second names


class OwnConstraint(Constraint):
    """A program's own function from an array to the allowed one."""

    def __init__(self, function: Callable[[Array], Any]) -> None:
        super().__init__()
        self.function = function
        self.name = name_of(function)

    def project(self, weight: Array) -> None:
        weight[...] = self.function(weight.copy())


def get(identifier: Any) -> Constraint | None:
    """A constraint from a name, a config, a class, an instance or a function of an array; None for None."""
    return find(CONSTRAINTS, Constraint, identifier, OwnConstraint)


def Bounds(**common: Unpack[Common]) -> Any:
    """An argument that is a constraint or None."""
    return PartParam(names=CONSTRAINTS.names, registry=CONSTRAINTS, base=Constraint, own=OwnConstraint, **common)
