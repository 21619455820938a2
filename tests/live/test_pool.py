"""Real worker processes: same numbers as in one's own thread, whatever is done to the run or to the process."""

import os
import shutil
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import psutil
import pytest

from lab.data.given import given_table
from lab.data.prepare import prepare
from lab.errors import RunError
from lab.runs.orders.run import source_text
from lab.runs.serve.engine import RunRequest
from lab.runs.serve.inline import InlineEngine
from lab.runs.serve.pooled import PoolEngine
from lab.runs.serve.pooled.pool import SILENCE_S, STARTING_S, WorkerPool
from lab.runs.wire.messages import (
    ENDED,
    Extend,
    Message,
    Pause,
    Resume,
    SetBatchSize,
    SetData,
    SetLearningRate,
    Speed,
    Step,
    Stop,
)
from lab.spec.data import AS_FOUND
from lab.spec.limits import ALONE
from lab.texts import LANGUAGES, say_error
from tests.lab.runs.clock import Clock
from tests.lab.runs.play import playground
from tests.lab.runs.runs import iris, iris_data, trained, with_rate
from tests.live.states import wait_for_epoch, wait_for_state
from tests.waiting import LONGEST_S, wait_for

ROOT = Path(__file__).resolve().parents[2]
ENDLESS = 20_000
UNHURRIED = 50.0  # epochs a second: an endless run is not over before the test has seen what it waits for


def pid_of(engine: PoolEngine, run: str) -> int:
    """Of the process that computes the run."""
    return engine.pool.pids[engine.hub.get(run).worker]


def halt(pid: int) -> None:
    """Let a process stand still; it does when this returns."""
    os.kill(pid, signal.SIGSTOP)
    wait_for(lambda: psutil.Process(pid).status() == psutil.STATUS_STOPPED, "a process that stands still")


def test_a_worker_trains_to_the_same_numbers_as_the_callers_own_thread(engine, owner):
    run = engine.start(RunRequest(iris(8), iris_data()), owner)
    wait_for_state(engine, run, owner, "finished")
    record, alone = engine.record(run, owner), trained(iris(8))
    assert record.history == alone.history
    assert all(a.tobytes() == b.tobytes() for a, b in zip(record.weights, alone.weights, strict=True))
    assert record.best_epoch == alone.best_epoch


def test_what_was_turned_during_a_run_is_in_its_record_and_gives_the_same_curve_again(engine, owner):
    run = engine.start(RunRequest(iris(ENDLESS), iris_data()), owner)
    wait_for_epoch(engine, run, owner, 6)
    engine.command(run, owner, SetLearningRate(0.002))
    wait_for(lambda: len(engine.view(run, owner).changes) == 1, "the first change")
    engine.command(run, owner, SetBatchSize(32))
    wait_for(lambda: len(engine.view(run, owner).changes) == 2, "the second change")
    engine.command(run, owner, Stop())
    wait_for(lambda: engine.view(run, owner).state in ENDED, "the end")
    record = engine.record(run, owner)
    again = InlineEngine(ALONE)
    copy = again.start(RunRequest(record.experiment_with_changes(), iris_data()), owner)
    again.advance(record.epochs_done)
    assert again.view(copy, owner).history == record.history


def test_other_rows_reach_a_worker_and_the_one_after_it_and_the_log_makes_the_same_curve_again(engine, owner):
    experiment = playground(4, epochs=ENDLESS)
    dataset = prepare(given_table(experiment.data.source, AS_FOUND), experiment.data, experiment.seed)
    run = engine.start(RunRequest(experiment, dataset, epochs_per_s=UNHURRIED), owner)
    wait_for_epoch(engine, run, owner, 3)
    engine.command(run, owner, SetData(source_text(experiment.data.source.replace(points=100, noise=20))))
    wait_for(lambda: len(engine.view(run, owner).changes) == 1, "the other rows")
    at = engine.view(run, owner).changes[0].epoch
    wait_for_epoch(engine, run, owner, at + 3)
    os.kill(pid_of(engine, run), signal.SIGKILL)
    wait_for_epoch(engine, run, owner, engine.view(run, owner).epoch + 3)
    engine.command(run, owner, Stop())
    wait_for(lambda: engine.view(run, owner).state in ENDED, "the end")
    record = engine.record(run, owner)
    assert [(change.name, change.epoch) for change in record.changes] == [("data", at)]
    again = InlineEngine(ALONE)
    copy = again.start(RunRequest(record.experiment_with_changes(), dataset), owner)
    again.advance(record.epochs_done)
    assert again.view(copy, owner).history == record.history


