"""A second generator of runs whose true risk is known, of another kind of problem than `benchmarks.insight.runs`.

Mixtures of three classes, a rare class, a regression on five of ten inputs, one with heavy-tailed noise, a staircase;
two optimizers with learning rates up to 0.05, dropout, batches of 8 and 32, and 40 to 300 validation rows.
"""

import os

for _name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_name] = "1"  # before NumPy is imported

from typing import Any  # noqa: E402

import numpy as np  # noqa: E402

from benchmarks.insight.runs import FRESH_ROWS, KnownRun, followed  # noqa: E402
from lab.runs.wire.spec import Fit, Part, RunSpec, Sequential  # noqa: E402

CHOICES: dict[str, tuple[Any, ...]] = {
    "problem": ("mixture", "rare", "friedman", "heavy", "stairs"),
    "spread": (0.5, 1.0, 2.0),  # of the classes, or of a regression's noise
    "rows": (60, 150, 400, 1000),
    "validation_rows": (40, 100, 300),
    "units": (2, 8, 32, 128),
    "depth": (1, 2),
    "dropout": (0.0, 0.0, 0.3),
    "epochs": (30, 100, 200),
    "batch_size": (8, 32),
    "optimizer": ("Adam", "SGD"),
    "learning_rate": (0.001, 0.005, 0.02, 0.05),
}
REGRESSION = ("friedman", "heavy", "stairs")
Array = np.ndarray[Any, Any]


def rows_of(random: np.random.Generator, rows: int, settings: dict[str, Any]) -> tuple[Array, Array]:
    """Inputs (rows, 10) and targets (rows, 1) or, of three classes, (rows, 3)."""
    problem, spread = settings["problem"], settings["spread"]
    x = random.standard_normal((rows, 10))
    if problem == "mixture":
        kind = random.integers(3, size=rows)
        x[:, :2] = CENTRES[kind] + spread * random.standard_normal((rows, 2))
        return x.astype(np.float32), np.eye(3, dtype=np.float32)[kind]
    if problem == "rare":
        chance = 1 / (1 + np.exp(-(2 * (x[:, 0] + x[:, 1] * x[:, 2]) / spread - 3)))
        return x.astype(np.float32), (random.random(rows) < chance).astype(np.float32)[:, None]
    clean = {
        "friedman": np.sin(2 * x[:, 0] * x[:, 1]) + 0.7 * x[:, 2] ** 2 - 0.7 + 0.8 * x[:, 3] + 0.4 * x[:, 4],
        "heavy": x[:, 0] - x[:, 1] + 0.5 * x[:, 2] * x[:, 3],
        "stairs": np.floor(2 * x[:, 0]) / 2 + np.sign(x[:, 1]),
    }[problem]
    noise = random.standard_t(3, rows) if problem == "heavy" else random.standard_normal(rows)
    return x.astype(np.float32), (clean + 0.6 * spread * noise).astype(np.float32)[:, None]


CENTRES = np.array([[0.0, 1.2], [1.0, -0.6], [-1.0, -0.6]])


def other_run(seed: int) -> KnownRun:
    """Draw the settings of a run, train it, and measure its true risk along the way."""
    random = np.random.default_rng(seed)
    settings = {name: choices[random.integers(len(choices))] for name, choices in CHOICES.items()}
    counts = (settings["rows"], settings["validation_rows"], FRESH_ROWS)
    parts = [rows_of(random, rows, settings) for rows in counts]
    return followed(seed, settings, spec_of(settings, seed), parts, regression=settings["problem"] in REGRESSION)


def spec_of(settings: dict[str, Any], seed: int) -> RunSpec:
    """A network of one or two hidden layers, with dropout behind each where it was drawn."""
    hidden = [Part("Dense", {"units": settings["units"], "activation": "relu"})]
    hidden += [Part("Dropout", {"rate": settings["dropout"]})] if settings["dropout"] else []
    units, activation, loss = {
        "mixture": (3, "softmax", "CategoricalCrossentropy"),
        "rare": (1, "sigmoid", "BinaryCrossentropy"),
    }.get(settings["problem"], (1, "linear", "MeanSquaredError"))
    layers = (*(hidden * settings["depth"]), Part("Dense", {"units": units, "activation": activation}))
    momentum = {"momentum": 0.9} if settings["optimizer"] == "SGD" else {}
    return RunSpec(
        network=Sequential(layers, (10,), Part(loss, {}), ()),
        optimizer=Part(settings["optimizer"], {"learning_rate": settings["learning_rate"], **momentum}),
        fit=Fit(epochs=2 * settings["epochs"], batch_size=settings["batch_size"], shuffle=True),
        seed=seed,
    )
