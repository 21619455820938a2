"""A scene's base and its settings → Experiments."""

import json
from collections.abc import Callable
from typing import Any

import numpy as np

from lab.data.prepare import Dataset, prepare_cached
from lab.data.propose import class_count, propose_data
from lab.data.samples import load_sample
from lab.edits.layers import hidden_layers, with_after_hidden, with_depth, with_penalty, with_units
from lab.errors import LabError
from lab.export.link import from_link
from lab.lessons.refusal import LessonError
from lab.lessons.schema import Base, Change, Refused, Scene, Stopping
from lab.model.layer_table import layer_rows
from lab.runs.orders.run import check_network, run_spec
from lab.runs.work.build import build_model
from lab.spec.data import SampleSource, SplitSpec
from lab.spec.experiment import Experiment, LayerSpec, PartSpec, check_limits
from lab.spec.graph import GraphSpec
from lab.spec.limits import current_limits
from lab.starts import STARTS, dense_layers, ending_in, propose_experiment, propose_output, start
from lab.studies.axes import with_rows
from netcore.errors import NetcoreError
from netcore.models import Model

DEFAULT_ACTIVATION = "relu"


def base_of(scene: Scene) -> Experiment:
    """The experiment that a scene begins with. Raises LessonError, ExperimentError, DataError, NetcoreValueError."""
    return begun_with(scene.base)


def begun_with(base: Base) -> Experiment:
    """The experiment that a base names, with what it changes. Raises as `base_of`."""
    return changed(_source(base), base)


def refusal_of(asked: Refused) -> LabError | NetcoreError | None:
    """Why no network can learn from what is named, take rows that are wider, or do what it is told; None if one can."""
    try:
        experiment = begun_with(asked)
        check_limits(experiment, current_limits())
        table = load_sample(experiment.data.source.name, experiment.data.reading)
        dataset = prepare_cached(table, experiment.data, experiment.seed)
        layer_rows(experiment, dataset)
        if asked.more_columns or asked.method:
            check_network(experiment, dataset, current_limits())
            network = build_model(run_spec(experiment, dataset)[0])
            if asked.more_columns and not isinstance(experiment.model, GraphSpec):
                _give_wider_row(network, dataset, asked.more_columns)
            if asked.method:
                getattr(network, asked.method)
    except (LabError, NetcoreError) as refusal:
        return refusal
    return None


def _give_wider_row(network: Model, dataset: Dataset, more: int) -> None:
    """Ask a network that was built for the table for an answer to a wider row. Raises NetcoreError."""
    row = np.asarray(dataset.train.x)[:1]
    wider = np.concatenate([row, np.zeros((*row.shape[:-1], more), row.dtype)], axis=-1)
    network.predict(wider, verbose=0)


def experiments_of(scene: Scene) -> dict[str, Experiment]:
    """The experiment of each setting by its key. Raises as `base_of`."""
    base = base_of(scene)
    return {setting.key: changed(base, setting.change) for setting in scene.settings}


def _source(base: Base) -> Experiment:
    named = [name for name in ("sample", "start", "link", "experiment") if getattr(base, name) is not None]
    if len(named) != 1:
        raise LessonError("lesson.one_source")
    if base.sample is not None:
        return _on_sample(base.sample)
    if base.start is not None:
        if base.start not in STARTS:
            raise LessonError("lesson.no_start", name=base.start, starts=", ".join(STARTS))
        return start(base.start)
    experiment = from_link(base.link) if base.link is not None else Experiment.from_json(json.dumps(base.experiment))
    source = experiment.data.source
    if source.kind != "sample":
        raise LessonError("lesson.own_table", name=source.name)
    return experiment


def _on_sample(name: str) -> Experiment:
    """What is proposed for the table, its rows drawn, none sealed: a lesson judges by the validation rows."""
    table = load_sample(name)
    data = propose_data(table, source=SampleSource(name=name))
    proposed = propose_experiment(table, SampleSource(name=name), data)
    drawn = data.split.replace(test=0.0) if data.in_series else SplitSpec(test=0.0)
    return proposed.with_data(split=drawn)


def changed(experiment: Experiment, change: Change) -> Experiment:
    """The experiment with everything that a change names. Raises ExperimentError, NetcoreValueError, DataError."""
    for step in STEPS:
        experiment = step(experiment, change)
    return experiment


