"""Adagrad and Adadelta: every weight gets its own step size from the gradients it has seen."""

from typing import Any, ClassVar

from numpy import add, divide, multiply, sqrt, subtract

from netcore.arguments import Float
from netcore.config import Array, scalar
from netcore.optimizers.optimizer import OPTIMIZERS, Optimizer, Rate

EPSILON = Float(low=0.0, typical=(1e-7, 1e-3), log=True, advanced=True)


@OPTIMIZERS.add
class Adagrad(Optimizer):
    """a += g², w -= learning_rate * g / sqrt(a + epsilon): a only grows, so steps become shorter and shorter.

    Args:
        learning_rate: length of a step.
        initial_accumulator_value: where a starts.
        epsilon: keeps the root away from 0.

    Source: Duchi et al. (2011).
    """

    params: ClassVar = {
        "initial_accumulator_value": Float(low=0.0, typical=(0.1, 1.0), advanced=True),
        "epsilon": EPSILON,
    }
    slot_names = ("accumulator",)
    slot_starts: ClassVar[dict[str, str]] = {"accumulator": "initial_accumulator_value"}
    initial_accumulator_value: float
    epsilon: float

    def __init__(
        self,
        learning_rate: Rate = 0.001,
        initial_accumulator_value: float = 0.1,
        epsilon: float = 1e-7,
        **keywords: Any,
    ) -> None:
        super().__init__(
            learning_rate, initial_accumulator_value=initial_accumulator_value, epsilon=epsilon, **keywords
        )

    def prepare(self, dtype: Any) -> None:
        self._epsilon = scalar(self.epsilon, dtype)

    def step(self, weights: Array, gradients: Array, scratch: Array, *slots: Array) -> None:
        (accumulator,) = slots
        multiply(gradients, gradients, scratch)
        add(accumulator, scratch, accumulator)
        add(accumulator, self._epsilon, scratch)
        sqrt(scratch, scratch)
        divide(gradients, scratch, scratch)
        multiply(scratch, self._rate_array, scratch)
        subtract(weights, scratch, weights)


@OPTIMIZERS.add
class Adadelta(Optimizer):
    """a = rho a + (1 - rho) g², step d = g * sqrt(s + epsilon) / sqrt(a + epsilon), s = rho s + (1 - rho) d²,
    w -= learning_rate * d: past steps stand in for a unit, so that a learning_rate of 1 is the paper's method.

    Args:
        learning_rate: a factor of the step.
        rho: how slowly the running means forget.
        epsilon: size of the first steps.

    Source: Zeiler (2012).
    """

    params: ClassVar = {"rho": Float(low=0.0, high=1.0, typical=(0.9, 0.99)), "epsilon": EPSILON}
    slot_names = ("accumulator", "steps")
    rho: float
    epsilon: float

    def __init__(self, learning_rate: Rate = 0.001, rho: float = 0.95, epsilon: float = 1e-7, **keywords: Any) -> None:
        super().__init__(learning_rate, rho=rho, epsilon=epsilon, **keywords)

    def prepare(self, dtype: Any) -> None:
        self._rho, self._rest = scalar(self.rho, dtype), scalar(1 - self.rho, dtype)
        self._epsilon = scalar(self.epsilon, dtype)

    def step(self, weights: Array, gradients: Array, scratch: Array, *slots: Array) -> None:
        accumulator, steps = slots
        self._remember(accumulator, gradients, scratch)
        add(steps, self._epsilon, scratch)
        sqrt(scratch, scratch)
        multiply(gradients, scratch, gradients)
        add(accumulator, self._epsilon, scratch)
        sqrt(scratch, scratch)
        divide(gradients, scratch, gradients)  # the step
        self._remember(steps, gradients, scratch)
        multiply(gradients, self._rate_array, gradients)
        subtract(weights, gradients, weights)

    def _remember(self, mean: Array, values: Array, scratch: Array) -> None:
        """mean = rho * mean + (1 - rho) * values²."""
        multiply(mean, self._rho, mean)
        multiply(values, values, scratch)
        multiply(scratch, self._rest, scratch)
        add(mean, scratch, mean)
