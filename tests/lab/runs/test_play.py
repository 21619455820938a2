"""What a playground asks for by its route, with an engine in this thread; attacks on it stand in tests/security."""

import json
from base64 import b64decode, b64encode

import numpy as np
import pytest

from lab.data.given import given_table
from lab.data.prepare import prepare
from lab.data.samples import load_sample
from lab.errors import LabError
from lab.runs.serve import host
from lab.runs.serve.inline import InlineEngine
from lab.runs.serve.play import answered
from lab.runs.serve.tickets import MOST, Ticket, Tickets
from lab.spec.data import AS_FOUND, UploadSource
from lab.spec.experiment import PartSpec
from tests.lab.runs.play import playground


@pytest.fixture
def engine() -> InlineEngine:
    engine = InlineEngine()
    host.set_engine(engine)
    yield engine
    host.set_engine(None)


def ask(body, owner="me", language="en", tables=None):
    """(status, answer) of a body that a page of the owner sends."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    answer = answered(Ticket(owner, language, tables), data)
    return answer.status_code, json.loads(answer.body)


def begin(experiment=None, **more):
    values = json.loads((experiment or playground(4)).to_json())
    return ask({"do": "start", "experiment": values, **more})[1]["run"]


def test_a_run_begins_goes_on_and_is_the_run_that_a_page_would_have_begun(engine):
    status, told = ask({"do": "start", "experiment": json.loads(playground(4).to_json()), "paused": True})
    assert (status, told["state"], told["epoch"]) == (200, "paused", 0)
    assert [layer["units"] for layer in told["layers"]] == [4, 1]
    assert ask({"do": "resume", "run": told["run"]})[1]["state"] == "running"
    engine.advance()
    record = engine.record(told["run"], "me")
    assert record.experiment == playground(4)
    assert record.epochs_done == 5


@pytest.mark.parametrize(
    ("much", "epoch", "updates"), [({"epochs": 2}, 2, 6), ({"updates": 2}, 0, 2), ({"updates": 3}, 1, 3)]
)
def test_a_step_goes_so_far_and_rests(engine, much, epoch, updates):
    run = begin(paused=True)
    ask({"do": "step", "run": run, **much})
    engine.advance()
    view = engine.view(run, "me")
    assert (view.state, view.epoch, view.updates) == ("paused", epoch, updates)


def test_knobs_are_turned_with_their_position(engine):
    run = begin(paused=True)
    ask({"do": "step", "run": run, "updates": 4})
    engine.advance()
    assert ask({"do": "set", "run": run, "name": "learning_rate", "value": 0.5})[0] == 200
    assert ask({"do": "set", "run": run, "name": "batch_size", "value": 7})[0] == 200
    changes = engine.record(run, "me").changes
    assert [(one.epoch, one.batch, one.name, one.value) for one in changes] == [
        (1, 1, "learning_rate", 0.5),
        (1, 1, "batch_size", 7.0),
    ]


def test_weights_are_set_by_hand_before_a_run_begins_and_while_it_goes_on(engine):
    edit = {"layer": "0", "array": "kernel", "index": [1, 3], "value": -2.5}
    run = begin(paused=True, edits=[edit])
    ask({"do": "step", "run": run, "updates": 2})
    engine.advance()
    assert ask({"do": "weight", "run": run, **edit, "value": 4})[0] == 200
    assert ask({"do": "set", "run": run, "name": "l1", "value": 0.1})[1]["code"] == "run.no_such_knob"
    changes = engine.record(run, "me").changes
    assert [(one.epoch, one.batch, one.name, one.value, one.index) for one in changes] == [
        (0, 0, "weight", -2.5, (1, 3)),
        (0, 2, "weight", 4.0, (1, 3)),
    ]


def test_other_points_come_into_a_run_that_goes_on_and_what_does_not_fit_is_said(engine):
    run = begin(paused=True)
    source = {"kind": "playground", "dataset": "xor", "points": 80, "noise": 10}
    assert ask({"do": "data", "run": run, "source": source})[0] == 200
    changes = engine.record(run, "me").changes
    assert [(one.name, one.source.dataset, one.source.points) for one in changes] == [("data", "xor", 80)]
    status, told = ask({"do": "data", "run": run, "source": {**source, "dataset": "rings"}})
    assert (status, told["code"]) == (422, "run.other_inputs")
    assert ask({"do": "data", "run": run, "source": {**source, "noise": 500}})[1]["field"] == "data.source.noise"


def test_what_is_stopped_is_forgotten_unless_it_was_to_be_kept(engine):
    thrown_away = begin()
    assert ask({"do": "stop", "run": thrown_away}) == (200, {"run": thrown_away, "state": "stopped"})
    kept = begin()
    ask({"do": "keep", "run": kept})
    ask({"do": "stop", "run": kept})
    assert [(one.id, one.state, one.marks.pinned) for one in engine.runs_of("me")] == [(kept, "stopped", True)]


def test_two_runs_go_on_beside_each_other_and_a_third_ends_them(engine):
    one = begin()
    two = begin(playground(3), beside=one)
    assert {run.state for run in engine.runs_of("me")} == {"running"}
    begin(beside=two)
    assert engine.view(one, "me").state == "stopped"
    assert engine.view(two, "me").state == "running"


def test_a_look_tells_rows_start_weights_and_how_good_they_are_and_makes_no_run(engine):
    experiment = playground(4, noise=20.0)
    status, seen = ask({"do": "look", "experiment": json.loads(experiment.to_json())})
    assert status == 200
    assert engine.runs_of("me") == []
    frame = given_table(experiment.data.source, AS_FOUND).frame
    dataset = prepare(given_table(experiment.data.source, AS_FOUND), experiment.data, experiment.seed)
    rows = dataset.validation.rows
    assert np.array(seen["points"]["validation"]) == pytest.approx(
        np.column_stack([frame["x1"][rows], frame["x2"][rows], frame["label"][rows] > 0]), abs=1e-4
    )
    assert len(seen["points"]["train"]) == 30
    assert seen["count"] == 2 * 4 + 4 + 4 + 1
    begin(experiment)
    trainer = next(iter(engine._runs.values())).trainer
    told = [b64decode(text) for layer in seen["parameters"]["layers"].values() for text in layer.values()]
    assert told == [weight.tobytes() for weight in trainer.model.get_weights()]
    trainer.advance(epochs=1)
    assert set(seen["numbers"]) == set(trainer.history)


def test_a_look_at_given_weights_tells_how_good_those_are(engine):
    experiment = playground(4, hidden={"kernel_regularizer": {"class_name": "L2", "config": {"l2": 0.1}}})
    values = json.loads(experiment.to_json())
    _, seen = ask({"do": "look", "experiment": values})
    layers = seen["parameters"]["layers"]
    for arrays in layers.values():
        for name, text in arrays.items():
            arrays[name] = b64encode(np.zeros(len(b64decode(text)) // 4, "<f4").tobytes()).decode()
    status, zero = ask({"do": "look", "experiment": values, "parameters": layers})
    assert status == 200
    assert zero["numbers"]["loss"] == pytest.approx(np.log(2), abs=1e-6)
    assert zero["numbers"]["val_loss"] == pytest.approx(np.log(2), abs=1e-6)
    assert seen["numbers"]["loss"] == pytest.approx(seen["numbers"]["+data_loss"] + seen["numbers"]["+penalty"])
    del layers["0"]["bias"]
    assert ask({"do": "look", "experiment": values, "parameters": layers})[1]["code"] == "play.weights"


def test_a_look_at_a_network_too_large_for_a_picture_is_refused(engine):
    values = json.loads(playground(1250).to_json())
    assert ask({"do": "look", "experiment": values}) == (
        422,
        {
            "refusal": "The model is too large: 5,001 parameters, and the limit is 5,000. Use fewer units.",
            "code": "run.too_many_parameters",
        },
    )


def test_own_tables_are_found_by_the_ticket_alone(engine):
    table = load_sample("iris")
    source = UploadSource(name="mine.csv", sha256="0" * 64, columns=table.column_names)
    inputs, target = table.column_names[:2], table.column_names[-1]
    experiment = playground(3).with_data(source=source, inputs=inputs, target=target, task="multiclass")
    experiment = experiment.with_compile(loss=PartSpec(type="CategoricalCrossentropy"))
    experiment = experiment.with_layers(experiment.model.layers[:1]).with_added_layer("Dense", {"units": 3})
    body = {"do": "look", "experiment": json.loads(experiment.to_json())}
    assert ask(body)[0] == 404

    def missing(source, reading):
        raise LabError("data_page.own_file_missing", name=source.name)

    assert ask(body, tables=missing)[1]["code"] == "data_page.own_file_missing"
    status, seen = ask(body, tables=lambda source, reading: table)
    assert status == 200, seen
    assert len(seen["points"]["train"][0]) == 3


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'{"do": "start"}',
        b'{"do": "eval", "run": "x"}',
        b'{"do": "pause"}',
        b'{"do": "pause", "run": 7}',
        b'{"do": "pause", "run": "x", "owner": "y"}',
        b'{"do": "set", "run": "x", "name": "__class__", "value": 1}',
        b'{"do": "set", "run": "x", "name": "learning_rate", "value": "1"}',
        b'{"do": "set", "run": "x", "name": "learning_rate", "value": NaN}',
        b'{"do": "set", "run": "x", "name": "learning_rate", "value": 1e999}',
        b'{"do": "set", "run": "x", "name": "learning_rate", "value": true}',
        b'{"do": "step", "run": "x", "updates": 1000000000}',
        b'{"do": "step", "run": "x", "epochs": -1}',
        b'{"do": "speed", "run": "x", "epochs_per_s": 0}',
        b'{"do": "start", "experiment": ' + b"[" * 5_000 + b"]" * 5_000 + b"}",
        b'{"do": "start", "experiment": ' + b'{"a":' * 5_000 + b"1" + b"}" * 5_000 + b"}",
        b"\xff\xfe",
    ],
)
def test_what_is_no_request_of_a_playground_is_refused_in_a_sentence(engine, body):
    status, told = ask(body)
    assert status == 400
    assert told["code"] == "play.not_understood"
    assert told["refusal"].startswith("The server")


def test_refusals_speak_the_language_of_the_page_and_name_the_field(engine):
    values = json.loads(playground(4).to_json())
    values["model"]["layers"][0]["params"]["units"] = 10**9
    status, told = ask({"do": "start", "experiment": values}, language="ko")
    assert status == 422
    assert "4,000,000,001" in told["refusal"]
    values = json.loads(playground(4).to_json())
    values["data"]["source"]["noise"] = 99
    status, told = ask({"do": "start", "experiment": values})
    assert (status, told["field"]) == (422, "data.source.noise")


def test_someone_elses_run_is_as_unknown_as_one_that_never_was(engine):
    run = begin()
    for body in ({"do": "pause"}, {"do": "stop"}, {"do": "keep"}, {"do": "step"}, {"do": "speed"}):
        theirs, none = (ask({**body, "run": id}, owner="other") for id in (run, "never"))
        assert theirs == none
        assert theirs[0] == 404
    assert engine.view(run, "me").state == "running"
    begin_beside = {"do": "start", "experiment": json.loads(playground(4).to_json()), "beside": run}
    assert ask(begin_beside, owner="other")[0] == 200
    assert engine.view(run, "me").state == "running"


# --- tickets


def test_an_owner_keeps_one_ticket_for_each_language_and_the_oldest_unused_ones_end():
    tickets = Tickets()
    first = tickets.of("me", "ko")
    assert tickets.of("me", "ko") == first
    assert tickets.of("me", "en") != first
    assert tickets.get(first).owner == "me"
    for number in range(MOST):
        tickets.of(str(number), "ko")
    assert tickets.get(first) is None
    assert tickets.of("me", "ko") != first
    assert len(tickets._keys) == len(tickets._by_key) == MOST
