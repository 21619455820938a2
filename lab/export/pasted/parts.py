"""Layers, losses, optimizers and metrics as pasted code names them: found in the registries, arguments checked.

What is misspelt but clear is taken, with a finding that names it and its remedy; what is not clear is left out, with a
finding too. No part is named here but where Keras itself has a word of its own for it.
"""

import difflib
import inspect
from collections.abc import Iterable
from typing import Any

from lab.export.pasted.text import Finding, Severity, excerpt
from lab.export.pasted.values import Argument, Called, Reference, is_plain
from netcore import layers
from netcore.errors import NetcoreError
from netcore.initializers import INITIALIZERS
from netcore.layers import LAYERS
from netcore.metrics import METRICS
from netcore.optimizers import SCHEDULES
from netcore.params import BoolParam, ChoiceParam, FloatParam, IntParam, Param, defaults
from netcore.registry import Registry

CLEAR = 0.72  # likeness (difflib's ratio) from which a misspelt name is taken as the nearest one
NESTED: tuple[Registry[Any], ...] = (INITIALIZERS, LAYERS)  # parts that are arguments of other parts
# arguments that every layer or every part takes, and that change no number here
WITHOUT_EFFECT = frozenset({"name", "dtype", "batch_size", "sparse", "ragged", "decay"})
RATE_NAMES = frozenset({"r", "lr", "rate", "eta", "alpha", "step", "step_size"})  # what people call the learning rate
KEPT_VALUES = {"trainable": True, "reduction": "sum_over_batch_size", "activity_regularizer": None}  # the defaults
SHAPE_ARGUMENTS = ("input_shape", "input_dim", "batch_input_shape")


class Notes(list[Finding]):
    """Findings, gathered while reading."""

    def add(self, severity: Severity, code: str, line: int, /, **values: Any) -> None:
        self.append(Finding(code, values, line, severity))


def nearest(name: str, choices: Iterable[str], cutoff: float = CLEAR) -> str | None:
    """The choice that is spelt most like `name`; capital letters make no difference."""
    by_lower = {choice.lower(): choice for choice in reversed(list(choices))}
    near = difflib.get_close_matches(name.lower()[:60], by_lower, n=1, cutoff=cutoff)
    return by_lower[near[0]] if near else None


def misspelt(name: str, choices: Iterable[str], cutoff: float = CLEAR) -> str | None:
    """The choice that `name` surely means: Conv3D is not a slip for Conv1D, nor AlphaDropout one for Dropout."""
    meant = nearest(name, choices, cutoff)
    if meant is None or abs(len(meant) - len(name)) > 2 or _digits(meant) != _digits(name):
        return None
    return meant


def _digits(name: str) -> str:
    return "".join(letter for letter in name if letter.isdigit())


def find_part(registry: Registry[Any], name: str, line: int, notes: Notes, *, module: Any = None) -> Any | None:
    """The registered class that Keras code means by `name`, or None with a finding."""
    if name in registry.names():
        return registry.get(name)
    second = getattr(module, name, None)  # Keras's second names, such as MaxPool2D
    if isinstance(second, type) and second in set(registry):
        return second
    meant = misspelt(name, registry.names())
    if meant is not None:
        notes.add("warning", "paste.part_name", line, given=excerpt(name), meant=meant)
        return registry.get(meant)
    likely = nearest(name, registry.names(), 0.5) or registry.names()[0]
    values = {"name": excerpt(name), "nearest": likely, "choices": ", ".join(registry.names())}
    notes.add("error", f"paste.unknown_{registry.kind}", line, **values)
    return None


def find_by_string(registry: Registry[Any], name: str, line: int, notes: Notes) -> Any | None:
    """The part that a string such as "mse" or "RMSprop" means, or None with a finding."""
    for spelling in (name, name.lower()):
        if spelling in registry:
            return registry.get(spelling)
    known = {spelling: part for part in registry for spelling in (part.__name__, *getattr(part, "aliases", ()))}
    meant = misspelt(name, known)
    if meant is not None:
        notes.add("warning", "paste.part_name", line, given=excerpt(name), meant=meant)
        return known[meant]
    likely = nearest(name, known, 0.5) or registry.names()[0]
    values = {"name": excerpt(name), "nearest": likely, "choices": ", ".join(registry.names())}
    notes.add("error", f"paste.unknown_{registry.kind}", line, **values)
    return None