def _patched(experiment: Experiment, change: Change) -> Experiment:
    if not change.patch:
        return experiment
    values = json.loads(experiment.to_json())
    _lay_over(values, change.patch)
    return Experiment.from_json(json.dumps(values))


def _lay_over(values: dict[str, Any], patch: dict[str, Any]) -> None:
    for name, value in patch.items():
        if isinstance(value, dict) and isinstance(values.get(name), dict):
            _lay_over(values[name], value)
        else:
            values[name] = value


def _data(experiment: Experiment, change: Change) -> Experiment:
    data, split = experiment.data, experiment.data.split
    if change.order is not None:
        split = split.replace(order=change.order)
    if change.judged is not None:
        table = load_sample(data.source.name)
        if change.judged >= table.rows:
            raise LessonError("lesson.too_many_judged", judged=change.judged, rows=table.rows)
        split = split.replace(validation=change.judged / table.rows, test=0.0)
    unknown = [name for name in change.without if name not in data.inputs]
    if unknown:
        raise LessonError("lesson.no_column", name=unknown[0])
    named = {"scaling": change.scaling, "target_scaling": change.target_scaling}
    data = data.replace(split=split, **{name: value for name, value in named.items() if value is not None})
    return experiment.replace(data=data.without_inputs(*change.without) if change.without else data)


def _layers(experiment: Experiment, change: Change) -> Experiment:
    if change.hidden is not None:
        data = experiment.data.replace(image_shape=None)
        output, loss, metrics = propose_output(data.task, class_count(load_sample(data.source.name), data))
        layers = dense_layers(change.hidden, change.activation or DEFAULT_ACTIVATION)
        if data.windows is not None:  # Dense alone would answer at every time step
            layers = (LayerSpec(id="flat", type="Flatten"), *layers)
        experiment = experiment.replace(data=data, model=ending_in(output, layers))
        experiment = experiment.with_compile(loss=loss, metrics=metrics)
    elif change.activation is not None:
        for layer in hidden_layers(experiment):
            experiment = experiment.with_layer(layer.with_params(activation=change.activation))
    if change.depth is not None:
        experiment = with_depth(experiment, change.depth)
    return experiment if change.units is None else with_units(experiment, change.units)


def _against_overfitting(experiment: Experiment, change: Change) -> Experiment:
    if change.dropout:
        experiment = with_after_hidden(experiment, "Dropout", rate=change.dropout)
    for kind, strength in (("L1", change.l1), ("L2", change.l2)):
        if strength is not None:
            experiment = with_penalty(experiment, kind, strength)
    return experiment


def _optimizer(experiment: Experiment, change: Change) -> Experiment:
    optimizer = experiment.compile.optimizer
    if change.optimizer is not None:
        optimizer = PartSpec(type=change.optimizer)
    if change.params:
        optimizer = optimizer.with_params(**change.params)
    if change.learning_rate is not None:
        optimizer = optimizer.with_params(learning_rate=float(change.learning_rate))
    return experiment if optimizer == experiment.compile.optimizer else experiment.with_compile(optimizer=optimizer)


def _loss(experiment: Experiment, change: Change) -> Experiment:
    return experiment if change.loss is None else experiment.with_compile(loss=PartSpec(type=change.loss))


def _fit(experiment: Experiment, change: Change) -> Experiment:
    wished: dict[str, Any] = {name: getattr(change, name) for name in ("epochs", "batch_size", "shuffle")}
    if change.class_weight is not None:
        experiment = experiment.with_fit(class_weight=None if change.class_weight == "none" else change.class_weight)
    stopping = change.early_stopping
    if isinstance(stopping, Stopping):
        wished["early_stopping"] = stopping.model_dump()
    return experiment.with_fit(**{name: value for name, value in wished.items() if value is not None})


def _rows(experiment: Experiment, change: Change) -> Experiment:
    if change.rows is None:
        return experiment
    now = experiment.data.split.train_rows
    if change.same_updates:
        if now is None:
            raise LessonError("lesson.rows_before")
        return with_rows(experiment, change.rows, now)
    return experiment.with_data(split=experiment.data.split.replace(train_rows=change.rows))


STEPS: tuple[Callable[[Experiment, Change], Experiment], ...] = (
    *(_data, _layers, _against_overfitting, _optimizer, _loss, _fit, _rows, _patched),
)
