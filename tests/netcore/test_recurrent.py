"""Recurrent layers and masks: Keras's numbers, what must hold whatever the numbers, and refusals that help."""

from pathlib import Path

import numpy as np
import pytest

import netcore
from netcore import Input, Model, Sequential, config, layers, losses, utils
from netcore.errors import NetcoreTypeError, NetcoreValueError, NetcoreWarning
from netcore.graph import SIZES_KEPT
from netcore.layers.recurrent.recurrent import PRODUCT_NUMBERS, Products
from tests.netcore.golden.recurrent_cases import CASES, TRAINED, rng_of, start_weights, trained, with_gaps
from tests.netcore.test_gradients import assert_gradients_agree

CELLS = ("SimpleRNN", "LSTM", "GRU")


@pytest.fixture(scope="module")
def golden():
    with np.load(Path(__file__).parent / "golden" / "recurrent.npz") as file:
        return dict(file)


def results(name):
    case = CASES[name]
    model = case.build(netcore)
    model.set_weights(start_weights(name, model))
    x, y, weight = case.data(rng_of(name))
    predicted = model.predict(x, verbose=0)
    found = {f"output/{i}": o for i, o in enumerate(predicted if isinstance(predicted, list) else [predicted])}
    found["loss"] = model.evaluate(x, y, sample_weight=weight, verbose=0, return_dict=True)["loss"]
    before = model.get_weights()
    model.optimizer.learning_rate = 1.0
    model.train_on_batch(x, y, sample_weight=weight)
    return found | {f"gradient/{i}": a - b for i, (a, b) in enumerate(zip(before, model.get_weights(), strict=True))}


@pytest.mark.parametrize("name", CASES)
def test_outputs_losses_and_gradients_are_those_of_keras(name, golden):
    expected = {key.removeprefix(f"{name}/"): value for key, value in golden.items() if key.startswith(f"{name}/")}
    for dtype, relative, absolute in (("float64", 1e-10, 1e-11), ("float32", 1e-4, 1e-5)):
        config.set_floatx(dtype)
        found = results(name)
        for key, value in found.items():
            np.testing.assert_allclose(value, expected[key], rtol=relative, atol=absolute, err_msg=f"{dtype} {key}")


@pytest.mark.usefixtures("float64")
@pytest.mark.parametrize("name", TRAINED)
def test_histories_are_those_of_keras(name, golden):
    history = trained(name, CASES[name].build(netcore))
    kept = {key.rpartition("/")[2]: golden[key] for key in golden if key.startswith(f"{name}/history/")}
    assert list(history) == sorted(kept)
    for key, values in history.items():
        if "loss" in key or key.startswith("val_") or name == "LSTM-plain":
            np.testing.assert_allclose(values, kept[key], rtol=1e-10, err_msg=key)
        # Keras on jax loses the mask on its way to the training metrics; netcore counts there as in validation


@pytest.mark.usefixtures("float64")
@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize(
    "arguments",
    [
        {"return_sequences": True, "dropout": 0.3, "recurrent_dropout": 0.4},
        {"go_backwards": True, "recurrent_dropout": 0.3, "use_bias": False},
        {"activation": "gelu", "return_sequences": True, "go_backwards": True, "dropout": 0.2},
        {"return_state": True, "activation": None},
    ],
    ids=lambda arguments: "-".join(arguments),
)
def test_backward_is_the_derivative_of_forward(cell, arguments):
    for more in [{}, {"reset_after": False}] if cell == "GRU" else [{}]:
        start = Input((4, 3))
        hidden = layers.Dense(2, activation="softplus")(start)
        made = getattr(layers, cell)(3, **arguments, **more)(hidden)
        outputs = [layers.Dense(2)(one) for one in (made if isinstance(made, list) else [made])]
        assert_gradients_agree([start], outputs, 5, np.random.default_rng(1))