def read_layer(called: Called, notes: Notes) -> tuple[str, dict[str, Any]] | None:
    """Class name and arguments of a layer; its name and the shape of its input are read elsewhere."""
    cls = find_part(LAYERS, called.name, called.line, notes, module=layers)
    if cls is None:
        return None
    return with_params(
        cls, called.without("name", *(name for name in SHAPE_ARGUMENTS if name not in cls.params)), notes
    )


def shape_of(called: Called, notes: Notes) -> tuple[int | None, ...] | None:
    """The shape of a sample that a first layer's `input_shape`, `input_dim` or `batch_input_shape` tells."""
    for argument in called.arguments:
        taken = argument.name in getattr(LAYERS.get(called.name), "params", {}) if called.name in LAYERS else False
        if argument.name in SHAPE_ARGUMENTS and not taken:
            return read_shape(argument, notes)
    return None


def read_shape(argument: Argument, notes: Notes) -> tuple[int | None, ...] | None:
    """The shape of a sample that an argument gives, or None with a finding."""
    value = argument.value
    entries = (value,) if isinstance(value, int) else value
    if argument.name in ("batch_shape", "batch_input_shape") and isinstance(value, tuple | list):
        entries = value[1:]
    sizes = isinstance(entries, tuple | list) and bool(entries)
    if sizes and all(one is None or (type(one) is int and one > 0) for one in entries):
        return tuple(entries)
    notes.add("error", "paste.shape", argument.line, value=argument.text)
    return None


def read_part(registry: Registry[Any], argument: Argument, notes: Notes) -> tuple[str, dict[str, Any]] | None:
    """Class name and arguments of an optimizer or a loss: a string, an object, or a class without its brackets."""
    value = argument.value
    if isinstance(value, list | tuple) and len(value) == 1:  # one output
        value = value[0]
    if isinstance(value, Called):
        cls = find_part(registry, value.name, value.line, notes)
        return None if cls is None else with_params(cls, value, notes)
    name = value.name if isinstance(value, Reference) else value
    if not isinstance(name, str):
        notes.add("error", "paste.not_understood", argument.line, text=argument.text)
        return None
    cls = find_by_string(registry, name, argument.line, notes)
    return None if cls is None else (cls.__name__, {})


def read_metrics(argument: Argument, notes: Notes) -> tuple[str, ...]:
    """The names that `metrics` keeps: strings as they are, of an object without arguments its name."""
    value = argument.value
    entries = value if isinstance(value, list | tuple) else [] if value is None else [value]
    found = [_read_metric(entry, argument, notes) for entry in entries]
    return tuple(dict.fromkeys(name for name in found if name is not None))


def _read_metric(value: Any, argument: Argument, notes: Notes) -> str | None:
    if isinstance(value, Called) and any(one.name not in WITHOUT_EFFECT for one in value.arguments):
        notes.add("error", "paste.not_kept", value.line, text=value.text)
        return None
    if isinstance(value, str) and value in METRICS:
        return value
    name = value if isinstance(value, str) else getattr(value, "name", None)
    if name is None:
        notes.add("error", "paste.not_understood", argument.line, text=argument.text)
        return None
    cls = find_by_string(METRICS, name, argument.line, notes)
    return None if cls is None else _metric_name(cls)


def _metric_name(cls: Any) -> str:
    """The key in the history that an object of the class has."""
    return str(next((alias for alias in reversed(cls.aliases) if alias in METRICS), cls.__name__))


# --- arguments


def named(cls: Any, called: Called, notes: Notes) -> list[tuple[str, Argument]]:
    """The arguments of a call with their names, also of those given by position."""
    positions = [
        name
        for name, parameter in inspect.signature(cls).parameters.items()
        if parameter.kind is inspect.Parameter.POSITIONAL_OR_KEYWORD
    ]
    found = []
    for place, argument in enumerate(called.arguments):
        if argument.name is None and place >= len(positions):
            notes.add("error", "paste.too_many_values", argument.line, part=cls.__name__, text=argument.text)
        else:
            found.append((argument.name or positions[place], argument))
    return found


def with_params(cls: Any, called: Called, notes: Notes) -> tuple[str, dict[str, Any]] | None:
    """The class with its arguments by name; None if one that it cannot do without is not there."""
    params: dict[str, Any] = {}
    missing_said = False
    for name, argument in named(cls, called, notes):
        meant = _meant_argument(cls, name, argument, notes)
        if meant is None:
            continue
        checked = _checked(cls, meant, argument, notes)
        if checked is _REFUSED:
            missing_said = missing_said or meant not in defaults(cls)
        else:
            params[meant] = checked
    missing = [name for name in cls.params if name not in defaults(cls) and name not in params]
    if missing and not missing_said:
        notes.add("error", "experiment.missing_param", called.line, part=cls.__name__, names=", ".join(missing))
    return None if missing else (cls.__name__, params)


