"""Losses: golden numbers of Keras 3 (golden/make_losses.py), CTC summed path by path, what is refused and advised."""

import itertools
import math
import warnings
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from netcore import Input, Sequential, config, layers, losses
from netcore.data import batch_last
from netcore.errors import NetcoreTypeError, NetcoreValueError, NetcoreWarning
from netcore.losses import LOSSES
from netcore.losses.ctc import Workspace, in_logarithms
from tests.netcore.golden import training_cases as cases

GOLDEN = np.load(Path(__file__).parent / "golden" / "losses.npz")
TOLERANCE = {"float64": 1e-10, "float32": 1e-4}


def assert_golden(value, key, dtype):
    expected = GOLDEN[key]
    assert np.shape(value) == expected.shape
    scale = np.abs(expected).max() or 1.0
    np.testing.assert_allclose(value / scale, expected / scale, atol=TOLERANCE[dtype], rtol=TOLERANCE[dtype])


def made(name, dtype, **more):
    cls, arguments, _, _ = cases.LOSSES[name]
    y, p, weight = cases.loss_data(name)
    return LOSSES.get(cls)(**arguments, **more), y.astype(dtype), p.astype(dtype), weight.astype(dtype)


@pytest.mark.parametrize("cls", [cls for cls in LOSSES if cls.targets == "numbers"], ids=lambda cls: cls.__name__)
def test_a_loss_has_the_unit_by_whose_power_its_values_grow_with_targets_and_predictions(cls):
    y, p = np.array([[1.0, 2.0, 4.0], [5.0, 3.0, 2.0]])
    once, twice, four_times = (cls()(factor * y, factor * p) for factor in (1, 2, 4))
    growth = {"%": 1, "target": 2, "target²": 4}.get(cls.unit)
    if growth is None:
        assert twice / once != pytest.approx(four_times / twice, rel=1e-3)  # by no power: it has no unit
    else:
        assert (twice / once, four_times / twice) == pytest.approx((growth, growth))


@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize("name", cases.LOSSES)
def test_values_and_gradients_are_those_of_keras(name, dtype):
    config.set_floatx(dtype)
    loss, y, p, weight = made(name, dtype)
    values, _ = loss.per_sample(y, p)
    assert values.dtype == dtype
    assert_golden(values, f"{name}/values", dtype)
    encoded = loss.encode(batch_last(y[..., np.newaxis] if loss.sparse else y), p.shape[-1])
    out = np.empty(batch_last(p).shape, dtype)
    loss.gradient(encoded, batch_last(p), weight * loss.gradient_factor(p.shape[-1]), out)
    assert_golden(np.moveaxis(out, -1, 0), f"{name}/gradient", dtype)


@pytest.mark.parametrize("reduction", cases.REDUCTIONS)
@pytest.mark.parametrize("name", cases.REDUCED)
@pytest.mark.usefixtures("float64")
def test_reductions_are_those_of_keras(name, reduction):
    loss, y, p, weight = made(name, "float64", reduction=reduction)
    values, _ = loss.per_sample(y, p)
    full = np.broadcast_to(weight.reshape(-1, *[1] * (values.ndim - 1)), values.shape)
    assert_golden(np.array([loss(y, p), loss(y, p, sample_weight=full)]), f"{name}/{reduction}", "float64")


@pytest.mark.parametrize("name", cases.LOSSES)
@pytest.mark.usefixtures("float64")
def test_a_model_trains_on_the_values_that_the_loss_gives_by_itself(name):
    """One position of the output after the other is what the frame sees: its loss is that of the object called."""
    loss, y, p, _ = made(name, "float64")
    model = Sequential([Input(p.shape[1:]), layers.Activation("linear")])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NetcoreWarning)
        model.compile("sgd", loss)
        assert model.evaluate(p, y) == pytest.approx(loss(y, p), rel=1e-12)