def test_pause_step_resume_and_speed(engine, owner):
    slow = 0.5
    run = engine.start(RunRequest(iris(int(slow * 2 * LONGEST_S)), iris_data(), epochs_per_s=slow), owner)
    wait_for_epoch(engine, run, owner, 1)
    engine.command(run, owner, Pause())
    wait_for_state(engine, run, owner, "paused")
    at = engine.view(run, owner).epoch
    engine.command(run, owner, Step(2))
    wait_for(lambda: engine.view(run, owner).state == "paused" and engine.view(run, owner).epoch > at, "the steps")
    assert engine.view(run, owner).epoch == at + 2
    engine.command(run, owner, Speed(None))
    engine.command(run, owner, Resume())
    wait_for_state(engine, run, owner, "finished")  # at the pace that it began with, it would not be for long


def test_an_ended_run_goes_on_to_more_epochs(engine, owner):
    run = engine.start(RunRequest(iris(5), iris_data()), owner)
    wait_for_state(engine, run, owner, "finished")
    live = engine.hub.get(run)
    wait_for(lambda: live.checkpoints is None, "a run that has its checkpoints on the disk alone")
    assert set(engine.checkpoints(run, owner)) == {1, 2, 3, 4, 5}
    engine.command(run, owner, Extend(9))
    wait_for(
        lambda: engine.view(run, owner).state == "finished" and engine.view(run, owner).epoch == 9, "the end of epoch 9"
    )
    assert engine.record(run, owner).history == trained(iris(9)).history
    assert engine.view(run, owner).epochs == 9
    assert set(engine.checkpoints(run, owner)) == {1, 2, 3, 4, 5, 6, 8}


def test_a_second_start_stops_the_first_run_and_keeps_it(engine, owner):
    first = engine.start(RunRequest(iris(ENDLESS), iris_data(), epochs_per_s=UNHURRIED), owner)
    wait_for_epoch(engine, first, owner, 4)
    second = engine.start(RunRequest(iris(3), iris_data()), owner)
    wait_for_state(engine, first, owner, "stopped")
    wait_for_state(engine, second, owner, "finished")
    assert engine.record(first, owner).epochs_done > 3
    assert [summary.number for summary in engine.runs_of(owner)] == [2, 1]


def test_divergence_is_told_with_its_cause_in_both_languages(engine, owner):
    run = engine.start(RunRequest(with_rate(iris(50), 1e30), iris_data()), owner)
    wait_for_state(engine, run, owner, "diverged")
    reason = engine.view(run, owner).reason
    for language in LANGUAGES:
        assert say_error(reason, language)
    assert engine.record(run, owner).last_good_epoch < engine.view(run, owner).epoch


def test_a_fork_into_other_weights_fails_when_it_is_reached_and_is_told_in_both_languages(engine, owner):
    fork = iris(6).forked(3)
    dense = fork.model.layers[0]
    run = engine.start(
        RunRequest(fork.with_layer(dense.replace(params={**dense.params, "units": 5})), iris_data()), owner
    )
    wait_for_state(engine, run, owner, "failed")
    assert engine.view(run, owner).reason.code == "run.fork_weights"
    for language in LANGUAGES:
        assert say_error(engine.view(run, owner).reason, language)


def test_a_killed_worker_is_replaced_and_its_run_goes_on_without_a_gap(engine, owner):
    run = engine.start(RunRequest(iris(ENDLESS), iris_data(), epochs_per_s=UNHURRIED), owner)
    wait_for_epoch(engine, run, owner, 20)
    for _ in range(3):  # a run that gets on each time is not blamed for what is done to its worker
        os.kill(pid_of(engine, run), signal.SIGKILL)
        wait_for_epoch(engine, run, owner, engine.view(run, owner).epoch + 10)
    engine.command(run, owner, Stop())
    wait_for_state(engine, run, owner, "stopped")
    record = engine.record(run, owner)
    assert engine.hub.get(run).curve.points().epochs[: record.epochs_done] == list(range(1, record.epochs_done + 1))
    again = InlineEngine(ALONE)
    copy = again.start(RunRequest(iris(ENDLESS), iris_data()), owner)
    again.advance(record.epochs_done)
    assert again.view(copy, owner).history == record.history


def test_a_command_given_while_the_worker_dies_is_not_lost(engine, owner):
    run = engine.start(RunRequest(iris(ENDLESS), iris_data(), epochs_per_s=UNHURRIED), owner)
    wait_for_epoch(engine, run, owner, 5)
    os.kill(pid_of(engine, run), signal.SIGKILL)
    engine.command(run, owner, SetLearningRate(0.0123))
    wait_for(lambda: [change.value for change in engine.view(run, owner).changes] == [0.0123], "the change")
    engine.command(run, owner, Stop())
    wait_for_state(engine, run, owner, "stopped")


