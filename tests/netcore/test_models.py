"""Models as programs use them, and the sentences with which they refuse."""

import re
import warnings

import numpy as np
import pytest

import netcore
from lab.texts import LANGUAGES, say_error
from netcore import Input, Model, Sequential, callbacks, config, layers, losses, models, optimizers
from netcore.errors import NetcoreError, NetcoreWarning

X, Y = np.arange(12.0).reshape(6, 2) / 10, np.arange(6.0)[:, np.newaxis] / 10


def refusal(action, kind=ValueError):
    """The error that `action` raises; its sentence exists in both languages."""
    with pytest.raises(kind) as caught:
        action()
    error = caught.value
    assert isinstance(error, NetcoreError)
    for language in LANGUAGES:
        assert say_error(error, language)
    return error


def network(*stack, loss="mse"):
    model = Sequential(list(stack) or [Input((2,)), layers.Dense(3, activation="tanh"), layers.Dense(1)])
    model.compile("sgd", loss)
    return model


# --- building


def test_the_program_of_the_lecture_runs_with_its_slips_mended():
    from netcore import layers, models, optimizers

    model = models.Sequential()
    model.add(layers.Dense(32, input_shape=(784,), activation="relu"))
    model.add(layers.Dense(10, activation="softmax"))
    model.compile(optimizer=optimizers.RMSprop(learning_rate=0.001), loss="mse", metrics=["accuracy"])
    rng = np.random.default_rng(0)
    x, y = rng.uniform(size=(20, 784)), np.eye(10)[rng.integers(0, 10, 20)]
    history = model.fit(x, y, epochs=2, batch_size=10, verbose=0)
    assert list(history.history) == ["accuracy", "loss"]
    assert model.count_params() == 784 * 32 + 32 + 32 * 10 + 10


@pytest.mark.parametrize("first", [{"input_shape": (2,)}, {"input_dim": 2}])
def test_the_first_layer_may_say_the_input_shape(first):
    model = Sequential([layers.Dense(3, **first), layers.Dense(1)])
    assert model.built
    assert model.input_shape == (None, 2)


def test_a_model_without_input_is_built_by_the_first_data():
    model = network(layers.Dense(3), layers.Dense(1))
    assert not model.built
    model.fit(X, Y, verbose=0)
    assert [weight.shape for weight in model.weights] == [(2, 3), (3,), (3, 1), (1,)]


def test_shapes_and_counts_of_layers():
    model = Sequential([Input((4,)), layers.Dense(3, use_bias=False), layers.Dropout(0.5), layers.Activation("relu")])
    assert [layer.input_shape for layer in model.layers] == [(None, 4), (None, 3), (None, 3)]
    assert [layer.output_shape for layer in model.layers] == [(None, 3)] * 3
    assert [layer.count_params() for layer in model.layers] == [12, 0, 0]


def test_summary_shows_layers_shapes_and_totals():
    lines = []
    model = Sequential([Input((4,)), layers.Dense(3), layers.Dense(2)], name="small")
    model.summary(print_fn=lines.append)
    text = "\n".join(lines)
    assert 'Model: "small"' in text
    assert "dense (Dense)" in text
    assert "(None, 3)" in text
    assert "Total params: 23 (92.00 B)" in text


def test_summary_of_a_model_without_a_known_shape_leaves_it_open():
    lines = []
    Sequential([layers.Dense(3)]).summary(print_fn=lines.append)
    assert re.search(r"│ dense \(Dense\) +│ \? +│ +0 \(unbuilt\) │", lines[0])


def test_layers_are_taken_off_and_put_on():
    model = Sequential([Input((2,)), layers.Dense(3), layers.Dense(5)])
    assert model.pop().units == 5
    model.add(layers.Dense(1))
    assert model.output_shape == (None, 1)
    assert model.predict(X).shape == (6, 1)


def test_names_are_counted_as_in_keras():
    model = Sequential([Input((2,)), layers.Dense(3), layers.Dense(3), layers.Dropout(0.1)])
    assert [layer.name for layer in model.layers] == ["dense", "dense_1", "dropout"]
    assert model.get_layer("dense_1") is model.layers[1]
    assert model.get_layer(index=0) is model.layers[0]