@pytest.mark.parametrize("reduction", ["sum_over_batch_size", "sum", "mean_with_sample_weight"])
@pytest.mark.parametrize("shape", [(3,), (4, 3)], ids=["flat", "steps"])
@pytest.mark.usefixtures("float64")
def test_samples_of_the_ignored_class_teach_nothing(shape, reduction):
    """Training with them is training without them: in one update, and in what the epoch reports."""
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(12, *shape)), rng.integers(0, 3, (12, *shape[:-1]))
    y[5:] = -1
    weight = rng.uniform(0.2, 2, 12)
    loss = losses.SparseCategoricalCrossentropy(ignore_class=-1, reduction=reduction)
    found = []
    for rows in (slice(None), slice(5)):
        model = Sequential([Input(shape), layers.Dense(3, activation="softmax", kernel_initializer="ones")])
        model.compile("sgd", loss)
        history = model.fit(x[rows], y[rows], sample_weight=weight[rows], batch_size=12, epochs=2, verbose=0).history
        found.append([*model.get_weights(), np.array(history["loss"])])
    for with_them, without in zip(*found, strict=True):
        np.testing.assert_allclose(with_them, without, rtol=1e-12)


def test_a_batch_of_ignored_samples_only_has_loss_0():
    loss = losses.SparseCategoricalCrossentropy(ignore_class=0)
    assert loss([0, 0], [[0.5, 0.5], [0.1, 0.9]]) == 0.0


# --- functions and shapes


@pytest.mark.parametrize("cls", LOSSES, ids=lambda cls: cls.__name__)
def test_every_loss_has_its_function(cls):
    function = getattr(losses, cls.aliases[-1])
    assert function.__name__ == cls.aliases[-1]
    assert losses.get(cls.aliases[-1]) is function
    assert type(losses.loss_of(function)) is cls
    assert type(losses.loss_of(cls)) is cls
    assert type(losses.loss_of({"class_name": cls.__name__, "config": cls().get_config()})) is cls


def test_functions_take_the_arguments_of_the_class():
    np.testing.assert_allclose(losses.huber([[0.0, 0.0]], [[1.0, 3.0]], 0.5), [(0.5 - 0.125 + 1.5 - 0.125) / 2])
    logits = [[0.0, math.log(3)], [0.0, 0.0]]  # classes in the first axis: the sample of column 1 has 3 : 1
    told = losses.sparse_categorical_crossentropy([1, 0], np.array(logits), True, 1, 0)
    np.testing.assert_allclose(told, [0, -math.log(0.75)], rtol=1e-6)  # class 1 is left out
    with pytest.raises(TypeError, match="takes at most 5 positional arguments but 6 were given"):
        losses.sparse_categorical_crossentropy([1], np.array(logits), True, 1, 0, "sum")
    np.testing.assert_allclose(losses.binary_crossentropy([[1.0]], [[0.0]], from_logits=True), [np.log(2)], rtol=1e-6)


def test_one_row_without_a_batch_axis_is_one_sample():
    assert losses.mean_squared_error([1.0, 2.0], [1.0, 4.0]) == pytest.approx(2.0)
    assert losses.categorical_crossentropy([0.0, 1.0], [0.25, 0.75]) == pytest.approx(-np.log(0.75))
    assert losses.sparse_categorical_crossentropy(1, [0.25, 0.75]) == pytest.approx(-np.log(0.75))


@pytest.mark.parametrize(("y_shape", "p_shape"), [((5,), (5, 1)), ((5, 1), (5, 1)), ((5, 1), (5,))])
def test_a_flat_target_never_becomes_a_table(y_shape, p_shape):
    y, p = np.arange(5.0).reshape(y_shape), np.ones(p_shape)
    np.testing.assert_allclose(losses.mean_absolute_error(y, p), [1, 0, 1, 2, 3])


@pytest.mark.usefixtures("float64")
def test_classes_may_lie_in_another_axis():
    rng = np.random.default_rng(1)
    y, p = np.eye(3)[rng.integers(0, 3, (5, 4))], rng.uniform(0.1, 1, (5, 4, 3))
    expected = losses.categorical_crossentropy(y, p)
    turned = losses.categorical_crossentropy(y.swapaxes(1, 2), p.swapaxes(1, 2), axis=1)
    np.testing.assert_allclose(turned, expected)


def test_a_model_refuses_classes_in_another_axis():
    model = Sequential([Input((4, 3)), layers.Dense(3, activation="softmax")])
    with pytest.raises(NetcoreValueError) as caught:
        model.compile("sgd", losses.CategoricalCrossentropy(axis=1))
    assert caught.value.code == "loss.axis"


@pytest.mark.parametrize("target", [-200.0, 200.0])
def test_huge_logits_give_exact_losses(target):
    right = 1.0 if target < 0 else 0.0
    assert losses.BinaryCrossentropy(from_logits=True)([[right]], [[target]]) == 200.0
    assert losses.CategoricalCrossentropy(from_logits=True)([[1.0, 0.0]], [[-200.0, 0.0]]) == 200.0


