"""What a network said at an epoch: over two inputs, along one, or row by row; and the loss of any part."""

import numpy as np
import pytest

from lab.charts.surface import fit_line, surface
from lab.data.prepare import prepare
from lab.data.propose import propose_data
from lab.data.samples import load_sample
from lab.insight.moment import GRID, moment
from lab.insight.part_values import values_on
from lab.runs.kept.replay import past_of
from lab.runs.serve.engine import RunRequest
from lab.runs.serve.inline import InlineEngine
from lab.spec.data import SampleSource
from lab.spec.experiment import Experiment
from lab.starts import propose_experiment, start


def data(experiment: Experiment):
    return prepare(load_sample(experiment.data.source.name), experiment.data, experiment.seed)


def at(experiment: Experiment, epoch: int):
    engine = InlineEngine()
    run = engine.start(RunRequest(experiment, data(experiment)), "me")
    engine.advance()
    record, dataset = engine.record(run, "me"), data(experiment)
    trainer = past_of(record, engine.checkpoints(run, "me"), dataset).trainer_at(epoch)
    return moment(trainer.model, record, dataset), record, dataset, trainer


def test_the_plane_is_in_the_columns_own_units_and_agrees_with_the_network():
    then, _, dataset, trainer = at(start("circle").with_fit(epochs=4), 3)
    plane = then.plane
    assert plane.z.shape == (GRID, GRID)
    assert plane.x[0] < plane.points["train"].x.min() < plane.points["train"].x.max() < plane.x[-1]
    column, row = 20, 50
    scaled = [
        (value - prepared.mean) / prepared.scale
        for value, prepared in zip((plane.x[column], plane.y[row]), dataset.columns, strict=True)
    ]
    said = trainer.model.predict(np.array([scaled], np.float32), verbose=0)
    assert plane.z[row, column] == pytest.approx(float(said[0, 0]), abs=1e-5)
    chart = surface(plane, dataset.classes, dataset.target_name, "", language="en")
    assert {trace.type for trace in chart.data} == {"heatmap", "contour", "scatter"}


def test_one_input_gives_a_line_in_the_targets_unit():
    table, source = load_sample("sine_1d"), SampleSource(name="sine_1d")
    experiment = propose_experiment(table, source, propose_data(table, source=source))
    then, _, dataset, _ = at(experiment.with_fit(epochs=3), 2)
    assert len(then.line.x) == len(then.line.y)
    assert np.isin(then.line.points["validation"].target, dataset.validation.target).all()
    assert len(fit_line(then.line, dataset.target_name, "", language="ko").data) == 3


@pytest.mark.parametrize("name", ["iris", "two_in_two_out"])
def test_other_problems_are_judged_row_by_row_on_the_validation_part(name):
    then, record, _, _ = at(start(name).with_fit(epochs=3), 2)
    assert then.plane is None
    assert then.part == "validation"
    losses = [evaluation.scores["validation"].loss for evaluation in then.evaluations.values()]
    assert sum(losses) == pytest.approx(record.history["val_loss"][1], rel=1e-5)


def test_values_of_a_part_are_those_of_the_history():
    _, record, dataset, _ = at(start("two_in_two_out").with_fit(epochs=2), 2)
    found = values_on(record, dataset, "validation")
    assert found == pytest.approx({name: record.history[f"val_{name}"][-1] for name in found}, rel=1e-5)
    assert values_on(record, dataset, "test").keys() == found.keys()
