"""Numbers worked by hand, start values, metrics, and what every registered part promises."""

import json
import math

import numpy as np
import pytest

from lab.texts import LANGUAGES, has_text, say
from netcore import Input, Sequential, activations, initializers, layers, losses, metrics, optimizers, utils
from netcore.activations import ACTIVATIONS
from netcore.errors import NetcoreValueError
from netcore.initializers import INITIALIZERS
from netcore.layers import LAYERS
from netcore.losses import LOSSES
from netcore.metrics import METRICS
from netcore.optimizers import OPTIMIZERS
from netcore.params import defaults
from tests.netcore.helpers import axes_for, ready_arguments

PARTS = [*LAYERS, *LOSSES, *OPTIMIZERS, *METRICS, *INITIALIZERS]


def ids(value):
    return value.__name__ if isinstance(value, type) else repr(value)[:20]


@pytest.mark.parametrize("cls", [cls for cls in PARTS if cls.params], ids=ids)
def test_a_bad_argument_names_itself_and_its_value(cls):
    ready = ready_arguments(cls)
    for name, bad in [(name, bad) for name, param in cls.params.items() for bad in param.invalid()]:
        with pytest.raises(NetcoreValueError) as caught:
            cls(**{**ready, name: bad})
        assert (caught.value.values["owner"], caught.value.values["name"]) == (cls.__name__, name), bad
        for sentence in (str(caught.value), *(say(caught.value.code, one, **caught.value.values) for one in LANGUAGES)):
            assert repr(bad) in sentence, name


def as_json(value):
    """What JSON makes of it: tuples become lists."""
    return json.loads(json.dumps(value))


@pytest.mark.parametrize("cls", PARTS, ids=ids)
def test_a_part_is_rebuilt_from_its_config_and_json_can_hold_it(cls):
    arguments = {name: param.example() for name, param in cls.params.items() if "clip" not in name}
    part = cls(**arguments)
    config = as_json(part.get_config())
    kept = {name: cls.params[name].check(cls.__name__, name, value) for name, value in arguments.items()}
    assert {name: config[name] for name in arguments} == as_json(kept)
    assert as_json(cls.from_config(config).get_config()) == config


@pytest.mark.parametrize("cls", PARTS, ids=ids)
def test_an_argument_left_out_keeps_the_default_of_its_signature(cls):
    config = cls(**ready_arguments(cls)).get_config()
    for name, default in defaults(cls).items():
        if default is not None:  # None may stand for a value that follows from the others
            assert config[name] == cls.params[name].check(cls.__name__, name, default)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_part_has_a_name_in_both_languages(language):
    kinds = {"layer": LAYERS, "loss": LOSSES, "optimizer": OPTIMIZERS, "metric": METRICS, "activation": ACTIVATIONS}
    keys = [f"{kind}.{name}" for kind, registry in kinds.items() for name in registry.names()]
    assert [key for key in keys if not has_text(key) or not say(key, language)] == []


# --- what a layer says of itself

LAYER_VARIANTS = [(cls(**ready_arguments(cls)), axes) for cls in LAYERS for axes in axes_for(cls)] + [
    (layers.GRU(2, dropout=0.5), (3,)),
    (layers.LSTM(2, recurrent_dropout=0.5), (3,)),
    (layers.Bidirectional(layers.LSTM(2, dropout=0.5)), (3,)),
    (layers.TimeDistributed(layers.Dropout(0.5)), (3,)),
    (Sequential([Input((4,)), layers.Dropout(0.5)]), ()),
]


@pytest.mark.parametrize(("layer", "axes"), LAYER_VARIANTS, ids=lambda value: getattr(value, "name", str(value)))
def test_a_layer_says_whether_it_differs_in_training_and_whether_it_flattens(layer, axes):
    x = np.random.default_rng(0).normal(size=(5, *axes, 4)).astype("float32")
    fed = [x, x + 1] if layer.several_inputs else x
    outputs = [np.asarray(layer(fed, training=training)) for training in (False, True)]
    differs, flat = not np.array_equal(*outputs), outputs[0].shape == (5, math.prod(axes) * 4)
    assert layer.differs_in_training == differs, "set training_only = True, or say what makes the difference"
    assert not axes or layer.flattens == flat, "set flattens = True"


# --- by hand


def by_hand():
    """2 inputs, 2 tanh units, 1 output; all numbers chosen so that they can be followed on paper."""
    model = Sequential([Input((2,)), layers.Dense(2, activation="relu"), layers.Dense(1)])
    model.set_weights([[[1.0, -1.0], [2.0, 0.5]], [0.5, 0.0], [[2.0], [3.0]], [1.0]])
    return model


