"""Experiments whose expected verdict is known from more than the verdict may see: a grid over learning rates.

Every ready-made start is trained with each optimizer, each learning rate of nine decades and several seeds. Beside it
stand families that tempt a verdict to say something false: targets of pure noise, rows that stand several times in the
table, validation parts of a handful of rows, series that drift; and regressions with other losses than squared ones,
whose baseline is another number than the mean.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import product

import numpy as np
import pandas as pd

from lab.data import Table, read_table
from lab.data.prepare import Dataset, prepare
from lab.data.propose import propose_data
from lab.data.samples import load_sample
from lab.spec.data import UploadSource
from lab.spec.experiment import Experiment, PartSpec
from lab.starts import STARTS, propose_experiment, start

RATES = tuple(10.0**power for power in range(-5, 4))
OPTIMIZERS = {
    "sgd": PartSpec(type="SGD"),
    "momentum": PartSpec(type="SGD", params={"momentum": 0.9}),
    "rmsprop": PartSpec(type="RMSprop"),
    "adam": PartSpec(type="Adam"),
}
SLOW = {"ctc_morse": 8, "hourly": 8, "lecture": 30, "spiral": 200}  # epochs, where a run would take seconds
FAMILIES = ("start", "noise", "duplicates", "tiny", "drift", "losses")
OTHER_LOSSES = {
    "tmax_mae": ("kr_tmax_tomorrow", "MeanAbsoluteError"),
    "outliers_mae": ("outliers_1d", "MeanAbsoluteError"),
    "rain_mae": ("rain_amount", "MeanAbsoluteError"),
    "rain_mape": ("rain_amount", "MeanAbsolutePercentageError"),
}
FEW_RATES = (1e-4, 1e-2, 1.0)
BATCH = 10


@dataclass(frozen=True)
class Case:
    """One run of the grid. Cases that differ in `rate` alone are neighbours: each tells something of the others."""

    family: str
    table: str
    optimizer: str
    rate: float
    seed: int

    @property
    def name(self) -> str:
        return f"{self.family}/{self.table}/{self.optimizer}/{self.rate:g}/{self.seed}"


def cases(families: Sequence[str] = FAMILIES, seeds: Sequence[int] = (0, 1, 2)) -> Iterator[Case]:
    """All of the grid, a table after the other."""
    tables = {
        "start": (STARTS, OPTIMIZERS, RATES),
        "noise": (("noise_150", "noise_300", "noise_classes_200"), ("sgd", "adam"), RATES),
        "duplicates": (("iris_3", "breast_cancer_3", "sine_3"), ("sgd", "adam"), FEW_RATES),
        "tiny": (("iris_tiny", "wine_tiny", "tmax_tiny"), ("adam",), FEW_RATES),
        "drift": (("trend", "level_shift", "season"), ("sgd", "adam"), FEW_RATES),
        "losses": (tuple(OTHER_LOSSES), ("sgd", "adam"), RATES),
    }
    for family in families:
        names, optimizers, rates = tables[family]
        for table, optimizer, seed, rate in product(names, optimizers, seeds, rates):
            yield Case(family, table, optimizer, rate, seed)


def experiment_of(case: Case) -> tuple[Experiment, Dataset]:
    """The experiment of a case, and its data."""
    base, table = BASES[case.family](case.table, case.seed)
    part = OPTIMIZERS[case.optimizer]
    optimizer = part.replace(params={**part.params, "learning_rate": case.rate})
    experiment = base.with_compile(optimizer=optimizer).replace(seed=case.seed)
    return experiment, prepare(table, experiment.data, case.seed)


def _of_start(name: str, seed: int) -> tuple[Experiment, Table]:
    base = start(name)
    return (base.with_fit(epochs=SLOW[name]) if name in SLOW else base), _sample(base.data.source.name)


@cache
def _sample(name: str) -> Table:
    return load_sample(name)


def _noise(name: str, seed: int) -> tuple[Experiment, Table]:
    """Six columns of noise and a target that has nothing to do with them."""
    random = np.random.default_rng(9000 + seed)
    rows = int(name.rpartition("_")[2])
    frame = pd.DataFrame(random.normal(size=(rows, 6)).round(4), columns=[f"x{place}" for place in range(6)])
    if "classes" in name:
        frame["kind"] = random.choice(["a", "b"], rows)
    else:
        frame["y"] = random.normal(size=rows).round(4)
    return _proposed(name, frame)


def _duplicates(name: str, seed: int) -> tuple[Experiment, Table]:
    """Each row three times: what is validated on was trained on as well."""
    if name == "sine_3":
        random = np.random.default_rng(9100 + seed)
        x = random.uniform(-3, 3, 100)
        frame = pd.DataFrame({"x": x.round(4), "y": (np.sin(x) + 0.2 * random.normal(size=100)).round(4)})
        frame = pd.concat([frame] * 3, ignore_index=True)
        return _proposed(name, frame)
    sample = name.removesuffix("_3")
    frame = pd.concat([_sample(sample).frame] * 3, ignore_index=True)
    return _proposed(name, frame)


def _tiny(name: str, seed: int) -> tuple[Experiment, Table]:
    """A validation part of some 10 to 25 rows."""
    sample = {"iris_tiny": "iris", "wine_tiny": "wine", "tmax_tiny": "kr_tmax_tomorrow"}[name]
    base, table = _proposed(name, _sample(sample).frame.head(200) if sample != "iris" else _sample(sample).frame)
    share = {"iris_tiny": 0.08, "wine_tiny": 0.12, "tmax_tiny": 0.12}[name]
    return base.with_data(split=base.data.split.replace(validation=share, test=0.5)), table


def _drift(name: str, seed: int) -> tuple[Experiment, Table]:
    """A series in time order whose later rows are of another kind."""
    random = np.random.default_rng(9200 + seed)
    t = np.arange(500)
    x = random.normal(size=(500, 3))
    signal = x[:, 0] + 0.5 * x[:, 1]
    moved = {
        "trend": signal + t / 60 + 0.3 * random.normal(size=500),
        "level_shift": signal + np.where(t > 290, 4.0, 0.0) + 0.3 * random.normal(size=500),
        "season": signal * np.where(t > 290, -1.0, 1.0) + 0.3 * random.normal(size=500),
    }[name]
    dates = pd.date_range("2020-01-01", periods=500).strftime("%Y-%m-%d")
    frame = pd.DataFrame({"date": dates, **{f"x{place}": x[:, place].round(4) for place in range(3)}})
    frame["y"] = moved.round(4)
    base, table = _proposed(name, frame)
    split = base.data.split.replace(order="time", time_column="date")
    inputs = tuple(column for column in base.data.inputs if column != "date")
    return base.with_data(split=split, inputs=inputs), table


def _other_loss(name: str, seed: int) -> tuple[Experiment, Table]:
    """A regression in the target's own unit, as a percentage of it asks for."""
    sample, loss = OTHER_LOSSES[name]
    base, table = _proposed(name, _sample(sample).frame)
    return base.with_data(target_scaling="none").with_compile(loss=PartSpec(type=loss)), table


def _proposed(name: str, frame: pd.DataFrame) -> tuple[Experiment, Table]:
    """The experiment that the data page proposes for a table whose last column is the target."""
    table = read_table(frame.to_csv(index=False).encode(), f"{name}.csv")
    target = str(frame.columns[-1])
    source = UploadSource(name=f"{name}.csv", columns=tuple(map(str, frame.columns)), sha256=table.sha256)
    base = propose_experiment(table, source, propose_data(table, target))
    return base.with_fit(batch_size=BATCH), table


BASES = {
    "start": _of_start,
    "noise": _noise,
    "duplicates": _duplicates,
    "tiny": _tiny,
    "drift": _drift,
    "losses": _other_loss,
}
