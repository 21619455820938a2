"""The knobs of a task: which an experiment has, how they stand, and what a choice of their values makes of it."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, Literal, get_args

from lab.edits.layers import dropping_layers, hidden_layers, only_dense_hidden, penalty_on
from lab.homework.refusal import HomeworkError
from lab.homework.schema import NAMES, WHOLE, Knob, KnobName, Setting, Task
from lab.lessons.change import changed
from lab.lessons.schema import Change
from lab.model.inner_knobs import KERNEL_PENALTY
from lab.spec.experiment import Experiment, ModelSpec, check_limits
from lab.spec.limits import current_limits
from lab.spec.value import checked
from lab.studies.axes import LOSSES_FOR
from netcore.layers import LAYERS

KNOBS: Final[tuple[KnobName, ...]] = get_args(KnobName)
RANGE: Final = re.compile(r"^\s*(-?[\d.]+(?:e-?\d+)?)\s*(?:-|–|~|\.\.|…)\s*(-?[\d.]+(?:e-?\d+)?)\s*$", re.IGNORECASE)


def _shared(experiment: Experiment, argument: str) -> Any:
    """The value that all hidden layers have; that of the first if they differ."""
    layer = hidden_layers(experiment)[0]
    return layer.filled(LAYERS)[argument]


def _strength(experiment: Experiment) -> float:
    return penalty_on(hidden_layers(experiment)[0])[1]


def _rate(experiment: Experiment) -> float:
    return float(next((layer.filled(LAYERS)["rate"] for layer in dropping_layers(experiment)), 0.0))


def _no_other_penalty(experiment: Experiment) -> bool:
    return all(penalty_on(layer)[0] in ("", "L2") for layer in hidden_layers(experiment))


def _always(_experiment: Experiment) -> bool:
    return True


def _sequential(experiment: Experiment) -> bool:
    return isinstance(experiment.model, ModelSpec)


def _has_hidden(experiment: Experiment, argument: str = "units") -> bool:
    layers = hidden_layers(experiment)
    return bool(layers) and all(argument in LAYERS.get(layer.type).params for layer in layers)


@dataclass(frozen=True)
class _Kind:
    """A knob of any experiment.

    Args:
        fits: whether an experiment has it. now: how it stands there.
        worth: values worth trying, as `read_values` takes them.
    """

    fits: Callable[[Experiment], bool]
    now: Callable[[Experiment], Any]
    worth: str


KINDS: Final[dict[KnobName, _Kind]] = {
    "depth": _Kind(only_dense_hidden, lambda one: len(hidden_layers(one)), "1, 2, 3"),
    "units": _Kind(_has_hidden, lambda one: _shared(one, "units"), "1 - 64"),
    "activation": _Kind(
        partial(_has_hidden, argument="activation"),
        lambda one: _shared(one, "activation") or "linear",
        "relu, tanh, sigmoid, linear",
    ),
    "dropout": _Kind(lambda one: _sequential(one) and _has_hidden(one) and not dropping_layers(one), _rate, "0 - 0.5"),
    "l2": _Kind(
        lambda one: _has_hidden(one, KERNEL_PENALTY) and _no_other_penalty(one), _strength, "0, 0.001, 0.01, 0.1"
    ),
    "optimizer": _Kind(_always, lambda one: one.compile.optimizer.type, "SGD, RMSprop, Adam"),
    "learning_rate": _Kind(_always, lambda one: one.compile.learning_rate, "0.001, 0.01, 0.1"),
    "loss": _Kind(lambda one: _sequential(one) and one.data.task in LOSSES_FOR, lambda one: one.compile.loss.type, ""),
    "epochs": _Kind(_always, lambda one: one.fit.epochs, "10 - 100"),
    "batch_size": _Kind(_always, lambda one: one.fit.batch_size, "1, 10, 50"),
    "rows": _Kind(lambda one: one.data.split.train_rows is not None, lambda one: one.data.split.train_rows, "20, 50"),
}


def knobs_of(experiment: Experiment) -> tuple[KnobName, ...]:
    """Those that the experiment has, in the order in which they are shown."""
    return tuple(name for name in KNOBS if KINDS[name].fits(experiment))


def stands(experiment: Experiment, name: KnobName) -> Setting:
    """How the knob stands in it."""
    value: Setting = KINDS[name].now(experiment)
    return value


def worth_trying(experiment: Experiment, name: KnobName) -> str:
    """Values to begin with, as a teacher types them; how the knob stands is among them."""
    if name == "loss":
        return ", ".join(dict.fromkeys((str(stands(experiment, name)), *LOSSES_FOR[experiment.data.task])))
    worth = KINDS[name].worth
    knob = read_values(name, worth)
    now = stands(experiment, name)
    if knob.allows(now):
        return worth
    if knob.values:
        values = (now, *knob.values)
        return ", ".join(_typed(value) for value in (values if name in NAMES else sorted(values, key=float)))
    low, high = ends_of(knob)
    return f"{_typed(min(low, float(now)))} - {_typed(max(high, float(now)))}"


def read_values(name: KnobName, text: str) -> Knob:
    """ "2, 4, 8" or "1 - 64" as a teacher types them. Raises HomeworkError, ExperimentError."""
    found = RANGE.match(text)
    if found is not None and name not in NAMES:
        ends = [_number(name, end) for end in found.groups()]
        return checked(Knob, {"name": name, "low": ends[0], "high": ends[1]})
    pieces = [piece.strip() for piece in text.split(",") if piece.strip()]
    values = tuple(piece if name in NAMES else _number(name, piece) for piece in pieces)
    return checked(Knob, {"name": name, "values": values})


def _number(name: str, text: str) -> int | float:
    try:
        value = float(text)
        return int(value) if name in WHOLE and value == int(value) else value
    except (ValueError, OverflowError):
        raise HomeworkError("homework.value", knob=name, value=text[:60]) from None


def _typed(value: Setting) -> str:
    return value if isinstance(value, str) else f"{value:g}" if abs(value) < 1e5 else str(value)


# --- values chosen


def applied(task: Task, values: Mapping[str, Setting]) -> Experiment:
    """The experiment with the open knobs so. Raises ExperimentError, NetcoreError; HomeworkError: not to be set so."""
    for name, kind in slips(task, values):
        raise HomeworkError(f"homework.knob_{kind}", knob=name)
    base = task.experiment
    wished: dict[str, Any] = {name: value for name, value in values.items() if value != stands(base, _known(name))}
    if "optimizer" in wished:  # another one begins with a rate of its own, and that knob may be locked
        wished["learning_rate"] = values.get("learning_rate", base.compile.learning_rate)
    return changed(base, checked(Change, json.dumps(wished)))


def _known(name: str) -> KnobName:
    return next(known for known in KNOBS if known == name)


Slip = tuple[str, Literal["locked", "outside"]]


def slips(task: Task, values: Mapping[str, Setting]) -> tuple[Slip, ...]:
    """Knobs that were turned though they are locked, and those set beyond what the task allows."""
    found: list[Slip] = []
    for name, value in values.items():
        knob = task.knob(name)
        if knob is None:
            found.append((name, "locked"))
        elif not knob.allows(value):
            found.append((name, "outside"))
    return tuple(found)


def check_knobs(task: Task) -> None:
    """Every value of a list, and both ends of every pair of limits, can be set; the experiment is allowed.

    Raises:
        HomeworkError, ExperimentError, NetcoreError: the first that cannot.
    """
    check_limits(task.experiment, current_limits())
    for knob in task.knobs:
        if not KINDS[knob.name].fits(task.experiment):
            raise HomeworkError("homework.no_such_knob", knob=knob.name)
        for value in knob.values or ends_of(knob):
            check_limits(applied(task, {knob.name: value}), current_limits())


def ends_of(knob: Knob) -> tuple[float, float]:
    """The limits of a knob that has some: whole numbers where its values are."""
    low, high = knob.low or 0, knob.high or 0
    return (int(low), int(high)) if knob.name in WHOLE else (float(low), float(high))


def locked(task: Task) -> dict[KnobName, Setting]:
    """How the knobs stand that the experiment has and the task does not open."""
    return {name: stands(task.experiment, name) for name in knobs_of(task.experiment) if task.knob(name) is None}


def to_begin_with(task: Task) -> dict[str, Setting]:
    """The open knobs as they stand in the experiment, or as near as the task allows."""
    return {knob.name: _nearest(knob, stands(task.experiment, knob.name)) for knob in task.knobs}


def _nearest(knob: Knob, value: Setting) -> Setting:
    if knob.allows(value):
        return value
    if knob.values:
        return knob.values[0]
    low, high = ends_of(knob)
    return low if not isinstance(value, str) and value < low else high
