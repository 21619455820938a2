"""Gradient descent, with momentum."""

from typing import Any

from numpy import add, multiply, subtract

from netcore.arguments import Bool, Described, Float, Into
from netcore.config import Array, scalar
from netcore.optimizers.optimizer import LEARNING_RATE, OPTIMIZERS, LearningRate, Momentum, Optimizer


@OPTIMIZERS.add
class SGD(Momentum, Optimizer):
    """w -= learning_rate * g; with momentum: b = momentum * b - learning_rate * g, then w += b.

    Source: Polyak (1964); Sutskever et al. (2013) for Nesterov's form.
    """

    learning_rate: Into[LearningRate] = Described(LEARNING_RATE, default=0.01)
    momentum: float = Float(
        default=0.0, low=0.0, high=1.0, typical=(0.5, 0.9), about="share of the last step that is kept, 0 … 1"
    )
    nesterov: bool = Bool(default=False, about="look ahead, w += momentum * b - learning_rate * g")

    taped = True

    def after_arguments(self) -> None:
        self.slot_names = ("momentum",) if self.momentum else ()  # type: ignore[misc]

    def prepare(self, dtype: Any) -> None:
        self._momentum = scalar(self.momentum, dtype)

    def step(self, weights: Array, gradients: Array, scratch: Array, *slots: Array) -> None:
        multiply(gradients, self._rate_array, scratch)  # learning_rate * g
        if not slots:
            subtract(weights, scratch, weights)
            return
        (velocity,) = slots
        multiply(velocity, self._momentum, velocity)  # b = momentum * b - learning_rate * g
        subtract(velocity, scratch, velocity)
        if self.nesterov:  # w += momentum * b - learning_rate * g
            subtract(weights, scratch, weights)
            multiply(velocity, self._momentum, scratch)
            add(weights, scratch, weights)
        else:  # w += b
            add(weights, velocity, weights)
