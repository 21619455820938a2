"""Turned knobs beside a run: what it can follow, when it goes on for longer, and when another run begins."""

from dataclasses import replace

import pytest

from lab.edits.follow import answer_to_a_turn, as_it_runs, can_continue, can_go_on, commands_to_follow, one_epoch_more
from lab.edits.layers import with_kernel_penalty
from lab.runs.kept.record import RunView
from lab.runs.serve.engine import RunRequest
from lab.runs.serve.inline import InlineEngine
from lab.runs.wire.messages import Extend, SetBatchSize, SetInside, SetLearningRate
from lab.spec.experiment import Change, PartSpec
from lab.spec.limits import ALONE
from tests.lab.runs.runs import iris, iris_data


def ended(epochs: int = 3) -> RunView:
    engine = InlineEngine(ALONE)
    run = engine.start(RunRequest(iris(epochs), iris_data()), "me")
    engine.advance()
    return engine.view(run, "me")


def test_learning_rate_batch_size_and_epochs_are_followed_the_epochs_first():
    told = iris(20)
    wanted = told.with_learning_rate(0.5).with_fit(epochs=30, batch_size=7)
    assert commands_to_follow(told, wanted) == [Extend(30), SetLearningRate(0.5), SetBatchSize(7)]
    assert commands_to_follow(told, told.replace(name="another name")) == []


def test_penalties_momentum_and_dropout_are_followed_also_where_the_network_was_made_without():
    told = iris(20).with_compile(optimizer=PartSpec(type="SGD"))  # Dense, Dropout, Dense
    wanted = with_kernel_penalty(with_kernel_penalty(told, "l2", 0.01), "l1", 0.5)
    wanted = wanted.with_layer(wanted.model.layers[1].with_params(rate=0.4))
    wanted = wanted.with_compile(optimizer=PartSpec(type="SGD", params={"momentum": 0.9}))
    commands = [
        SetInside("momentum", 0.9),
        SetInside("l1", 0.5, "0"),
        SetInside("l2", 0.01, "0"),
        SetInside("dropout", 0.4, "1"),
        SetInside("l1", 0.5, "2"),
        SetInside("l2", 0.01, "2"),
    ]
    assert commands_to_follow(told, wanted) == commands
    assert commands_to_follow(wanted, wanted) == []
    assert {command.value for command in commands_to_follow(wanted, told)} == {0.0, told.model.layers[1].params["rate"]}
    run = replace(ended(), changes=tuple(Change(epoch=1, batch=2, **vars(command)) for command in commands))
    assert commands_to_follow(as_it_runs(told, run), wanted.with_fit(epochs=3)) == []


def test_a_penalty_on_other_weights_than_the_kernel_needs_a_new_run():
    on_bias = iris().with_layer(iris().model.layers[0].with_params(bias_regularizer="L2"))
    assert commands_to_follow(iris(), on_bias) is None
    assert commands_to_follow(on_bias, with_kernel_penalty(on_bias, "l2", 0.1)) == [SetInside("l2", 0.1, "2")]


@pytest.mark.parametrize(
    "wanted",
    [
        iris().replace(seed=7),
        iris().with_data(scaling="min_max"),
        iris().without_layer("l0"),
        iris().with_compile(optimizer={"type": "SGD", "params": {}}),
        iris().with_fit(shuffle=False),
    ],
)
def test_what_changes_the_run_from_its_first_update_needs_a_new_run(wanted):
    assert commands_to_follow(iris(), wanted) is None


def test_the_experiment_as_it_runs_has_what_is_in_force_now():
    run = replace(ended(), learning_rate=0.25, batch_size=5, epochs=40)
    found = as_it_runs(iris(3), run)
    assert (found.compile.learning_rate, found.fit.batch_size, found.fit.epochs) == (0.25, 5, 40)


def test_only_a_run_with_good_weights_that_the_engine_holds_goes_on():
    run = ended()
    assert can_go_on(run)
    assert can_go_on(replace(run, state="stopped"))
    assert not can_go_on(replace(run, stream=""))
    assert not can_go_on(replace(run, state="diverged"))


def test_it_is_taken_on_where_more_epochs_are_wanted_than_it_has_made():
    run = ended(3)
    assert can_continue(run, iris(4))
    assert not can_continue(run, iris(3))
    assert (one_epoch_more(run), one_epoch_more(replace(run, epochs=10))) == (4, 10)


@pytest.mark.parametrize(
    ("state", "epochs", "wanted", "anew", "answer"),
    [
        ("running", 10, iris(10).with_learning_rate(0.5), False, "follow"),
        ("running", 10, iris(10).replace(seed=7), True, "start"),
        ("running", 10, iris(10).replace(seed=7), False, "nothing"),
        ("finished", 10, iris(10), True, "nothing"),
        ("finished", 10, iris(20), True, "continue"),
        ("finished", 10, iris(20), False, "nothing"),
        ("finished", 10, iris(9), True, "start"),
        ("stopped", 10, iris(10).with_learning_rate(0.5), True, "start"),
    ],
)
def test_a_turned_knob_is_followed_or_continues_the_run_or_begins_another(state, epochs, wanted, anew, answer):
    run = replace(ended(3), state=state, epochs=epochs)
    commands = commands_to_follow(iris(10), wanted)
    assert answer_to_a_turn(run, commands, wanted, anew=anew) == answer


def test_a_kept_run_is_drawn_with_all_its_curves_and_the_knobs_as_they_were_last():
    engine = InlineEngine(ALONE)
    run = engine.start(RunRequest(iris(3), iris_data()), "me")
    engine.advance(1)
    engine.command(run, "me", SetLearningRate(0.02))
    engine.advance()
    live, kept = engine.view(run, "me"), engine.record(run, "me").view
    assert (kept.history, kept.extras, kept.epoch, kept.epochs) == (live.history, live.extras, live.epoch, live.epochs)
    assert kept.learning_rate == live.learning_rate == 0.02


def test_a_turn_that_no_record_takes_is_for_a_new_run():
    """Noted all the same it broke every page of its owner, and ended the saving of everybody's runs."""
    told = iris(20)
    assert commands_to_follow(told, told.with_learning_rate(1e9)) == [SetLearningRate(1e9)]
    assert commands_to_follow(told, told.with_learning_rate(1e308)) is None
