"""RMSprop: steps divided by the running size of the gradient."""

from typing import Any, ClassVar

from numpy import add, divide, multiply, sqrt, subtract

from netcore.arguments import Bool, Float
from netcore.config import Array, scalar
from netcore.optimizers.optimizer import OPTIMIZERS, Optimizer, Rate


@OPTIMIZERS.add
class RMSprop(Optimizer):
    """v = rho * v + (1 - rho) * g², w -= learning_rate * g / sqrt(v + epsilon), epsilon inside the root as in Keras.

    Args:
        learning_rate: length of a step.
        rho: how slowly the running mean of g² forgets.
        momentum: share of the last step that is kept.
        epsilon: keeps the root away from 0.
        centered: divide by the spread, sqrt(v - mean(g)² + epsilon).

    Source: Hinton (2012), lecture 6e; Graves (2013) for the centered form.
    """

    taped = True
    params: ClassVar = {
        "rho": Float(low=0.0, high=1.0, typical=(0.9, 0.99)),
        "momentum": Float(low=0.0, high=1.0, typical=(0.0, 0.9)),
        "epsilon": Float(low=0.0, typical=(1e-7, 1e-3), log=True, advanced=True),
        "centered": Bool(advanced=True),
    }
    rho: float
    momentum: float
    epsilon: float
    centered: bool

    def __init__(
        self,
        learning_rate: Rate = 0.001,
        rho: float = 0.9,
        momentum: float = 0.0,
        epsilon: float = 1e-7,
        centered: bool = False,
        **keywords: Any,
    ) -> None:
        super().__init__(learning_rate, rho=rho, momentum=momentum, epsilon=epsilon, centered=centered, **keywords)
        names = ("velocity", *(["average"] if centered else []), *(["momentum"] if momentum else []))
        self.slot_names = names  # type: ignore[misc]

    def prepare(self, dtype: Any) -> None:
        self._rho, self._rest = scalar(self.rho, dtype), scalar(1 - self.rho, dtype)
        self._epsilon, self._momentum = scalar(self.epsilon, dtype), scalar(self.momentum, dtype)

    def step(self, weights: Array, gradients: Array, scratch: Array, *slots: Array) -> None:
        velocity = slots[0]
        multiply(velocity, self._rho, velocity)
        multiply(gradients, gradients, scratch)
        multiply(scratch, self._rest, scratch)
        add(velocity, scratch, velocity)
        if self.centered:
            average = slots[1]
            multiply(average, self._rho, average)
            multiply(gradients, self._rest, scratch)
            add(average, scratch, average)
            multiply(average, average, scratch)
            subtract(velocity, scratch, scratch)
            add(scratch, self._epsilon, scratch)
        else:
            add(velocity, self._epsilon, scratch)
        sqrt(scratch, scratch)
        divide(gradients, scratch, scratch)
        multiply(scratch, self._rate_array, scratch)
        if self.momentum:
            kept = slots[-1]
            multiply(kept, self._momentum, kept)
            add(kept, scratch, kept)
            scratch = kept
        subtract(weights, scratch, weights)
