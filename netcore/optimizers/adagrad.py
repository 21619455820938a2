"""Adagrad and Adadelta: every weight gets its own step size from the gradients it has seen."""

from typing import Any, ClassVar

from numpy import add, divide, multiply, sqrt, subtract

from netcore.arguments import Described, Float, Into
from netcore.config import Array, scalar
from netcore.optimizers.optimizer import EPSILON, LEARNING_RATE, OPTIMIZERS, LearningRate, Optimizer


@OPTIMIZERS.add
class Adagrad(Optimizer):
    """a += g², w -= learning_rate * g / sqrt(a + epsilon): a only grows, so steps become shorter and shorter.

    Source: Duchi et al. (2011).
    """

    learning_rate: Into[LearningRate] = Described(LEARNING_RATE, default=0.001)
    initial_accumulator_value: float = Float(
        default=0.1, low=0.0, typical=(0.1, 1.0), advanced=True, about="where a starts"
    )
    epsilon: float = Described(EPSILON, default=1e-7, about="keeps the root away from 0")

    slot_names = ("accumulator",)
    slot_starts: ClassVar[dict[str, str]] = {"accumulator": "initial_accumulator_value"}

    def prepare(self, dtype: Any) -> None:
        self._epsilon = scalar(self.epsilon, dtype)

    def step(self, weights: Array, gradients: Array, scratch: Array, *slots: Array) -> None:
        (accumulator,) = slots
        multiply(gradients, gradients, scratch)  # a += g²
        add(accumulator, scratch, accumulator)
        add(accumulator, self._epsilon, scratch)  # w -= learning_rate * g / sqrt(a + epsilon)
        sqrt(scratch, scratch)
        divide(gradients, scratch, scratch)
        multiply(scratch, self._rate_array, scratch)
        subtract(weights, scratch, weights)


@OPTIMIZERS.add
class Adadelta(Optimizer):
    """a = rho a + (1 - rho) g², step d = g * sqrt(s + epsilon) / sqrt(a + epsilon), s = rho s + (1 - rho) d²,
    w -= learning_rate * d: past steps stand in for a unit, so that a learning_rate of 1 is the paper's method.

    Source: Zeiler (2012).
    """

    learning_rate: Into[LearningRate] = Described(LEARNING_RATE, default=0.001, about="a factor of the step")
    rho: float = Float(
        default=0.95, low=0.0, high=1.0, typical=(0.9, 0.99), about="how slowly the running means forget"
    )
    epsilon: float = Described(EPSILON, default=1e-7, about="size of the first steps")

    slot_names = ("accumulator", "steps")

    def prepare(self, dtype: Any) -> None:
        self._rho, self._rest = scalar(self.rho, dtype), scalar(1 - self.rho, dtype)
        self._epsilon = scalar(self.epsilon, dtype)

    def step(self, weights: Array, gradients: Array, scratch: Array, *slots: Array) -> None:
        accumulator, steps = slots
        self._remember(accumulator, gradients, scratch)
        add(steps, self._epsilon, scratch)  # d = g * sqrt(s + epsilon) / sqrt(a + epsilon)
        sqrt(scratch, scratch)
        multiply(gradients, scratch, gradients)
        add(accumulator, self._epsilon, scratch)
        sqrt(scratch, scratch)
        divide(gradients, scratch, gradients)
        self._remember(steps, gradients, scratch)
        multiply(gradients, self._rate_array, gradients)
        subtract(weights, gradients, weights)

    def _remember(self, mean: Array, values: Array, scratch: Array) -> None:
        """mean = rho * mean + (1 - rho) * values²."""
        multiply(mean, self._rho, mean)
        multiply(values, values, scratch)
        multiply(scratch, self._rest, scratch)
        add(mean, scratch, mean)
