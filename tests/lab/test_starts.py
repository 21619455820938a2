"""Where a person begins: the ready-made experiments, and what is proposed for a table of their own."""

import pytest

from lab.data.prepare import prepare
from lab.data.propose import propose_data
from lab.data.samples import card, load_sample, sample_names
from lab.model.problems import model_problems
from lab.runs.orders.run import run_spec
from lab.runs.work.trainer import Trainer
from lab.spec.data import SampleSource
from lab.spec.experiment import Experiment
from lab.starts import EXAMPLES, STARTS, propose_experiment, start
from lab.texts import has_text


def test_every_example_has_a_title_and_every_title_an_example():
    """What has no title is not offered; the order is that of the titles."""
    assert {file.stem for file in EXAMPLES.glob("*.json")} == set(STARTS)
    assert STARTS[:2] == ("iris", "lecture")


@pytest.mark.parametrize("name", STARTS)
def test_a_start_has_a_title_and_a_sentence_and_no_error(name):
    assert has_text(f"start.{name}.look")
    experiment = start(name)
    dataset = prepare(load_sample(experiment.data.source.name), experiment.data, experiment.seed)
    problems = [problem.code for problem in model_problems(experiment, dataset)]
    assert problems == (["model.class_loss_note"] if name == "lecture" else [])


@pytest.mark.parametrize("name", STARTS)
def test_a_start_uses_columns_that_its_table_has(name):
    data = start(name).data
    assert {*data.inputs, data.target} <= set(load_sample(data.source.name).column_names)
    assert data.target == card(data.source.name).target


def test_the_lectures_own_network_is_there_as_the_note_has_it():
    experiment = start("lecture")
    layers = [(layer.type, layer.params) for layer in experiment.model.layers]
    assert layers == [
        ("Dense", {"units": 32, "activation": "relu"}),
        ("Dense", {"units": 10, "activation": "softmax"}),
    ]
    assert experiment.compile.optimizer.type == "RMSprop"
    assert experiment.compile.loss.type == "MeanSquaredError"
    assert experiment.compile.metrics == ("accuracy",)
    assert (experiment.fit.batch_size, len(experiment.data.inputs)) == (10, 784)
    assert (experiment.data.scaling, experiment.data.scale_constant) == ("constant", 255.0)


@pytest.mark.parametrize("name", sample_names())
def test_the_proposal_for_any_table_trains_and_learns(name):
    table = load_sample(name)
    source = SampleSource(name=name)
    experiment = propose_experiment(table, source, propose_data(table, None, source)).with_fit(epochs=5)
    dataset = prepare(table, experiment.data, experiment.seed)
    assert [problem.code for problem in model_problems(experiment, dataset) if problem.severity == "error"] == []
    assert Experiment.from_json(experiment.to_json()) == experiment
    trainer = Trainer(*run_spec(experiment, dataset))
    trainer.advance()
    assert trainer.state == "finished"
    assert trainer.history["loss"][-1] < trainer.history["loss"][0]