def test_weights_go_out_and_in_as_copies():
    one, other = network(), network()
    weights = one.get_weights()
    other.set_weights(weights)
    weights[0][:] = 0
    np.testing.assert_array_equal(one.predict(X), other.predict(X))
    assert one.layers[0].kernel.any()


def test_a_layer_is_a_function_of_arrays_too():
    layer = layers.Dense(2, activation="relu", kernel_initializer="ones")
    np.testing.assert_allclose(layer(np.array([[1.0, 2.0], [-3.0, 1.0]])), [[3, 3], [0, 0]])
    steps = layers.Dense(2, kernel_initializer="ones")(np.ones((4, 3, 5)))
    np.testing.assert_allclose(steps, np.full((4, 3, 2), 5))


def test_a_model_is_a_function_of_arrays_too():
    model = network()
    np.testing.assert_array_equal(model(X.astype("float32")), model.predict(X))


def test_two_models_on_the_same_layers_learn_in_turn():
    start = Input((2,))
    shared = layers.Dense(3, activation="tanh")
    one, other = Model(start, layers.Dense(1)(shared(start))), Model(start, layers.Dense(1)(shared(start)))
    for model in (one, other):
        model.compile("sgd", "mse")
    for model in (one, other, one):
        before = shared.get_weights()[0]
        model.fit(X, Y, verbose=0)
        assert np.any(shared.get_weights()[0] != before)
    np.testing.assert_allclose(
        Model(start, shared(start)).predict(X), np.tanh(X @ shared.kernel + shared.bias), rtol=1e-5
    )


def test_a_functional_model_takes_lists_and_dicts():
    a, b = Input((2,), name="a"), Input((1,), name="b")
    hidden = layers.Dense(3)(a)
    model = Model(
        {"a": a, "b": b}, {"sum": layers.Dense(1, name="sum")(hidden), "copy": layers.Dense(2, name="copy")(b)}
    )
    model.compile("sgd", {"sum": "mse", "copy": "mae"})
    y = {"sum": Y, "copy": np.ones((6, 2))}
    history = model.fit({"b": Y, "a": X}, y, verbose=0).history
    assert list(history) == ["copy_loss", "loss", "sum_loss"]
    assert history["loss"][0] == pytest.approx(history["copy_loss"][0] + history["sum_loss"][0])
    assert {name: array.shape for name, array in model.predict([X, Y]).items()} == {"sum": (6, 1), "copy": (6, 2)}


def test_the_mean_of_several_losses_can_be_trained_as_in_the_lecture():
    start = Input((2,))
    outputs = [layers.Dense(1, name="p")(start), layers.Dense(1, name="q")(start)]
    model = Model(start, outputs)
    model.compile("sgd", "mse", combine_losses="mean")
    logs = model.evaluate(X, [Y, Y], return_dict=True)
    assert logs["loss"] == pytest.approx((logs["p_loss"] + logs["q_loss"]) / 2)


def test_crossentropy_picks_its_variant_by_the_output():
    assert network(Input((2,)), layers.Dense(1, activation="sigmoid"), loss="crossentropy").heads[0].loss.name == (
        "binary_crossentropy"
    )


def test_lists_of_lists_are_data_too():
    model = network()
    assert model.predict([[0.0, 1.0]]).shape == (1, 1)
    assert model.fit([[0.0, 1.0], [1.0, 0.0]], [0.0, 1.0], verbose=0).history["loss"]


def test_the_float_type_is_that_of_the_moment_of_building():
    config.set_floatx("float64")
    model = network()
    config.set_floatx("float32")
    model.fit(X, Y, verbose=0)
    assert model.predict(X).dtype == np.float64
    assert network().predict(X).dtype == np.float32


def test_verbose_prints_a_line_per_epoch(capsys):
    network().fit(X, Y, epochs=2)
    first, bar, second, _ = capsys.readouterr().out.splitlines()
    assert (first, second) == ("Epoch 1/2", "Epoch 2/2")
    assert bar.startswith("1/1 ━━━━━━━━━━━━━━━━━━━━ 0s ")
    assert re.search(r"(us|ms)/step - loss: 0\.\d{4}$", bar)
    network().fit(X, Y, verbose=2)
    assert re.fullmatch(r"1/1 - 0s - \d+(us|ms)/step - loss: 0\.\d{4}\n", capsys.readouterr().out)
    network().fit(X, Y, epochs=2, verbose=0)
    assert capsys.readouterr().out == ""


