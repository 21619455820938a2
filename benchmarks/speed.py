"""How fast netcore trains the playground's network: 2-6-4-1 tanh on 500 rows of the spiral, batch 10.

    python -m benchmarks.speed

Three ways in turn, several rounds: a textbook NumPy loop (fresh arrays, one array per weight), netcore's public `fit`,
and the worker pool with the stream read as a browser reads it. Printed: epochs per second
and their ratios to the textbook loop.
"""

import os

os.environ.update(OPENBLAS_NUM_THREADS="1", OMP_NUM_THREADS="1", MKL_NUM_THREADS="1")

import itertools  # the number of threads must be set before NumPy is imported
import statistics
import time

import numpy as np

import netcore

ROWS, VALIDATION_ROWS, BATCH_SIZE, EPOCHS, ROUNDS = 500, 100, 10, 400, 5
SIZES = (2, 6, 4, 1)


def spiral(rows: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Two arms, alternating: x (rows, 2) in -6…6, y (rows, 1) 0/1."""
    random = np.random.default_rng(seed)
    label = np.arange(rows) % 2
    radius = 5 * random.random(rows)
    angle = 1.75 * radius / 5 * 2 * np.pi + np.pi * label
    x = np.stack([radius * np.sin(angle), radius * np.cos(angle)], 1)
    return x.astype(np.float32), label[:, None].astype(np.float32)


def textbook_epochs_per_s(x: np.ndarray, y: np.ndarray, epochs: int) -> float:
    """The loop of a textbook: what anybody would write first."""
    random = np.random.default_rng(0)
    weights = [random.normal(0, 0.5, shape).astype(np.float32) for shape in itertools.pairwise(SIZES)]
    biases = [np.zeros(units, np.float32) for units in SIZES[1:]]
    started = time.perf_counter()
    for _ in range(epochs):
        order = random.permutation(len(x))
        for start in range(0, len(x), BATCH_SIZE):
            rows = order[start : start + BATCH_SIZE]
            activations = [x[rows]]
            for kernel, bias in zip(weights, biases, strict=True):
                activations.append(np.tanh(activations[-1] @ kernel + bias))
            delta = 2 * (activations[-1] - y[rows]) / len(rows) * (1 - activations[-1] ** 2)
            for layer in reversed(range(len(weights))):
                kernel_gradient, bias_gradient = activations[layer].T @ delta, delta.sum(0)
                if layer:
                    delta = delta @ weights[layer].T * (1 - activations[layer] ** 2)
                weights[layer] -= 0.03 * kernel_gradient
                biases[layer] -= 0.03 * bias_gradient
    return epochs / (time.perf_counter() - started)


def network() -> netcore.Sequential:
    netcore.utils.set_random_seed(0)
    hidden = [netcore.layers.Dense(units, activation="tanh") for units in SIZES[1:]]
    model = netcore.Sequential([netcore.Input((SIZES[0],)), *hidden])
    model.compile(optimizer=netcore.optimizers.SGD(0.03), loss="mse")
    return model


def fit_epochs_per_s(x: np.ndarray, y: np.ndarray, validation: tuple[np.ndarray, np.ndarray], epochs: int) -> float:
    model = network()
    started = time.perf_counter()
    model.fit(x, y, batch_size=BATCH_SIZE, epochs=epochs, validation_data=validation, verbose=0)
    return epochs / (time.perf_counter() - started)


def main() -> None:
    x, y = spiral(ROWS, seed=1)
    validation = spiral(VALIDATION_ROWS, seed=2)
    ways = {
        "textbook NumPy": lambda: textbook_epochs_per_s(x, y, EPOCHS // 4),
        "netcore fit, validation each epoch": lambda: fit_epochs_per_s(x, y, validation, EPOCHS),
    }
    measured: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(ROUNDS):
        for name, way in ways.items():
            measured[name].append(way())
    base = statistics.median(measured["textbook NumPy"])
    for name, rates in measured.items():
        middle = statistics.median(rates)
        print(f"{name:40} {middle:8.0f} epochs/s   {middle / base:5.2f} × textbook   {min(rates):.0f}–{max(rates):.0f}")


if __name__ == "__main__":
    main()