@pytest.mark.usefixtures("float64")
@pytest.mark.parametrize("cell", CELLS)
def test_gradients_reach_a_state_that_was_given(cell):
    start, other = Input((4, 3)), Input((2,))
    layer = getattr(layers, cell)(3)
    states = [layers.Dense(3)(other) for _ in range(layer.state_count)]
    both = layers.Bidirectional(getattr(layers, cell)(3))(start, initial_state=[*states, *states])
    outputs = [layers.Dense(2)(layer(start, initial_state=states)), layers.Dense(1)(both)]
    assert_gradients_agree([start, other], outputs, 4, np.random.default_rng(2))


@pytest.mark.usefixtures("float64")
def test_gradients_pass_by_missing_steps():
    rng = np.random.default_rng(3)
    start = Input((5, 3))
    hidden = layers.Dense(3, activation="tanh")(layers.Masking()(start))
    ahead = layers.LSTM(3, return_sequences=True, recurrent_dropout=0.3, zero_output_for_mask=True)(hidden)
    model = Model(start, layers.Bidirectional(layers.GRU(2, return_sequences=True), merge_mode="mul")(ahead))
    model.compile("sgd", "mse")
    x, y = with_gaps(rng), rng.normal(size=(4, 5, 2))
    plain = Model(start, layers.Dense(2)(layers.SimpleRNN(2, zero_output_for_mask=True)(hidden)))
    plain.compile("sgd", "mse")
    for one, target in ((model, y), (plain, y[:, 0])):
        _assert_update_is_the_gradient(one, x, target)


def _assert_update_is_the_gradient(model, x, y):
    from tests.netcore.helpers import numerical_gradient

    streams = [layer.stream for layer in model.layers if "stream" in layer.__dict__]
    states = [stream.get_state() for stream in streams]
    model.optimizer.learning_rate = 0.0

    def loss():
        for stream, state in zip(streams, states, strict=True):
            stream.set_state(state)
        model.reset_metrics()
        return model.train_on_batch(x, y)

    loss()
    expected = [numerical_gradient(loss, weight.value) for weight in model.trainable_weights]
    loss()
    for weight, gradient in zip(model.trainable_weights, expected, strict=True):
        np.testing.assert_allclose(weight.gradient, gradient, rtol=1e-5, atol=1e-8)


# --- shapes, states, order


def sequence(n=4, t=6, d=3, seed=0):
    return np.random.default_rng(seed).normal(size=(n, t, d)).astype("float32")


@pytest.mark.parametrize(
    ("cell", "shapes"),
    [
        ("SimpleRNN", [(3, 4), (4, 4), (4,)]),
        ("LSTM", [(3, 16), (4, 16), (16,)]),
        ("GRU", [(3, 12), (4, 12), (2, 12)]),
    ],
)
def test_weights_have_keras_s_order_and_shapes(cell, shapes):
    model = Sequential([Input((6, 3)), getattr(layers, cell)(4)])
    assert [weight.shape for weight in model.get_weights()] == shapes


def test_the_forget_gate_of_an_lstm_begins_by_remembering():
    model = Sequential([Input((6, 3)), layers.LSTM(2)])
    np.testing.assert_array_equal(model.get_weights()[2], [0, 0, 1, 1, 0, 0, 0, 0])


def test_an_lstm_computes_what_the_blackboard_says():
    layer = layers.LSTM(1)
    layer(np.zeros((1, 1, 1)))
    layer.set_weights([[[1.0, 2.0, 3.0, 4.0]], [[0.5, 0.5, 0.5, 0.5]], [0.1, 0.2, 0.3, 0.4]])

    def sigmoid(z):
        return 1 / (1 + np.exp(-z))

    h = c = 0.0
    for x in (1.0, -0.5):
        i, f, o = (sigmoid(w * x + 0.5 * h + b) for w, b in ((1, 0.1), (2, 0.2), (4, 0.4)))
        c = f * c + i * np.tanh(3 * x + 0.5 * h + 0.3)
        h = o * np.tanh(c)
    np.testing.assert_allclose(layer(np.array([[[1.0], [-0.5]]])), [[h]], rtol=1e-5)


