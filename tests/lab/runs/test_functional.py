"""Functional models trained: the same numbers as the chain they contain, sum and mean, snapshots, what stops a run."""

import numpy as np
import pytest

from lab.data.prepare import prepare
from lab.data.samples import load_sample
from lab.edits.graph import as_graph, with_added_target, without_target
from lab.export.lines import run_document
from lab.insight.evaluate import evaluate_run
from lab.model.layer_table import graph_table, parameter_count
from lab.model.outputs import history_keys, history_of, split_key
from lab.model.problems import model_problems
from lab.runs.orders.run import run_spec
from lab.runs.serve.engine import RunRequest
from lab.runs.serve.inline import InlineEngine
from lab.runs.work.build import build_model
from lab.runs.work.trainer import Trainer
from lab.spec.experiment import PartSpec
from lab.starts import start
from lab.verdict.judging import judge_outputs, judge_run
from lab.verdict.story import story


def two():
    return start("two_in_two_out").with_fit(epochs=6)


def dataset_of(experiment):
    return prepare(load_sample(experiment.data.source.name), experiment.data, experiment.seed)


def trained(experiment):
    trainer = Trainer(*run_spec(experiment, dataset_of(experiment)))
    trainer.advance()
    return trainer


@pytest.mark.parametrize("name", ["iris", "tmax", "spiral"])
def test_a_chain_gives_the_same_curve_in_both_spellings(name):
    """Lesson 4: sequential is functional without branches; the largest difference of the curves is 0."""
    experiment = start(name).with_fit(epochs=4)
    assert trained(as_graph(experiment)).history == trained(experiment).history


def test_the_history_has_the_keys_of_keras_and_the_total_is_the_weighted_sum():
    trainer = trained(two().with_model(two().model.with_output("rain", weight=0.25)))
    history = trainer.history
    assert set(history) == set(history_keys(two(), validated=True))
    for start_ in ("", "val_"):
        total = np.array(history[f"{start_}tmax_loss"]) + 0.25 * np.array(history[f"{start_}rain_loss"])
        np.testing.assert_allclose(history[f"{start_}loss"], total, rtol=1e-6)


def test_the_mean_at_twice_the_rate_is_the_sum_for_sgd():
    """Lesson 8: SGD 0.01 with the sum and SGD 0.02 with the mean are one and the same training."""

    def weights(rate, combine):
        optimizer = PartSpec(type="SGD", params={"learning_rate": rate})
        return trained(two().with_compile(optimizer=optimizer, combine_losses=combine)).weights

    pairs = zip(weights(0.01, "sum"), weights(0.02, "mean"), strict=True)
    assert max(float(np.abs(one - other).max()) for one, other in pairs) == 0.0
    assert any((one != other).any() for one, other in zip(weights(0.01, "sum"), weights(0.01, "mean"), strict=True))


def test_an_output_of_weight_0_learns_nothing():
    ignored = two().with_model(two().model.with_output("rain", weight=0.0))
    early, late = (trained(ignored.with_fit(epochs=epochs)).weights for epochs in (1, 9))
    first = [weight.shape for weight in late].index((16, 1))  # outputs by name: rain comes before tmax
    assert (early[first] == late[first]).all()
    assert [problem.code for problem in model_problems(ignored, dataset_of(ignored))] == ["graph.weight_zero"]


def test_a_snapshot_goes_on_bit_for_bit():
    experiment = two()
    straight = trained(experiment)
    first = Trainer(*run_spec(experiment, dataset_of(experiment)))
    first.advance(epochs=2)
    second = Trainer(*run_spec(experiment, dataset_of(experiment)))
    second.restore(first.snapshot())
    second.advance()
    assert second.history == straight.history
    assert all((a == b).all() for a, b in zip(second.weights, straight.weights, strict=True))


def test_a_shared_layer_has_one_set_of_weights_that_both_calls_teach():
    graph = two().model.with_shared_node("l3", ["l2"])
    experiment = two().with_model(graph.with_layer(graph.node("l5").replace(reads=("l6",))))
    dataset = dataset_of(experiment)
    spec, _arrays = run_spec(experiment, dataset)
    counted = parameter_count(graph_table(experiment.model, dataset.input_shapes))
    assert build_model(spec).count_params() == counted == 706


def test_what_leads_to_no_output_is_not_computed_but_pointed_out():
    graph = two().model.with_added_node("Dense", {"units": 5}, ["upper"])
    experiment = two().with_model(graph)
    problems = model_problems(experiment, dataset_of(experiment))
    assert [(p.code, p.severity) for p in problems] == [("graph.node_unused", "warning")]
    assert trained(experiment).history == trained(two()).history


