"""What a program brings along: penalties, bounds, start values and activation functions of its own, as in Keras."""

import json

import numpy as np
import pytest

from netcore import Input, Sequential, activations, constraints, initializers, layers, models, optimizers, regularizers
from netcore.errors import NetcoreTypeError, NetcoreValueError, NetcoreWarning

RNG = np.random.default_rng(5)
X, Y = RNG.normal(size=(8, 3)), RNG.normal(size=(8, 2))


class Squares(regularizers.Regularizer):
    """L2 as a Keras program would write it."""

    def __init__(self, strength=0.1):
        self.strength = strength

    def __call__(self, x):
        return self.strength * (x * x).sum()

    def get_config(self):
        return {"strength": self.strength}


class AtMost(constraints.Constraint):
    def __call__(self, w):
        return np.minimum(w, 0.1)


class Ramp(initializers.Initializer):
    def __init__(self, step=0.1):
        self.step = step

    def __call__(self, shape, dtype=None):
        return np.arange(np.prod(shape)).reshape(shape) * self.step

    def get_config(self):
        return {"step": self.step}


def ones(shape, dtype=None):
    return np.ones(shape, dtype)


def own_start(shape, dtype=None):
    return np.full(shape, 0.2, dtype)


def absolute(x):
    return 0.1 * abs(x).sum()


def trained(**options):
    model = Sequential([Input((3,)), layers.Dense(2, **options)])
    rng = np.random.default_rng(1)
    model.set_weights([rng.normal(size=weight.shape) * 0.4 for weight in model.weights])
    model.compile(optimizers.SGD(0.1, momentum=0.5), "mse")
    history = model.fit(X, Y, batch_size=4, epochs=3, shuffle=False, verbose=0).history
    return model, [np.array(history["loss"]), *model.get_weights()]


@pytest.mark.usefixtures("float64")
@pytest.mark.parametrize(
    ("own", "ready"),
    [
        ({"kernel_regularizer": Squares(0.3)}, {"kernel_regularizer": regularizers.L2(0.3)}),
        ({"bias_regularizer": Squares}, {"bias_regularizer": regularizers.L2(0.1)}),
        ({"kernel_regularizer": absolute}, {"kernel_regularizer": regularizers.L1(0.1)}),
        ({"activity_regularizer": absolute}, {"activity_regularizer": regularizers.L1(0.1)}),
        ({"kernel_constraint": lambda w: np.maximum(w, 0)}, {"kernel_constraint": "non_neg"}),
        ({"activation": lambda x: np.maximum(x, 0)}, {"activation": "relu"}),
        ({"activation": lambda x: activations.elu(x, alpha=1.0)}, {"activation": "elu"}),
    ],
    ids=["class", "class-itself", "function", "activity", "bounds", "relu", "elu"],
)
def test_an_own_part_trains_like_the_ready_made_one(own, ready):
    for mine, theirs in zip(trained(**own)[1], trained(**ready)[1], strict=True):
        np.testing.assert_allclose(mine, theirs, rtol=1e-9)


def test_own_bounds_hold_after_every_update():
    model, _ = trained(kernel_constraint=AtMost())
    assert model.get_weights()[0].max() == pytest.approx(0.1)


def test_an_activity_penalty_sees_the_samples_in_front():
    shapes = []

    def first_row(x):
        shapes.append(x.shape)
        return 0.5 * (x[0] * x[0]).sum()

    trained(activity_regularizer=first_row)
    assert set(shapes) == {(4, 2)}


def test_own_start_values_reach_every_kind_of_weight():
    cell = layers.LSTM(2, kernel_initializer=Ramp(0.5), recurrent_initializer=ones, bias_initializer=ones)
    kernel, recurrent, bias = Sequential([Input((4, 1)), cell]).get_weights()
    np.testing.assert_allclose(kernel, np.arange(8).reshape(1, 8) * 0.5)
    assert (recurrent == 1).all()
    assert bias.tolist() == [1] * 8


def test_start_values_of_a_wrong_shape_are_refused():
    with pytest.raises(NetcoreValueError) as refusal:
        layers.Dense(2, kernel_initializer=lambda shape, dtype=None: np.ones(3)).build((None, 3))
    assert refusal.value.code == "initializer.gave"


