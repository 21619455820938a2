"""What a program brings along: penalties, bounds, start values, activation functions, losses, metrics of its own."""

import json

import numpy as np
import pytest

from netcore import (
    Input,
    Sequential,
    activations,
    constraints,
    initializers,
    layers,
    losses,
    metrics,
    models,
    optimizers,
    regularizers,
)
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


# --- a loss, a metric: registered where the program defines them


@pytest.fixture
def own(monkeypatch):
    """(loss class, metric class) "Biquadratic" and "WithinOne", registered for one test."""
    for registry in (losses.LOSSES, metrics.METRICS):
        monkeypatch.setattr(registry, "_by_name", dict(registry._by_name))
        monkeypatch.setattr(registry, "_aliases", dict(registry._aliases))

    @losses.LOSSES.add
    class Biquadratic(losses.Loss):
        """Mean of (y_pred - y_true)**4 over the outputs."""

        aliases = ("b4",)

        def values(self, y_true, y_pred, out):
            np.mean((y_pred - y_true) ** 4, axis=-2, out=out)

        def gradient(self, y_true, y_pred, weight, out):
            np.multiply(4 / len(y_pred) * (y_pred - y_true) ** 3, weight, out)

    @metrics.METRICS.add
    class WithinOne(metrics.MeanMetric):
        """Share of outputs less than 1 away from their target."""

        def values(self, y_true, y_pred):
            return np.asarray(abs(y_true - y_pred) < 1)

    return Biquadratic, WithinOne


def test_an_own_loss_is_found_by_each_of_its_names_as_one_of_the_package_is(own):
    loss_class, _ = own
    function = losses.get("biquadratic")
    np.testing.assert_allclose(function([[0.0, 0.0]], [[1.0, 2.0]]), [(1 + 16) / 2])
    assert losses.get("b4") is losses.get("biquadratic") is losses.get(function) is function
    assert function.__name__ == "biquadratic"
    assert type(losses.get("Biquadratic")) is type(losses.loss_of("b4")) is type(losses.loss_of(function)) is loss_class


def test_an_own_loss_comes_back_from_its_config(own):
    loss = own[0](reduction="sum", name="mine")
    again = losses.get({"class_name": "Biquadratic", "config": json.loads(json.dumps(loss.get_config()))})
    assert (type(again), again.name, again.reduction) == (own[0], "mine", "sum")


def test_an_unknown_loss_is_refused_with_the_nearest_name_also_an_own_one(own):
    for find in (losses.get, losses.loss_of, lambda name: Sequential([layers.Dense(1)]).compile("sgd", name)):
        with pytest.raises(NetcoreValueError, match="Did you mean 'biquadratic'") as refusal:
            find("biquadratik")
        assert refusal.value.code == "registry.unknown"


def compiled(**options):
    model = Sequential([Input((3,)), layers.Dense(2)])
    model.set_weights([np.full((3, 2), 0.5), np.zeros(2)])
    model.compile(optimizers.SGD(0.01), **options)
    return model


def history_of(model):
    return model.fit(X, Y, epochs=3, shuffle=False, verbose=0).history


def test_a_model_learns_by_an_own_loss_whichever_way_it_is_named(own):
    reference = history_of(compiled(loss=own[0]()))["loss"]
    assert reference[-1] < reference[0]
    for named in ("biquadratic", "Biquadratic", "b4", own[0], losses.get("b4")):
        assert history_of(compiled(loss=named))["loss"] == reference


@pytest.mark.parametrize("how", ["name", "class", "object", "function"])
def test_a_model_with_an_own_loss_and_metric_is_saved_and_goes_on(own, how, tmp_path):
    loss = {"name": "biquadratic", "class": own[0], "object": own[0](), "function": losses.get("biquadratic")}[how]
    metric = {"name": "within_one", "class": own[1], "object": own[1](), "function": losses.get("biquadratic")}[how]
    model = compiled(loss=loss, metrics=[metric])
    history_of(model)
    model.save(tmp_path / "m.keras")
    again = models.load_model(tmp_path / "m.keras")
    history = history_of(model)
    assert history_of(again) == history
    assert set(history) == {"loss", "biquadratic" if how == "function" else "within_one"}


def test_an_own_metric_is_found_by_name_and_an_own_loss_is_a_metric_too(own):
    assert type(metrics.get("within_one")) is type(metrics.get("WithinOne")) is own[1]
    outputs = X @ np.full((3, 2), 0.5)
    model = compiled(loss="mse", metrics=["within_one", "biquadratic"])
    _, share, fourth = model.evaluate(X, Y, verbose=0)
    assert share == pytest.approx((abs(outputs - Y) < 1).mean())
    assert fourth == pytest.approx(((outputs - Y) ** 4).mean(), rel=1e-5)
    with pytest.raises(NetcoreValueError, match="Did you mean 'within_one'"):
        metrics.get("within_onee")


@pytest.mark.parametrize("given", [metrics.binary_accuracy, losses.huber, metrics.BinaryAccuracy])
def test_a_metric_given_as_function_or_class_has_the_same_name_in_a_saved_model(given, tmp_path):
    model = compiled(loss="mse", metrics=[given])
    names = set(history_of(model))
    model.save(tmp_path / "m.keras")
    assert set(history_of(models.load_model(tmp_path / "m.keras"))) == names
