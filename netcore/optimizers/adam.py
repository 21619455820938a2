"""Adam: momentum and a step size of its own for every weight; and its relatives AdamW, Nadam, Adamax."""

import math
from typing import Any

import numpy as np
from numpy import add, divide, maximum, multiply, sqrt, subtract

from netcore.arguments import Bool, Described, Float, Into
from netcore.config import Array, scalar
from netcore.optimizers.optimizer import EPSILON, LEARNING_RATE, OPTIMIZERS, LearningRate, Optimizer
from netcore.params import FloatParam

BETA_1 = FloatParam(
    low=0.0, high=1.0, open_high=True, typical=(0.9, 0.99), about="how slowly the running mean of g forgets"
)
BETA_2 = FloatParam(
    low=0.0, high=1.0, open_high=True, typical=(0.99, 0.999), about="how slowly that of the size of g forgets"
)


@OPTIMIZERS.add
class Adam(Optimizer):
    """m = beta_1 m + (1 - beta_1) g, v = beta_2 v + (1 - beta_2) g², w -= alpha m / (sqrt(v) + epsilon) at update t,
    with alpha = learning_rate * sqrt(1 - beta_2^t) / (1 - beta_1^t): epsilon is added outside the root, as in Keras.

    The slots hold M = m / (1 - beta_1) and V = v / (1 - beta_2), which saves two multiplications an update:
    alpha * m / (sqrt(v) + epsilon) = alpha * s * M / (sqrt(V) + epsilon / r)
    with r = sqrt(1 - beta_2), s = (1 - beta_1) / r.

    Source: Kingma & Ba (2015); Reddi et al. (2018) for amsgrad.
    """

    learning_rate: Into[LearningRate] = Described(LEARNING_RATE, default=0.001)
    beta_1: float = Described(BETA_1, default=0.9)
    beta_2: float = Described(BETA_2, default=0.999)
    epsilon: float = Described(EPSILON, default=1e-7)
    amsgrad: bool = Bool(default=False, advanced=True, about="divide by the largest v so far")

    taped = True

    def after_arguments(self) -> None:
        self.slot_names = ("m", "v", "v_max") if self.amsgrad else ("m", "v")  # type: ignore[misc]

    def prepare(self, dtype: Any) -> None:
        root = math.sqrt(1 - self.beta_2)
        self._beta_1, self._beta_2 = scalar(self.beta_1, dtype), scalar(self.beta_2, dtype)
        self._epsilon = scalar(self.epsilon / root, dtype)
        self._scale = (1 - self.beta_1) / root
        self._alpha = scalar(0.0, dtype)

    def slot_scale(self, name: str) -> float:
        return {"m": 1 - self.beta_1, "v": 1 - self.beta_2, "v_max": 1 - self.beta_2}.get(name, 1.0)

    def before_step(self) -> None:
        t = self.update_number
        self._alpha[...] = self._rate * self._scale * math.sqrt(1 - self.beta_2**t) / (1 - self.beta_1**t)

    def step(self, weights: Array, gradients: Array, scratch: Array, *slots: Array) -> None:
        m, v = slots[:2]
        multiply(m, self._beta_1, m)  # M = beta_1 M + g
        add(m, gradients, m)
        multiply(v, self._beta_2, v)  # V = beta_2 V + g²
        multiply(gradients, gradients, scratch)
        add(v, scratch, v)
        if self.amsgrad:
            v = maximum(slots[2], v, out=slots[2])
        sqrt(v, scratch)  # w -= alpha s M / (sqrt(V) + epsilon / r)
        add(scratch, self._epsilon, scratch)
        divide(m, scratch, scratch)
        multiply(scratch, self._alpha, scratch)
        subtract(weights, scratch, weights)


@OPTIMIZERS.add
class AdamW(Adam):
    """Adam with weight decay: w -= learning_rate * weight_decay * w before each step of Adam, apart from the gradient.

    Source: Loshchilov & Hutter (2019).
    """

    weight_decay: float = Float(
        default=0.004,
        low=0.0,
        typical=(0.001, 0.01),
        log=True,
        about="share (times learning_rate) by which weights shrink",
    )


