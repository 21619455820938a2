"""Finished runs on disk: they come back whole, only to their owner, and the oldest make room."""

import errno
import io
import json
import os
from dataclasses import replace

import numpy as np
import pytest

from lab.archives import MOST_BYTES
from lab.errors import RunError
from lab.runs.kept import disk, files
from lab.runs.kept import store as store_module
from lab.runs.kept.record import Marks
from lab.runs.kept.replay import past_of
from lab.runs.kept.store import LEFT_S, YEAR_S, RunStore
from lab.runs.serve.engine import RunRequest
from lab.runs.serve.inline import InlineEngine
from lab.runs.wire.messages import SetLearningRate
from lab.spec.limits import ALONE
from lab.texts import LANGUAGES, say_error
from tests.lab.runs.runs import iris, iris_data


@pytest.fixture
def engine() -> InlineEngine:
    return InlineEngine(ALONE)


def keep(store: RunStore, engine: InlineEngine, owner: str = "me", epochs: int = 3) -> str:
    run = engine.start(RunRequest(iris(epochs), iris_data()), owner)
    engine.advance(1)
    engine.command(run, owner, SetLearningRate(0.02))
    engine.advance()
    store.save(engine.record(run, owner), engine._own(run, owner).status, engine.checkpoints(run, owner))
    return run


def test_a_run_comes_back_as_it_was_kept(engine, tmp_path):
    store = RunStore(tmp_path, ALONE)
    run = keep(store, engine)
    was, (back, status) = engine.record(run, "me"), RunStore(tmp_path, ALONE).load(run, "me")
    for name in ("id", "owner", "number", "experiment", "changes", "state", "history", "best_epoch", "created"):
        assert getattr(back, name) == getattr(was, name)
    assert all(np.array_equal(a, b) for a, b in zip(back.weights, was.weights, strict=True))
    assert status.updates == engine.view(run, "me").updates
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


def test_runs_of_owners_who_do_not_come_back_expire_and_nothing_is_left_of_them(engine, tmp_path):
    now = [0.0]
    store = RunStore(tmp_path / "runs", replace(ALONE, kept_runs_hours=24.0), clock=lambda: now[0])
    for owner in ("gone", "with a pin"):
        run = keep(store, engine, owner)
        store.next_number(owner, 0)
    store.mark(run, "with a pin", pinned=True)
    written = max(path.stat().st_mtime for path in tmp_path.rglob("*"))
    now[0] = written + 23 * 3600
    store.tidy()
    assert len([*(tmp_path / "runs").iterdir()]) == 2
    now[0] = written + 25 * 3600
    store.tidy()
    [left] = (tmp_path / "runs").iterdir()
    assert len([*left.glob("*.json")]) == 1
    assert [summary.id for summary in store.summaries("with a pin")] == [run]


def test_so_many_lines_about_runs_are_at_hand_and_others_are_read_again(engine, tmp_path, monkeypatch):
    monkeypatch.setattr(store_module, "SUMMARIES", 3)
    store = RunStore(tmp_path, ALONE)
    runs = [keep(store, engine, f"owner {number % 2}") for number in range(8)]
    for _ in range(2):
        for number in range(2):
            assert [summary.id for summary in store.summaries(f"owner {number}")] == runs[number::2][::-1]
            assert list(map(len, store._at_hand.values())) == [4]


def test_lines_about_the_runs_of_so_many_owners_are_at_hand_those_asked_for_last(engine, tmp_path, monkeypatch):
    monkeypatch.setattr(store_module, "OWNERS", 2)
    store = RunStore(tmp_path, ALONE)
    runs = {owner: [keep(store, engine, owner)] for owner in ("one", "two", "three")}

    def list_runs(*owners: str) -> None:
        for owner in owners:
            assert [summary.id for summary in store.summaries(owner)] == runs[owner]

    list_runs("one", "two", "one", "three")
    read, read_summary = [], store_module._read_summary
    monkeypatch.setattr(store_module, "_read_summary", lambda path: read.append(path) or read_summary(path))
    list_runs("three", "one")
    assert not read
    list_runs("two")
    assert len(read) == 1
    assert len(store._at_hand) == 2
    assert store.summaries("nobody") == []
    assert len(store._at_hand) == 2


