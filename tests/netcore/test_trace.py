"""A trace holds every number of one update: worked by hand, the same as a real step; the model stays."""

import numpy as np
import pytest

from netcore import Input, Model, Sequential, layers, losses, optimizers
from netcore.errors import NetcoreValueError
from netcore.layers import LAYERS
from netcore.losses import LOSSES
from netcore.optimizers import OPTIMIZERS
from tests.netcore.helpers import activation_for, axes_for, ready_arguments, steps_for, targets_for


def by_hand():
    """Two inputs, one hidden unit (relu), one output; numbers that can be followed with a pencil."""
    model = Sequential([layers.Input((2,)), layers.Dense(1, activation="relu"), layers.Dense(1)])
    model.set_weights([[[1.0], [2.0]], [0.5], [[3.0]], [-1.0]])
    model.compile(optimizer=optimizers.SGD(0.1), loss="mse")
    return model


@pytest.mark.usefixtures("float64")
def test_every_number_of_one_update_worked_by_hand():
    # sample 1: z1 = 1*1 + 2*1 + 0.5 = 3.5, a1 = 3.5, y = 3*3.5 - 1 = 9.5, l = (9.5 - 8)² = 2.25
    # sample 2: z1 = 1*1 - 2*2 + 0.5 = -2.5, a1 = 0, y = -1, l = (-1 - 1)² = 4
    found = by_hand().trace([[1.0, 1.0], [1.0, -2.0]], [[8.0], [1.0]])
    wanted = {
        "x": [[1, 1], [1, -2]],
        "z1": [[3.5], [-2.5]],
        "a1": [[3.5], [0]],
        "a2": [[9.5], [-1]],
        "y_true": [[8], [1]],
        "l": [2.25, 4],
        "L": 3.125,
        "dL/dl": [0.5, 0.5],  # L is the mean of the two
        "dL/da2": [[1.5], [-2]],  # 2 (y - t) / n
        "dL/dW2": [[5.25]],  # 1.5 * 3.5 - 2 * 0
        "dL/db2": [-0.5],
        "dL/da1": [[4.5], [-6]],  # times the weight, 3
        "dL/dz1": [[4.5], [0]],  # relu passes the first sample only
        "dL/dW1": [[4.5], [4.5]],
        "dL/db1": [4.5],
        "learning_rate": 0.1,
        "W1": [[1], [2]],
        "delta W1": [[-0.45], [-0.45]],
        "W1 after": [[0.55], [1.55]],
        "b1": [0.5],
        "delta b1": [-0.45],
        "b1 after": [0.05],
        "W2": [[3]],
        "delta W2": [[-0.525]],
        "W2 after": [[2.475]],
        "b2": [-1],
        "delta b2": [0.05],
        "b2 after": [-0.95],
    }
    assert found.names == tuple(wanted)  # in the order of the computation
    for name, value in wanted.items():
        np.testing.assert_allclose(found[name], value, rtol=1e-12, err_msg=name)
        assert found[name].shape == np.shape(value)
    assert found.of_kind("pre_activation")[0].layer == "dense"


@pytest.mark.usefixtures("float64")
def test_softmax_and_crossentropy_by_hand():
    model = Sequential([layers.Input((1,)), layers.Dense(2, activation="softmax", use_bias=False)])
    model.set_weights([[[0.0, np.log(3.0)]]])
    model.compile(optimizer=optimizers.SGD(1.0), loss="categorical_crossentropy")
    found = model.trace(np.array([[1.0]]), np.array([[1.0, 0.0]]))
    np.testing.assert_allclose(found["a1"], [[0.25, 0.75]])
    np.testing.assert_allclose(found["l"], [np.log(4)])
    np.testing.assert_allclose(found["dL/dz1"], [[-0.75, 0.75]])  # p - t, at once
    np.testing.assert_allclose(found["dL/da1"], [[-3, 1]])  # 1 - t/p, since Keras divides p by its sum first
    np.testing.assert_allclose(found["W1 after"], [[0.75, np.log(3) - 0.75]])


