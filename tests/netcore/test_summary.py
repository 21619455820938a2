"""What `summary` prints is what Keras prints, character by character."""

import os

os.environ.setdefault("KERAS_BACKEND", "jax")

import keras
import numpy as np
import pytest

import netcore


def chain(k):
    layers = k.layers
    start = [layers.Input((4,)), layers.Dense(3, name="first"), layers.Dropout(0.2, name="drop")]
    return k.Sequential([*start, layers.BatchNormalization(name="norm")], name="chain")


def unbuilt(k):
    return k.Sequential([k.layers.Dense(3, name="one"), k.layers.Dense(2, name="two")], name="unbuilt")


def branches(k):
    layers = k.layers
    a, b = layers.Input((3,), name="a"), layers.Input((2,), name="b")
    shared = layers.Dense(4, name="a_layer_with_a_very_long_name_that_goes_on_and_on")
    joined = layers.Concatenate(name="joined")([shared(a), b])
    return k.Model(
        [a, b], [layers.Dense(1, name="o")(joined), layers.Add(name="p")([shared(a), shared(a)])], name="net"
    )


def straight(k):
    start = k.layers.Input((4,), name="x")
    model = k.Model(start, k.layers.Dense(1, name="end")(k.layers.Dense(2000, name="wide")(start)), name="straight")
    model.layers[1].trainable = False
    return model


def nested(k):
    start = [k.layers.Input((4,)), chain(k), k.layers.Dense(1, name="last")]
    return k.Sequential(start, name="around")


def several_outputs(k):
    start = k.layers.Input((5, 3), name="x")
    return k.Model(start, k.layers.LSTM(4, return_state=True, name="lstm")(start)[:2], name="states")


def trained(k, optimizer="adam"):
    model = chain(k)
    model.compile(optimizer, "mse")
    model.fit(np.ones((2, 4)), np.ones((2, 3)), verbose=0)
    return model


CASES = [
    (chain, {}),
    (chain, {"line_length": 60}),
    (chain, {"positions": [0.3, 0.7, 1.0]}),
    (chain, {"layer_range": ["dr", "norm"]}),
    (unbuilt, {}),
    (branches, {}),
    (branches, {"show_trainable": True, "line_length": 90}),
    (straight, {}),
    (straight, {"show_trainable": True}),
    (nested, {}),
    (nested, {"expand_nested": True}),
    (several_outputs, {}),
    (trained, {}),
    (lambda k: trained(k, "sgd"), {}),
    (lambda k: trained(k, "rmsprop"), {"line_length": 88}),
]


@pytest.mark.parametrize(("make", "options"), CASES)
def test_a_summary_is_that_of_keras(make, options, monkeypatch):
    monkeypatch.setenv("COLUMNS", "100")
    texts = []
    for library in (netcore, keras):
        lines = []
        make(library).summary(print_fn=lambda text, lines=lines, **_: lines.append(text), **options)
        texts.append("\n".join(lines))
    assert texts[0] == texts[1]


def test_without_a_function_it_is_printed(capsys):
    chain(netcore).summary()
    assert capsys.readouterr().out.startswith('Model: "chain"\n┏')


def test_names_of_models_are_those_of_keras():
    netcore.utils.clear_session()
    start = netcore.Input((2,))
    assert netcore.Model(start, netcore.layers.Dense(1)(start)).name == "functional"
    assert netcore.Sequential().name == "sequential"
