"""A run as a Keras 3 program with all that it needs beside it: prepared data, start weights, order of the rows.

Run where these files lie, it makes the run again: same start, same rows in the same order, so the same curves up to
rounding. Where Keras cannot do the same it says so in a comment.
"""

import math
from dataclasses import dataclass

import numpy as np

from lab.aside.progress import silently
from lab.data.prepare import Dataset
from lab.export.fit_lines import FitStyle, first_epoch, fit_calls, fit_lines, last_epoch, ordered_lines, weight_lines
from lab.export.keras_source import head_lines, model_lines
from lab.export.npz import named_weights
from lab.export.preparation import preparation_lines
from lab.insight.cut_off import ROWS_LOOKED_AT, CutOff, cuts_off
from lab.insight.inside.job import cut_off_in, rows_cut_off, snapshot_in, way_back
from lab.insight.inside.looker import answer_to
from lab.runs.kept.record import RunRecord
from lab.runs.kept.replay import Past, past_of, seconds_an_epoch, seconds_to
from lab.runs.wire.arrays import Arrays, other_data, part, rows_in
from lab.runs.wire.checkpoints import Checkpoints
from lab.runs.work.trainer import Trainer
from lab.spec.experiment import Experiment, GraphSpec
from lab.texts import Language, say

DATA_FILE, WEIGHTS_FILE = "data.npz", "start_weights.npz"
ORDER_BYTES = 20_000_000  # an order that takes more is not shipped


@dataclass(frozen=True)
class Section:
    """Some lines of the program; `key` says what they do."""

    key: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Program:
    """The program in sections, and the arrays of its files.

    Args:
        differs: keys of the reasons why Keras will not give the same numbers; empty if it will.
    """

    name: str
    sections: tuple[Section, ...]
    differs: tuple[str, ...]
    data: Arrays
    start_weights: Arrays

    def text(self, language: Language) -> str:
        """All of it, as one file."""
        lines = [f"# {say('export.run_here', language, files=f'{DATA_FILE}, {WEIGHTS_FILE}')}"]
        for section in self.sections:
            lines += ["", f"# --- {say(section.key, language)}", *section.lines]
        return "\n".join(lines) + "\n"


def program_of(record: RunRecord, checkpoints: Checkpoints, dataset: Dataset, language: Language) -> Program:
    """The program of a run, with the knobs turned on the way. What takes long is done aside.

    Args:
        language: of its comments.

    Raises:
        RunError, NetcoreError: the run cannot be built again; LookError: not in time.
    """
    past = past_of(record, checkpoints, dataset)
    experiment, trainer = past.experiment, _at_the_start(record, past)
    model = trainer.model
    cut = _cut_off(record, past, trainer) if cuts_off(model) else None
    data = _data(past.arrays)
    order = _order(experiment, len(dataset.train.x), model.order_stream.generator) if experiment.fit.shuffle else None
    if order is not None:
        data["order"] = order
    style = FitStyle(
        validated="x_val" in data or bool(part(data, "x_val/")),
        ordered=0 if order is None else order.shape[1],
        kept=True,
    )
    differs = _differences(
        experiment, has_random=bool(model.random_layers()), has_order=order is not None, has_cut_off=cut is not None
    )
    figures = {} if cut is None else {"epoch": cut.epoch, "count": cut.count, "rows": cut.rows}
    fits = fit_lines(experiment, language, style)
    sections = (
        Section("export.part.start", tuple(head_lines(experiment))),
        Section("export.part.data", (*preparation_lines(dataset, language), *_load_lines(data))),
        Section("export.part.model", tuple(model_lines(experiment, _shapes(experiment, dataset)))),
        Section("export.part.weights", _start_lines(experiment, language)),
        Section(
            "export.part.fit",
            (
                *(f"# {line}" for key in differs for line in say(key, language, **figures).splitlines()),
                *weight_lines(experiment, _classes(dataset)),
                *(ordered_lines(experiment) if order is not None else ()),
                *fits,
            ),
        ),
        Section("export.part.curves", (*_curve_lines(fits), *_came_out(record, language))),
    )
    weights = named_weights(model, model.get_weights())
    return Program(record.name, sections, differs, data, weights)


# --- where it begins


def _at_the_start(record: RunRecord, past: Past) -> Trainer:
    """Brought to the epoch that the run began with: of a fork the one that it left its parent at."""
    first = first_epoch(past.experiment)
    way_s = seconds_to(record, past.checkpoints, first)
    trainer = Trainer(past.spec, past.arrays)
    trainer.restore(snapshot_in(*answer_to(way_back(past, first, way_s), way_s, silently)))
    return trainer


