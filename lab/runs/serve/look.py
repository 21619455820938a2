"""What a network is before a run: its rows, its start weights, and how good these, or others, are. No run is made."""

import math
from base64 import b64decode
from dataclasses import replace
from typing import Any, Final

import numpy as np

from lab.data.playground import kind_of
from lab.data.prepare import Dataset
from lab.data.table import Table
from lab.errors import RunError
from lab.model.drawn_units import MOST_PARAMETERS
from lab.model.plain_layers import plain_layers
from lab.model.probe import evenly
from lab.model.size import excess_of_all_rows
from lab.runs.orders.run import run_spec
from lab.runs.serve.asking import check_size
from lab.runs.wire.arrays import Arrays
from lab.runs.work.build import build_model
from lab.runs.work.drawn import exact_layers, named_layers
from lab.spec.data import PlaygroundSource
from lab.spec.experiment import Experiment
from lab.spec.limits import Limits

MOST_POINTS: Final = 2_000  # of a part: more is no picture
MOST_VALUES: Final = 100_000  # of all rows: more would take a page's time
MOST_WORK: Final = 1_000_000_000  # multiplications for all rows, likewise

Given = dict[str, dict[str, str]]  # layer -> weight -> base64 of float32, as the event "parameters" tells them


def look(experiment: Experiment, table: Table, dataset: Dataset, limits: Limits, given: Given | None) -> dict[str, Any]:
    """{"points", "layers", "parameters", "count", "numbers"} in plain values.

    Args:
        given: weights in place of the start weights.

    Raises:
        RunError, ExperimentError, NetcoreError: it cannot be trained, or is too large to be looked at.
        RunError "play.weights": the given weights are not of this network.
    """
    count = check_size(experiment, dataset, limits)
    if count > MOST_PARAMETERS:
        raise RunError("run.too_many_parameters", value=count, high=MOST_PARAMETERS)
    too_heavy = excess_of_all_rows(experiment, dataset, replace(limits, pass_multiplications=MOST_WORK))
    if too_heavy is not None:
        raise RunError(too_heavy.code, **too_heavy.values)
    # rows that a run would change to are not looked at
    spec, arrays = run_spec(experiment.with_fit(changes=()), dataset)
    values = sum(int(array.size) for array in arrays.values())
    if values > MOST_VALUES:
        raise RunError("run.too_many_values", value=values, high=MOST_VALUES)
    model = build_model(spec)
    layers = named_layers(model, spec)
    if given is not None:
        _put(layers, given)
    return {
        "points": {part: _points(experiment, table, dataset, part) for part in ("train", "validation")},
        "layers": plain_layers(experiment),
        "parameters": {"epoch": 0, "updates": 0, "layers": exact_layers(model, spec)},
        "count": count,
        "numbers": _numbers(model, arrays),
    }


def _put(layers: list[tuple[str, Any]], given: Given) -> None:
    if given.keys() != {name for name, layer in layers if layer.weights}:
        raise RunError("play.weights")
    for name, layer in layers:
        for weight in layer.weights:
            weight.assign(_array(given[name].get(weight.name, ""), weight.shape))


def _array(text: str, shape: tuple[int, ...]) -> Any:
    try:
        return np.frombuffer(b64decode(text, validate=True), "<f4").reshape(shape)
    except ValueError:
        raise RunError("play.weights") from None


def _points(experiment: Experiment, table: Table, dataset: Dataset, name: Any) -> list[list[float]]:
    """Rows of a part: [x1, x2, target] of a generated table, else the inputs as the network takes them, and target."""
    part = dataset.part(name)
    kept = evenly(len(part.rows), MOST_POINTS)
    source = experiment.data.source
    if isinstance(source, PlaygroundSource):
        names = ["x1", "x2"][: kind_of(source).dimension]
        x = table.frame[names].to_numpy(float)[part.rows[kept]]
    else:
        x = part.x[kept].reshape(len(kept), -1)
    columns = np.column_stack([x, np.asarray(part.target[kept], float)]).astype(float)
    rows: list[list[float]] = columns.round(5).tolist()
    return rows


def _numbers(model: Any, arrays: Arrays) -> dict[str, float | None]:
    """Loss and metrics of both parts by the names of a frame."""
    numbers: dict[str, float] = {}
    penalty = float(sum(model.losses))
    for before, suffix in (("", ""), ("val_", "_val")):
        if f"x{suffix}" not in arrays:
            continue
        logs = model.evaluate(arrays[f"x{suffix}"], arrays[f"y{suffix}"], verbose=0, return_dict=True)
        numbers |= {f"{before}{name}": float(value) for name, value in logs.items()}
        if penalty:
            numbers |= {f"+{before}data_loss": numbers[f"{before}loss"] - penalty, f"+{before}penalty": penalty}
    return {name: value if math.isfinite(value) else None for name, value in numbers.items()}