# --- refusals


@pytest.mark.parametrize("optimizer", [optimizers.SGD, optimizers.RMSprop, optimizers.Adam])
@pytest.mark.parametrize("slip", ["lr", "r", "learning_rat"])
def test_a_slip_of_the_learning_rate_is_named(optimizer, slip):
    error = refusal(lambda: optimizer(**{slip: 0.001}))
    assert error.values["nearest"] == "learning_rate"
    assert f"Argument(s) not recognized: {{'{slip}': 0.001}}" in str(error)


def test_a_misspelt_method_is_answered_with_the_right_one():
    error = refusal(lambda: network().comopile(optimizer="sgd"), AttributeError)
    assert error.values["nearest"] == "compile"


def test_asking_an_instance_for_the_class_names_the_class():
    error = refusal(lambda: network().Sequential(), AttributeError)
    assert error.values["nearest"] == "Sequential()"


def test_a_misspelt_argument_of_a_layer_is_answered_with_the_right_one():
    error = refusal(lambda: layers.Dense(3, activaton="relu"))
    assert error.values["nearest"] == "activation"


@pytest.mark.parametrize(
    ("action", "nearest"),
    [
        (lambda: network().compile("rmspro", "mse"), "rmsprop"),
        (lambda: network().compile("sgd", "mean_squared_eror"), "mean_squared_error"),
        (lambda: network().compile("sgd", "mse", metrics=["acuracy"]), "accuracy"),
        (lambda: activations_get("rleu"), "relu"),
    ],
)
def test_an_unknown_name_is_answered_with_the_nearest(action, nearest):
    error = refusal(action)
    assert error.code == "registry.unknown"
    assert error.values["nearest"].lower().replace("_", "") == nearest.replace("_", "")


def activations_get(name):
    return netcore.activations.get(name)


def test_a_network_at_work_asks_no_layer_for_what_it_does_not_have(monkeypatch):
    """The search for the nearest name takes half a millisecond: fifteen times what a small prediction does."""

    asked = []
    monkeypatch.setattr(layers.Layer, "nearest_name", lambda layer, name: asked.append((layer.name, name)))
    model = Sequential([Input((2,)), layers.Dense(3, activation="relu"), layers.BatchNormalization(), layers.Dense(1)])
    model.compile("adam", "mse")
    model.fit(X, Y, epochs=2, validation_split=0.5, verbose=0)
    model.evaluate(X, Y, verbose=0)
    model.predict(X, verbose=0)
    assert asked == []


def test_overriding_call_is_refused_with_the_reason():
    def define():
        class Mine(layers.Layer):
            def call(self, x):
                return x

        return Mine

    assert refusal(define, TypeError).code == "layer.call"


@pytest.mark.parametrize("use", ["fit", "evaluate", "train_on_batch", "test_on_batch"])
def test_compile_comes_first(use):
    model = Sequential([Input((2,)), layers.Dense(1)])
    error = refusal(lambda: getattr(model, use)(X, Y))
    assert "You must call compile() before using the model." in str(error)


def test_a_model_without_layers_says_so():
    model = network(Input((2,)))
    assert refusal(lambda: model.fit(X, Y)).code == "sequential.no_layers"
    assert refusal(lambda: Sequential().inputs, AttributeError).code == "sequential.no_layers"
    assert refusal(lambda: Sequential().pop()).code == "sequential.empty"


def test_a_model_without_a_known_shape_says_so():
    assert refusal(lambda: Sequential([layers.Dense(2)]).inputs, AttributeError).code == "model.not_built"
    assert refusal(lambda: layers.Dense(2).count_params()).code == "layer.not_built"


def test_wrong_number_of_columns_names_layer_and_shapes():
    error = refusal(lambda: network().fit(np.ones((4, 5)), np.ones((4, 1))))
    assert error.values == {"name": "dense", "expected": 2, "shape": (4, 5)}
    assert "its last axis must have size 2, but the input has shape (4, 5)" in str(error)