def _meant_argument(cls: Any, name: str, argument: Argument, notes: Notes) -> str | None:
    """The argument of `cls` that `name` stands for; None, perhaps with a finding, if it is to be left out."""
    if name in cls.params:
        return name
    if name in KEPT_VALUES and argument.value == KEPT_VALUES[name]:
        return None
    if name in KEPT_VALUES or name == "**":
        notes.add("error", "paste.not_kept", argument.line, text=excerpt(f"{name}={argument.text}"))
        return None
    if name in WITHOUT_EFFECT:
        notes.add("note", "paste.without_effect", argument.line, part=cls.__name__, name=name)
        return None
    rate = "learning_rate" if name.lower() in RATE_NAMES and "learning_rate" in cls.params else None
    meant = rate or misspelt(name, cls.params)
    if meant is not None:
        values = {"part": cls.__name__, "given": excerpt(name), "meant": meant}
        notes.add("warning", "paste.argument_name", argument.line, **values)
        return meant
    choices = ", ".join(cls.params)
    notes.add(
        "error", "experiment.unknown_param", argument.line, part=cls.__name__, name=excerpt(name), choices=choices
    )
    return None


_REFUSED = object()


def _checked(cls: Any, name: str, argument: Argument, notes: Notes) -> Any:
    """The argument's value in its plain form, or _REFUSED with a finding."""
    param: Param = cls.params[name]
    value = _plain(argument, name, param, notes)
    if value is _REFUSED:
        return _REFUSED
    try:
        return param.check(cls.__name__, name, value)
    except NetcoreError as refusal:
        meant = misspelt(value, _choices(param)) if isinstance(value, str) else None
        if meant is not None:
            values = {"argument": name, "given": excerpt(value), "meant": meant}
            notes.add("warning", "paste.choice", argument.line, **values)
            return meant
        told = {key: excerpt(one, 200) if isinstance(one, str) else one for key, one in refusal.values.items()}
        notes.add("error", refusal.code, argument.line, **told)
        return _REFUSED


def _plain(argument: Argument, name: str, param: Param, notes: Notes) -> Any:
    """The value without references and calls: functions become their names, parts the dicts that netcore keeps."""
    value = argument.value
    if isinstance(param, IntParam | FloatParam | BoolParam) and isinstance(value, str):
        number = _number_in(value)
        if number is not None:
            values = {"argument": name, "given": repr(value), "meant": str(number)}
            notes.add("warning", "paste.quoted_number", argument.line, **values)
            return number
    if isinstance(value, Reference) and _choices(param):
        if len(value.path) == 1 and misspelt(value.name, _choices(param)) is not None:
            notes.add("warning", "paste.quotes_missing", argument.line, argument=name, name=value.name)
        return value.name
    if isinstance(value, Called) and value.name in SCHEDULES and isinstance(param, FloatParam):
        return _schedule(value, notes)
    if isinstance(value, Called):
        candidates = (param.registry,) if hasattr(param, "registry") else NESTED
        registry = next((one for one in candidates if value.name in one), None)
        inner = None if registry is None else with_params(registry.get(value.name), value, notes)
        if inner is not None:
            return {"class_name": inner[0], "config": inner[1]}
        if registry is None:
            notes.add("error", "paste.not_kept", argument.line, text=value.text)
        return _REFUSED
    if isinstance(value, Reference) or not is_plain(value):
        notes.add("error", "paste.unknown_value", argument.line, argument=name, text=argument.text)
        return _REFUSED
    return value


def _schedule(called: Called, notes: Notes) -> Any:
    """A learning rate that changes from update to update, as netcore's object."""
    found = with_params(SCHEDULES.get(called.name), called, notes)
    try:
        return _REFUSED if found is None else SCHEDULES.get(found[0])(**found[1])
    except NetcoreError as refusal:
        notes.add("error", refusal.code, called.line, **refusal.values)
        return _REFUSED


def _choices(param: Param) -> tuple[str, ...]:
    """The names that an argument takes, if it takes names at all."""
    if isinstance(param, ChoiceParam):
        return tuple(param.names())
    registry: Registry[Any] | None = getattr(param, "registry", None)
    return () if registry is None else registry.names()


def _number_in(text: str) -> float | int | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return int(number) if number.is_integer() and "." not in text and "e" not in text.lower() else number
