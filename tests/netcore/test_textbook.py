"""A second, slow netcore: equations as in a textbook, float64, gradients by the complex step, weight by weight.

The complex step, f(w + ih).imag / h with h = 1e-30, is a derivative without cancellation: right to the last digit.
"""

import numpy as np
import pytest

from netcore import Input, Sequential, layers, losses, optimizers
from tests.netcore.helpers import targets_for

pytestmark = pytest.mark.usefixtures("float64")

H = 1e-30


def network(weights, x, last):
    """(n, d) -> (n, k); works on complex weights too."""
    hidden = 1 / (1 + np.exp(-(x @ weights[0] + weights[1])))
    z = hidden @ weights[2] + weights[3]
    if last == "softmax":
        return np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    return 1 / (1 + np.exp(-z)) if last == "sigmoid" else z


def absolute(z):
    return z * np.sign(z.real)


LOSSES = {
    "MeanSquaredError": lambda y, p: ((p - y) ** 2).mean(axis=1),
    "MeanAbsoluteError": lambda y, p: absolute(p - y).mean(axis=1),
    "MeanAbsolutePercentageError": lambda y, p: 100 * (absolute(p - y) / np.abs(y)).mean(axis=1),
    "BinaryCrossentropy": lambda y, p: -(y * np.log(p) + (1 - y) * np.log(1 - p)).mean(axis=1),
    "CategoricalCrossentropy": lambda y, p: -(y * np.log(p)).sum(axis=1),
    "SparseCategoricalCrossentropy": lambda y, p: -np.log(p[np.arange(len(y)), y.astype(int)]),
}


def gradients(weights, x, y, weight, loss, last):
    """Derivative of the mean of weight * loss with respect to each number of each weight."""
    found = []
    for array in weights:
        gradient = np.zeros(array.shape)
        for index in np.ndindex(array.shape):
            nudged = [w.astype(complex) for w in weights]
            nudged[[w is array for w in weights].index(True)][index] += 1j * H
            gradient[index] = (weight * LOSSES[loss](y, network(nudged, x, last))).mean().imag / H
        found.append(gradient)
    return found


def sgd(w, g, s, t, rate=0.1, momentum=0.0, nesterov=False):
    s["b"] = momentum * s.get("b", 0) - rate * g
    w += (momentum * s["b"] - rate * g) if nesterov else s["b"]


def rmsprop(w, g, s, t, rate=0.01, rho=0.9, epsilon=1e-7, momentum=0.0, centered=False):
    s["v"] = rho * s.get("v", 0) + (1 - rho) * g * g
    s["a"] = rho * s.get("a", 0) + (1 - rho) * g
    step = rate * g / np.sqrt(s["v"] - (s["a"] ** 2 if centered else 0) + epsilon)
    s["b"] = momentum * s.get("b", 0) + step
    w -= s["b"]


def adam(w, g, s, t, rate=0.01, beta_1=0.9, beta_2=0.999, epsilon=1e-7, amsgrad=False):
    s["m"] = beta_1 * s.get("m", 0) + (1 - beta_1) * g
    s["v"] = beta_2 * s.get("v", 0) + (1 - beta_2) * g * g
    s["top"] = np.maximum(s.get("top", 0), s["v"])
    alpha = rate * np.sqrt(1 - beta_2**t) / (1 - beta_1**t)
    w -= alpha * s["m"] / (np.sqrt(s["top"] if amsgrad else s["v"]) + epsilon)


STEPS = {"SGD": sgd, "RMSprop": rmsprop, "Adam": adam}
OPTIMIZERS = [
    ("SGD", {}),
    ("SGD", {"momentum": 0.9}),
    ("SGD", {"momentum": 0.9, "nesterov": True}),
    ("RMSprop", {}),
    ("RMSprop", {"rho": 0.7, "epsilon": 0.01}),
    ("RMSprop", {"momentum": 0.5}),
    ("RMSprop", {"centered": True, "momentum": 0.5, "epsilon": 0.001}),
    ("Adam", {}),
    ("Adam", {"beta_1": 0.5, "beta_2": 0.9, "epsilon": 0.01}),
    ("Adam", {"beta_2": 0.5, "amsgrad": True}),
]


def textbook(weights, x, y, weight, loss, last, optimizer, options, epochs, batch_size):
    """Weights and mean losses per epoch; batches in the order of the rows."""
    states, t, history = [{} for _ in weights], 0, []
    for _ in range(epochs):
        total = 0.0
        for start in range(0, len(x), batch_size):
            part = slice(start, start + batch_size)
            values = weight[part] * LOSSES[loss](y[part], network(weights, x[part], last))
            total += values.sum()
            t += 1
            found = gradients(weights, x[part], y[part], weight[part], loss, last)
            for w, g, state in zip(weights, found, states, strict=True):
                STEPS[optimizer](w, g, state, t, **options)
        history.append(total / len(x))
    return history


def assert_as_in_the_textbook(loss, optimizer, options):
    cls = getattr(losses, loss)
    rng = np.random.default_rng(9)
    k = 1 if loss == "BinaryCrossentropy" else 3
    x, y, weight = rng.normal(size=(11, 2)), targets_for(cls(), rng, 11, k), rng.uniform(0.2, 2, 11)
    last = getattr(cls, "function", None)
    model = Sequential([Input((2,)), layers.Dense(3, activation="sigmoid"), layers.Dense(k, activation=last)])
    rate = {"SGD": 0.1, "RMSprop": 0.01, "Adam": 0.01}[optimizer]
    model.compile(getattr(optimizers, optimizer)(rate, **options), cls())
    weights = model.get_weights()
    expected = textbook(weights, x, y, weight, loss, last, optimizer, options, 3, 4)
    history = model.fit(x, y, 4, 3, verbose=0, shuffle=False, sample_weight=weight).history
    np.testing.assert_allclose(history["loss"], expected, rtol=1e-10)
    for ours, theirs in zip(model.get_weights(), weights, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-10, atol=1e-13)


@pytest.mark.parametrize(("optimizer", "options"), OPTIMIZERS, ids=lambda value: str(value))
def test_every_optimizer_makes_the_textbook_updates(optimizer, options):
    assert_as_in_the_textbook("MeanSquaredError", optimizer, options)


@pytest.mark.parametrize("loss", LOSSES)
def test_every_loss_trains_as_in_the_textbook(loss):
    assert_as_in_the_textbook(loss, "SGD", {"momentum": 0.5})