@pytest.mark.parametrize("cell", CELLS)
def test_the_last_of_all_outputs_is_the_output_and_the_state(cell):
    utils.set_random_seed(1)
    layer = getattr(layers, cell)(4, return_sequences=True, return_state=True)
    every, *states = layer(sequence())
    last = getattr(layers, cell)(4)
    last(sequence())
    last.set_weights(layer.get_weights())
    np.testing.assert_array_equal(every[:, -1], states[0])
    np.testing.assert_array_equal(last(sequence()), states[0])
    assert len(states) == layer.state_count


@pytest.mark.parametrize("cell", CELLS)
def test_backwards_is_forwards_on_the_reversed_sequence(cell):
    layer = getattr(layers, cell)(4, return_sequences=True)
    other = getattr(layers, cell)(4, return_sequences=True, go_backwards=True)
    expected = layer(sequence()[:, ::-1])
    other(sequence())
    other.set_weights(layer.get_weights())
    np.testing.assert_array_equal(other(sequence()), expected)


@pytest.mark.parametrize("cell", CELLS)
def test_a_stateful_layer_goes_on_where_the_last_batch_ended(cell):
    layer = getattr(layers, cell)(4, stateful=True)
    x = sequence()
    whole = layer(x)
    layer.reset_state()
    layer(x[:, :2])
    np.testing.assert_allclose(layer(x[:, 2:]), whole, rtol=1e-6)
    assert not np.allclose(layer(x), whole)
    layer.reset_states()
    np.testing.assert_array_equal(layer(x), whole)
    with pytest.raises(NetcoreValueError, match="kept the state of 4 samples, but this batch has 2") as caught:
        layer(x[:2])
    assert caught.value.code == "recurrent.batch_size"


def test_a_sequence_cut_in_two_is_the_sequence_if_the_state_is_handed_over():
    layer = layers.LSTM(4, return_state=True)
    x = sequence()
    whole = layer(x)
    _, *state = layer(x[:, :2])
    for one, other in zip(layer(x[:, 2:], initial_state=state), whole, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-6)


@pytest.mark.parametrize("behind", [layers.Dense, layers.Dropout, layers.RepeatVector])
def test_what_gives_its_states_too_is_one_input_for_no_layer_behind_it(behind):
    states = layers.LSTM(4, return_state=True, name="lstm")
    for build in (
        lambda: Sequential([Input((6, 3)), states, behind(1, name="behind")]),
        lambda: behind(1, name="behind")(states(Input((6, 3)))),
    ):
        with pytest.raises(NetcoreValueError, match="'behind' expects 1 input, but got 3") as caught:
            build()
        assert caught.value.code == "layer.one_input"


def test_the_last_layer_of_a_sequential_model_may_give_its_states_too():
    model = Sequential([Input((6, 3)), layers.LSTM(4, return_state=True)])
    assert [one.shape for one in model.predict(sequence(), verbose=0)] == [(4, 4)] * 3


def test_states_of_a_wrong_shape_are_refused():
    for states in ([np.zeros((4, 4))], [np.zeros((4, 4)), np.zeros((4, 5))], [np.zeros((4, 4))] * 3):
        with pytest.raises(NetcoreValueError) as caught:
            layers.LSTM(4)(sequence(), initial_state=states)
        assert caught.value.code == "recurrent.initial_state"


def test_a_table_is_no_sequence():
    with pytest.raises(NetcoreValueError, match="it needs 3 axes, batch axis included, but has 2"):
        layers.LSTM(4)(np.zeros((5, 3)))
    layer = layers.LSTM(4)
    layer(sequence())
    with pytest.raises(NetcoreValueError, match="its last axis must have size 3"):
        layer(np.zeros((5, 6, 2)))


