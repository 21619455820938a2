"""The networks that are measured, each declared once, as data: layers, losses, optimizer, rows, and the goals.

A goal is the peer's processor time per epoch divided by netcore's, at least. Tables, data, engines, growth curves and
tests all read these declarations.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from benchmarks.peers import data

Rows = list[np.ndarray]


@dataclass(frozen=True)
class Layer:
    """A layer by its Keras name and arguments.

    Attributes:
        name: how later layers and the outputs refer to it.
        inputs: names of layers, or "input0", "input1", …; empty for the layer before.
    """

    kind: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    name: str = ""
    inputs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Workload:
    """One network on one set of rows.

    Attributes:
        inputs: shape of a sample of each input.
        losses: for each output its layer's name (empty for the last layer) and its loss by Keras's name.
        make: rows of inputs and targets from a random generator, the number of rows and the input shapes.
        goals: engine -> times that netcore has to be faster than it.
        us_per_step: of netcore, at most, on the machine of the goals; for orientation.
    """

    name: str
    title: str
    rows: int
    inputs: tuple[tuple[int, ...], ...]
    layers: tuple[Layer, ...]
    losses: tuple[tuple[str, str], ...]
    optimizer: str
    optimizer_arguments: Mapping[str, float]
    batch_size: int
    make: Callable[[np.random.Generator, int, tuple[tuple[int, ...], ...]], tuple[Rows, Rows]]
    goals: Mapping[str, float] = field(default_factory=dict)
    us_per_step: float | None = None

    @property
    def steps(self) -> int:
        """Updates per epoch."""
        return -(-self.rows // self.batch_size)

    def named_layers(self) -> list[Layer]:
        """The layers with every name and input spelled out."""
        found: list[Layer] = []
        for index, layer in enumerate(self.layers):
            before = found[-1].name if found else "input0"
            name = layer.name or f"{layer.kind.lower()}{index}"
            found.append(Layer(layer.kind, layer.arguments, name, layer.inputs or (before,)))
        return found

    @property
    def losses_by_layer(self) -> list[tuple[str, str]]:
        """(layer name, loss) of each output."""
        return [(name or self.named_layers()[-1].name, loss) for name, loss in self.losses]


def dense(units: int, activation: str | None = None, name: str = "", inputs: tuple[str, ...] = ()) -> Layer:
    return Layer("Dense", {"units": units, "activation": activation}, name, inputs)


def chain(features: int, *layers: Layer) -> dict[str, Any]:
    """Arguments of a Workload for a plain row of Dense layers."""
    return {"inputs": ((features,),), "layers": layers}


ADAM = {"learning_rate": 0.001, "epsilon": 1e-9}

PLAYGROUND: dict[str, Any] = {
    "rows": 500,
    **chain(2, dense(4, "tanh"), dense(2, "tanh"), dense(1, "tanh")),
    "losses": (("", "mse"),),
    "optimizer": "SGD",
    "optimizer_arguments": {"learning_rate": 0.03},
    "make": data.spiral,
}

# Keras adds RMSprop's epsilon under the root, torch beside it: one this small makes them the same
LECTURE: dict[str, Any] = {
    "rows": 1797,
    **chain(784, dense(32, "relu"), dense(10, "softmax")),
    "optimizer": "RMSprop",
    "optimizer_arguments": {"learning_rate": 0.001, "epsilon": 1e-14},
    "make": data.classes,
}

WORKLOADS = {
    workload.name: workload
    for workload in (
        Workload(
            "W1",
            "2-4-2-1 tanh, MSE, SGD, batch 10",
            batch_size=10,
            **PLAYGROUND,
            goals={"keras-torch": 140, "keras-jax": 11, "torch": 20, "sklearn": 5.8, "jax-scan": 0.4},
            us_per_step=12,
        ),
        Workload(
            "W1b",
            "the same, batch 1",
            batch_size=1,
            **PLAYGROUND,
            goals={"keras-torch": 135, "keras-jax": 6.9, "torch": 16, "sklearn": 5.3},
            us_per_step=12,
        ),
        Workload(
            "W2",
            "4-16-16-3 relu/softmax, cross-entropy, Adam, batch 10",
            150,
            **chain(4, dense(16, "relu"), dense(16, "relu"), dense(3, "softmax")),
            losses=(("", "categorical_crossentropy"),),
            optimizer="Adam",
            optimizer_arguments=ADAM,
            batch_size=10,
            make=data.classes,
            goals={"keras-torch": 95, "keras-jax": 11, "torch": 14, "sklearn": 6.1, "jax-scan": 0.5},
            us_per_step=21,
        ),
        Workload(
            "W3",
            "30-64-64-1 relu/sigmoid, binary cross-entropy, Adam, batch 32",
            569,
            **chain(30, dense(64, "relu"), dense(64, "relu"), dense(1, "sigmoid")),
            losses=(("", "binary_crossentropy"),),
            optimizer="Adam",
            optimizer_arguments=ADAM,
            batch_size=32,
            make=data.two_classes,
            goals={"keras-torch": 40, "keras-jax": 4.8, "torch": 7.7, "sklearn": 4.4, "jax-scan": 0.5},
            us_per_step=48,
        ),
        Workload(
            "W4",
            "784-32-10 relu/softmax, MSE, RMSprop, batch 10",
            **LECTURE,
            losses=(("", "mse"),),
            batch_size=10,
            goals={"keras-torch": 20, "keras-jax": 2.1, "torch": 3.5, "jax-scan": 0.5},
            us_per_step=76,
        ),
        Workload(
            "W4cL",
            "the same, cross-entropy, batch 128",
            **LECTURE,
            losses=(("", "categorical_crossentropy"),),
            batch_size=128,
            goals={"keras-torch": 8, "keras-jax": 1.9, "torch": 1.7, "jax-scan": 0.8},
            us_per_step=302,
        ),
        Workload(
            "W5",
            "784-512-512-10 relu/softmax, cross-entropy, Adam, batch 128",
            1797,
            **chain(784, dense(512, "relu"), dense(512, "relu"), dense(10, "softmax")),
            losses=(("", "categorical_crossentropy"),),
            optimizer="Adam",
            optimizer_arguments=ADAM,
            batch_size=128,
            make=data.classes,
            goals={"keras-torch": 2.0, "keras-jax": 0.9, "torch": 0.8, "sklearn": 1.9, "jax-scan": 0.8},
            us_per_step=4557,
        ),
        Workload(
            "W6",
            "LSTM(32) over 24 steps of 4, MSE, Adam, batch 32",
            500,
            ((24, 4),),
            (Layer("LSTM", {"units": 32}), dense(1)),
            losses=(("", "mse"),),
            optimizer="Adam",
            optimizer_arguments=ADAM,
            batch_size=32,
            make=data.series,
            goals={"keras-torch": 7.7, "keras-jax": 1.2, "torch": 1.5, "jax-scan": 1.3},
            us_per_step=790,
        ),
        Workload(
            "W7",
            "Dense(28) over 50 steps, CTC with 10 labels, SGD, batch 8",
            64,
            ((50, 16),),
            (dense(28),),
            losses=(("", "ctc"),),
            optimizer="SGD",
            optimizer_arguments={"learning_rate": 0.01},
            batch_size=8,
            make=data.labelled_sequences,
            goals={"keras-torch": 5.4, "keras-jax": 2.1, "torch": 2.0, "jax-scan": 1.1},
            us_per_step=348,
        ),
        Workload(
            "W8",
            "8×8 images, Conv2D(16, 3×3) relu, MaxPool 2, Dense(10), cross-entropy, Adam, batch 32",
            1797,
            ((8, 8, 1),),
            (
                Layer("Conv2D", {"filters": 16, "kernel_size": 3, "activation": "relu"}),
                Layer("MaxPooling2D", {"pool_size": 2}),
                Layer("Flatten"),
                dense(10, "softmax"),
            ),
            losses=(("", "categorical_crossentropy"),),
            optimizer="Adam",
            optimizer_arguments=ADAM,
            batch_size=32,
            make=data.classes,
            goals={"keras-torch": 30, "keras-jax": 6.4, "torch": 8, "jax-scan": 4.4},
            us_per_step=86,
        ),
        Workload(
            "W8b",
            "series of 24 steps of 4, Conv1D(16, 3) relu, MaxPool 2, Dense(1), MSE, Adam, batch 32",
            500,
            ((24, 4),),
            (
                Layer("Conv1D", {"filters": 16, "kernel_size": 3, "activation": "relu"}),
                Layer("MaxPooling1D", {"pool_size": 2}),
                Layer("Flatten"),
                dense(1),
            ),
            losses=(("", "mse"),),
            optimizer="Adam",
            optimizer_arguments=ADAM,
            batch_size=32,
            make=data.series,
            goals={"keras-torch": 40, "keras-jax": 7.1, "torch": 10, "jax-scan": 3.4},
            us_per_step=61,
        ),
        Workload(
            "W9",
            "inputs 8 and 4, joined, outputs Dense(1) MSE and Dense(3) cross-entropy, Adam, batch 32",
            500,
            ((8,), (4,)),
            (
                dense(16, "relu", "left", ("input0",)),
                dense(8, "relu", "right", ("input1",)),
                Layer("Concatenate", {}, "joined", ("left", "right")),
                dense(16, "relu", "hidden"),
                dense(1, None, "number", ("hidden",)),
                dense(3, "softmax", "class", ("hidden",)),
            ),
            losses=(("number", "mse"), ("class", "categorical_crossentropy")),
            optimizer="Adam",
            optimizer_arguments=ADAM,
            batch_size=32,
            make=data.number_and_class,
            goals={"keras-torch": 140, "keras-jax": 12, "torch": 16, "jax-scan": 0.8},
            us_per_step=31,
        ),
    )
}