def test_the_other_runs_of_a_killed_worker_go_on_as_well(engine):
    owners = [f"owner {index}" for index in range(6)]
    request = RunRequest(iris(ENDLESS), iris_data(), epochs_per_s=UNHURRIED)
    runs = [(engine.start(request, owner), owner) for owner in owners]
    for run in runs:
        wait_for_epoch(engine, *run, 5)
    for pid in engine.pool.pids:
        os.kill(pid, signal.SIGKILL)
    at = {run: engine.view(*run).epoch for run in runs}
    for run in runs:
        wait_for_epoch(engine, *run, at[run] + 10)
    for run in runs:
        engine.command(*run, Stop())
    for run in runs:
        wait_for_state(engine, *run, "stopped")


def test_a_hanging_worker_is_replaced_and_one_that_answers_is_not(tmp_path):
    clock, replaced = Clock(), []
    pool = WorkerPool(
        2,
        ALONE.worker_memory_bytes,
        tmp_path,
        on_message=lambda index, message: None,
        on_crash=lambda index, suspect: replaced.append(index),
        on_away=replaced.append,
        on_back=replaced.append,
        clock=clock,
    )
    heard = [lambda worker=worker: worker.heard_at == clock.now for worker in pool._workers]
    pool.start()
    clock.now = 1.0
    wait_for(lambda: heard[0]() and heard[1](), "answers of both")
    hanging, answering = pool.pids
    halt(hanging)
    while not replaced:
        clock.now += 0.6 * SILENCE_S
        wait_for(lambda: heard[1]() or replaced, "an answer of the other")
    assert replaced == [0]
    assert pool.pids[0] != hanging
    assert pool.pids[1] == answering
    pool.close()


def pool_of_one(folder: Path, away: list, **arguments) -> WorkerPool:
    """`away` gets "away" and "back"."""
    told = {
        "on_message": lambda index, message: None,
        "on_crash": lambda index, suspect: away.append("crash"),
        "on_away": lambda index: away.append("away"),
        "on_back": lambda index: away.append("back"),
    }
    return WorkerPool(1, ALONE.worker_memory_bytes, folder, **(told | arguments))


def test_a_message_that_cannot_be_taken_in_leaves_those_behind_it_heard(tmp_path, caplog):
    heard = []

    def take(index: int, message: Message) -> None:
        heard.append(message)
        raise ZeroDivisionError

    pool = pool_of_one(tmp_path, [], on_message=take)
    pool.start()
    wait_for(lambda: len(heard) >= 2, "a second message of the same worker")
    pool.close()
    assert "a message of worker 0 is lost" in caplog.text


@pytest.mark.skipif(shutil.which("false") is None, reason="needs a program that fails at once")
def test_a_worker_that_cannot_be_started_is_tried_for_ever_with_growing_pauses_until_it_can(
    monkeypatch, caplog, tmp_path
):
    away, pauses, python = [], [], sys.executable
    monkeypatch.setattr("sys.executable", shutil.which("false"))

    def wait(seconds: float) -> bool:
        pauses.append(seconds)
        if len(pauses) == 9:
            monkeypatch.setattr("sys.executable", python)
        return False

    pool = pool_of_one(tmp_path, away, wait=wait)
    pool.start()
    wait_for(lambda: "back" in away, "a worker that says hello")
    assert pauses == [1, 2, 4, 8, 16, 32, 60, 60, 60]
    assert away == ["away", "back"]
    assert "before it said hello" in caplog.text
    pool.close()


@pytest.mark.skipif(os.name != "posix", reason="needs a shell")
def test_a_worker_may_take_long_to_say_hello_but_not_for_ever(monkeypatch, tmp_path):
    """Where nothing is compiled yet and the machine is crowded, its imports alone take longer than it may hang."""
    clock, away, sent = Clock(), [], []
    dumb = tmp_path / "dumb"
    dumb.write_text("#!/bin/sh\ncat > /dev/null\n")
    dumb.chmod(0o700)
    monkeypatch.setattr("sys.executable", str(dumb))
    monkeypatch.setattr("lab.runs.serve.pooled.pool.PING_S", 0.01)
    pool = pool_of_one(tmp_path, away, clock=clock, wait=lambda seconds: True)
    monkeypatch.setattr(pool, "send", lambda index, message: sent.append(message))
    pool.start()
    clock.now = STARTING_S - 1.0
    already = len(sent)
    wait_for(lambda: len(sent) > already + 2, "two looks at the worker")
    assert pool._workers[0].process.poll() is None
    clock.now = STARTING_S + 1.0
    wait_for(lambda: away == ["away"], "the end of the patience")
    pool.close()


