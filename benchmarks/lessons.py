"""Does netcore repeat the effects that the lessons speak of? Each was measured over five seeds with another engine.

    python -m benchmarks.lessons

A figure counts as met when the means over five seeds differ by at most 2 √(sd² + sd²) + 1 %, and settings that differ
by more than that stand in the same order. The seeds are 0 to 4, as on the page; they set split and start weights, and
neither is that of the measurement. Where no sd was noted, it is that of 40 seeds of netcore, or else of the five.
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import math
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from lab.data.prepare import Dataset, prepare_cached
from lab.data.samples import load_sample
from lab.edits.layers import with_after_hidden, with_depth, with_penalty, with_units
from lab.runs.orders.study import Cell, RunOutcome
from lab.runs.serve.inline import InlineEngine
from lab.spec.experiment import Experiment, PartSpec
from lab.studies import bases
from lab.studies.axes import with_rows
from lab.studies.figures import figures_of
from lab.studies.scores import scores_of

SEEDS = range(5)
Reference = tuple[float, float | None]  # mean and sd over five seeds; None where no sd was noted


@dataclass(frozen=True)
class Measured:
    """One setting of a lesson.

    Args:
        figures: name (see `figures_here`) -> what was measured.
        lost: seeds that diverged.
    """

    lesson: str
    setting: str
    experiment: Experiment
    figures: dict[str, Reference]
    lost: int = 0


@dataclass(frozen=True)
class Line:
    """One figure beside its reference."""

    lesson: str
    setting: str
    figure: str
    mean: float
    sd: float
    reference: Reference

    @property
    def room(self) -> float:
        """How far the means may lie apart. Without an sd the spread is taken to be that of here."""
        other = self.sd if self.reference[1] is None else self.reference[1]
        return 2 * math.hypot(self.sd, other) + 0.01 * abs(self.reference[0])

    @property
    def met(self) -> bool:
        return abs(self.mean - self.reference[0]) <= self.room


def all_measured() -> list[Measured]:
    return [*losses(), *optimizers(), *learning_rates(), *batches(), *splits(), *capacities(), *memorised(), *cured()]


def losses() -> list[Measured]:
    digits, rain, heavy, broken = bases.digits(), bases.rain_amount(), bases.heavy_rain(), bases.broken_sensor()
    digits = digits.with_fit(epochs=30)
    mse = PartSpec(type="MeanSquaredError")
    found = [
        Measured(
            "L06 a",
            name,
            one,
            {"val_accuracy@5": (a, None), "val_accuracy@10": (b, None), "val_accuracy@30": (c, None)},
        )
        for name, one, a, b, c in (
            ("cross-entropy", digits, 0.91, 0.94, 0.96),
            ("MSE", digits.with_compile(loss=mse), 0.18, 0.25, 0.43),
            ("MSE, rate 1.0", digits.with_compile(loss=mse).with_learning_rate(1.0), 0.63, 0.88, 0.96),
        )
    ]
    found += [
        Measured("L06 b", name, rain.with_compile(loss=PartSpec(type=name)), figures)
        for name, figures in (
            ("MeanSquaredError", {"score_total_ratio": (1.12, 0.16), "score_mape": (293.0, None)}),
            ("MeanAbsoluteError", {"score_total_ratio": (0.71, 0.11)}),
            ("MeanAbsolutePercentageError", {"score_total_ratio": (0.30, 0.05), "score_mape": (69.0, None)}),
        )
    ]
    plain = {"score_accuracy": (0.972, None), "score_recall": (0.26, 0.10), "score_precision": (0.66, None)}
    weighted = {"score_accuracy": (0.856, None), "score_recall": (0.81, 0.07), "score_precision": (0.16, None)}
    found.append(Measured("L06 c", "no weights", heavy, {**plain, "score_csi": (0.23, None)}))
    balanced = heavy.with_fit(class_weight="balanced")
    found.append(Measured("L06 c", "class weights", balanced, {**weighted, "score_csi": (0.15, None)}))
    for name, reference in (("MeanSquaredError", (7.5, 0.6)), ("MeanAbsoluteError", (0.09, 0.08))):
        one = broken.with_compile(loss=PartSpec(type=name))
        found.append(Measured("L06 d", name, one, {"good_bias": reference}))
    return found


def optimizers() -> list[Measured]:
    return [
        Measured(
            "L07 a",
            name,
            bases.digits().with_compile(optimizer=PartSpec(type=type, params=params)),
            {"val_accuracy@5": (early, None), "val_accuracy@20": (late, None)},
        )
        for name, type, params, early, late in (
            ("SGD", "SGD", {}, 0.43, 0.85),
            ("SGD + momentum", "SGD", {"momentum": 0.9}, 0.91, 0.956),
            ("RMSprop", "RMSprop", {}, 0.85, 0.948),
            ("Adam", "Adam", {}, 0.85, 0.946),
        )
    ]


def learning_rates() -> list[Measured]:
    base = bases.maximum_in_degrees()
    sgd: list[tuple[float, Reference | None]] = [
        (1e-5, (15.3, 0.77)),
        (1e-4, (4.10, 0.23)),
        (1e-3, (1.86, 0.072)),
        (1e-2, (1.79, 0.08)),
        (0.1, None),
        (1.0, None),
    ]
    found = [
        Measured(
            "L07 b",
            f"SGD {rate:g}",
            base.with_learning_rate(rate),
            {} if reference is None else {"val_mae": reference},
            lost=5 if reference is None else 0,
        )
        for rate, reference in sgd
    ]
    adam: list[tuple[float, Reference]] = [
        (1e-4, (15.3, 0.77)),
        (1e-3, (3.88, 0.36)),
        (1e-2, (1.79, 0.05)),
        (0.1, (1.82, 0.12)),
        (1.0, (2.74, 0.44)),
    ]
    with_adam = base.with_compile(optimizer=adam(0.01))
    return found + [
        Measured("L07 b", f"Adam {rate:g}", with_adam.with_learning_rate(rate), {"val_mae": mae}) for rate, mae in adam
    ]


def batches() -> list[Measured]:
    base = bases.tomorrows_maximum()
    return [
        Measured("L10", "batch 1", base.with_fit(batch_size=1), {"val_loss": (0.0487, 0.003), "noise": (0.0088, None)}),
        Measured("L10", "batch 10", base, {"val_loss": (0.0453, 0.001), "noise": (0.0019, None)}),
        Measured("L10", "batch 100", base.with_fit(batch_size=100), {"val_loss": (0.0585, 0.005)}),
        Measured("L10", "batch 1000", base.with_fit(batch_size=1000), {"val_loss": (0.17, 0.03)}),
        Measured(
            "L10 more",
            "batch 1000, 2000 epochs",
            base.with_fit(batch_size=1000, epochs=2000),
            {"val_loss": (0.0439, None)},
        ),
        Measured(
            "L10 more",
            "batch 1, rate 0.002",
            base.with_fit(batch_size=1).with_learning_rate(0.002),
            {"val_loss": (0.0452, None), "noise": (0.0017, None)},
        ),
    ]


def splits() -> list[Measured]:
    trap, leak = bases.time_trap(), bases.leak()
    by_time = trap.with_data(split=trap.data.split.replace(order="time"))
    without = leak.with_data(inputs=tuple(name for name in leak.data.inputs if "배수량" not in name))
    return [
        Measured("L11", "at random", trap, {"val_accuracy": (0.852, 0.013)}),
        Measured("L11", "by time", by_time, {"val_accuracy": (0.526, 0.059)}),
        Measured("L11 leak", "with the leaking column", leak, {"val_accuracy": (0.989, 0.004)}),
        Measured("L11 leak", "without it", without, {"val_accuracy": (0.699, 0.033)}),
    ]


def capacities() -> list[Measured]:
    circle: list[tuple[int, Reference, float]] = [
        (1, (0.62, 0.11), 0.57),
        (2, (0.79, 0.16), 0.78),
        (3, (0.88, 0.085), 0.84),
        (4, (0.96, 0.041), 0.96),
        (8, (1.00, 0.0), 1.00),
    ]
    found = [
        Measured(
            "L12 circle",
            f"{units} units",
            with_units(bases.circle(), units),
            {"train_accuracy": train, "val_accuracy": (val, train[1])},
        )
        for units, train, val in circle
    ]
    spiral = bases.spiral()
    found += [
        Measured("L12 spiral", name, one, figures)
        for name, one, figures in (
            ("none", with_depth(spiral, 0), {"train_accuracy": (0.60, None), "val_accuracy": (0.55, None)}),
            (
                "8",
                with_units(with_depth(spiral, 1), 8),
                {"train_accuracy": (0.65, None), "val_accuracy": (0.53, None)},
            ),
            ("16-16", spiral, {"train_accuracy": (0.95, 0.07), "val_accuracy": (0.89, 0.11)}),
        )
    ]
    sine = bases.sine()
    found.append(
        Measured("L12 sine", "none", with_depth(sine, 0), {"train_loss": (0.255, None), "val_loss": (0.272, None)})
    )
    return found + [
        Measured(
            "L12 sine",
            f"{units} units",
            with_units(sine, units),
            {"train_loss": (train, None), "val_loss": (val, None)},
        )
        for units, train, val in ((1, 0.116, 0.126), (4, 0.048, 0.059), (16, 0.045, 0.061))
    ]


def memorised() -> list[Measured]:
    return [
        Measured("L13", name, bases.rainy_days(hidden), figures)
        for name, hidden, figures in (
            (
                "128-128",
                (128, 128),
                {"train_loss": (0.0015, None), "val_loss": (2.30, 0.22), "val_accuracy": (0.673, 0.027)},
            ),
            ("4 units", (4,), {"train_loss": (0.42, None), "val_loss": (0.60, None)}),
            ("no hidden layer", (), {"train_loss": (0.49, None), "val_loss": (0.563, 0.019)}),
        )
    ]


def cured() -> list[Measured]:
    base = bases.rainy_days()
    dropout = with_after_hidden(base, "Dropout", rate=0.5)
    stopping = {"monitor": "val_loss", "patience": 10}
    return [
        Measured("L14", name, one, {"val_loss": loss})
        for name, one, loss in (
            ("none", base, (2.30, 0.22)),
            ("early stopping", base.with_fit(early_stopping=stopping), (0.557, 0.030)),
            ("dropout 0.5", dropout, (1.71, 0.19)),
            ("L2 0.01", with_penalty(base, "L2", 0.01), (1.18, 0.13)),
            ("L2 0.03", with_penalty(base, "L2", 0.03), (0.83, 0.10)),
            ("dropout + L2 0.03", with_penalty(dropout, "L2", 0.03), (0.67, 0.07)),
            ("240 rows", with_rows(base, 240, 60), (0.85, 0.06)),
            ("1,160 rows", with_rows(base, 1160, 60), (0.530, 0.016)),
            ("L2 1.0", with_penalty(base, "L2", 1.0), (0.604, None)),
        )
    ]


# --- measuring


def run(measured: Sequence[Measured]) -> Iterator[Line]:
    """Train all of them and give each figure beside its reference; a wrong number of lost runs is a line too."""
    cells = [_cell(f"{place}", one.experiment) for place, one in enumerate(measured)]
    engine = InlineEngine()
    study = engine.start_study(cells, "me", predict=True)
    engine.advance()
    outcomes = engine.study(study, "me").outcomes
    for one, cell in zip(measured, cells, strict=True):
        ended = outcomes[cell.key]
        lost = sum(outcome.diverged for outcome in ended)
        if lost or one.lost:
            yield Line(one.lesson, one.setting, "lost", float(lost), 0.0, (float(one.lost), 0.0))
        for figure, reference in one.figures.items():
            values = [figures_here(*run, outcome)[figure] for run, outcome in zip(cell.runs, ended, strict=True)]
            yield Line(one.lesson, one.setting, figure, float(np.mean(values)), float(np.std(values)), reference)


def _cell(key: str, experiment: Experiment) -> Cell:
    table = load_sample(experiment.data.source.name)
    return Cell(
        key, tuple((experiment.replace(seed=seed), prepare_cached(table, experiment.data, seed)) for seed in SEEDS)
    )


def figures_here(experiment: Experiment, dataset: Dataset, outcome: RunOutcome) -> dict[str, float]:
    """Those of a study, "val_accuracy@5" after epoch 5, scores, and the bias on rows that no broken sensor measured."""
    figures = figures_of(experiment.seed, outcome, experiment)
    found = dict(figures.values)
    found |= {
        f"{name}@{epoch}": curve[epoch - 1]
        for name, curve in figures.curves.items()
        for epoch in EPOCHS
        if len(curve) >= epoch
    }
    if outcome.predictions is not None:
        found |= scores_of(dataset, outcome.predictions)
        if dataset.task == "regression":
            found["good_bias"] = _bias_on_good_rows(dataset, outcome)
    return found


EPOCHS = (5, 10, 20, 30)
FAR_OFF = 20.0  # of the line y = 3 + 2 x; a broken sensor adds 60 and more


def _bias_on_good_rows(dataset: Dataset, outcome: RunOutcome) -> float:
    target = dataset.validation.target
    given = dataset.inverse_target(outcome.predictions).reshape(len(target))
    x = dataset.inverse_inputs(dataset.validation.x).to_numpy(float)[:, 0]
    good = np.abs(target - (3 + 2 * x)) < FAR_OFF
    return float((given - target)[good].mean())


def out_of_order(lines: Sequence[Line]) -> list[tuple[Line, Line]]:
    """Pairs of settings that were measured clearly apart and here stand the other way round."""
    wrong = []
    groups = {(line.lesson, line.figure) for line in lines if line.figure != "lost"}
    for group in groups:
        ranked = sorted(
            (line for line in lines if (line.lesson, line.figure) == group), key=lambda line: line.reference
        )
        wrong += [
            (one, other)
            for one, other in pairwise(ranked)
            if other.reference[0] - one.reference[0] > max(one.room, other.room) and one.mean > other.mean
        ]
    return wrong


def main() -> int:
    lines = list(run(all_measured()))
    print(f"{'lesson':<11} {'setting':<30} {'figure':<18} {'measured':>20} {'netcore':>20}")
    for line in lines:
        mean, sd = line.reference
        reference = f"{mean:.4g} ± {sd:.2g}" if sd is not None else f"{mean:.4g}"
        here, mark = f"{line.mean:.4g} ± {line.sd:.2g}", "" if line.met else "  MISSED"
        print(f"{line.lesson:<11} {line.setting:<30} {line.figure:<18} {reference:>20} {here:>20}{mark}")
    for one, other in out_of_order(lines):
        print(f"out of order: {one.lesson} {one.figure}: {one.setting}, {other.setting}")
    met = sum(line.met for line in lines)
    print(f"{met} of {len(lines)} met, {len(out_of_order(lines))} pairs out of order")
    return 0 if met == len(lines) and not out_of_order(lines) else 1


if __name__ == "__main__":
    sys.exit(main())
