"""Real processes that look into runs: the same numbers as in one's own, whatever becomes of the process."""

import os
import signal
from collections.abc import Iterator
from dataclasses import asdict, replace
from functools import cache

import numpy as np
import psutil
import pytest

from lab.aside.progress import Progress, silently
from lab.errors import LookError
from lab.export.program import program_of
from lab.insight.inside import looker
from lab.insight.inside.job import (
    Job,
    bad_update,
    bad_update_in,
    course,
    landscape_in,
    looks_in,
    packed,
    slice_of_loss,
    snapshot_in,
    unpacked,
    way_back,
    worked_out,
)
from lab.insight.inside.looker import LookingPool
from lab.insight.inside.rows import rows_looked_at
from lab.runs.kept.replay import Past, past_of
from lab.runs.serve.engine import RunRequest
from lab.runs.serve.inline import InlineEngine
from lab.runs.work.trainer import Trainer
from lab.spec.experiment import Change
from lab.spec.limits import CLASS
from lab.texts import LANGUAGES, say_error
from tests.lab.runs.runs import iris, iris_data
from tests.live.leaving import Left, leave
from tests.waiting import wait_for

EPOCHS = 12
ONE = replace(CLASS, looks=1)


@cache
def past() -> Past:
    """Of a run on iris with Dropout, and a learning rate that was turned on the way."""
    engine = InlineEngine()
    run = engine.start(RunRequest(with_turn(), iris_data()), "me")
    engine.advance()
    return past_of(engine.record(run, "me"), engine.checkpoints(run, "me"), iris_data())


def with_turn():
    return iris(EPOCHS).with_fit(changes=(Change(epoch=5, batch=2, name="learning_rate", value=0.02),))


@cache
def places():
    return rows_looked_at(iris(EPOCHS), iris_data(), CLASS).places


def slice_job(kind: str = "random") -> Job:
    return slice_of_loss(past(), places(), kind, 7, seconds=0.0, numbers=10**6)


@pytest.fixture(scope="module")
def pool() -> Iterator[LookingPool]:
    pool = LookingPool(ONE)
    yield pool
    pool.close()


@pytest.fixture
def warm(pool) -> LookingPool:
    """With a process that waits for a question."""
    if not pool.pids:
        pool.work_out(course(past(), places(), [1]), silently)
    return pool


def test_a_job_crosses_the_pipe_as_it_is():
    job = way_back(past(), 7, 0.5, b"state")
    again = unpacked(*packed(job))
    assert asdict(again.past.spec) == asdict(job.past.spec)
    assert again.past.experiment == job.past.experiment
    assert (again.what, again.epoch, again.seconds, again.snapshot) == ("epoch", 7, 0.5, b"state")
    assert again.past.history == job.past.history
    assert again.past.arrays.keys() == job.past.arrays.keys()


def test_an_epoch_that_another_process_went_back_to_goes_on_bit_for_bit(warm):
    there = Trainer(past().spec, past().arrays)
    there.restore(snapshot_in(*warm.work_out(way_back(past(), 7, 0.5), silently)))
    here = past().trainer_at(7)
    assert there.epochs_done == 7
    for trainer in (there, here):
        trainer.advance(epochs=2)
    assert all(a.tobytes() == b.tobytes() for a, b in zip(there.weights, here.weights, strict=True))
    assert there.history == here.history
    here.model.set_weights([2 * weight for weight in here.model.get_weights()])  # no run from its start comes to these
    further = Trainer(past().spec, past().arrays)
    further.restore(snapshot_in(*warm.work_out(way_back(past(), 11, 0.5, here.snapshot()), silently)))
    here.advance(epochs=2)
    assert further.model.get_weights()[0].tobytes() == here.model.get_weights()[0].tobytes()


