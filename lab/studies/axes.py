"""The knobs of one-click experiments, each with the values worth trying on any experiment."""

from collections.abc import Callable, Iterable
from functools import partial

from lab.edits.layers import (
    hidden_layers,
    only_dense_hidden,
    with_after_hidden,
    with_depth,
    with_penalty,
    with_units,
)
from lab.spec.experiment import Experiment, GraphSpec, ModelSpec, PartSpec
from lab.studies.definition import Axis, Change, Option
from lab.studies.words import Words
from netcore.losses import LOSSES
from netcore.optimizers import OPTIMIZERS

FEWEST_ROWS = 10


def _numbers(values: Iterable[float], change: Callable[[Experiment, float], Experiment]) -> tuple[Option, ...]:
    def option(value: float) -> Option:
        label = f"{value:,}" if isinstance(value, int) else f"{value:g}"
        return Option(f"{value:g}", label, lambda experiment: change(experiment, value), value)

    return tuple(option(value) for value in values)


def rows_used(experiment: Experiment, rows: int) -> int:
    """Of so many rows to learn from, those that are."""
    return min(experiment.data.split.train_rows or rows, rows)


# --- how it is trained


def batch_size(*values: int) -> Axis:
    """Rows of an update, and all of them at once."""

    def options(experiment: Experiment, rows: int) -> tuple[Option, ...]:
        used = rows_used(experiment, rows)
        some = _numbers(
            (value for value in values if value < used), lambda one, value: one.with_fit(batch_size=int(value))
        )
        whole = Option(
            "all", Words("studies.all_rows", {"rows": used}), lambda one: one.with_fit(batch_size=used), float(used)
        )
        return (*some, whole)

    return Axis("batch_size", options)


def learning_rate(*values: float) -> Axis:
    return Axis("learning_rate", lambda experiment, rows: _numbers(values, Experiment.with_learning_rate))


def optimizers() -> Axis:
    """Every optimizer as Keras sets it by default, and SGD with momentum."""

    def option(part: PartSpec, label: Words | str, key: str) -> Option:
        return Option(key, label, lambda one: one.with_compile(optimizer=part))

    def options(experiment: Experiment, rows: int) -> tuple[Option, ...]:
        every = [option(PartSpec(type=cls.__name__), cls.__name__, cls.__name__) for cls in OPTIMIZERS]
        momentum = PartSpec(type="SGD", params={"momentum": 0.9})
        return (every[0], option(momentum, "SGD + momentum 0.9", "SGD momentum"), *every[1:])

    return Axis("optimizer", options)


def losses() -> Axis:
    """The losses that can be learned with for the task."""

    def options(experiment: Experiment, rows: int) -> tuple[Option, ...]:
        if isinstance(experiment.model, GraphSpec):
            return ()
        names = LOSSES_FOR.get(experiment.data.task, ())
        return tuple(
            Option(name, Words(f"studies.loss.{name}"), partial(_with_loss, name=name))
            for name in names
            if _has_outputs_for(experiment, name)
        )

    return Axis("loss", options)


LOSSES_FOR = {
    "regression": ("MeanSquaredError", "MeanAbsoluteError", "MeanAbsolutePercentageError"),
    "binary": ("BinaryCrossentropy", "MeanSquaredError", "MeanAbsoluteError"),
    "multiclass": ("CategoricalCrossentropy", "MeanSquaredError", "MeanAbsoluteError"),
}


def _with_loss(experiment: Experiment, name: str) -> Experiment:
    same = experiment.compile.loss if experiment.compile.loss.type == name else PartSpec(type=name)
    return experiment.with_compile(loss=same)


def _has_outputs_for(experiment: Experiment, loss: str) -> bool:
    """Whether the output layer gives what the loss compares; two classes may have one output or two."""
    last = experiment.model.layers[-1] if experiment.model.layers else None
    units = last.params.get("units", 1) if last else 1
    return LOSSES.get(loss).targets != "yes_no" or units == 1


def balanced_classes() -> Axis:
    """Errors on rare classes weighted up, or not."""

    def options(experiment: Experiment, rows: int) -> tuple[Option, ...]:
        if experiment.data.task not in ("binary", "multiclass") or isinstance(experiment.model, GraphSpec):
            return ()
        return (
            Option("none", Words("studies.option.no_weights"), lambda one: one.with_fit(class_weight=None)),
            Option("balanced", Words("studies.option.balanced"), lambda one: one.with_fit(class_weight="balanced")),
        )

    return Axis("class_weight", options)


# --- the network


def width(*values: int) -> Axis:
    """Units of all hidden layers."""

    def options(experiment: Experiment, rows: int) -> tuple[Option, ...]:
        if not hidden_layers(experiment):
            return ()
        return _numbers(values, lambda one, value: with_units(one, int(value)))

    return Axis("width", options)


