"""Spatial layers against golden numbers of Keras 3 (golden/make_spatial.py): outputs, gradients, statistics, steps."""

from pathlib import Path

import numpy as np
import pytest

import netcore
from netcore import Input, config, layers, optimizers
from netcore.graph import Graph
from netcore.layers import LAYERS, Layer
from netcore.plan import Plan
from tests.netcore.golden import spatial_cases as cases

GOLDEN = np.load(Path(__file__).parent / "golden" / "spatial.npz")


class Shift(Layer):
    """y = x + shift: something to learn in front of a layer, so that gradients reach its inputs."""

    def build(self, input_shape):
        self.add_weight("shift", input_shape[1:], "zeros")

    def forward(self, node, *, training):
        np.add(node.x, self.shift[..., np.newaxis], node.y)

    def backward(self, node):
        node.gradient["shift"][...] = node.dy.sum(axis=-1)


def ready_layer(name):
    kind, arguments, shapes = cases.LAYER_CASES[name]
    layer = LAYERS.get(kind)(**arguments)
    layer(inputs_of(shapes))
    layer.set_weights(cases.new_weights(name, layer.get_weights()))
    return layer, shapes


def inputs_of(shapes):
    tensors = [Input(shape) for shape in shapes]
    return tensors if len(tensors) > 1 else tensors[0]


def assert_golden(value, name, key, tolerance):
    expected = GOLDEN[f"{name}/{key}"]
    assert value.shape == expected.shape
    scale = max(1e-300, np.abs(expected).max())
    np.testing.assert_allclose(value / scale, expected / scale, rtol=tolerance, atol=tolerance, err_msg=key)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("name", cases.LAYER_CASES)
def test_a_layer_gives_the_outputs_and_gradients_of_keras(name, dtype):
    config.set_floatx(dtype)
    tolerance = 1e-10 if dtype == "float64" else 1e-4
    layer, shapes = ready_layer(name)
    arrays = [x.astype(dtype) for x in cases.case_inputs(name)]
    predicted = layer(arrays if len(arrays) > 1 else arrays[0])
    assert predicted.dtype == dtype
    assert_golden(predicted, name, "predicted", tolerance)

    tensors = [Input(shape) for shape in shapes]
    shifted = [Shift()(tensor) for tensor in tensors]
    output = layer(shifted if len(shifted) > 1 else shifted[0])
    graph = Graph(tuple(tensors), (output,))
    steps = graph.steps()
    plan = Plan(steps, graph.inputs, graph.outputs, cases.SAMPLES, training=True, dtype=dtype)
    plan.feed([(np.moveaxis(x, 0, -1),) * 2 for x in arrays])
    plan.forward()
    assert_golden(np.moveaxis(plan.outputs[0], -1, 0), name, "trained", tolerance)
    factors = cases.numbers(name + "factors").normal(size=GOLDEN[f"{name}/predicted"].shape)
    plan.output_gradients[0][...] = np.moveaxis(factors, 0, -1)
    plan.backward()
    for index, weight in enumerate(layer.trainable_weights):
        assert_golden(weight.gradient, name, f"gradient.{index}", tolerance)
    shifts = [node for step, node in zip(steps, plan._nodes, strict=True) if isinstance(step.operation, Shift)]
    for index, node in enumerate(shifts):
        assert_golden(np.moveaxis(node.dy, -1, 0), name, f"dx.{index}", tolerance)
    for index, weight in enumerate(layer.non_trainable_weights):
        assert_golden(weight.numpy(), name, f"after.{index}", tolerance)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("name", cases.MODEL_CASES)
def test_a_model_takes_the_five_steps_of_keras(name, dtype):
    config.set_floatx(dtype)
    tolerance = 1e-10 if dtype == "float64" else 1e-4
    model = cases.MODEL_CASES[name](netcore)
    model.set_weights(cases.new_weights(name, model.get_weights()))
    x, y = cases.model_data(name)
    model.compile(optimizers.SGD(cases.RATE, momentum=0.9), "categorical_crossentropy" if name == "images" else "mse")
    model.fit(x if len(x) > 1 else x[0], y, batch_size=cases.SAMPLES, shuffle=False, verbose=0)
    for index, value in enumerate(model.get_weights()):
        assert_golden(value, name, f"weight.{index}", tolerance)
    assert_golden(model.predict(x if len(x) > 1 else x[0]), name, "predicted", tolerance)


def test_every_case_names_a_layer_that_exists():
    assert {kind for kind, _, _ in cases.LAYER_CASES.values()} <= set(LAYERS.names())
    assert hasattr(layers, "Conv2D")
