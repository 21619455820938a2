"""FTRL: follow the regularized leader, for sparse linear models."""

from typing import Any, ClassVar

import numpy as np
from numpy import add, divide, multiply, power, subtract

from netcore.arguments import Described, Float, Into
from netcore.config import Array, scalar
from netcore.optimizers.optimizer import LEARNING_RATE, OPTIMIZERS, LearningRate, Optimizer
from netcore.params import FloatParam

STRENGTH = FloatParam(low=0.0, typical=(0.001, 0.1), log=True, advanced=True)


@OPTIMIZERS.add
class Ftrl(Optimizer):
    """Each weight is computed anew from the sum z of its past gradients; l1 sets it to 0 while |z| stays below l1.

    With p = -learning_rate_power and a' = a + g²:
    z += g + 2 shrinkage w - (a'^p - a^p) / learning_rate * w, a = a',
    w = (z kept within -l1 … l1, minus z) / (a^p / learning_rate + 2 l2 + beta / learning_rate).

    Source: McMahan et al. (2013).
    """

    learning_rate: Into[LearningRate] = Described(LEARNING_RATE, default=0.001)
    learning_rate_power: float = Float(
        default=-0.5,
        high=0.0,
        typical=(-0.5, -0.5),
        advanced=True,
        about="how steps shrink as gradients add up; at most 0, and 0 for steps that do not shrink",
    )
    initial_accumulator_value: float = Float(
        default=0.1, low=0.0, typical=(0.1, 1.0), advanced=True, about="where a starts"
    )
    l1_regularization_strength: float = Described(STRENGTH, default=0.0, about="l1")
    l2_regularization_strength: float = Described(STRENGTH, default=0.0, about="l2")
    l2_shrinkage_regularization_strength: float = Described(
        STRENGTH, default=0.0, about="shrinkage, an l2 penalty on the gradient's side"
    )
    beta: float = Float(default=0.0, low=0.0, typical=(0.1, 1.0), advanced=True, about="the paper's beta")

    slot_names = ("accumulator", "linear")
    slot_starts: ClassVar[dict[str, str]] = {"accumulator": "initial_accumulator_value"}

    def prepare(self, dtype: Any) -> None:
        self._power = scalar(-self.learning_rate_power, dtype)
        self._l1 = scalar(self.l1_regularization_strength, dtype)
        self._shrinkage = scalar(2 * self.l2_shrinkage_regularization_strength, dtype)
        self._ridge = scalar(0, dtype)

    def before_step(self) -> None:
        self._ridge[...] = 2 * self.l2_regularization_strength + (self.beta / self._rate if self.beta else 0.0)

    def step(self, weights: Array, gradients: Array, scratch: Array, *slots: Array) -> None:
        accumulator, linear = slots
        add(linear, gradients, linear)  # z += g + 2 shrinkage w
        multiply(weights, self._shrinkage, scratch)
        add(linear, scratch, linear)
        power(accumulator, self._power, scratch)  # a^p and, with a' = a + g², a'^p
        multiply(gradients, gradients, gradients)
        add(accumulator, gradients, accumulator)
        raised = power(accumulator, self._power, gradients)  # the gradient itself is no longer needed
        subtract(raised, scratch, scratch)  # z -= (a'^p - a^p) / learning_rate * w
        divide(scratch, self._rate_array, scratch)
        multiply(scratch, weights, scratch)
        subtract(linear, scratch, linear)
        divide(raised, self._rate_array, raised)  # a'^p / learning_rate + 2 l2 + beta / learning_rate
        add(raised, self._ridge, raised)
        np.clip(linear, -self._l1, self._l1, scratch)  # w = (z within -l1 … l1, minus z) over that
        subtract(scratch, linear, scratch)
        divide(scratch, raised, weights)
