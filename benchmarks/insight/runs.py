"""Runs whose true risk is known: networks that learn from noisy rows of a generator which can give as many more.

Each run has its own problem, amount of noise, rows, width, depth, epochs and learning rate. It is trained for twice
its epochs; after at most LOOKS of them the true risk is measured, the loss on FRESH_ROWS new rows of the generator.
"""

import os

for _name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_name] = "1"  # before NumPy is imported

from dataclasses import dataclass  # noqa: E402
from typing import Any  # noqa: E402

import numpy as np  # noqa: E402

from lab.runs.wire.spec import Fit, Part, RunSpec, Sequential  # noqa: E402
from lab.runs.work.trainer import Trainer  # noqa: E402
from lab.verdict.rows import RISE_ERROR, SPREAD, TRAIN_SPREAD  # noqa: E402
from netcore.losses import LOSSES  # noqa: E402

FRESH_ROWS = 20_000
LOOKS = 50
CHOICES: dict[str, tuple[Any, ...]] = {
    "problem": ("circle", "xor", "line", "sine", "plane"),
    "noise": (0.0, 0.05, 0.1, 0.2),  # share of wrong labels; of a regression's variance, twice that
    "noise_inputs": (0, 8),  # inputs that have nothing to do with the answer
    "rows": (40, 100, 300, 1000),
    "units": (1, 4, 16, 64),
    "depth": (1, 2),
    "epochs": (20, 60, 150, 300),
    "learning_rate": (0.003, 0.01),
}
REGRESSION = ("sine", "plane")
Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class KnownRun:
    """One run.

    Args:
        settings: what was drawn for it from CHOICES.
        columns: "loss", "evaluated_loss", "val_loss": what a person sees of it, one value an epoch.
        looks: epochs, from 1, after which `risk` was measured; the last half lies beyond what the person sees.
        baseline, baseline_train, baseline_risk: of the training rows' mean, on the validation, the training and the
            fresh rows.
    """

    seed: int
    settings: dict[str, Any]
    columns: dict[str, list[float]]
    looks: list[int]
    risk: list[float]
    baseline: float
    baseline_train: float
    baseline_risk: float
    parameters: int
    inputs: int
    regression: bool


def rows_of(random: np.random.Generator, rows: int, settings: dict[str, Any]) -> tuple[Array, Array]:
    """Inputs (rows, 2 + noise_inputs) and targets (rows, 1)."""
    x = random.uniform(-1, 1, (rows, 2 + settings["noise_inputs"])).astype(np.float32)
    clean = _clean(settings["problem"], x[:, 0], x[:, 1])
    if settings["problem"] in REGRESSION:
        y = clean + np.sqrt(2 * settings["noise"]) * random.standard_normal(rows)
    else:
        y = clean.astype(bool) ^ (random.random(rows) < settings["noise"])
    return x, y.astype(np.float32)[:, None]


def _clean(problem: str, first: Array, second: Array) -> Array:
    """Half of the square belongs to each class; a regression's answer has a variance of about 1."""
    answers = {
        "circle": first**2 + second**2 < 2 / np.pi,
        "xor": first * second > 0,
        "line": first + 0.5 * second > 0,
        "sine": 1.4 * np.sin(4 * first),
        "plane": 1.5 * first + 0.8 * second,
    }
    return np.asarray(answers[problem])


def known_run(seed: int, validation_rows: int = 300) -> KnownRun:
    """Draw the settings of a run, train it, and measure its true risk along the way."""
    random = np.random.default_rng(seed)
    settings = {name: choices[random.integers(len(choices))] for name, choices in CHOICES.items()}
    settings["validation_rows"] = validation_rows
    counts = (settings["rows"], settings["validation_rows"], FRESH_ROWS)
    parts = [rows_of(random, rows, settings) for rows in counts]
    regression = settings["problem"] in REGRESSION
    return followed(seed, settings, _spec(settings, seed), parts, regression=regression)


def followed(
    seed: int, settings: dict[str, Any], spec: RunSpec, parts: list[tuple[Array, Array]], *, regression: bool
) -> KnownRun:
    """Train a run for twice its epochs and measure its true risk along the way.

    Args:
        parts: (x, y) of the training, the validation and the fresh rows.
    """
    (x, y), (x_val, y_val), (x_new, y_new) = parts
    trainer = Trainer(spec, {"x": x, "y": y, "x_val": x_val, "y_val": y_val})
    assert isinstance(spec.network, Sequential)
    loss = LOSSES.get(spec.network.loss.type)()
    looks = _looks(settings["epochs"])
    risk: list[float] = []
    for before, look in zip([0, *looks], looks, strict=False):
        trainer.advance(epochs=look - before)
        risk.append(float(loss(y_new, trainer.model.predict(x_new, batch_size=2000, verbose=0))))
    seen = {**trainer.history, **trainer.extras}
    kept = ("loss", "evaluated_loss", "val_loss", SPREAD, RISE_ERROR, TRAIN_SPREAD)
    baseline, baseline_train, baseline_risk = (
        float(loss(one, np.broadcast_to(y.mean(axis=0), one.shape).astype(np.float32))) for one in (y_val, y, y_new)
    )
    return KnownRun(
        seed=seed,
        settings=settings,
        columns={name: seen[name][: settings["epochs"]] for name in kept},
        looks=looks,
        risk=risk,
        baseline=baseline,
        baseline_train=baseline_train,
        baseline_risk=baseline_risk,
        parameters=trainer.model.count_params(),
        inputs=x.shape[1],
        regression=regression,
    )


def _looks(epochs: int) -> list[int]:
    """Up to LOOKS epochs of twice `epochs`, the last one of those a person sees among them, denser early on."""
    half = LOOKS // 2
    early = {round(epochs * (step / half) ** 1.5) for step in range(1, half + 1)}
    late = {round(epochs * (1 + step / half)) for step in range(1, half + 1)}
    return sorted(look for look in early | late if look)


def _loss(settings: dict[str, Any]) -> str:
    return "MeanSquaredError" if settings["problem"] in REGRESSION else "BinaryCrossentropy"


def _spec(settings: dict[str, Any], seed: int) -> RunSpec:
    hidden = (Part("Dense", {"units": settings["units"], "activation": "relu"}),) * settings["depth"]
    activation = "linear" if settings["problem"] in REGRESSION else "sigmoid"
    layers = (*hidden, Part("Dense", {"units": 1, "activation": activation}))
    return RunSpec(
        network=Sequential(layers, (2 + settings["noise_inputs"],), Part(_loss(settings), {}), ()),
        optimizer=Part("Adam", {"learning_rate": settings["learning_rate"]}),
        fit=Fit(epochs=2 * settings["epochs"], batch_size=10, shuffle=True),
        seed=seed,
    )
