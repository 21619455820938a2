"""jax, a whole epoch compiled into one program with `lax.scan`: what is possible, not what people write."""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from benchmarks.peers.problem import Problem
from benchmarks.peers.workloads import Layer, Workload

Tree = Any
BETA1, BETA2, RHO = 0.9, 0.999, 0.9
ACTIVATIONS = {None: lambda z: z, "relu": jax.nn.relu, "tanh": jnp.tanh}  # softmax and sigmoid: in the losses
NONE_YET = -1e30


def last_state(weights: list[Any], x: Any) -> Any:
    """LSTM over (n, t, d) -> (n, units), gates in the order i, f, c, o."""
    kernel, recurrent, bias = weights
    units = recurrent.shape[0]

    def step(state: tuple[Any, Any], projected: Any) -> tuple[tuple[Any, Any], None]:
        h, c = state
        i, f, g, o = jnp.split(projected + h @ recurrent, 4, axis=1)
        c = jax.nn.sigmoid(f) * c + jax.nn.sigmoid(i) * jnp.tanh(g)
        return (jax.nn.sigmoid(o) * jnp.tanh(c), c), None

    start = jnp.zeros((x.shape[0], units)), jnp.zeros((x.shape[0], units))
    return lax.scan(step, start, (x @ kernel + bias).transpose(1, 0, 2))[0][0]


def convolved(weights: list[Any], x: Any) -> Any:
    """No padding, stride 1, channels last."""
    layout = ("NWC", "WIO", "NWC") if x.ndim == 3 else ("NHWC", "HWIO", "NHWC")
    strides = (1,) * (x.ndim - 2)
    return lax.conv_general_dilated(x, weights[0], strides, "VALID", dimension_numbers=layout) + weights[1]


def pooled(size: int, x: Any) -> Any:
    window = (1, *(size,) * (x.ndim - 2), 1)
    return lax.reduce_window(x, -jnp.inf, lax.max, window, window, "VALID")


def output_of(layer: Layer, weights: list[Any], xs: list[Any]) -> Any:
    given = layer.arguments
    if layer.kind == "LSTM":
        return last_state(weights, xs[0])
    if layer.kind in ("MaxPooling1D", "MaxPooling2D"):
        return pooled(given["pool_size"], xs[0])
    if layer.kind == "Flatten":
        return xs[0].reshape(len(xs[0]), -1)
    if layer.kind == "Concatenate":
        return jnp.concatenate(xs, axis=1)
    z = xs[0] @ weights[0] + weights[1] if layer.kind == "Dense" else convolved(weights, xs[0])
    return ACTIVATIONS.get(given.get("activation"), ACTIVATIONS[None])(z)


def ctc(logits: Any, labels: Any) -> Any:
    """Mean negative log probability of the labels (n, l), all of them counted, 0 the blank: the forward recursion."""
    n, length = labels.shape
    places = jnp.zeros((n, 2 * length + 1), jnp.int32).at[:, 1::2].set(labels.astype(jnp.int32))
    log_p = jax.nn.log_softmax(logits)
    emitted = jnp.take_along_axis(log_p, places[:, jnp.newaxis].repeat(logits.shape[1], axis=1), axis=2)
    before_last = jnp.pad(places, ((0, 0), (2, 0)))[:, :-2]
    may_skip = (places != 0) & (places != before_last) & (jnp.arange(places.shape[1]) > 1)

    def step(alpha: Any, now: Any) -> tuple[Any, None]:
        one = jnp.pad(alpha, ((0, 0), (1, 0)), constant_values=NONE_YET)[:, :-1]
        two = jnp.pad(alpha, ((0, 0), (2, 0)), constant_values=NONE_YET)[:, :-2]
        return jax.nn.logsumexp(jnp.stack([alpha, one, jnp.where(may_skip, two, NONE_YET)]), axis=0) + now, None

    start = jnp.where(jnp.arange(places.shape[1]) < 2, emitted[:, 0], NONE_YET)
    alpha, _ = lax.scan(step, start, emitted[:, 1:].transpose(1, 0, 2))
    return -jnp.mean(jnp.logaddexp(alpha[:, -1], alpha[:, -2]))


def loss_of(loss: str, activation: str | None, output: Any, y: Any) -> Any:
    if loss == "mse":
        return jnp.mean(((jax.nn.softmax(output) if activation == "softmax" else output) - y) ** 2)
    if loss == "binary_crossentropy":
        return jnp.mean(jnp.maximum(output, 0) - output * y + jnp.log1p(jnp.exp(-jnp.abs(output))))
    if loss == "categorical_crossentropy":
        return -jnp.mean(jnp.sum(y * jax.nn.log_softmax(output), axis=1))
    return ctc(output, y)


