"""The numbers and curves of one run that a study compares."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from lab.model.measures import larger_is_better
from lab.runs.orders.study import RunOutcome
from lab.spec.experiment import Experiment

NOISE_EPOCHS = 10  # the last ones, over which the noise of a curve is measured
FEWEST_CHANGES = 5  # a parabola goes through three of them whatever they are


@dataclass(frozen=True)
class RunFigures:
    """One run of a setting.

    Args:
        values: "val_loss", "train_loss", "best_loss", "updates", … -> number; NaN where there is none.
        curves: "val_loss", "train_loss", … -> number of each epoch. The training loss is that of the weights at the
            end of the epoch, and no weight penalty is in either.
        diverged: its numbers grew without bound.
    """

    seed: int
    values: Mapping[str, float]
    curves: Mapping[str, Sequence[float]]
    diverged: bool


def measures_of(experiment: Experiment, outcomes: Sequence[RunOutcome]) -> tuple[str, ...]:
    """ "loss" and the metrics that were looked at."""
    keys = dict.fromkeys(key for outcome in outcomes for key in outcome.history)
    return ("loss", *(key for key in keys if key != "loss" and not key.startswith("val_")))


def figures_of(seed: int, outcome: RunOutcome, experiment: Experiment) -> RunFigures:
    """What is known of a run, also of one that still goes on."""
    curves = _curves(outcome)
    watched = curves.get("val_loss") or curves.get("train_loss") or []
    finite = [value if math.isfinite(value) else math.inf for value in watched]
    best = finite.index(min(finite)) if finite else -1
    end = _epoch_kept(outcome, experiment, len(watched))
    values = {name: curve[end] for name, curve in curves.items() if len(curve) > end >= 0}
    if outcome.diverged:
        values = dict.fromkeys(values, math.nan)
    up = {name.partition("_")[2] for name in curves}
    values |= {
        f"best_{name}": _best(curves.get(f"val_{name}", ()), up=larger_is_better(name))
        for name in up
        if f"val_{name}" in curves
    }
    values |= {
        "best_epoch": float(best + 1),
        "epochs": float(len(watched)),
        "gap": values.get("val_loss", math.nan) - values.get("train_loss", math.nan),
        "noise": _noise(watched),
        "updates": float(outcome.updates),
        "seconds": outcome.compute_s,
        "parameters": float(outcome.parameters),
        "memory_kib": outcome.memory_bytes / 1024 if outcome.memory_bytes else math.nan,
    }
    return RunFigures(seed, values, curves, outcome.diverged)


def _curves(outcome: RunOutcome) -> dict[str, list[float]]:
    """Validation and training curves by name, without the weight penalty."""
    found = {key: list(values) for key, values in outcome.history.items() if key.startswith("val_")}
    found |= {
        f"train_{key}": list(outcome.extras.get(f"evaluated_{key}", values))
        for key, values in outcome.history.items()
        if not key.startswith("val_")
    }
    for extra, name in (("evaluated_data_loss", "train_loss"), ("val_data_loss", "val_loss")):
        if extra in outcome.extras:
            found[name] = list(outcome.extras[extra])
    return found


def _epoch_kept(outcome: RunOutcome, experiment: Experiment, epochs: int) -> int:
    """Place of the epoch whose weights the run ended with: early stopping may go back to the best."""
    stopping = experiment.fit.early_stopping
    if stopping is None or not stopping.restore_best_weights or not epochs:
        return epochs - 1
    columns = {**outcome.history, **outcome.extras}
    watched = columns.get(stopping.monitor) or columns.get("val_loss") or columns["loss"]
    return int(np.argmin(watched[:epochs]))


def _best(curve: Sequence[float], *, up: bool) -> float:
    finite = [value for value in curve if math.isfinite(value)]
    if not finite:
        return math.nan
    return max(finite) if up else min(finite)


def _noise(curve: Sequence[float]) -> float:
    """Standard deviation of the change from epoch to epoch over the last epochs, about a parabola: a curve that still
    falls smoothly has none."""
    change = np.diff(np.array(curve[-NOISE_EPOCHS - 1 :], float))
    if len(change) < FEWEST_CHANGES or not np.isfinite(change).all():
        return math.nan
    epochs = np.arange(len(change))
    return float((change - np.polyval(np.polyfit(epochs, change, 2), epochs)).std())