def test_lines_of_an_owner_who_has_left_are_read_again(engine, tmp_path):
    store = RunStore(tmp_path, ALONE)
    runs = {owner: keep(store, engine, owner) for owner in ("one", "two")}
    lines = {owner: store.summaries(owner) for owner in runs}
    store.let_go("one")
    assert list(map(len, store._at_hand.values())) == [1]
    assert {owner: store.summaries(owner) for owner in runs} == lines
    assert len(store._at_hand) == 2


def test_a_list_that_is_as_it_was_is_told_from_one_look_at_the_folder_and_no_file_is_opened(
    engine, tmp_path, monkeypatch
):
    store = RunStore(tmp_path, ALONE)
    runs = [keep(store, engine) for _ in range(3)]
    before, looks, scandir = store.summaries("me"), [], os.scandir

    def refuse(*_, **__):
        raise AssertionError("a file was opened")

    monkeypatch.setattr("lab.runs.kept.files.os.scandir", lambda folder: looks.append(folder) or scandir(folder))
    for module in (files, store_module):
        monkeypatch.setattr(module, "open", refuse, raising=False)
    assert store.summaries("me") == before
    assert [summary.id for summary in before] == runs[::-1]
    assert len(looks) == 1


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


@pytest.mark.parametrize(("short_by", "fits"), [(0, True), (1, False)])
def test_runs_that_fill_the_room_to_the_last_byte_stay(engine, tmp_path, short_by, fits):
    probe = RunStore(tmp_path, ALONE)
    run = keep(probe, engine)
    size = sum(path.stat().st_size for path in tmp_path.rglob("*") if path.is_file())
    store = RunStore(tmp_path, replace(ALONE, kept_runs_bytes=size - short_by))
    assert [summary.id for summary in store.summaries("me")] == ([run] if fits else [])


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


# --- what its owner does with a run


def test_marks_stay_with_a_run_and_go_with_it(engine, tmp_path):
    store = RunStore(tmp_path, ALONE)
    run = keep(store, engine)
    store.mark(run, "me", name="깊은 망", pinned=True, opened=2, test={"loss": 0.5})
    assert RunStore(tmp_path, ALONE).summaries("me")[0].marks == Marks(
        name="깊은 망", pinned=True, opened=2, test={"loss": 0.5}
    )
    store.delete(run, "me")
    assert store.summaries("me") == []
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


@pytest.mark.parametrize("damage", [b"", b"[]", b"{", b'{"name": 3}', b'{"pinned": "yes"}', b'{"test": [1]}', b"\xff"])
def test_damaged_marks_are_no_marks(engine, tmp_path, damage):
    store = RunStore(tmp_path, ALONE)
    run = keep(store, engine)
    store.mark(run, "me", name="x")
    next(tmp_path.rglob("*.marks")).write_bytes(damage)
    assert store.summaries("me")[0].marks == Marks()


def test_a_pinned_run_outlives_its_time_and_is_the_last_to_make_room(engine, tmp_path):
    now = [0.0]
    store = RunStore(tmp_path, replace(ALONE, kept_runs_hours=24.0, kept_runs=2), clock=lambda: now[0])
    pinned = keep(store, engine)
    store.mark(pinned, "me", pinned=True)
    later = [keep(store, engine) for _ in range(3)]
    assert {summary.id for summary in store.summaries("me")} == {pinned, later[-1]}
    now[0] = next(tmp_path.rglob("*.json")).stat().st_mtime + 25 * 3600
    assert [summary.id for summary in store.summaries("me")] == [pinned]


def test_a_pinned_run_goes_when_the_cookie_has_gone_by_which_it_was_found(engine, tmp_path):
    now = [0.0]
    store = RunStore(tmp_path, replace(ALONE, kept_runs_hours=24.0), clock=lambda: now[0])
    store.mark(keep(store, engine), "me", pinned=True)
    now[0] = next(tmp_path.rglob("*.json")).stat().st_mtime + YEAR_S + 60
    store.tidy()
    assert not [*tmp_path.rglob("*.json")]


def test_the_list_tells_best_and_last_values_and_the_verdict(engine, tmp_path):
    store = RunStore(tmp_path, ALONE)
    run = keep(store, engine, epochs=8)
    record, summary = engine.record(run, "me"), store.summaries("me")[0]
    assert summary.best_epoch == record.best_epoch
    assert summary.best["val_loss"] == min(record.history["val_loss"])
    assert summary.metrics["loss"] == record.history["loss"][-1]
    assert summary.verdict == record.verdict.kind
    live = engine.runs_of("me")[0]
    assert (live.best, live.best_epoch, live.verdict) == (summary.best, summary.best_epoch, summary.verdict)


