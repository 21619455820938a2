"""Spatial layers by hand: what they compute, what they refuse, and how they live in models."""

import json
import math

import numpy as np
import pytest

import netcore
from netcore import Input, Model, Sequential, activations, config, layers, optimizers
from netcore.errors import NetcoreValueError, NetcoreWarning
from netcore.layers import LAYERS, convolution
from tests.netcore.helpers import numerical_gradient, ready_arguments
from tests.netcore.test_gradients import assert_gradients_agree


def refusal(code, call):
    with pytest.raises(NetcoreValueError) as caught:
        call()
    assert caught.value.code == code
    return str(caught.value)


# --- convolution


def test_a_convolution_is_the_sum_over_its_window():
    layer = layers.Conv2D(1, (1, 2))
    layer(Input((2, 3, 1)))
    layer.set_weights([np.array([10.0, 1.0]).reshape(1, 2, 1, 1), [100.0]])
    image = np.array([[1, 2, 3], [4, 5, 6]], "float32").reshape(1, 2, 3, 1)
    np.testing.assert_array_equal(layer(image)[0, :, :, 0], [[112, 123], [145, 156]])


def test_a_causal_convolution_does_not_see_what_comes_later():
    layer = layers.Conv1D(3, 3, padding="causal", dilation_rate=2)
    x = np.random.default_rng(0).normal(size=(2, 9, 2))
    before = layer(x)
    x[:, 5:] += 1
    after = layer(x)
    np.testing.assert_array_equal(before[:, :5], after[:, :5])
    assert (before[:, 5:] != after[:, 5:]).all()


@pytest.mark.parametrize("padding", ["same", "valid"])
def test_a_convolution_in_parts_equals_one_in_a_piece(monkeypatch, float64, padding):
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(6, 9, 7, 4)), rng.normal(size=(6, 3))
    results = []
    for kept, part in ((1 << 20, 1 << 18), (100, 1500)):
        monkeypatch.setattr(convolution, "KEPT", kept)
        monkeypatch.setattr(convolution, "PART", part)
        netcore.utils.set_random_seed(2)
        first = layers.Conv2D(4, 3, padding=padding, groups=2, activation="tanh")
        model = Sequential([Input((9, 7, 4)), first, layers.Conv2D(4, 2, strides=2), layers.Flatten(), layers.Dense(3)])
        model.compile(optimizers.SGD(0.1), "mse")
        model.fit(x, y, batch_size=6, epochs=2, shuffle=False, verbose=0)
        plan = next(reversed(model._plans.values()))
        parts = [len(node.scratch.parts) for _, node in plan.forwards if isinstance(node.scratch, convolution.Buffers)]
        assert (max(parts) > 1) == (kept == 100)
        results.append(model.get_weights())
    for whole, pieces in zip(*results, strict=True):
        np.testing.assert_allclose(whole, pieces, rtol=1e-12)


def test_what_a_convolution_refuses():
    assert "filters=5" in refusal("conv.groups_filters", lambda: layers.Conv1D(5, 2, groups=2))
    refusal("conv.strides_and_dilation", lambda: layers.Conv2D(2, 2, strides=2, dilation_rate=2))
    assert "3 channels" in refusal("conv.groups_channels", lambda: layers.Conv1D(2, 2, groups=2)(Input((5, 3))))
    sentence = refusal("layer.window_too_large", lambda: layers.Conv2D(2, 5)(Input((4, 9, 1))))
    assert "no window of (5, 5) cells" in sentence
    refusal("layer.rank_exact", lambda: layers.Conv2D(2, 3)(Input((8, 8))))
    refusal("layer.rank_exact", lambda: layers.MaxPooling1D()(Input((8,))))
    refusal("layer.open_shape", lambda: layers.Conv1D(2, 3)(Input((8, None))))
    refusal("param.choice", lambda: layers.Conv2D(2, 3, padding="causal"))
    refusal("param.choice", lambda: layers.Conv2D(2, 3, data_format="channels_first"))
    layer = layers.Conv1D(2, 3)
    layer(Input((8, 3)))
    refusal("layer.features", lambda: layer(Input((8, 4))))


