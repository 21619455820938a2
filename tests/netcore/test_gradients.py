"""Every backward equation against central differences in float64. The registries say what there is to test."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netcore import Input, Model, Sequential, config, layers, losses
from netcore.activations import ACTIVATIONS, Elementwise, Relu, sigmoid, softmax
from netcore.data import batch_last
from netcore.graph import Graph
from netcore.heads import FUSED, fused_gradient
from netcore.layers import LAYERS
from netcore.losses import LOSSES
from netcore.plan import Plan
from tests.netcore.helpers import (
    activation_for,
    axes_for,
    numerical_gradient,
    outputs_for,
    ready_arguments,
    steps_for,
    targets_for,
)

pytestmark = pytest.mark.usefixtures("float64")
SMALL = {"n": st.integers(1, 5), "d": st.integers(1, 4), "seed": st.integers(0, 2**32 - 1)}


def assert_gradients_agree(inputs, outputs, n, rng, rows=None):
    """All weight gradients of sum(c * outputs) against central differences; random layers repeat their numbers.

    `rows` (n, …) are those of each input, drawn if left out.
    """
    graph = Graph(tuple(inputs), tuple(outputs))
    plan = Plan(graph.steps(), graph.inputs, graph.outputs, n, training=True, dtype="float64")
    streams = [layer.__dict__["stream"] for layer in graph.layers if "stream" in layer.__dict__]
    states = [stream.get_state() for stream in streams]
    feeds = []
    for index, tensor in enumerate(inputs):
        x = rng.normal(size=(*tensor.inner_shape, n)) if rows is None else np.moveaxis(rows[index], 0, -1)
        feeds.append((np.concatenate([x, np.ones((*x.shape[:-2], 1, n))], axis=-2), x))
    factors = [rng.normal(size=output.shape) for output in plan.outputs]

    def total():
        for stream, state in zip(streams, states, strict=True):
            stream.set_state(state)
        plan.feed(feeds)
        plan.forward()
        return float(sum(np.sum(factor * output) for factor, output in zip(factors, plan.outputs, strict=True)))

    total()
    for target, factor in zip(plan.output_gradients, factors, strict=True):
        target[...] = factor
    plan.backward()
    weights = [weight for layer in graph.layers for weight in layer.trainable_weights]
    assert weights
    for weight in weights:
        expected = numerical_gradient(total, weight.value)
        np.testing.assert_allclose(weight.gradient, expected, rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize(("cls", "axes"), [(cls, axes) for cls in LAYERS for axes in axes_for(cls)], ids=str)
@settings(max_examples=15)
@given(**SMALL)
def test_backward_of_a_layer_is_the_derivative_of_its_forward(cls, axes, n, d, seed):
    config.set_floatx("float64")
    rng = np.random.default_rng(seed)
    start = Input((*axes, d))
    hidden = layers.Dense(2, activation="softplus")(start)
    layer = cls(**ready_arguments(cls))
    fed = [hidden, layers.Dense(2)(start)] if cls.several_inputs else hidden
    assert_gradients_agree([start], [layers.Dense(2)(layer(fed))], n, rng)


@pytest.mark.parametrize("name", ACTIVATIONS.names())
@given(**SMALL)
def test_backward_of_an_activation_is_the_derivative_of_its_forward(name, n, d, seed):
    config.set_floatx("float64")
    start = Input((d,))
    assert_gradients_agree([start], [layers.Dense(4, activation=name)(start)], n, np.random.default_rng(seed))


@pytest.mark.parametrize(
    "function",
    [f for f in ACTIVATIONS if isinstance(f, Elementwise)]
    + [Relu(0.1), Relu(0.1, max_value=1.5, threshold=0.5), type(ACTIVATIONS.get("gelu"))(approximate=True)],
    ids=repr,
)
def test_slope_of_a_function_is_its_derivative(function):
    x = np.linspace(-4, 4, 41) + 0.0123
    y, above, below, slope = (np.empty_like(x) for _ in range(4))
    function.apply(x, y)
    function.apply(x + 1e-6, above)
    function.apply(x - 1e-6, below)
    function.slope(x, y, slope)
    np.testing.assert_allclose(slope, (above - below) / 2e-6, atol=1e-8)


def test_relu_has_slope_0_at_0():
    slope = np.empty(1)
    ACTIVATIONS.get("relu").slope(np.zeros(1), np.zeros(1), slope)
    assert slope[0] == 0


LOSS_VARIANTS = [cls() for cls in LOSSES] + [
    losses.BinaryCrossentropy(from_logits=True),
    losses.BinaryCrossentropy(label_smoothing=0.2),
    losses.CategoricalCrossentropy(from_logits=True, label_smoothing=0.2),
    losses.SparseCategoricalCrossentropy(from_logits=True),
    losses.SparseCategoricalCrossentropy(ignore_class=0),
    losses.BinaryFocalCrossentropy(from_logits=True, apply_class_balancing=True, label_smoothing=0.1),
    losses.BinaryFocalCrossentropy(gamma=0.0),
    losses.CategoricalFocalCrossentropy(from_logits=True, alpha=0.4, gamma=1.5),
    losses.CategoricalFocalCrossentropy(gamma=0.0, label_smoothing=0.1),
    losses.Huber(delta=0.5),
]


@pytest.mark.parametrize("loss", LOSS_VARIANTS, ids=lambda loss: f"{loss.name}-{loss.get_config()}"[:60])
@given(n=st.integers(1, 4), k=st.integers(1, 4), seed=st.integers(0, 2**32 - 1))
def test_gradient_of_a_loss_is_the_derivative_of_its_values(loss, n, k, seed):
    config.set_floatx("float64")
    rng = np.random.default_rng(seed)
    y = targets_for(loss, rng, n, k) if k > 1 or loss.sequence or not loss.sparse else np.zeros(n)
    true = loss.encode(batch_last(y[..., np.newaxis] if loss.sparse else y), k)
    pred = np.ascontiguousarray(batch_last(outputs_for(loss, rng, n, k)))
    weight = rng.uniform(0.5, 2, n)
    out, values = np.empty_like(pred), np.empty(n)

    def total():
        loss.values(true, pred, values)
        return float(weight @ values)

    loss.gradient(true, pred, weight * loss.gradient_factor(k), out)
    np.testing.assert_allclose(out, numerical_gradient(total, pred, 1e-7), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("pair", FUSED, ids=lambda pair: pair[1].__name__)
def test_the_joint_gradient_of_activation_and_loss_equals_the_two_in_turn(pair):
    function, cls = pair
    k = 1 if function is sigmoid else 3
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(20, 2)), targets_for(cls(), rng, 20, k)
    weight = rng.uniform(0.5, 2, 20)
    updates = []
    for joint in (True, False):
        model = Sequential([Input((2,)), layers.Dense(k, activation=function, kernel_initializer=_start())])
        if not joint:  # another layer behind the activation hides it from the table
            model.add(layers.Activation("linear"))
        model.compile("sgd", cls(), metrics=[])
        before = model.get_weights()
        model.train_on_batch(x, y, sample_weight=weight)
        plan = next(iter(model._plans.values()))
        assert plan.fused == [joint]
        updates.append([old - new for old, new in zip(before, model.get_weights(), strict=True)])
    for ours, other in zip(*updates, strict=True):
        np.testing.assert_allclose(ours, other, rtol=1e-10)


def _start():
    from netcore.initializers import RandomNormal

    return RandomNormal(stddev=0.5, seed=3)


def test_the_joint_gradient_is_a_difference():
    out = np.empty((2, 1))
    fused_gradient(np.array([[1.0], [0.0]]), np.array([[0.7], [0.3]]), np.array(0.5), out)
    np.testing.assert_allclose(out, [[-0.15], [0.15]])


def test_targets_that_do_not_add_up_to_1_are_not_treated_as_if_they_did():
    rng = np.random.default_rng(1)
    model = Sequential([Input((2,)), layers.Dense(3, activation="softmax")])
    model.compile("sgd", "categorical_crossentropy")
    x, y = rng.normal(size=(6, 2)), rng.uniform(size=(6, 3))
    assert_update_is_the_gradient(model, x, y)


def assert_update_is_the_gradient(model, x, y, **weights):
    """One SGD update with learning rate 1 against central differences of the loss that `evaluate` reports."""
    model.optimizer.learning_rate = 1.0
    before = model.get_weights()
    expected = [
        numerical_gradient(lambda: model.evaluate(x, y, return_dict=True, **weights)["loss"], weight.value)
        for weight in model.trainable_weights
    ]
    model.train_on_batch(x, y, **weights)
    for old, new, gradient in zip(before, model.get_weights(), expected, strict=True):
        np.testing.assert_allclose(old - new, gradient, rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("reduction", ["sum_over_batch_size", "sum", "mean", "mean_with_sample_weight"])
@pytest.mark.parametrize("cls", LOSSES, ids=lambda cls: cls.__name__)
def test_an_update_follows_the_loss_that_evaluate_reports(cls, reduction):
    loss = cls(reduction=reduction)
    rng = np.random.default_rng(5)
    model = Sequential([Input((*steps_for(loss), 2)), layers.Dense(4, activation="tanh")])
    model.add(layers.Dense(3, activation=activation_for(loss)))
    model.compile("sgd", loss)
    x, y, weight = rng.normal(size=(7, *steps_for(loss), 2)), targets_for(loss, rng, 7, 3), rng.uniform(0.2, 2, 7)
    start = model.get_weights()
    assert_update_is_the_gradient(model, x, y, sample_weight=weight)
    model.set_weights(start)
    assert_update_is_the_gradient(model, x, y)


def test_a_layer_used_twice_adds_both_gradients():
    a, b = Input((3,)), Input((3,))
    shared = layers.Dense(3, activation="tanh")
    second = layers.Dense(2)
    outputs = [second(shared(shared(a))), second(shared(b))]
    assert_gradients_agree([a, b], outputs, 4, np.random.default_rng(2))


def test_a_tensor_used_twice_adds_both_gradients():
    start = Input((3,))
    hidden = layers.Dense(4, activation="relu")(start)
    outputs = [layers.Dense(1)(hidden), layers.Dense(2, activation="softmax")(hidden), hidden]
    assert_gradients_agree([start], outputs, 5, np.random.default_rng(3))


def test_several_outputs_follow_the_weighted_sum_of_their_losses():
    rng = np.random.default_rng(4)
    start = Input((3,))
    hidden = layers.Dense(4, activation="tanh")(start)
    model = Model(start, [layers.Dense(1, name="a")(hidden), layers.Dense(3, activation="softmax", name="b")(hidden)])
    model.compile("sgd", {"a": "mse", "b": "categorical_crossentropy"}, loss_weights={"a": 0.5, "b": 2.0})
    assert_update_is_the_gradient(
        model, rng.normal(size=(6, 3)), [rng.normal(size=(6, 1)), np.eye(3)[[0, 1, 2, 0, 1, 2]]]
    )


def test_a_nested_model_learns_like_its_layers():
    inner_start = Input((3,))
    inner = Model(inner_start, layers.Dense(2, activation="tanh")(inner_start))
    start = Input((3,))
    assert_gradients_agree([start], [layers.Dense(1)(inner(start))], 4, np.random.default_rng(6))


def test_a_frozen_layer_keeps_its_weights_and_passes_the_gradient_on():
    rng = np.random.default_rng(8)
    model = Sequential([Input((2,)), layers.Dense(3, activation="tanh"), layers.Dense(3), layers.Dense(1)])
    model.layers[1].trainable = False
    model.compile("sgd", "mse")
    frozen = model.layers[1].get_weights()
    x, y = rng.normal(size=(6, 2)), rng.normal(size=(6, 1))
    expected = [numerical_gradient(lambda: model.evaluate(x, y), weight.value) for weight in model.trainable_weights]
    assert len(expected) == 4
    before = [weight.numpy() for weight in model.trainable_weights]
    model.optimizer.learning_rate = 1.0
    model.train_on_batch(x, y)
    for old, weight, gradient in zip(before, model.trainable_weights, expected, strict=True):
        np.testing.assert_allclose(old - weight.numpy(), gradient, rtol=1e-5, atol=1e-8)
    for old, new in zip(frozen, model.layers[1].get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)


def test_softmax_on_steps_is_taken_over_the_features():
    x = np.random.default_rng(0).normal(size=(2, 3, 4))
    np.testing.assert_allclose(softmax(x).sum(axis=-1), 1)


def test_an_update_on_outputs_with_steps_follows_the_loss_that_evaluate_reports():
    rng = np.random.default_rng(5)
    model = Sequential([Input((4, 2)), layers.Dense(3, activation="tanh"), layers.Dense(2)])
    model.compile("sgd", "mse")
    assert_update_is_the_gradient(model, rng.normal(size=(5, 4, 2)), rng.normal(size=(5, 4, 2)))
