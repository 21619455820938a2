"""A model as pasted code builds it, and how an Experiment takes it over."""

import functools
import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from lab.errors import LabError
from lab.experiment import Change, Experiment, FitSpec, LayerSpec, ModelSpec, PartSpec, checked
from lab.export.pasted.parts import Notes
from netcore.errors import NetcoreError


@dataclass
class FitCall:
    """One call of fit."""

    line: int
    epochs: int | None = 1  # Keras's defaults; None: what the code says cannot be taken, the present value stays
    batch_size: int | None = 32
    initial_epoch: int | None = 0
    shuffle: bool = True


@dataclass
class Draft:
    """A model as the code builds it."""

    line: int
    layers: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    has_layers: bool = True  # False for a model that the text speaks of without making it
    input_shape: tuple[int | None, ...] | None = None
    optimizer: tuple[str, dict[str, Any]] | None = None
    loss: tuple[str, dict[str, Any]] | None = None
    loss_by_outputs: bool = False  # "crossentropy": the variant that fits the output
    metrics: tuple[str, ...] | None = None
    compile_line: int = 0
    fits: list[FitCall] = field(default_factory=list)
    rates: list[tuple[int, float, int]] = field(default_factory=list)  # (fits before it, learning rate, line)
    validation_split: float | None = None


def tried(experiment: Experiment, line: int, notes: Notes, change: Callable[[Experiment], Experiment]) -> Experiment:
    """The changed experiment, or the old one with a finding that says why the change was refused."""
    try:
        return change(experiment)
    except (LabError, NetcoreError) as refusal:
        notes.add("error", refusal.code, line, **refusal.values)
        return experiment


def applied(draft: Draft, experiment: Experiment, notes: Notes, input_shape: tuple[int, ...] | None) -> Experiment:
    """The experiment with all that the draft says; what cannot be taken over has a finding."""
    if draft.has_layers and draft.layers:
        experiment = tried(experiment, draft.line, notes, lambda one: _with_layers(one, draft))
    elif draft.has_layers:
        notes.add("warning", "paste.no_layers", draft.line)
    if input_shape is not None and draft.input_shape not in (None, input_shape):
        notes.add("note", "paste.input_shape", draft.line, code=str(draft.input_shape), data=str(input_shape))
    for name, value in _compile_changes(draft, experiment).items():
        take = functools.partial(Experiment.with_compile, **{name: value})
        experiment = tried(experiment, draft.compile_line, notes, take)
    if draft.fits or draft.rates:
        experiment = tried(experiment, _fit_line(draft), notes, lambda one: one.replace(fit=_fit_spec(draft, one)))
    if draft.validation_split is not None:
        take = functools.partial(_with_validation, share=draft.validation_split)
        experiment = tried(experiment, _fit_line(draft), notes, take)
    return experiment


def _with_validation(experiment: Experiment, share: float) -> Experiment:
    return experiment.with_data(split=experiment.data.split.replace(validation=share))


def _with_layers(experiment: Experiment, draft: Draft) -> Experiment:
    """The layers in place of the present ones; one that stands where one stood takes its id."""
    old = experiment.model.layers if experiment.model.kind == "sequential" else ()
    used = {layer.id for layer in old}
    free = (f"l{number}" for number in itertools.count() if f"l{number}" not in used)
    layers = [
        checked(LayerSpec, {"type": type, "params": params, "id": old[place].id if place < len(old) else next(free)})
        for place, (type, params) in enumerate(draft.layers)
    ]
    # groups of columns and further targets belong to a functional model: this one has one input and one output
    data = experiment.data.replace(groups=(), more_targets=())
    return experiment.replace(data=data, model=checked(ModelSpec, {"layers": tuple(layers)}))


def _compile_changes(draft: Draft, experiment: Experiment) -> dict[str, Any]:
    changes: dict[str, Any] = {}
    if draft.optimizer is not None:
        changes["optimizer"] = PartSpec(type=draft.optimizer[0], params=draft.optimizer[1])
    if draft.loss is not None:
        changes["loss"] = PartSpec(type=draft.loss[0], params=draft.loss[1])
    if draft.loss_by_outputs:
        last = experiment.model.layers[-1].params if getattr(experiment.model, "layers", ()) else {}
        changes["loss"] = PartSpec(type="BinaryCrossentropy" if last.get("units") == 1 else "CategoricalCrossentropy")
    if draft.metrics is not None:
        changes["metrics"] = draft.metrics
    return changes


def _fit_line(draft: Draft) -> int:
    return draft.fits[0].line if draft.fits else draft.rates[0][2]


def _fit_spec(draft: Draft, experiment: Experiment) -> FitSpec:
    """Several calls of fit are one run: the knobs turned in between become its changes."""
    present = experiment.fit
    changes: list[Change] = []
    sizes = [call.batch_size or present.batch_size for call in draft.fits]
    done = 0
    for place, call in enumerate(draft.fits):
        changes += [_rate(done, value) for before, value, _ in draft.rates if before == place]
        if place and sizes[place] != sizes[place - 1]:
            changes.append(Change(epoch=done, batch=0, name="batch_size", value=float(sizes[place])))
        done += max((call.epochs or present.epochs) - (call.initial_epoch or 0), 0)
    changes += [_rate(done, value) for before, value, _ in draft.rates if before >= len(draft.fits)]
    if not draft.fits:
        return present.replace(changes=tuple(changes))
    return present.replace(epochs=done, batch_size=sizes[0], shuffle=draft.fits[0].shuffle, changes=tuple(changes))


def _rate(epoch: int, value: float) -> Change:
    return checked(Change, {"epoch": epoch, "batch": 0, "name": "learning_rate", "value": value})