def assert_is_the_real_step(model, x, y):
    """The trace's last weights and loss are those of `fit` on the same rows, to the last bit."""
    before = model.get_weights()
    found = model.trace(x, y)
    for old, kept in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(kept, old, err_msg="the trace changed the model")
    np.testing.assert_array_equal([q.value for q in model.trace(x, y)][-1], found.quantities[-1].value)
    learnt = [id(weight) for weight in model.trainable_weights]
    history = model.fit(x, y, batch_size=len(x), epochs=1, shuffle=False, verbose=0).history
    after = found.of_kind("parameter_after")
    assert len(after) == len(learnt)
    wanted = sorted((weight.numpy() for weight in model.trainable_weights), key=_order)
    for mine, theirs in zip(sorted((q.value for q in after), key=_order), wanted, strict=True):
        np.testing.assert_array_equal(mine, theirs)
    assert float(found["L"]) == pytest.approx(history["loss"][0], rel=1e-6, nan_ok=True)
    return found


def _order(array):
    return (array.shape, array.ravel().tolist())


@pytest.mark.parametrize("cls", LAYERS, ids=lambda cls: cls.__name__)
def test_a_step_through_any_layer_comes_out_as_traced(cls):
    rng = np.random.default_rng(3)
    layer = cls(**ready_arguments(cls))
    axes = (axes_for(cls) or [()])[-1]
    numbers = cls.__name__ == "Embedding"  # takes whole numbers, so nothing can come before it
    x = rng.integers(0, 2, (5, *axes, 4)).astype(float) if numbers else rng.normal(size=(5, *axes, 4))
    first = Input(x.shape[1:])
    if layer.several_inputs:
        made = layer([layers.Dense(4)(first), layers.Dense(4)(first)])
    else:
        made = layer(first if numbers else layers.Dense(4)(first))
    made = made[0] if isinstance(made, list) else made
    pools = {3: layers.GlobalAveragePooling1D, 4: layers.GlobalAveragePooling2D}
    pooled = pools[len(made.shape)]()(made) if len(made.shape) in pools else made
    model = Model(first, layers.Dense(2)(pooled))
    model.compile(optimizer="adam", loss="mse")
    assert_is_the_real_step(model, x, rng.normal(size=(5, 2)))


@pytest.mark.parametrize("cls", LOSSES, ids=lambda cls: cls.__name__)
def test_a_step_on_any_loss_comes_out_as_traced(cls):
    rng = np.random.default_rng(4)
    loss = cls()
    model = Sequential([layers.Input((*steps_for(loss), 3)), layers.Dense(4, activation=activation_for(loss))])
    model.compile(optimizer="sgd", loss=loss)
    x = rng.normal(size=(6, *steps_for(loss), 3))
    found = assert_is_the_real_step(model, x, targets_for(loss, rng, 6, 4))
    np.testing.assert_allclose(found["L"], found["l"].mean(), rtol=1e-4)


@pytest.mark.parametrize("cls", OPTIMIZERS, ids=lambda cls: cls.__name__)
def test_the_next_step_of_a_running_training_comes_out_as_traced(cls):
    rng = np.random.default_rng(5)
    x, y = rng.normal(size=(7, 3)), rng.normal(size=(7, 1))
    model = Sequential([layers.Input((3,)), layers.Dense(4, activation="tanh"), layers.Dropout(0.5), layers.Dense(1)])
    model.compile(optimizer=cls(), loss="mse", metrics=["mae"])
    model.fit(x, y, epochs=3, verbose=0)
    assert_is_the_real_step(model, x, y)


def test_a_graph_with_two_outputs_and_a_shared_layer():
    rng = np.random.default_rng(6)
    left, right = Input((3,), name="left"), Input((3,), name="right")
    shared = layers.Dense(4, activation="tanh", name="shared")
    merged = layers.Add(name="sum")([shared(left), shared(right)])
    model = Model(
        [left, right], [layers.Dense(1, name="a")(merged), layers.Dense(2, activation="softmax", name="b")(merged)]
    )
    model.compile("adam", loss=["mse", "categorical_crossentropy"], loss_weights=[1.0, 0.5])
    x = [rng.normal(size=(5, 3)), rng.normal(size=(5, 3))]
    y = [rng.normal(size=(5, 1)), np.eye(2)[[0, 1, 1, 0, 0]]]
    found = model.trace(x, y)
    assert {"x1", "x2", "y_true1", "y_true2", "l1", "l2", "L1", "L2", "L"} <= set(found.names)
    assert len(set(found.names)) == len(found)
    assert float(found["L"]) == pytest.approx(float(found["L1"] + 0.5 * found["L2"]))
    uses = [q for q in found if q.layer == "shared" and q.kind == "activation"]
    assert [q.name for q in uses] == ["a1", "a1(2)"]
    # both uses of the shared layer count: x1' dz + x2' dz(2)
    gradient = found["x1"].T @ found["dL/dz1"] + found["x2"].T @ found["dL/dz1(2)"]
    np.testing.assert_allclose(found["dL/dW1"], gradient, rtol=1e-5)
    model.fit(x, y, batch_size=5, epochs=1, shuffle=False, verbose=0)
    np.testing.assert_array_equal(found["W1 after"], model.get_layer("shared").get_weights()[0])