def test_one_number_stands_for_both_axes_and_the_config_builds_the_layer_again():
    layer = layers.Conv2D(2, 3, strides=2, padding="SAME")
    assert (layer.kernel_size, layer.strides, layer.dilation_rate, layer.padding) == ((3, 3), (2, 2), (1, 1), "same")
    again = layers.Conv2D.from_config(json.loads(json.dumps(layer.get_config())))
    assert again.get_config() == layer.get_config()


def test_axes_of_open_length_stay_open():
    start = Input((None, 3))
    assert layers.Conv1D(4, 3)(start).shape == (None, None, 4)
    assert layers.MaxPooling1D()(start).shape == (None, None, 3)
    assert layers.ZeroPadding1D()(start).shape == (None, None, 3)
    assert layers.Flatten()(start).shape == (None, None)
    assert layers.Reshape((3, -1))(start).shape == (None, 3, None)
    assert layers.Add()([start, start]).shape == (None, None, 3)
    assert layers.Concatenate(axis=1)([start, start]).shape == (None, None, 3)


# --- pooling


def test_the_first_of_several_largest_numbers_gets_the_gradient():
    model = Sequential([Input((4, 1)), layers.Conv1D(1, 1), layers.MaxPooling1D(2), layers.Flatten(), layers.Dense(1)])
    model.set_weights([np.ones((1, 1, 1)), [0.0], np.ones((2, 1)), [0.0]])
    model.compile("sgd", "mse")
    model.train_on_batch(np.array([[3, 3, 1, 2]], "float32")[..., np.newaxis], np.zeros((1, 1)))
    plan = next(iter(model._plans.values()))
    pooling = next(node for function, node in plan.forwards if "MaxPooling" in function.__qualname__)
    first, second, third, fourth = pooling.dx[:, 0, 0]
    assert first == fourth != 0
    assert second == third == 0


def test_largest_numbers_of_a_whole_series_share_the_gradient():
    pooled = layers.GlobalMaxPooling1D()
    model = Sequential([Input((3, 1)), layers.Conv1D(1, 1), pooled, layers.Dense(1)])
    model.set_weights([np.ones((1, 1, 1)), [0.0], np.ones((1, 1)), [0.0]])
    model.compile("sgd", "mse")
    model.train_on_batch(np.array([[[3.0], [3.0], [1.0]]]), np.zeros((1, 1)))
    plan = next(iter(model._plans.values()))
    node = next(node for function, node in plan.forwards if "GlobalMax" in function.__qualname__)
    np.testing.assert_array_equal(node.dx[:, 0, 0], [3.0, 3.0, 0.0])  # 2 * (3 - 0) / 2


def test_a_mean_over_a_series_leaves_masked_steps_out():
    model = Sequential([Input((4, 2)), layers.Masking(), layers.GlobalAveragePooling1D()])
    x = np.array([[[1, 2], [3, 4], [0, 0], [0, 0]], [[1, 1], [2, 2], [3, 3], [6, 6]]], "float32")
    np.testing.assert_allclose(model.predict(x), [[2, 3], [3, 3]])


def test_pooling_right_behind_the_input_follows_every_batch():
    model = Sequential([Input((4, 1)), layers.MaxPooling1D(2), layers.Flatten()])
    x = np.arange(12, dtype="float32").reshape(3, 4, 1)
    for _ in range(2):
        np.testing.assert_array_equal(model.predict(x), [[1, 3], [5, 7], [9, 11]])
        x = x + 1
        np.testing.assert_array_equal(model.predict(x) - 1, [[1, 3], [5, 7], [9, 11]])
        x = x - 1


# --- normalisation


def normalised(trainable=True):
    model = Sequential([Input((3,)), layers.Dense(4), layers.BatchNormalization(momentum=0.5), layers.Dense(1)])
    model.layers[1].trainable = trainable
    model.compile(optimizers.SGD(0.1), "mse")
    return model


def test_moving_statistics_follow_the_batches_and_serve_prediction():
    model = Sequential([Input((2,)), layers.BatchNormalization(momentum=0.9)])
    model.compile("sgd", "mse")
    x = np.random.default_rng(0).normal(3, 2, (8, 2)).astype("float32")
    model.train_on_batch(x, x)
    _, _, mean, variance = model.get_weights()
    np.testing.assert_allclose(mean, 0.1 * x.mean(0), rtol=1e-5)
    np.testing.assert_allclose(variance, 0.9 + 0.1 * x.var(0), rtol=1e-5)
    gamma, beta = model.get_weights()[:2]
    np.testing.assert_allclose(model.predict(x), gamma * (x - mean) / np.sqrt(variance + 0.001) + beta, rtol=1e-4)


