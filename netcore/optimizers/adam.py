"""Adam: momentum and a step size of its own for every weight."""

import math
from typing import Any, ClassVar

import numpy as np

from netcore.config import Array, scalar
from netcore.optimizers.optimizer import OPTIMIZERS, Optimizer
from netcore.params import Bool, Float


@OPTIMIZERS.add
class Adam(Optimizer):
    """m = beta_1 m + (1 - beta_1) g, v = beta_2 v + (1 - beta_2) g², w -= alpha m / (sqrt(v) + epsilon) at update t,
    with alpha = learning_rate * sqrt(1 - beta_2^t) / (1 - beta_1^t): epsilon is added outside the root, as in Keras.

    The slots hold M = m / (1 - beta_1) and V = v / (1 - beta_2), which saves two multiplications an update:
    alpha * m / (sqrt(v) + epsilon) = alpha * s * M / (sqrt(V) + epsilon / r)
    with r = sqrt(1 - beta_2), s = (1 - beta_1) / r.

    Args:
        learning_rate: length of a step.
        beta_1, beta_2: how slowly the running means of g and g² forget.
        epsilon: keeps the division away from 0.
        amsgrad: divide by the largest v so far.

    Source: Kingma & Ba (2015); Reddi et al. (2018) for amsgrad.
    """

    params: ClassVar = {
        "beta_1": Float(low=0.0, high=1.0, open_high=True, typical=(0.9, 0.99)),
        "beta_2": Float(low=0.0, high=1.0, open_high=True, typical=(0.99, 0.999)),
        "epsilon": Float(low=0.0, typical=(1e-7, 1e-3), log=True, advanced=True),
        "amsgrad": Bool(advanced=True),
    }
    beta_1: float
    beta_2: float
    epsilon: float
    amsgrad: bool

    def __init__(
        self,
        learning_rate: float = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-7,
        amsgrad: bool = False,
        **keywords: Any,
    ) -> None:
        super().__init__(learning_rate, beta_1=beta_1, beta_2=beta_2, epsilon=epsilon, amsgrad=amsgrad, **keywords)
        self.slot_names = ("m", "v", "v_max") if amsgrad else ("m", "v")  # type: ignore[misc]

    def prepare(self, dtype: Any) -> None:
        root = math.sqrt(1 - self.beta_2)
        self._beta_1, self._beta_2 = scalar(self.beta_1, dtype), scalar(self.beta_2, dtype)
        self._epsilon = scalar(self.epsilon / root, dtype)
        self._scale = (1 - self.beta_1) / root
        self._alpha = scalar(0.0, dtype)

    def before_step(self) -> None:
        t = self.iterations
        self._alpha[...] = self._rate * self._scale * math.sqrt(1 - self.beta_2**t) / (1 - self.beta_1**t)

    def step(self, weights: Array, gradients: Array, scratch: Array, *slots: Array) -> None:
        m, v = slots[:2]
        np.multiply(m, self._beta_1, m)
        np.add(m, gradients, m)
        np.multiply(v, self._beta_2, v)
        np.multiply(gradients, gradients, scratch)
        np.add(v, scratch, v)
        if self.amsgrad:
            v = np.maximum(slots[2], v, out=slots[2])
        np.sqrt(v, scratch)
        np.add(scratch, self._epsilon, scratch)
        np.divide(m, scratch, scratch)
        np.multiply(scratch, self._alpha, scratch)
        np.subtract(weights, scratch, weights)
