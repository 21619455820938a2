"""RMSprop: steps divided by the running size of the gradient."""

from typing import Any

from numpy import add, divide, multiply, sqrt, subtract

from netcore.arguments import Bool, Described, Float, Into
from netcore.config import Array, scalar
from netcore.optimizers.optimizer import EPSILON, LEARNING_RATE, OPTIMIZERS, LearningRate, Momentum, Optimizer


@OPTIMIZERS.add
class RMSprop(Momentum, Optimizer):
    """v = rho * v + (1 - rho) * g², w -= learning_rate * g / sqrt(v + epsilon), epsilon inside the root as in Keras.

    Source: Hinton (2012), lecture 6e; Graves (2013) for the centered form.
    """

    learning_rate: Into[LearningRate] = Described(LEARNING_RATE, default=0.001)
    rho: float = Float(
        default=0.9, low=0.0, high=1.0, typical=(0.9, 0.99), about="how slowly the running mean of g² forgets"
    )
    momentum: float = Float(
        default=0.0, low=0.0, high=1.0, typical=(0.0, 0.9), about="share of the last step that is kept"
    )
    epsilon: float = Described(EPSILON, default=1e-7, about="keeps the root away from 0")
    centered: bool = Bool(default=False, advanced=True, about="divide by the spread, sqrt(v - mean(g)² + epsilon)")

    taped = True

    def after_arguments(self) -> None:
        names = ("velocity", *(["average"] if self.centered else []), *(["momentum"] if self.momentum else []))
        self.slot_names = names  # type: ignore[misc]

    def prepare(self, dtype: Any) -> None:
        self._rho, self._rest = scalar(self.rho, dtype), scalar(1 - self.rho, dtype)
        self._epsilon, self._momentum = scalar(self.epsilon, dtype), scalar(self.momentum, dtype)

    def step(self, weights: Array, gradients: Array, scratch: Array, *slots: Array) -> None:
        velocity = slots[0]
        multiply(velocity, self._rho, velocity)  # v = rho * v + (1 - rho) * g²
        multiply(gradients, gradients, scratch)
        multiply(scratch, self._rest, scratch)
        add(velocity, scratch, velocity)
        if self.centered:
            average = slots[1]
            multiply(average, self._rho, average)  # mean(g) = rho * mean(g) + (1 - rho) * g
            multiply(gradients, self._rest, scratch)
            add(average, scratch, average)
            multiply(average, average, scratch)  # v - mean(g)² + epsilon
            subtract(velocity, scratch, scratch)
            add(scratch, self._epsilon, scratch)
        else:
            add(velocity, self._epsilon, scratch)
        sqrt(scratch, scratch)
        divide(gradients, scratch, scratch)  # the step, learning_rate * g / sqrt(…)
        multiply(scratch, self._rate_array, scratch)
        if "momentum" in self.slot_names:
            kept = slots[-1]  # = momentum * kept + the step, which it takes the place of
            multiply(kept, self._momentum, kept)
            add(kept, scratch, kept)
            scratch = kept
        subtract(weights, scratch, weights)