def test_a_function_over_all_units_cannot_stand_inside_a_cell():
    with pytest.raises(NetcoreValueError, match="`activation` must be one of"):
        layers.LSTM(4, activation="softmax")


def test_sums_over_long_sequences_are_made_in_pieces():
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(5, 3, 2)), rng.normal(size=(5, 4, 2))
    products = Products(3, 4, 5, "float64")
    products._at_once = 2  # as if the weights were large
    out = np.empty((3, 4))
    products.sum(a, b, out)
    np.testing.assert_allclose(out, np.einsum("trn,tcn->rc", a, b))
    assert len(Products(1000, PRODUCT_NUMBERS, 5, "float32")._each) == 1


# --- lengths and batches


def tagger():
    model = Sequential(
        [
            Input((None,)),
            layers.Embedding(9, 4, mask_zero=True),
            layers.Bidirectional(layers.LSTM(3, return_sequences=True)),
            layers.TimeDistributed(layers.Dense(3)),
            layers.Activation("softmax"),
        ]
    )
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def test_a_model_takes_sequences_of_any_length():
    rng = np.random.default_rng(0)
    model = tagger()
    assert model.output_shape == (None, None, 3)
    for t in (4, 7, 4):
        x, y = rng.integers(0, 9, (20, t)), rng.integers(0, 3, (20, t))
        history = model.fit(x, y, batch_size=8, epochs=8, validation_split=0.2, verbose=0).history["loss"]
        assert history[-1] < history[0]
        assert model.predict(x, verbose=0).shape == (20, t, 3)
        loss, _ = model.evaluate(x, y, verbose=0)
        model.reset_metrics()
        assert model.test_on_batch(x, y)[0] == pytest.approx(loss, rel=0.05)  # means over batches and over all rows
        assert model(x[:2]).shape == (2, t, 3)


def test_a_longer_sequence_goes_through_the_same_weights():
    short, long = sequence(t=3), sequence(t=8)
    model = Sequential([Input((None, 3)), layers.GRU(4, return_sequences=True), layers.Dense(2)])
    model.predict(short)
    fixed = Sequential([Input((8, 3)), layers.GRU(4, return_sequences=True), layers.Dense(2)])
    fixed.set_weights(model.get_weights())
    np.testing.assert_array_equal(model.predict(long), fixed.predict(long))


def test_a_model_of_open_length_can_stand_inside_another():
    inner = Sequential([Input((None, 3)), layers.GRU(4, return_sequences=True)])
    start = Input((None, 3))
    model = Model(start, layers.LSTM(2)(inner(start)))
    assert model.predict(sequence(t=5)).shape == (4, 2)
    np.testing.assert_allclose(model.predict(sequence(t=5)), model.layers[2](inner.predict(sequence(t=5))), rtol=1e-5)


def test_many_lengths_do_not_pile_up():
    model = Sequential([Input((None, 3)), layers.SimpleRNN(2)])
    for t in range(1, 100):
        model.predict(sequence(n=1, t=t), verbose=0)
    assert len(model.graph._sized) <= SIZES_KEPT


def stateful_model():
    utils.set_random_seed(3)
    model = Sequential([Input((6, 3)), layers.GRU(2, stateful=True, dropout=0.2), layers.Dense(1)])
    model.compile("adam", "mse")
    return model


def test_a_stateful_model_goes_from_batch_to_batch_in_predict_and_evaluate():
    x = sequence(n=8)
    model = stateful_model()
    first = model.predict(x, batch_size=4)
    model.layers[0].reset_state()
    by_hand = [model.predict(x[:4], batch_size=4), model.predict(x[4:], batch_size=4)]
    np.testing.assert_array_equal(first, np.concatenate(by_hand))
    model.layers[0].reset_state()
    assert model.evaluate(x, np.zeros((8, 1)), batch_size=4) == pytest.approx((first**2).mean(), rel=1e-5)


