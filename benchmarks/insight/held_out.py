"""A third generator of runs, from real tables: some rows train, some validate, and all the others tell the truth.

Sample tables of the project whose rows are many enough, a few hundred of them drawn for each run; of some runs part of
the answers is exchanged among the rows, which makes them noise. What the other two call 20,000 fresh rows are here the
rows left over (150 to some 2,700), so a label may itself be off by their scatter. The label's rule is the one of
`benchmarks.insight.verdict`; it was written down before the first of these runs was trained.
"""

import os

for _name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_name] = "1"  # before NumPy is imported

from typing import Any  # noqa: E402

import numpy as np  # noqa: E402

from benchmarks.insight.runs import KnownRun, followed  # noqa: E402
from lab.data import Table, read_table  # noqa: E402
from lab.data.prepare import PART_NAMES, prepare  # noqa: E402
from lab.data.propose import propose_data  # noqa: E402
from lab.data.samples import card, load_sample  # noqa: E402
from lab.runs.wire.spec import Fit, Part, RunSpec, Sequential  # noqa: E402
from lab.spec.data import DataSpec, SampleSource, SplitSpec  # noqa: E402
from lab.starts import propose_output  # noqa: E402

CHOICES: dict[str, tuple[Any, ...]] = {
    "table": (
        "breast_cancer",
        "digits_8x8",
        "imbalanced_heavy_rain",
        "kr_rain_tomorrow",
        "kr_tmax_tomorrow",
        "kr_weather_type",
        "rain_amount",
        "seattle_tomorrow",
    ),
    "exchanged": (0.0, 0.0, 0.3),  # share of the rows whose answers change places
    "rows": (50, 100, 200, 300),
    "validation_rows": (40, 80, 120),
    "units": (4, 16, 64),
    "depth": (1, 2),
    "dropout": (0.0, 0.0, 0.4),
    "epochs": (25, 80, 160),
    "batch_size": (10, 40),
    "optimizer": ("Adam", "RMSprop", "SGD"),
    "learning_rate": (0.0005, 0.002, 0.01, 0.05),
}


def table_run(seed: int) -> KnownRun:
    """Draw the settings of a run, train it, and measure its true risk on the rows left over."""
    random = np.random.default_rng(seed)
    settings = {name: choices[random.integers(len(choices))] for name, choices in CHOICES.items()}
    table, data = _drawn(random, settings)
    dataset = prepare(table, data, seed)
    settings["rows"], settings["validation_rows"] = len(dataset.train.x), len(dataset.validation.x)
    output, loss, _ = propose_output(dataset.task, len(dataset.classes))
    units = output["units"]
    parts = [
        (dataset.part(name).x.reshape(len(dataset.part(name).x), -1), dataset.targets_for(name, loss.type, units))
        for name in PART_NAMES
    ]
    spec = _spec(settings, parts[0][0].shape[1:], output, loss.type, seed)
    return followed(seed, settings, spec, parts, regression=dataset.task == "regression")


def _drawn(random: np.random.Generator, settings: dict[str, Any]) -> tuple[Table, DataSpec]:
    """Rows of the table in another order, and how they are divided."""
    name = settings["table"]
    frame, target = load_sample(name).frame, card(name).target
    wanted = settings["rows"] + settings["validation_rows"]
    most = min(16 * settings["rows"], 9 * wanted)  # a split asks for 5 % to train with, and tests with up to 90 %
    frame = frame.iloc[random.permutation(len(frame))[:most]].reset_index(drop=True)
    moved = np.flatnonzero(random.random(len(frame)) < settings["exchanged"])
    frame.loc[moved, target] = frame.loc[random.permutation(moved), target].to_numpy()
    table = read_table(frame.to_csv(index=False).encode(), f"{name}.csv")
    split = SplitSpec(validation=settings["validation_rows"] / len(frame), test=1 - wanted / len(frame))
    return table, propose_data(table, source=SampleSource(name=name)).replace(split=split, windows=None)


def _spec(settings: dict[str, Any], shape: tuple[int, ...], output: dict[str, Any], loss: str, seed: int) -> RunSpec:
    hidden = [Part("Dense", {"units": settings["units"], "activation": "relu"})]
    hidden += [Part("Dropout", {"rate": settings["dropout"]})] if settings["dropout"] else []
    return RunSpec(
        network=Sequential((*(hidden * settings["depth"]), Part("Dense", output)), shape, Part(loss, {}), ()),
        optimizer=Part(settings["optimizer"], {"learning_rate": settings["learning_rate"]}),
        fit=Fit(epochs=2 * settings["epochs"], batch_size=settings["batch_size"], shuffle=True),
        seed=seed,
    )