def test_a_small_network_computes_what_the_blackboard_says():
    # hidden = relu((1*1 + 1*2 + 0.5, -1*1 + 1*0.5)) = (3.5, 0); output = 2 * 3.5 + 1 = 8
    np.testing.assert_allclose(by_hand().predict([[1.0, 1.0]]), [[8.0]])


def test_one_update_of_a_small_network_is_that_of_the_blackboard():
    # error 8 - 6 = 2, d loss / d output = 2 * 2 = 4; hidden (3.5, 0): the second unit is off
    model = by_hand()
    model.compile(optimizers.SGD(0.1), "mse")
    assert model.train_on_batch([[1.0, 1.0]], [[6.0]]) == pytest.approx(4.0)
    kernel, bias, kernel_2, bias_2 = model.get_weights()
    np.testing.assert_allclose(kernel_2, [[2 - 0.1 * 4 * 3.5], [3.0]], rtol=1e-6)
    np.testing.assert_allclose(bias_2, [1 - 0.1 * 4], rtol=1e-6)
    np.testing.assert_allclose(kernel, [[1 - 0.1 * 4 * 2, -1.0], [2 - 0.1 * 4 * 2, 0.5]], rtol=1e-6)
    np.testing.assert_allclose(bias, [0.5 - 0.1 * 4 * 2, 0.0], rtol=1e-6)


@pytest.mark.parametrize(
    ("loss", "y_true", "y_pred", "expected"),
    [
        (losses.MeanSquaredError(), [[1.0, 2.0]], [[3.0, 2.0]], 2.0),
        (losses.MeanAbsoluteError(), [[1.0, 2.0]], [[3.0, 1.0]], 1.5),
        (losses.MeanAbsolutePercentageError(), [[2.0], [4.0]], [[3.0], [4.0]], 25.0),
        (losses.BinaryCrossentropy(), [[1.0], [0.0]], [[0.5], [0.75]], (math.log(2) + math.log(4)) / 2),
        (losses.BinaryCrossentropy(from_logits=True), [[1.0]], [[-200.0]], 200.0),
        (losses.CategoricalCrossentropy(), [[0.0, 1.0]], [[0.25, 0.75]], -math.log(0.75)),
        (losses.CategoricalCrossentropy(), [[0.0, 1.0]], [[1.0, 3.0]], -math.log(0.75)),
        (losses.SparseCategoricalCrossentropy(), [1], [[0.25, 0.75]], -math.log(0.75)),
        (losses.SparseCategoricalCrossentropy(from_logits=True), [0], [[0.0, 0.0]], math.log(2)),
        (losses.BinaryCrossentropy(), [[1.0]], [[0.0]], -math.log(1e-7)),
        (losses.BinaryCrossentropy(label_smoothing=0.2), [[1.0]], [[0.2]], -0.9 * math.log(0.2) - 0.1 * math.log(0.8)),
        (
            losses.CategoricalCrossentropy(label_smoothing=0.3),
            [[1.0, 0.0, 0.0]],
            [[0.5, 0.25, 0.25]],
            -0.8 * math.log(0.5) - 0.2 * math.log(0.25),
        ),
    ],
    ids=lambda value: value.name if isinstance(value, losses.Loss) else "",
)
def test_losses_worked_by_hand(loss, y_true, y_pred, expected):
    assert loss(y_true, y_pred) == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize(
    ("reduction", "expected"),
    [
        ("sum_over_batch_size", (1 * 2 + 4 * 1) / 2),
        ("sum", 1 * 2 + 4 * 1),
        ("mean", (1 * 2 + 4 * 1) / 2),
        ("mean_with_sample_weight", (1 * 2 + 4 * 1) / 3),
    ],
)
def test_reductions_worked_by_hand(reduction, expected):
    loss = losses.MeanSquaredError(reduction=reduction)
    assert loss([[1.0], [2.0]], [[2.0], [4.0]], sample_weight=[2.0, 1.0]) == pytest.approx(expected)


def test_a_flat_target_never_becomes_a_square():
    loss = losses.MeanSquaredError(reduction="none")
    np.testing.assert_allclose(loss([1.0, 2.0, 3.0], [[1.0], [2.0], [5.0]]), [0, 0, 4])