def test_a_run_of_a_stateful_model_goes_on_exactly_where_it_was_saved():
    x, y = sequence(n=8), np.ones((8, 1))

    def run():
        model = stateful_model()
        return model, model.iter_fit(x, y, batch_size=4, epochs=3, batch_events=True)

    model, events = run()
    for _ in range(3):
        next(events)
    saved = {name: array.copy() for name, array in events.get_state().items()}
    list(events)
    other, again = run()
    again.set_state(saved)
    list(again)
    for one, two in zip(model.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_array_equal(one, two)


# --- dropout


@pytest.mark.parametrize("cell", CELLS)
def test_dropout_changes_training_only_and_is_repeated_by_the_seed(cell):
    x = sequence()

    def outputs(training):
        layer = getattr(layers, cell)(5, dropout=0.5, recurrent_dropout=0.5, seed=3)
        layer(x)
        layer.set_weights([np.random.default_rng(5).normal(size=w.shape) for w in layer.get_weights()])
        layer.stream = netcore.streams.Stream(3, "test", 0)
        return layer(x, training=training)

    np.testing.assert_array_equal(outputs(True), outputs(True))
    np.testing.assert_array_equal(outputs(False), outputs(False))
    assert not np.allclose(outputs(True), outputs(False))


def test_the_same_inputs_are_dropped_at_all_steps_and_the_mean_is_kept():
    layer = layers.SimpleRNN(1, activation=None, use_bias=False, dropout=0.25, return_sequences=True)
    x = np.ones((4000, 3, 1), "float32")
    layer(x)
    layer.set_weights([[[1.0]], [[0.0]]])
    y = layer(x, training=True)[..., 0]
    np.testing.assert_array_equal(y, y[:, :1].repeat(3, axis=1))
    np.testing.assert_allclose(np.unique(y), [0, 4 / 3], rtol=1e-6)
    assert y.mean() == pytest.approx(1.0, abs=0.05)


def test_dropping_the_whole_state_leaves_the_last_input():
    layer = layers.SimpleRNN(3, recurrent_dropout=1.0)
    x = sequence()
    layer(x)
    dropped = layer(x, training=True)
    np.testing.assert_allclose(dropped, np.tanh(x[:, -1] @ layer.get_weights()[0]), rtol=1e-5)


# --- masks


def test_a_missing_step_leaves_the_state_as_it_was():
    x = sequence(t=4)
    with_hole = np.concatenate([x[:, :2], np.zeros_like(x[:, :1]), x[:, 2:]], axis=1)
    for cell in CELLS:
        layer = getattr(layers, cell)(4)
        expected = layer(x)
        np.testing.assert_array_equal(layer(layers.Masking()(with_hole)), expected)
        mask = np.array([[True, True, False, True, True]] * 4)
        np.testing.assert_array_equal(layer(with_hole, mask=mask), expected)


def test_masking_sets_missing_steps_to_0_and_tells_which():
    x = sequence(n=2, t=3)
    x[0, 1] = -1
    layer = layers.Masking(mask_value=-1)
    y = layer(x)
    np.testing.assert_array_equal(y._keras_mask, [[True, False, True], [True, True, True]])
    np.testing.assert_array_equal(y._keras_mask, layer.compute_mask(x))
    assert not y[0, 1].any()
    assert (y + 1)._keras_mask is None


def test_an_output_at_a_missing_step_repeats_the_one_before_or_is_0():
    x = with_gaps(np.random.default_rng(0), t=5)
    mask = (x != 0).any(axis=-1)
    layer = layers.GRU(2, return_sequences=True)
    y = layer(x, mask=mask)
    assert not y[1, :2].any()  # nothing has come yet
    np.testing.assert_array_equal(y[1, 3], y[1, 2])
    zeros = layers.GRU(2, return_sequences=True, zero_output_for_mask=True)
    zeros(x)
    zeros.set_weights(layer.get_weights())
    np.testing.assert_array_equal(zeros(x, mask=mask), y * mask[..., np.newaxis])


def test_losses_and_means_leave_missing_steps_out():
    x = np.array([[[1.0], [2.0], [0.0]], [[4.0], [0.0], [0.0]]])
    model = Sequential([Input((3, 1)), layers.Masking(), layers.Dense(1, use_bias=False, kernel_initializer="ones")])
    model.compile("sgd", "mse", metrics=["mae"], weighted_metrics=["mse"])
    y = np.zeros((2, 3, 1))
    report = model.evaluate(x, y, return_dict=True)
    assert report["loss"] == pytest.approx((1 + 4 + 16) / 3)
    assert report["mae"] == pytest.approx((1 + 2 + 4) / 3)
    assert report["mse"] == pytest.approx((1 + 4 + 16) / 3)
    report = model.evaluate(x, y, sample_weight=np.array([2.0, 1.0]), return_dict=True)
    assert report["loss"] == pytest.approx((2 + 8 + 16) / 3)
    assert report["mae"] == pytest.approx((1 + 2 + 4) / 3)
    assert report["mse"] == pytest.approx((2 + 8 + 16) / 5)


@pytest.mark.parametrize("reduction", ["sum_over_batch_size", "mean_with_sample_weight", "sum"])
def test_a_batch_of_missing_steps_alone_has_loss_0_and_teaches_nothing(reduction):
    model = Sequential([Input((3, 1)), layers.Masking(), layers.SimpleRNN(2, return_sequences=True), layers.Dense(1)])
    model.compile("sgd", losses.MeanSquaredError(reduction=reduction))
    before = model.get_weights()
    history = model.fit(np.zeros((4, 3, 1)), np.ones((4, 3, 1)), batch_size=2, epochs=2, verbose=0)
    assert history.history["loss"] == [0.0, 0.0]
    for old, new in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)