def test_a_transposed_table_is_recognised():
    assert refusal(lambda: network().predict(np.ones((2, 6)))).code == "layer.transposed"


def test_layers_that_do_not_fit_are_refused_when_put_together():
    first = layers.Dense(2)
    first(Input((4,)))
    assert refusal(lambda: first(Input((3,)))).code == "layer.features"
    assert refusal(lambda: layers.Dense(2)(Input(()))).code == "layer.rank"
    assert refusal(lambda: layers.Dense(2)(Input((None,)))).code == "layer.open_shape"


@pytest.mark.parametrize("shape", [None, (0,), (-1,), (2.5,), ("a",)])
def test_an_impossible_input_shape_is_refused(shape):
    assert refusal(lambda: Input(shape)).code == "input.shape"


def test_rows_of_x_and_y_must_match():
    error = refusal(lambda: network().fit(X, Y[:5]))
    assert error.code == "data.cardinality"
    assert error.values["sizes"] == "6 | 5"


def test_columns_of_y_must_match_the_outputs():
    error = refusal(lambda: network().fit(X, np.ones((6, 3))))
    assert (error.code, error.values["given"], error.values["expected"]) == ("loss.width", (6, 3), (None, 1))
    two = network(Input((2,)), layers.Dense(2))
    assert refusal(lambda: two.fit(X, Y)).code == "loss.width"


def test_texts_among_the_numbers_are_located():
    error = refusal(lambda: network().fit([["1", "2"], ["3", "rain"]], [0, 1]))
    assert (error.values["column"], error.values["value"]) == (1, "rain")
    error = refusal(lambda: network().fit(np.array([[1, 2], [3, "4"]], object), [0, 1]))
    assert (error.values["column"], error.values["value"]) == (1, "4")
    assert refusal(lambda: network().fit([[1, 2], [3]], [0, 1])).code == "data.ragged"


@pytest.mark.parametrize("labels", [[0, 1, 3], [0, -1, 1], [0, 0.5, 1]])
def test_class_numbers_out_of_range_are_named(labels):
    model = network(Input((2,)), layers.Dense(3, activation="softmax"), loss="sparse_categorical_crossentropy")
    error = refusal(lambda: model.fit(X[:3], labels))
    assert error.code == "loss.sparse_range"
    assert error.values["value"] in labels


def test_class_numbers_and_one_hot_rows_are_told_apart():
    categorical = network(Input((2,)), layers.Dense(3, activation="softmax"), loss="categorical_crossentropy")
    assert refusal(lambda: categorical.fit(X[:3], [0, 1, 2])).code == "loss.needs_one_hot"
    sparse = network(Input((2,)), layers.Dense(3, activation="softmax"), loss="sparse_categorical_crossentropy")
    assert refusal(lambda: sparse.fit(X[:3], np.eye(3))).code == "loss.sparse_columns"


@pytest.mark.parametrize(
    ("options", "name"),
    [
        ({"batch_size": 0}, "batch_size"),
        ({"batch_size": 2.5}, "batch_size"),
        ({"epochs": -1}, "epochs"),
        ({"validation_split": 1.0}, "validation_split"),
        ({"validation_split": 1.5}, "validation_split"),
        ({"validation_split": -0.1}, "validation_split"),
    ],
)
def test_impossible_arguments_of_fit_are_named(options, name):
    assert refusal(lambda: network().fit(X, Y, **options)).values["name"] == name