def test_a_run_that_kills_its_worker_twice_is_failed_and_the_others_live(engine, owner):
    other = engine.start(RunRequest(iris(ENDLESS), iris_data(), epochs_per_s=UNHURRIED), "someone else")
    run = engine.start(
        RunRequest(iris(ENDLESS), iris_data(), paused=True), owner
    )  # a new point would clear it of suspicion
    wait_for_state(engine, run, owner, "paused")
    live = engine.hub.get(run)
    for crashes in (1, 2):
        wait_for(lambda: engine.pool._workers[live.worker].greeted, "a worker that computes")
        pid = pid_of(engine, run)
        halt(pid)
        engine.pool._workers[live.worker].suspect.write_bytes(run.encode().ljust(64))
        os.kill(pid, signal.SIGKILL)
        wait_for(lambda crashes=crashes: live.blame.in_a_row == crashes, "the blame")
    wait_for_state(engine, run, owner, "failed")
    reason = engine.view(run, owner).reason
    assert reason.code == "run.worker_crashed"
    for language in LANGUAGES:
        assert say_error(reason, language)
    wait_for_epoch(engine, other, "someone else", engine.view(other, "someone else").epoch + 5)
    engine.command(other, "someone else", Stop())
    wait_for_state(engine, other, "someone else", "stopped")


def test_a_run_that_nobody_reads_is_parked_and_goes_on_when_somebody_looks(engine, owner):
    run = engine.start(RunRequest(iris(ENDLESS), iris_data(), epochs_per_s=UNHURRIED), owner)
    wait_for_epoch(engine, run, owner, 3)
    live = engine.hub.get(run)
    live.seen_at -= 1500.0
    engine.caretaker.sweep()
    wait_for(lambda: live.status.state == "paused", "a run that is paused")
    engine.view(run, owner)
    wait_for(lambda: live.status.state == "running", "a run that is running")
    live.seen_at -= 5000.0
    engine.caretaker.sweep()
    wait_for(lambda: live.status.state == "stopped", "a run that is stopped")
    assert engine.record(run, owner).epochs_done > 2
    live.seen_at -= 5000.0
    wait_for(lambda: not live.saving, "the run on disk")
    engine.caretaker.sweep()
    assert engine.hub.get(run) is None
    assert engine.record(run, owner).state == "stopped"
    assert engine.view(run, owner).state == "stopped"
    with pytest.raises(RunError) as refusal:
        engine.command(run, owner, Extend(30_000 - 20_000))
    assert refusal.value.code == "run.not_live"


def test_a_paused_run_leaves_its_worker_and_goes_on_exactly_as_it_would_have(engine, owner):
    run = engine.start(RunRequest(iris(30), iris_data(), epochs_per_s=UNHURRIED), owner)
    live = engine.hub.get(run)
    wait_for_epoch(engine, run, owner, 4)
    for rate in (0.02, 0.03):
        engine.command(run, owner, Pause())
        engine.command(run, owner, SetLearningRate(rate))
        wait_for(lambda: live.status.state == "paused" and not live.orders.waiting, "a run that is paused")
        live.heard_at -= 5000.0
        engine.caretaker.sweep()
        assert live.worker is None
        at = engine.view(run, owner)  # looking at it wakes nobody
        assert (at.state, live.worker) == ("paused", None)
        engine.command(run, owner, Step())
        wait_for_epoch(engine, run, owner, at.epoch + 1)
    engine.command(run, owner, Resume())
    wait_for_state(engine, run, owner, "finished")
    record = engine.record(run, owner)
    assert [change.value for change in record.changes] == [0.02, 0.03]
    assert live.curve.points().epochs == list(range(1, 31))
    again = InlineEngine(ALONE)
    copy = again.start(RunRequest(record.experiment_with_changes(), iris_data()), owner)
    again.advance(30)
    alone = again.record(copy, owner)
    assert record.history == alone.history
    assert record.best_epoch == alone.best_epoch
    assert all(a.tobytes() == b.tobytes() for a, b in zip(record.weights, alone.weights, strict=True))


def test_workers_do_not_outlive_the_process_that_started_them(tmp_path):
    program = textwrap.dedent(
        f"""
        import pathlib, sys
        from lab.spec.limits import ALONE
        from lab.runs.serve.pooled import PoolEngine
        from lab.runs.kept.store import RunStore
        engine = PoolEngine(ALONE, RunStore(pathlib.Path({str(tmp_path)!r}), ALONE), workers=1)
        engine.begin()
        print(*engine.pool.pids, flush=True)
        sys.stdin.read()  # for as long as the process that started it lives
        """
    )
    pipe = subprocess.PIPE
    with subprocess.Popen([sys.executable, "-c", program], stdin=pipe, stdout=pipe, cwd=ROOT, text=True) as parent:
        worker = psutil.Process(int(parent.stdout.readline()))
        parent.kill()
    _, alive = psutil.wait_procs([worker], timeout=LONGEST_S)
    assert alive == []


def test_a_worker_imports_no_more_than_it_needs():
    program = (
        "import sys, lab.runs.work.process; print([m for m in ('pandas', 'pydantic', 'starlette') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout.strip() == "[]"
