"""Seeds trained together give what each of them gives alone."""

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import netcore
from netcore import callbacks, layers, losses, optimizers, regularizers, utils
from netcore.errors import NetcoreValueError, NetcoreWarning
from netcore.optimizers import OPTIMIZERS
from tests.netcore.helpers import activation_for, targets_for

SEEDS = (3, 0, 11)
ACTIVATIONS = ("tanh", "relu", "sigmoid", "elu", "gelu", "softplus", "softmax", None)
LOSSES = (
    losses.MeanSquaredError(),
    losses.MeanAbsoluteError(),
    losses.Huber(),
    losses.BinaryCrossentropy(),
    losses.CategoricalCrossentropy(),
    losses.SparseCategoricalCrossentropy(),
)
OPTIONS = ({}, {"clipnorm": 0.1}, {"global_clipnorm": 0.2}, {"weight_decay": 0.01}, {"use_ema": True})


def program(hidden, activation, loss, optimizer, *, k=3, d=2, extras=(), **dense):
    """A function that makes the same compiled model each time."""

    def build_model():
        stack = [layers.Input((d,))]
        for units in hidden:
            stack.append(layers.Dense(units, activation=activation, **dense))
            stack += [make() for make in extras]
        stack.append(layers.Dense(k, activation=activation_for(loss)))
        model = netcore.Sequential(stack)
        model.compile(optimizer=optimizer(), loss=loss)
        return model

    return build_model


def alone(build_model, seed, *arguments, **keywords):
    utils.set_random_seed(seed)
    model = build_model()
    history = model.fit(*arguments, **keywords, verbose=0)
    return history, model.get_weights()


def assert_each_as_alone(fits, build_model, *arguments, **keywords):
    for seed, history, weights in zip(fits.seeds, fits.histories, fits.weights, strict=True):
        expected, expected_weights = alone(build_model, seed, *arguments, **keywords)
        assert list(history.history) == list(expected.history)
        for name, values in expected.history.items():
            np.testing.assert_allclose(history.history[name], values, rtol=1e-5, atol=1e-5, err_msg=name)
        for found, value in zip(weights, expected_weights, strict=True):
            np.testing.assert_allclose(found, value, rtol=1e-5, atol=1e-5)


def some_rows(n=23, d=2, k=1, seed=1):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n, d)).astype("f4"), rng.normal(size=(n, k)).astype("f4")


@settings(max_examples=40)
@given(
    hidden=st.lists(st.integers(1, 6), max_size=3),
    activation=st.sampled_from(ACTIVATIONS),
    loss=st.sampled_from(LOSSES),
    optimizer=st.sampled_from(list(OPTIMIZERS)),
    options=st.sampled_from(OPTIONS),
    batch_size=st.integers(1, 12),
    shuffle=st.booleans(),
)
def test_each_seed_trained_with_others_gives_what_it_gives_alone(
    hidden, activation, loss, optimizer, options, batch_size, shuffle
):
    rng = np.random.default_rng(5)
    x, y = rng.normal(size=(20, 2)), targets_for(loss, rng, 20, 3)
    build_model = program(hidden, activation, loss, lambda: optimizer(learning_rate=0.01, **options))
    arguments = {"epochs": 3, "batch_size": batch_size, "shuffle": shuffle, "validation_split": 0.3}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NetcoreWarning)
        fits = netcore.fit_seeds(build_model, x, y, seeds=SEEDS, together=True, **arguments)
        assert fits.together
        assert_each_as_alone(fits, build_model, x, y, **arguments)


@pytest.mark.parametrize(
    "extra",
    [
        lambda: layers.Dropout(0.4),
        lambda: layers.GaussianNoise(0.2),
        lambda: layers.LeakyReLU(),
        lambda: layers.Activation("tanh"),
    ],
    ids=["Dropout", "GaussianNoise", "LeakyReLU", "Activation"],
)
def test_random_layers_of_each_seed_draw_from_their_own_stream(extra):
    x, y = some_rows()
    build_model = program((4, 3), "tanh", losses.MeanSquaredError(), optimizers.Adam, k=1, extras=[extra])
    arguments = {"epochs": 3, "batch_size": 5}
    fits = netcore.fit_seeds(build_model, x, y, seeds=SEEDS, together=True, **arguments)
    assert_each_as_alone(fits, build_model, x, y, **arguments)


