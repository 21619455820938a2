"""Finished runs on disk: one JSON file and one .npz file a run, in a folder named by a hash of the owner."""

import hashlib
import json
import os
import re
import secrets
import shutil
import sys
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

from lab.errors import LabError, RunError
from lab.runs.kept.checked import check_summary
from lab.runs.kept.disk import disk_refusals, remove, try_to_remove, write_whole
from lab.runs.kept.files import (
    ARRAYS,
    CHECKPOINTS,
    MARKS,
    NOWHERE,
    NUMBER,
    RUN,
    Files,
    Stamp,
    files_in,
    marks_at,
    stamp_of,
)
from lab.runs.kept.locks import locked
from lab.runs.kept.record import Marks, RunRecord, RunSummary
from lab.runs.kept.run_file import (
    RunFile,
    checkpoint_arrays,
    checkpoints_of,
    load_arrays,
    marked,
    marks_json,
    read,
    save_arrays,
    written,
)
from lab.runs.wire.checkpoints import Checkpoints
from lab.runs.wire.messages import Status
from lab.runs.wire.typed import typed
from lab.spec.limits import Limits, current_limits
from lab.verdict.verdict import Kind

DAMAGED = re.compile(r"damaged-([0-9a-f]{32})")  # id of a run whose file does not tell its own any more
TOKEN = re.compile(r"[0-9a-f]{8}")  # which arrays belong to a run's .json
OWNERS, SUMMARIES = 300, 4_000  # whose lines are at hand, and how many; those of whoever was not asked for longest go
YEAR_S = 365 * 24 * 3600  # an owner is known by a cookie that lasts so long: whatever is older nobody can find
LEFT_S = 3600.0  # after so long nobody is still writing a file that belongs to no run
NO_RUN = (ValueError, KeyError, TypeError, AttributeError, RecursionError, LabError)


def default_directory() -> Path:
    """LAB_HOME, or one where the program was started: a class, whose runs expire, has not that of a person alone."""
    home = ".lab" if current_limits().kept_runs_hours is None else ".lab-class"
    return Path(os.environ.get("LAB_HOME") or home) / "runs"


