"""Lion: steps of one length for all weights; only their signs are learnt."""

from typing import Any

import numpy as np
from numpy import add, multiply, sign, subtract

from netcore.arguments import Described, Float, Into
from netcore.config import Array, scalar
from netcore.optimizers.optimizer import LEARNING_RATE, OPTIMIZERS, LearningRate, Optimizer


@OPTIMIZERS.add
class Lion(Optimizer):
    """w -= learning_rate * sign(beta_1 m + (1 - beta_1) g), then m = beta_2 m + (1 - beta_2) g.

    Source: Chen et al. (2023).
    """

    learning_rate: Into[LearningRate] = Described(
        LEARNING_RATE, default=0.001, about="length of every step; a third to a tenth of what Adam gets"
    )
    beta_1: float = Float(
        default=0.9,
        low=0.0,
        high=1.0,
        open_low=True,
        typical=(0.9, 0.99),
        about="how much the past decides about the sign",
    )
    beta_2: float = Float(
        default=0.99, low=0.0, high=1.0, typical=(0.9, 0.99), about="how slowly the running mean of g forgets"
    )

    slot_names = ("m",)

    def prepare(self, dtype: Any) -> None:
        self._beta_1, self._rest_1 = scalar(self.beta_1, dtype), scalar(1 - self.beta_1, dtype)
        self._beta_2, self._rest_2 = scalar(self.beta_2, dtype), scalar(1 - self.beta_2, dtype)
        self._turned = np.empty_like(self._scratch)

    def step(self, weights: Array, gradients: Array, scratch: Array, *slots: Array) -> None:
        (m,) = slots
        multiply(gradients, self._rest_1, scratch)  # w -= learning_rate * sign(beta_1 m + (1 - beta_1) g)
        turned = self._turned[: len(m)]
        multiply(m, self._beta_1, turned)
        add(scratch, turned, scratch)
        sign(scratch, scratch)
        multiply(scratch, self._rate_array, scratch)
        subtract(weights, scratch, weights)
        multiply(m, self._beta_2, m)  # m = beta_2 m + (1 - beta_2) g
        multiply(gradients, self._rest_2, gradients)
        add(m, gradients, m)
