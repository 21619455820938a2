"""Finished runs on disk: they come back whole, only to their owner, and the oldest make room."""

import os
from dataclasses import replace

import numpy as np
import pytest

from lab.errors import RunError
from lab.limits import ALONE
from lab.runs.engine import InlineEngine
from lab.runs.messages import SetLearningRate
from lab.runs.store import RunStore
from tests.lab.runs.runs import iris, iris_data


@pytest.fixture
def engine() -> InlineEngine:
    return InlineEngine(ALONE)


def keep(store: RunStore, engine: InlineEngine, owner: str = "me", epochs: int = 3) -> str:
    run = engine.start(iris(epochs), iris_data(), owner)
    engine.advance(1)
    engine.command(run, SetLearningRate(0.02))
    engine.advance()
    store.save(engine.record(run, owner), engine._run(run).status, engine.checkpoints(run, owner))
    return run


def test_a_run_comes_back_as_it_was_kept(engine, tmp_path):
    store = RunStore(tmp_path, ALONE)
    run = keep(store, engine)
    was, (back, status) = engine.record(run, "me"), RunStore(tmp_path, ALONE).load(run, "me")
    for name in ("id", "owner", "number", "experiment", "changes", "state", "history", "best_epoch", "created"):
        assert getattr(back, name) == getattr(was, name)
    assert all(np.array_equal(a, b) for a, b in zip(back.weights, was.weights, strict=True))
    assert status.updates == engine.view(run).updates
    assert back.experiment_with_changes() == was.experiment_with_changes()


def test_only_its_owner_gets_a_record(engine, tmp_path):
    store = RunStore(tmp_path, ALONE)
    run = keep(store, engine, "you")
    with pytest.raises(RunError):
        store.load(run, "me")
    assert store.summaries("me") == []
    assert [summary.id for summary in store.summaries("you")] == [run]


def test_no_name_on_disk_tells_who_the_owner_is_or_leads_anywhere_else(engine, tmp_path):
    store = RunStore(tmp_path, ALONE)
    run = keep(store, engine, "../../somebody")
    names = [path.name for path in tmp_path.rglob("*")]
    assert all("somebody" not in name and run not in name for name in names)
    with pytest.raises(RunError):
        store.load("../" + run, "../../somebody")


def test_the_newest_stand_first(engine, tmp_path):
    store = RunStore(tmp_path, ALONE)
    runs = [keep(store, engine) for _ in range(3)]
    assert [summary.id for summary in store.summaries("me")] == runs[::-1]


def test_runs_expire(engine, tmp_path):
    now = [0.0]
    store = RunStore(tmp_path, replace(ALONE, kept_runs_hours=24.0), clock=lambda: now[0])
    run = keep(store, engine)
    written = next(tmp_path.rglob("*.json")).stat().st_mtime
    now[0] = written + 23 * 3600
    assert len(store.summaries("me")) == 1
    now[0] = written + 25 * 3600
    assert store.summaries("me") == []
    with pytest.raises(RunError):
        store.load(run, "me")
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_the_oldest_make_room_for_the_newest(engine, tmp_path):
    probe = RunStore(tmp_path / "probe", ALONE)
    keep(probe, engine)
    size = sum(path.stat().st_size for path in (tmp_path / "probe").rglob("*") if path.is_file())
    store = RunStore(tmp_path / "real", replace(ALONE, kept_runs_bytes=int(2.5 * size)))
    runs = []
    for age in (30, 20, 10):
        runs.append(keep(store, engine))
        newest = max((tmp_path / "real").rglob("*.json"), key=lambda path: path.stat().st_mtime)
        stamp = newest.stat().st_mtime - age
        os.utime(newest, (stamp, stamp))
    keep(store, engine)
    kept = [summary.id for summary in store.summaries("me")]
    assert runs[0] not in kept
    assert 1 <= len(kept) <= 2


@pytest.mark.parametrize("damage", [b"", b"{}", b'{"version": 1}', b"\x80\x04N."])
def test_a_damaged_file_is_no_run_and_hides_no_other(engine, tmp_path, damage):
    store = RunStore(tmp_path, ALONE)
    broken, whole = keep(store, engine), keep(store, engine)
    path = min(tmp_path.rglob("*.json"), key=lambda file: file.stat().st_mtime_ns)
    path.write_bytes(damage)
    assert [summary.id for summary in RunStore(tmp_path, ALONE).summaries("me")] == [whole]
    with pytest.raises(RunError):
        store.load(broken, "me")


def test_a_damaged_archive_is_no_run(engine, tmp_path):
    store = RunStore(tmp_path, ALONE)
    run = keep(store, engine)
    next(tmp_path.rglob("*.npz")).write_bytes(b"PK\3\4 not an archive")
    with pytest.raises(RunError):
        store.load(run, "me")