def has_folder(directory: Path, owner: str) -> bool:
    """Has this owner ever had a run or a mark kept there?"""
    return (directory / hashed(owner)).is_dir()


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
        self._at_hand: dict[str, dict[str, Known]] = {}  # of each folder by what the names of a run's files begin with
        with suppress(OSError):  # a disk that takes nothing now may do so later; until then each saving says so
            directory.mkdir(parents=True, exist_ok=True)
            with self._alone():  # its file must be there before the disk is full, or nothing could be deleted
                pass

    def save(self, record: RunRecord, status: Status, checkpoints: Checkpoints) -> None:
        """Write a run; a run with the same id is replaced. Raises RunError "disk.…": the one before is still there."""
        folder = self._made(record.owner)
        file = written(record, status)
        stem, token = self._stem(record.id, record.owner), secrets.token_hex(4)
        arrays, entry = _arrays_of(stem, token), json.dumps(file.entry | {"arrays": token}).encode()
        with disk_refusals(), self._alone():
            try:
                # the arrays first: a run exists as soon as its .json is there, and then it is complete
                write_whole(stem + CHECKPOINTS, lambda out: save_arrays(out, checkpoint_arrays(checkpoints)))
                write_whole(arrays, lambda out: save_arrays(out, file.arrays))
                write_whole(stem + RUN, lambda out: out.write(entry))
            except BaseException:
                try_to_remove(arrays)
                raise
            for old in {*_all_arrays_of(stem)} - {arrays}:
                try_to_remove(old)
        self._tidied(folder)

    def load(self, run_id: str, owner: str) -> tuple[RunRecord, Status]:
        """A kept run of this owner.

        Raises:
            RunError "run.unknown": there is none, it has expired, or it is someone else's. "disk.…": not just now.
        """
        self._tidied(self._folder(owner))
        stem = self._stem(run_id, owner)
        stamp = stamp_of(stem + RUN)
        with disk_refusals():
            try:
                return _read(stem, owner)
            except RunError:
                if stamp == NOWHERE:
                    raise
            with self._alone():  # was it being replaced by another server?
                stamp = stamp_of(stem + RUN)
                try:
                    return _read(stem, owner)
                except RunError:
                    if stamp != NOWHERE:
                        self._know(stem, stamp, None)
                    raise

    def require(self, run_id: str, owner: str) -> None:
        """Raises as `load` where this owner keeps no such run."""
        self._tidied(self._folder(owner))
        if stamp_of(self._stem(run_id, owner) + RUN) == NOWHERE:
            raise RunError("run.unknown")

    def next_number(self, owner: str, above: int) -> int:
        """For a new run of this owner: one that no run has, whichever server began it.

        Args:
            above: the highest one that is known of runs that are not kept yet.
        """
        known = max([above, *(summary.number for summary in self.summaries(owner))])
        with suppress(OSError, RunError), self._alone():  # a disk that takes nothing is told of when the run is saved
            path = f"{self._made(owner)}/{NUMBER}"
            with suppress(OSError, ValueError), open(path, "rb") as file:
                known = max(known, int(file.read()))
            write_whole(path, lambda target: target.write(str(known + 1).encode()))
        return known + 1

    def checkpoints(self, run_id: str, owner: str) -> Checkpoints:
        """States of the run at some of its epochs; none where they cannot be read: they can be computed again."""
        with suppress(OSError, ValueError), open(self._stem(run_id, owner) + CHECKPOINTS, "rb") as source:
            return checkpoints_of(load_arrays(source))
        return {}

    def delete(self, run_id: str, owner: str) -> None:
        """Forget a run and its marks; one that is not there is forgotten already. Raises RunError "disk.…"."""
        stem = self._stem(run_id, owner)
        with disk_refusals(), self._alone():
            self._remove(stem)

    def marks(self, run_id: str, owner: str) -> Marks:
        """What the owner did with a run, kept or not yet."""
        return marks_at(self._stem(run_id, owner))

    def mark(self, run_id: str, owner: str, **changes: Any) -> None:
        """Change fields of a run's marks. Raises RunError "run.name_too_long", "disk.…"."""
        stem = self._stem(run_id, owner)
        with disk_refusals():
            self._made(owner)
            with self._alone():
                changed = marked(marks_at(stem), **changes)
                write_whole(stem + MARKS, lambda target: target.write(marks_json(changed)))

    def summaries(self, owner: str) -> list[RunSummary]:
        """The owner's kept runs, newest first, without those that are set aside."""
        folder = self._folder(owner)
        if at_hand := self._at_hand.pop(folder, None):
            self._at_hand[folder] = at_hand  # it is the one asked for last
        found = []
        for stem, files in self._runs_in(folder).items():
            summary = self._summary(stem, files[RUN])
            if summary is not None:
                found.append(replace(summary, marks=marks_at(stem)) if MARKS in files else summary)
        return sorted(found, key=lambda summary: summary.number, reverse=True)

    def let_go(self, owner: str) -> None:
        """Have no line about the owner's runs at hand any more."""
        self._at_hand.pop(self._folder(owner), None)

    def set_aside(self, owner: str) -> list[str]:
        """Ids of the owner's files that are no runs any more, cut off or changed: good for `delete` alone."""
        runs = self._runs_in(self._folder(owner))
        return [f"damaged-{os.path.basename(stem)}" for stem in sorted(runs) if self._is_damaged(stem, runs[stem][RUN])]

    def _is_damaged(self, stem: str, stamp: Stamp) -> bool:
        """It was read and is no run; not one that is gone by now, or that cannot be read just now."""
        self._summary(stem, stamp)
        known = self._known(stem)
        return known is not None and known[1] is None

    def tidy(self) -> None:
        """Delete what is too old, also of owners who do not come back, and folders in which nothing is left."""
        with suppress(OSError):
            for entry in os.scandir(self.directory):
                if entry.is_dir():
                    folder = f"{self.directory}/{entry.name}"
                    self._tidied(folder)
                    self._leave(folder)

    def _leave(self, folder: str) -> None:
        """A run that is saved there in this very moment makes it anew when it is tried again."""
        hours = self._limits.kept_runs_hours
        if hours is None:
            return
        with suppress(OSError), self._alone():
            old = self._clock() - stamp_of(folder).modified_s > hours * 3600
            if old and {entry.name for entry in os.scandir(folder)} <= {NUMBER}:
                shutil.rmtree(folder)

    def _runs_in(self, folder: str) -> dict[str, Files]:
        """The files of each run in a folder; where the disk cannot be read just now, of those that were known."""
        files = self._tidied(folder)
        if files is None:
            return {f"{folder}/{name}": {RUN: NOWHERE, MARKS: NOWHERE} for name in list(self._at_hand.get(folder, ()))}
        return {f"{folder}/{name}": own for name, own in files.items() if RUN in own}

    def _summary(self, stem: str, stamp: Stamp) -> RunSummary | None:
        """One line about a kept run, read once for each time it was written; None if its file is no run.

        Where it cannot be read just now, as it was known.
        """
        known = self._known(stem)
        if known is None or known[0] != stamp:
            try:
                known = self._know(stem, stamp, _read_summary(stem + RUN))
            except FileNotFoundError:
                self._forget(stem)
                return None
            except OSError:
                return None if known is None else known[1]
        return known[1]

    def _known(self, stem: str) -> Known | None:
        folder, name = os.path.split(stem)
        return self._at_hand.get(folder, {}).get(name)

    def _know(self, stem: str, stamp: Stamp, summary: RunSummary | None) -> Known:
        folder, name = os.path.split(stem)
        mine = self._at_hand.setdefault(folder, {})
        known = mine[name] = stamp, summary
        others = {other: len(kept) for other, kept in list(self._at_hand.items()) if other != folder}
        too_many, owners = len(mine) + sum(others.values()) - SUMMARIES, 1 + len(others)
        for other, size in others.items():
            if too_many <= 0 and owners <= OWNERS:
                break
            self._at_hand.pop(other, None)
            too_many, owners = too_many - size, owners - 1
        return known

    def _forget(self, stem: str) -> None:
        folder, name = os.path.split(stem)
        self._at_hand.get(folder, {}).pop(name, None)

    def _stem(self, run_id: str, owner: str) -> str:
        """What the names of a run's files begin with."""
        damaged = DAMAGED.fullmatch(run_id)
        return f"{self._folder(owner)}/{damaged[1] if damaged else hashed(run_id)}"

    def _folder(self, owner: str) -> str:
        return f"{self.directory}/{hashed(owner)}"

    def _made(self, owner: str) -> str:
        """The owner's folder. Raises RunError "disk.…"."""
        folder = self._folder(owner)
        with disk_refusals():
            os.makedirs(folder, mode=0o700, exist_ok=True)
        return folder

    def _alone(self) -> AbstractContextManager[None]:
        """What is done inside no other server does at the same time. Raises OSError."""
        return locked(f"{self.directory}.lock")

    def _tidied(self, folder: str) -> dict[str, Files] | None:
        """The files that are there once all is deleted which is too old, and then the oldest until the rest fits,
        pinned ones last. None: they cannot be read just now.
        """
        try:
            files = files_in(folder)
            if not self._too_many(folder, files):
                return files
            with suppress(OSError), self._alone():  # a disk that cannot be written to: they stay
                for name in self._too_many(folder, files_in(folder)):  # another server may have tidied, or saved again
                    if name.endswith(RUN):
                        self._remove(f"{folder}/{name.removesuffix(RUN)}")
                    else:
                        remove(f"{folder}/{name}")
            return files_in(folder)
        except OSError:
            return None

    def _too_many(self, folder: str, files: dict[str, Files]) -> list[str]:
        """Runs that have to go, by their .json, and files that a server left behind which ended while it wrote."""
        hours, room, now = self._limits.kept_runs_hours, self._limits.kept_runs_bytes, self._clock()
        used, found = 0, []
        runs = [(_is_pinned(f"{folder}/{name}", own), own[RUN], name) for name, own in files.items() if RUN in own]
        for count, (pinned, stamp, name) in enumerate(sorted(runs, reverse=True), start=1):
            used += sum(file.size for ending, file in files[name].items() if ending != MARKS)
            too_old = hours is not None and now - stamp.modified_s > (YEAR_S if pinned else hours * 3600)
            if too_old or (room is not None and used > room) or count > self._limits.kept_runs:
                found.append(name + RUN)
        return found + [name for name, stamp in _left(files) if now - stamp.modified_s > LEFT_S]

    def _remove(self, stem: str) -> None:
        """The .json first: whoever looks meanwhile sees no run, and not half of one. Raises OSError."""
        self._forget(stem)
        for path in (stem + RUN, *_all_arrays_of(stem), stem + CHECKPOINTS, stem + MARKS):
            remove(path)