def test_log_cosh_of_a_huge_error_does_not_overflow():
    np.testing.assert_allclose(losses.log_cosh([[0.0]], [[-1e4]]), [1e4 - np.log(2)], rtol=1e-6)


def test_the_default_names_are_those_of_keras():
    assert [losses.Huber().name, losses.LogCosh().name, losses.CTC().name] == ["huber_loss", "log_cosh", "ctc"]
    assert losses.CategoricalCrossentropy(axis=-1).get_config()["axis"] == -1


def test_an_unknown_argument_is_refused_by_name():
    with pytest.raises(NetcoreTypeError) as caught:
        losses.Hinge(margin=2)
    assert caught.value.code == "loss.unknown_argument"


def test_a_function_without_a_derivative_is_refused():
    with pytest.raises(NetcoreTypeError) as caught:
        losses.loss_of(lambda y_true, y_pred: 0.0)
    assert caught.value.code == "loss.callable"


@pytest.mark.parametrize("name", ["crossentropy", "ce"])
def test_crossentropy_alone_takes_what_comes(name):
    rng = np.random.default_rng(0)
    x, classes = rng.normal(size=(6, 2)), rng.integers(0, 3, 6)
    found = []
    for y, units, last in ((np.eye(3)[classes], 3, "softmax"), (classes, 3, "softmax"), (classes % 2, 1, "sigmoid")):
        model = Sequential([Input((2,)), layers.Dense(units, activation=last, kernel_initializer="ones")])
        model.compile("sgd", name, metrics=["accuracy"])
        found.append(model.evaluate(x, y))
    assert found[0] == found[1]
    p = 1 / (1 + np.exp(-x.sum(axis=1)))
    expected = -np.mean(np.where(classes % 2, np.log(p), np.log(1 - p)))
    assert found[2][0] == pytest.approx(expected, rel=1e-5)


# --- CTC


def read(path):
    """What a path says: repeats merged, then blanks dropped."""
    return [label for label, _ in itertools.groupby(path) if label != 0]


def path_by_path(label, logits):
    p = np.exp(logits) / np.exp(logits).sum(axis=-1, keepdims=True)
    steps, classes = p.shape
    paths = itertools.product(range(classes), repeat=steps)
    return -np.log(sum(np.prod(p[range(steps), path]) for path in paths if read(path) == label))


@pytest.mark.parametrize("label", [[], [1], [2], [1, 2], [1, 1], [2, 1, 2], [1, 1, 2], [2, 2, 2]], ids=str)
@pytest.mark.usefixtures("float64")
def test_ctc_is_the_sum_over_all_paths_that_read_as_the_label(label):
    logits = np.random.default_rng(2).normal(size=(1, 5, 3)) * 2
    padded = np.array([label + [0] * (4 - len(label))])
    np.testing.assert_allclose(losses.ctc(padded, logits), [path_by_path(label, logits[0])], rtol=1e-12)


@pytest.mark.usefixtures("float64")
def test_labels_of_all_lengths_in_one_batch_do_not_disturb_each_other():
    rng = np.random.default_rng(3)
    y, p = cases.labels(rng, (600, 9, 5))
    together = losses.ctc(y, p)
    for row in (0, 255, 256, 599):
        np.testing.assert_allclose(losses.ctc(y[row : row + 1], p[row : row + 1]), together[row : row + 1], rtol=1e-12)


@pytest.mark.usefixtures("float64")
def test_scaled_probabilities_and_logarithms_agree():
    y, p = cases.labels(np.random.default_rng(4), (8, 60, 5))
    labels, logits = batch_last(y[..., np.newaxis]), np.ascontiguousarray(batch_last(p))
    values, said = in_logarithms(labels, logits)
    np.testing.assert_allclose(losses.ctc(y, p), values, rtol=1e-12)
    out = np.empty_like(logits)
    losses.CTC().gradient(labels, logits, np.array(1.0), out)
    softmax = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(out, softmax - said, atol=1e-12)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_ctc_of_probabilities_too_small_for_a_number_is_still_right(dtype):
    """Every step forbids the only label by a logit of -500: e^-500 is 0 in float32, and e^-2500 in any float."""
    config.set_floatx(dtype)
    logits = np.zeros((1, 5, 3), dtype)
    logits[..., 1] = -500
    logits[..., 2] = logits[..., 0] = 0
    logits[0, :, 0] = -500
    loss = losses.CTC()
    value = loss([[1]], logits)
    assert value == pytest.approx(2500 - np.log(15), rel=1e-6)  # 15 paths read as 1: where it begins and where it ends
    labels, out = np.ones((1, 1, 1), dtype), np.empty((5, 3, 1), dtype)
    loss.gradient(labels, batch_last(logits), np.array(1.0, dtype), out)
    assert np.isfinite(out).all()
    np.testing.assert_allclose(out[:, 2, 0], 1, rtol=1e-6)  # all weight lies on a class that no path says


