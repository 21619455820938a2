"""Finished runs on disk: one JSON file and one .npz file a run, in a folder named by a hash of the owner."""

import hashlib
import json
import os
import re
import secrets
import shutil
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

from lab.errors import LabError, RunError
from lab.runs.kept.checked import check_summary
from lab.runs.kept.disk import disk_refusals, write_whole
from lab.runs.kept.locks import locked
from lab.runs.kept.record import Marks, RunRecord, RunSummary
from lab.runs.kept.run_file import (
    RunFile,
    checkpoint_arrays,
    checkpoints_of,
    load_arrays,
    marked,
    marks_json,
    marks_of,
    read,
    save_arrays,
    written,
)
from lab.runs.wire.checkpoints import Checkpoints
from lab.runs.wire.messages import Status
from lab.runs.wire.typed import typed
from lab.spec.limits import Limits
from lab.verdict.verdict import Kind

CHECKPOINTS = ".checkpoints"
MARKS = ".marks"  # what the owner did with a run, in a file of its own: it changes while the run lies still
DAMAGED = re.compile(r"damaged-([0-9a-f]{32})")  # id of a run whose file does not tell its own any more
NUMBER = "number"  # the last one that was given to a run of the owner
ARRAYS = re.compile(r"[0-9a-f]{8}")  # which .npz belongs to a .json: each saving writes another
OWNERS, SUMMARIES = 300, 4_000  # whose lines are at hand, and how many; those of whoever was not asked for longest go
LEFT_S = 3600.0  # after so long nobody is still writing a file that belongs to no run
NO_RUN = (ValueError, KeyError, TypeError, AttributeError, RecursionError, LabError)


def default_directory() -> Path:
    """LAB_HOME, or `.lab` in the folder the program was started in."""
    return Path(os.environ.get("LAB_HOME", ".lab")) / "runs"


def has_folder(directory: Path, owner: str) -> bool:
    """Has this owner ever had a run or a mark kept there?"""
    return (directory / hashed(owner)).is_dir()


Stamp = tuple[int, int, int]  # what tells one writing of a file from another: time, size, place on the disk
NOWHERE: Stamp = (0, 0, 0)
# a file's stamp when it was read; None: it is no run, as was seen in the list or when it was opened
Known = tuple[Stamp, RunSummary | None]


