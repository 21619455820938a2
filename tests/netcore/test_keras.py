"""Keras 3 as the oracle: the same weights, the same data in the same order, the same numbers.

In float32: on jax Keras computes much of float64 in float32 (`keras.ops.tanh` of a float64 array is right to 1e-7
only), so that the float64 oracle is the textbook of test_textbook.py.
"""

import itertools

import numpy as np
import pytest

import netcore
from netcore import Input, Sequential, layers, losses, optimizers
from netcore.activations import ACTIVATIONS
from netcore.losses import LOSSES as LOSS_CLASSES
from tests.netcore.helpers import outputs_for, targets_for

keras = pytest.importorskip("keras", reason="the oracle is a development requirement")


OPTIMIZERS = {
    "SGD": {"learning_rate": 0.05},
    "SGD-momentum": {"learning_rate": 0.05, "momentum": 0.9},
    "SGD-nesterov": {"learning_rate": 0.05, "momentum": 0.9, "nesterov": True},
    "RMSprop": {"learning_rate": 0.01},
    "Adam": {"learning_rate": 0.01},
}
MORE_OPTIMIZERS = {
    "SGD-clipnorm": {"learning_rate": 0.05, "clipnorm": 0.1},
    "SGD-clipvalue": {"learning_rate": 0.05, "clipvalue": 0.02},
    "SGD-global_clipnorm": {"learning_rate": 0.05, "global_clipnorm": 0.1},
    "SGD-weight_decay": {"learning_rate": 0.05, "momentum": 0.5, "weight_decay": 0.1},
    "RMSprop-momentum": {"learning_rate": 0.01, "momentum": 0.5, "rho": 0.8},
    # v - mean(g)² is a small difference of large numbers: with a small epsilon float32 would not repeat itself
    "RMSprop-centered": {"learning_rate": 0.01, "centered": True, "momentum": 0.5, "epsilon": 1e-3},
    "RMSprop-epsilon": {"learning_rate": 0.01, "epsilon": 0.1},
    "Adam-epsilon": {"learning_rate": 0.01, "epsilon": 0.1, "beta_1": 0.8, "beta_2": 0.99},
    "Adam-amsgrad": {"learning_rate": 0.05, "amsgrad": True, "beta_2": 0.5},
    "Adam-weight_decay": {"learning_rate": 0.01, "weight_decay": 0.1},
}
LOSSES = {
    "MeanSquaredError": {},
    "MeanAbsoluteError": {},
    "MeanAbsolutePercentageError": {},
    "BinaryCrossentropy": {},
    "CategoricalCrossentropy": {},
    "SparseCategoricalCrossentropy": {},
}
MORE_LOSSES = {
    "BinaryCrossentropy-logits": {"from_logits": True},
    "BinaryCrossentropy-smooth": {"label_smoothing": 0.2},
    "CategoricalCrossentropy-logits": {"from_logits": True},
    "CategoricalCrossentropy-smooth": {"label_smoothing": 0.2},
    "SparseCategoricalCrossentropy-logits": {"from_logits": True},
    "MeanSquaredError-sum": {"reduction": "sum"},
    "MeanSquaredError-weights": {"reduction": "mean_with_sample_weight"},
}
# Keras compiles for each pair: every loss and every optimizer at least twice, all pairs under `--all`
PAIRS = [
    (loss, optimizer) if (column - row) % len(OPTIMIZERS) < 2 else pytest.param(loss, optimizer, marks=pytest.mark.slow)
    for row, loss in enumerate(LOSSES)
    for column, optimizer in enumerate(OPTIMIZERS)
]
METRICS = {
    "binary_crossentropy": ["accuracy", "mae", keras.metrics.Precision, keras.metrics.Recall],
    "categorical_crossentropy": ["accuracy", "mse", keras.metrics.TopKCategoricalAccuracy],
    "sparse_categorical_crossentropy": ["acc", "sparse_categorical_crossentropy"],
}


def both(name, arguments, ours, theirs):
    """The part of that name from netcore and from Keras; what stands behind a hyphen only tells variants apart."""
    cls = name.split("-")[0]
    return getattr(ours, cls)(**arguments), getattr(theirs, cls)(**arguments)


def twins(hidden, last, k):
    """The same network in both libraries, with the same start weights."""
    ours = Sequential([Input((3,)), layers.Dense(5, activation=hidden), layers.Dense(k, activation=last)])
    theirs = keras.Sequential(
        [keras.layers.Input((3,)), keras.layers.Dense(5, activation=hidden), keras.layers.Dense(k, activation=last)]
    )
    theirs.set_weights(ours.get_weights())
    return ours, theirs


def assert_same_training(models, data, tolerance, **fit):
    """Histories and weights agree after five epochs with a partial last batch."""
    x, y = data
    ours, theirs = (
        model.fit(x, y, batch_size=8, epochs=5, shuffle=False, verbose=0, **fit).history for model in models
    )
    assert list(ours) == list(theirs)
    for name, values in theirs.items():
        np.testing.assert_allclose(ours[name], values, rtol=tolerance, err_msg=name)
    for mine, weight in zip(models[0].get_weights(), models[1].get_weights(), strict=True):
        np.testing.assert_allclose(mine, weight, rtol=tolerance, atol=tolerance)


