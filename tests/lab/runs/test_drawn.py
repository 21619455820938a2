"""Weights that a page draws while a network learns: the first ones of each Dense layer, in the drawing's order."""

import json
from base64 import b64decode

import numpy as np
import pytest

from lab.data.prepare import prepare
from lab.data.samples import load_sample
from lab.insight.learned_network import layer_weights
from lab.model.drawn import drawn_network
from lab.model.layer_table import layer_rows
from lab.runs.orders.run import run_spec
from lab.runs.work.build import build_model
from lab.runs.work.drawn import STEPS, drawn_event, is_small, parameters_event
from lab.starts import start


def built(name):
    experiment = start(name)
    dataset = prepare(load_sample(experiment.data.source.name, experiment.data.reading), experiment.data, 0)
    spec = run_spec(experiment, dataset)[0]
    return experiment, dataset, spec, build_model(spec)


def told(event):
    """Epoch, largest, and of each layer weights in the order in which they come, and biases."""
    head, data = event.decode().strip().split("\n")
    assert head == "event:weights"
    values = json.loads(data.removeprefix("data:"))
    layers = {name: np.frombuffer(b64decode(text), np.int8) / STEPS for name, text in values["layers"].items()}
    biases = {name: np.frombuffer(b64decode(text), np.float32) for name, text in values["biases"].items()}
    return values["epoch"], values["largest"], layers, biases


@pytest.mark.parametrize("name", ["iris", "spiral", "lecture", "two_in_two_out", "digits_conv", "ctc_morse"])
def test_each_wire_of_the_drawing_gets_its_own_weight(name):
    experiment, dataset, spec, model = built(name)
    network = drawn_network(experiment, layer_rows(experiment, dataset), dataset)
    model.set_weights([weight + 0.1 for weight in model.get_weights()])  # biases begin with zeros
    kernels = layer_weights(experiment, model)
    epoch, largest, layers, biases = told(drawn_event(model, spec, 7))
    assert epoch == 7
    wires = [one for one in network.wires if one.form == "each"]
    for one in wires:
        source, target = network.node(one.source), network.node(one.target)
        owner = next(
            layer.id for place, layer in enumerate(experiment.model.layers) if target.layer in (layer.id, str(place))
        )
        expected = kernels[owner].kernel[np.ix_(source.shown, target.shown)].ravel()
        assert layers[target.layer] * largest == pytest.approx(expected, abs=largest / STEPS)
        assert list(biases[target.layer]) == list(kernels[owner].bias[list(target.shown)])
    assert wires or name == "ctc_morse"


def test_weights_that_are_no_numbers_are_drawn_as_nothing_and_the_others_as_they_are():
    _experiment, _dataset, spec, model = built("spiral")
    weights = model.get_weights()
    weights[0][0, :2] = np.nan, np.inf
    model.set_weights(weights)
    _epoch, largest, layers, _biases = told(drawn_event(model, spec, 1))
    assert np.isfinite(largest)
    assert list(layers["0"][:2]) == [0, 0]
    assert np.abs(layers["0"]).max() > 0


def test_a_network_of_nothing_but_zeros_is_told_too():
    _experiment, _dataset, spec, model = built("spiral")
    model.set_weights([np.zeros_like(weight) for weight in model.get_weights()])
    _epoch, largest, layers, _biases = told(drawn_event(model, spec, 0))
    assert largest == 0
    assert not any(layer.any() for layer in layers.values())


def test_what_is_sent_of_a_network_grows_no_further_than_what_is_drawn_of_it():
    _experiment, _dataset, spec, model = built("lecture")
    assert sum(weight.size for weight in model.get_weights()) > 25_000
    assert len(drawn_event(model, spec, 1)) < 2500


@pytest.mark.parametrize("name", ["iris", "spiral", "two_in_two_out"])
def test_of_a_small_network_every_weight_is_told_to_the_last_bit(name):
    experiment, _dataset, spec, model = built(name)
    head, data = parameters_event(model, spec, 3, 17).decode().strip().split("\n")
    values = json.loads(data.removeprefix("data:"))
    assert (head, values["epoch"], values["updates"]) == ("event:parameters", 3, 17)
    ids = {layer.id for layer in experiment.model.layers} | set(map(str, range(len(experiment.model.layers))))
    assert set(values["layers"]) <= ids
    told = [b64decode(text) for layer in values["layers"].values() for text in layer.values()]
    assert sorted(told) == sorted(weight.tobytes() for weight in model.get_weights())
    kernels = layer_weights(experiment, model)
    for place, layer in enumerate(experiment.model.layers):
        if layer.id in kernels:
            arrays = values["layers"].get(layer.id) or values["layers"][str(place)]
            assert b64decode(arrays["kernel"]) == kernels[layer.id].kernel.astype("<f4").tobytes()
    assert is_small(model)


def test_a_large_network_is_never_told_as_a_whole():
    assert not is_small(built("lecture")[-1])