def test_a_frozen_batch_normalisation_is_in_inference_mode_while_the_rest_learns():
    rng = np.random.default_rng(0)
    x, y = rng.normal(2, 3, (16, 3)), rng.normal(size=(16, 1))
    model = normalised(trainable=False)
    before = [weight.copy() for weight in model.layers[1].get_weights()]
    model.fit(x, y, epochs=2, verbose=0)
    for old, new in zip(before, model.layers[1].get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)
    assert len(model.trainable_weights) == 4

    loss = model.evaluate(x, y)
    assert model.fit(x, y, batch_size=16, verbose=0).history["loss"] == pytest.approx([loss], rel=1e-5)
    learning = normalised()
    learning.set_weights(
        [value for layer in (model.layers[0],) for value in layer.get_weights()] + model.get_weights()[2:]
    )
    assert learning.fit(x, y, batch_size=16, verbose=0).history["loss"] != pytest.approx([loss], rel=1e-2)


def test_a_frozen_batch_normalisation_passes_gradients_as_a_straight_line(float64):
    start = Input((3,))
    frozen = layers.BatchNormalization(trainable=False)
    hidden = frozen(layers.Dense(4)(start))
    frozen.set_weights([[1.0, 2, 3, 4], [0.0, 1, 2, 3], [1.0, -1, 0, 2], [1.0, 4, 2, 0.5]])
    assert_gradients_agree([start], [layers.Dense(2)(hidden)], 5, np.random.default_rng(0))


def series_with_gaps(rng, shape):
    x = rng.normal(1, 2, shape)
    x[0, 2:] = 0
    x[1, 1:] = 0
    return x


def test_missing_steps_do_not_count_in_the_moving_statistics():
    x = series_with_gaps(np.random.default_rng(0), (3, 4, 2))
    model = Sequential([Input((4, 2)), layers.Masking(), layers.BatchNormalization(momentum=0.0)])
    model.compile("sgd", "mse")
    model.train_on_batch(x, x)
    there = x[(x != 0).any(axis=-1)]
    assert len(there) == 7
    np.testing.assert_allclose(model.layers[1].moving_mean, there.mean(0), rtol=1e-5)
    np.testing.assert_allclose(model.layers[1].moving_variance, there.var(0), rtol=1e-5)


def test_gradients_of_layers_that_leave_missing_steps_out(float64):
    rng = np.random.default_rng(0)
    x, y = series_with_gaps(rng, (3, 4, 2)), rng.normal(size=(3, 2))
    stack = [layers.Masking(), layers.Dense(3), layers.BatchNormalization(), layers.GlobalAveragePooling1D()]
    model = Sequential([Input((4, 2)), *stack, layers.Dense(2)])
    model.compile(optimizers.SGD(1.0), "mse")
    weights = model.trainable_weights

    def loss():
        return float(np.mean((model(x, training=True) - y) ** 2))

    expected = [numerical_gradient(loss, weight.value) for weight in weights]
    before = [weight.numpy() for weight in weights]
    model.train_on_batch(x, y)
    for old, weight, gradient in zip(before, weights, expected, strict=True):
        np.testing.assert_allclose(old - weight.numpy(), gradient, rtol=1e-5, atol=1e-7)


def test_freezing_between_two_fits_takes_effect():
    rng = np.random.default_rng(0)
    x, y = rng.normal(2, 3, (16, 3)), rng.normal(size=(16, 1))
    model = normalised()
    model.fit(x, y, verbose=0)
    model.layers[1].trainable = False
    frozen = model.layers[1].moving_mean.copy()
    model.fit(x, y, verbose=0)
    np.testing.assert_array_equal(frozen, model.layers[1].moving_mean)


def test_the_batch_is_no_axis_to_normalise_over():
    for layer in (layers.BatchNormalization(axis=0), layers.LayerNormalization(axis=3), layers.Softmax(axis=0)):
        refusal("layer.axis", lambda layer=layer: layer(Input((4,))))
    refusal("layer.open_axis", lambda: layers.BatchNormalization()(Input((3, None))))