def _cut_off(record: RunRecord, past: Past, trainer: Trainer) -> CutOff | None:
    """Looked for at each kept state, in no longer than an epoch of training takes."""
    share = min(1.0, ROWS_LOOKED_AT / rows_in(past.arrays))
    seconds = (1 + len(past.checkpoints)) * share * seconds_an_epoch(record)
    return cut_off_in(*answer_to(rows_cut_off(past, trainer.snapshot()), seconds, silently))


# --- what lies beside it


def _data(arrays: Arrays) -> Arrays:
    """x_train, y_train, x_val, y_val; of a functional model x_train/<input> and so on. Never the test part.

    Args:
        arrays: of the run, as a Trainer takes them.
    """
    named = {}
    for name, array in other_data(arrays, "").items():
        what, _, of = name.partition("/")
        what = what if what.endswith("_val") else f"{what}_train"
        named[f"{what}/{of}" if of else what] = array
    return named


def _order(experiment: Experiment, rows: int, generator: np.random.Generator) -> np.ndarray | None:
    """(epochs, rows): the rows as each epoch goes through them; None if that were too much to ship.

    Args:
        generator: that of the run, before its first epoch; it is used up.
    """
    epochs = last_epoch(experiment) - first_epoch(experiment)
    kind = np.min_scalar_type(max(rows - 1, 0))
    if epochs < 1 or epochs * rows * kind.itemsize > ORDER_BYTES:
        return None
    order = np.empty((epochs, rows), kind)
    for line in order:
        drawn = np.arange(rows)
        generator.shuffle(drawn)
        line[...] = drawn
    return order


def _differences(experiment: Experiment, *, has_random: bool, has_order: bool, has_cut_off: bool) -> tuple[str, ...]:
    """Keys of what Keras does otherwise."""
    found = []
    if has_cut_off:
        found.append("export.differs.cut_off")
    if has_random:
        found.append("export.differs.random")
    if experiment.fit.shuffle and not has_order:
        found.append("export.differs.order")
    if any(change.source is not None for change in experiment.fit.changes):
        found.append("export.differs.data")
    if experiment.origin is not None:
        found.append("export.differs.fork")
    return tuple(found)


# --- lines


def _load_lines(data: Arrays) -> list[str]:
    lines = [f'data = np.load("{DATA_FILE}")']
    for suffix in ("train", "val"):
        pair = [_loaded(data, f"{letter}_{suffix}") for letter in "xy"]
        if pair[0]:
            lines += [f"{letter}_{suffix} = {source}" for letter, source in zip("xy", pair, strict=True)]
    if "order" in data:
        lines.append('order = data["order"].astype(int)')
    return lines


def _loaded(data: Arrays, name: str) -> str:
    """How one array, or those of several inputs or outputs by name, come out of the file; "" if they are not there."""
    if name in data:
        return f'data["{name}"]'
    parts = part(data, f"{name}/")
    return "{" + ", ".join(f"{one!r}: data[{f'{name}/{one}'!r}]" for one in parts) + "}" if parts else ""


def _start_lines(experiment: Experiment, language: Language) -> tuple[str, ...]:
    key = "export.start_weights" if experiment.origin is None else "export.fork_weights"
    return (
        f"# {say(key, language, epoch=first_epoch(experiment))}",
        f'start = np.load("{WEIGHTS_FILE}")',
        "model.set_weights([start[name] for name in start.files])",
    )


def _curve_lines(fits: list[str]) -> list[str]:
    """`curves`: the history of all calls of fit as one."""
    names = [line.partition(" = ")[0] for line in fit_calls(fits)]
    if not names:
        return []
    joined = " + ".join(f"{name}.history[key]" for name in names)
    first = "history.history" if len(names) == 1 else f"{{key: {joined} for key in history.history}}"
    return [f"curves = {first}", "print({key: values[-1] for key, values in curves.items()})"]


def _came_out(record: RunRecord, language: Language) -> list[str]:
    """What the app had at the end, to compare."""
    last = {name: values[-1] for name, values in record.history.items() if values and math.isfinite(values[-1])}
    if not last:
        return []
    numbers = ", ".join(f"{name} {value:.6g}" for name, value in last.items())
    return [f"# {say('export.came_out', language, epoch=record.epochs_done, numbers=numbers)}"]


def _shapes(experiment: Experiment, dataset: Dataset) -> dict[str, tuple[int, ...]] | tuple[int, ...]:
    return dataset.input_shapes if isinstance(experiment.model, GraphSpec) else dataset.input_shape


def _classes(dataset: Dataset) -> int | None:
    return len(dataset.classes) or None