class RunStore:
    """Keeps the runs of each owner within the limits of the profile: the oldest go first.

    Several servers may have one store. What is written is there as a whole or not at all; a run that is saved again is
    seen as it was or as it is; what is read and written again (marks, numbers) is one server's at a time.

    Args:
        directory: made if it is not there.
        limits: kept_runs_hours and kept_runs_bytes, None for no bound.
        clock: seconds since 1970.
    """

    def __init__(self, directory: Path, limits: Limits, clock: Callable[[], float] = time.time) -> None:
        self.directory, self._limits, self._clock = directory, limits, clock
        self._at_hand: dict[Path, dict[str, Known]] = {}  # of each folder by the names of its files
        with suppress(OSError):  # a disk that takes nothing now may do so later; until then each saving says so
            directory.mkdir(parents=True, exist_ok=True)
            with self._alone():  # its file must be there before the disk is full, or nothing could be deleted
                pass

    def save(self, record: RunRecord, status: Status, checkpoints: Checkpoints) -> None:
        """Write a run; a run with the same id is replaced. Raises RunError "disk.…": the one before is still there."""
        folder = self._made(record.owner)
        file = written(record, status)
        path, token = self._path(record.id, record.owner), secrets.token_hex(4)
        arrays, entry = _arrays_of(path, token), json.dumps(file.entry | {"arrays": token}).encode()
        with disk_refusals(), self._alone():
            try:
                # the .npz first: a run exists as soon as its .json is there, and then it is complete
                write_whole(path.with_suffix(CHECKPOINTS), lambda out: save_arrays(out, checkpoint_arrays(checkpoints)))
                write_whole(arrays, lambda out: save_arrays(out, file.arrays))
                write_whole(path, lambda out: out.write(entry))
            except BaseException:
                _unlink(arrays)
                raise
            for old in {*_all_arrays_of(path)} - {arrays}:
                _unlink(old)
        self._tidy(folder)

    def load(self, run_id: str, owner: str) -> tuple[RunRecord, Status]:
        """A kept run of this owner.

        Raises:
            RunError "run.unknown": there is none, it has expired, or it is someone else's. "disk.…": not just now.
        """
        self._tidy(self._folder(owner))
        path = self._path(run_id, owner)
        stamp = _stamp(path)
        with disk_refusals():
            try:
                return _read(path, owner)
            except RunError:
                if stamp == NOWHERE:
                    raise
            with self._alone():  # was it being replaced by another server?
                stamp = _stamp(path)
                try:
                    return _read(path, owner)
                except RunError:
                    if stamp != NOWHERE:
                        self._know(path, stamp, None)
                    raise

    def require(self, run_id: str, owner: str) -> None:
        """Raises as `load` where this owner keeps no such run."""
        self._tidy(self._folder(owner))
        if _stamp(self._path(run_id, owner)) == NOWHERE:
            raise RunError("run.unknown")

    def next_number(self, owner: str, above: int) -> int:
        """For a new run of this owner: one that no run has, whichever server began it.

        Args:
            above: the highest one that is known of runs that are not kept yet.
        """
        known = max([above, *(summary.number for summary in self.summaries(owner))])
        with suppress(OSError, RunError), self._alone():  # a disk that takes nothing is told of when the run is saved
            path = self._made(owner) / NUMBER
            with suppress(OSError, ValueError):
                known = max(known, int(path.read_bytes()))
            write_whole(path, lambda target: target.write(str(known + 1).encode()))
        return known + 1

    def checkpoints(self, run_id: str, owner: str) -> Checkpoints:
        """States of the run at some of its epochs; none where they cannot be read: they can be computed again."""
        with (
            suppress(OSError, ValueError),
            self._path(run_id, owner).with_suffix(CHECKPOINTS).open("rb") as source,
        ):
            return checkpoints_of(load_arrays(source))
        return {}

    def delete(self, run_id: str, owner: str) -> None:
        """Forget a run and its marks; one that is not there is forgotten already. Raises RunError "disk.…"."""
        path = self._path(run_id, owner)
        with disk_refusals(), self._alone():
            self._remove(path)
            path.with_suffix(MARKS).unlink(missing_ok=True)

    def marks(self, run_id: str, owner: str) -> Marks:
        """What the owner did with a run, kept or not yet."""
        return _marks(self._path(run_id, owner))

    def mark(self, run_id: str, owner: str, **changes: Any) -> None:
        """Change fields of a run's marks. Raises RunError "run.name_too_long", "disk.…"."""
        path = self._path(run_id, owner).with_suffix(MARKS)
        with disk_refusals():
            self._made(owner)
            with self._alone():
                changed = marked(_marks(path), **changes)
                write_whole(path, lambda target: target.write(marks_json(changed)))

    def summaries(self, owner: str) -> list[RunSummary]:
        """The owner's kept runs, newest first, without those that are set aside."""
        folder = self._folder(owner)
        self._tidy(folder)
        if at_hand := self._at_hand.pop(folder, None):
            self._at_hand[folder] = at_hand  # it is the one asked for last
        known = {path: self._summary(path) for path in self._kept_in(folder)}
        found = [replace(summary, marks=_marks(path)) for path, summary in known.items() if summary is not None]
        return sorted(found, key=lambda summary: summary.number, reverse=True)

    def let_go(self, owner: str) -> None:
        """Have no line about the owner's runs at hand any more."""
        self._at_hand.pop(self._folder(owner), None)

    def set_aside(self, owner: str) -> list[str]:
        """Ids of the owner's files that are no runs any more, cut off or changed: good for `delete` alone."""
        paths = self._kept_in(self._folder(owner))
        return [f"damaged-{path.stem}" for path in sorted(paths) if self._is_damaged(path)]

    def _is_damaged(self, path: Path) -> bool:
        """It was read and is no run; not one that is gone by now, or that cannot be read just now."""
        self._summary(path)
        known = self._known(path)
        return known is not None and known[1] is None

    def tidy(self) -> None:
        """Delete what is too old, also of owners who do not come back, and folders in which nothing is left."""
        with suppress(OSError):
            for entry in os.scandir(self.directory):
                if entry.is_dir():
                    self._tidy(Path(entry.path))
                    self._leave(Path(entry.path))

    def _leave(self, folder: Path) -> None:
        """A run that is saved there in this very moment makes it anew when it is tried again."""
        hours = self._limits.kept_runs_hours
        if hours is None:
            return
        with suppress(OSError), self._alone():
            old = self._clock() - folder.stat().st_mtime > hours * 3600
            if old and {entry.name for entry in os.scandir(folder)} <= {NUMBER}:
                shutil.rmtree(folder)

    def _kept_in(self, folder: Path) -> list[Path]:
        """The files of the runs in a folder; where the disk cannot be read just now, as they were known."""
        try:
            return [Path(entry.path) for entry in os.scandir(folder) if entry.name.endswith(".json")]
        except FileNotFoundError:
            return []
        except OSError:
            return [folder / name for name in list(self._at_hand.get(folder, ()))]

    def _summary(self, path: Path) -> RunSummary | None:
        """One line about a kept run, read once for each time it was written; None if its file is no run.

        Where it cannot be read just now, as it was known.
        """
        stamp = _stamp(path)
        known = self._known(path)
        if known is None or known[0] != stamp:
            try:
                known = self._know(path, stamp, _read_summary(path))
            except FileNotFoundError:
                self._forget(path)
                return None
            except OSError:
                return None if known is None else known[1]
        return known[1]

    def _known(self, path: Path) -> Known | None:
        return self._at_hand.get(path.parent, {}).get(path.name)

    def _know(self, path: Path, stamp: Stamp, summary: RunSummary | None) -> Known:
        mine = self._at_hand.setdefault(path.parent, {})
        known = mine[path.name] = stamp, summary
        others = {folder: len(kept) for folder, kept in list(self._at_hand.items()) if folder != path.parent}
        too_many, owners = len(mine) + sum(others.values()) - SUMMARIES, 1 + len(others)
        for folder, size in others.items():
            if too_many <= 0 and owners <= OWNERS:
                break
            self._at_hand.pop(folder, None)
            too_many, owners = too_many - size, owners - 1
        return known

    def _forget(self, path: Path) -> None:
        self._at_hand.get(path.parent, {}).pop(path.name, None)

    def _path(self, run_id: str, owner: str) -> Path:
        damaged = DAMAGED.fullmatch(run_id)
        return (self._folder(owner) / (damaged[1] if damaged else hashed(run_id))).with_suffix(".json")

    def _folder(self, owner: str) -> Path:
        return self.directory / hashed(owner)

    def _made(self, owner: str) -> Path:
        """The owner's folder. Raises RunError "disk.…"."""
        folder = self._folder(owner)
        with disk_refusals():
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return folder

    def _alone(self) -> AbstractContextManager[None]:
        """What is done inside no other server does at the same time. Raises OSError."""
        return locked(self.directory.with_name(f"{self.directory.name}.lock"))

    def _tidy(self, folder: Path) -> None:
        """Delete what is too old and not pinned, then the oldest until the rest fits, pinned ones last."""
        if not self._too_many(folder):
            return
        with suppress(OSError), self._alone():  # a disk that cannot be written to: they stay
            for path in self._too_many(folder):  # another server may have tidied, or saved one of them again
                if path.suffix == ".json":
                    self._remove(path)
                    path.with_suffix(MARKS).unlink(missing_ok=True)
                else:
                    path.unlink(missing_ok=True)

    def _too_many(self, folder: Path) -> list[Path]:
        """Runs that have to go, by their .json, and files that a server left behind which ended while it wrote."""
        hours, room, now = self._limits.kept_runs_hours, self._limits.kept_runs_bytes, self._clock()
        used, found = 0, []
        runs, left = _files_in(folder)
        ages = [(_marks(path).pinned, files[path.name].st_mtime, path) for path, files in runs.items()]
        for count, (pinned, modified, path) in enumerate(sorted(ages, reverse=True), start=1):
            used += sum(stat.st_size for name, stat in runs[path].items() if not name.endswith(MARKS))
            too_old = not pinned and hours is not None and now - modified > hours * 3600
            if too_old or (room is not None and used > room) or count > self._limits.kept_runs:
                found.append(path)
        return found + [path for path, stat in left.items() if now - stat.st_mtime > LEFT_S]

    def _remove(self, path: Path) -> None:
        """The .json first: whoever looks meanwhile sees no run, and not half of one. Raises OSError."""
        self._forget(path)
        for file in (path, *_all_arrays_of(path), path.with_suffix(CHECKPOINTS)):
            file.unlink(missing_ok=True)


