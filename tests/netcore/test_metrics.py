"""Metrics: golden numbers of Keras 3 (golden/make_metrics.py), names, states, what is refused."""

import copy
import warnings
from pathlib import Path

import numpy as np
import pytest

from netcore import Input, Sequential, config, layers, losses, metrics
from netcore.errors import NetcoreTypeError, NetcoreValueError, NetcoreWarning
from netcore.metrics import METRICS
from tests.netcore.golden import training_cases as cases

GOLDEN = np.load(Path(__file__).parent / "golden" / "metrics.npz")


def made(name):
    cls, arguments, _, _ = cases.METRICS[name]
    return METRICS.get(cls)(**arguments)


@pytest.fixture
def quiet():
    """R2Score says that the last update alone cannot be adjusted."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NetcoreWarning)
        yield


@pytest.mark.usefixtures("quiet")
@pytest.mark.parametrize(("dtype", "tolerance"), [("float64", 1e-10), ("float32", 1e-4)])
@pytest.mark.parametrize("name", cases.METRICS)
def test_results_after_each_update_are_those_of_keras(name, dtype, tolerance):
    config.set_floatx(dtype)
    metric = made(name)
    tolerance = max(tolerance, 1e-6) if isinstance(metric, metrics.IoU) else tolerance  # Keras divides in float32 here
    for index, (y, p, weight) in enumerate(cases.metric_data(name)):
        metric.update_state(y.astype(dtype), p.astype(dtype), sample_weight=weight)
        np.testing.assert_allclose(metric.result(), GOLDEN[f"{name}/{index}"], rtol=tolerance, atol=tolerance * 1e-3)


@pytest.mark.usefixtures("quiet", "float64")
@pytest.mark.parametrize("name", cases.METRICS)
def test_a_reset_metric_is_as_good_as_new(name):
    metric = made(name)
    updates = cases.metric_data(name)
    for y, p, weight in updates:
        metric.update_state(y, p, sample_weight=weight)
    metric.reset_state()
    y, p, _ = updates[0]
    np.testing.assert_array_equal(metric(y, p), made(name)(y, p))


@pytest.mark.usefixtures("quiet", "float64")
@pytest.mark.parametrize("name", cases.METRICS)
def test_what_has_been_counted_can_be_carried_to_another_metric(name):
    """As a run does that goes on in another process: only `state` travels."""
    first, second = made(name), made(name)
    (y, p, _), (y_2, p_2, weight), _ = cases.metric_data(name)
    first.update_state(y, p)
    second.build(p.shape[-1])
    second.state[...] = first.state
    np.testing.assert_array_equal(second(y_2, p_2, weight), first(y_2, p_2, weight))


def test_a_copy_counts_for_itself():
    metric = metrics.AUC()
    other = copy.deepcopy(metric)
    metric.update_state([0, 1], [0.2, 0.9])
    assert metric.result() == pytest.approx(1.0)
    assert other.state.sum() == 0


# --- names


def test_names_are_those_of_keras():
    fixed = {
        metrics.LogCoshError: "logcosh",
        metrics.F1Score: "f1_score",
        metrics.FBetaScore: "fbeta_score",
        metrics.R2Score: "r2_score",
        metrics.MeanAbsoluteError: "mean_absolute_error",
        metrics.RootMeanSquaredError: "root_mean_squared_error",
        metrics.Mean: "mean",
        metrics.Sum: "sum",
    }
    assert {cls: cls().name for cls in fixed} == fixed
    assert {cls: cls().name for cls in fixed} == fixed  # not numbered
    numbered = [metrics.AUC(), metrics.AUC(), metrics.Precision(), metrics.BinaryIoU(), metrics.TruePositives()]
    assert [metric.name for metric in numbered] == ["auc", "auc_1", "precision", "binary_io_u", "true_positives"]
    assert metrics.AUC(name="mine").name == "mine"


def test_the_string_given_is_the_key_of_the_history():
    rng = np.random.default_rng(0)
    model = Sequential([Input((2,)), layers.Dense(3, activation="softmax")])
    given = ["Accuracy", "auc", "Precision", "kld", metrics.Recall(), metrics.F1Score("macro"), "logcosherror"]
    model.compile("sgd", "categorical_crossentropy", metrics=given)
    x, y = rng.normal(size=(9, 2)), np.eye(3)[rng.integers(0, 3, 9)]
    history = model.fit(x, y, verbose=0, validation_data=(x, y)).history
    own = {"Accuracy", "auc", "Precision", "kld", "recall", "f1_score", "logcosherror", "loss"}
    assert set(history) == own | {f"val_{name}" for name in own}


@pytest.mark.parametrize("cls", METRICS, ids=lambda cls: cls.__name__)
def test_class_name_snake_case_and_small_letters_all_name_it(cls):
    for name in (cls.__name__, cls.__name__.lower(), *cls.aliases):
        assert METRICS.get(name) is cls


def test_a_metric_is_made_from_what_programs_give():
    precision = metrics.Precision()
    assert metrics.get(precision) is precision
    assert isinstance(metrics.get(metrics.Recall), metrics.Recall)
    assert metrics.get({"class_name": "AUC", "config": {"curve": "PR"}}).curve == "PR"
    assert metrics.get(losses.mean_absolute_error).name == "mean_absolute_error"


def test_a_function_of_ones_own_is_averaged_over_samples():
    def largest_miss(y_true, y_pred):
        return np.abs(y_true - y_pred).max(axis=-1)

    model = Sequential([Input((2,)), layers.Dense(2, kernel_initializer="zeros")])
    model.compile("sgd", "mse", metrics=[largest_miss], weighted_metrics=[metrics.MeanMetricWrapper(largest_miss, "w")])
    values = model.evaluate(np.zeros((2, 2)), [[1, 2], [5, 0]], sample_weight=[3.0, 1.0], return_dict=True)
    assert values["largest_miss"] == pytest.approx((2 + 5) / 2)
    assert values["w"] == pytest.approx((3 * 2 + 5) / 4)


# --- by hand


def test_counters_by_hand():
    y, p, weight = [0, 1, 1, 0, 1], [0.1, 0.9, 0.3, 0.8, 0.6], [1, 0.5, 2, 4, 0.25]
    counters = (metrics.TruePositives, metrics.FalsePositives, metrics.TrueNegatives, metrics.FalseNegatives)
    assert [cls()(y, p) for cls in counters] == [2, 1, 1, 1]
    assert [cls()(y, p, weight) for cls in counters] == [0.75, 4, 1, 2]
    np.testing.assert_array_equal(metrics.TruePositives(thresholds=[0.7, 0.0])(y, p), [1, 3])


def test_a_prediction_on_the_threshold_is_a_no_in_float32_too():
    assert metrics.TruePositives(thresholds=0.3)([1.0], np.array([0.3], np.float32)) == 0


def test_nan_is_a_no():
    assert metrics.FalseNegatives()([1.0, 1.0], [np.nan, 0.9]) == 1
    assert metrics.AUC()([1.0, 0.0], [0.9, np.nan]) == pytest.approx(1.0)


def test_auc_of_a_perfect_and_of_a_blind_answer():
    y = [0, 0, 1, 1]
    assert metrics.AUC()(y, [0.1, 0.2, 0.8, 0.9]) == pytest.approx(1.0)
    assert metrics.AUC()(y, [0.5] * 4) == pytest.approx(0.5)
    assert metrics.AUC()(y, [0, 0.5, 0.3, 0.9]) == pytest.approx(0.75)  # three of four pairs in the right order


def test_mean_and_sum_take_values_and_weights():
    assert metrics.Sum()([1.0, 3.0, 5.0, 7.0]) == 16.0
    assert metrics.Sum()([1.0, 3.0, 5.0, 7.0], [1, 1, 0, 0]) == 4.0
    assert metrics.Mean()([[1.0, 3.0], [5.0, 7.0]], [1.0, 0.0]) == 2.0
    mean = metrics.Mean()
    mean.update_state(3.0)
    mean.update_state(5.0)
    assert mean.result() == 4.0


def test_cosine_similarity_of_the_metric_is_best_at_1():
    assert metrics.CosineSimilarity()([[1.0, 2.0]], [[2.0, 4.0]]) == pytest.approx(1.0)


def test_flat_targets_and_outputs_are_one_answer_for_each_sample():
    assert metrics.BinaryAccuracy()([1, 0, 1, 0], [0.9, 0.2, 0.1, 0.7], [1.0, 1.0, 2.0, 0.0]) == pytest.approx(0.5)
    assert metrics.Accuracy()([1, 2, 3], [1, 2, 0]) == pytest.approx(2 / 3)


# --- in a run


def test_a_metric_with_a_number_for_each_class_is_an_array_in_the_history(capsys):
    rng = np.random.default_rng(0)
    model = Sequential([Input((2,)), layers.Dense(3, activation="softmax")])
    model.compile("sgd", "categorical_crossentropy", metrics=[metrics.F1Score(), metrics.Precision([0.2, 0.5])])
    x, y = rng.normal(size=(9, 2)), np.eye(3)[rng.integers(0, 3, 9)]
    history = model.fit(x, y, epochs=2, verbose=2).history
    assert np.shape(history["f1_score"]) == (2, 3)
    assert np.shape(history["precision"]) == (2, 2)
    assert "f1_score" in capsys.readouterr().out


def test_a_run_with_such_metrics_goes_on_in_another_process_as_if_nothing_had_happened():
    def begun():
        model = Sequential([Input((2,)), layers.Dense(3, activation="softmax", kernel_initializer="ones")])
        model.compile("adam", "categorical_crossentropy", metrics=[metrics.F1Score(), "auc"])
        return model.iter_fit(x, y, batch_size=4, epochs=3, shuffle=False, validation_data=(x, y), batch_events=True)

    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(10, 2)), np.eye(3)[rng.integers(0, 3, 10)]
    whole = [event.logs for event in begun() if hasattr(event, "logs")]
    for stop in range(1, 14):
        first, second = begun(), begun()
        for _ in range(stop):
            next(first)
        second.set_state(first.get_state())
        rest = [event.logs for event in second if hasattr(event, "logs")]
        for ours, theirs in zip(reversed(rest), reversed(whole), strict=False):
            for name, value in theirs.items():
                np.testing.assert_array_equal(ours[name], value, err_msg=name)


# --- refused


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda: metrics.AUC(num_labels=2), "metric.num_labels"),
        (lambda: metrics.AUC(thresholds=[0.5, 1.5]), "param.numbers_range"),
        (lambda: metrics.Precision(thresholds=-0.1), "param.numbers_range"),
        (lambda: metrics.IoU(2, [0, 2]), "metric.class_ids"),
        (lambda: metrics.BinaryIoU([2]), "metric.class_ids"),
        (lambda: metrics.get("IoU"), "metric.needs_arguments"),
        (lambda: metrics.get("f1"), "registry.unknown"),
        (lambda: metrics.F1Score()([[0, 1]], [[[0.2, 0.8]]]), "metric.rank"),
        (lambda: metrics.R2Score()([1.0, 2.0], [[1.0, 2.0], [2.0, 1.0]]), "metric.rank"),
    ],
)
def test_what_cannot_be_is_refused(make, code):
    with pytest.raises(NetcoreValueError) as caught:
        make()
    assert caught.value.code == code


def test_an_unknown_argument_is_refused_by_name():
    with pytest.raises(NetcoreTypeError) as caught:
        metrics.TruePositives(top_k=3)
    assert caught.value.code == "metric.unknown_argument"


def test_r2_says_that_it_cannot_adjust():
    with pytest.warns(NetcoreWarning) as caught:
        value = metrics.R2Score(num_regressors=5)([[1.0], [2.0], [4.0]], [[1.0], [2.0], [3.0]])
    assert caught[0].message.code == "metric.r2_regressors"
    assert value == pytest.approx(metrics.R2Score()([[1.0], [2.0], [4.0]], [[1.0], [2.0], [3.0]]))
