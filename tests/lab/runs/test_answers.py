"""What a network says to a few rows while it learns: told to pages, without a trace in the run."""

import json
from base64 import b64decode

import numpy as np
import pytest

from lab.data.prepare import prepare
from lab.data.samples import load_sample
from lab.model.probe import LINE, SIDE, between_rows, evenly
from lab.runs.orders.run import run_spec
from lab.runs.work.answers import Answers, first_layer
from lab.runs.work.build import build_model
from lab.starts import start
from tests.lab.runs.clock import Clock
from tests.lab.runs.runs import Trainer, iris, spec_of


def built(name):
    experiment = start(name)
    dataset = prepare(load_sample(experiment.data.source.name, experiment.data.reading), experiment.data, 0)
    spec, arrays = run_spec(experiment, dataset)
    return dataset, arrays, build_model(spec)


def told(event):
    head, data = event.decode().strip().split("\n")
    assert head == "event:answers"
    values = json.loads(data.removeprefix("data:"))
    return values, {name: np.frombuffer(b64decode(text), np.float32) for name, text in values["outputs"].items()}


@pytest.mark.parametrize(("name", "between"), [("digits_conv", 0), ("spiral", SIDE * SIDE)])
def test_the_rows_are_those_of_the_validation_part_and_behind_them_the_points_between_rows(name, between):
    dataset, arrays, model = built(name)
    values, outputs = told(Answers(arrays, Clock()).event(model, 3))
    rows = dataset.validation.x[evenly(len(dataset.validation.x))]
    assert (values["epoch"], values["rows"]) == (3, len(rows))
    answers = outputs[""].reshape(len(rows) + between, -1)
    np.testing.assert_allclose(answers[: len(rows)], model.predict(rows, verbose=0), atol=1e-6)


def test_along_one_input_the_points_go_from_end_to_end_and_a_little_beyond():
    points = between_rows(np.array([[0.0], [10.0]]), np.array([[5.0]]))
    assert points.shape == (LINE, 1)
    assert (points[0, 0], points[-1, 0]) == pytest.approx((-0.8, 10.8))


def test_each_output_of_a_functional_model_answers_under_its_name():
    _, arrays, model = built("two_in_two_out")
    values, outputs = told(Answers(arrays, Clock()).event(model, 1))
    assert set(outputs) == {"rain", "tmax"}
    assert all(len(answers) % values["rows"] == 0 for answers in outputs.values())


def test_it_is_asked_again_only_after_a_while_but_at_rest_at_once():
    _, arrays, model = built("iris")
    clock = Clock()
    answers = Answers(arrays, clock)
    assert answers.event(model, 1)
    assert answers.event(model, 2) == b""
    assert answers.event(model, 2, at_rest=True)
    clock.now += 1.0
    assert answers.event(model, 3)


def test_of_a_slow_network_fewer_rows_are_asked_and_less_often():
    _, arrays, model = built("digits_conv")
    clock = Clock(step=1.0)  # each look takes a second: a row takes an eighth of one
    answers = Answers(arrays, clock)
    values, outputs = told(answers.event(model, 1))
    assert (values["rows"], len(outputs[""])) == (8, 80)
    clock.now += 10.0
    assert answers.event(model, 2) == b""  # less than a twentieth of the time goes into it


def test_of_a_network_that_reads_texts_two_rows_are_told_with_a_class_for_each_time_step():
    dataset, arrays, model = built("ctc_morse")
    values, outputs = told(Answers(arrays, Clock()).event(model, 1))
    assert values["rows"] == 2
    rows = dataset.validation.x[evenly(len(dataset.validation.x))[:2]]
    np.testing.assert_allclose(outputs[""].reshape(2, 72, -1), model.predict(rows, verbose=0), atol=1e-6)


def test_a_run_that_is_asked_has_the_numbers_of_one_that_is_not():
    asked, quiet = Trainer(*spec_of(iris(6))), Trainer(*spec_of(iris(6)))
    while asked.state == "running":
        asked.advance(epochs=1)
        assert b"event:answers" in asked.drawn() or asked.state == "running"
    quiet.advance()
    assert asked.history == quiet.history


def test_the_weights_of_the_first_layer_are_told_where_they_are_images():
    first = first_layer(built("digits_conv")[2])
    assert len(b64decode(first["weights"])) == 9 * first["units"]
    assert first_layer(built("ctc_morse")[2]) is None
