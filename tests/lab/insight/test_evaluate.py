"""Evaluation and verdict on real runs: original units, the baseline beside them, the test part only when asked for."""

import dataclasses

import numpy as np
import pytest

from lab.data.given import given_table
from lab.data.prepare import prepare
from lab.data.propose import propose_data
from lab.data.samples import load_sample
from lab.insight.evaluate import evaluate, evaluate_run, predicted_classes, rows_at_end
from lab.runs.orders.run import run_spec
from lab.runs.serve.engine import RunRequest
from lab.runs.serve.inline import InlineEngine
from lab.runs.work.trainer import Trainer
from lab.spec.data import AS_FOUND, SplitSpec
from lab.spec.experiment import Change, LayerSpec, PartSpec
from lab.starts import propose_experiment, start
from lab.texts import LANGUAGES, say
from lab.verdict.baseline import baseline
from lab.verdict.baseline_loss import baseline_loss
from lab.verdict.judging import judge_run
from lab.verdict.words import say_baseline
from tests.lab.runs.play import playground
from tests.lab.verdict.test_verdict import all_said


def trained(experiment):
    """(dataset, trainer) of a finished run."""
    dataset = prepare(load_sample(experiment.data.source.name), experiment.data, experiment.seed)
    trainer = Trainer(*run_spec(experiment, dataset))
    trainer.advance()
    return dataset, trainer


def judged(experiment):
    dataset, trainer = trained(experiment)
    verdict = judge_run(experiment, dataset, trainer.history, trainer.state)
    for language in LANGUAGES:
        assert all(sentence and "{" not in sentence for sentence in all_said(verdict, language))
    return verdict


def dense(*layers):
    return [
        LayerSpec(id=f"l{place}", type="Dense", params={"units": units, "activation": activation})
        for place, (units, activation) in enumerate(layers)
    ]


def adam(rate):
    return PartSpec(type="Adam", params={"learning_rate": rate})


# --- the verdict on the runs of the lessons


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_rain_from_200_rows_is_overfit_with_the_turn_where_lesson_9_measured_it(seed):
    """kr_rain_tomorrow, 11-32-32-1, Adam 0.001, 150 epochs: the turn at epoch 10.6 ± 4.9."""
    experiment = (
        start("overfitting")
        .with_layers(dense((32, "relu"), (32, "relu"), (1, "sigmoid")))
        .with_data(split=SplitSpec(validation=0.45, test=0.44))
        .with_fit(epochs=150)
        .replace(seed=seed)
    )
    verdict = judged(experiment)
    assert (verdict.kind, verdict.rule) == ("overfit", "rise")
    assert 1 <= verdict.evidence.best_epoch <= 30


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_one_unit_on_the_circle_is_underfit_and_eight_are_a_good_fit(seed):
    one = start("circle").replace(seed=seed)
    verdict = judged(one)
    assert (verdict.kind, verdict.rule, verdict.advice[0]) == ("underfit", "room", "more_units")
    eight = one.with_layer(one.model.layers[0].replace(params={"units": 8, "activation": "relu"}))
    assert judged(eight).rule == "close"


@pytest.mark.parametrize("name", ["iris", "penguins", "breast_cancer", "tmax", "lecture", "spiral"])
def test_the_start_that_works_well_is_called_a_good_fit(name):
    assert judged(start(name)).kind == "good_fit"


def test_the_start_that_memorises_is_called_overfit():
    assert judged(start("overfitting")).kind == "overfit"


def test_steps_that_are_too_large_on_unscaled_data_are_told_and_the_scaling_is_named():
    experiment = (
        start("tmax")
        .with_data(scaling="none", target_scaling="none")
        .with_compile(optimizer=PartSpec(type="SGD", params={"learning_rate": 0.1}))
    )
    verdict = judged(experiment)
    assert verdict.kind in ("diverged", "too_large")
    assert "unscaled_inputs" in verdict.causes
    assert "standardise_inputs" in verdict.advice