def test_long_sequences_need_no_logarithms():
    """After 1000 steps of 9 classes a path has a probability of 9^-1000, far below any float: rescaling keeps it."""
    logits = np.zeros((9, 1000, 9))
    labels = batch_last(cases.labels(np.random.default_rng(6), (9, 1000, 9))[0][..., np.newaxis])
    work = Workspace(len(labels), *batch_last(logits).shape, dtype="float64", both_ways=True)
    work.begin(labels, batch_last(logits))
    work.recur()
    assert np.isfinite(work.losses()).all()
    assert work.said() is not None


def test_ctc_of_a_diverged_network_is_nan_and_raises_nothing():
    logits = np.full((2, 4, 3), np.nan)
    assert np.isnan(losses.CTC()([[1, 2], [1, 0]], logits))
    out = np.empty((4, 3, 2), np.float32)
    labels = np.array([[[1, 1]], [[2, 0]]], np.float32)
    with np.errstate(all="ignore"):  # as the frame does
        losses.CTC().gradient(labels, batch_last(logits).astype(np.float32), np.array(1.0, np.float32), out)
    assert np.isnan(out).all()


def test_ctc_keeps_buffers_for_a_few_batch_sizes_only():
    loss = losses.CTC()
    for n in range(1, 12):
        y, p = cases.labels(np.random.default_rng(n), (n, 6, 4))
        out = np.empty((6, 4, n), np.float32)
        labels = batch_last(y[..., np.newaxis]).astype(np.float32)
        loss.gradient(labels, batch_last(p).astype(np.float32), np.array(1.0, np.float32), out)
    assert len(loss._workspaces) <= 6


@pytest.mark.parametrize(
    ("y", "code"),
    [
        ([[1, 5]], "loss.ctc_range"),
        ([[1, -1]], "loss.ctc_range"),
        ([[1.5, 1]], "loss.ctc_range"),
        ([[1, 2, 3, 1, 2]], "loss.ctc_length"),
        ([[1, 1, 1, 0, 0]], "loss.ctc_length"),
    ],
)
def test_labels_that_no_path_can_say_are_refused(y, code):
    with pytest.raises(NetcoreValueError) as caught:
        losses.ctc(y, np.zeros((1, 4, 4)))
    assert caught.value.code == code


def test_the_longest_label_that_fits_is_taken():
    assert np.isfinite(losses.ctc([[1, 2, 3, 1]], np.zeros((1, 4, 4)))).all()
    assert np.isfinite(losses.ctc([[1, 1, 2, 0]], np.zeros((1, 4, 4)))).all()


def test_ctc_needs_classes_at_each_time_step():
    model = Sequential([Input((3,)), layers.Dense(3)])
    with pytest.raises(NetcoreValueError) as caught:
        model.compile("sgd", "ctc")
    assert caught.value.code == "loss.ctc_shape"
    with pytest.raises(NetcoreValueError) as caught:
        losses.CTC()(np.ones((2, 4, 2)), np.zeros((2, 4, 3)))
    assert caught.value.code == "loss.ctc_targets"


def test_ctc_teaches_a_network_to_spell():
    """Each input is one of three numbers; the network learns to say them in order, without knowing when."""
    rng = np.random.default_rng(5)
    letters = rng.integers(1, 4, (64, 3))
    x = np.zeros((64, 12, 3))
    for place in range(3):
        x[np.arange(64), 4 * place + rng.integers(0, 3, 64), letters[:, place] - 1] = 1
    model = Sequential([Input((12, 3)), layers.Dense(4)])
    model.compile("adam", "ctc")
    model.optimizer.learning_rate = 0.05
    history = model.fit(x, letters, epochs=80, verbose=0).history["loss"]
    assert history[-1] < 0.1 * history[0]
    assert [read(path) for path in model.predict(x).argmax(axis=-1)[:5]] == letters[:5].tolist()


# --- advice