@pytest.mark.parametrize(
    ("action", "code"),
    [
        (lambda: network().fit(X), "fit.no_targets"),
        (lambda: network().fit(X, Y, class_weight={0: 1}, sample_weight=np.ones(6)), "fit.two_weights"),
        (lambda: network().fit(X, Y, sample_weight=np.ones(5)), "data.sample_weight"),
        (lambda: network().fit(X, Y, validation_data=X), "fit.validation_data"),
        (lambda: network().fit(X[:0], Y[:0]), "data.no_rows"),
        (lambda: network().set_weights([]), "weights.count"),
        (lambda: network().set_weights([np.ones((2, 2)), np.ones(3), np.ones((3, 1)), np.ones(1)]), "weights.shape"),
        (lambda: network().weights[0].assign(np.ones(3)), "weight.shape"),
        (lambda: network().get_layer("dens"), "model.no_layer"),
        (lambda: network().compile("sgd", "mse", combine_losses="product"), "compile.combine_losses"),
        (lambda: network().compile("sgd", {"nobody": "mse"}), "compile.unknown_output"),
        (lambda: optimizers.SGD(clipnorm=1.0, clipvalue=1.0), "optimizer.two_clips"),
        (lambda: config.set_floatx("float16"), "config.floatx"),
        (lambda: Sequential([Input((2,)), layers.Dense(2, name="a"), layers.Dense(2, name="a")]), "model.layer_names"),
        (lambda: Model(Input((2,)), layers.Dense(1)(Input((2,)))), "graph.disconnected"),
        (lambda: two_inputs().predict(X), "fit.input_count"),
        (lambda: two_inputs().predict({"a": X}), "fit.input_missing"),
        (lambda: two_inputs(["mse", "mse", "mse"]), "compile.output_count"),
        (lambda: two_inputs().fit([X, X], [Y, Y], class_weight={0: 1.0}), "fit.class_weight_outputs"),
        (
            lambda: network().fit(X, Y, verbose=0, callbacks=[callbacks.EarlyStopping("val_los")]),
            "callback.monitor",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_refusals_have_their_codes(action, code):
    assert refusal(action).code == code


def two_inputs(loss="mse"):
    a, b = Input((2,), name="a"), Input((2,), name="b")
    model = Model([a, b], [layers.Dense(1)(a), layers.Dense(1)(b)])
    model.compile("sgd", loss)
    return model


def test_a_layer_that_was_never_used_has_no_shape():
    assert refusal(lambda: layers.Dense(2).output_shape, AttributeError).code == "layer.not_called"


def test_arguments_outside_the_layers_brackets_are_put_right():
    error = refusal(lambda: models.Sequential().add(layers.Dense(10), activation="softmax"), TypeError)
    assert "belongs inside the brackets of Dense" in str(error)
    assert refusal(lambda: Sequential(["Dense"]), ValueError).code == "sequential.not_a_layer"


# --- advice


def advice(activation, loss, units=3):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        network(Input((2,)), layers.Dense(units, activation=activation), loss=loss)
    for warning in caught:
        assert isinstance(warning.message, NetcoreWarning)
        for language in LANGUAGES:
            assert say_error(warning.message, language)
    return [warning.message.code for warning in caught]


@pytest.mark.parametrize(
    ("activation", "loss", "units", "codes"),
    [
        ("softmax", "binary_crossentropy", 3, ["advice.softmax_with_binary"]),
        ("sigmoid", "categorical_crossentropy", 3, ["advice.sigmoid_with_categorical"]),
        (None, "categorical_crossentropy", 3, ["advice.linear_with_crossentropy"]),
        (None, "binary_crossentropy", 1, ["advice.linear_with_crossentropy"]),
        ("softmax", "mse", 1, ["advice.one_unit_softmax"]),
        ("sigmoid", "sparse_categorical_crossentropy", 1, ["advice.one_unit_categorical"]),
        ("softmax", losses.CategoricalCrossentropy(from_logits=True), 3, ["advice.logits_twice"]),
        (None, losses.CategoricalCrossentropy(from_logits=True), 3, []),
        ("softmax", "categorical_crossentropy", 3, []),
        ("sigmoid", "binary_crossentropy", 1, []),
        ("softmax", "mse", 10, []),
    ],
)
def test_outputs_that_do_not_suit_the_loss_are_pointed_out_at_compile(activation, loss, units, codes):
    assert advice(activation, loss, units) == codes


def test_percentages_of_targets_near_zero_are_pointed_out():
    with pytest.warns(NetcoreWarning) as caught:
        network(loss="mape").fit(X, Y, verbose=0)
    assert caught[0].message.code == "advice.percentage_near_zero"


def test_decay_is_ignored_with_a_warning():
    with pytest.warns(NetcoreWarning):
        optimizers.SGD(decay=0.1)