def _is_pinned(stem: str, files: Files) -> bool:
    return MARKS in files and marks_at(stem).pinned


def _left(files: dict[str, Files]) -> list[tuple[str, Stamp]]:
    """Files that belong to no run, by their names; marks may be those of one that has not ended yet."""
    return [
        (stem + ending, stamp)
        for stem, own in files.items()
        if RUN not in own
        for ending, stamp in own.items()
        if stem + ending != NUMBER and not ending.endswith(MARKS)
    ]


def _arrays_of(stem: str, token: str) -> str:
    return f"{stem}.{token}{ARRAYS}"


def _all_arrays_of(stem: str) -> list[str]:
    """Of each writing of a run. A pattern of its own for each run would stay in Python's caches of patterns."""
    folder, name = os.path.split(stem)
    with suppress(FileNotFoundError):
        return [f"{folder}/{one}" for one in os.listdir(folder) if one.startswith(f"{name}.") and one.endswith(ARRAYS)]
    return []


def _read(stem: str, owner: str) -> tuple[RunRecord, Status]:
    """What `save` wrote; a file that is missing, cut off or from another version is as good as no run.

    Raises RunError "run.unknown"; OSError: it cannot be read just now.
    """
    try:
        entry = _json_at(stem + RUN)
        token = entry.get("arrays")  # runs of before have none
        with open(_arrays_of(stem, token) if token and TOKEN.fullmatch(token) else stem + ARRAYS, "rb") as source:
            arrays = load_arrays(source)
    except (FileNotFoundError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise RunError("run.unknown") from None
    return read(RunFile(entry, arrays), owner)


def _read_summary(path: str) -> RunSummary | None:
    try:
        return _summary(_json_at(path))
    except NO_RUN:
        return None


def _json_at(path: str) -> Any:
    with open(path, encoding="utf-8") as file:
        return json.load(file)


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
