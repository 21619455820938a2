"""Real worker processes: same numbers as in one's own thread, whatever is done to the run or to the process."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from lab.errors import RunError
from lab.runs.serve.engine import InlineEngine
from lab.runs.serve.pooled import PoolEngine
from lab.runs.wire.messages import Extend, Pause, Resume, SetBatchSize, SetLearningRate, Speed, Step, Stop
from lab.spec.limits import ALONE
from lab.texts import LANGUAGES, say_error
from tests.lab.runs.runs import iris, iris_data, trained, with_rate

ROOT = Path(__file__).resolve().parents[2]
ENDLESS = 20_000


def wait(ready: Callable[[], bool], seconds: float = 10.0) -> None:
    end = time.monotonic() + seconds
    while not ready():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.005)


def wait_for(engine: PoolEngine, run: str, *states: str) -> None:
    wait(lambda: engine.view(run).state in states)


def worker_of(engine: PoolEngine, run: str) -> int:
    live = engine.hub.get(run)
    assert live is not None
    assert live.worker is not None
    return live.worker


def test_a_worker_trains_to_the_same_numbers_as_the_callers_own_thread(engine, owner):
    run = engine.start(iris(8), iris_data(), owner)
    wait_for(engine, run, "finished")
    record, alone = engine.record(run, owner), trained(iris(8))
    assert record.history == alone.history
    assert all(a.tobytes() == b.tobytes() for a, b in zip(record.weights, alone.weights, strict=True))
    assert record.best_epoch == alone.best_epoch


def test_what_was_turned_during_a_run_is_in_its_record_and_gives_the_same_curve_again(engine, owner):
    run = engine.start(iris(ENDLESS), iris_data(), owner)
    wait(lambda: engine.view(run).epoch > 5)
    engine.command(run, SetLearningRate(0.002))
    wait(lambda: len(engine.view(run).changes) == 1)
    engine.command(run, SetBatchSize(32))
    wait(lambda: len(engine.view(run).changes) == 2)
    engine.command(run, Stop())
    wait_for(engine, run, "stopped")
    record = engine.record(run, owner)
    again = InlineEngine(ALONE)
    copy = again.start(record.experiment_with_changes(), iris_data(), owner)
    again.advance(record.epochs_done)
    assert again.view(copy).history == record.history


def test_pause_step_resume_and_speed(engine, owner):
    run = engine.start(iris(ENDLESS), iris_data(), owner, epochs_per_s=50.0)
    wait(lambda: engine.view(run).epoch > 0)
    engine.command(run, Pause())
    wait_for(engine, run, "paused")
    at = engine.view(run).epoch
    engine.command(run, Step(2))
    wait(lambda: engine.view(run).state == "paused" and engine.view(run).epoch >= at + 2)
    assert engine.view(run).epoch <= at + 3
    engine.command(run, Speed(None))
    engine.command(run, Resume())
    wait(lambda: engine.view(run).epoch > at + 300)
    engine.command(run, Stop())
    wait_for(engine, run, "stopped")


def test_a_pace_is_kept_and_computing_is_told_apart_from_waiting(engine, owner):
    run = engine.start(iris(ENDLESS), iris_data(), owner, epochs_per_s=20.0)
    wait(lambda: engine.view(run).epoch >= 5)
    first, began = engine.view(run).epoch, time.monotonic()
    time.sleep(1.0)
    rate = (engine.view(run).epoch - first) / (time.monotonic() - began)
    assert 10 < rate < 30
    engine.command(run, Stop())
    wait_for(engine, run, "stopped")
    view = engine.view(run)
    assert view.compute_s < 0.5 * view.elapsed_s


def test_an_ended_run_goes_on_to_more_epochs(engine, owner):
    run = engine.start(iris(5), iris_data(), owner)
    wait_for(engine, run, "finished")
    engine.command(run, Extend(9))
    wait(lambda: engine.view(run).state == "finished" and engine.view(run).epoch == 9)
    assert engine.record(run, owner).history == trained(iris(9)).history
    assert engine.view(run).epochs == 9


def test_a_second_start_stops_the_first_run_and_keeps_it(engine, owner):
    first = engine.start(iris(ENDLESS), iris_data(), owner)
    wait(lambda: engine.view(first).epoch > 3)
    second = engine.start(iris(3), iris_data(), owner)
    wait_for(engine, first, "stopped")
    wait_for(engine, second, "finished")
    assert engine.record(first, owner).epochs_done > 3
    assert [summary.number for summary in engine.runs_of(owner)] == [2, 1]


def test_divergence_is_told_with_its_cause_in_both_languages(engine, owner):
    run = engine.start(with_rate(iris(50), 1e30), iris_data(), owner)
    wait_for(engine, run, "diverged")
    reason = engine.view(run).reason
    for language in LANGUAGES:
        assert say_error(reason, language)
    assert engine.record(run, owner).last_good_epoch < engine.view(run).epoch


def test_a_fork_into_other_weights_fails_when_it_is_reached_and_is_told_in_both_languages(engine, owner):
    fork = iris(6).forked(3)
    dense = fork.model.layers[0]
    run = engine.start(fork.with_layer(dense.replace(params={**dense.params, "units": 5})), iris_data(), owner)
    wait_for(engine, run, "failed")
    assert engine.view(run).reason.code == "run.fork_weights"
    for language in LANGUAGES:
        assert say_error(engine.view(run).reason, language)


def test_a_killed_worker_is_replaced_and_its_run_goes_on_without_a_gap(engine, owner):
    run = engine.start(iris(ENDLESS), iris_data(), owner, epochs_per_s=200.0)
    wait(lambda: engine.view(run).epoch > 50)
    for _ in range(3):  # a run that gets on each time is not blamed for what is done to its worker
        os.kill(engine.pool.pids[worker_of(engine, run)], signal.SIGKILL)
        at, began = engine.view(run).epoch, time.monotonic()
        wait(lambda at=at: engine.view(run).epoch > at + 20)
        assert time.monotonic() - began < 5.0
    engine.command(run, Stop())
    wait_for(engine, run, "stopped")
    record = engine.record(run, owner)
    assert engine.hub.columns(engine.hub.get(run))["e"][: record.epochs_done] == list(range(1, record.epochs_done + 1))
    again = InlineEngine(ALONE)
    copy = again.start(iris(ENDLESS), iris_data(), owner)
    again.advance(record.epochs_done)
    assert again.view(copy).history == record.history


def test_a_command_given_while_the_worker_dies_is_not_lost(engine, owner):
    run = engine.start(iris(ENDLESS), iris_data(), owner, epochs_per_s=200.0)
    wait(lambda: engine.view(run).epoch > 20)
    os.kill(engine.pool.pids[worker_of(engine, run)], signal.SIGKILL)
    engine.command(run, SetLearningRate(0.0123))
    wait(lambda: [change.value for change in engine.view(run).changes] == [0.0123])
    engine.command(run, Stop())
    wait_for(engine, run, "stopped")


def test_the_other_runs_of_a_killed_worker_go_on_as_well(engine):
    runs = [engine.start(iris(ENDLESS), iris_data(), f"owner {index}", epochs_per_s=50.0) for index in range(6)]
    wait(lambda: all(engine.view(run).epoch > 5 for run in runs))
    for pid in engine.pool.pids:
        os.kill(pid, signal.SIGKILL)
    at = {run: engine.view(run).epoch for run in runs}
    wait(lambda: all(engine.view(run).epoch > at[run] + 10 for run in runs))
    for run in runs:
        engine.command(run, Stop())
    wait(lambda: all(engine.view(run).state == "stopped" for run in runs))


def test_a_hanging_worker_is_replaced(engine, owner, monkeypatch):
    monkeypatch.setattr("lab.runs.serve.pool.SILENCE_S", 2.0)
    run = engine.start(iris(ENDLESS), iris_data(), owner, epochs_per_s=100.0)
    wait(lambda: engine.view(run).epoch > 5)
    os.kill(engine.pool.pids[worker_of(engine, run)], signal.SIGSTOP)
    at = engine.view(run).epoch
    wait(lambda: engine.view(run).epoch > at + 100, seconds=15)
    engine.command(run, Stop())
    wait_for(engine, run, "stopped")


def test_a_run_that_kills_its_worker_twice_is_failed_and_the_others_live(engine, owner, monkeypatch):
    other = engine.start(iris(ENDLESS), iris_data(), "someone else", epochs_per_s=50.0)
    wait(lambda: engine.view(other).epoch > 3)
    run = engine.start(iris(ENDLESS), iris_data(), owner, epochs_per_s=0.01)  # then it makes no point for long
    wait(lambda: engine.view(run).epoch == 1)
    live = engine.hub.get(run)
    for _ in range(2):
        pid = engine.pool.pids[live.worker]
        suspect = engine.pool._workers[live.worker].suspect
        os.kill(pid, signal.SIGSTOP)
        suspect.write_bytes(run.encode().ljust(64))
        os.kill(pid, signal.SIGKILL)
        wait(lambda pid=pid: engine.pool.pids[live.worker] != pid)
        time.sleep(0.5)
    wait_for(engine, run, "failed")
    reason = engine.view(run).reason
    assert reason.code == "run.worker_crashed"
    for language in LANGUAGES:
        assert say_error(reason, language)
    at = engine.view(other).epoch
    wait(lambda: engine.view(other).epoch > at + 5)
    engine.command(other, Stop())
    wait_for(engine, other, "stopped")


def test_a_run_that_nobody_reads_is_parked_and_goes_on_when_somebody_looks(engine, owner):
    run = engine.start(iris(ENDLESS), iris_data(), owner, epochs_per_s=50.0)
    wait(lambda: engine.view(run).epoch > 2)
    live = engine.hub.get(run)
    live.seen_at -= 1500.0
    engine.sweep()
    wait(lambda: live.status.state == "paused")
    engine.view(run)
    wait(lambda: live.status.state == "running")
    live.seen_at -= 5000.0
    engine.sweep()
    wait(lambda: live.status.state == "stopped")
    assert engine.record(run, owner).epochs_done > 2
    live.seen_at -= 5000.0
    wait(lambda: not live.saving)
    engine.sweep()
    assert engine.hub.get(run) is None
    assert engine.record(run, owner).state == "stopped"
    assert engine.view(run).state == "stopped"
    with pytest.raises(RunError) as refusal:
        engine.command(run, Extend(30_000 - 20_000))
    assert refusal.value.code == "run.not_live"


def test_workers_do_not_outlive_the_process_that_started_them(tmp_path):
    program = textwrap.dedent(
        f"""
        import pathlib, time
        from lab.spec.limits import ALONE
        from lab.runs.serve.pooled import PoolEngine
        from lab.runs.kept.store import RunStore
        engine = PoolEngine(ALONE, RunStore(pathlib.Path({str(tmp_path)!r}), ALONE), workers=1)
        engine.begin()
        print(*engine.pool.pids, flush=True)
        time.sleep(60)
        """
    )
    parent = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, cwd=ROOT, text=True)
    worker = psutil.Process(int(parent.stdout.readline()))
    parent.kill()
    parent.wait()
    parent.stdout.close()
    worker.wait(timeout=5)  # raises if it is still there


def test_a_worker_imports_no_more_than_it_needs():
    program = (
        "import sys, lab.runs.work.worker; print([m for m in ('pandas', 'pydantic', 'starlette') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout.strip() == "[]"