def test_a_nested_model_is_traced_through():
    inner = Sequential([layers.Input((3,)), layers.Dense(2, activation="relu", name="inside"), layers.Dense(2)])
    model = Sequential([layers.Input((3,)), inner, layers.Dense(1, name="outside")])
    model.compile("sgd", "mse")
    rng = np.random.default_rng(7)
    found = assert_is_the_real_step(model, rng.normal(size=(4, 3)), rng.normal(size=(4, 1)))
    assert {"inside", "outside"} <= {quantity.layer for quantity in found}


def test_a_trace_between_two_events_leaves_an_open_run_alone():
    rng = np.random.default_rng(8)
    x, y = rng.normal(size=(20, 3)), rng.normal(size=(20, 1))

    def weights(look):
        from netcore import utils

        utils.set_random_seed(1)
        model = Sequential(
            [layers.Input((3,)), layers.Dense(4, activation="relu"), layers.Dropout(0.2), layers.Dense(1)]
        )
        model.compile("adam", "mse")
        for _ in model.iter_fit(x, y, batch_size=5, epochs=3, batch_events=True):
            if look:
                model.trace(x[:5], y[:5])
        return model.get_weights()

    for watched, alone in zip(weights(True), weights(False), strict=True):
        np.testing.assert_array_equal(watched, alone)


def test_sample_weights_reach_the_gradients_and_the_loss():
    model, x, y = by_hand(), [[1.0, 1.0], [1.0, -2.0]], [[8.0], [1.0]]
    found = model.trace(x, y, sample_weight=[0.0, 1.0])
    np.testing.assert_allclose(found["dL/da2"], [[0.0], [-2.0]])
    assert float(found["L"]) == pytest.approx(2.0)  # 4 over two values


def test_the_trace_prints_as_equations_and_says_which_names_it_has():
    found = by_hand().trace([[1.0, 1.0]], [[8.0]])
    assert "z1 (1, 1) = [[3.5]]" in str(found)
    assert "\nL = 2.25" in str(found)
    with pytest.raises(NetcoreValueError, match="z1") as refusal:
        found["z9"]
    assert refusal.value.code == "trace.unknown"


def test_a_model_that_is_not_compiled_says_so():
    model = Sequential([layers.Input((2,)), layers.Dense(1)])
    with pytest.raises(NetcoreValueError) as refusal:
        model.trace([[1.0, 1.0]], [[8.0]])
    assert refusal.value.code == "model.not_compiled"


def test_other_reductions_are_the_loss_that_is_told():
    model = by_hand()
    model.compile(optimizers.SGD(0.1), losses.MeanSquaredError(reduction="sum"))
    assert float(model.trace([[1.0, 1.0], [1.0, -2.0]], [[8.0], [1.0]])["L"]) == pytest.approx(6.25)


def test_gradients_are_told_as_they_are_before_the_optimizer_clips_or_overwrites_them():
    model = by_hand()
    model.compile(optimizers.SGD(0.1, clipvalue=1.0), "mse")
    found = model.trace([[1.0, 1.0], [1.0, -2.0]], [[8.0], [1.0]])
    np.testing.assert_allclose(found["dL/dW2"], [[5.25]])
    np.testing.assert_allclose(found["delta W2"], [[-0.1]], rtol=1e-6)


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def traced_recurrent(layer):
    rng = np.random.default_rng(9)
    model = Sequential([layers.Input((4, 3)), layer, layers.Dense(1)])
    model.compile("adam", "mse")
    x = rng.normal(size=(5, 4, 3))
    return x, model.get_weights(), assert_is_the_real_step(model, x, rng.normal(size=(5, 1)))


def before(states):
    """States (n, t, units) as each step finds them: zeros, then those that the step before has left."""
    return np.concatenate([np.zeros_like(states[:, :1]), states[:, :-1]], axis=1)


