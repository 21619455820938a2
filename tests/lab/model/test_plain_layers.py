"""Networks in plain values for the browser: what they say, computed by hand, is what netcore computes."""

import numpy as np
import pytest

import netcore
from lab.model.plain_layers import plain_layers
from lab.spec.experiment import GraphSpec
from lab.starts import start
from netcore import activations
from netcore.layers import LAYERS


def network(*layers):
    experiment = start("iris")
    made = experiment.with_layers([])
    for type, params in layers:
        made = made.with_added_layer(type, params)
    return made


def computed(told, weights, x):
    """The values behind the last layer by the description alone; `weights` in Keras order."""
    weights = list(weights)
    for layer in told:
        if layer["type"] == "Dense":
            x = x @ weights.pop(0) + weights.pop(0)
        elif layer["type"] == "BatchNormalization":
            gamma, beta, mean, variance = (weights.pop(0) for _ in range(4))
            x = gamma * (x - mean) / np.sqrt(variance + layer["epsilon"]) + beta
        x = activations.get(layer.get("activation"))(x)
    return x


def test_what_is_told_is_enough_to_compute_what_the_network_computes():
    experiment = network(
        ("Dense", {"units": 5, "activation": "tanh"}),
        ("BatchNormalization", {"epsilon": 0.01}),
        ("Dropout", {"rate": 0.3}),
        ("Dense", {"units": 4}),
        ("ReLU", {}),
        ("Dense", {"units": 3}),
        ("Softmax", {}),
    )
    told = plain_layers(experiment)
    assert [layer["name"] for layer in told] == list("0123456")
    rng = np.random.default_rng(1)
    made = [LAYERS.get(layer.type)(**layer.filled(LAYERS)) for layer in experiment.model.layers]
    model = netcore.Sequential([netcore.Input((4,)), *made])
    model.set_weights([rng.uniform(0.5, 1.5, weight.shape) for weight in model.get_weights()])
    x = rng.normal(size=(7, 4)).astype(np.float32)
    assert computed(told, model.get_weights(), x) == pytest.approx(model.predict(x, verbose=0), abs=1e-5)


@pytest.mark.parametrize(
    "layer", [("LayerNormalization", {}), ("ReLU", {"max_value": 2.0}), ("BatchNormalization", {"axis": -2})]
)
def test_a_network_with_a_layer_that_no_browser_knows_is_not_told_at_all(layer):
    assert plain_layers(network(("Dense", {"units": 5}), layer)) is None


def test_a_functional_model_is_not_told():
    experiment = start("two_in_two_out")
    assert isinstance(experiment.model, GraphSpec)
    assert plain_layers(experiment) is None