def test_a_mask_that_ends_unread_is_pointed_out():
    with pytest.warns(NetcoreWarning, match="does not support masks") as caught:
        Sequential([Input((3, 2)), layers.Masking(), layers.Flatten(name="flat"), layers.Dense(1)])
    assert caught[0].message.code == "advice.mask_destroyed"
    assert caught[0].message.values["layer"] == "flat"


def test_a_mask_is_not_given_by_hand_inside_a_model():
    with pytest.raises(NetcoreTypeError, match="put Masking or"):
        layers.LSTM(2)(Input((3, 2)), mask=np.ones((1, 3), bool))


# --- embeddings


def test_an_embedding_looks_up_rows_and_adds_up_their_gradients():
    layer = layers.Embedding(4, 2, weights=[np.arange(8.0).reshape(4, 2)])
    np.testing.assert_array_equal(layer(np.array([[3, 0]])), [[[6, 7], [0, 1]]])
    model = Sequential([Input((3,)), layer, layers.GlobalAveragePooling1D()])
    model.compile("sgd", losses.MeanSquaredError(reduction="sum"))
    model.optimizer.learning_rate = 1.0
    before = model.get_weights()[0]
    model.train_on_batch(np.array([[3, 0, 3]]), np.array([[1.0, 1.0]]))
    error = before[[3, 0, 3]].mean(axis=0) - 1  # d loss / d output, as there are two outputs
    expected = np.zeros((4, 2))
    expected[3], expected[0] = 2 / 3 * error, 1 / 3 * error
    np.testing.assert_allclose(before - model.get_weights()[0], expected, rtol=1e-6)


def test_an_embedding_starts_small():
    values = Sequential([Input((3,)), layers.Embedding(50, 8)]).get_weights()[0]
    assert 0.04 < np.abs(values).max() <= 0.05


@pytest.mark.parametrize("wrong", [4.0, -1.0, 0.5, np.nan])
def test_a_number_outside_the_vocabulary_is_refused(wrong):
    with pytest.raises(NetcoreValueError, match="whole numbers from 0 to 3") as caught:
        layers.Embedding(4, 2)(np.array([[1.0, wrong]]))
    assert caught.value.code == "embedding.range"