@pytest.mark.parametrize(
    ("code", "change"),
    [
        ("graph.reads_nothing", lambda g: g.with_layer(g.node("l3").replace(reads=()))),
        ("graph.reads_too_many", lambda g: g.with_layer(g.node("l3").replace(reads=("l0", "l1")))),
        ("graph.reads_too_few", lambda g: g.with_layer(g.node("l2").replace(reads=("l0",)))),
        ("graph.output_reads_no_node", lambda g: g.with_output("rain", reads=None)),
        ("graph.output_reads_no_node", lambda g: g.with_output("rain", reads="upper")),
        ("graph.no_outputs", lambda g: g.replace(outputs=())),
        ("graph.unknown_target", lambda g: g.with_output("rain", target="y_snow")),
        ("graph.inputs_differ", lambda g: g.with_input_renamed("ground", "soil")),
        ("model.output_units", lambda g: g.with_output("tmax", reads="l3")),
    ],
)
def test_an_unfinished_graph_is_an_error_with_its_place(code, change):
    experiment = two().with_model(change(two().model))
    errors = [p for p in model_problems(experiment, dataset_of(experiment)) if p.severity == "error"]
    assert code in [p.code for p in errors]


def test_pressure_in_pa_drowns_the_rain_and_standardising_it_mends_that():
    """Lesson 8: the loss of pressure in Pa is a million times the loss of rain."""
    table = load_sample("two_in_two_out")
    experiment = with_added_target(without_target(two(), "y_tmax_degC"), table.column("y_pressure_Pa"))
    experiment = experiment.with_compile(optimizer=PartSpec(type="SGD", params={"learning_rate": 0.01}))
    assert trained(experiment).state == "finished"
    raw = experiment.replace(
        data=experiment.data.with_targets([t.replace(scaling="none") for t in experiment.data.targets])
    )
    assert "model.target_large" in [problem.code for problem in model_problems(raw, dataset_of(raw))]
    trainer = trained(raw)
    assert trainer.history["y_pressure_Pa_loss"][0] > 1e6 * trainer.history["rain_loss"][0]
    # the first steps kill the relu units: the loss stays a number, but nothing is learned for either output
    assert judge_run(raw, dataset_of(raw), trainer.history, trainer.state).kind == "too_large"
    assert trainer.history["val_rain_accuracy"][-1] < 0.62


def test_each_output_is_judged_and_evaluated_in_its_own_unit():
    experiment = start("two_in_two_out")
    dataset = dataset_of(experiment)
    engine = InlineEngine()
    run_id = engine.start(RunRequest(experiment, dataset), "someone")
    engine.advance()
    record = engine.record(run_id, "someone")
    evaluations = evaluate_run(record, dataset, ("validation", "test"))
    assert evaluations["tmax"].target_unit == "degC"
    assert evaluations["tmax"].scores["test"].metrics["mae"] < 0.4 * evaluations["tmax"].baseline["test"].metrics["mae"]
    assert evaluations["rain"].classes == ("0", "1")
    assert evaluations["rain"].scores["test"].metrics["accuracy"] > 0.7
    own = history_of(record.history, "rain", 2)
    assert evaluations["rain"].scores["validation"].loss == pytest.approx(own["val_loss"][-1], rel=1e-4)
    verdicts = judge_outputs(experiment, dataset, record.history)
    assert set(verdicts) == {"tmax", "rain"}
    assert verdicts == record.context.judge_outputs(record.history, record.state)
    (entry,) = engine.runs_of("someone")
    told, document = story(record.verdict, verdicts, "en"), run_document(record, dataset)
    assert entry.verdict == told.kind
    assert document["headline"]["en"] == document["verdict"]["text"]["en"][0] == told.headline
    total = judge_run(experiment, dataset, record.history)
    assert total.evidence.baseline_kind == "outputs"
    assert total.evidence.baseline_loss == pytest.approx(
        sum(verdict.evidence.baseline_loss for verdict in verdicts.values())
    )


@pytest.mark.parametrize(("combine", "share"), [("sum", 1.0), ("mean", 0.5)])
def test_the_baseline_of_the_total_is_weighed_as_the_losses_are(combine, share):
    experiment = two().with_model(two().model.with_output("rain", weight=3.0)).with_compile(combine_losses=combine)
    dataset, history = dataset_of(experiment), trained(experiment).history
    lines = {name: one.evidence.baseline_loss for name, one in judge_outputs(experiment, dataset, history).items()}
    total = judge_run(experiment, dataset, history).evidence.baseline_loss
    assert total == pytest.approx(share * (lines["tmax"] + 3 * lines["rain"]))


def test_history_keys_are_told_apart():
    assert split_key("rain_loss", two()) == ("rain", "loss")
    assert split_key("loss", two()) == (None, "loss")
    alone = without_target(two(), "y_rain")
    assert history_keys(alone, validated=False) == ("loss", "mae")
    assert set(trained(alone).history) == set(history_keys(alone, validated=True))