@pytest.mark.filterwarnings("ignore::netcore.errors.NetcoreWarning")
@pytest.mark.parametrize("penalty", [regularizers.L1(0.01), regularizers.L2(0.02), regularizers.L1L2(0.01, 0.02)])
def test_penalties_count_for_each_seed_by_itself(penalty):
    x, y = some_rows()
    build_model = program(
        (4,), "tanh", losses.MeanSquaredError(), optimizers.SGD, k=1, kernel_regularizer=penalty, bias_regularizer="l2"
    )
    arguments = {"epochs": 3, "batch_size": 5, "validation_data": (x, y)}
    fits = netcore.fit_seeds(build_model, x, y, seeds=SEEDS, together=True, **arguments)
    assert_each_as_alone(fits, build_model, x, y, **arguments)
    for seed, history in zip(fits.seeds, fits.histories, strict=True):
        expected = alone(build_model, seed, x, y, **arguments)[0]
        np.testing.assert_allclose(history.extras["penalty"], expected.extras["penalty"], rtol=1e-5)
        np.testing.assert_allclose(history.extras["val_penalty"], expected.extras["val_penalty"], rtol=1e-5)


def test_constraints_metrics_and_weights_of_samples_and_classes_count_as_alone():
    rng = np.random.default_rng(2)
    x, y = rng.normal(size=(24, 2)), rng.integers(0, 3, 24)

    def build_model():
        model = netcore.Sequential(
            [layers.Input((2,)), layers.Dense(5, "relu", kernel_constraint="max_norm"), layers.Dense(3, "softmax")]
        )
        model.compile(
            optimizer="rmsprop",
            loss="sparse_categorical_crossentropy",
            metrics=["accuracy"],
            weighted_metrics=["accuracy"],
        )
        return model

    arguments = {"epochs": 3, "batch_size": 7, "validation_data": (x[:9], y[:9])}
    for more in ({"sample_weight": rng.random(24)}, {"class_weight": {0: 2.0, 2: 0.5}}):
        fits = netcore.fit_seeds(build_model, x, y, seeds=SEEDS, together=True, **arguments, **more)
        assert_each_as_alone(fits, build_model, x, y, **arguments, **more)


def test_several_inputs_and_outputs_have_the_names_of_a_single_fit():
    rng = np.random.default_rng(3)
    x, y = [rng.normal(size=(20, 2)), rng.normal(size=(20, 3))], [rng.normal(size=(20, 1)), rng.normal(size=(20, 2))]

    def build_model():
        a, b = layers.Input((2,)), layers.Input((3,))
        hidden = [layers.Dense(4, "tanh")(a), layers.Dense(4, "tanh")(b)]
        model = netcore.Model([a, b], [layers.Dense(1)(hidden[0]), layers.Dense(2)(hidden[1])])
        model.compile(optimizer="adam", loss=["mse", "mae"], loss_weights=[1.0, 0.5])
        return model

    utils.clear_session()
    fits = netcore.fit_seeds(build_model, x, y, seeds=SEEDS, together=True, epochs=2, batch_size=6)
    for seed, history in zip(fits.seeds, fits.histories, strict=True):
        utils.clear_session()
        expected = alone(build_model, seed, x, y, epochs=2, batch_size=6)[0]
        assert list(history.history) == list(expected.history)
        for name, values in expected.history.items():
            np.testing.assert_allclose(history.history[name], values, rtol=1e-5)


def test_each_seed_may_have_a_split_of_its_own():
    x, y = some_rows(30)

    def split(seed):
        rows = np.random.default_rng(seed).permutation(30)
        train, rest = rows[:20], rows[20:]
        return {"x": x[train], "y": y[train], "validation_data": (x[rest], y[rest])}

    build_model = program((4,), "tanh", losses.MeanSquaredError(), optimizers.Adam, k=1)
    fits = netcore.fit_seeds(build_model, seeds=SEEDS, per_seed=split, together=True, epochs=3, batch_size=6)
    for index, seed in enumerate(SEEDS):
        history, weights = alone(build_model, seed, **split(seed), epochs=3, batch_size=6)
        np.testing.assert_allclose(fits.histories[index].history["val_loss"], history.history["val_loss"], rtol=1e-5)
        for found, value in zip(fits.weights[index], weights, strict=True):
            np.testing.assert_allclose(found, value, rtol=1e-5, atol=1e-6)


def test_a_seed_whose_numbers_grow_without_bound_does_not_disturb_the_others():
    x, y = some_rows()

    def spoilt(seed):
        return {"x": x * 1e25, "y": y} if seed == 0 else {"x": x, "y": y}

    build_model = program((4, 3), "relu", losses.MeanSquaredError(), lambda: optimizers.SGD(0.05), k=1)
    fits = netcore.fit_seeds(build_model, seeds=SEEDS, per_seed=spoilt, together=True, epochs=4, batch_size=6)
    curves = fits.curves("loss")
    assert not np.isfinite(curves[1]).all()  # seed 0
    for index in (0, 2):
        expected = alone(build_model, SEEDS[index], x, y, epochs=4, batch_size=6)[0].history["loss"]
        np.testing.assert_allclose(curves[index], expected, rtol=1e-5)


