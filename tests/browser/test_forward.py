"""The forward pass of pages/ui/js/forward.js makes of the same weights what netcore makes of them."""

import json

import numpy as np
import pytest

from lab.data.sequences import read_label
from lab.insight.ctc import greedy
from netcore import Sequential, layers
from netcore.activations import ACTIVATIONS
from pages.ui.component import SHARED

ROWS = 40
SCRIPT = """([text, layers, parameters, inputs, rows]) => {
  const typed = Object.fromEntries(Object.entries(parameters).map(([name, arrays]) => [
    name, Object.fromEntries(Object.entries(arrays).map(([key, values]) => [key, Float32Array.from(values)]))]));
  const forward = new Function(`${text}; return forward;`)();
  const first = forward(layers, typed, Float32Array.from(inputs), rows);
  const again = forward(layers, typed, Float32Array.from(inputs), rows, first);
  return [Array.from(first.at(-1)), first.at(-1) === again.at(-1)];
}"""


def plain_layer(place, layer):
    values = {"name": str(place), "type": type(layer).__name__}
    if isinstance(layer, layers.Dense):
        values |= {"units": layer.units, "activation": str(layer.activation)}
    if isinstance(layer, layers.Activation):
        values |= {"activation": str(layer.activation)}
    if isinstance(layer, layers.BatchNormalization):
        values |= {"epsilon": layer.epsilon}
    return values


def in_browser(blank, model, rows):
    named = {str(place): arrays_of(layer) for place, layer in enumerate(model.layers)}
    described = [plain_layer(place, layer) for place, layer in enumerate(model.layers)]
    text = (SHARED / "forward.js").read_text(encoding="utf-8")
    arguments = json.loads(json.dumps([text, described, named, rows.T.ravel().tolist(), len(rows)]))
    values, reused = blank.evaluate(SCRIPT, arguments)
    assert reused or described[-1].get("activation") == "glu"
    return np.array(values).reshape(-1, len(rows)).T


def arrays_of(layer):
    names = {
        "Dense": ["kernel", *(["bias"] if getattr(layer, "use_bias", False) else [])],
        "BatchNormalization": [
            *(["gamma"] if getattr(layer, "scale", False) else []),
            *(["beta"] if getattr(layer, "center", False) else []),
            "moving_mean",
            "moving_variance",
        ],
    }.get(type(layer).__name__, [])
    weights = layer.get_weights()
    return {name: np.asarray(array).ravel().tolist() for name, array in zip(names, weights, strict=True)}


def built(seed, hidden, last, inputs=2):
    """A network of random weights, whose normalisation has seen something."""
    model = Sequential([layers.Input((inputs,)), *hidden, last])
    rng = np.random.default_rng(seed)
    for layer in model.layers:
        weights = [rng.normal(size=weight.shape) for weight in layer.get_weights()]
        if isinstance(layer, layers.BatchNormalization):
            weights[-1] = np.abs(weights[-1]) + 0.1  # a variance
        layer.set_weights(weights)
    return model


def assert_alike(blank, model, seed):
    inputs = model.input_shape[-1]
    rows = np.random.default_rng(seed).normal(scale=2, size=(ROWS, inputs)).astype(np.float32)
    expected = model.predict(rows, verbose=0)
    scale = max(1.0, float(np.abs(expected).max()))
    np.testing.assert_allclose(in_browser(blank, model, rows) / scale, expected / scale, rtol=0, atol=1e-5)


@pytest.mark.parametrize("activation", ACTIVATIONS.names())
def test_each_activation_function_is_that_of_netcore(blank, activation):
    assert_alike(blank, built(3, [layers.Dense(6, activation=activation)], layers.Dense(2)), 1)


@pytest.mark.parametrize("seed", range(12))
def test_random_networks_give_what_netcore_gives(blank, seed):
    rng = np.random.default_rng(seed)
    hidden = []
    for _ in range(int(rng.integers(0, 7))):
        units, activation = int(rng.integers(1, 17)), rng.choice(["tanh", "relu", "sigmoid", "gelu", "selu"])
        hidden.append(layers.Dense(units, activation=str(activation), use_bias=bool(rng.random() < 0.8)))
        if rng.random() < 0.3:
            hidden.append(layers.BatchNormalization(scale=bool(rng.random() < 0.7), center=bool(rng.random() < 0.7)))
        if rng.random() < 0.3:
            hidden.append(layers.Dropout(0.4))
        if rng.random() < 0.3:
            hidden.append(layers.Activation("softplus"))
    last = layers.Dense(int(rng.integers(1, 5)), activation=str(rng.choice(["linear", "softmax", "sigmoid"])))
    assert_alike(blank, built(seed, hidden, last, inputs=int(rng.integers(1, 8))), seed)


def test_a_number_that_is_none_comes_out_as_none_and_not_as_something_healthy(blank):
    model = built(0, [layers.Dense(3, activation="relu")], layers.Dense(1))
    model.layers[0].set_weights([np.full((2, 3), np.nan), np.zeros(3)])
    assert np.isnan(in_browser(blank, model, np.ones((2, 2), np.float32))).all()


TEXTS = """([text, answers, classes, rows]) => {
  const read = new Function(`${text}; return textsRead;`)();
  return read({ output: { classes, targets: Array(rows).fill("") }, answers: Float32Array.from(answers) });
}"""


def test_a_text_is_read_from_the_classes_of_its_time_steps_as_python_reads_it(blank):
    classes = ["-", "A", "B", "C"]
    said = np.random.default_rng(3).normal(size=(6, 15, len(classes))).astype(np.float32)
    text = (SHARED / "known" / "texts.js").read_text(encoding="utf-8")
    read = blank.evaluate(TEXTS, [text, said.ravel().tolist(), classes, len(said)])
    assert read == [read_label(row, classes) for row in greedy(said)]
    assert len(set(read)) == len(read)