def test_an_embedding_says_which_numbers_mean_nothing():
    numbers = np.array([[1, 0, 2]])
    np.testing.assert_array_equal(layers.Embedding(4, 2, mask_zero=True).compute_mask(numbers), [[True, False, True]])
    assert layers.Embedding(4, 2).compute_mask(numbers) is None


# --- layers around layers


def test_time_distributed_is_the_layer_at_every_step():
    x = np.random.default_rng(0).normal(size=(3, 4, 5, 5, 2)).astype("float32")
    conv = layers.Conv2D(3, 2)
    y = layers.TimeDistributed(conv)(x)
    for step in range(4):
        np.testing.assert_allclose(y[:, step], conv(x[:, step]), rtol=1e-5, atol=1e-6)


def test_a_layer_inside_and_outside_of_time_distributed_learns_from_both():
    config.set_floatx("float64")
    start = Input((4, 3))
    shared = layers.Dense(3, activation="tanh")
    step = layers.TimeDistributed(shared)
    outputs = [layers.Dense(2)(step(step(start))), layers.Dense(2)(shared(layers.LSTM(3)(start)))]
    assert_gradients_agree([start], outputs, 4, np.random.default_rng(0))


def test_a_model_can_be_done_at_every_step():
    inner = Sequential([Input((3,)), layers.Dense(4, activation="relu"), layers.Dropout(0.5), layers.Dense(2)])
    model = Sequential([Input((5, 3)), layers.TimeDistributed(inner), layers.GRU(2)])
    model.compile("adam", "mse")
    history = model.fit(sequence(t=5), np.zeros((4, 2)), epochs=3, verbose=0).history["loss"]
    assert history[-1] < history[0]
    np.testing.assert_allclose(model.layers[0](sequence(t=5))[:, 1], inner.predict(sequence(t=5)[:, 1]), rtol=1e-5)


def test_both_directions_are_copies_with_weights_and_names_of_their_own():
    layer = layers.LSTM(2, return_sequences=True, name="read")
    both = layers.Bidirectional(layer)
    both(sequence())
    assert [both.forward_layer.name, both.backward_layer.name] == ["forward_read", "backward_read"]
    assert both.count_params() == 2 * (3 * 8 + 2 * 8 + 8)
    np.testing.assert_array_equal(both.get_weights()[3], both.backward_layer.get_weights()[0])
    assert not layer.built


def test_weights_for_both_directions_can_be_given():
    weights = [np.full(shape, 0.1) for shape in [(3, 2), (2, 2), (2,)] * 2]
    both = layers.Bidirectional(layers.SimpleRNN(2), weights=weights)
    both(sequence())
    for one in both.get_weights():
        np.testing.assert_allclose(one, 0.1)


@pytest.mark.parametrize(
    "other", [layers.LSTM(2), layers.LSTM(2, go_backwards=True, return_sequences=True)], ids=["same way", "all outputs"]
)
def test_two_directions_that_do_not_fit_together_are_refused(other):
    with pytest.raises(NetcoreValueError) as caught:
        layers.Bidirectional(layers.LSTM(2), backward_layer=other)
    assert caught.value.code == "bidirectional.layers"


def test_a_frozen_wrapper_freezes_what_is_inside():
    model = Sequential([Input((6, 3)), layers.Bidirectional(layers.GRU(2)), layers.Dense(1)])
    model.layers[0].trainable = False
    model.compile("sgd", "mse")
    before = model.layers[0].get_weights()
    model.fit(sequence(), np.ones((4, 1)), verbose=0)
    assert len(model.trainable_weights) == 2
    assert len(before) == 6
    for old, new in zip(before, model.layers[0].get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)


def test_a_stateful_pair_forgets_when_told():
    both = layers.Bidirectional(layers.GRU(2, stateful=True))
    first = both(sequence())
    assert not np.allclose(both(sequence()), first)
    both.reset_state()
    np.testing.assert_array_equal(both(sequence()), first)
