"""Runs that go on lie on the disk as they go; what dead servers left is taken over, by one server only."""

import errno
import json
import tempfile
from dataclasses import asdict, replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from lab.errors import RunError
from lab.runs.kept import disk
from lab.runs.kept.rewritten import Rewritten
from lab.runs.serve.pooled.array_files import ArrayFiles
from lab.runs.serve.pooled.hub import Hub
from lab.runs.serve.pooled.keeping import FIRST_SHARE, SHARE, Keeper
from lab.runs.serve.pooled.left_run import NO_RUN, fixed_part, moving_part, packed, unpacked
from lab.runs.serve.pooled.place import MOST_DAMAGED, Place
from lab.runs.wire.messages import Pause, SetLearningRate, Snapshot
from lab.runs.work.trainer import Trainer
from lab.spec.limits import ALONE
from tests.lab.runs.clock import Clock
from tests.lab.runs.jobs import live_run, status
from tests.lab.runs.runs import iris, spec_of


@pytest.fixture
def hub() -> Hub:
    return Hub(ALONE, Clock())


@pytest.fixture
def files(tmp_path) -> ArrayFiles:
    (tmp_path / "arrays").mkdir()
    return ArrayFiles(tmp_path / "arrays")


def half_trained(hub: Hub, files: ArrayFiles, id: str = "r", epochs: int = 7):
    """A run of 20 epochs of which so many are done, with an order that nobody has answered yet."""
    spec, arrays = spec_of(iris())
    trainer = Trainer(spec, arrays)
    trainer.advance(epochs=epochs)
    run = live_run(hub, id)
    run.spec, run.arrays, run.snapshot = spec, files.paths(id, arrays), trainer.snapshot()
    hub.add(run)
    hub.set_status(trainer.status(id))
    run.orders.add(id, SetLearningRate(0.02))
    return run


def as_left(run) -> bytes:
    return as_file(packed(fixed_part(run), *moving_part(run)))


def as_file(data: bytes) -> bytes:
    """What stands in a file that was written once."""
    with tempfile.TemporaryDirectory() as folder:
        file = Rewritten(Path(folder) / "one.run")
        file.write(data)
        return file.path.read_bytes()


def test_a_run_comes_back_paused_with_all_that_it_needs(hub, files, tmp_path):
    run = half_trained(hub, files)
    back = unpacked(as_left(run), tmp_path / "arrays", Clock())
    assert (back.status.state, back.status.epoch, back.came_back) == ("paused", 7, True)
    for name in ("id", "owner", "number", "experiment", "context", "spec", "arrays", "created", "snapshot", "orders"):
        assert getattr(back, name) == getattr(run, name)
    assert back.curve.points().history == run.record().history
    assert back.stream != run.stream  # who could read the old stream is to ask again


