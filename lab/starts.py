"""Where a person begins: ready-made experiments that show something, and a sensible proposal for a table of their own.

The ready-made ones are the files of `examples/`, which can be read, run (`python -m lab run examples/iris.json`) and
copied. Their titles, and a sentence on what to look at, stand in `lab/texts/starts.toml`.
"""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from lab.data.propose import class_count
from lab.data.table import Table
from lab.spec.data import DataSpec, Source, Task
from lab.spec.experiment import CompileSpec, Experiment, FitSpec, LayerSpec, ModelSpec, PartSpec, checked
from lab.texts import Language, catalogue

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"

# in the order in which a learner meets them, which is that of their titles; the first is what the page opens on
STARTS = tuple(key.split(".")[1] for key in catalogue() if key.startswith("start.") and key.endswith(".title"))

MANY_FEATURES = 50
MANY_ROWS = 1000


@cache
def start(name: str) -> Experiment:
    """The ready-made experiment of that name (one of STARTS)."""
    return Experiment.from_json((EXAMPLES / f"{name}.json").read_text(encoding="utf-8"))


@cache
def _names() -> frozenset[str]:
    return frozenset(start(name).name for name in STARTS)


def name_in(name: str, language: Language) -> str:
    """The name of an experiment; the ready-made ones have theirs in both languages, Korean first: "붓꽃 / iris"."""
    korean, _, english = name.partition(" / ")
    return name if name not in _names() else korean if language == "ko" else english


def propose_output(task: Task, n_classes: int) -> tuple[dict[str, Any], PartSpec, tuple[str, ...]]:
    """Arguments of the output layer, the loss and the metrics that fit a task.

    Args:
        n_classes: how many classes there are (of sequence labels: letters and the blank); of no meaning for a
            regression.
    """
    if task == "sequence_labels":  # no softmax: CTC applies it itself
        return {"units": n_classes}, PartSpec(type="CTC"), ()
    if task == "regression":
        return {"units": 1}, PartSpec(type="MeanSquaredError"), ("mae",)
    if task == "binary":
        return {"units": 1, "activation": "sigmoid"}, PartSpec(type="BinaryCrossentropy"), ("accuracy",)
    return {"units": n_classes, "activation": "softmax"}, PartSpec(type="CategoricalCrossentropy"), ("accuracy",)


def propose_experiment(table: Table, source: Source, data: DataSpec) -> Experiment:
    """A network that trains well enough on most small tables: one hidden layer, Adam, 100 epochs (3 s at 30 a second).

    Args:
        source: where the table comes from; it takes the place of the one in `data`.
    """
    output, loss, metrics = propose_output(data.task, class_count(table, data))
    hidden, rate, epochs = _hidden(data)
    return Experiment(
        name=table.name[:200],
        data=data.replace(source=source),
        model=ending_in(output, hidden),
        compile=CompileSpec(optimizer=adam(rate), loss=loss, metrics=metrics),
        fit=FitSpec(epochs=epochs, batch_size=10 if table.rows <= MANY_ROWS else 32),
    )


def _hidden(data: DataSpec) -> tuple[tuple[LayerSpec, ...], float, int]:
    """Hidden layers, learning rate and epochs. What comes in order is read in order; that takes longer an epoch."""
    if data.task == "sequence_labels":
        inner = {"class_name": "LSTM", "config": {"units": 24, "return_sequences": True}}
        return (LayerSpec(id="l0", type="Bidirectional", params={"layer": inner}),), 0.02, 30
    if data.windows is not None:
        return (LayerSpec(id="l0", type="LSTM", params={"units": 16}),), 0.01, 12
    if data.image_shape is not None:
        filters = {"filters": 16, "kernel_size": (3, 3), "padding": "same", "activation": "relu"}
        return (LayerSpec(id="l0", type="Conv2D", params=filters), LayerSpec(id="l1", type="Flatten")), 0.005, 20
    units = 32 if len(data.inputs) > MANY_FEATURES else 16
    return dense_layers((units,), "relu"), 0.01, 100


def dense_layers(units: Sequence[int], activation: str) -> tuple[LayerSpec, ...]:
    """Dense layers one behind the other, so many units each."""
    every = ({"units": count, "activation": activation} for count in units)
    return tuple(LayerSpec(id=f"l{place}", type="Dense", params=params) for place, params in enumerate(every))


def ending_in(output: dict[str, Any], hidden: Sequence[LayerSpec]) -> ModelSpec:
    """The hidden layers, and behind them an output layer with these arguments. Raises NetcoreValueError."""
    return checked(ModelSpec, {"layers": (*hidden, LayerSpec(id=f"l{len(hidden)}", type="Dense", params=output))})


def adam(rate: float) -> PartSpec:
    return PartSpec(type="Adam", params={"learning_rate": rate})


def sgd(rate: float) -> PartSpec:
    return PartSpec(type="SGD", params={"learning_rate": rate})


def with_fitting_output(experiment: Experiment, n_classes: int) -> Experiment:
    """The experiment with output layer, loss and metrics made to fit its task: the one-click remedy of the pages.

    The last layer is replaced if it has units, otherwise an output layer is added after it.
    """
    output, loss, metrics = propose_output(experiment.data.task, n_classes)
    layers = experiment.model.layers
    if layers and "units" in layers[-1].params:
        fitted = experiment.with_layer(layers[-1].replace(type="Dense", params=output))
    else:
        fitted = experiment.with_added_layer("Dense", output)
    return fitted.with_compile(loss=loss, metrics=metrics)
