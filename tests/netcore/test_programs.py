"""Short programs as people write them for Keras, run on both libraries: what they give back is the same.

Each takes the library as `k`. The start weights are the same, since `fixed` sets them.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import netcore

keras = pytest.importorskip("keras", reason="the oracle is a development requirement")

pytestmark = pytest.mark.filterwarnings("ignore::netcore.errors.NetcoreWarning")

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


@program
def functions_of_layers(k):
    dense, plain, lstm = k.layers.Dense(2, activation="relu"), k.layers.Dense(2), k.layers.LSTM(2)
    functions = [dense.activation, plain.activation, lstm.activation, lstm.recurrent_activation]
    configs = [dense.get_config()["activation"], plain.get_config()["activation"]]
    again = type(dense).from_config(dense.get_config())
    return [[one.__name__ for one in functions], configs, again.activation.__name__]


@program
def a_layer_built_by_hand(k):
    made = [k.layers.Dense(2), k.layers.LSTM(2), k.layers.BatchNormalization(), k.layers.Embedding(4, 2)]
    for layer in made:
        layer.build((None, 5, 3))
    made[0].set_weights([np.ones((3, 2)), np.zeros(2)])
    shapes = [[weight.shape for weight in layer.get_weights()] for layer in made]
    return [shapes, [layer.built for layer in made], made[0](np.ones((2, 3), "float32"))]


@program
def a_number_of_samples_that_is_known(k):
    layers = k.layers
    start = k.Input((6, 4), batch_size=2)
    towers = [
        layers.Conv1D(3, 2, padding="same")(start),
        layers.LSTM(3, return_sequences=True)(start),
        layers.TimeDistributed(layers.Dense(3))(start),
        layers.Bidirectional(layers.GRU(3, return_sequences=True), merge_mode="sum")(start),
        layers.Reshape((6, -1))(layers.Dense(3)(start)),
    ]
    merged = layers.Add()(towers)
    ends = [
        layers.MaxPooling1D(2)(merged),
        layers.GlobalAveragePooling1D()(merged),
        layers.Flatten()(merged),
        layers.Permute((2, 1))(merged),
        layers.Concatenate()([merged, start]),
        layers.Dot(axes=1)([merged, start]),
        layers.ZeroPadding1D(1)(merged),
        layers.RepeatVector(2)(layers.GlobalMaxPooling1D()(merged)),
    ]
    model = k.Model(start, ends)
    again = k.Model.from_config(model.get_config())
    sizes = [list(layer.batch_shape) for layer in (model.layers[0], again.layers[0])]
    return [model.input_shape, model.output_shape, sizes, again.output_shape]


@program
def a_model_that_data_builds(k):
    model = k.Sequential([k.layers.Dense(3), k.layers.Dense(1)])
    unbuilt = [model.built, kind_of_error(lambda: model.input_shape), kind_of_error(lambda: model.inputs)]
    model.compile("sgd", "mse")
    model.fit(rows(40, 4), rows(40, 1, seed=1), verbose=0)
    other = k.Sequential([k.layers.Dense(3), k.layers.Dense(1)])
    other.predict(rows(5, 4), verbose=0)
    refused = kind_of_error(lambda: k.Sequential([k.Input((3,)), k.layers.Dense(1)]).build((None, 4)))
    return [unbuilt, model.input_shape, model.output_shape, other.input_shape, refused]


@program
def a_model_in_front_of_layers(k):
    first = k.Sequential([k.Input((3,)), k.layers.Dense(4)])
    model = k.Sequential([first, k.layers.Dense(2)])
    start = k.Input((3,))
    functional = k.Model(start, k.layers.Dense(1)(model(start)))
    return [model.built, model.output_shape, model.count_params(), functional.name]


@program
def what_is_refused(k):
    return [
        kind_of_error(action)
        for action in (
            lambda: k.Sequential(["Dense"]),
            lambda: k.Input(3),
            lambda: k.Input((3,), batch_shape=(2, 3)),
            lambda: k.utils.pad_sequences(3),
        )
    ]


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
