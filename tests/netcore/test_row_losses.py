"""The loss of each row by itself, told at the end of an epoch."""

import numpy as np
import pytest

import netcore
from netcore import Model, Sequential, layers, losses
from netcore.errors import NetcoreWarning
from netcore.events import EpochEnded


def last_epoch(model, x, y, **keywords):
    events = model.iter_fit(x, y, epochs=2, batch_size=7, evaluate_training=True, row_losses=True, **keywords)
    return [event for event in events if isinstance(event, EpochEnded)][-1]


def table(rows=60, seed=0):
    generator = np.random.default_rng(seed)
    x = generator.normal(size=(rows, 3))
    return x, np.sin(x[:, :1]) + 0.1 * generator.normal(size=(rows, 1))


@pytest.mark.parametrize("loss", ["mse", "mae", "huber"])
def test_they_are_what_the_loss_says_of_each_row_and_their_mean_is_the_loss(loss):
    (x, y), (x_val, y_val) = table(), table(25, seed=1)
    model = Sequential([layers.Input((3,)), layers.Dense(8, activation="tanh"), layers.Dropout(0.5), layers.Dense(1)])
    model.compile(optimizer="adam", loss=loss)
    event = last_epoch(model, x, y, validation_data=(x_val, y_val))
    each = losses.LOSSES.get(loss)(reduction="none")
    for name, rows, targets in (("val_loss", x_val, y_val), ("evaluated_loss", x, y)):
        expected = each(targets, model.predict(rows, verbose=0))
        np.testing.assert_allclose(np.sort(event.row_losses[name]), np.sort(expected), rtol=1e-5)
    assert event.row_losses["val_loss"].mean() == pytest.approx(event.logs["val_loss"], rel=1e-6)
    assert event.row_losses["evaluated_loss"].mean() == pytest.approx(event.extras["evaluated_loss"], rel=1e-6)


def test_they_come_in_the_order_of_the_validation_rows():
    (x, y), (x_val, y_val) = table(), table(5000, seed=1)  # more than are looked at in one go
    model = Sequential([layers.Input((3,)), layers.Dense(1)])
    model.compile(optimizer="sgd", loss="mse")
    event = last_epoch(model, x, y, validation_data=(x_val, y_val))
    expected = ((model.predict(x_val, verbose=0) - y_val) ** 2)[:, 0]
    np.testing.assert_allclose(event.row_losses["val_loss"], expected, rtol=1e-4, atol=1e-6)


def test_a_penalty_is_no_row_s_loss():
    x, y = table()
    model = Sequential([layers.Input((3,)), layers.Dense(1, kernel_regularizer="l2")])
    model.compile(optimizer="sgd", loss="mse")
    with pytest.warns(NetcoreWarning):  # about the penalty
        event = last_epoch(model, x, y, validation_split=0.25)
    assert event.row_losses["val_loss"].mean() == pytest.approx(event.extras["val_data_loss"], rel=1e-5)
    assert event.row_losses["val_loss"].mean() < event.logs["val_loss"]


def test_losses_of_several_outputs_are_joined_as_in_the_total():
    x, y = table()
    inputs = layers.Input((3,))
    model = Model(inputs, [layers.Dense(1, name="a")(inputs), layers.Dense(1, name="b")(inputs)])
    model.compile(optimizer="sgd", loss={"a": "mse", "b": "mae"}, loss_weights={"a": 1.0, "b": 3.0})
    event = last_epoch(model, x, {"a": y, "b": -y}, validation_data=(x, {"a": y, "b": -y}))
    assert event.row_losses["val_loss"].shape == (60,)
    assert event.row_losses["val_loss"].mean() == pytest.approx(event.logs["val_loss"], rel=1e-5)


def test_of_time_steps_only_those_that_are_there_count():
    generator = np.random.default_rng(0)
    x = generator.normal(size=(12, 5, 2))
    x[::2, 3:] = 0
    y = generator.normal(size=(12, 5, 1))
    inputs = [layers.Input((5, 2)), layers.Masking(), layers.SimpleRNN(3, return_sequences=True), layers.Dense(1)]
    model = Sequential(inputs)
    model.compile(optimizer="sgd", loss="mse")
    event = last_epoch(model, x, y, validation_data=(x, y))
    squares = ((model.predict(x, verbose=0) - y) ** 2)[..., 0]
    there = (x != 0).any(axis=-1)
    np.testing.assert_allclose(event.row_losses["val_loss"], (squares * there).sum(1) / there.sum(1), rtol=1e-4)


def test_they_are_told_only_where_they_are_asked_for_and_known():
    x, y = table()
    model = Sequential([layers.Input((3,)), layers.Dense(1)])
    model.compile(optimizer="sgd", loss="mse")
    silent = next(event for event in model.iter_fit(x, y, validation_split=0.5) if isinstance(event, EpochEnded))
    assert silent.row_losses == {}
    seldom = [
        event.row_losses.keys()
        for event in model.iter_fit(x, y, epochs=2, validation_split=0.5, validation_freq=2, row_losses=True)
        if isinstance(event, EpochEnded)
    ]
    assert [set(names) for names in seldom] == [set(), {"val_loss"}]


def test_asking_for_them_changes_no_number():
    def history(**keywords):
        netcore.utils.set_random_seed(3)
        x, y = table()
        model = Sequential([layers.Input((3,)), layers.Dense(8, activation="relu"), layers.Dense(1)])
        model.compile(optimizer="adam", loss="mse")
        return [
            event.logs
            for event in model.iter_fit(x, y, epochs=3, validation_split=0.25, **keywords)
            if isinstance(event, EpochEnded)
        ]

    assert history() == history(row_losses=True)