def damaged(content: bytes):
    """The file with something wrong, each time in another way."""
    data = content.rstrip(b"\0")  # the rest is room for what comes later
    yield b""
    yield data[: len(data) // 2]
    yield data[:-1]
    for place in (70, len(data) // 2, len(data) - 3):
        yield data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]
    yield b"0" * 64 + data[64:]


def test_a_file_with_any_damage_is_no_run(hub, files, tmp_path):
    for data in damaged(as_left(half_trained(hub, files))):
        with pytest.raises(NO_RUN):
            unpacked(data, tmp_path / "arrays", Clock())


@pytest.mark.parametrize(
    "changes",
    [
        {"version": 2},
        {"number": "one"},
        {"owner": "\ud800"},
        {"experiment": {}},
        {"spec": {}},
        {"arrays": {"x": "../../secret.npy"}},
        {"arrays": {"x": "0" * 64 + ".npy"}},
        {"context": None},
        {"id": "another"},
    ],
    ids=str,
)
def test_a_file_that_was_written_by_somebody_else_is_held_against_itself(hub, files, tmp_path, changes):
    run = half_trained(hub, files)
    fixed = json.dumps(json.loads(fixed_part(run)) | changes)
    with pytest.raises(NO_RUN):
        unpacked(as_file(packed(fixed, *moving_part(run))), tmp_path / "arrays", Clock())


@pytest.mark.parametrize(
    "changes",
    [
        {"status": {}},
        {"status": asdict(status("r", "finished"))},
        {"status": asdict(status("r", epoch=10**9))},
        {"orders": [{"run": "r", "number": 1, "command": "os.system", "values": {}}]},
        {"elapsed_s": float("nan")},
        {"sent": None},
    ],
    ids=str,
)
def test_what_moves_is_held_against_itself_as_well(hub, files, tmp_path, changes):
    run = half_trained(hub, files)
    values, snapshot = moving_part(run)
    with pytest.raises(NO_RUN):
        unpacked(as_file(packed(fixed_part(run), values | changes, snapshot)), tmp_path / "arrays", Clock())


def test_without_its_arrays_or_with_one_that_is_cut_off_it_cannot_go_on(hub, files, tmp_path):
    run = half_trained(hub, files)
    data, path = as_left(run), tmp_path / "arrays" / run.arrays["x"].rpartition("/")[2]
    path.write_bytes(path.read_bytes()[:-8])
    with pytest.raises(NO_RUN):
        unpacked(data, tmp_path / "arrays", Clock())


# --- as they go


def kept_once(hub, files, folder):
    """A keeper, the one run that it has kept, and where that lies."""
    folder.mkdir()
    keeper, run = Keeper(hub, folder), half_trained(hub, files)
    keeper.keep_all()
    (path,) = folder.iterdir()
    return keeper, run, path


def test_a_run_is_written_when_it_has_changed_and_its_file_goes_when_it_is_in_the_store(hub, files, tmp_path):
    keeper, run, path = kept_once(hub, files, tmp_path / "runs")
    written = path.read_bytes()
    keeper.keep_all()
    assert path.read_bytes() == written
    run.orders.add("r", Pause())
    keeper.keep_all()
    assert path.read_bytes() != written
    assert [order.command for order in unpacked(path.read_bytes(), tmp_path / "arrays", Clock()).orders.waiting] == [
        "SetLearningRate",
        "Pause",
    ]
    run.saving = True
    hub.set_status(status("r", "finished"))
    keeper.keep_all()
    assert path.exists()
    run.saving = False
    keeper.keep_all()
    assert list(path.parent.iterdir()) == []


def test_the_first_files_of_a_class_are_there_soon_and_all_later_ones_take_a_small_share(
    hub, files, tmp_path, monkeypatch
):
    keeper, runs = Keeper(hub, tmp_path), [half_trained(hub, files, f"{index}") for index in range(20)]
    rests, spent = [], iter(range(10**6))
    monkeypatch.setattr("lab.runs.serve.pooled.keeping.time.thread_time", lambda: next(spent) / 1000)
    monkeypatch.setattr(keeper, "_closing", SimpleNamespace(wait=rests.append))
    keeper.keep_all(rest=True)
    assert sum(rests) < 20.1 * 0.001 / FIRST_SHARE
    rests.clear()
    for run in runs:
        run.orders.add(run.id, Pause())
    keeper.keep_all(rest=True)
    assert 17 * 0.001 / SHARE < sum(rests) < 20.1 * 0.001 / SHARE


def test_what_else_falls_into_the_thread_does_not_keep_a_class_waiting(hub, files, tmp_path, monkeypatch):
    keeper, runs = Keeper(hub, tmp_path), [half_trained(hub, files, f"{index}") for index in range(4)]
    keeper.keep_all()
    for run in runs:
        run.orders.add(run.id, Pause())
    rests, collected = [], iter([0, 0.0001, 0, 0.1, 0, 0.0001, 0, 0.0001])  # seconds before and after each
    monkeypatch.setattr("lab.runs.serve.pooled.keeping.time.thread_time", lambda: next(collected))
    monkeypatch.setattr(keeper, "_closing", SimpleNamespace(wait=rests.append))
    keeper.keep_all(rest=True)
    assert 1 < sum(rests) < 3  # fifty for a tenth of a second


def test_of_a_run_that_rests_no_text_is_held_and_it_is_written_again_all_the_same(hub, files, tmp_path):
    keeper, run, path = kept_once(hub, files, tmp_path / "runs")
    before = path.read_bytes()
    assert keeper._kept[run.id].fixed in json.loads(before.split(b"\n")[1])[0]["fixed"]
    run.resting = True
    keeper.keep_all()
    assert (keeper._kept[run.id].fixed, path.read_bytes()) == ("", before)
    run.orders.add("r", Pause())
    keeper.keep_all()
    assert keeper._kept[run.id].fixed == ""
    assert unpacked(path.read_bytes(), tmp_path / "arrays", Clock()).experiment == run.experiment


def test_a_run_that_begins_during_a_round_does_not_wait_for_its_end(hub, files, tmp_path, monkeypatch):
    keeper, runs = Keeper(hub, tmp_path / "runs"), [half_trained(hub, files, f"{index}") for index in range(4)]
    (tmp_path / "runs").mkdir()
    keeper.keep_all()
    for run in runs:
        run.orders.add(run.id, Pause())
    seen, spent = [], iter(range(10**6))

    def wait(_: float) -> None:
        seen.append(len(list((tmp_path / "runs").iterdir())))
        if len(seen) == 1:
            half_trained(hub, files, "new")

    monkeypatch.setattr("lab.runs.serve.pooled.keeping.time.thread_time", lambda: next(spent) / 500)
    monkeypatch.setattr(keeper, "_closing", SimpleNamespace(wait=wait))
    keeper.keep_all(rest=True)
    assert seen[:2] == [4, 5]


def test_a_deleted_run_does_not_stay(hub, files, tmp_path):
    keeper, run = Keeper(hub, tmp_path), half_trained(hub, files)
    keeper.keep_all()
    assert list(tmp_path.glob("*.run"))
    hub.drop(run)
    keeper.keep_all()
    assert not list(tmp_path.glob("*.run"))


# --- arrays


def test_a_file_of_an_array_is_there_as_long_as_a_job_needs_it(files, tmp_path):
    shared, own = np.arange(4.0), np.arange(5.0)
    files.paths("a", {"x": shared, "y": own})
    files.paths("b", {"x": shared})
    assert len(list((tmp_path / "arrays").iterdir())) == 2
    files.release("a")
    (left,) = (tmp_path / "arrays").iterdir()
    assert np.array_equal(np.load(left), shared)
    files.release("b")
    files.release("b")
    assert list((tmp_path / "arrays").iterdir()) == []


def test_what_nobody_holds_is_swept(files, tmp_path):
    path = files.paths("a", {"x": np.arange(4.0)})["x"]
    (tmp_path / "arrays" / f"{'0' * 64}.npy").write_bytes(b"of a run that is no more")
    files.sweep()
    assert [str(left) for left in (tmp_path / "arrays").iterdir()] == [path]


def test_a_full_disk_refuses_the_start_of_a_run_with_a_sentence_and_leaves_no_part(files, tmp_path, monkeypatch):
    files.paths("a", {"x": np.arange(4.0)})

    def refuse(folder):
        raise OSError(errno.ENOSPC, "no room")

    with monkeypatch.context() as full:
        full.setattr(disk, "_part_in", refuse)
        with pytest.raises(RunError) as refusal:
            files.paths("b", {"x": np.arange(4.0), "y": np.arange(9.0)})
    assert refusal.value.code == "disk.full"
    assert len(list((tmp_path / "arrays").iterdir())) == 1
    files.release("a")
    assert list((tmp_path / "arrays").iterdir()) == []  # "b" holds nothing


# --- whose is what


def left_behind(place: Place, name: str = "one") -> None:
    """What is on the disk when the server of this place has been killed."""
    (place.runs / f"{name}.run").write_bytes(b"a run")
    (place.arrays / f"{name}.npy").write_bytes(b"an array")
    place._lock.free()


def test_a_dead_servers_runs_and_arrays_are_taken_over_once_and_its_folder_goes(tmp_path):
    dead, alive = Place(tmp_path), Place(tmp_path)
    left_behind(dead)
    (alive.runs / "its own.run").write_bytes(b"goes on")
    first, second = Place(tmp_path), Place(tmp_path)
    assert [path.name for path in first.take_over()] == ["one.run"]
    assert second.take_over() == []
    assert (first.arrays / "one.npy").read_bytes() == b"an array"
    assert not dead.folder.exists()
    assert (alive.runs / "its own.run").exists()
    for place in (alive, first, second):
        place.close()
    assert first.folder.exists()  # its run is for the next one
    assert not second.folder.exists()


def test_while_it_runs_a_server_takes_over_the_runs_of_those_who_come_to_it_and_leaves_the_others(
    tmp_path, monkeypatch
):
    monkeypatch.setattr("lab.runs.serve.pooled.place.LOOK_S", 0.0)
    dead, replica = Place(tmp_path), Place(tmp_path)
    for name in ("ann.1", "ann.2", "bob.1"):
        (dead.runs / f"{name}.run").write_bytes(b"a run")
    (dead.arrays / "x.npy").write_bytes(b"an array")
    assert replica.left_of("ann") == []
    dead._lock.free()
    assert sorted(path.name for path in replica.left_of("ann")) == ["ann.1.run", "ann.2.run"]
    assert replica.left_of("ann") == []
    assert (replica.arrays / "x.npy").read_bytes() == b"an array"
    anew = Place(tmp_path)
    assert [path.name for path in anew.take_over()] == ["bob.1.run"]
    assert (anew.arrays / "x.npy").read_bytes() == b"an array"
    assert not dead.folder.exists()


def test_files_that_people_sent_go_with_their_server_however_it_ends_and_though_runs_are_left(tmp_path):
    stopped, killed, alive = (Place(tmp_path) for _ in range(3))
    for place in (stopped, killed, alive):
        (place.runs / "ann.1.run").write_bytes(b"a run")
        (place.sent / "a table").write_bytes(b"a,b")
    stopped.close()
    killed._lock.free()
    alive.left_of("bob")
    assert [place.sent.exists() for place in (stopped, killed, alive)] == [False, False, True]
    assert (stopped.runs / "ann.1.run").exists()
    assert (killed.runs / "ann.1.run").exists()


def test_a_server_that_is_killed_while_it_takes_over_leaves_all_to_the_next(tmp_path, monkeypatch):
    dead, heir = Place(tmp_path), Place(tmp_path)
    left_behind(dead)
    (dead.runs / "two.run").write_bytes(b"a run")
    monkeypatch.setattr("lab.runs.serve.pooled.place.shutil.rmtree", lambda *_, **__: None)
    heir.take_over()
    heir._lock.free()
    assert [path.name for path in Place(tmp_path).take_over()] == ["one.run", "two.run"]


def test_damaged_files_are_put_where_they_can_be_looked_at_and_not_without_end(tmp_path):
    place = Place(tmp_path)
    for index in range(MOST_DAMAGED + 5):
        path = place.runs / f"{index}.run"
        path.write_bytes(b"?")
        place.set_aside(path)
    assert list(place.runs.iterdir()) == []
    assert len(list((tmp_path / "damaged").iterdir())) == MOST_DAMAGED


def test_where_nothing_can_be_written_beside_the_store_the_server_works_all_the_same(tmp_path):
    (tmp_path / "file").write_bytes(b"no folder")
    place = Place(tmp_path / "file" / "live")
    assert place.arrays.is_dir()
    assert place.take_over() == []
    place.close()
    assert not place.folder.exists()


def test_a_run_of_a_number_that_no_run_has_comes_back_under_it(hub, files, tmp_path):
    run = half_trained(hub, files)
    run.number = 12
    assert unpacked(as_left(run), tmp_path / "arrays", Clock()).number == 12
    assert replace(run.status, state="paused", epoch=7) == unpacked(as_left(run), tmp_path / "arrays", Clock()).status


def test_a_run_that_only_trains_on_is_written_again_though_its_readers_are_told_nothing_new(hub, files, tmp_path):
    (tmp_path / "runs").mkdir()
    run = half_trained(hub, files, epochs=3)
    keeper = Keeper(hub, tmp_path / "runs")
    keeper.keep_all()
    trainer = Trainer(run.spec, spec_of(iris())[1])
    trainer.advance(epochs=9)
    version = run.version
    hub.set_snapshot(Snapshot("r", 9, trainer.snapshot()))
    hub.set_status(trainer.status("r"))
    assert run.version == version
    keeper.keep_all()
    (path,) = (tmp_path / "runs").iterdir()
    assert unpacked(path.read_bytes(), tmp_path / "arrays", Clock()).status.epoch == 9


def test_a_run_that_cannot_be_kept_for_a_mistake_of_ours_costs_others_nothing(
    hub, files, tmp_path, monkeypatch, caplog
):
    keeper, runs = Keeper(hub, tmp_path), [half_trained(hub, files, f"{index}") for index in range(3)]
    fixed_of = fixed_part
    monkeypatch.setattr(
        "lab.runs.serve.pooled.keeping.fixed_part", lambda run: 1 / 0 if run is runs[0] else fixed_of(run)
    )
    keeper.keep_all()
    assert len([*tmp_path.glob("*.run")]) == 2
    assert "ZeroDivisionError" in caplog.text
    monkeypatch.undo()
    runs[0].orders.add(runs[0].id, Pause())
    keeper.keep_all()
    assert len([*tmp_path.glob("*.run")]) == 3
