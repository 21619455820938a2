"""How an Experiment takes over what pasted code says of model, compile and fit."""

import functools
import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from lab.data.prepare import Dataset
from lab.edits.graph import as_sequential
from lab.errors import LabError
from lab.export.pasted.compiling import with_compile
from lab.export.pasted.draft import Draft, FitCall
from lab.export.pasted.graph import with_graph
from lab.export.pasted.models import input_shape
from lab.export.pasted.parts import Notes, read_layer
from lab.export.pasted.rates import Rates, changes_of, epochs_of
from lab.export.pasted.values import Tensor
from lab.spec.experiment import EarlyStoppingSpec, Experiment, LayerSpec, ModelSpec, checked
from netcore.errors import NetcoreError


@dataclass(frozen=True)
class Facts:
    """What is known of the data at hand, to compare with what the code expects; nothing of it is needed.

    Attributes:
        input_shape: of one sample.
        input_shapes: of one sample, for each group of columns.
        rows: of the training part.
    """

    input_shape: tuple[int, ...] | None = None
    input_shapes: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    rows: int | None = None

    @classmethod
    def of(cls, dataset: Dataset | None) -> "Facts":
        return cls() if dataset is None else cls(dataset.input_shape, dataset.input_shapes, len(dataset.train.x))


def tried(experiment: Experiment, line: int, notes: Notes, change: Callable[[Experiment], Experiment]) -> Experiment:
    """The changed experiment, or the old one with a finding that says why the change was refused."""
    try:
        return change(experiment)
    except (LabError, NetcoreError) as refusal:
        notes.add("error", refusal.code, line, **refusal.values)
        return experiment


def applied(
    draft: Draft, experiment: Experiment, notes: Notes, facts: Facts, variables: Mapping[Tensor, str]
) -> Experiment:
    """The experiment with all that the draft says; what cannot be taken over has a finding.

    Args:
        variables: the name that the code gave to each tensor.
    """
    spellings: list[set[str]] = []
    if draft.is_graph:
        take_graph = functools.partial(with_graph, draft=draft, notes=notes, variables=variables, spellings=spellings)
        before = experiment
        experiment = tried(experiment, draft.line, notes, take_graph)
        if experiment is not before:
            _compare_shapes(draft, experiment, notes, facts)
    elif draft.has_layers and draft.layers:
        experiment = tried(experiment, draft.line, notes, lambda one: _with_layers(one, draft, notes))
        _compare_shape(draft.input_shape, facts.input_shape, draft.line, notes)
    elif draft.has_layers:
        notes.add("warning", "paste.no_layers", draft.line)
    schedule = None
    if draft.compiled is not None:
        experiment, schedule = with_compile(experiment, draft.compiled, spellings, notes, tried)
    if draft.fits or draft.rates or schedule is not None:
        rates = Rates(schedule, draft.rates, facts.rows, 1 if draft.compiled is None else draft.compiled.line)
        take = functools.partial(_with_fit, draft=draft, rates=rates, notes=notes)
        experiment = tried(experiment, _fit_line(draft), notes, take)
    if draft.validation_split is not None:
        share = draft.validation_split
        experiment = tried(
            experiment,
            _fit_line(draft),
            notes,
            lambda one: one.with_data(split=one.data.split.replace(validation=share)),
        )
    return experiment


def _with_layers(experiment: Experiment, draft: Draft, notes: Notes) -> Experiment:
    """The layers in place of the present ones; one that stands where one stood takes its id."""
    chain = as_sequential(experiment)  # groups of columns and further targets belong to a functional model
    old = chain.model.layers
    used = {layer.id for layer in old}
    free = (f"l{number}" for number in itertools.count() if f"l{number}" not in used)
    read = [layer for layer in (read_layer(called, notes) for called in draft.layers) if layer is not None]
    layers = [
        checked(LayerSpec, {"type": type, "params": params, "id": old[place].id if place < len(old) else next(free)})
        for place, (type, params) in enumerate(read)
    ]
    if not layers:
        notes.add("warning", "paste.no_layers", draft.line)
        return experiment
    return chain.replace(model=checked(ModelSpec, {"layers": tuple(layers)}))


# --- shapes: the data decide about them, but whoever expects others should know


def _compare_shape(
    wanted: tuple[int | None, ...] | None, there: tuple[int, ...] | None, line: int, notes: Notes
) -> None:
    if wanted is None or there is None or (len(wanted) == len(there) and _fits(wanted, there)):
        return
    notes.add("note", "paste.input_shape", line, code=str(wanted), data=str(there))


def _fits(wanted: tuple[int | None, ...], there: tuple[int, ...]) -> bool:
    return all(size in (None, known) for size, known in zip(wanted, there, strict=True))


def _compare_shapes(draft: Draft, experiment: Experiment, notes: Notes, facts: Facts) -> None:
    """Input by input; those of groups that were cut anew have no data yet."""
    for port, name in zip(draft.inputs, getattr(experiment.model, "inputs", ()), strict=False):
        shape = input_shape(port.tensor.made_by, notes)
        _compare_shape(shape, facts.input_shapes.get(name), port.tensor.line, notes)


# --- fit


def _fit_line(draft: Draft) -> int:
    if draft.fits:
        return draft.fits[0].line
    return draft.rates[0][2] if draft.rates else draft.line


def _with_fit(experiment: Experiment, draft: Draft, rates: Rates, notes: Notes) -> Experiment:
    """Several calls of fit are one run: the knobs turned in between become its changes."""
    present, calls = experiment.fit, draft.fits
    changes = changes_of(experiment, calls, rates, notes)
    if not calls:
        return experiment.replace(fit=present.replace(changes=changes))
    first = calls[0]
    return experiment.with_fit(
        epochs=sum(epochs_of(call, present.epochs) for call in calls),
        batch_size=first.batch_size or present.batch_size,
        shuffle=first.shuffle,
        class_weight=first.class_weight,
        early_stopping=_stopping_rule(first, notes),
        changes=changes,
    )


def _stopping_rule(call: FitCall, notes: Notes) -> EarlyStoppingSpec | None:
    """None, with a finding, if an experiment cannot hold it: the rest of fit is taken all the same."""
    try:
        return None if call.early_stopping is None else checked(EarlyStoppingSpec, call.early_stopping)
    except LabError as refusal:
        notes.add("error", refusal.code, call.line, **refusal.values)
        return None