def test_steps_that_are_too_large_end_in_numbers_that_are_none_and_the_last_good_weights_are_kept():
    experiment = (
        start("tmax")
        .with_data(target_scaling="none")
        .with_compile(optimizer=PartSpec(type="SGD", params={"learning_rate": 0.1}))
    )
    dataset, trainer = trained(experiment)
    assert trainer.state == "diverged"
    assert judge_run(experiment, dataset, trainer.history, trainer.state).rule == "non_finite"
    result = evaluate(experiment, trainer.weights, dataset, ("validation",))
    assert np.isfinite(result.scores["validation"].loss)


def test_three_epochs_are_not_finished():
    assert judged(start("iris").with_fit(epochs=3)).kind == "not_finished"


def test_a_small_learning_rate_is_not_finished():
    assert judged(start("iris").with_compile(optimizer=adam(0.0003)).with_fit(epochs=40)).kind == "not_finished"


def test_fifteen_rows_are_not_enough_data():
    verdict = judged(start("iris").with_data(split=SplitSpec(validation=0.1, test=0.1)))
    assert (verdict.kind, verdict.rule) == ("not_enough_data", "few_validation_rows")


def test_no_validation_part_leaves_nothing_to_judge_by():
    verdict = judged(start("iris").with_data(split=SplitSpec(validation=0.0)))
    assert (verdict.kind, verdict.rule) == ("not_enough_data", "no_validation")


def test_a_run_without_an_epoch_gets_a_verdict_too():
    experiment = start("iris")
    dataset = prepare(load_sample("iris"), experiment.data, 0)
    assert judge_run(experiment, dataset, {}, "stopped").kind == "not_finished"
    assert judge_run(experiment, dataset, {}, "diverged").kind == "diverged"


def test_the_baseline_of_two_classes_is_the_entropy_of_their_shares():
    experiment = start("breast_cancer")
    dataset = prepare(load_sample("breast_cancer"), experiment.data, 0)
    share = dataset.train.target.mean()  # of the class that the one output stands for
    actual = dataset.validation.target
    by_hand = -np.mean(actual * np.log(share) + (1 - actual) * np.log(1 - share))
    for units, loss in (
        (1, "BinaryCrossentropy"),
        (2, "CategoricalCrossentropy"),
        (2, "SparseCategoricalCrossentropy"),
    ):
        one = experiment.with_compile(loss=PartSpec(type=loss))
        line = baseline_loss(one, dataset, baseline(dataset, one.compile.loss), "validation", units)
        assert line.value == pytest.approx(by_hand, rel=1e-5)
        assert line.kind == "majority"


def test_the_best_number_by_the_loss_is_not_the_best_by_a_metric_and_that_is_said():
    table = load_sample("rain_amount")
    data = propose_data(table, str(table.frame.columns[-1]))
    source = start("tmax").data.source.replace(name="rain_amount")
    experiment = propose_experiment(table, source, data).with_fit(epochs=1)
    experiment = experiment.with_compile(loss=PartSpec(type="MeanAbsoluteError"), metrics=("mse",))
    dataset, trainer = trained(experiment)
    found = evaluate(experiment, trainer.weights, dataset, ("train",))
    assert found.baseline_kind == "median"
    spread = float(np.var(dataset.train.target))  # of the mean, which no other number is better than
    assert found.baseline["train"].metrics["mse"] > 1.05 * spread
    for language in LANGUAGES:
        by_loss = say("evaluate_page.baseline_by_loss", language)
        assert say_baseline(found.baseline_kind, found.metrics, language).endswith(by_loss)
        assert by_loss not in say_baseline("median", (), language) + say_baseline("majority", ("accuracy",), language)


def test_the_baseline_of_logits_is_the_same_forecast():
    experiment = start("breast_cancer")
    dataset = prepare(load_sample("breast_cancer"), experiment.data, 0)
    logits = experiment.with_compile(loss=PartSpec(type="BinaryCrossentropy", params={"from_logits": True}))
    rules = [(one, dataset, baseline(dataset, one.compile.loss)) for one in (experiment, logits)]
    lines = [baseline_loss(*rule, "validation", 1).value for rule in rules]
    assert lines[0] == pytest.approx(lines[1], rel=1e-5)


# --- evaluation