def test_the_run_tells_each_epoch_with_one_number_for_each_seed():
    x, y = some_rows()
    build_model = program((4,), "tanh", losses.MeanSquaredError(), optimizers.SGD, k=1)
    for together in (True, False):
        run = netcore.iter_fit_seeds(
            build_model, x, y, seeds=SEEDS, together=together, epochs=3, validation_data=(x, y), evaluate_training=True
        )
        events = list(run)
        assert [event.epoch for event in events] == [0, 1, 2]
        assert all(event.logs["val_loss"].shape == (3,) for event in events)
        assert all(event.extras["evaluated_loss"].shape == (3,) for event in events)
        np.testing.assert_array_equal(np.stack([event.logs["loss"] for event in events], 1), run.fits().curves("loss"))


def test_seeds_with_callbacks_go_one_by_one_and_may_end_early():
    x, y = some_rows()
    build_model = program((4,), "tanh", losses.MeanSquaredError(), lambda: optimizers.SGD(0.1), k=1)

    def ends_after(seed):
        def stop(epoch, logs):
            made[seed].stop_training = epoch == seed

        made[seed] = None
        watcher = callbacks.LambdaCallback(on_epoch_end=stop)
        watcher.set_model = lambda model: made.__setitem__(seed, model)
        return [watcher]

    made = {}
    run = netcore.iter_fit_seeds(build_model, x, y, seeds=(0, 2), callbacks=ends_after, epochs=5)
    assert run.reason == "callbacks"
    events = list(run)
    assert len(events) == 3
    assert np.isnan(events[-1].logs["loss"]).tolist() == [True, False]
    assert np.isnan(run.fits().curves("loss")).sum() == 2


@pytest.mark.parametrize(
    ("reason", "build_model", "x"),
    [
        ("size", program((64, 64), "relu", losses.MeanSquaredError(), optimizers.SGD, k=1), np.zeros((5, 2))),
        (
            "layers",
            program((3,), "relu", losses.MeanSquaredError(), optimizers.SGD, k=1, extras=[layers.BatchNormalization]),
            np.zeros((5, 2)),
        ),
    ],
)
def test_what_cannot_or_need_not_go_together_goes_one_by_one(reason, build_model, x):
    y = np.zeros((5, 1))
    run = netcore.iter_fit_seeds(build_model, x, y, seeds=SEEDS, epochs=1)
    assert run.reason == reason
    fits = netcore.fit_seeds(build_model, x, y, seeds=SEEDS, epochs=1)
    assert not fits.together
    assert_each_as_alone(fits, build_model, x, y, epochs=1)


def test_asked_for_what_cannot_be_it_says_why():
    build_model = program(
        (3,), "relu", losses.MeanSquaredError(), optimizers.SGD, k=1, extras=[layers.BatchNormalization]
    )
    with pytest.raises(NetcoreValueError, match="layers") as found:
        netcore.fit_seeds(build_model, *some_rows(), seeds=SEEDS, together=True)
    assert found.value.code == "ensemble.apart"
    with pytest.raises(NetcoreValueError, match="empty"):
        netcore.fit_seeds(build_model, *some_rows(), seeds=[])


def test_models_that_differ_in_more_than_their_numbers_go_one_by_one():
    rates = iter([0.1, 0.1, 0.2, 0.1, 0.1])
    build_model = program((3,), "relu", losses.MeanSquaredError(), lambda: optimizers.SGD(next(rates)), k=1)
    assert netcore.iter_fit_seeds(build_model, *some_rows(), seeds=SEEDS).reason == "model"


def test_random_numbers_and_names_afterwards_are_as_if_nothing_had_been():
    build_model = program((3,), "tanh", losses.MeanSquaredError(), optimizers.SGD, k=1)
    utils.set_random_seed(9)
    expected = [weight.copy() for weight in build_model().get_weights()]
    utils.clear_session()
    utils.set_random_seed(9)
    netcore.fit_seeds(build_model, *some_rows(), seeds=SEEDS, epochs=1)
    model = build_model()
    assert model.layers[0].name == "dense"
    for found, value in zip(model.get_weights(), expected, strict=True):
        np.testing.assert_array_equal(found, value)
