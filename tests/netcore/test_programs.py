"""Short programs as people write them for Keras, run on both libraries: what they give back is the same.

Each takes the library as `k`. The start weights are the same, since `fixed` sets them.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import netcore

keras = pytest.importorskip("keras", reason="the oracle is a development requirement")

pytestmark = [
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),  # Keras's own, NumPy 2
    pytest.mark.filterwarnings("ignore::netcore.errors.NetcoreWarning"),
]

PROGRAMS: list[Callable[[Any], Any]] = []


def program(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
    PROGRAMS.append(function)
    return function


def fixed(model: Any) -> Any:
    rng = np.random.default_rng(5)
    model.set_weights([rng.normal(size=np.shape(weight)) * 0.4 for weight in model.get_weights()])
    return model


def rows(*shape: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=shape).astype("float32")


def classes(n: int, count: int = 2) -> np.ndarray:
    return np.random.default_rng(1).integers(0, count, n)


def assert_same(ours: Any, theirs: Any, place: str = "result") -> None:
    if isinstance(theirs, dict):
        assert list(ours) == list(theirs), place
        for name in theirs:
            assert_same(ours[name], theirs[name], f"{place}[{name!r}]")
    elif isinstance(theirs, list | tuple):
        assert len(ours) == len(theirs), (place, ours, theirs)
        for index, (mine, other) in enumerate(zip(ours, theirs, strict=True)):
            assert_same(mine, other, f"{place}[{index}]")
    elif theirs is None or isinstance(theirs, str | bool):
        assert ours == theirs, place
    else:
        assert np.shape(ours) == np.shape(theirs), place
        np.testing.assert_allclose(np.asarray(ours), np.asarray(theirs), rtol=1e-4, atol=1e-5, err_msg=place)


def kind_of_error(action: Callable[[], Any]) -> str:
    """Python's own class of the error that the action ends in."""
    try:
        action()
    except Exception as error:  # noqa: BLE001  # any of them is an answer
        return next(cls.__name__ for cls in type(error).__mro__ if cls.__module__ == "builtins")
    return "none"


def two_outputs(k: Any, outputs: Any = list, **compiled: Any) -> Any:
    start = k.Input((3,), name="start")
    hidden = k.layers.Dense(4, activation="tanh", name="hidden")(start)
    number = k.layers.Dense(2, name="number")(hidden)
    kind = k.layers.Dense(1, activation="sigmoid", name="kind")(hidden)
    model = k.Model(start, [number, kind] if outputs is list else {"z": number, "b": kind})
    model.compile("adam", **compiled)
    return fixed(model)


# --- models and their parts


@program
def the_inside_of_a_functional_model(k):
    model = two_outputs(k)
    hidden = k.Model(model.input, model.get_layer("hidden").output)
    first = k.Model(model.inputs, model.layers[1].output)
    x = rows(4, 3)
    shapes = [model.input.shape, [one.shape for one in model.output], model.output_names]
    return [hidden.predict(x, verbose=0), first.predict(x, verbose=0), *shapes]


@program
def outputs_in_a_dict(k):
    # sorted by name, whatever the order in which they were written; losses in lists as compile wrote them
    losses, metrics = {"z": "mse", "b": "binary_crossentropy"}, {"z": ["mae"], "b": ["accuracy"]}
    model = two_outputs(k, dict, loss=losses, metrics=metrics)
    x, y = rows(20, 3), {"z": rows(20, 2, seed=1), "b": classes(20)}
    history = model.fit(x, y, epochs=2, batch_size=8, shuffle=False, verbose=0).history
    shapes = [weight.shape for weight in model.get_weights()]
    predicted = model.predict(x, verbose=0)
    return [history, predicted, model.evaluate(x, y, verbose=0), model.output_names, shapes]


@program
def names_of_metrics(k):
    plain = k.Sequential([k.Input((3,)), k.layers.Dense(1)])
    plain.compile("sgd", "mse", metrics=["mae"])
    several = two_outputs(k, loss=["mse", "mse"])
    x = rows(8, 3)
    plain.fit(x, x[:, :1], verbose=0)
    several.fit(x, [x[:, :2], x[:, :1]], verbose=0)
    return [plain.metrics_names, plain.loss, several.metrics_names, several.loss]


# --- training


@program
def class_weights_are_for_learning_only(k):
    model = k.Sequential([k.Input((3,)), k.layers.Dense(2, activation="softmax")])
    model.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])
    fixed(model)
    weights = {0: 0.2, 1: 3.0}
    fit = model.fit(rows(20, 3), classes(20), 8, 2, 0, class_weight=weights, validation_split=0.3, shuffle=False)
    return fit.history


@program
def one_metric_with_and_without_weights(k):
    model = k.Sequential([k.Input((3,)), k.layers.Dense(1)])
    model.compile("sgd", "mse", metrics=["mae"], weighted_metrics=["mae"])
    fixed(model)
    x = rows(10, 3)
    weight = np.linspace(0, 1, 10)
    history = model.fit(x, x[:, :1], verbose=0, sample_weight=weight, shuffle=False).history
    return [history, model.evaluate(x, x[:, :1], sample_weight=weight, verbose=0), model.train_on_batch(x, x[:, :1])]


@program
def a_loss_for_some_outputs_only(k):
    x, y = rows(8, 3), [rows(8, 2, seed=1), classes(8)]
    with_none = two_outputs(k, loss={"kind": "binary_crossentropy", "number": None})
    forgotten = kind_of_error(lambda: two_outputs(k, loss={"kind": "binary_crossentropy"}).fit(x, y, verbose=0))
    return [with_none.fit(x, y, verbose=0, shuffle=False).history, forgotten]


@pytest.mark.parametrize("one", PROGRAMS, ids=lambda one: one.__name__)
def test_a_program_gives_what_keras_gives(one):
    netcore.utils.clear_session()
    keras.utils.clear_session()
    assert_same(one(netcore), one(keras))
