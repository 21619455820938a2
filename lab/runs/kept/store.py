"""Finished runs on disk: one JSON file and one .npz file a run, in a folder named by a hash of the owner."""

import hashlib
import json
import os
import re
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

from lab.errors import LabError, RunError
from lab.runs.kept.checked import check_summary
from lab.runs.kept.record import Marks, RunRecord, RunSummary
from lab.runs.kept.run_file import (
    RunFile,
    checkpoint_arrays,
    checkpoints_of,
    load_arrays,
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
NO_RUN = (ValueError, KeyError, TypeError, AttributeError, RecursionError, LabError)


def default_directory() -> Path:
    """LAB_HOME, or `.lab` in the folder the program was started in."""
    return Path(os.environ.get("LAB_HOME", ".lab")) / "runs"


def has_folder(directory: Path, owner: str) -> bool:
    """Has this owner ever had a run or a mark kept there?"""
    return (directory / _hashed(owner)).is_dir()


class RunStore:
    """Keeps the runs of each owner within the limits of the profile: the oldest go first.

    Args:
        directory: made if it is not there.
        limits: kept_runs_hours and kept_runs_bytes, None for no bound.
        clock: seconds since 1970.
    """

    def __init__(self, directory: Path, limits: Limits, clock: Callable[[], float] = time.time) -> None:
        self._directory, self._limits, self._clock = directory, limits, clock
        # by file, with the time it was written; None: it is no run, as was seen in the list or when it was opened
        self._summaries: dict[Path, tuple[float, RunSummary | None]] = {}
        directory.mkdir(parents=True, exist_ok=True)

    def save(self, record: RunRecord, status: Status, checkpoints: Checkpoints) -> None:
        """Write a run; a run with the same id is replaced."""
        folder = self._folder(record.owner)
        folder.mkdir(mode=0o700, exist_ok=True)
        file = written(record, status)
        path = self._path(record.id, record.owner)
        # the .npz first: a run exists as soon as its .json is there, and then it is complete
        _write(path.with_suffix(CHECKPOINTS), lambda target: save_arrays(target, checkpoint_arrays(checkpoints)))
        _write(path.with_suffix(".npz"), lambda target: save_arrays(target, file.arrays))
        _write(path, lambda target: target.write(json.dumps(file.entry).encode()))
        self._tidy(folder)

    def load(self, run_id: str, owner: str) -> tuple[RunRecord, Status]:
        """A kept run of this owner.

        Raises:
            RunError "run.unknown": there is none, it has expired, or it is someone else's.
        """
        self._tidy(self._folder(owner))
        path = self._path(run_id, owner)
        try:
            return _read(path, owner)
        except RunError:
            if path.exists():
                self._summaries[path] = _modified(path), None
            raise

    def require(self, run_id: str, owner: str) -> None:
        """Raises as `load` where this owner keeps no such run."""
        self._tidy(self._folder(owner))
        if not self._path(run_id, owner).exists():
            raise RunError("run.unknown")

    def checkpoints(self, run_id: str, owner: str) -> Checkpoints:
        """States of the run at some of its epochs; none where they cannot be read: they can be computed again."""
        with (
            suppress(OSError, ValueError),
            self._path(run_id, owner).with_suffix(CHECKPOINTS).open("rb") as source,
        ):
            return checkpoints_of(load_arrays(source))
        return {}

    def delete(self, run_id: str, owner: str) -> None:
        """Forget a run and its marks; one that is not there is forgotten already."""
        self._remove(self._path(run_id, owner))
        self._path(run_id, owner).with_suffix(MARKS).unlink(missing_ok=True)

    def marks(self, run_id: str, owner: str) -> Marks:
        """What the owner did with a run, kept or not yet."""
        return _marks(self._path(run_id, owner))

    def mark(self, run_id: str, owner: str, marks: Marks) -> None:
        self._folder(owner).mkdir(mode=0o700, exist_ok=True)
        _write(self._path(run_id, owner).with_suffix(MARKS), lambda target: target.write(marks_json(marks)))

    def summaries(self, owner: str) -> list[RunSummary]:
        """The owner's kept runs, newest first, without those that are set aside."""
        folder = self._folder(owner)
        self._tidy(folder)
        known = {path: self._summary(path) for path in folder.glob("*.json")}
        found = [replace(summary, marks=_marks(path)) for path, summary in known.items() if summary is not None]
        return sorted(found, key=lambda summary: summary.number, reverse=True)

    def set_aside(self, owner: str) -> list[str]:
        """Ids of the owner's files that are no runs any more, cut off or changed: good for `delete` alone."""
        damaged = [path.stem for path in self._folder(owner).glob("*.json") if self._summary(path) is None]
        return [f"damaged-{stem}" for stem in sorted(damaged)]

    def _summary(self, path: Path) -> RunSummary | None:
        """One line about a kept run, read once for each time it was written; None if its file is no run."""
        written_at = _modified(path)
        known = self._summaries.get(path)
        if known is None or known[0] != written_at:
            try:
                known = self._summaries[path] = written_at, _read_summary(path)
            except OSError:  # gone meanwhile, or not to be read just now
                return None
        return known[1]

    def _path(self, run_id: str, owner: str) -> Path:
        damaged = DAMAGED.fullmatch(run_id)
        return (self._folder(owner) / (damaged[1] if damaged else _hashed(run_id))).with_suffix(".json")

    def _folder(self, owner: str) -> Path:
        return self._directory / _hashed(owner)

    def _tidy(self, folder: Path) -> None:
        """Delete what is too old and not pinned, then the oldest until the rest fits, pinned ones last."""
        if not folder.is_dir():
            return
        hours, room = self._limits.kept_runs_hours, self._limits.kept_runs_bytes
        used = 0
        ages = [(_marks(path).pinned, _modified(path), path) for path in folder.glob("*.json")]
        for count, (pinned, modified, path) in enumerate(sorted(ages, reverse=True), start=1):
            used += sum(_size(path.with_suffix(suffix)) for suffix in (".json", ".npz", CHECKPOINTS))
            too_old = not pinned and hours is not None and self._clock() - modified > hours * 3600
            if too_old or (room is not None and used > room) or count > self._limits.kept_runs:
                self._remove(path)
                path.with_suffix(MARKS).unlink(missing_ok=True)

    def _remove(self, path: Path) -> None:
        self._summaries.pop(path, None)
        for suffix in (".json", ".npz", CHECKPOINTS):
            path.with_suffix(suffix).unlink(missing_ok=True)


def _read(path: Path, owner: str) -> tuple[RunRecord, Status]:
    """What `save` wrote; a file that is missing, cut off or from another version is as good as no run."""
    try:
        entry = json.loads(path.read_text(encoding="utf-8"))
        with path.with_suffix(".npz").open("rb") as source:
            arrays = load_arrays(source)
    except (OSError, ValueError, KeyError, RecursionError):
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
    return {name: float("nan") if value is None else value for name, value in values.items()}


def _hashed(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _modified(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _write(path: Path, fill: Callable[[Any], Any]) -> None:
    """Write a file so that a reader sees the old one or the whole new one."""
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
        fill(file)
    Path(file.name).replace(path)
