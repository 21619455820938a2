"""Knobs inside a network, turned while it learns: the run that was, and the run that its log makes again, are one."""

import json
import random
from dataclasses import replace

import numpy as np
import pytest

from lab.data.given import given_table
from lab.data.prepare import prepare
from lab.errors import ExperimentError, RunError
from lab.runs.kept.record import as_changes
from lab.runs.kept.replay import past_of
from lab.runs.orders.run import run_spec
from lab.runs.serve.engine import RunRequest
from lab.runs.serve.inline import InlineEngine
from lab.runs.wire.messages import Pause, Resume, SetBatchSize, SetInside, SetLearningRate, Step, Stop
from lab.runs.wire.spec import KnobTurn
from lab.runs.wire.typed import typed
from lab.runs.work.trainer import Trainer
from lab.spec.data import AS_FOUND
from lab.spec.experiment import MOST_CHANGES, Change, Experiment, PartSpec, checked
from lab.spec.limits import ALONE
from tests.lab.runs.play import playground
from tests.lab.runs.runs import same_weights


def network(epochs: int = 12, *, optimizer: str = "SGD", momentum: float = 0.5) -> Experiment:
    """A penalty of each kind, Dropout, and momentum."""
    made = playground(5, epochs=epochs, hidden={"kernel_regularizer": "L1"}, noise=20.0)
    made = made.with_added_layer("Dense", {"units": 4, "kernel_regularizer": "L2", "activation": "relu"}, 1)
    made = made.with_added_layer("Dropout", {"rate": 0.2}, 2)
    return made.with_compile(optimizer=PartSpec(type=optimizer, params={"momentum": momentum, "learning_rate": 0.05}))


def data(experiment: Experiment):
    return prepare(given_table(experiment.data.source, AS_FOUND), experiment.data, experiment.seed)


def trainer_of(experiment: Experiment) -> Trainer:
    return Trainer(*run_spec(experiment, data(experiment)))


def some_command(random: random.Random):
    return random.choice(
        [
            SetLearningRate(random.uniform(0.001, 0.2)),
            SetBatchSize(random.randint(1, 40)),
            SetInside("l1", random.uniform(0, 0.1)),
            SetInside("l2", random.uniform(0, 0.1), "1"),
            SetInside("dropout", random.uniform(0, 0.8), "2"),
            SetInside("momentum", max(0.0, random.uniform(-0.2, 0.95))),
            SetInside("weight", random.uniform(-3, 3), "0", "kernel", (random.randint(0, 1), random.randint(0, 4))),
            SetInside("weight", random.uniform(-3, 3), "3", "bias", (0,)),
        ]
    )


def same_curves(one: Trainer, other: Trainer) -> bool:
    return (one.history, one.extras) == (other.history, other.extras)


@pytest.mark.parametrize("seed", range(6))
def test_a_run_with_commands_at_random_moments_is_the_same_run_out_of_its_log(seed):
    chance = random.Random(seed)
    optimizer, momentum = ["SGD", "RMSprop"][seed % 2], [0.5, 0.0, 0.0][seed % 3]  # some are made without momentum
    experiment = network(optimizer=optimizer, momentum=momentum)
    live = trainer_of(experiment)
    while live.state == "running":
        live.apply(some_command(chance))
        live.advance(updates=chance.randint(1, 5))
        if chance.random() < 0.3:  # its worker died: it goes on elsewhere from its snapshot
            moved = trainer_of(experiment)
            moved.restore(live.snapshot())
            live = moved
    assert len(live.log) > 5
    written = Experiment.from_json(experiment.with_fit(changes=as_changes(live.changes)).to_json())
    again = trainer_of(written)
    again.advance()
    assert same_curves(live, again)
    assert same_weights(live, again)


@pytest.mark.parametrize("momentum", [0.5, 0.0])
def test_any_epoch_of_such_a_run_comes_back_from_its_checkpoints_and_a_fork_goes_on_as_the_run_did(momentum):
    chance = random.Random(7)
    experiment = network(20, momentum=momentum)
    dataset, engine = data(experiment), InlineEngine()
    run = engine.start(RunRequest(experiment, dataset), "me")
    weights = {}
    for epoch in range(1, 21):
        for _ in range(2):
            engine.command(run, "me", some_command(chance))
        engine.advance(1)
        weights[epoch] = engine.record(run, "me").weights
    record, kept = engine.record(run, "me"), engine.checkpoints(run, "me")
    for epoch in (1, 7, 11, 20):
        again = past_of(record, kept, dataset).trainer_at(epoch)
        assert [one.tobytes() for one in again.weights] == [one.tobytes() for one in weights[epoch]]
    fork = record.experiment_with_changes().forked(9)
    forked = Trainer(*run_spec(fork, dataset))
    forked.advance()
    assert [one.tobytes() for one in forked.weights] == [one.tobytes() for one in weights[20]]
    from_checkpoint = engine.start(RunRequest(fork, dataset, fork_of=run), "me")
    engine.advance()
    after = engine.record(from_checkpoint, "me").weights
    assert [one.tobytes() for one in after] == [one.tobytes() for one in weights[20]]