Stats = dict[str, os.stat_result]


def _files_in(folder: Path) -> tuple[dict[Path, Stats], dict[Path, os.stat_result]]:
    """Each run's files by the path of its .json, and files that belong to no run; nothing where it cannot be read."""
    groups: dict[str, Stats] = defaultdict(dict)
    with suppress(OSError):
        for entry in os.scandir(folder):
            with suppress(OSError):  # gone meanwhile
                groups[entry.name.partition(".")[0]][entry.name] = entry.stat()
    runs = {folder / f"{stem}.json": files for stem, files in groups.items() if f"{stem}.json" in files}
    left = {
        folder / name: stat
        for stem, files in groups.items()
        if f"{stem}.json" not in files
        for name, stat in files.items()
        if name != NUMBER and not name.endswith(MARKS)  # of a run that has not ended yet
    }
    return runs, left


def _arrays_of(path: Path, token: str) -> Path:
    return path.with_suffix(f".{token}.npz")


def _all_arrays_of(path: Path) -> list[Path]:
    """Of each writing of a run. A pattern of its own for each run would stay in Python's caches of patterns."""
    try:
        names = [entry.name for entry in os.scandir(path.parent)]
    except FileNotFoundError:
        return []
    return [path.with_name(name) for name in names if name.startswith(path.stem) and name.endswith(".npz")]


