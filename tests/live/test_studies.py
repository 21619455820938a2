"""Forks and studies in real worker processes."""

import os
import signal

import pytest

from lab.errors import RunError
from lab.runs.kept.replay import past_of
from lab.runs.serve.engine import RunRequest
from lab.runs.serve.inline import InlineEngine
from tests.lab.runs.runs import iris, iris_data, trained, with_rate
from tests.lab.runs.test_study import cells
from tests.live.states import wait_for_state, wait_for_study
from tests.waiting import wait_for


def test_a_study_gives_the_same_numbers_as_in_the_callers_own_thread(engine, owner):
    study = engine.start_study(cells(6), owner)
    wait_for_study(engine, study, owner, "finished")
    inline = InlineEngine()
    same = inline.start_study(cells(6), "me")
    inline.advance()
    here, there = engine.study(study, owner).outcomes, inline.study(same, "me").outcomes
    assert {key: [run.history for run in runs] for key, runs in here.items()} == {
        key: [run.history for run in runs] for key, runs in there.items()
    }
    assert {part.worker for part in engine.hub.parts_of(owner)} == {0, 1}


def test_a_study_is_no_run_in_the_list_and_can_be_stopped(engine, owner):
    study = engine.start_study(cells(5000), owner)
    wait_for(lambda: engine.study(study, owner).done > 0, "the first epochs")
    assert engine.runs_of(owner) == []
    part = engine.hub.parts_of(owner)[0].id
    with pytest.raises(RunError):
        engine.record(part, owner)
    engine.stop_study(study, owner)
    wait_for_study(engine, study, owner, "stopped")
    with pytest.raises(RunError):
        engine.study(study, "someone else")


def test_a_study_outlives_the_death_of_its_worker(engine, owner):
    study = engine.start_study(cells(200), owner)
    wait_for(lambda: engine.study(study, owner).done > 0, "the first epochs")
    os.kill(engine.pool.pids[0], signal.SIGKILL)
    wait_for_study(engine, study, owner, "finished")
    assert {key: len(runs) for key, runs in engine.study(study, owner).outcomes.items()} == {
        cell.key: 3 for cell in cells(1)
    }


def test_a_fork_starts_from_its_parents_checkpoint_and_a_kept_run_can_be_looked_back_into(engine, owner):
    parent = engine.start(RunRequest(iris(40), iris_data()), owner)
    wait_for_state(engine, parent, owner, "finished")
    experiment = with_rate(iris(40).forked(30), 0.2)
    fork = engine.start(RunRequest(experiment, iris_data(), fork_of=parent), owner)
    wait_for_state(engine, fork, owner, "finished")
    assert engine.record(fork, owner).history == trained(experiment).history
    assert len(engine.view(fork, owner).history["loss"]) == 40
    assert set(engine.checkpoints(fork, owner)) == {1, 2, 3, 4, 5, 6, 8, 10, 13, 17, 22, 28, 36}
    again = past_of(engine.record(fork, owner), engine.checkpoints(fork, owner), iris_data()).trainer_at(33)
    assert again.history["loss"] == pytest.approx(engine.view(fork, owner).history["loss"][:33], rel=1e-5)
    assert "evaluated_loss" in engine.view(fork, owner).extras


def test_a_deleted_run_is_gone_and_a_run_can_be_taken_along(engine, owner):
    run = engine.start(RunRequest(iris(5), iris_data()), owner)
    wait_for_state(engine, run, owner, "finished")
    engine.mark(run, owner, name="A", pinned=True)
    data = engine.export(run, owner)
    engine.delete(run, owner)
    assert engine.runs_of(owner) == []
    back = engine.take_in(data, owner)
    (summary,) = engine.runs_of(owner)
    assert (summary.id, summary.title, summary.epoch) == (back, "A", 5)
    assert engine.record(back, owner).history == trained(iris(5)).history
    assert engine.view(back, owner).extras
    engine.delete(back, owner)
    with pytest.raises(RunError):
        engine.view(back, owner)