def depth(*values: int) -> Axis:
    """Hidden layers, all alike; without any the network is a linear model."""

    def options(experiment: Experiment, rows: int) -> tuple[Option, ...]:
        if not only_dense_hidden(experiment):
            return ()
        return _numbers(values, lambda one, value: with_depth(one, int(value)))

    return Axis("depth", options, log=False)


# --- the data


def train_rows(*values: int) -> Axis:
    """Rows to learn from; the number of updates stays as it is, lest more rows also mean more learning."""

    def options(experiment: Experiment, rows: int) -> tuple[Option, ...]:
        now = rows_used(experiment, rows)
        counts = [value for value in values if FEWEST_ROWS <= value < rows]
        counts = [*counts, rows] if not counts or rows > 2 * counts[-1] else counts
        return _numbers(counts, lambda one, value: with_rows(one, int(value), now))

    return Axis("train_rows", options)


def with_rows(experiment: Experiment, rows: int, now: int) -> Experiment:
    """So many rows to learn from instead of `now`, and about as many updates as before."""
    batch = experiment.fit.batch_size
    updates = experiment.fit.epochs * -(-now // batch)
    split = experiment.data.split.replace(train_rows=rows)
    return experiment.with_data(split=split).with_fit(epochs=max(1, round(updates / -(-rows // batch))))


def split_order() -> Axis:
    """Rows drawn, or divided by time."""

    def options(experiment: Experiment, rows: int) -> tuple[Option, ...]:
        split, data = experiment.data.split, experiment.data
        if data.in_series or split.order not in ("shuffled", "time"):
            return ()
        return (
            Option(
                "shuffled",
                Words("studies.option.shuffled"),
                lambda one: one.with_data(split=one.data.split.replace(order="shuffled")),
            ),
            Option(
                "time",
                Words("studies.option.time"),
                lambda one: one.with_data(split=one.data.split.replace(order="time")),
            ),
        )

    return Axis("split", options)


def leaving_out() -> Axis:
    """All columns, and all but one: each of them in turn."""

    def options(experiment: Experiment, rows: int) -> tuple[Option, ...]:
        data = experiment.data
        if data.groups or data.image_shape or not 2 <= len(data.inputs) <= MOST_COLUMNS:
            return ()
        every = Option("all columns", Words("studies.option.all_columns"), lambda one: one)
        return (
            every,
            *(
                Option(f"no {column}", Words("studies.option.without", {"column": column}), partial(_without, column))
                for column in data.inputs
            ),
        )

    return Axis("columns", options)


MOST_COLUMNS = 20


def _without(column: str, experiment: Experiment) -> Experiment:
    return experiment.replace(data=experiment.data.without_inputs(column))


# --- against overfitting


def remedies() -> Axis:
    """The experiment as it is, and with one remedy against overfitting at a time."""

    def options(experiment: Experiment, rows: int) -> tuple[Option, ...]:
        found = [Option("none", Words("studies.option.none"), lambda one: one)]
        found += [
            Option(name, Words(f"studies.option.{name}"), change)
            for name, change in REMEDIES.items()
            if hidden_layers(experiment) and _can(experiment, name)
        ]
        now = rows_used(experiment, rows)
        found += [
            Option(f"rows {more}", Words("studies.option.more_rows", {"rows": more}), partial(_more_rows, more, now))
            for more in dict.fromkeys((4 * now, rows))
            if now < more <= rows
        ]
        return tuple(found) if len(found) > 1 else ()

    return Axis("remedy", options)


def _more_rows(rows: int, now: int, experiment: Experiment) -> Experiment:
    return with_rows(experiment, rows, now)


def _can(experiment: Experiment, remedy: str) -> bool:
    """Whether it changes the experiment, and can be built into its kind of model."""
    if remedy in INSERTED and not isinstance(experiment.model, ModelSpec):
        return False
    return REMEDIES[remedy](experiment) != experiment


def _smaller(experiment: Experiment) -> Experiment:
    for layer in hidden_layers(experiment):
        experiment = experiment.with_layer(layer.with_params(units=max(1, int(layer.params["units"]) // 16)))
    return experiment


def _noisy_inputs(experiment: Experiment) -> Experiment:
    return experiment.with_added_layer("GaussianNoise", {"stddev": 0.5}, 0)


INSERTED = ("dropout", "batch_normalisation", "noise")
REMEDIES: dict[str, Change] = {
    "early_stopping": lambda one: one.with_fit(early_stopping={"monitor": "val_data_loss", "patience": 10}),
    "dropout": lambda one: with_after_hidden(one, "Dropout", rate=0.5),
    "l1": lambda one: with_penalty(one, "L1", 0.003),
    "l2": lambda one: with_penalty(one, "L2", 0.01),
    "l2_strong": lambda one: with_penalty(one, "L2", 0.03),
    "batch_normalisation": lambda one: with_after_hidden(one, "BatchNormalization"),
    "noise": _noisy_inputs,
    "smaller_net": _smaller,
}
