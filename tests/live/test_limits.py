"""What happens when there is no room, no worker or not enough memory: a sentence, and nobody else is disturbed."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from lab.runs.kept.store import RunStore
from lab.runs.serve.engine import RunRequest
from lab.runs.serve.pooled import PoolEngine
from lab.runs.wire.messages import Stop
from lab.spec.limits import ALONE
from lab.texts import LANGUAGES, say_error
from tests.lab.runs.clock import Clock
from tests.lab.runs.runs import iris, iris_data
from tests.lab.runs.test_study import cells
from tests.live.states import wait_for_epoch, wait_for_state, wait_for_study
from tests.live.test_pool import ENDLESS, UNHURRIED
from tests.waiting import wait_for


@pytest.fixture
def engine_with(tmp_path) -> Iterator[Callable[..., PoolEngine]]:
    """engine_with(**limits) begins an engine of one worker; all of one test keep their runs in the same place."""
    engines = []

    def begun(**limits) -> PoolEngine:
        bounds = replace(ALONE, **limits)
        engines.append(PoolEngine(bounds, RunStore(tmp_path, bounds), workers=1))
        engines[-1].begin()
        return engines[-1]

    yield begun
    for engine in engines:
        engine.close()


def test_when_it_is_full_a_run_waits_for_its_turn_and_is_told_its_place(engine_with):
    small = engine_with(active_runs_per_worker=1)
    first = small.start(RunRequest(iris(ENDLESS), iris_data(), epochs_per_s=UNHURRIED), "one")
    second = small.start(RunRequest(iris(3), iris_data()), "two")
    third = small.start(RunRequest(iris(3), iris_data()), "three")
    wait_for_epoch(small, first, "one", 1)
    assert [small.view(*run).state for run in ((second, "two"), (third, "three"))] == ["queued", "queued"]
    assert [small.view(*run).queue_position for run in ((second, "two"), (third, "three"))] == [1, 2]
    study = small.start_study(cells(1), "four")
    assert small.study(study, "four").ahead == 2
    small.command(third, "three", Stop())  # whoever waits may also give up
    assert small.view(third, "three").state == "stopped"
    assert small.study(study, "four").ahead == 1
    small.command(first, "one", Stop())
    wait_for_state(small, second, "two", "finished")
    wait_for_study(small, study, "four", "finished")
    assert small.study(study, "four").ahead is None


def test_a_run_that_has_had_its_time_is_stopped_with_the_reason_and_kept(engine_with):
    engine = engine_with(running_s=600.0)
    engine.hub.clock = clock = Clock()
    run = engine.start(RunRequest(iris(ENDLESS), iris_data(), epochs_per_s=UNHURRIED), "one")
    wait_for_epoch(engine, run, "one", 1)
    wait_for(lambda: engine.view(run, "one").state == "running", "a run that is running")
    clock.now += 601.0
    engine.caretaker.sweep()
    wait_for_state(engine, run, "one", "stopped")
    assert engine.view(run, "one").reason.code == "run.time_over"
    assert all("600" in say_error(engine.view(run, "one").reason, language) for language in LANGUAGES)
    assert engine.record(run, "one").epochs_done > 0


@pytest.mark.skipif(shutil.which("false") is None, reason="needs a program that fails at once")
def test_without_workers_a_run_waits_with_a_sentence_and_goes_on_when_one_can_be_started(engine_with, monkeypatch):
    monkeypatch.setattr("lab.runs.serve.pooled.pauses.LONGEST_S", 0.01)
    monkeypatch.setattr("lab.runs.serve.pooled.pauses.FIRST_S", 0.01)
    with monkeypatch.context() as broken:
        broken.setattr("sys.executable", shutil.which("false"))
        engine = engine_with()
        run = engine.start(RunRequest(iris(3), iris_data()), "one")
        wait_for(lambda: engine.view(run, "one").notes, "the sentence")
        view = engine.view(run, "one")
        assert (view.state, view.queue_position) == ("queued", 1)
        assert engine.runs_of("one")[0].notes == view.notes
        assert all(say_error(view.notes[0], language) for language in LANGUAGES)
    wait_for_state(engine, run, "one", "finished")
    assert engine.view(run, "one").notes == ()


def test_too_little_memory_fails_that_run_alone(engine_with, monkeypatch):
    pytest.importorskip("resource")
    monkeypatch.setattr("lab.runs.orders.run.ALONE", replace(ALONE, parameters=10**10))
    engine = engine_with(worker_memory_bytes=1_000_000_000, parameters=10**10, live_runs_bytes=10**12)
    other = engine.start(RunRequest(iris(ENDLESS), iris_data(), epochs_per_s=UNHURRIED), "one")
    wide = iris(3)
    for _ in range(2):
        wide = wide.with_added_layer("Dense", {"units": 30_000}, position=0)
    run = engine.start(RunRequest(wide, iris_data()), "two")
    wait_for_state(engine, run, "two", "failed")
    assert engine.view(run, "two").reason.code in ("run.out_of_memory", "run.worker_crashed")
    wait_for_epoch(engine, other, "one", engine.view(other, "one").epoch + 5)