def test_normalization_adapts_to_data_and_undoes_itself():
    x = np.random.default_rng(0).normal(5, 3, (50, 4)).astype("float32")
    layer = layers.Normalization()
    layer.adapt(x)
    y = layer(x)
    np.testing.assert_allclose([y.mean(0), y.std(0)], [np.zeros(4), np.ones(4)], atol=1e-5)
    assert [weight.name for weight in layer.weights] == ["mean", "variance", "count"]
    assert layer.trainable_weights == []
    back = layers.Normalization(invert=True)
    back.adapt([x[:20], x[20:]])
    np.testing.assert_allclose(back(y), x, rtol=1e-4)
    whole = layers.Normalization(axis=None)
    whole.adapt(iter([(x[:20], None), (x[20:], None)]))
    assert whole(x).std() == pytest.approx(1, rel=1e-4)
    lists = layers.Normalization()
    lists.adapt([[1.0, 2.0], [3.0, 4.0]])
    np.testing.assert_allclose(lists(np.array([[1.0, 2.0]])), [[-1, -1]])


def test_a_feature_that_never_changes_is_not_divided_by_zero():
    layer = layers.Normalization()
    layer.adapt(np.ones((5, 2)))
    np.testing.assert_array_equal(layer(np.ones((3, 2))), np.zeros((3, 2)))


def test_a_model_that_starts_with_normalization_trains():
    rng = np.random.default_rng(0)
    x, y = rng.normal(100, 20, (40, 2)), rng.normal(size=(40, 1))
    norm = layers.Normalization()
    norm.adapt(x)
    model = Sequential([norm, layers.Dense(4, activation="relu"), layers.Dense(1)])
    model.compile(optimizers.SGD(0.05), "mse")
    history = model.fit(x, y, epochs=10, verbose=0).history["loss"]
    assert history[-1] < history[0]
    np.testing.assert_allclose(norm.mean, x.mean(0), rtol=1e-5)


def test_normalization_needs_mean_and_variance_together():
    refusal("normalization.both", lambda: layers.Normalization(mean=1.0))
    refusal("normalization.both", lambda: layers.Normalization(mean=[1.0, 2.0], variance=1.0))
    known = layers.Normalization(mean=[1.0, 2.0], variance=[4.0, 9.0])
    again = layers.Normalization.from_config(json.loads(json.dumps(known.get_config())))
    again.adapt(np.zeros((3, 2)))  # what is known stays as it is
    np.testing.assert_allclose(again(np.array([[3.0, 5.0]])), [[1, 1]])


# --- reshaping and merging


def test_what_reshaping_refuses():
    refusal("reshape.two_gaps", lambda: layers.Reshape((-1, -1)))
    assert "6 numbers" in refusal("reshape.impossible", lambda: layers.Reshape((4, -1))(Input((6,))))
    refusal("reshape.impossible", lambda: layers.Reshape((5,))(Input((6,))))
    refusal("permute.dims", lambda: layers.Permute((1, 3)))
    refusal("layer.rank_exact", lambda: layers.Permute((2, 1))(Input((4,))))
    refusal("layer.rank_exact", lambda: layers.RepeatVector(3)(Input((4, 2))))


def test_what_merging_refuses():
    a, b = Input((4,)), Input((3,))
    refusal("merge.list", lambda: layers.Add()(a))
    assert "(None, 3)" in refusal("merge.shapes", lambda: layers.Add()([a, b]))
    refusal("merge.count", lambda: layers.Subtract()([a, a, a]))
    refusal("merge.shapes", lambda: layers.Concatenate(axis=1)([Input((4, 2)), Input((4, 3))]))
    refusal("merge.shapes", lambda: layers.Concatenate()([Input((4,)), Input((4, 3))]))
    refusal("merge.shapes", lambda: layers.Dot(axes=1)([a, b]))
    refusal("layer.axis", lambda: layers.Concatenate(axis=0)([a, a]))