# --- a file to take along


def test_a_run_comes_back_out_of_its_file_under_a_new_id(engine):
    run = engine.start(RunRequest(iris(13), iris_data()), "me")
    engine.advance()
    engine.mark(run, "me", name="mine")
    was = engine.record(run, "me")
    back = engine.take_in(engine.export(run, "me"), "you")
    record = engine.record(back, "you")
    assert back != run
    assert record.owner == "you"
    for name in ("experiment", "history", "extras", "state", "best_epoch", "context"):
        assert getattr(record, name) == getattr(was, name)
    assert engine.runs_of("you")[0].title == "mine"
    assert engine.checkpoints(back, "you") == engine.checkpoints(run, "me")
    again = past_of(record, engine.checkpoints(back, "you"), iris_data()).trainer_at(11)
    assert again.history["loss"] == was.history["loss"][:11]


def test_a_file_does_not_tell_whose_run_it_was_or_its_id(engine):
    run = engine.start(RunRequest(iris(2), iris_data()), "secret-owner")
    engine.advance()
    with np.load(io.BytesIO(engine.export(run, "secret-owner"))) as file:
        text = b"".join(array.tobytes() for array in file.values())
    assert b"secret-owner" not in text
    assert run.encode() not in text


def changed(data: bytes, **values) -> bytes:
    """The file with some values of its entry replaced."""
    with np.load(io.BytesIO(data)) as file:
        arrays = {name: file[name] for name in file.files}
    entry = json.loads(arrays["entry"].tobytes()) | values
    target = io.BytesIO()
    np.savez(target, **{**arrays, "entry": np.frombuffer(json.dumps(entry).encode(), np.uint8)})
    return target.getvalue()


@pytest.mark.parametrize(
    "values",
    [
        {"version": 1},
        {"experiment": {}},
        {"experiment": "x"},
        {"status": {}},
        {"context": {"train_rows": "many"}},
        {"context": None},
        {"snapshot": {}},
        {"created": None},
    ],
    ids=str,
)
def test_a_file_with_other_values_is_refused(engine, values):
    run = engine.start(RunRequest(iris(2), iris_data()), "me")
    engine.advance()
    data = engine.export(run, "me")
    with pytest.raises(RunError) as refusal:
        engine.take_in(changed(data, **values), "me")
    assert refusal.value.code == "run.not_a_run"


@pytest.mark.parametrize("state", ["running", "queued", "no such state", 3])
def test_a_file_of_a_run_that_has_not_ended_is_refused(engine, state):
    run = engine.start(RunRequest(iris(2), iris_data()), "me")
    engine.advance()
    data = engine.export(run, "me")
    with np.load(io.BytesIO(data)) as file:
        status = json.loads(file["entry"].tobytes())["status"]
    with pytest.raises(RunError):
        engine.take_in(changed(data, status={**status, "state": state}), "me")