def advice_of(last, loss, units=3, shape=(2,)):
    model = Sequential([Input(shape), layers.Dense(units, activation=last)])
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        model.compile("sgd", loss)
    return [warning.message.code for warning in caught]


@pytest.mark.parametrize(
    ("last", "loss", "code"),
    [
        ("softmax", "binary_crossentropy", "advice.softmax_with_binary"),
        ("softmax", "binary_focal_crossentropy", "advice.softmax_with_binary"),
        (None, "binary_crossentropy", "advice.linear_with_crossentropy"),
        (None, "categorical_crossentropy", "advice.linear_with_crossentropy"),
        (None, "categorical_focal_crossentropy", "advice.linear_with_crossentropy"),
        (None, "sparse_categorical_crossentropy", "advice.linear_with_crossentropy"),
        (None, "kld", "advice.linear_with_divergence"),
        ("sigmoid", "categorical_focal_crossentropy", "advice.sigmoid_with_categorical"),
        ("softmax", losses.CategoricalFocalCrossentropy(from_logits=True), "advice.logits_twice"),
        ("tanh", "poisson", "advice.rate_not_positive"),
        (None, "poisson", "advice.rate_not_positive"),
        ("softplus", "poisson", None),
        ("softmax", "kld", None),
        ("sigmoid", "binary_focal_crossentropy", None),
        (None, losses.BinaryFocalCrossentropy(from_logits=True), None),
        (None, "hinge", None),
    ],
)
def test_outputs_that_do_not_suit_the_loss_are_pointed_out(last, loss, code):
    assert advice_of(last, loss) == ([] if code is None else [code])


@pytest.mark.parametrize(("last", "codes"), [("softmax", ["advice.softmax_before_ctc"]), (None, [])])
def test_softmax_before_ctc_is_pointed_out(last, codes):
    assert advice_of(last, "ctc", shape=(5, 2)) == codes


def test_zeros_inside_a_label_are_pointed_out():
    model = Sequential([Input((5, 2)), layers.Dense(3)])
    model.compile("sgd", "ctc")
    with pytest.warns(NetcoreWarning) as caught:
        model.fit(np.zeros((2, 5, 2)), np.array([[1, 0, 2], [1, 0, 0]]), verbose=0)
    assert caught[0].message.code == "advice.ctc_gap"
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        model.fit(np.zeros((2, 5, 2)), np.array([[1, 2, 0], [0, 0, 0]]), verbose=0)


def test_percentages_of_targets_near_0_are_pointed_out():
    model = Sequential([Input((1,)), layers.Dense(1)])
    model.compile("sgd", "mape")
    with pytest.warns(NetcoreWarning) as caught:
        model.fit([[1.0], [2.0]], [[0.0], [5.0]], verbose=0)
    assert caught[0].message.code == "advice.percentage_near_zero"


NUMBERS = [loss for loss in LOSSES if loss.targets == "numbers"]


@pytest.mark.parametrize("loss", NUMBERS, ids=lambda loss: loss.__name__)
@given(
    drawn=st.lists(st.floats(0.0, 9.0), min_size=1, max_size=12),
    zeros=st.integers(0, 4),
    skewed=st.booleans(),
)
def test_no_other_answer_to_all_targets_has_a_lower_loss(loss, drawn, zeros, skewed):
    """Tried are the targets themselves, where MAE and MAPE have their corners, and 200 numbers between them."""
    y = np.array([*(np.square(drawn) if skewed else drawn), *[0.0] * zeros])

    def cost(answer):
        with np.errstate(all="ignore"):
            loss().values(y[None], np.full((1, len(y)), answer), out := np.empty(len(y)))
        return out.mean()

    tried = min(map(cost, [*y, *np.linspace(y.min(), y.max(), 200)]))
    assert cost(loss().best_answer(y)) <= tried + 1e-9 * (1 + abs(tried))


def test_the_best_answers_that_have_a_name():
    y = np.array([1.0, 2.0, 9.0, 100.0])
    answers = {loss.__name__: (loss.one_answer, loss().best_answer(y)) for loss in NUMBERS}
    assert answers["MeanSquaredError"] == ("mean", 28.0)
    assert answers["MeanAbsoluteError"] == ("median", 5.5)
    kind, near_the_small = answers["MeanAbsolutePercentageError"]
    assert kind == "least"
    assert near_the_small == pytest.approx(1.0)  # 1/1 of all weights 1/1 + 1/2 + 1/9 + 1/100