def case(loss_name, k=3):
    """Data, last activation and number of outputs that suit a loss."""
    ours, _ = both(loss_name, {**LOSSES, **MORE_LOSSES}[loss_name], losses, keras.losses)
    rng = np.random.default_rng(12)
    k = 1 if "Binary" in loss_name else k
    x, y = rng.normal(size=(28, 3)), targets_for(ours, rng, 28, k)
    return (x.astype("float32"), y.astype("float32")), ours.probabilities, k


def compiled(loss_name, optimizer_name, metrics=()):
    data, last, k = case(loss_name)
    models = twins("tanh", last, k)
    pair = both(loss_name, {**LOSSES, **MORE_LOSSES}[loss_name], losses, keras.losses)
    stepper = both(optimizer_name, {**OPTIMIZERS, **MORE_OPTIMIZERS}[optimizer_name], optimizers, keras.optimizers)
    for model, loss, optimizer in zip(models, pair, stepper, strict=True):
        model.compile(optimizer, loss, metrics=list(metrics))
    return models, data


@pytest.mark.parametrize(("loss", "optimizer"), PAIRS)
def test_the_same_losses_as_keras_in_float32(loss, optimizer):
    models, data = compiled(loss, optimizer)
    assert_same_training(models, data, 1e-4)


@pytest.mark.parametrize(("loss", "optimizer"), list(zip(itertools.cycle(MORE_LOSSES), MORE_OPTIMIZERS, strict=False)))
def test_variants_of_losses_and_optimizers_train_as_in_keras(loss, optimizer):
    models, data = compiled(loss, optimizer)
    weight = np.random.default_rng(3).uniform(0.2, 2, 28).astype("float32")
    assert_same_training(models, data, 1e-4, sample_weight=weight)


@pytest.mark.parametrize("loss", METRICS)
def test_metrics_validation_and_evaluate_as_in_keras(loss):
    ours, theirs = twins("relu", {"binary_crossentropy": "sigmoid"}.get(loss, "softmax"), 1 if loss[0] == "b" else 3)
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(28, 3)).astype("float32"), targets_for(losses.loss_of(loss), rng, 28, ours.output_shape[-1])
    weight = rng.uniform(0.2, 2, 28).astype("float32")
    for model, library in ((ours, netcore), (theirs, keras)):
        names = [name if isinstance(name, str) else getattr(library.metrics, name.__name__)() for name in METRICS[loss]]
        again = [name if isinstance(name, str) else getattr(library.metrics, name.__name__)() for name in METRICS[loss]]
        model.compile(library.optimizers.SGD(0.1), loss, metrics=names, weighted_metrics=again[:1])
    assert_same_training((ours, theirs), (x, y), 1e-4, validation_split=0.25, sample_weight=weight)
    answers = [model.evaluate(x, y, sample_weight=weight, return_dict=True, verbose=0) for model in (ours, theirs)]
    assert list(answers[0]) == list(answers[1])
    np.testing.assert_allclose(list(answers[0].values()), list(answers[1].values()), rtol=1e-4)
    np.testing.assert_allclose(ours.predict(x), theirs.predict(x, verbose=0), rtol=1e-4, atol=1e-6)


KERAS_ARGUMENTS = {"threshold": (0.0, 0.0)}  # has no defaults there


@pytest.mark.parametrize("name", sorted(function.name for function in ACTIVATIONS if function.in_keras))
def test_activations_as_in_keras(name):
    x = np.random.default_rng(1).normal(size=(6, 4)).astype("float32") * 3
    expected = np.asarray(keras.activations.get(name)(keras.ops.convert_to_tensor(x), *KERAS_ARGUMENTS.get(name, ())))
    np.testing.assert_allclose(ACTIVATIONS.get(name)(x), expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("cls", [cls for cls in LOSS_CLASSES if cls.in_keras], ids=lambda cls: cls.__name__)
def test_each_sample_has_the_loss_that_keras_gives_it(cls):
    rng = np.random.default_rng(4)
    ours = cls(reduction="none")
    y, p = targets_for(ours, rng, 9, 3), outputs_for(ours, rng, 9, 3).astype("float32")
    expected = np.asarray(getattr(keras.losses, cls.__name__)(reduction="none")(y, p))
    np.testing.assert_allclose(ours(y, p), expected, rtol=1e-5)


def test_a_functional_model_with_a_shared_layer_and_two_outputs_trains_as_in_keras():
    models = []
    for library in (netcore, keras):
        left, right = library.Input((3,), name="left"), library.Input((3,), name="right")
        shared = library.layers.Dense(4, activation="tanh")
        top = library.layers.Dense(3, activation="tanh")
        number = library.layers.Dense(1, name="number")(top(shared(left)))
        kind = library.layers.Dense(2, activation="softmax", name="kind")(top(shared(right)))
        model = library.Model([left, right], [number, kind])
        loss = {"number": "mse", "kind": "categorical_crossentropy"}
        metrics = {"number": ["mae"], "kind": ["accuracy"]}
        model.compile(library.optimizers.Adam(0.01), loss, loss_weights={"number": 0.5, "kind": 2.0}, metrics=metrics)
        models.append(model)
    models[1].set_weights(models[0].get_weights())
    rng = np.random.default_rng(0)
    x = [rng.normal(size=(20, 3)).astype("float32") for _ in range(2)]
    y = [rng.normal(size=(20, 1)).astype("float32"), np.eye(2, dtype="float32")[rng.integers(0, 2, 20)]]
    assert_same_training(models, (x, y), 1e-4)
    np.testing.assert_allclose(models[0].evaluate(x, y), models[1].evaluate(x, y, verbose=0), rtol=1e-4)