def test_merges_by_their_small_names():
    a, b = Input((2,)), Input((2,))
    merged = [
        layers.add([a, b]),
        layers.subtract([a, b]),
        layers.multiply([a, b]),
        layers.average([a, b]),
        layers.maximum([a, b]),
        layers.minimum([a, b]),
        layers.concatenate([a, b]),
        layers.dot([a, b], axes=1),
    ]
    x, y = np.array([[1.0, 5.0]]), np.array([[3.0, 2.0]])
    expected = [[4, 7], [-2, 3], [3, 10], [2, 3.5], [3, 5], [1, 2], [1, 5, 3, 2], [13]]
    for got, want in zip(Model([a, b], merged).predict([x, y]), expected, strict=True):
        np.testing.assert_allclose(got, [want])


@pytest.mark.parametrize("cls", [layers.Maximum, layers.Minimum])
def test_two_equal_numbers_share_the_gradient_of_an_extreme(cls):
    a, b = Input((1,)), Input((1,))
    left, right = layers.Dense(1, use_bias=False), layers.Dense(1, use_bias=False)
    model = Model([a, b], cls()([left(a), right(b)]))
    model.set_weights([[[2.0]], [[2.0]]])
    model.compile(optimizers.SGD(1.0), "mse")
    model.train_on_batch([np.ones((1, 1)), np.ones((1, 1))], np.ones((1, 1)))
    assert [value.item() for value in model.get_weights()] == [1.0, 1.0]  # 2 - 2 * (2 - 1) / 2


def test_a_tensor_merged_with_itself_counts_twice():
    start = Input((2,))
    hidden = layers.Dense(2, use_bias=False)(start)
    model = Model(start, layers.Multiply()([hidden, hidden]))
    model.set_weights([np.eye(2)])
    model.compile(optimizers.SGD(1.0), "mse")
    model.train_on_batch(np.array([[1.0, 2.0]]), np.zeros((1, 2)))
    # loss = (a⁴ + b⁴) / 2 with (a, b) = x @ kernel, so that d loss / d a = 2 a³
    np.testing.assert_allclose(model.get_weights()[0], np.eye(2) - np.outer([1, 2], [2, 16]))


def test_branches_of_images_and_tables_meet_and_learn():
    rng = np.random.default_rng(0)
    image, table = Input((6, 6, 1), name="image"), Input((3,), name="table")
    seen = layers.GlobalAveragePooling2D()(layers.Conv2D(4, 3, activation="relu")(image))
    joined = layers.Concatenate()([seen, layers.Dense(4, activation="relu")(table)])
    model = Model({"image": image, "table": table}, layers.Dense(1)(layers.Dropout(0.1)(joined)))
    model.compile(optimizers.Adam(0.01), "mse")
    data = {"image": rng.normal(size=(40, 6, 6, 1)), "table": rng.normal(size=(40, 3))}
    y = data["table"].sum(axis=1, keepdims=True) + data["image"].mean(axis=(1, 2))
    history = model.fit(data, y, batch_size=16, epochs=20, verbose=0).history["loss"]  # the last batch is smaller
    assert history[-1] < 0.5 * history[0]


def test_flatten_between_dense_layers_of_several_axes():
    stack = [
        Input((2, 3)),
        layers.Dense(4, activation="tanh"),
        layers.Reshape((4, 2)),
        layers.Dense(2),
        layers.Flatten(),
    ]
    model = Sequential(stack)
    kernel, bias, second, shift = model.get_weights()
    x = np.random.default_rng(0).normal(size=(5, 2, 3)).astype("float32")
    hidden = np.tanh(x @ kernel + bias).reshape(5, 4, 2)
    np.testing.assert_allclose(model.predict(x), (hidden @ second + shift).reshape(5, 8), rtol=1e-5, atol=1e-6)


# --- noise


def test_noise_is_there_while_training_only_and_has_the_spread_asked_for():
    layer = layers.GaussianNoise(0.5, seed=1)
    x = np.full((2000, 3), 7.0, "float32")
    np.testing.assert_array_equal(layer(x), x)
    noisy = layer(x, training=True)
    assert noisy.mean() == pytest.approx(7, abs=0.05)
    assert noisy.std() == pytest.approx(0.5, rel=0.05)
    np.testing.assert_array_equal(noisy, layers.GaussianNoise(0.5, seed=1)(x, training=True))


