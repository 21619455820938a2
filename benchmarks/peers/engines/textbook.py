"""The loop that anybody would write first in NumPy: fresh arrays, one array per weight. Plain rows of Dense layers."""

from typing import Any

import numpy as np

from benchmarks.peers.problem import Problem

Array = np.ndarray[Any, Any]
BETA1, BETA2, RHO, CLIP = 0.9, 0.999, 0.9, 1e-7


def softmax(z: Array) -> Array:
    powers = np.exp(z - z.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


ACTIVATIONS = {
    None: lambda z: z,
    "relu": lambda z: np.maximum(z, 0),
    "tanh": np.tanh,
    "sigmoid": lambda z: 1 / (1 + np.exp(-z)),
    "softmax": softmax,
}


def back_through(activation: str | None, a: Array, da: Array) -> Array:
    """dL/dz from dL/da, with a = activation(z)."""
    if activation == "relu":
        return da * (a > 0)
    if activation == "tanh":
        return da * (1 - a**2)
    if activation == "softmax":
        return a * (da - (da * a).sum(axis=1, keepdims=True))
    return da


def loss_and_delta(loss: str, activation: str | None, p: Array, y: Array) -> tuple[float, Array]:
    """Mean loss of the batch, and dL/dz of the last layer."""
    if loss == "mse":
        return float(np.mean((p - y) ** 2)), back_through(activation, p, 2 * (p - y) / p.size)
    clipped = np.clip(p, CLIP, 1 - CLIP)
    if loss == "binary_crossentropy":
        values = -(y * np.log(clipped) + (1 - y) * np.log(1 - clipped))
    else:
        values = -(y * np.log(clipped)).sum(axis=1)
    return float(np.mean(values)), (p - y) / len(y)


class Adapter:
    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        workload = problem.workload
        self.activations = [layer.arguments["activation"] for layer in workload.layers]
        self.loss = workload.losses[0][1]
        self.reset()

    def reset(self) -> None:
        self.weights = [weight.copy() for pair in self.problem.weights.values() for weight in pair]
        self.means = [np.zeros_like(weight) for weight in self.weights]
        self.squares = [np.zeros_like(weight) for weight in self.weights]
        self.updates = 0

    def fit(self, epochs: int) -> list[float]:
        (x,), (y,) = self.problem.x, self.problem.y
        history = []
        for _ in range(epochs):
            total = 0.0
            for rows in self.problem.batches():
                total += self._step(x[rows], y[rows]) * len(x[rows])
            history.append(total / len(x))
        return history

    def _step(self, x: Array, y: Array) -> float:
        outputs = [x]
        for layer, activation in enumerate(self.activations):
            kernel, bias = self.weights[2 * layer : 2 * layer + 2]
            outputs.append(ACTIVATIONS[activation](outputs[-1] @ kernel + bias))
        loss, delta = loss_and_delta(self.loss, self.activations[-1], outputs[-1], y)
        gradients: list[Array] = []
        for layer in reversed(range(len(self.activations))):
            gradients = [outputs[layer].T @ delta, delta.sum(axis=0), *gradients]
            if layer:
                back = delta @ self.weights[2 * layer].T
                delta = back_through(self.activations[layer - 1], outputs[layer], back)
        self._update(gradients)
        return loss

    def _update(self, gradients: list[Array]) -> None:
        self.updates += 1
        kind, given = self.problem.workload.optimizer, self.problem.workload.optimizer_arguments
        rate, small = given["learning_rate"], given.get("epsilon", 0.0)
        for index, gradient in enumerate(gradients):
            if kind == "SGD":
                self.weights[index] -= rate * gradient
            elif kind == "RMSprop":
                self.squares[index] = RHO * self.squares[index] + (1 - RHO) * gradient**2
                self.weights[index] -= rate * gradient / np.sqrt(self.squares[index] + small)
            else:
                self._adam(index, gradient, rate, small)

    def _adam(self, index: int, gradient: Array, rate: float, small: float) -> None:
        self.means[index] = BETA1 * self.means[index] + (1 - BETA1) * gradient
        self.squares[index] = BETA2 * self.squares[index] + (1 - BETA2) * gradient**2
        step = rate * (1 - BETA2**self.updates) ** 0.5 / (1 - BETA1**self.updates)
        self.weights[index] -= step * self.means[index] / (np.sqrt(self.squares[index]) + small)