def test_looks_of_another_process_are_those_of_this_one(warm):
    asked = course(past(), places(), [0, 3, 8])
    there, here = looks_in(*warm.work_out(asked, silently)), looks_in(*worked_out(asked, silently))
    assert [look.epoch for look in there] == [0, 3, 8]
    assert there == here


@pytest.mark.parametrize("kind", ["path", "random"])
def test_a_landscape_of_another_process_is_that_of_this_one(warm, kind):
    told: list[Progress] = []
    there = landscape_in(*warm.work_out(slice_job(kind), told.append))
    here = landscape_in(*worked_out(slice_job(kind), told.append))
    assert {progress.stage for progress in told} <= {"starting", "landscape"}
    assert told[-1].share == 1
    for name, value in vars(here).items():
        np.testing.assert_array_equal(getattr(there, name), value, err_msg=name)


def test_a_bad_update_that_another_process_found_is_that_of_this_one(warm):
    wild = {"type": "SGD", "params": {"learning_rate": 1e30}}
    engine = InlineEngine()
    run = engine.start(RunRequest(iris(3).with_compile(optimizer=wild), iris_data()), "me")
    engine.advance()
    diverged = past_of(engine.record(run, "me"), engine.checkpoints(run, "me"), iris_data())
    asked = bad_update(diverged, diverged.last, 0.0)
    there = bad_update_in(*warm.work_out(asked, silently))
    assert there == bad_update_in(*worked_out(asked, silently))
    assert there.epoch == diverged.last + 1
    assert bad_update_in(*warm.work_out(bad_update(past(), 7, 0.1), silently)) is None


def test_a_program_whose_start_another_process_went_back_to_is_that_of_this_one(warm, monkeypatch):
    far = {"type": "SGD", "params": {"learning_rate": 10.0}}
    engine = InlineEngine()
    run = engine.start(RunRequest(iris(3).with_compile(optimizer=far), iris_data()), "me")
    engine.advance()
    told = engine.record(run, "me"), engine.checkpoints(run, "me"), iris_data(), "en"
    here = program_of(*told)
    asked = []
    monkeypatch.setattr(looker, "SMALL_S", 0.0)
    monkeypatch.setattr(
        warm, "work_out", lambda job, tell, answer=warm.work_out: (asked.append(job.what), answer(job, tell))[1]
    )
    looker.set_looker(warm)
    there = program_of(*told)
    looker.set_looker(None)
    assert asked == ["epoch", "cut_off"]
    assert "export.differs.cut_off" in there.differs
    assert there.text("en") == here.text("en")
    for mine, theirs in ((here.data, there.data), (here.start_weights, there.start_weights)):
        assert {name: array.tobytes() for name, array in mine.items()} == {n: a.tobytes() for n, a in theirs.items()}


def test_what_takes_too_long_is_refused_in_both_languages_and_its_process_ended():
    pool = LookingPool(replace(ONE, look_s=0.0))
    with pytest.raises(LookError) as refused:
        pool.work_out(slice_job(), silently)
    assert refused.value.code == "inside.too_slow"
    assert all("0" in say_error(refused.value, language) for language in LANGUAGES)
    pool.close()
    assert not any(map(psutil.pid_exists, pool.pids))


def test_whoever_leaves_ends_the_work_and_the_next_question_is_answered(warm):
    before = psutil.Process(warm.pids[0])
    before.suspend()

    with pytest.raises(Left):
        warm.work_out(slice_job(), leave)
    wait_for(lambda: not before.is_running(), "the end of the process")
    assert len(looks_in(*warm.work_out(course(past(), places(), [2]), silently))) == 1


def test_a_process_that_dies_is_a_sentence(warm):
    def kill(progress: Progress) -> None:
        for pid in warm.pids:
            os.kill(pid, signal.SIGKILL)

    os.kill(warm.pids[0], signal.SIGSTOP)
    with pytest.raises(LookError) as refused:
        warm.work_out(slice_job(), kill)
    assert refused.value.code == "inside.ended"