def _read(path: Path, owner: str) -> tuple[RunRecord, Status]:
    """What `save` wrote; a file that is missing, cut off or from another version is as good as no run.

    Raises RunError "run.unknown"; OSError: it cannot be read just now.
    """
    try:
        entry = json.loads(path.read_text(encoding="utf-8"))
        token = entry.get("arrays")  # runs of before have none
        arrays_path = _arrays_of(path, token) if token and ARRAYS.fullmatch(token) else path.with_suffix(".npz")
        with arrays_path.open("rb") as source:
            arrays = load_arrays(source)
    except (FileNotFoundError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise RunError("run.unknown") from None
    return read(RunFile(entry, arrays), owner)


def _marks(path: Path) -> Marks:
    try:
        return marks_of(path.with_suffix(MARKS).read_bytes())
    except OSError:  # nothing was done with it yet
        return Marks()


def _read_summary(path: Path) -> RunSummary | None:
    try:
        return _summary(json.loads(path.read_text(encoding="utf-8")))
    except NO_RUN:
        return None


def _summary(entry: dict[str, Any]) -> RunSummary:
    status = typed(Status, entry["status"])
    summary = RunSummary(
        id=entry["id"],
        number=entry["number"],
        name=entry["experiment"].get("name", ""),
        state=status.state,
        epoch=status.epoch,
        epochs=status.epochs,
        created=entry["created"],
        metrics=_numbers(entry["metrics"]),
        best=_numbers(entry["best"]),
        best_epoch=entry["best_epoch"],
        compute_s=status.compute_s,
        updates=status.updates,
        verdict=entry["verdict"] if entry["verdict"] in get_args(Kind) else None,  # a word that is no longer said
    )
    check_summary(summary)
    return summary


def _numbers(values: dict[str, float | None]) -> dict[str, float]:
    return {sys.intern(name): float("nan") if value is None else value for name, value in values.items()}


def hashed(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _stamp(path: Path) -> Stamp:
    """Also tells writings apart that another server made within one tick of the clock."""
    try:
        stat = path.stat()
    except OSError:
        return NOWHERE
    return stat.st_mtime_ns, stat.st_size, stat.st_ino


def _unlink(path: Path) -> None:
    with suppress(OSError):
        path.unlink()
