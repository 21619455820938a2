"""The experiment as a Keras 3 program, written from the stored arguments. No part is named here."""

from collections.abc import Mapping

from lab.export.calls import call, one_line
from lab.export.fit_lines import fit_lines, weight_lines
from lab.export.graph_source import graph_lines
from lab.spec.experiment import Experiment, GraphSpec
from lab.texts import Language, say
from netcore.layers import LAYERS
from netcore.losses import LOSSES
from netcore.optimizers import OPTIMIZERS

Shapes = tuple[int, ...] | Mapping[str, tuple[int, ...]]


def keras_source(experiment: Experiment, input_shape: Shapes, *, language: Language = "en") -> str:
    """The program so far; it parses as Python whatever the experiment holds, and runs once data are put in.

    Args:
        input_shape: of one sample, as `Dataset.input_shape`; for a functional model `Dataset.input_shapes`.
        language: of the comments.
    """
    lines = [
        *head_lines(experiment, arrays=experiment.fit.class_weight is not None),
        "",
        *model_lines(experiment, input_shape),
        "",
        *_data_comments(experiment, input_shape, language),
        *weight_lines(experiment),
        *fit_lines(experiment, language),
    ]
    return "\n".join(lines) + "\n"


def head_lines(experiment: Experiment, *, arrays: bool = True) -> list[str]:
    """Name, imports and seed.

    Args:
        arrays: whether the program uses NumPy.
    """
    return [
        *([f"# {one_line(experiment.name)}"] if experiment.name else ()),
        "import keras",
        *(["import numpy as np"] if arrays else ()),
        "from keras import layers, losses, optimizers",
        "",
        f"keras.utils.set_random_seed({experiment.seed})",
    ]


def _data_comments(experiment: Experiment, shapes: Shapes, language: Language) -> list[str]:
    """Which arrays are to be put in."""
    if not isinstance(experiment.model, GraphSpec):
        target = one_line(experiment.data.target)
        if len(shapes) > 1:
            shape = ", ".join(str(size) for size in shapes)
            return [f"# {say('export.data_shape', language, shape=shape, target=target)}"]
        features = next(iter(shapes))
        return [f"# {say('export.data', language, features=features, target=target)}"]
    targets = ", ".join(f"{out.name} = {one_line(out.target)}" for out in experiment.model.outputs)
    inputs = ", ".join(experiment.model.inputs)
    lines = [f"# {say('export.graph_data', language, inputs=inputs, targets=targets)}"]
    if experiment.compile.combine_losses == "mean":
        lines.append(f"# {say('export.mean', language)}")
    return lines


def model_lines(experiment: Experiment, input_shape: Shapes) -> list[str]:
    """The statements that make and compile `model`."""
    if isinstance(experiment.model, GraphSpec):
        return graph_lines(experiment, experiment.model, input_shape if isinstance(input_shape, Mapping) else {})
    compiled = experiment.compile
    return [
        "model = keras.Sequential([",
        f"    keras.Input({tuple(input_shape)!r}),",
        *(f"    layers.{call(LAYERS, layer)}," for layer in experiment.model.layers),
        "])",
        "model.compile(",
        f"    optimizer=optimizers.{call(OPTIMIZERS, compiled.optimizer)},",
        f"    loss=losses.{call(LOSSES, compiled.loss)},",
        f"    metrics={list(compiled.metrics)!r},",
        ")",
    ]