def test_dropout_draws_once_where_noise_shape_says_1():
    y = layers.Dropout(0.5, noise_shape=(None, 1, 3), seed=1)(np.ones((6, 4, 3), "float32"), training=True)
    assert (y == y[:, :1]).all()
    assert {0.0, 2.0} == set(np.unique(y))
    same = layers.Dropout(0.5, noise_shape=(1, None), seed=1)(np.ones((6, 8), "float32"), training=True)
    assert (same == same[:1]).all()
    for shape in ((None, 2), (None, 1, 1)):
        refusal("dropout.noise_shape", lambda shape=shape: layers.Dropout(0.5, noise_shape=shape)(Input((3,))))


# --- activation functions and layers


def test_functions_take_the_arguments_that_keras_names():
    x = np.array([-2.0, -0.3, 0.3, 2.0])
    np.testing.assert_allclose(activations.relu(x, 0.1), [-0.2, -0.03, 0.3, 2])
    np.testing.assert_allclose(activations.relu(x, max_value=1.0), [0, 0, 0.3, 1])
    np.testing.assert_allclose(activations.threshold(x, 0.5, -9.0), [-9, -9, -9, 2])
    np.testing.assert_allclose(activations.soft_shrink(x, threshold=1.0), [-1, 0, 0, 1])
    np.testing.assert_allclose(activations.softmax(np.zeros((2, 4)), axis=0), np.full((2, 4), 0.5))
    assert activations.celu(-1.0, alpha=2.0) == pytest.approx(2 * math.expm1(-0.5))


def test_sparsemax_is_that_of_the_paper_while_one_feature_stays_and_keras_own_beyond():
    np.testing.assert_allclose(activations.sparsemax([5.0, 1.0, 0.0]), [1, 0, 0])
    # z = 1, 0.5, so tau = (1 + 1.5 - 1) / 2 = 0.75, where the paper has (1 + 0.5 - 1) / 2
    np.testing.assert_allclose(activations.sparsemax([0.0, 0.5, 1.0]), [0, 0, 0.25])


def test_glu_halves_the_features_also_inside_a_layer():
    x = np.array([[1.0, 2.0, 0.0, 1.0]])
    np.testing.assert_allclose(activations.glu(x), [[0.5, 2 / (1 + math.exp(-1))]])
    model = Sequential([Input((3,)), layers.Dense(6, activation="glu"), layers.Dense(2)])
    assert model.layers[0].output_shape == (None, 3)
    assert model.layers[1].kernel.shape == (3, 2)
    assert model.predict(np.ones((4, 3))).shape == (4, 2)
    refusal("activation.glu_odd", lambda: layers.Dense(3, activation="glu")(Input((3,))))


def test_layers_of_functions_with_arguments():
    x = np.array([[-2.0, 0.5, 3.0]], "float32")
    np.testing.assert_allclose(layers.ReLU(max_value=2, negative_slope=0.5)(x), [[-1, 0.5, 2]])
    np.testing.assert_allclose(layers.LeakyReLU()(x), [[-0.6, 0.5, 3]], rtol=1e-6)
    with pytest.warns(NetcoreWarning, match="negative_slope"):
        assert layers.LeakyReLU(alpha=0.1).negative_slope == 0.1
    prelu = layers.PReLU(alpha_initializer=netcore.initializers.Constant(0.25))
    np.testing.assert_allclose(prelu(x), [[-0.5, 0.5, 3]])
    assert prelu.count_params() == 3
    both = layers.Softmax(axis=(1, 2))(np.random.default_rng(0).normal(size=(3, 4, 2)))
    np.testing.assert_allclose(both.sum(axis=(1, 2)), np.ones(3), rtol=1e-6)


def test_a_softmax_layer_at_the_end_is_fused_with_its_loss():
    model = Sequential([Input((3,)), layers.Dense(4), layers.Softmax()])
    model.compile("sgd", "categorical_crossentropy")
    model.train_on_batch(np.ones((2, 3)), np.eye(4)[[0, 2]])
    assert next(iter(model._plans.values())).fused == [True]


# --- all of them


FILES = ["convolution", "pooling", "padding", "normalization", "reshaping", "merging"]
FILES += ["activation_layers", "noise", "preprocessing"]
SPATIAL = [cls for cls in LAYERS if cls.__module__.split(".")[-1] in FILES]


