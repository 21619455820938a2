"""Each problem names the knob that it is about."""

import re
from pathlib import Path

import pytest

import lab.model
from lab.edits.mends import MENDS, mend_of
from lab.model.knobs import KNOBS, knob_of
from lab.model.problem import Problem
from lab.model.problems import model_problems
from lab.starts import start
from lab.texts import LANGUAGES, say
from tests.lab.model.test_model import dataset, network

CODE = re.compile(r'Problem\(\s*"([\w.]+)"')


def told() -> set[str]:
    """Codes of all problems that this room speaks of itself."""
    return {code for file in Path(lab.model.__path__[0]).glob("*.py") for code in CODE.findall(file.read_text())}


def test_every_problem_has_a_knob_and_no_knob_is_of_a_problem_that_nobody_tells():
    examples = {"model.learning_rate_huge"}  # in a docstring, and told too
    assert examples < told() == set(KNOBS)
    assert set(MENDS) < set(KNOBS)


@pytest.mark.parametrize(
    ("problem", "knob"),
    [
        (Problem("model.learning_rate_huge", {}), "optimizer.Adam.learning_rate"),
        (Problem("advice.softmax_with_binary", {}), "loss.type"),
        (Problem("model.output_units", {}, layer_id="l1"), "layer-l1.Dense.units"),
        (Problem("model.bounded_output", {}), "layer-l1.Dense.activation"),
        (Problem("layer.input_rank", {}, layer_id="l0"), "layer-l0"),
        (Problem("model.metric_unfit", {"metric": "mape"}), "compile.metrics"),
        (Problem("optimizer.two_clips", {}), "optimizer"),
    ],
)
def test_a_knob_has_the_name_of_its_widget(problem, knob):
    assert knob_of(problem, start("iris")) == knob


def test_an_output_of_several_has_knobs_of_its_own():
    experiment = start("two_in_two_out")
    output = experiment.model.outputs[0]
    layer = experiment.model.layer_of(experiment.model.node(output.reads))
    problem = Problem("model.bounded_output", {}, output=output.name)
    assert knob_of(problem, experiment) == f"layer-{layer.id}.Dense.activation"
    assert knob_of(Problem("model.class_loss_note", {}, output=output.name), experiment) == f"loss-{output.name}.type"


def test_the_units_of_an_output_that_has_none_are_those_of_the_last_layer_that_has_some():
    experiment = start("iris").with_added_layer("Activation", {"activation": "softmax"})
    problem = Problem("model.output_units", {}, layer_id=experiment.model.layers[-1].id)
    assert knob_of(problem, experiment) == "layer-l1.Dense.units"


def test_a_few_rows_are_told_before_training():
    codes = [problem.code for problem in model_problems(network((3, "softmax")), dataset(rows=19))]
    assert codes == ["model.few_train_rows", "model.few_validation_rows"]
    assert model_problems(network((3, "softmax")), dataset(rows=20)) == []


def test_a_patience_that_can_never_end_is_told_at_the_epochs():
    experiment = network((3, "softmax")).with_fit(epochs=10, early_stopping={"patience": 10})
    (problem,) = model_problems(experiment, dataset())
    assert (problem.code, knob_of(problem, experiment)) == ("model.patience_beyond_epochs", "fit.epochs")
    assert model_problems(experiment.with_fit(early_stopping={"patience": 9}), dataset()) == []


def test_a_dropout_in_front_of_everything_is_told_at_its_rate():
    experiment = network((3, "softmax")).with_added_layer("Dropout", {"rate": 0.2}, 0)
    (problem,) = model_problems(experiment, dataset())
    assert knob_of(problem, experiment) == f"layer-{experiment.model.layers[0].id}.Dropout.rate"


@pytest.mark.parametrize("code", sorted(MENDS))
def test_every_mend_has_its_words(code):
    name, _change = MENDS[code]
    words = dict.fromkeys(("output", "loss", "rate", "batch_size", "percent", "metric"), "x")
    assert all(say(f"mend.{name}", language, **words) for language in LANGUAGES)


MENDED = {
    "model.output_units": network((2, "softmax")),
    "model.not_probabilities": network((3, "relu")),
    "advice.sigmoid_with_categorical": network((3, "sigmoid")),
    "advice.softmax_with_binary": network((3, "softmax"), loss="BinaryCrossentropy"),
    "model.class_loss_note": network((3, "softmax"), loss="MeanSquaredError"),
    "model.output_only_in_training": network((3, "softmax")).with_added_layer("Dropout", {"rate": 0.2}),
    "model.dropout_on_inputs": network((3, "softmax")).with_added_layer("Dropout", {"rate": 0.2}, 0),
    "model.learning_rate_zero": network((3, "softmax")).with_learning_rate(0.0),
    "model.learning_rate_huge": network((3, "softmax")).with_learning_rate(100.0),
    "model.batch_larger_than_data": network((3, "softmax")).with_fit(batch_size=1000),
    "model.batch_small": network((3, "softmax")).with_fit(batch_size=2),
    "model.metric_unfit": network(1, loss="MeanSquaredError", task="regression").with_compile(metrics=("accuracy",)),
}


@pytest.mark.parametrize("code", sorted(MENDED))
def test_one_click_mends_what_the_problem_tells(code):
    experiment = MENDED[code]
    data = dataset(experiment.data.task)
    problem = next(one for one in model_problems(experiment, data) if one.code == code)
    mend = mend_of(problem, experiment, data)
    after = {one.code for one in model_problems(mend.experiment, data)}
    assert code not in after
    assert "error" not in {one.severity for one in model_problems(mend.experiment, data)}


def test_what_only_a_person_can_mend_has_no_button():
    problem = Problem("model.few_train_rows", {"rows": 3, "low": 20}, "warning")
    assert mend_of(problem, network((3, "softmax")), dataset()) is None