def without_penalties(**fit: int) -> Experiment:
    made = playground(5, epochs=6, noise=20.0)
    return made.with_added_layer("Dense", {"units": 4, "activation": "relu"}, 1).with_fit(**fit)


def under_penalties_of_nothing(experiment: Experiment) -> Experiment:
    nothing = part("L1L2", l1=0.0, l2=0.0)
    return experiment.with_layers([layer.with_params(kernel_regularizer=nothing) for layer in experiment.model.layers])


@pytest.mark.parametrize("updates", [0, 2, 3, 7])
def test_a_kernel_comes_under_a_penalty_while_it_learns_as_if_it_had_been_under_one_of_nothing(updates):
    plain, other = without_penalties(), under_penalties_of_nothing(without_penalties())
    trainers = [trainer_of(plain), trainer_of(other)]
    for trainer in trainers:
        if updates:
            trainer.advance(updates=updates)
        trainer.apply(SetInside("l2", 0.05, "0"))
        trainer.advance(updates=4)
        trainer.apply(SetInside("l1", 0.02, "0"))
        trainer.apply(SetInside("l1", 0.01, "1"))
        trainer.advance()
    grown, made = trainers
    assert same_weights(grown, made)
    assert grown.history == made.history
    assert grown.extras.keys() == made.extras.keys()
    for name, column in grown.extras.items():
        assert column == pytest.approx(made.extras[name], rel=1e-6), name
    assert grown.points.extras["penalty"][-1] > 0
    unturned = trainer_of(plain)
    unturned.advance()
    assert not same_weights(grown, unturned)


def test_such_a_run_goes_on_from_its_snapshot_comes_back_from_its_log_and_goes_on_as_a_fork():
    experiment = without_penalties()
    dataset, engine = data(experiment), InlineEngine()
    run = engine.start(RunRequest(experiment, dataset), "me")
    weights = {}
    for epoch in range(1, 7):
        if epoch == 3:
            engine.command(run, "me", SetInside("l2", 0.05, "1"))
        engine.advance(1)
        weights[epoch] = [one.tobytes() for one in engine.record(run, "me").weights]
    record, kept = engine.record(run, "me"), engine.checkpoints(run, "me")
    assert {len(column) for column in (record.history | record.extras).values()} == {6}
    assert record.extras["penalty"][:2] == [0.0, 0.0]
    assert record.extras["val_data_loss"][:2] == record.history["val_loss"][:2]
    for epoch in (1, 2, 3, 6):
        assert [one.tobytes() for one in past_of(record, kept, dataset).trainer_at(epoch).weights] == weights[epoch]
    written = Experiment.from_json(record.experiment_with_changes().to_json())
    again = trainer_of(written)
    again.advance(updates=10)
    moved = trainer_of(written)
    moved.restore(again.snapshot())
    moved.advance()
    assert [one.tobytes() for one in moved.weights] == weights[6]
    assert (moved.history, moved.extras) == (record.history, record.extras)
    forked = trainer_of(written.forked(4))
    forked.advance()
    assert [one.tobytes() for one in forked.weights] == weights[6]


def test_a_weight_set_by_hand_is_that_weight_to_the_next_update_and_is_logged_where_it_was_set():
    trainer = trainer_of(network())
    trainer.advance(updates=2)
    trainer.apply(Pause())
    trainer.apply(SetInside("weight", -1.25, "0", "kernel", (1, 3)))
    assert trainer.model.get_weights()[0][1, 3] == np.float32(-1.25)
    assert trainer.log == [KnobTurn(0, 2, "weight", -1.25, "0", "kernel", (1, 3))]
    trainer.apply(SetInside("weight", 2.0, "0", "kernel", (1, 3)))
    assert trainer.log == [KnobTurn(0, 2, "weight", 2.0, "0", "kernel", (1, 3))]  # a slider leaves one entry
    trainer.apply(Resume())
    trainer.advance(updates=1)
    assert trainer.model.get_weights()[0][1, 3] != np.float32(2.0)


def test_an_epoch_whose_updates_are_made_is_judged_by_what_they_led_to():
    edit = SetInside("weight", 50.0, "3", "bias", (0,))
    plain, edited = trainer_of(network()), trainer_of(network())
    for trainer in (plain, edited):
        while trainer._fit_run.rows_left:
            trainer.step()
    edited.apply(edit)
    plain.advance(epochs=1)
    assert edited.epochs_done == 1
    assert same_curves(plain, edited)
    assert edited.log[0].position == (1, 0)