@pytest.mark.parametrize(
    ("metric", "y_true", "y_pred", "expected"),
    [
        (metrics.Accuracy(), [[1], [2], [3], [4]], [[0], [2], [3], [4]], 0.75),
        (metrics.BinaryAccuracy(), [[1], [1], [0], [0]], [[0.98], [0.5], [0], [0.6]], 0.5),
        (metrics.CategoricalAccuracy(), [[0, 0, 1], [0, 1, 0]], [[0.1, 0.9, 0.8], [0.05, 0.95, 0]], 0.5),
        (metrics.SparseCategoricalAccuracy(), [2, 1], [[0.1, 0.6, 0.3], [0.05, 0.95, 0]], 0.5),
        (metrics.TopKCategoricalAccuracy(k=2), [[0, 0, 1], [0, 1, 0]], [[0.5, 0.1, 0.4], [0.5, 0.1, 0.4]], 0.5),
        (metrics.SparseTopKCategoricalAccuracy(k=2), [2, 1], [[0.5, 0.1, 0.4], [0.5, 0.1, 0.4]], 0.5),
        (metrics.MeanSquaredError(), [[0, 1], [0, 0]], [[1, 1], [0, 0]], 0.25),
        (metrics.RootMeanSquaredError(), [[0, 1], [0, 0]], [[1, 1], [0, 0]], 0.5),
        (metrics.MeanAbsoluteError(), [[0], [0]], [[1], [3]], 2.0),
        (metrics.MeanAbsolutePercentageError(), [[2], [4]], [[3], [4]], 25.0),
        (metrics.Precision(), [0, 1, 1, 1], [1, 0, 1, 1], 2 / 3),
        (metrics.Recall(), [0, 1, 1, 1], [0, 0, 1, 1], 2 / 3),
        (metrics.Precision(), [1], [0], 0.0),
    ],
    ids=lambda value: value.name if isinstance(value, metrics.Metric) else "",
)
def test_metrics_worked_by_hand(metric, y_true, y_pred, expected):
    assert metric(np.array(y_true, float), np.array(y_pred, float)) == pytest.approx(expected)
    metric.reset_state()
    assert metric.result() == 0.0


def test_a_metric_counts_on_over_several_updates_with_weights():
    metric = metrics.MeanAbsoluteError()
    metric.update_state([[0.0]], [[1.0]], sample_weight=[3.0])
    metric.update_state([[0.0]], [[5.0]])
    assert metric.result() == pytest.approx((3 * 1 + 5) / 4)


def test_the_mean_metric_is_a_weighted_mean():
    metric = metrics.Mean()
    assert metric([1.0, 3.0, 5.0, 7.0]) == 4.0
    assert metric([10.0], sample_weight=[4.0]) == pytest.approx(56 / 8)


@pytest.mark.parametrize(
    ("target_width", "width", "expected"),
    [(1, 1, metrics.BinaryAccuracy), (3, 3, metrics.CategoricalAccuracy), (1, 3, metrics.SparseCategoricalAccuracy)],
)
def test_accuracy_picks_the_variant_that_fits(target_width, width, expected):
    metric = metrics.for_output("acc", target_width, width)
    assert type(metric) is expected
    assert metric.name == "acc"


# --- start values


@pytest.mark.parametrize(
    ("name", "variance"),
    [
        ("glorot_uniform", 2 / 500),
        ("glorot_normal", 2 / 500),
        ("he_uniform", 2 / 300),
        ("he_normal", 2 / 300),
        ("lecun_uniform", 1 / 300),
        ("lecun_normal", 1 / 300),
        ("random_normal", 0.05**2),
        ("random_uniform", 0.1**2 / 12),
    ],
)
def test_start_values_have_the_spread_of_their_recipe(name, variance):
    values = initializers.get(name)((300, 200))
    assert values.mean() == pytest.approx(0, abs=4 * math.sqrt(variance / values.size))
    assert values.var() == pytest.approx(variance, rel=0.05)


def test_truncated_normal_stays_within_two_deviations():
    values = initializers.TruncatedNormal(mean=1.0, stddev=0.5)((5000,))
    assert np.abs(values - 1.0).max() <= 1.0
    assert values.std() == pytest.approx(0.8796 * 0.5, rel=0.03)


@pytest.mark.parametrize("shape", [(5, 5), (7, 3), (3, 7), (2, 3, 4)])
def test_orthogonal_start_values_keep_lengths(shape):
    matrix = initializers.Orthogonal()(shape, "float64").reshape(-1, shape[-1])
    square = matrix.T @ matrix if matrix.shape[0] >= matrix.shape[1] else matrix @ matrix.T
    np.testing.assert_allclose(square, np.eye(len(square)), atol=1e-12)


def test_identity_needs_two_axes():
    np.testing.assert_array_equal(initializers.Identity(2.0)((2, 2)), [[2, 0], [0, 2]])
    with pytest.raises(NetcoreValueError) as caught:
        initializers.Identity()((3,))
    assert caught.value.code == "initializer.shape"


@pytest.mark.parametrize("distribution", ["uniform", "truncated_normal", "untruncated_normal", "normal"])
def test_variance_scaling_follows_fan_out(distribution):
    start = initializers.VarianceScaling(3.0, "fan_out", distribution)
    assert start((100, 300)).var() == pytest.approx(3 / 300, rel=0.05)


def test_a_seeded_initializer_always_gives_the_same_numbers():
    start = initializers.RandomNormal(seed=5)
    np.testing.assert_array_equal(start((3, 3)), start((3, 3)))
    assert not np.array_equal(initializers.RandomNormal()((3, 3)), initializers.RandomNormal()((3, 3)))


