"""Gradient descent, with momentum."""

from typing import Any, ClassVar

from numpy import add, multiply, subtract

from netcore.arguments import Bool, Float
from netcore.config import Array, scalar
from netcore.optimizers.optimizer import OPTIMIZERS, Optimizer, Rate


@OPTIMIZERS.add
class SGD(Optimizer):
    """w -= learning_rate * g; with momentum: b = momentum * b - learning_rate * g, then w += b.

    Args:
        learning_rate: length of a step.
        momentum: share of the last step that is kept, 0 … 1.
        nesterov: look ahead, w += momentum * b - learning_rate * g.

    Source: Polyak (1964); Sutskever et al. (2013) for Nesterov's form.
    """

    taped = True
    params: ClassVar = {
        "momentum": Float(low=0.0, high=1.0, typical=(0.5, 0.9)),
        "nesterov": Bool(),
    }
    momentum: float
    nesterov: bool

    def __init__(
        self, learning_rate: Rate = 0.01, momentum: float = 0.0, nesterov: bool = False, **keywords: Any
    ) -> None:
        super().__init__(learning_rate, momentum=momentum, nesterov=nesterov, **keywords)
        self.slot_names = ("momentum",) if self.momentum else ()  # type: ignore[misc]

    def prepare(self, dtype: Any) -> None:
        self._momentum = scalar(self.momentum, dtype)

    def step(self, weights: Array, gradients: Array, scratch: Array, *slots: Array) -> None:
        multiply(gradients, self._rate_array, scratch)
        if not slots:
            subtract(weights, scratch, weights)
            return
        (velocity,) = slots
        multiply(velocity, self._momentum, velocity)
        subtract(velocity, scratch, velocity)
        if self.nesterov:
            subtract(weights, scratch, weights)
            multiply(velocity, self._momentum, scratch)
            add(weights, scratch, weights)
        else:
            add(weights, velocity, weights)