def per_gate(columns, signs):
    return dict(zip(signs, np.split(columns, len(signs), axis=-1), strict=True))


@pytest.mark.usefixtures("float64")
def test_the_gates_of_an_lstm_are_open_at_every_step():
    x, (kernel, recurrent, bias, *_), found = traced_recurrent(layers.LSTM(2))
    h, c = found["h1"], found["c1"]
    sums = per_gate(x @ kernel + before(h) @ recurrent + bias, "ifgo")
    for sign, z in sums.items():
        assert found[sign + "1"].shape == (5, 4, 2)
        np.testing.assert_allclose(found[f"z_{sign}1"], z, rtol=1e-12, atol=1e-14)
        np.testing.assert_allclose(found[sign + "1"], np.tanh(z) if sign == "g" else sigmoid(z), rtol=1e-12)
    np.testing.assert_allclose(c, found["f1"] * before(c) + found["i1"] * found["g1"], rtol=1e-12)
    np.testing.assert_allclose(h, found["o1"] * np.tanh(c), rtol=1e-12)
    np.testing.assert_allclose(found["a1"], h[:, -1])
    d_sums = np.concatenate([found[f"dL/dz_{sign}1"] for sign in "ifgo"], axis=-1)
    np.testing.assert_allclose(found["dL/dW1"], np.einsum("ntd,ntu->du", x, d_sums), rtol=1e-10)
    np.testing.assert_allclose(found["dL/dU1"], np.einsum("ntd,ntu->du", before(h), d_sums), rtol=1e-10)
    names = [name for name in found.names if name.endswith("1") and "dL" not in name]
    assert names[:11] == ["z_i1", "z_f1", "z_g1", "z_o1", "i1", "f1", "g1", "o1", "c1", "h1", "a1"]


@pytest.mark.usefixtures("float64")
@pytest.mark.parametrize("reset_after", [True, False])
def test_the_gates_of_a_gru_are_open_at_every_step(reset_after):
    x, (kernel, recurrent, bias, *_), found = traced_recurrent(layers.GRU(2, reset_after=reset_after))
    h = before(found["h1"])
    from_x = per_gate(x @ kernel + (bias[0] if reset_after else bias), "zrg")
    gates = per_gate(recurrent, "zrg")
    to_h = per_gate(bias[1], "zrg") if reset_after else dict.fromkeys("zrg", 0.0)
    for sign in "zr":
        z = from_x[sign] + h @ gates[sign] + to_h[sign]
        np.testing.assert_allclose(found[f"z_{sign}1"], z, rtol=1e-12, atol=1e-14)
        np.testing.assert_allclose(found[sign + "1"], sigmoid(z), rtol=1e-12)
    seen = found["r1"] * (h @ gates["g"] + to_h["g"]) if reset_after else (found["r1"] * h) @ gates["g"]
    np.testing.assert_allclose(found["z_g1"], from_x["g"] + seen, rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(found["g1"], np.tanh(found["z_g1"]), rtol=1e-12)
    np.testing.assert_allclose(found["h1"], found["z1"] * h + (1 - found["z1"]) * found["g1"], rtol=1e-12)
    d_sums = np.concatenate([found[f"dL/dz_{sign}1"] for sign in "zrg"], axis=-1)
    np.testing.assert_allclose(found["dL/dW1"], np.einsum("ntd,ntu->du", x, d_sums), rtol=1e-10)


@pytest.mark.usefixtures("float64")
def test_a_simple_rnn_shows_its_steps_in_the_order_in_which_it_reads_them():
    x, (kernel, recurrent, bias, *_), found = traced_recurrent(layers.SimpleRNN(2, go_backwards=True))
    z = x[:, ::-1] @ kernel + before(found["h1"]) @ recurrent + bias
    np.testing.assert_allclose(found["z_h1"], z, rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(found["h1"], np.tanh(z), rtol=1e-12, atol=1e-14)
    assert found["dL/dz_h1"].shape == (5, 4, 2)


def test_both_directions_are_opened():
    _, _, found = traced_recurrent(layers.Bidirectional(layers.GRU(2)))
    updates = [q for q in found if q.kind == "activation" and q.name.startswith("z")]
    assert [q.layer for q in updates] == ["forward_gru", "backward_gru"]
    assert len(set(found.names)) == len(found)