@pytest.mark.parametrize("given", ["he_normal", "HeNormal", initializers.HeNormal, initializers.HeNormal()])
def test_an_initializer_is_kept_by_its_name(given):
    assert layers.Dense(2, kernel_initializer=given).get_config()["kernel_initializer"] == "he_normal"


def test_an_initializer_with_arguments_is_kept_as_class_and_config():
    kept = layers.Dense(2, kernel_initializer=initializers.Constant(0.5)).get_config()["kernel_initializer"]
    assert kept == {"class_name": "Constant", "config": {"value": 0.5}}
    model = Sequential([Input((3,)), layers.Dense(2, kernel_initializer=kept, use_bias=False)])
    np.testing.assert_array_equal(model.get_weights(), [np.full((3, 2), 0.5)])


# --- clipping and decay


def test_clipnorm_works_per_weight_and_global_clipnorm_over_all():
    x, y = np.ones((1, 2)), np.full((1, 1), 100.0)
    changes = {}
    for clip in ("clipnorm", "global_clipnorm", "clipvalue"):
        model = Sequential(
            [Input((2,)), layers.Dense(2, kernel_initializer="ones"), layers.Dense(1, kernel_initializer="ones")]
        )
        model.compile(optimizers.SGD(1.0, **{clip: 0.5}), "mse")
        before = model.get_weights()
        model.train_on_batch(x, y)
        changes[clip] = [old - new for old, new in zip(before, model.get_weights(), strict=True)]
    assert [np.linalg.norm(change) for change in changes["clipnorm"]] == pytest.approx([0.5] * 4, rel=1e-5)
    assert math.sqrt(sum(np.sum(change**2) for change in changes["global_clipnorm"])) == pytest.approx(0.5, rel=1e-5)
    assert max(np.abs(change).max() for change in changes["clipvalue"]) == pytest.approx(0.5, rel=1e-5)


def test_weight_decay_shrinks_by_its_share_of_the_learning_rate():
    model = Sequential([Input((1,)), layers.Dense(1, kernel_initializer="ones")])
    model.compile(optimizers.SGD(0.5, weight_decay=0.1), "mse")
    model.train_on_batch([[0.0]], [[0.0]])  # no gradient: decay alone
    np.testing.assert_allclose(model.get_weights()[0], [[1 - 0.5 * 0.1]], rtol=1e-6)


def test_large_vectors_are_updated_in_chunks_with_the_same_result(monkeypatch):
    from netcore.optimizers import optimizer as module

    results = []
    for chunk in (module.CHUNK, 7):
        monkeypatch.setattr(module, "CHUNK", chunk)
        utils.set_random_seed(1)
        model = Sequential([Input((4,)), layers.Dense(9, activation="relu"), layers.Dense(2)])
        model.compile(optimizers.Adam(0.1), "mse")
        model.fit(np.eye(4), np.ones((4, 2)), epochs=3, batch_size=2, verbose=0)
        results.append(model.get_weights())
    for one, other in zip(*results, strict=True):
        np.testing.assert_array_equal(one, other)


# --- functions


def test_an_activation_called_with_an_array_returns_a_new_one():
    x = np.array([-1.0, 2.0])
    np.testing.assert_allclose(activations.relu(x), [0, 2])
    np.testing.assert_allclose(activations.relu(x, negative_slope=0.5, max_value=1.5), [-0.5, 1.5])
    np.testing.assert_allclose(activations.softmax([0.0, 0.0]), [0.5, 0.5])
    np.testing.assert_array_equal(x, [-1, 2])


def test_gelu_uses_the_exact_error_function():
    x = np.linspace(-9, 9, 400)
    exact = [value * 0.5 * (1 + math.erf(value / math.sqrt(2))) for value in x]
    np.testing.assert_allclose(activations.gelu(x), exact, atol=1e-14)


def test_swish_is_silu_and_none_is_linear():
    assert activations.get("swish") is activations.silu
    assert activations.get(None) is activations.linear
    layer = layers.Dense(2, activation="swish")
    assert layer.activation is activations.silu
    assert layer.get_config()["activation"] == "silu"


def test_to_categorical_and_normalize():
    np.testing.assert_array_equal(utils.to_categorical([0, 2]), [[1, 0, 0], [0, 0, 1]])
    np.testing.assert_array_equal(utils.to_categorical([[1]], 2), [[0, 1]])
    np.testing.assert_allclose(utils.normalize([[3.0, 4.0], [0.0, 0.0]]), [[0.6, 0.8], [0, 0]])
    with pytest.raises(NetcoreValueError) as caught:
        utils.to_categorical([3], 2)
    assert caught.value.code == "utils.class_range"