def total_loss(workload: Workload) -> Callable[..., Any]:
    layers = workload.named_layers()
    activations = {layer.name: layer.arguments.get("activation") for layer in layers}

    def total(weights: Tree, xs: list[Any], ys: list[Any]) -> Any:
        found = {f"input{index}": x for index, x in enumerate(xs)}
        for layer in layers:
            found[layer.name] = output_of(layer, weights[layer.name], [found[name] for name in layer.inputs])
        columns = zip(workload.losses_by_layer, ys, strict=True)
        return sum(loss_of(loss, activations[name], found[name], y) for (name, loss), y in columns)

    return total


def update_of(workload: Workload) -> Callable[..., tuple[Tree, Tree]]:
    """(weights, memory, gradients) -> (weights, memory), by Keras's equations."""
    kind, given = workload.optimizer, workload.optimizer_arguments
    rate, small = given["learning_rate"], given.get("epsilon", 0.0)
    each = jax.tree_util.tree_map

    def update(weights: Tree, memory: Tree, gradients: Tree) -> tuple[Tree, Tree]:
        t, means, squares = memory
        t = t + 1
        if kind == "SGD":
            return each(lambda w, g: w - rate * g, weights, gradients), (t, means, squares)
        if kind == "RMSprop":
            squares = each(lambda v, g: RHO * v + (1 - RHO) * g * g, squares, gradients)
            moved = each(lambda w, g, v: w - rate * g / jnp.sqrt(v + small), weights, gradients, squares)
            return moved, (t, means, squares)
        means = each(lambda m, g: BETA1 * m + (1 - BETA1) * g, means, gradients)
        squares = each(lambda v, g: BETA2 * v + (1 - BETA2) * g * g, squares, gradients)
        step = rate * jnp.sqrt(1 - BETA2**t) / (1 - BETA1**t)
        moved = each(lambda w, m, v: w - step * m / (jnp.sqrt(v) + small), weights, means, squares)
        return moved, (t, means, squares)

    return update


class Adapter:
    def __init__(self, problem: Problem) -> None:
        self.problem, workload = problem, problem.workload
        size, full = workload.batch_size, workload.rows // workload.batch_size
        stacked = [[one[: full * size].reshape(full, size, *one.shape[1:]) for one in arrays] for arrays in self._rows]
        rest = [[one[full * size :] for one in arrays] for arrays in self._rows]
        self._data = jax.tree_util.tree_map(jnp.asarray, (stacked, rest))
        self._epoch = jax.jit(self._epoch_program(total_loss(workload), update_of(workload)), donate_argnums=(0, 1))
        self.reset()

    @property
    def _rows(self) -> tuple[list[np.ndarray], list[np.ndarray]]:
        return self.problem.x, self.problem.y

    def _epoch_program(self, total: Callable[..., Any], update: Callable[..., Any]) -> Callable[..., Any]:
        rows, size = self.problem.workload.rows, self.problem.workload.batch_size
        value_and_gradients = jax.value_and_grad(total)

        def step(state: tuple[Tree, Tree], batch: tuple[list[Any], list[Any]]) -> tuple[tuple[Tree, Tree], Any]:
            weights, memory = state
            loss, gradients = value_and_gradients(weights, *batch)
            return update(weights, memory, gradients), loss

        def epoch(weights: Tree, memory: Tree, stacked: Tree, rest: Tree) -> tuple[Tree, Tree, Any]:
            state, losses = lax.scan(step, (weights, memory), tuple(stacked))
            summed = losses.sum() * size
            if rows % size:
                state, loss = step(state, tuple(rest))
                summed += loss * (rows % size)
            return *state, summed / rows

        return epoch

    def reset(self) -> None:
        self._weights = jax.tree_util.tree_map(jnp.array, self.problem.weights)
        zeros = [jax.tree_util.tree_map(jnp.zeros_like, self._weights) for _ in range(2)]
        self._memory = jnp.zeros((), jnp.float32), *zeros

    def fit(self, epochs: int) -> list[float]:
        losses = []
        for _ in range(epochs):
            self._weights, self._memory, loss = self._epoch(self._weights, self._memory, *self._data)
            losses.append(loss)
        return [float(loss) for loss in losses]