def test_other_files_are_no_runs(engine):
    objects = io.BytesIO()
    np.savez(objects, entry=np.array([{"a": 1}], dtype=object))
    run = engine.start(RunRequest(iris(2), iris_data()), "me")
    engine.advance()
    whole = engine.export(run, "me")
    for data in (b"", b"PK\3\4", b"a,b\n1,2\n", objects.getvalue(), whole[: len(whole) // 2]):
        with pytest.raises(RunError) as refusal:
            engine.take_in(data, "me")
        assert refusal.value.code == "run.not_a_run"


def test_a_file_that_unpacks_to_too_much_is_refused(engine):
    target = io.BytesIO()
    np.savez_compressed(target, entry=np.zeros(MOST_BYTES + 1, np.uint8))
    assert len(target.getvalue()) < 1_000_000
    with pytest.raises(RunError) as refusal:
        engine.take_in(target.getvalue(), "me")
    assert refusal.value.code == "run.not_a_run"


def test_a_run_can_be_named_up_to_a_length(engine):
    run = engine.start(RunRequest(iris(1), iris_data()), "me")
    with pytest.raises(RunError) as refusal:
        engine.mark(run, "me", name="x" * 201)
    assert refusal.value.code == "run.name_too_long"
    with pytest.raises(RunError):
        engine.mark(run, "someone else", name="x")


# --- a disk that takes nothing, and what a server that ended while it wrote left behind


class Full:
    """A disk without room, as `lab.runs.kept.disk` meets it: the file is made, and its bytes are refused."""

    def __init__(self, monkeypatch, code: int = errno.ENOSPC) -> None:
        self.refusing, self.code, self._open = True, code, disk._part_in
        monkeypatch.setattr(disk, "_part_in", self.part)

    def part(self, folder):
        file = self._open(folder)
        if self.refusing:
            file.write(b"half")
            file.write = self.refuse
        return file

    def refuse(self, *_):
        raise OSError(self.code, "refused")


@pytest.mark.parametrize(
    ("code", "told"), [(errno.ENOSPC, "disk.full"), (errno.EROFS, "disk.denied"), (errno.EMFILE, "disk.failed")]
)
def test_a_disk_that_takes_nothing_is_a_sentence_and_what_was_there_stays_whole(
    engine, tmp_path, monkeypatch, code, told
):
    store = RunStore(tmp_path, ALONE)
    run = keep(store, engine)
    store.mark(run, "me", name="mine")
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    full = Full(monkeypatch, code)
    record, status = store.load(run, "me")
    for refused in (
        lambda: store.save(replace(record, number=7), status, {}),
        lambda: store.save(replace(record, id="another"), status, {}),
        lambda: store.mark(run, "me", name="other"),
    ):
        with pytest.raises(RunError) as refusal:
            refused()
        assert refusal.value.code == told
        assert all(say_error(refusal.value, language) for language in LANGUAGES)
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before
    assert store.next_number("me", 0) == 2  # a run can be begun all the same
    full.refusing = False
    store.mark(run, "me", name="other")
    assert store.summaries("me")[0].marks.name == "other"


def test_a_disk_that_cannot_be_read_just_now_hides_no_run_and_makes_none_damaged(engine, tmp_path, monkeypatch):
    store = RunStore(tmp_path, ALONE)
    run = keep(store, engine)
    known = store.summaries("me")

    def refuse(*_, **__):
        raise OSError(errno.EMFILE, "too many open files")

    with monkeypatch.context() as broken:
        broken.setattr("lab.runs.kept.files.os.scandir", refuse)
        broken.setattr(store_module, "open", refuse, raising=False)
        assert store.summaries("me") == known
        assert store.set_aside("me") == []
        with pytest.raises(RunError) as refusal:
            store.load(run, "me")
        assert refusal.value.code == "disk.failed"
    assert store.load(run, "me")[0].id == run
    assert RunStore(tmp_path, ALONE).set_aside("me") == []


def test_what_was_half_written_when_a_server_ended_goes_after_a_while_and_nothing_else_does(engine, tmp_path):
    store = RunStore(tmp_path, ALONE)
    run = keep(store, engine)
    store.mark("not ended yet", "me", name="live")
    store.next_number("me", 0)
    folder = next(tmp_path.iterdir())
    whole = set(folder.iterdir())
    left = [folder / "part-abc", folder / f"{'0' * 32}.12345678.npz", folder / f"{'0' * 32}.checkpoints"]
    for path in left:
        path.write_bytes(b"half")
    store.summaries("me")
    assert set(folder.iterdir()) == whole | set(left)  # somebody may still be writing them
    for path in folder.iterdir():
        os.utime(path, (path.stat().st_mtime - 2 * LEFT_S,) * 2)
    store.summaries("me")
    assert set(folder.iterdir()) == whole
    assert store.load(run, "me")[0].id == run


def test_a_run_that_is_saved_again_leaves_one_file_of_arrays(engine, tmp_path):
    store = RunStore(tmp_path, ALONE)
    run = keep(store, engine)
    store.save(*store.load(run, "me"), {})
    assert len(list(tmp_path.rglob("*.npz"))) == 1
    assert store.load(run, "me")[0].id == run


def test_no_number_is_given_twice(engine, tmp_path):
    store, other = RunStore(tmp_path, ALONE), RunStore(tmp_path, ALONE)
    run = keep(store, engine)
    assert [store.next_number("me", 0), other.next_number("me", 0), store.next_number("me", 5)] == [2, 3, 6]
    store.delete(run, "me")
    assert other.next_number("me", 0) == 7
    assert store.next_number("you", 0) == 1
