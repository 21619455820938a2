"""The numbers that slow motion shows are those of Keras on the same batch, for six kinds of networks."""

from collections.abc import Callable
from typing import Any

import jax
import keras
import numpy as np
import pytest

from lab.runs.orders.run import run_spec
from lab.runs.wire.arrays import data_of
from lab.slow_motion.steps import steps_of
from lab.slow_motion.update import Update, first_update
from lab.slow_motion.view import View
from lab.slow_motion.weights import traced_weights
from lab.spec.experiment import Experiment
from lab.starts import start
from tests.lab.insight.test_nan_doctor import data, run_of
from tests.lab.slow_motion.looks import assert_terms_give_results, update_of_run, with_layers

K = keras.layers
TOLERANCE = 1e-6


def small(name: str, *layers: tuple[str, dict[str, Any]]) -> Experiment:
    """A start with these layers before its last one, plain gradient descent, and few samples in a batch."""
    made = with_layers(start(name), *layers).with_fit(batch_size=6)
    return made.with_compile(optimizer={"type": "SGD", "params": {"learning_rate": 0.1, "momentum": 0.9}})


def masked(update: Update) -> Any:
    """Dropout as Keras would make it with the mask that netcore drew."""
    keep = next(quantity.value for quantity in update.trace if quantity.kind == "mask")
    return K.Lambda(lambda x: x * keep)


DENSE = ("Dense", {"units": 5, "activation": "tanh"})
NETWORKS: dict[str, tuple[Experiment, Callable[[Update], list[Any]]]] = {
    "dense": (small("iris", DENSE), lambda _: [K.Dense(5, "tanh"), K.Dense(3, "softmax")]),
    "dropout": (
        small("iris", DENSE, ("Dropout", {"rate": 0.4})),
        lambda update: [K.Dense(5, "tanh"), masked(update), K.Dense(3, "softmax")],
    ),
    "batch norm": (
        small("iris", DENSE, ("BatchNormalization", {})),
        lambda _: [K.Dense(5, "tanh"), K.BatchNormalization(), K.Dense(3, "softmax")],
    ),
    "convolution": (
        small("digits_conv", ("Conv2D", {"filters": 3, "kernel_size": 3, "activation": "relu"}),
              ("MaxPooling2D", {"pool_size": 2}), ("Flatten", {})),
        lambda _: [K.Conv2D(3, 3, activation="relu"), K.MaxPooling2D(2), K.Flatten(), K.Dense(10, "softmax")],
    ),
    "LSTM": (small("hourly", ("LSTM", {"units": 4})), lambda _: [K.LSTM(4), K.Dense(1)]),
    "CTC": (
        small("ctc_morse", ("Conv1D", {"filters": 3, "kernel_size": 5, "strides": 6, "padding": "same"})),
        lambda _: [K.Conv1D(3, 5, strides=6, padding="same"), K.Dense(9)],
    ),
}  # fmt: skip
LOSSES = {"LSTM": keras.losses.MeanSquaredError, "CTC": keras.losses.CTC}


def in_keras(update: Update, layers: list[Any], loss: Any) -> tuple[float, list[Any], list[Any]]:
    """(loss, gradients of the trainable weights, weights after) of one step of SGD with momentum from rest."""
    _, arrays = run_spec(update.experiment, update.dataset)
    x, y = (data_of(arrays, name)[update.rows] for name in ("x", "y"))
    model = keras.Sequential([K.Input(x.shape[1:], batch_size=len(x)), *layers])
    model.set_weights(update.model.get_weights())
    still = [weight.value for weight in model.non_trainable_variables]

    def total(weights: list[Any]) -> Any:
        said, _ = model.stateless_call(weights, still, x, training=True)
        return loss(y, said)

    before = [weight.value for weight in model.trainable_variables]
    value, slopes = jax.value_and_grad(total)(before)
    return float(value), slopes, [one - 0.1 * slope for one, slope in zip(before, slopes, strict=True)]


CASES = [pytest.param(name, marks=pytest.mark.slow) if name == "CTC" else name for name in NETWORKS]


@pytest.mark.parametrize("name", CASES)
def test_loss_gradients_and_new_weights_are_those_of_keras(name):
    experiment, layers = NETWORKS[name]
    update = first_update(experiment, data(experiment))
    loss = LOSSES.get(name, keras.losses.CategoricalCrossentropy)()
    value, slopes, after = in_keras(update, layers(update), loss)
    view = View(update, 1)
    steps = steps_of(view)
    told = {one.key: one for one in steps}
    assert told["loss.batch"].equations[-1].result.value == pytest.approx(value, abs=TOLERANCE, rel=TOLERANCE)
    weights = list(update.model.trainable_weights)
    names = {id(weight): place for place, weight in enumerate(weights)}
    followed = 0
    for one in steps:
        if one.weight is None:
            continue
        keras_name, index = one.weight
        op = next(op for op in view.ops if one.key == f"backward.{keras_name}.{op.out}")
        weight = next(weight for weight in op.layer.trainable_weights if weight.name == keras_name)
        place = names[id(weight)]
        scale = max(1.0, float(np.abs(slopes[place]).max()))
        shown = one.equations[-1].result.value
        np.testing.assert_allclose(shown, slopes[place][index], atol=TOLERANCE * scale, rtol=0)
        moved = told[f"update.{keras_name}.{op.out}"].equations[-1].result.value
        np.testing.assert_allclose(moved, after[place][index], atol=TOLERANCE * scale, rtol=0)
        followed += 1
    assert followed == len(weights)
    assert_terms_give_results(update, samples=3)


@pytest.mark.parametrize(("name", "memory"), [("Nadam", {"m′": "m", "v′": "v"}), ("Ftrl", {"a′": "a", "z′": "z"})])
def test_the_memory_of_an_optimizer_and_the_weight_are_those_of_keras(name, memory):
    params = {"learning_rate": 0.05}
    experiment = start("iris").with_fit(epochs=1).with_compile(optimizer={"type": name, "params": params})
    record, checkpoints = run_of(experiment)
    updates = [update_of_run(record, checkpoints, data(experiment), 1, batch) for batch in (1, 2, 3, 4)]
    view = View(updates[-1], 0)
    shown = next(one for one in steps_of(view) if one.key.startswith("update.kernel"))
    output = shown.key.removeprefix("update.kernel.")
    [index] = [one.weight[1] for one in steps_of(view) if one.key == f"backward.kernel.{output}" and one.weight]
    traced = traced_weights(view, next(op.layer for op in view.ops if op.out == output))["kernel"]
    kernel = keras.Variable(View(updates[0], 0).all(traced))
    optimizer = getattr(keras.optimizers, name)(**params)
    optimizer.build([kernel])
    for update in updates:
        optimizer.apply([View(update, 0).all(f"dL/d{traced}")])
    slots = {"m": "_momentums", "v": "_velocities", "a": "_accumulators", "z": "_linears"}
    said = {one.result.name: one.result.value for one in shown.equations}
    for sign, slot in memory.items():
        [theirs] = getattr(optimizer, slots[slot])
        np.testing.assert_allclose(said[sign], np.asarray(theirs)[index], atol=TOLERANCE)
    np.testing.assert_allclose(shown.equations[-1].result.value, np.asarray(kernel)[index], atol=TOLERANCE)