def test_regression_is_judged_in_degrees_also_when_the_target_was_standardised():
    experiment = start("tmax")
    dataset, trainer = trained(experiment)
    result = evaluate(experiment, trainer.weights, dataset, ("train", "validation", "test"))
    actual, predicted = map(np.array, result.points["validation"])
    assert result.scores["validation"].metrics["mae"] == pytest.approx(np.abs(actual - predicted).mean(), rel=1e-5)
    assert 1.0 < result.scores["validation"].metrics["mae"] < 2.2
    assert result.scores["validation"].loss == pytest.approx(trainer.history["val_loss"][-1], rel=1e-3)
    assert (result.baseline_kind, result.units["mae"]) == ("persistence", "°C")
    assert result.baseline["validation"].metrics["mae"] > result.scores["validation"].metrics["mae"]
    assert result.scores["test"].rows == len(dataset.test.x)


def test_the_metrics_of_a_standardised_target_are_those_of_its_scale():
    experiment = start("tmax")
    dataset, trainer = trained(experiment)
    score = evaluate(experiment, trainer.weights, dataset, ("validation",)).scores["validation"]
    assert score.metrics["mae"] == pytest.approx(trainer.history["val_mae"][-1] * dataset.target_scale, rel=1e-3)


@pytest.mark.parametrize("name", ["iris", "breast_cancer"])
def test_classes_get_a_confusion_matrix_that_adds_up_to_the_accuracy(name):
    experiment = start(name)
    dataset, trainer = trained(experiment)
    result = evaluate(experiment, trainer.weights, dataset, ("train", "validation"))
    matrix = np.array(result.confusion["validation"])
    assert matrix.sum() == len(dataset.validation.x)
    assert matrix.sum(axis=1).tolist() == np.bincount(dataset.validation.target, minlength=len(matrix)).tolist()
    assert np.trace(matrix) / matrix.sum() == pytest.approx(trainer.history["val_accuracy"][-1])
    assert result.scores["validation"].metrics["accuracy"] == pytest.approx(trainer.history["val_accuracy"][-1])
    assert result.baseline["validation"].metrics["accuracy"] < result.scores["validation"].metrics["accuracy"]
    assert set(result.confusion) == {"train", "validation"}


def test_the_test_part_is_not_looked_at_unless_it_is_named():
    experiment = start("iris")
    dataset, trainer = trained(experiment)
    poisoned = dataclasses.replace(
        dataset, test=dataclasses.replace(dataset.test, x=np.full_like(dataset.test.x, np.nan))
    )
    plain = evaluate(experiment, trainer.weights, dataset, ("train", "validation"))
    sealed = evaluate(experiment, trainer.weights, poisoned, ("train", "validation"))
    assert sealed.scores == plain.scores
    verdicts = [judge_run(experiment, data, trainer.history) for data in (dataset, poisoned)]
    assert verdicts[0] == verdicts[1]


@pytest.mark.parametrize("name", ["iris", "tmax"])
def test_the_ten_rows_of_largest_loss_are_named_by_their_number_in_the_table(name):
    experiment = start(name)
    dataset, trainer = trained(experiment)
    worst = evaluate(experiment, trainer.weights, dataset, ("validation",)).worst["validation"]
    assert len(worst) == 10
    assert [sample.loss for sample in worst] == sorted((sample.loss for sample in worst), reverse=True)
    table = load_sample(experiment.data.source.name).frame
    for sample in worst:
        assert table[dataset.target_name].iloc[sample.row - 1] == sample.actual
        assert sample.probability is None or 0 <= sample.probability <= 1


def test_outputs_before_the_softmax_are_read_as_classes_all_the_same():
    plain = start("breast_cancer")
    logits = plain.with_layer(plain.model.layers[-1].replace(params={"units": 1})).with_compile(
        loss=PartSpec(type="BinaryCrossentropy", params={"from_logits": True})
    )
    dataset, trainer = trained(logits)
    result = evaluate(logits, trainer.weights, dataset, ("validation",))
    matrix = np.array(result.confusion["validation"])
    assert np.trace(matrix) / matrix.sum() > 0.9
    assert all(0 <= sample.probability <= 1 for sample in result.worst["validation"])