@pytest.mark.parametrize("cls", SPATIAL, ids=lambda cls: cls.__name__)
def test_a_layer_made_again_from_its_config_has_the_same_config(cls):
    layer = cls(**ready_arguments(cls))
    stored = json.loads(json.dumps(layer.get_config()))
    assert json.loads(json.dumps(cls.from_config(stored).get_config())) == stored


def test_large_layers_are_looked_at_a_few_rows_at_a_time():
    model = Sequential([Input((64, 64, 1)), layers.Conv2D(64, 3), layers.GlobalMaxPooling2D()])
    x = np.random.default_rng(0).normal(size=(70, 64, 64, 1)).astype("float32")
    np.testing.assert_allclose(model.predict(x)[-3:], model.predict(x[-3:]), rtol=1e-5)
    assert max(plan.outputs[0].shape[-1] for plan in model._plans.values()) < 70


def test_one_model_takes_series_of_any_length():
    def network(length):
        stack = [layers.Conv1D(4, 3, padding="causal", activation="relu"), layers.MaxPooling1D(2)]
        return Sequential([Input((length, 2)), *stack, layers.GlobalAveragePooling1D(), layers.Dense(1)])

    model = network(None)
    assert model.layers[1].output_shape == (None, None, 4)
    for length in (6, 9, 6):
        x = np.random.default_rng(length).normal(size=(5, length, 2)).astype("float32")
        fixed = network(length)
        fixed.set_weights(model.get_weights())
        np.testing.assert_allclose(model.predict(x), fixed.predict(x), rtol=1e-5)
        for one in (model, fixed):
            one.compile(optimizers.SGD(0.1), "mse")
            one.fit(x, np.ones((5, 1)), batch_size=5, verbose=0)
        for ours, other in zip(model.get_weights(), fixed.get_weights(), strict=True):
            np.testing.assert_allclose(ours, other, rtol=1e-4, atol=1e-6)


def test_second_names():
    assert layers.MaxPool2D is layers.MaxPooling2D
    assert LAYERS.get("GlobalAvgPool1D") is layers.GlobalAveragePooling1D
    assert LAYERS.get("Convolution2D") is layers.Conv2D


def test_float64_all_the_way(float64):
    model = Sequential([Input((6, 6, 1)), layers.Conv2D(2, 3), layers.BatchNormalization(), layers.MaxPooling2D()])
    assert model.predict(np.ones((2, 6, 6, 1))).dtype == "float64"
    assert config.floatx() == "float64"


@pytest.mark.usefixtures("float64")
def test_batch_normalisation_takes_each_step_of_a_series_as_a_batch_of_its_own():
    rng = np.random.default_rng(4)
    x, y = rng.normal(size=(5, 3, 2)), rng.normal(size=(5, 3, 2))
    inner = layers.BatchNormalization(momentum=0.7)
    model = Sequential([Input((3, 2)), layers.Dense(2), layers.TimeDistributed(inner)])
    model.compile(optimizers.SGD(1.0), "mse")
    start = model.get_weights()
    kernel, bias, gamma, beta, mean, variance = start

    def outputs(kernel):
        z = x @ kernel + bias
        return gamma * (z - z.mean(axis=0)) / np.sqrt(z.var(axis=0) + 1e-3) + beta

    def loss():
        return np.mean((outputs(kernel) - y) ** 2)

    gradient = numerical_gradient(loss, kernel)
    z = x @ kernel + bias
    for step in range(3):
        mean, variance = 0.7 * mean + 0.3 * z[:, step].mean(axis=0), 0.7 * variance + 0.3 * z[:, step].var(axis=0)
    assert model.train_on_batch(x, y) == pytest.approx(loss(), rel=1e-12)
    after = model.get_weights()
    np.testing.assert_allclose(after[0], start[0] - gradient, atol=1e-8)
    np.testing.assert_allclose(after[4:], [mean, variance], rtol=1e-12)
    wanted = after[2] * ((x @ after[0] + after[1]) - after[4]) / np.sqrt(after[5] + 1e-3) + after[3]
    np.testing.assert_allclose(model.predict(x, verbose=0), wanted, rtol=1e-10)
