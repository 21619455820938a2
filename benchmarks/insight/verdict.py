"""How often is the verdict right? Runs whose true risk is known, judged from their curves alone.

    python -m benchmarks.insight.verdict [runs]

Each run learns noisy labels of a 2-D shape with its own amount of noise, rows, width and epochs. Its true label comes
from the true risk, the loss on 20,000 fresh rows of the generator after every epoch, which the verdict never sees:

* overfit       the risk ends more than 10 % and 3 % of the baseline above its lowest value;
* not_finished  otherwise, if as many epochs again bring the risk down by more than 5 % of the baseline;
* underfit      otherwise, if less than half of what can be learned (baseline minus best possible risk) was learned;
* good_fit      everything else.
"""

import os

for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"  # before NumPy is imported

import sys  # noqa: E402
from collections import Counter  # noqa: E402
from typing import Any  # noqa: E402

import numpy as np  # noqa: E402

from lab.insight.verdict import judge  # noqa: E402
from lab.runs.trainer import Trainer  # noqa: E402
from netcore.losses import BinaryCrossentropy  # noqa: E402

FRESH_ROWS = 20_000
KINDS = ("good_fit", "overfit", "underfit", "not_finished", "not_enough_data", "diverged")
Array = np.ndarray[Any, Any]


def shape(random: np.random.Generator, rows: int, noise: float, kind: str) -> tuple[Array, Array]:
    """Points (rows, 2) and labels (rows, 1), a share `noise` of them wrong."""
    x = random.uniform(-1, 1, (rows, 2)).astype(np.float32)
    if kind == "circle":
        inside = (x**2).sum(axis=1) < 2 / np.pi  # half of the square
    elif kind == "xor":
        inside = x[:, 0] * x[:, 1] > 0
    else:
        inside = x[:, 0] + 0.5 * x[:, 1] > 0
    wrong = random.random(rows) < noise
    return x, (inside ^ wrong).astype(np.float32)[:, None]


def entropy(noise: float) -> float:
    """Lowest possible loss at that share of wrong labels."""
    if noise == 0:
        return 0.0
    return float(-noise * np.log(noise) - (1 - noise) * np.log(1 - noise))


def one_run(seed: int) -> tuple[str, str, dict[str, Any]]:
    """(true label, verdict, settings) of one run."""
    random = np.random.default_rng(seed)
    settings = {
        "kind": str(random.choice(["circle", "xor", "line"])),
        "noise": float(random.choice([0.0, 0.05, 0.1, 0.2])),
        "rows": int(random.choice([40, 100, 300, 1000])),
        "units": int(random.choice([1, 4, 16, 64])),
        "depth": int(random.choice([1, 2])),
        "epochs": int(random.choice([20, 60, 150, 300])),
        "learning_rate": float(random.choice([0.003, 0.01])),
    }
    x, y = shape(random, settings["rows"], settings["noise"], settings["kind"])
    x_val, y_val = shape(random, max(settings["rows"] // 3, 20), settings["noise"], settings["kind"])
    x_new, y_new = shape(random, FRESH_ROWS, settings["noise"], settings["kind"])
    hidden = [{"type": "Dense", "params": {"units": settings["units"], "activation": "relu"}}] * settings["depth"]
    epochs = settings["epochs"]
    spec = {
        "layers": [*hidden, {"type": "Dense", "params": {"units": 1, "activation": "sigmoid"}}],
        "input_shape": [2],
        "optimizer": {"type": "Adam", "params": {"learning_rate": settings["learning_rate"]}},
        "loss": {"type": "BinaryCrossentropy", "params": {}},
        "metrics": [],
        "fit": {"epochs": 2 * epochs, "batch_size": 10, "shuffle": True},
        "changes": [],
        "seed": seed,
    }
    trainer = Trainer(spec, {"x": x, "y": y, "x_val": x_val, "y_val": y_val})
    loss = BinaryCrossentropy()
    risk = []
    for _ in range(2 * epochs):
        trainer.advance(epochs=1)
        risk.append(float(loss(y_new, trainer.model.predict(x_new, batch_size=FRESH_ROWS, verbose=0))))
    base_rate = np.full_like(y_val, y.mean())
    verdict = judge(
        trainer.history["loss"][:epochs],
        trainer.history["val_loss"][:epochs],
        train_rows=len(x),
        validation_rows=len(x_val),
        baseline_loss=float(loss(y_val, base_rate)),
        baseline_kind="majority",
        parameters=trainer.model.count_params(),
        inputs=2,
    )
    truth = label(risk, epochs, float(loss(y_new, np.full_like(y_new, y.mean()))), entropy(settings["noise"]))
    return truth, verdict.kind, settings | {"rule": verdict.rule}


def label(risk: list[float], epochs: int, baseline: float, lowest_possible: float) -> str:
    """The true label, from the risk after each of 2 * epochs epochs of a run that is judged after `epochs`."""
    end, best = risk[epochs - 1], min(risk[:epochs])
    if end > 1.1 * best and end - best > 0.03 * baseline:
        return "overfit"
    if end - min(risk) > 0.05 * baseline:
        return "not_finished"
    if end - lowest_possible > 0.5 * (baseline - lowest_possible):
        return "underfit"
    return "good_fit"


def main() -> None:
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    counts: Counter[tuple[str, str]] = Counter()
    for seed in range(runs):
        truth, verdict, settings = one_run(seed)
        counts[truth, verdict] += 1
        if truth != verdict and verdict != "not_enough_data":
            print(f"{seed}: truly {truth}, called {verdict}: {settings}")
    print(f"\n{'truly / called':>16}" + "".join(f"{kind:>17}" for kind in KINDS))
    for truth in KINDS[:4]:
        print(f"{truth:>16}" + "".join(f"{counts[truth, kind]:>17}" for kind in KINDS))
    called = sum(count for (_, verdict), count in counts.items() if verdict != "not_enough_data")
    right = sum(count for (truth, verdict), count in counts.items() if truth == verdict)
    print(f"right: {right} of {called} that were called ({right / called:.0%}); {runs - called} not called")


if __name__ == "__main__":
    main()