@OPTIMIZERS.add
class Nadam(Optimizer):
    """Adam that looks ahead as Nesterov does. With u_t = beta_1 (1 - 0.96^t / 2) and P_t = u_1 u_2 … u_t at update t:

    m = beta_1 m + (1 - beta_1) g, v = beta_2 v + (1 - beta_2) g²,
    w -= learning_rate * (u_(t+1) m / (1 - P_(t+1)) + (1 - u_t) g / (1 - P_t)) / (sqrt(v / (1 - beta_2^t)) + epsilon).

    Source: Dozat (2016).
    """

    learning_rate: Into[LearningRate] = Described(LEARNING_RATE, default=0.001)
    beta_1: float = Described(BETA_1, default=0.9)
    beta_2: float = Described(BETA_2, default=0.999)
    epsilon: float = Described(EPSILON, default=1e-7)

    slot_names = ("m", "v")
    numbers = ("product",)

    def after_arguments(self) -> None:
        self.product = 1.0  # P_t

    def prepare(self, dtype: Any) -> None:
        self._rest_1, self._rest_2 = scalar(1 - self.beta_1, dtype), scalar(1 - self.beta_2, dtype)
        self._epsilon = scalar(self.epsilon, dtype)
        self._of_gradient, self._of_m, self._bias = scalar(0, dtype), scalar(0, dtype), scalar(0, dtype)

    def before_step(self) -> None:
        t = self.update_number
        now, next_one = (self.beta_1 * (1 - 0.5 * 0.96**step) for step in (t, t + 1))
        self.product *= now
        ahead = next_one / (1 - self.product * next_one)
        self._of_m[...] = self._rate * ahead
        self._of_gradient[...] = (1 - now) / (1 - self.product) / ahead if ahead else 0.0
        self._bias[...] = 1 / (1 - self.beta_2**t)

    def step(self, weights: Array, gradients: Array, scratch: Array, *slots: Array) -> None:
        m, v = slots
        subtract(gradients, m, scratch)  # m += (1 - beta_1) (g - m)
        multiply(scratch, self._rest_1, scratch)
        add(m, scratch, m)
        multiply(gradients, gradients, scratch)  # v += (1 - beta_2) (g² - v)
        subtract(scratch, v, scratch)
        multiply(scratch, self._rest_2, scratch)
        add(v, scratch, v)
        multiply(v, self._bias, scratch)  # sqrt(v / (1 - beta_2^t)) + epsilon
        sqrt(scratch, scratch)
        add(scratch, self._epsilon, scratch)
        multiply(gradients, self._of_gradient, gradients)  # both factors over that of m, which comes last
        add(gradients, m, gradients)
        divide(gradients, scratch, gradients)
        multiply(gradients, self._of_m, gradients)
        subtract(weights, gradients, weights)


@OPTIMIZERS.add
class Adamax(Optimizer):
    """Adam with the largest recent gradient in place of the root.

    m = beta_1 m + (1 - beta_1) g, u = max(beta_2 u, |g|),
    w -= learning_rate / (1 - beta_1^t) * m / (u + epsilon) at update t.

    Source: Kingma & Ba (2015), section 7.
    """

    learning_rate: Into[LearningRate] = Described(LEARNING_RATE, default=0.001)
    beta_1: float = Described(BETA_1, default=0.9)
    beta_2: float = Described(BETA_2, default=0.999)
    epsilon: float = Described(EPSILON, default=1e-7)

    slot_names = ("m", "u")

    def prepare(self, dtype: Any) -> None:
        self._rest_1, self._beta_2 = scalar(1 - self.beta_1, dtype), scalar(self.beta_2, dtype)
        self._epsilon, self._alpha = scalar(self.epsilon, dtype), scalar(0, dtype)

    def before_step(self) -> None:
        self._alpha[...] = self._rate / (1 - self.beta_1**self.update_number)

    def step(self, weights: Array, gradients: Array, scratch: Array, *slots: Array) -> None:
        m, u = slots
        subtract(gradients, m, scratch)  # m += (1 - beta_1) (g - m)
        multiply(scratch, self._rest_1, scratch)
        add(m, scratch, m)
        np.abs(gradients, scratch)  # u = max(beta_2 u, |g|)
        multiply(u, self._beta_2, u)
        maximum(u, scratch, out=u)
        add(u, self._epsilon, scratch)  # w -= learning_rate / (1 - beta_1^t) * m / (u + epsilon)
        divide(m, scratch, scratch)
        multiply(scratch, self._alpha, scratch)
        subtract(weights, scratch, weights)
