"""Callbacks, progress, penalties and small helpers by hand; their numbers against Keras are in test_fitting.py."""

import re
import sys
import warnings

import numpy as np
import pytest

import netcore
from lab.texts import LANGUAGES, say_error
from netcore import Input, Model, Sequential, callbacks, constraints, layers, losses, optimizers, regularizers, utils
from netcore.callbacks import CALLBACKS
from netcore.constraints import CONSTRAINTS
from netcore.errors import NetcoreError, NetcoreWarning
from netcore.params import defaults
from netcore.progress import Progress
from netcore.regularizers import REGULARIZERS
from tests.netcore.helpers import numerical_gradient

X, Y = np.arange(24.0).reshape(12, 2) / 10, np.arange(12.0)[:, np.newaxis] / 10


def network(**hidden):
    model = Sequential([Input((2,)), layers.Dense(3, activation="tanh", **hidden), layers.Dense(1)])
    model.compile("sgd", "mse", metrics=["mae"])
    return model


def refusal(action, kind=ValueError):
    with pytest.raises(kind) as caught:
        action()
    assert isinstance(caught.value, NetcoreError)
    for language in LANGUAGES:
        assert say_error(caught.value, language)
    return caught.value.code


def told(action):
    """Codes of the warnings that `action` gives; each has its sentence in both languages."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        action()
    for warning in caught:
        for language in LANGUAGES:
            assert say_error(warning.message, language)
    return [warning.message.code for warning in caught if isinstance(warning.message, NetcoreWarning)]


# --- penalties and bounds


@pytest.mark.parametrize("cls", REGULARIZERS, ids=lambda cls: cls.__name__)
def test_the_gradient_of_a_penalty_is_its_derivative(cls):
    penalty = cls(**dict.fromkeys(cls.params, 0.3))
    weight = np.random.default_rng(0).normal(size=(3, 4))
    gradient = np.ones_like(weight)
    penalty.add_gradient(weight, gradient, 2.0)
    np.testing.assert_allclose(gradient, 1 + 2 * numerical_gradient(lambda: penalty(weight), weight), atol=1e-8)


def test_penalties_by_hand():
    weight = np.array([[1.0, -2.0]])
    assert regularizers.L1(0.1)(weight) == pytest.approx(0.3)
    assert regularizers.L2(0.1)(weight) == pytest.approx(0.5)
    assert regularizers.L1L2(0.1, 0.1)(weight) == pytest.approx(0.8)
    assert regularizers.get("l1l2")(weight) == 0
    assert regularizers.get(None) is None
    assert regularizers.get("l2").get_config() == {"l2": 0.01}


@pytest.mark.parametrize("cls", CONSTRAINTS, ids=lambda cls: cls.__name__)
def test_a_weight_within_its_bounds_stays(cls):
    weight = np.array([[0.6, 0.0], [0.8, 1.0]])  # columns of length 1
    np.testing.assert_allclose(cls()(weight), weight, rtol=1e-6)


def test_bounds_by_hand():
    weight = np.array([[3.0, 0.3], [4.0, -0.4]])
    np.testing.assert_allclose(constraints.MaxNorm(1)(weight), [[0.6, 0.3], [0.8, -0.4]], rtol=1e-6)
    np.testing.assert_allclose(constraints.NonNeg()(weight), [[3, 0.3], [4, 0]])
    np.testing.assert_allclose(constraints.UnitNorm()(weight), [[0.6, 0.6], [0.8, -0.8]], rtol=1e-6)
    np.testing.assert_allclose(constraints.MinMaxNorm(1, 2, rate=0.5)(weight), [[2.1, 0.45], [2.8, -0.6]], rtol=1e-6)
    np.testing.assert_allclose(constraints.UnitNorm(axis=[0, 1])(np.full((2, 2), 5.0)), np.full((2, 2), 0.5), rtol=1e-6)
    assert constraints.get("max_norm").max_value == 2


def test_gradients_hold_the_penalties(float64):
    model = network(kernel_regularizer="l2", bias_regularizer="l1", activity_regularizer=regularizers.L1L2(0.1, 0.2))
    model.set_weights([np.random.default_rng(i).normal(size=w.shape) for i, w in enumerate(model.get_weights())])
    before = model.get_weights()
    model.compile(optimizers.SGD(1.0), "mse")
    loss = model.train_on_batch(X, Y)
    after = model.get_weights()
    model.set_weights(before)
    assert model.evaluate(X, Y) == pytest.approx(loss)
    for weight, old, new in zip(model.weights, before, after, strict=True):
        expected = numerical_gradient(lambda: model.evaluate(X, Y), weight.value)
        np.testing.assert_allclose(old - new, expected, atol=1e-6, err_msg=weight.name)


def test_penalties_are_kept_apart_from_the_loss_of_the_data():
    model = network(kernel_regularizer=regularizers.L2(0.1))
    assert model.losses == [pytest.approx(0.1 * float(np.sum(model.layers[0].kernel ** 2)), rel=1e-5)]
    run = model.iter_fit(X, Y, batch_size=5, epochs=2, shuffle=False)
    events = list(run)
    for event in events:
        assert event.extras["data_loss"] + event.extras["penalty"] == pytest.approx(event.logs["loss"])
    assert run.history.extras["penalty"] == [event.extras["penalty"] for event in events]
    assert next(network().iter_fit(X, Y)).extras == {}


def test_a_penalty_in_val_loss_is_pointed_out():
    with_penalty = network(kernel_regularizer="l2")
    assert told(lambda: with_penalty.fit(X, Y, verbose=0, validation_split=0.25)) == ["advice.penalty_in_val_loss"]
    assert told(lambda: with_penalty.fit(X, Y, verbose=0)) == []
    assert told(lambda: network().fit(X, Y, verbose=0, validation_split=0.25)) == []
    extras = with_penalty.history.extras
    assert list(extras) == ["data_loss", "penalty"]


def test_the_state_of_a_run_holds_the_penalty():
    def start(seed):
        utils.set_random_seed(seed)
        run = network(kernel_regularizer="l2").iter_fit(X, Y, batch_size=5, epochs=2, batch_events=True)
        next(run)
        return run

    run, again = start(1), start(2)
    again.set_state(run.get_state())
    assert list(again) == list(run)


def test_weights_stay_within_their_bounds_at_every_step():
    model = network(kernel_constraint=constraints.MaxNorm(0.4))
    for _ in model.iter_fit(X, 9 * Y, batch_size=3, epochs=3, batch_events=True):
        assert np.linalg.norm(model.layers[0].kernel, axis=0).max() <= 0.4 + 1e-6


# --- callbacks


@pytest.mark.parametrize("cls", CALLBACKS, ids=lambda cls: cls.__name__)
def test_a_bad_argument_of_a_callback_is_named(cls):
    needed = {"CSVLogger": ["x.csv"], "ModelCheckpoint": ["x.keras"], "LearningRateScheduler": [lambda epoch: 0.1]}
    assert set(cls.params) <= set(defaults(cls))
    for name, param in cls.params.items():
        for bad in param.invalid():
            with pytest.raises(ValueError, match=re.escape(repr(bad))):
                cls(*needed.get(cls.__name__, []), **{name: bad})


def test_functions_serve_as_callbacks():
    calls = []
    called = callbacks.LambdaCallback(
        on_train_begin=lambda logs: calls.append("begin"),
        on_epoch_end=lambda epoch, logs: calls.append((epoch, sorted(logs))),
        on_train_batch_end=lambda batch, logs: calls.append(batch),
        on_test_end=lambda logs: calls.append("tested"),
        on_train_end=lambda logs: calls.append("end"),
    )
    network().fit(X, Y, batch_size=6, verbose=0, callbacks=called, validation_data=(X, Y))
    names = ["loss", "mae", "val_loss", "val_mae"]
    assert calls == ["begin", 0, 1, "tested", (0, names), "end"]


def test_batches_of_evaluate_and_predict_are_told_too():
    seen = []

    class Watch(callbacks.Callback):
        def on_test_batch_end(self, batch, logs=None):
            seen.append((batch, round(logs["loss"], 6)))

        def on_predict_batch_end(self, batch, logs=None):
            seen.append(logs["outputs"].shape)

    model = network()
    loss = model.evaluate(X, Y, batch_size=8, callbacks=[Watch()])[0]
    model.predict(X, batch_size=8, callbacks=[Watch()])
    assert [batch for batch, _ in seen[:2]] == [0, 1]
    assert seen[1][1] == pytest.approx(loss, abs=1e-5)
    assert seen[2:] == [(8, 1), (4, 1)]


def test_older_names_of_batch_moments_are_called():
    class Watch(callbacks.Callback):
        seen = 0

        def on_batch_end(self, batch, logs=None):
            self.seen += 1

    watch = Watch()
    network().fit(X, Y, batch_size=4, verbose=0, callbacks=[watch])
    assert watch.seen == 3
    assert watch.params == {"verbose": 0, "epochs": 1, "steps": 3}


def test_the_end_at_nan_may_be_an_error(capsys):
    x = X.copy()
    x[5] = np.nan
    stop = callbacks.TerminateOnNaN(raise_error=True)
    options = {"batch_size": 4, "shuffle": False, "verbose": 0}
    assert refusal(lambda: network().fit(x, Y, callbacks=[stop], **options), RuntimeError) == "callback.nan"
    history = network().fit(x, Y, epochs=3, callbacks=[callbacks.TerminateOnNaN()], **options).history
    assert len(history["loss"]) == 1
    assert capsys.readouterr().out == "Batch 1: Invalid loss, terminating training\n"


def test_what_is_not_there_cannot_be_watched():
    stop = callbacks.EarlyStopping()  # watches val_loss
    assert told(lambda: network().fit(X, Y, epochs=2, verbose=0, callbacks=[stop])) == ["callback.monitor_missing"] * 2
    fall = callbacks.ReduceLROnPlateau("nothing")
    assert refusal(lambda: network().fit(X, Y, verbose=0, callbacks=[fall])) == "callback.monitor"


def test_callbacks_say_what_they_do(capsys, tmp_path):
    watchers = [
        callbacks.EarlyStopping("loss", patience=1, min_delta=9, verbose=1, restore_best_weights=True),
        callbacks.ReduceLROnPlateau("loss", patience=1, min_delta=9, verbose=1),
        callbacks.LearningRateScheduler(lambda epoch: 0.5, verbose=1),
        callbacks.ModelCheckpoint(tmp_path / "a.keras", verbose=1),
        callbacks.ModelCheckpoint(tmp_path / "b.keras", "loss", verbose=1, save_best_only=True),
        callbacks.ModelCheckpoint(tmp_path / "c.keras", "loss", 1, save_best_only=True, initial_value_threshold=-1),
    ]
    network().fit(X, Y, epochs=5, verbose=0, callbacks=watchers)
    said = capsys.readouterr().out
    for sentence in (
        "Epoch 2: early stopping",
        "Restoring model weights from the end of the best epoch: 1.",
        "Epoch 2: ReduceLROnPlateau reducing learning rate to 0.05.",
        "Epoch 1: LearningRateScheduler setting learning rate to 0.5.",
        "Epoch 2: saving model to ",
        "Epoch 1: loss improved from None to ",
        "Epoch 2: loss did not improve from -1.00000",
    ):
        assert sentence in said


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda: callbacks.ModelCheckpoint("m.zip"), "callback.filepath"),
        (lambda: callbacks.ModelCheckpoint("m.keras", save_weights_only=True), "callback.filepath"),
        (lambda: callbacks.ModelCheckpoint("m.keras", save_freq="often"), "callback.save_freq"),
        (lambda: callbacks.ReduceLROnPlateau(factor=1.0), "param.float_range"),
    ],
)
def test_impossible_callbacks_are_refused(make, code):
    assert refusal(make) == code


def test_a_schedule_must_give_numbers():
    by_epoch = callbacks.LearningRateScheduler(lambda epoch: "fast")
    assert refusal(lambda: network().fit(X, Y, verbose=0, callbacks=[by_epoch])) == "callback.schedule"


def test_names_in_a_path_must_be_known(tmp_path):
    save = callbacks.ModelCheckpoint(tmp_path / "{acc}.keras")
    assert refusal(lambda: network().fit(X, Y, verbose=0, callbacks=[save])) == "callback.filepath_name"
    best = callbacks.ModelCheckpoint(tmp_path / "best.keras", save_best_only=True)
    codes = told(lambda: network().fit(X, Y, verbose=0, callbacks=[best]))
    assert codes == ["callback.monitor_missing", "callback.save_anyway"]


# --- progress


class Terminal:
    def __init__(self):
        self.text = ""

    def write(self, text):
        self.text += text

    def flush(self):
        """Nothing is held back."""

    def isatty(self):
        return True


def test_on_a_terminal_the_bar_moves(monkeypatch):
    screen = Terminal()
    monkeypatch.setattr(sys, "stdout", screen)
    monkeypatch.setattr(netcore.progress, "INTERVAL_S", 0.0)
    network().fit(X, Y, batch_size=3, epochs=2)
    lines = screen.text.split("\n")
    assert lines[0] == "Epoch 1/2"
    assert re.search(r"\r1/4 ━━━━━╌+ 0s ", lines[1])
    assert re.search(r"\r4/4 ━{20} 0s .* - loss: \d\.\d{4} - mae: \d\.\d{4}$", lines[1].rstrip())


def test_the_bar_lets_more_and_more_updates_pass():
    bar = Progress()
    bar.set_params({"verbose": 1, "epochs": 1, "steps": 10_000})
    bar.begin()
    for _ in range(4):
        bar.moved(1, {})
    assert bar.pace == 16


def test_evaluate_and_predict_print_when_they_are_asked_to(capsys):
    model = network()
    model.evaluate(X, Y)
    model.predict(X)
    assert capsys.readouterr().out == ""
    model.evaluate(X, Y, verbose=1)
    model.predict(X, verbose=2)
    assert re.match(r"1/1 ━+ 0s .*loss: .*\n1/1 - 0s - .*/step\n$", capsys.readouterr().out)


# --- generators


def test_a_generator_that_runs_dry_ends_the_epoch():
    model = network()
    few = ((X[i : i + 4], Y[i : i + 4]) for i in (0, 4, 8))
    assert told(lambda: model.fit(few, steps_per_epoch=5, verbose=0)) == ["fit.out_of_data"]
    assert model.optimizer.iterations == 3


def test_an_object_with_batches_by_number_is_a_source():
    class Pairs:
        ended = 0

        def __len__(self):
            return 3

        def __getitem__(self, index):
            return X[4 * index : 4 * index + 4], Y[4 * index : 4 * index + 4]

        def on_epoch_end(self):
            self.ended += 1

    pairs, one, other = Pairs(), network(), network()
    other.set_weights(one.get_weights())
    history = one.fit(pairs, epochs=2, verbose=0).history
    assert pairs.ended == 2
    expected = other.fit(X, Y, 4, 2, shuffle=False, verbose=0).history
    assert history["loss"] == pytest.approx(expected["loss"])
    assert one.evaluate(Pairs()) == pytest.approx(other.evaluate(X, Y, batch_size=4))


def test_a_run_over_a_generator_tells_events_but_has_no_state():
    run = network().iter_fit(((X, Y) for _ in range(4)), steps_per_epoch=2, epochs=2, batch_events=True)
    assert [type(event).__name__ for event in run] == ["BatchEnded", "BatchEnded", "EpochEnded"] * 2
    assert run.position == (2, 0)
    assert refusal(run.get_state, TypeError) == "fit.stream_state"
    assert refusal(lambda: run.set_state({}), TypeError) == "fit.stream_state"


def test_stop_training_ends_a_stream_too():
    model = network()
    stop = callbacks.LambdaCallback(on_train_batch_end=lambda batch, logs: setattr(model, "stop_training", batch == 1))
    model.fit(((X, Y) for _ in range(9)), steps_per_epoch=4, epochs=2, verbose=0, callbacks=[stop])
    assert model.optimizer.iterations == 2


@pytest.mark.parametrize(
    ("action", "code"),
    [
        (lambda: network().fit(iter([(X, Y, Y, Y)])), "fit.generator"),
        (lambda: network().fit(X, Y, steps_per_epoch=0), "param.int_below"),
        (lambda: two_outputs().fit(X, {"p": Y}), "fit.target_missing"),
        (lambda: network().compile("sgd", ["mse", "mae"]), "compile.output_count"),
        (lambda: without_loss().fit(X, Y), "compile.no_loss"),
        (lambda: utils.pad_sequences([[1]], padding="left"), "utils.pad_side"),
        (lambda: utils.pad_sequences([[[1, 2]], [[1]]]), "utils.pad_shape"),
        (lambda: layers.Dense(2, dtype="float16"), "layer.dtype"),
        (lambda: network().summary(line_length=5), "summary.width"),
        (lambda: network().summary(layer_range=["a", "b"]), "summary.layer_range"),
        (lambda: layers.Dense(2, kernel_regularizer="l3"), "param.part"),
        (lambda: regularizers.get("l3"), "registry.unknown"),
    ],
)
def test_refusals_around_fit(action, code):
    assert refusal(action) == code


def two_outputs():
    start = Input((2,))
    model = Model(start, [layers.Dense(1, name="p")(start), layers.Dense(1, name="q")(start)])
    model.compile("sgd", "mse")
    return model


def without_loss():
    model = Sequential([Input((2,)), layers.Dense(1)])
    model.compile("sgd")
    return model


# --- models, layers and helpers


def test_freezing_a_model_freezes_what_is_inside():
    inner = Sequential([Input((2,)), layers.Dense(3)])
    model = Sequential([Input((2,)), inner, layers.Dense(1)])
    inner.trainable = False
    assert [layer.trainable for layer in inner.layers] == [False]
    assert len(model.trainable_weights) == len(model.non_trainable_variables) == 2
    model.compile("sgd", "mse")
    before = inner.get_weights()
    model.fit(X, Y, verbose=0)
    np.testing.assert_array_equal(inner.get_weights()[0], before[0])


def test_a_layer_keeps_the_type_it_was_given():
    layer = layers.Dense(2, dtype="float64", kernel_initializer="ones")
    assert layer(np.ones((1, 2), "float32")).dtype == np.float64
    assert layer.kernel.dtype == layer.weights[0].dtype == "float64"


def test_weights_can_be_read_and_set_like_variables():
    layer = layers.Dense(2)
    layer(np.ones((1, 3)))
    layer.kernel.assign(np.full((3, 2), 2.0))
    copy = layer.kernel.numpy()
    copy[...] = 0
    np.testing.assert_array_equal(layer(np.ones((1, 3))), [[6, 6]])
    np.testing.assert_array_equal(np.array(layer.weights[0]), np.full((3, 2), 2))


def test_inputs_stand_among_the_layers_of_a_functional_model():
    start = Input((3,), name="start")
    model = Model(start, layers.Dense(2, name="end")(start))
    assert [layer.name for layer in model.layers] == ["start", "end"]
    assert model.get_layer("start").output_shape == model.layers[0].input_shape == (None, 3)
    assert model.get_layer(index=-1).name == "end"
    assert model.layers[0].input is model.layers[0].output is start
    again = Sequential([layers.InputLayer(shape=(3,)), layers.Dense(2)])
    assert again.input_shape == (None, 3)


def test_metrics_can_be_asked_for_and_losses_set_by_class():
    model = network()
    model.compile("sgd", losses.MeanSquaredError, metrics=["mae", "mse"])
    model.fit(X, Y, verbose=0)
    assert [metric.name for metric in model.metrics] == ["mae", "mse"]


def test_sequences_are_padded_as_in_keras():
    rows = [[1, 2, 3], [4], []]
    np.testing.assert_array_equal(utils.pad_sequences(rows), [[1, 2, 3], [0, 0, 4], [0, 0, 0]])
    post = utils.pad_sequences(rows, maxlen=2, padding="post", truncating="post", value=9, dtype="float32")
    np.testing.assert_array_equal(post, np.array([[1, 2], [4, 9], [9, 9]], "float32"))
    np.testing.assert_array_equal(utils.pad_sequences(rows, maxlen=2), [[2, 3], [0, 4], [0, 0]])
    assert utils.pad_sequences([[[1, 2]], [[3, 4], [5, 6]]]).shape == (2, 2, 2)
    assert utils.pad_sequences([]).shape == (0, 0)
