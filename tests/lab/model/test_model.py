"""What the pages show of a model before it trains: shapes, counts, and a plain sentence for all that does not fit."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.data.prepare import Dataset, Part
from lab.model.layer_table import layer_widths, merges, model_table, parameter_count, shape_text
from lab.model.outputs import total_formula
from lab.model.problems import activation_range, batches_are_full, model_problems, updates_arithmetic
from lab.runs.orders.run import run_spec
from lab.runs.work.trainer import Trainer
from lab.spec.experiment import LayerSpec, PartSpec
from lab.spec.limits import CLASS
from lab.starts import propose_output, start, with_fitting_output
from lab.texts import LANGUAGES, say_error
from netcore import activations
from netcore.layers import LAYERS
from netcore.metrics import METRICS
from tests.lab.spec.test_experiment import experiments, iris


def dataset(task="multiclass", classes=("a", "b", "c"), rows=60, features=4, target=None, x=None):
    """A table that has been prepared: random inputs of size 1."""
    random = np.random.default_rng(0)
    x = random.normal(size=(rows, features)).astype(np.float32) if x is None else x
    if target is None:
        target = random.normal(size=rows) if task == "regression" else np.arange(rows) % len(classes)
    part = Part(x, target, np.arange(rows))
    return Dataset(
        train=part,
        validation=part,
        test=part,
        feature_names=tuple(f"x{place}" for place in range(features)),
        task=task,
        classes=() if task == "regression" else classes,
        target_name="y",
        target_unit="",
        target_mean=0.0,
        target_scale=1.0,
        columns=(),
        dropped_rows=0,
        notes=(),
        persistence=None,
        persistence_column=None,
        content_hash="",
    )


def network(*layers, loss="CategoricalCrossentropy", task="multiclass", **params):
    """An experiment with these layers: a number is Dense units, a pair is units and activation."""
    specs = []
    for place, layer in enumerate(layers):
        units, activation = layer if isinstance(layer, tuple) else (layer, None)
        specs.append(LayerSpec(id=f"l{place}", type="Dense", params={"units": units, "activation": activation}))
    metrics = ("mae",) if task == "regression" else ("accuracy",)
    compiled = {"loss": PartSpec(type=loss, params=params), "metrics": metrics}
    return iris().with_data(task=task).with_layers(specs).with_compile(**compiled)


def codes(experiment, data):
    problems = model_problems(experiment, data)
    for problem in problems:
        for language in LANGUAGES:
            assert say_error(problem, language)
    return [problem.code for problem in problems]


# --- what cannot be made is told before a run


def test_start_values_that_no_weight_of_that_shape_can_have_are_told_at_their_layer():
    windows = dataset(x=np.zeros((60, 3, 4), np.float32))
    for type, name, data in (
        ("Dense", "orthogonal", dataset()),
        ("Dense", "identity", dataset()),
        ("LSTM", "identity", windows),
    ):
        first = LayerSpec(id="l7", type=type, params={"units": 3, "bias_initializer": name})
        experiment = network(3).with_layers([first, *network(3).model.layers])
        (problem,) = (one for one in model_problems(experiment, data) if one.blocks)
        assert (problem.code, problem.layer_id) == ("initializer.shape", "l7")


def test_arguments_of_an_optimizer_that_are_right_each_by_itself_and_not_together_are_told():
    optimizer = PartSpec(type="Adam", params={"clipnorm": 1.0, "clipvalue": 1.0})
    assert codes(network((3, "softmax")).with_compile(optimizer=optimizer), dataset()) == ["optimizer.two_clips"]


def test_outputs_are_counted_where_the_network_ends_whichever_layer_has_units():
    """Two inputs go straight into a Softmax; a Dense in front of a Flatten has units at each of several steps."""
    alone = network(3).with_layers([LayerSpec(id="l0", type="Softmax")])
    data = dataset(task="binary", classes=("a", "b"), features=2)
    steps = network(1).with_added_layer("Flatten", {}).with_added_layer("Softmax", {})
    moved = dataset(x=np.zeros((60, 3, 4), np.float32))
    for experiment, prepared in ((alone, data), (steps, moved)):
        assert not [one for one in model_problems(experiment, prepared) if one.blocks]
        Trainer(*run_spec(experiment, prepared)).advance(updates=1)


# --- the table


def test_the_lectures_first_layer_has_25120_parameters():
    table = model_table(network((32, "relu"), (10, "softmax")), (784,))
    assert [(row.input_shape, row.output_shape, row.parameters) for row in table] == [
        ((None, 784), (None, 32), 25_120),
        ((None, 32), (None, 10), 330),
    ]
    assert parameter_count(table) == 25_450


def test_counting_makes_no_weights():
    """A network of a million million weights is measured at once; it could not even be stored."""
    assert parameter_count(model_table(network(10**6, 10**6), (10,))) > 10**12


@given(experiments(), st.integers(1, 1000))
def test_the_table_never_raises_and_shapes_follow_each_other(experiment, features):
    table = model_table(experiment, (features,))
    assert [row.id for row in table] == [layer.id for layer in experiment.model.layers]
    shape = (None, features)
    for row in table:
        assert row.input_shape == shape
        shape = row.output_shape


def test_a_layer_with_several_results_is_told_and_later_rows_are_blank():
    experiment = start("hourly")
    states = experiment.with_added_layer("LSTM", {"units": 4, "return_state": True}, 0)
    table = model_table(states, (24, 5))
    assert (table[0].problem.code, table[0].output_shape, table[1].input_shape) == ("model.several_results", None, None)
    assert all(say_error(table[0].problem, language) for language in LANGUAGES)


def test_a_layer_that_cannot_take_its_input_has_the_problem_and_later_rows_are_blank():
    table = model_table(network(3, 2), ())
    assert table[0].problem is not None
    assert table[1].input_shape is None
    assert table[1].problem is None


@pytest.mark.parametrize(
    ("rows", "batch_size", "epochs", "expected"), [(960, 10, 100, (96, 9600)), (7, 3, 2, (3, 6)), (5, 100, 4, (1, 4))]
)
def test_updates_are_counted_as_on_paper(rows, batch_size, epochs, expected):
    assert updates_arithmetic(rows, batch_size, epochs) == expected


def test_a_batch_is_full_where_the_rows_come_out_even():
    assert batches_are_full(960, 10)
    assert not batches_are_full(7, 3)
    assert not batches_are_full(5, 100)


# --- what does not fit


@pytest.mark.parametrize(
    ("task", "classes", "layers", "loss"),
    [
        ("multiclass", "abc", [(3, "softmax")], "CategoricalCrossentropy"),
        ("multiclass", "abc", [(3, "softmax")], "SparseCategoricalCrossentropy"),
        ("binary", "ab", [(1, "sigmoid")], "BinaryCrossentropy"),
        ("binary", "ab", [(2, "softmax")], "CategoricalCrossentropy"),
        ("regression", "", [8, 1], "MeanSquaredError"),
        ("regression", "", [(8, "relu"), 1], "MeanAbsoluteError"),
    ],
)
def test_what_fits_has_no_problem(task, classes, layers, loss):
    assert codes(network(*layers, loss=loss, task=task), dataset(task, tuple(classes))) == []


@pytest.mark.parametrize(
    ("task", "classes", "layers", "loss", "code"),
    [
        ("multiclass", "abc", [], "CategoricalCrossentropy", "model.no_layers"),
        ("multiclass", "abc", [(4, "softmax")], "CategoricalCrossentropy", "model.output_units"),
        ("multiclass", "abc", [(2, "softmax")], "SparseCategoricalCrossentropy", "model.output_units"),
        ("multiclass", "abc", [(1, "sigmoid")], "BinaryCrossentropy", "model.output_units"),
        ("multiclass", "abc", [(1, "softmax")], "CategoricalCrossentropy", "model.loss_needs_classes"),
        ("binary", "ab", [(3, "softmax")], "CategoricalCrossentropy", "model.output_units_binary"),
        ("binary", "ab", [(1, "sigmoid")], "CategoricalCrossentropy", "model.loss_needs_classes"),
        ("binary", "ab", [(1, "sigmoid")], "SparseCategoricalCrossentropy", "model.loss_needs_classes"),
        ("regression", "", [2], "MeanSquaredError", "model.output_units"),
        ("regression", "", [(1, "sigmoid")], "BinaryCrossentropy", "model.target_not_01"),
        ("regression", "", [(3, "softmax")], "CategoricalCrossentropy", "model.loss_for_classes"),
    ],
)
def test_outputs_loss_and_task_that_do_not_fit_are_an_error_with_a_remedy(task, classes, layers, loss, code):
    data = dataset(task, tuple(classes))
    experiment = network(*layers, loss=loss, task=task)
    assert codes(experiment, data)[0] == code
    assert model_problems(experiment, data)[0].severity == "error"
    assert codes(with_fitting_output(experiment, len(data.classes)), data) == []


@pytest.mark.parametrize(
    ("task", "classes", "layers", "loss", "code"),
    [
        ("multiclass", "abc", [3], "CategoricalCrossentropy", "advice.linear_with_crossentropy"),
        ("multiclass", "abc", [(3, "relu")], "CategoricalCrossentropy", "model.not_probabilities"),
        ("multiclass", "abc", [(3, "tanh")], "SparseCategoricalCrossentropy", "model.not_probabilities"),
        ("binary", "ab", [1], "BinaryCrossentropy", "advice.linear_with_crossentropy"),
        ("binary", "ab", [(1, "softmax")], "BinaryCrossentropy", "model.softmax_one_unit"),
        ("binary", "ab", [(2, "softmax")], "BinaryCrossentropy", "advice.softmax_with_binary"),
        ("regression", "", [(1, "sigmoid")], "MeanSquaredError", "model.bounded_output"),
        ("regression", "", [(1, "relu")], "MeanSquaredError", "model.bounded_output"),
    ],
)
def test_an_activation_that_does_not_suit_the_loss_is_a_warning(task, classes, layers, loss, code):
    problems = model_problems(network(*layers, loss=loss, task=task), dataset(task, tuple(classes)))
    assert [(problem.code, problem.severity) for problem in problems] == [(code, "warning")]
    assert all(say_error(problems[0], language) for language in LANGUAGES)


def test_logits_are_fine_where_the_loss_expects_them_and_a_softmax_on_top_is_not():
    assert codes(network(3, from_logits=True), dataset()) == []
    assert codes(network((3, "softmax"), from_logits=True), dataset()) == ["advice.logits_twice"]


@pytest.mark.parametrize("name", [name for name in LAYERS.names() if LAYERS.get(name).training_only])
def test_a_layer_that_only_acts_in_training_cannot_be_the_output(name):
    experiment, data = network((8, "relu"), (3, "softmax")), dataset()
    params = {argument: param.example() for argument, param in LAYERS.get(name).params.items() if not param.optional}
    assert codes(experiment.with_added_layer(name, params, 1), data) == []
    spoiled = experiment.with_added_layer(name, params)
    (problem,) = model_problems(spoiled, data)
    assert (problem.code, problem.severity) == ("model.output_only_in_training", "error")
    assert problem.layer_id == spoiled.model.layers[-1].id
    assert codes(spoiled, data) == [problem.code]


def test_the_lectures_softmax_with_mean_squared_error_is_only_a_note():
    problems = model_problems(network((3, "softmax"), loss="MeanSquaredError"), dataset())
    assert [(problem.code, problem.severity) for problem in problems] == [("model.class_loss_note", "note")]


@pytest.mark.parametrize(("rate", "code"), [(0.0, "model.learning_rate_zero"), (1e9, "model.learning_rate_huge")])
def test_learning_rates_that_lessons_need_run_with_a_warning(rate, code):
    experiment = network((3, "softmax")).with_compile(optimizer=PartSpec(type="SGD", params={"learning_rate": rate}))
    assert [(problem.code, problem.severity) for problem in model_problems(experiment, dataset())] == [
        (code, "warning")
    ]
    assert codes(experiment, None) == [code]


def test_a_batch_larger_than_the_data_runs_as_one_and_says_so():
    experiment = network((3, "softmax")).with_fit(batch_size=61)
    assert codes(experiment, dataset(rows=60)) == ["model.batch_larger_than_data"]
    assert codes(experiment, dataset(rows=61)) == []


def test_inputs_and_targets_of_great_size_are_pointed_out():
    x = np.full((60, 4), 1000.0, np.float32)
    assert codes(network((3, "softmax")), dataset(x=x)) == ["model.inputs_not_scaled"]
    target = np.full(60, 1013.0)
    regression = network(1, loss="MeanSquaredError", task="regression")
    assert codes(regression, dataset("regression", target=target)) == ["model.target_large"]


def test_a_percentage_of_nothing_is_pointed_out():
    target = np.concatenate([np.zeros(5), np.ones(55)])
    experiment = network(1, loss="MeanAbsolutePercentageError", task="regression")
    assert codes(experiment, dataset("regression", target=target)) == ["model.mape_near_zero"]
    scaled = experiment.with_data(target_scaling="standard")
    assert codes(scaled, dataset("regression", target=target)) == ["model.mape_scaled_target"]


def test_limits_of_the_profile_are_named():
    problems = model_problems(network(200_000, (3, "softmax")), dataset(), CLASS)
    assert problems[0].code == "model.too_many_parameters"
    assert problems[0].values["high"] == CLASS.parameters
    assert "500,000" in say_error(problems[0], "ko")


# --- derived from the parts themselves


@pytest.mark.parametrize(
    ("name", "low", "high"),
    [
        ("linear", -math.inf, math.inf),
        ("relu", 0.0, math.inf),
        ("sigmoid", 0.0, 1.0),
        ("softmax", 0.0, 1.0),
        ("tanh", -1.0, 1.0),
        ("elu", -1.0, math.inf),
        ("softplus", 0.0, math.inf),
    ],
)
def test_the_range_of_an_activation_is_found_by_asking_it(name, low, high):
    assert activation_range(name) == (low, high)


@pytest.mark.parametrize("name", activations.ACTIVATIONS.names())
def test_every_activation_has_a_range(name):
    low, high = activation_range(name)
    assert low < high


@given(experiments(), st.sampled_from(["binary", "multiclass", "regression"]))
def test_every_problem_of_any_experiment_has_its_sentence(experiment, task):
    classes = {"binary": ("a", "b"), "multiclass": ("a", "b", "c"), "regression": ()}[task]
    codes(experiment.with_data(task=task), dataset(task, classes))


@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
def test_the_proposed_output_fits_its_task(task):
    classes = {"binary": ("a", "b"), "multiclass": ("a", "b", "c"), "regression": ()}[task]
    output, loss, metrics = propose_output(task, len(classes))
    experiment = network(4, task=task).with_added_layer("Dense", output).with_compile(loss=loss, metrics=metrics)
    assert codes(experiment, dataset(task, classes)) == []


# --- metrics


CASES = {
    "sparse": (network((3, "softmax"), loss="SparseCategoricalCrossentropy"), dataset()),
    "one-hot": (network((3, "softmax")), dataset()),
    "binary": (network((1, "sigmoid"), loss="BinaryCrossentropy", task="binary"), dataset("binary", ("a", "b"))),
    "numbers": (network(1, loss="MeanSquaredError", task="regression"), dataset("regression")),
}


@pytest.mark.parametrize("metric", [*METRICS.names(), "accuracy", "mae", "mse"])
@pytest.mark.parametrize("case", CASES)
def test_a_metric_without_a_problem_trains_and_one_that_would_break_the_run_is_an_error(case, metric):
    experiment, data = CASES[case]
    experiment = experiment.with_compile(metrics=(metric,)).with_fit(epochs=1)
    problems = model_problems(experiment, data)
    if any(problem.severity == "error" for problem in problems):
        assert [problem.code for problem in problems] == ["model.metric_fails"]
        return
    trainer = Trainer(*run_spec(experiment, data))
    trainer.advance()
    assert trainer.state == "finished"


@pytest.mark.parametrize(
    ("case", "metric", "code"),
    [
        ("sparse", "accuracy", None),
        ("one-hot", "accuracy", None),
        ("binary", "accuracy", None),
        ("binary", "Recall", None),
        ("numbers", "mae", None),
        ("numbers", "RootMeanSquaredError", None),
        ("sparse", "mae", "model.metric_fails"),
        ("one-hot", "SparseCategoricalAccuracy", "model.metric_fails"),
        ("one-hot", "Mean", "model.metric_fails"),
        ("binary", "F1Score", "model.metric_fails"),  # an array with one score, which is no number
        ("binary", "CategoricalAccuracy", "model.metric_unfit"),
        ("one-hot", "Accuracy", None),
        ("numbers", "accuracy", "model.metric_unfit"),
        ("numbers", "BinaryCrossentropy", "model.metric_unfit"),
    ],
)
def test_what_a_metric_is_worth_is_found_by_trying_it(case, metric, code):
    experiment, data = CASES[case]
    assert codes(experiment.with_compile(metrics=(metric,)), data) == ([] if code is None else [code])


# --- shapes in words


def test_a_shape_is_written_as_python_writes_it():
    assert (shape_text((None, 28, 28)), shape_text((None,)), shape_text(None)) == ("(None, 28, 28)", "(None,)", "")


def test_the_widths_of_a_model_are_those_behind_its_layers_with_parameters():
    experiment = start("iris")
    rows = model_table(experiment.with_added_layer("Dropout", {"rate": 0.5}, 1), (4,))
    assert layer_widths(rows) == [4, experiment.model.layers[0].params["units"], 3]
    assert layer_widths(model_table(experiment, ())[:1]) == [None]


def test_only_merging_layers_take_several_inputs():
    assert merges("Concatenate")
    assert not merges("Dense")


def test_the_total_loss_is_written_as_the_sum_or_mean_of_the_losses():
    outputs = start("two_in_two_out").model.outputs
    assert total_formula(outputs, "sum") == " + ".join(f"{one.weight:g} × {one.name}_loss" for one in outputs)
    assert total_formula(outputs, "mean") == f"({total_formula(outputs, 'sum')}) ÷ 2"
    assert "<b>" not in total_formula(outputs, "sum", lambda name: name.upper())
