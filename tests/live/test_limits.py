"""What happens when there is no room, no worker or not enough memory: a sentence, and nobody else is disturbed."""

import shutil
import time
from collections.abc import Iterator
from dataclasses import replace

import pytest

from lab.runs.kept.store import RunStore
from lab.runs.serve.pooled import PoolEngine
from lab.runs.wire.messages import Stop
from lab.spec.limits import ALONE
from lab.texts import LANGUAGES, say_error
from tests.lab.runs.runs import iris, iris_data
from tests.live.test_pool import ENDLESS, wait, wait_for


def engine_with(tmp_path, **limits) -> PoolEngine:
    bounds = replace(ALONE, **limits)
    return PoolEngine(bounds, RunStore(tmp_path, bounds), workers=1)


@pytest.fixture
def small(tmp_path) -> Iterator[PoolEngine]:
    """Room for one run, two seconds of running time."""
    engine = engine_with(tmp_path, active_runs_per_worker=1, running_s=2.0)
    engine.begin()
    yield engine
    engine.close()


def test_when_it_is_full_a_run_waits_for_its_turn_and_is_told_its_place(small):
    first = small.start(iris(ENDLESS), iris_data(), "one", epochs_per_s=50.0)
    second = small.start(iris(3), iris_data(), "two")
    third = small.start(iris(3), iris_data(), "three")
    wait(lambda: small.view(first).epoch > 0)
    assert [small.view(run).state for run in (second, third)] == ["queued", "queued"]
    assert [small.view(run).queue_position for run in (second, third)] == [1, 2]
    small.command(third, Stop())  # whoever waits may also give up
    assert small.view(third).state == "stopped"
    small.command(first, Stop())
    wait_for(small, second, "finished")


def test_a_run_that_has_had_its_time_is_stopped_with_the_reason_and_kept(small):
    run = small.start(iris(ENDLESS), iris_data(), "one", epochs_per_s=20.0)
    wait(lambda: small.view(run).elapsed_s > 2.1)
    small.sweep()
    wait_for(small, run, "stopped")
    assert small.view(run).reason.code == "run.time_over"
    assert all("2" in say_error(small.view(run).reason, language) for language in LANGUAGES)
    assert small.record(run, "one").epochs_done > 0


@pytest.mark.skipif(shutil.which("false") is None, reason="needs a program that fails at once")
def test_without_workers_a_run_fails_with_a_sentence(tmp_path, monkeypatch):
    monkeypatch.setattr("sys.executable", shutil.which("false"))
    engine = engine_with(tmp_path)
    engine.begin()
    run = engine.start(iris(3), iris_data(), "one")
    wait_for(engine, run, "failed")
    assert engine.view(run).reason.code == "run.no_worker"
    engine.close()


def test_too_little_memory_fails_that_run_alone(tmp_path):
    pytest.importorskip("resource")
    engine = engine_with(tmp_path, worker_memory_bytes=1_000_000_000)
    engine.begin()
    other = engine.start(iris(ENDLESS), iris_data(), "one", epochs_per_s=20.0)
    wide = iris(3).with_layers([])
    for _ in range(2):
        wide = wide.with_added_layer("Dense", {"units": 2_000, "activation": "relu"})
    wide = wide.with_added_layer("Dense", {"units": 40_000}).with_added_layer("Dense", {"units": 3})
    monster = replace(engine.limits, parameters=10**9)
    engine.limits = monster
    run = engine.start(wide, iris_data(), "two")
    wait_for(engine, run, "failed")
    assert engine.view(run).reason.code in ("run.out_of_memory", "run.worker_crashed")
    at = engine.view(other).epoch
    wait(lambda: engine.view(other).epoch > at + 5)
    engine.close()


def test_what_was_going_on_when_the_server_ends_is_kept(tmp_path):
    engine = engine_with(tmp_path)
    engine.begin()
    run = engine.start(iris(ENDLESS), iris_data(), "one", epochs_per_s=100.0)
    time.sleep(2.5)
    engine.close()
    later = engine_with(tmp_path)
    assert later.view(run).state == "stopped"
    assert later.record(run, "one").epochs_done > 10
    assert later.runs_of("one")[0].id == run
    later.close()