def test_a_model_with_own_classes_can_be_copied_and_one_with_own_functions_says_which_is_missing():
    options = {"kernel_regularizer": Squares(0.2), "kernel_initializer": Ramp(2.0), "kernel_constraint": AtMost()}
    model = Sequential([Input((3,)), layers.Dense(2, **options)])
    twin = models.clone_model(model)
    assert twin.layers[0].kernel_regularizer.strength == 0.2
    np.testing.assert_array_equal(twin.get_weights()[0], model.get_weights()[0])
    with pytest.raises(NetcoreValueError, match="own_start"):
        models.clone_model(Sequential([Input((3,)), layers.Dense(2, kernel_initializer=own_start)]))


OTHERWISE = {"looks at all": lambda x: x - x.mean(), "fails": lambda x: x.nothing(), "takes nothing": lambda: 0}


@pytest.mark.parametrize("function", OTHERWISE.values(), ids=OTHERWISE.keys())
def test_a_function_that_does_not_take_each_number_by_itself_is_no_activation(function):
    with pytest.raises((NetcoreTypeError, AttributeError)):
        layers.Dense(2, activation=function)


def test_the_losses_of_a_model_are_those_of_the_last_call_on_arrays_and_of_its_weights():
    inner = layers.Dense(2, activity_regularizer=regularizers.L2(1.0), kernel_regularizer="l1", name="inner")
    model = Sequential([Input((3,)), inner, layers.Dense(1, kernel_regularizer="l2")])
    on_weights = [0.01 * np.abs(inner.kernel).sum(), 0.01 * np.square(model.layers[1].kernel).sum()]
    np.testing.assert_allclose(model.losses, on_weights, rtol=1e-6)
    model(X)
    activity = np.square(X @ np.asarray(inner.kernel)).sum() / len(X)
    np.testing.assert_allclose(model.losses, [activity, *on_weights], rtol=1e-5)
    np.testing.assert_allclose(inner.losses, [activity, on_weights[0]], rtol=1e-5)
    model.predict(X, verbose=0)
    np.testing.assert_allclose(model.losses, on_weights, rtol=1e-6)


def penalised(k):
    return k(activity_regularizer=regularizers.L2(0.5))


@pytest.mark.parametrize(
    ("make", "penalty"),
    [
        (lambda: layers.TimeDistributed(penalised(lambda **o: layers.Dense(2, **o))), 0.0),
        (lambda: layers.SimpleRNN(2, activity_regularizer=regularizers.L2(0.5), return_sequences=True), 0.0),
        (lambda: layers.TimeDistributed(layers.Dense(2), activity_regularizer=regularizers.L2(0.5)), 0.5),
    ],
    ids=["in-TimeDistributed", "SimpleRNN", "on-TimeDistributed"],
)
@pytest.mark.filterwarnings("ignore::netcore.errors.NetcoreWarning")
def test_penalties_on_outputs_count_where_keras_counts_them(make, penalty):
    model = Sequential([Input((4, 3)), make()])
    model.compile("sgd", "mse")
    x, y = RNG.normal(size=(5, 4, 3)), RNG.normal(size=(5, 4, 2))
    out = model.predict(x, verbose=0)
    wanted = np.square(out - y).mean() + penalty * np.square(out).sum() / 5
    assert model.evaluate(x, y, verbose=0) == pytest.approx(wanted, rel=1e-5)


def test_a_penalty_that_keras_forgets_is_said_to_be_forgotten():
    with pytest.warns(NetcoreWarning, match="no effect"):
        layers.SimpleRNN(2, activity_regularizer="l2")(np.ones((1, 2, 3)))
    inner = layers.Dense(2, activity_regularizer=regularizers.L2(0.5))
    with pytest.warns(NetcoreWarning, match="no effect"):
        layers.TimeDistributed(inner)


def test_inside_a_model_that_is_used_at_every_step_a_penalty_is_shared_by_the_samples():
    inner = Sequential([Input((3,)), layers.Dense(2, activity_regularizer=regularizers.L2(0.5))])
    model = Sequential([Input((4, 3)), layers.TimeDistributed(inner)])
    model.compile("sgd", "mse")
    x = RNG.normal(size=(5, 4, 3))
    out = model.predict(x, verbose=0)
    assert model.evaluate(x, out, verbose=0) == pytest.approx(0.5 * np.square(out).sum() / 5, rel=1e-5)


def test_an_optimizer_travels_as_class_and_arguments():
    schedule = optimizers.schedules.ExponentialDecay(0.1, 10, 0.5)
    described = optimizers.serialize(optimizers.Adam(schedule, beta_1=0.8))
    again = optimizers.deserialize(json.loads(json.dumps(described)))
    assert (type(again).__name__, again.beta_1, float(again.learning_rate)) == ("Adam", 0.8, pytest.approx(0.1))
