"""Finished runs on disk: one JSON file and one .npz file a run, in a folder named by a hash of the owner."""

import hashlib
import json
import os
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np

from lab.errors import LabError, RunError
from lab.experiment import Experiment
from lab.limits import Limits
from lab.runs.arrays import Arrays, pack_arrays, unpack_arrays
from lab.runs.messages import Status
from lab.runs.record import RunRecord, RunSummary, record_of

VERSION = 1


def default_directory() -> Path:
    """LAB_HOME, or `.lab` in the folder the program was started in."""
    return Path(os.environ.get("LAB_HOME", ".lab")) / "runs"


class RunStore:
    """Keeps the runs of each owner within the limits of the profile: the oldest go first.

    Args:
        directory: made if it is not there.
        limits: kept_runs_hours and kept_runs_bytes, None for no bound.
        clock: seconds since 1970.
    """

    def __init__(self, directory: Path, limits: Limits, clock: Callable[[], float] = time.time) -> None:
        self._directory, self._limits, self._clock = directory, limits, clock
        self._summaries: dict[Path, tuple[float, RunSummary]] = {}  # by file, with the time it was written
        directory.mkdir(parents=True, exist_ok=True)

    def save(self, record: RunRecord, status: Status) -> None:
        """Write a run; a run with the same id is replaced."""
        folder = self._folder(record.owner)
        folder.mkdir(mode=0o700, exist_ok=True)
        values, arrays = unpack_arrays(record.snapshot)
        entry = {
            "version": VERSION,
            "id": record.id,
            "number": record.number,
            "created": record.created,
            "elapsed_s": record.elapsed_s,
            "experiment": json.loads(record.experiment.to_json()),
            "status": asdict(status),
            "snapshot": values,
            "metrics": {name: _plain(column[-1]) for name, column in record.history.items() if column},
        }
        path = folder / _hashed(record.id)
        # the .npz first: a run exists as soon as its .json is there, and then it is complete
        _write(path.with_suffix(".npz"), lambda file: _save_arrays(file, arrays))
        _write(path.with_suffix(".json"), lambda file: file.write(json.dumps(entry).encode()))
        self._tidy(folder)

    def load(self, run_id: str, owner: str) -> tuple[RunRecord, Status]:
        """A kept run of this owner.

        Raises:
            RunError "run.unknown": there is none, it has expired, or it is someone else's.
        """
        self._tidy(self._folder(owner))
        path = (self._folder(owner) / _hashed(run_id)).with_suffix(".json")
        return _read(path, owner)

    def find(self, run_id: str) -> tuple[RunRecord, Status]:
        """A kept run of whatever owner: for a view of it, since who knows the id may look. Raises as `load`."""
        for path in self._directory.glob(f"*/{_hashed(run_id)}.json"):
            self._tidy(path.parent)
            return _read(path, owner="")
        raise RunError("run.unknown")

    def summaries(self, owner: str) -> list[RunSummary]:
        """The owner's kept runs, newest first. A file that cannot be read is left out."""
        folder = self._folder(owner)
        self._tidy(folder)
        found = []
        for path in folder.glob("*.json"):
            with suppress(OSError, ValueError, KeyError, TypeError, LabError):
                found.append(self._summary(path))
        return sorted(found, key=lambda summary: summary.number, reverse=True)

    def _summary(self, path: Path) -> RunSummary:
        written = path.stat().st_mtime
        known = self._summaries.get(path)
        if known is None or known[0] != written:
            known = self._summaries[path] = written, _summary(json.loads(path.read_text(encoding="utf-8")))
        return known[1]

    def _folder(self, owner: str) -> Path:
        return self._directory / _hashed(owner)

    def _tidy(self, folder: Path) -> None:
        """Delete what is too old, then the oldest until the rest fits."""
        if not folder.is_dir():
            return
        hours, room = self._limits.kept_runs_hours, self._limits.kept_runs_bytes
        used = 0
        for path in sorted(folder.glob("*.json"), key=_modified, reverse=True):
            used += _size(path) + _size(path.with_suffix(".npz"))
            too_old = hours is not None and self._clock() - _modified(path) > hours * 3600
            if too_old or (room is not None and used > room):
                self._summaries.pop(path, None)
                path.unlink(missing_ok=True)
                path.with_suffix(".npz").unlink(missing_ok=True)


def _read(path: Path, owner: str) -> tuple[RunRecord, Status]:
    """What `save` wrote; a file that is missing, cut off or from another version is as good as no run."""
    try:
        entry = json.loads(path.read_text(encoding="utf-8"))
        with path.with_suffix(".npz").open("rb") as archive, np.load(archive, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        status = Status(**entry["status"])
        record = record_of(
            id=entry["id"],
            owner=owner,
            number=entry["number"],
            experiment=Experiment.from_json(json.dumps(entry["experiment"])),
            created=entry["created"],
            elapsed_s=entry["elapsed_s"],
            status=status,
            snapshot=pack_arrays(entry["snapshot"], arrays),
        )
    except (OSError, ValueError, KeyError, TypeError, BadZipFile):
        raise RunError("run.unknown") from None
    return record, status


def _save_arrays(file: Any, arrays: Arrays) -> None:
    named: dict[str, Any] = dict(arrays)  # keyword arguments of any type, as np.savez declares them
    np.savez(file, allow_pickle=False, **named)


def _summary(entry: dict[str, Any]) -> RunSummary:
    status = Status(**entry["status"])
    return RunSummary(
        id=entry["id"],
        number=entry["number"],
        name=entry["experiment"].get("name", ""),
        state=status.state,
        epoch=status.epoch,
        epochs=status.epochs,
        created=entry["created"],
        metrics={name: float("nan") if value is None else value for name, value in entry["metrics"].items()},
    )


def _hashed(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _plain(value: float) -> float | None:
    return value if np.isfinite(value) else None


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
