"""A few numbers of each layer while a run goes on: right, small, thinned, and without a trace in the run."""

import json

import numpy as np
import pytest

from lab.data.prepare import prepare
from lab.data.samples import load_sample
from lab.insight.inside.look import told_layers
from lab.runs.orders.run import run_spec
from lab.runs.work.inside import BINS, FASTEST_S, MOST_ROWS, SHARE, Inside
from lab.runs.work.trainer import Trainer
from lab.starts import start
from tests.lab.runs.clock import Clock
from tests.lab.runs.runs import iris, same_weights, spec_of, trained


def values(event: bytes) -> dict:
    head, data = event.decode().strip().split("\n")
    assert head == "event:inside"
    return json.loads(data.removeprefix("data:"))


def test_the_numbers_of_a_layer_are_those_of_the_trace_of_the_rows():
    trainer = Trainer(*spec_of(iris()))
    trainer.advance(epochs=2)
    x, y = (trainer._arrays[name] for name in ("x", "y"))
    places = np.linspace(0, len(x) - 1, MOST_ROWS).round().astype(int)
    traced = trainer.model.trace(x[places], y[places])
    told = values(trainer.inside())
    assert told["epoch"] == 2
    assert list(told["layers"]) == [name for name, _, _ in told_layers(iris())]
    last = told["layers"]["2"]  # the second Dense layer: a Dropout lies between
    weights = np.concatenate([traced[name].ravel() for name in ("W3", "b3")]).astype(np.float64)
    change = np.concatenate([traced[f"delta {name}"].ravel() for name in ("W3", "b3")])
    gradient = np.concatenate([traced[f"dL/d{name}"].ravel() for name in ("W3", "b3")])
    assert last["counts"] == np.histogram(weights, BINS)[0].tolist()
    assert last["norm"] == pytest.approx(np.linalg.norm(gradient), rel=1e-3)
    assert last["ratio"] == pytest.approx(np.linalg.norm(change) / np.linalg.norm(weights), rel=1e-3)
    assert told["layers"]["1"] == {}  # nothing to learn
    assert "stuck" not in last  # an output may be as sure as it likes
    assert 0 <= told["layers"]["0"]["stuck"] <= 1


def test_a_run_that_is_looked_into_is_the_same_run():
    looked_into = Trainer(*spec_of(iris()))
    while looked_into.advance(epochs=1):
        looked_into._inside = None  # due again
        looked_into.inside()
        looked_into.step()
        looked_into._inside = None
        looked_into.inside()
    assert same_weights(looked_into, trained(iris()))


def test_looks_are_thinned_by_time_and_by_what_they_take_but_the_last_one_comes_at_once():
    clock = Clock()
    spec, arrays = spec_of(iris())
    model, inside = Trainer(spec, arrays).model, Inside(arrays, clock)
    assert inside.event(model, spec, 1)
    clock.now += 0.9 * FASTEST_S
    assert inside.event(model, spec, 2) == b""
    assert inside.event(model, spec, 2, at_rest=True)
    clock.now += FASTEST_S
    assert inside.event(model, spec, 3)


@pytest.mark.parametrize("name", ["lecture", "digits_conv", "two_in_two_out", "hourly"])
def test_what_is_told_of_a_layer_is_small_whatever_its_size(name):
    experiment = start(name)
    dataset = prepare(load_sample(experiment.data.source.name), experiment.data, experiment.seed)
    spec, arrays = run_spec(experiment, dataset)
    event = Inside(arrays).event(Trainer(spec, arrays).model, spec, 0)
    told = values(event)["layers"]
    assert list(told) == [name for name, _, _ in told_layers(experiment)]
    assert len(event) < 100 + 300 * len(told)
    assert SHARE < 0.05
