"""Ended runs are written one by one, away from whoever ended them, and never against a deletion."""

import threading
from dataclasses import replace

import pytest

from lab.errors import RunError
from lab.runs.serve.pooled.hub import Hub
from lab.runs.serve.pooled.saving import Saver
from lab.runs.wire.snapshot import TrainerSnapshot
from lab.spec.limits import ALONE
from lab.texts import LANGUAGES, say_error
from tests.lab.runs.clock import Clock
from tests.lab.runs.jobs import live_run
from tests.lab.runs.runs import iris, trained
from tests.waiting import LONGEST_S, wait_for


class Disk:
    """A store that writes nothing, and notes whether anybody else could have written or deleted meanwhile."""

    def __init__(self) -> None:
        self.saver: Saver | None = None
        self.done: list[tuple[str, str, bool]] = []  # (what, run, nobody else could)
        self.full = False
        self.go_on = threading.Event()
        self.go_on.set()

    def save(self, record, status, checkpoints) -> None:
        self.go_on.wait(LONGEST_S)
        if self.full:
            raise RunError("disk.full", name="ENOSPC")
        self.done.append(("save", record.id, self.saver._writing.locked()))

    def delete(self, run_id: str, owner: str) -> None:
        self.done.append(("delete", run_id, self.saver._writing.locked()))


@pytest.fixture
def disk():
    disk = Disk()
    disk.saver = Saver(disk, threading.RLock())
    disk.saver.start()
    yield disk
    disk.saver.close()


def ended(id: str, epochs: int = 2):
    run = live_run(Hub(ALONE, Clock()), id, state="finished")
    run.snapshot = trained(iris(epochs)).snapshot()
    return run


def test_checkpoints_that_are_on_the_disk_take_no_memory(disk):
    run = ended("a")
    run.checkpoints = {1: b"state"}
    disk.full = True
    disk.saver.keep(run)
    wait_for(lambda: run.unsaved is not None, "the refusal")
    assert run.checkpoints == {1: b"state"}
    disk.full = False
    wait_for(lambda: not run.saving, "the run on disk")
    assert run.checkpoints is None


def test_points_that_are_in_its_snapshot_take_no_memory_twice(disk):
    run = ended("a", epochs=20)
    last = TrainerSnapshot.unpack(run.snapshot)
    run.curve.begin(last.history, last.extras)
    held = run.held_bytes
    disk.saver.keep(run)
    wait_for(lambda: not run.saving, "the run on disk")
    assert held - run.held_bytes == 8 * 20 * len(last.history | last.extras)
    assert run.curve.points().history == last.history


def test_a_run_is_marked_until_it_is_on_the_disk(disk):
    run = ended("a")
    disk.go_on.clear()
    disk.saver.keep(run)
    assert run.saving
    disk.go_on.set()
    wait_for(lambda: not run.saving, "the run on disk")
    assert disk.done == [("save", "a", True)]


def test_a_run_that_is_being_written_is_deleted_afterwards_and_not_before(disk):
    disk.saver.keep(ended("a"))
    wait_for(lambda: disk.done, "the run on disk")
    disk.saver.delete("a", "owner")
    assert disk.done == [("save", "a", True), ("delete", "a", True)]  # one at a time: both hold the lock


def test_a_run_that_was_deleted_before_its_turn_is_not_written(disk):
    disk.go_on.clear()
    first, second, third = ended("a"), ended("b"), ended("c")
    for run in (first, second, third):
        disk.saver.keep(run)
    second.deleted = True
    disk.go_on.set()
    wait_for(lambda: not third.saving, "the last run on disk")
    assert [run for _, run, _ in disk.done] == ["a", "c"]


def test_a_run_that_the_disk_does_not_take_stays_says_so_and_is_saved_when_there_is_room(disk, monkeypatch, caplog):
    monkeypatch.setattr("lab.runs.serve.pooled.pauses.LONGEST_S", 0.01)
    monkeypatch.setattr(disk.saver._pauses, "_next_s", 0.01)
    disk.full = True
    first, second, third = ended("a"), ended("b"), ended("c")
    disk.saver.keep(first)
    wait_for(lambda: first.unsaved, "the run that has no room")
    disk.saver.keep(second)
    disk.saver.keep(third)
    wait_for(lambda: second.unsaved and third.unsaved, "the runs that come after it")
    assert first.saving  # so that nobody forgets it
    assert second.saving
    assert "disk.full" in caplog.text
    assert all(say_error(first.unsaved, language) for language in LANGUAGES)
    third.deleted = True
    disk.full = False
    wait_for(lambda: not third.saving, "the runs on disk")
    assert disk.done == [("save", "a", True), ("save", "b", True)]
    assert (first.unsaved, second.unsaved, first.saving) == (None, None, False)


def test_a_run_that_goes_on_again_before_its_turn_is_written_at_its_next_end(disk):
    disk.go_on.clear()
    first, second = ended("a"), ended("b")
    disk.saver.keep(first)
    disk.saver.keep(second)
    second.status = replace(second.status, state="running")
    disk.go_on.set()
    wait_for(lambda: not second.saving, "the last run")
    assert [run for _, run, _ in disk.done] == ["a"]


def test_a_run_that_cannot_be_written_for_a_mistake_of_ours_says_so_and_costs_others_nothing(disk, monkeypatch, caplog):
    broken, whole = ended("a"), ended("b")
    monkeypatch.setattr(disk, "save", lambda record, *_: disk.done.append(record.id) if record.id == "b" else 1 / 0)
    disk.saver.keep(broken)
    disk.saver.keep(whole)
    wait_for(lambda: not whole.saving, "the other run on disk")
    assert disk.done == ["b"]
    assert (broken.saving, whole.unsaved) == (False, None)
    assert broken.unsaved.code == "run.unsaved"
    assert all(
        "ZeroDivisionError" in say_error(RunError("run.unsaved", **broken.unsaved.values), language)
        for language in LANGUAGES
    )
    assert "ZeroDivisionError" in caplog.text