@pytest.mark.parametrize(("name", "value"), [("l1", 0.3), ("l2", 0.3), ("dropout", 0.9), ("momentum", 0.9)])
def test_each_knob_does_from_its_position_on_what_the_same_network_made_with_it_does(name, value):
    """At (0, 0) it is as if the network had been made with it."""
    turned = trainer_of(network(3))
    turned.apply(SetInside(name, value))
    turned.advance()
    plain = network(3)
    first, second, drop, *rest = plain.model.layers
    if name == "momentum":
        made = plain.with_compile(optimizer=plain.compile.optimizer.with_params(momentum=value))
    else:
        first = first.with_params(kernel_regularizer=part("L1", l1=value)) if name == "l1" else first
        second = second.with_params(kernel_regularizer=part("L2", l2=value)) if name == "l2" else second
        drop = drop.with_params(rate=value) if name == "dropout" else drop
        made = plain.with_layers([first, second, drop, *rest])
    if name == "momentum":  # made without, it begins to remember its steps
        grown = trainer_of(network(3, momentum=0.0))
        grown.apply(SetInside(name, value))
        grown.advance()
        assert same_weights(grown, turned)
    expected = trainer_of(made)
    expected.advance()
    assert same_weights(turned, expected)
    assert same_curves(turned, expected)
    untouched = trainer_of(plain)
    untouched.advance()
    assert not same_weights(turned, untouched)


def part(name: str, **config: float):
    return {"class_name": name, "config": config}


@pytest.mark.parametrize(
    "command",
    [
        SetInside("dropout", 0.5, "0"),
        SetInside("l2", 0.5, "2"),
        SetInside("l1", 0.1, "9"),
        SetInside("weight", 1.0, "", "kernel", (0, 0)),
        SetInside("weight", 1.0, "9", "kernel", (0, 0)),
        SetInside("dropout", 0.96),
        SetInside("l1", -0.1),
        SetInside("weight", float("inf"), "0", "kernel", (0, 0)),
        SetInside("momentum", 1.0),
    ],
)
def test_what_a_network_does_not_have_and_what_is_out_of_bounds_is_refused(command):
    experiment, engine = network(), InlineEngine()
    run = engine.start(RunRequest(experiment, data(experiment)), "me")
    with pytest.raises((RunError, ExperimentError)):
        engine.command(run, "me", command)
    assert engine.record(run, "me").changes == ()


def test_a_place_that_no_weight_has_changes_nothing_and_is_not_logged():
    trainer = trainer_of(network())
    before = [weight.copy() for weight in trainer.model.get_weights()]
    for layer, array, index in (
        ("0", "kernel", (2, 0)),
        ("0", "kernel", (0,)),
        ("0", "gamma", (0,)),
        ("2", "kernel", (0,)),
    ):
        trainer.apply(SetInside("weight", 9.0, layer, array, index))
    assert trainer.log == []
    assert all((a == b).all() for a, b in zip(before, trainer.model.get_weights(), strict=True))


def test_a_log_has_room_for_so_many_changes_and_no_more():
    experiment, engine = network(), InlineEngine()
    run = engine.start(RunRequest(experiment, data(experiment), paused=True), "me")
    made = engine._runs[run]
    made.status = replace(made.status, changes=(KnobTurn(0, 0, "l1", 0.0),) * MOST_CHANGES)
    with pytest.raises(RunError, match=r"run\.too_many_changes"):
        engine.command(run, "me", SetInside("l1", 0.1))


def test_logs_of_before_still_open_and_say_the_same():
    old = {"epoch": 1, "batch": 2, "name": "learning_rate", "value": 0.5}
    assert typed(KnobTurn, old) == KnobTurn(1, 2, "learning_rate", 0.5)
    assert checked(Change, old).model_dump(exclude_defaults=True) == old
    experiment = network().with_fit(changes=(Change(**old),))
    assert json.loads(experiment.to_json())["fit"]["changes"] == [old]
    assert ALONE.epochs >= 20_000


def test_steps_by_update_stop_between_two_batches_and_survive_a_move():
    experiment = network()
    trainer = trainer_of(experiment)
    trainer.apply(Step(updates=5))
    trainer.advance(updates=2)
    moved = trainer_of(experiment)
    moved.restore(trainer.snapshot())
    moved.advance()
    assert (moved.state, moved.updates, moved.position) == ("paused", 5, (1, 2))
    moved.apply(Stop())
    assert moved.epochs_done == 1


def test_a_step_of_an_update_is_one_update_also_where_it_is_waited_for():
    trainer = trainer_of(network())
    trainer.apply(Step(updates=1))
    trainer.advance(updates=1)
    assert (trainer.state, trainer.updates) == ("paused", 1)