@pytest.mark.parametrize(
    ("loss", "output"),
    [
        ("SparseCategoricalCrossentropy", (3, "softmax")),
        ("CategoricalCrossentropy", (3, "softmax")),
        ("MeanSquaredError", (3, "softmax")),
        ("MeanAbsoluteError", (3, "softmax")),
        ("BinaryCrossentropy", (3, "sigmoid")),
    ],
)
def test_every_loss_for_classes_can_be_evaluated(loss, output):
    experiment = (
        start("iris")
        .with_layers(dense((8, "relu"), output))
        .with_compile(loss=PartSpec(type=loss), metrics=("accuracy", "mae") if loss[0] != "S" else ("accuracy",))
        .with_fit(epochs=5)
    )
    dataset, trainer = trained(experiment)
    result = evaluate(experiment, trainer.weights, dataset, ("validation",))
    assert result.scores["validation"].loss == pytest.approx(trainer.history["val_loss"][-1], rel=1e-4)
    assert np.isfinite(result.baseline["validation"].loss)
    assert len(result.worst["validation"]) == 10


@pytest.mark.parametrize("loss", ["MeanSquaredError", "MeanAbsoluteError", "MeanAbsolutePercentageError"])
def test_every_loss_for_numbers_can_be_evaluated(loss):
    experiment = start("tmax").with_compile(loss=PartSpec(type=loss)).with_fit(epochs=3)
    dataset, trainer = trained(experiment)
    result = evaluate(experiment, trainer.weights, dataset, ("validation",))
    assert result.scores["validation"].loss == pytest.approx(trainer.history["val_loss"][-1], rel=1e-3)


def test_the_likeliest_class_is_predicted():
    assert predicted_classes(np.array([[0.2], [0.5], [0.6]])).tolist() == [0, 0, 1]
    assert predicted_classes(np.array([[0.2, 0.5, 0.3]])).tolist() == [1]


# --- points that changed on the way


def test_a_run_is_judged_by_the_points_that_it_learned_from_last_and_not_by_those_that_never_came():
    begun = playground(4, epochs=4)
    other, later = (begun.data.source.replace(points=points, noise=50) for points in (100, 200))
    dataset = prepare(given_table(begun.data.source, AS_FOUND), begun.data, begun.seed)
    engine = InlineEngine()
    changes = [Change(epoch=at, batch=0, name="data", value=0, source=one) for at, one in ((2, other), (4, later))]
    run = engine.start(RunRequest(begun.with_fit(changes=tuple(changes)), dataset), "me")
    engine.advance()
    record = engine.record(run, "me")
    (found,) = evaluate_run(record, dataset).values()
    assert found.scores["validation"].rows == 50
    assert found.scores["validation"].loss == pytest.approx(record.history["val_loss"][-1])
    assert rows_at_end(dataclasses.replace(record, changes=())) is None


def test_a_run_is_judged_by_what_it_learned_whatever_was_turned_on_the_way():
    begun = playground(4, epochs=4).with_added_layer("Dropout", {"rate": 0.2}, 1)
    dataset = prepare(given_table(begun.data.source, AS_FOUND), begun.data, begun.seed)
    turned = [("l2", 0.3, "0"), ("l1", 0.2, "2"), ("momentum", 0.6, ""), ("dropout", 0.7, "1")]
    changes = tuple(Change(epoch=2, batch=3, name=name, value=value, layer=layer) for name, value, layer in turned)
    engine = InlineEngine()
    run = engine.start(RunRequest(begun.with_fit(changes=changes), dataset), "me")
    engine.advance()
    record = engine.record(run, "me")
    (found,) = evaluate_run(record, dataset).values()
    for part, column in (("train", "evaluated_data_loss"), ("validation", "val_data_loss")):
        assert found.scores[part].loss == pytest.approx(record.extras[column][-1], rel=1e-5)
    assert found.scores["validation"].loss < record.history["val_loss"][-1]  # what weighs on weights is no mistake
    assert found.scores["validation"].metrics["accuracy"] == pytest.approx(record.history["val_accuracy"][-1])
