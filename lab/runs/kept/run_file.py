"""A run as plain values and arrays, for the disk and for a file that a person takes along. Nothing is pickled.

Files may come from anybody: everything that is read is checked, and sizes are bounded before anything is unpacked.
"""

import io
import json
import math
import zipfile
from dataclasses import asdict, dataclass, fields, replace
from typing import IO, Any, BinaryIO, get_args

import numpy as np
from numpy.lib import format as npy

from lab.archives import opened
from lab.errors import LabError, RunError
from lab.runs.kept.checked import check_record
from lab.runs.kept.record import Marks, RunRecord, record_of
from lab.runs.wire.arrays import Arrays, pack_arrays, part, unpack_arrays
from lab.runs.wire.checkpoints import SCHEDULE, Checkpoints, thinned
from lab.runs.wire.messages import ENDED, RunState, Status
from lab.runs.wire.typed import typed
from lab.spec.experiment import Experiment
from lab.verdict.context import RunContext
from netcore.syntax import undisturbed

VERSION = 2
NAME_CHARACTERS = 200


@dataclass(frozen=True)
class RunFile:
    """What is written down of a run: JSON-able values, and the arrays of its snapshot."""

    entry: dict[str, Any]
    arrays: Arrays


def written(record: RunRecord, status: Status) -> RunFile:
    """A record as it goes into a file."""
    values, arrays = unpack_arrays(record.snapshot)
    best = {name: column[record.best_epoch - 1] for name, column in record.history.items() if record.best_epoch}
    entry = {
        "version": VERSION,
        "id": record.id,
        "number": record.number,
        "created": record.created,
        "elapsed_s": record.elapsed_s,
        "experiment": json.loads(record.experiment.to_json()),
        "status": asdict(status),
        "context": record.context.as_dict(),
        "snapshot": values,
        "metrics": {name: _plain(column[-1]) for name, column in record.history.items() if column},
        "best": {name: _plain(value) for name, value in best.items()},
        "best_epoch": record.best_epoch,
        "verdict": record.context.word(record.history, record.state, record.extras),
    }
    return RunFile(entry, arrays)


def read(file: RunFile, owner: str) -> tuple[RunRecord, Status]:
    """The record that `written` was given.

    Raises:
        RunError "run.unknown": values are missing, of another type or of another version.
    """
    try:
        entry = file.entry
        if entry["version"] != VERSION:
            raise ValueError("another version")
        status = checked_status(entry["status"])
        record = record_of(
            id=str(entry["id"]),
            owner=owner,
            number=int(entry["number"]),
            experiment=Experiment.from_json(json.dumps(entry["experiment"])),
            created=float(entry["created"]),
            elapsed_s=float(entry["elapsed_s"]),
            status=status,
            context=RunContext.from_dict(entry["context"]),
            snapshot=pack_arrays(entry["snapshot"], file.arrays),
        )
        check_record(record, status)
    except (LabError, ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError):
        raise RunError("run.unknown") from None
    return record, status


def checkpoint_arrays(checkpoints: Checkpoints) -> Arrays:
    return {str(epoch): np.frombuffer(data, np.uint8) for epoch, data in checkpoints.items()}


def checkpoints_of(arrays: Arrays) -> Checkpoints:
    """What `checkpoint_arrays` was given. Raises ValueError for states that no run keeps."""
    found = {int(name): array.tobytes() for name, array in arrays.items()}
    if set(found) - set(SCHEDULE):
        raise ValueError("no run keeps such states")
    return found


def checked_status(values: Any) -> Status:
    """A Status of an ended run. Raises ValueError, TypeError or KeyError."""
    status = typed(Status, values)
    if status.state not in get_args(RunState) or status.state not in ENDED:
        raise ValueError("not an ended run")
    return status


# --- what a person did with it


def marked(marks: Marks, **changes: Any) -> Marks:
    """The marks with some changed. Raises RunError "run.name_too_long"."""
    changed = replace(marks, **changes)
    if len(changed.name) > NAME_CHARACTERS:
        raise RunError("run.name_too_long", high=NAME_CHARACTERS)
    return changed


def marks_json(marks: Marks) -> bytes:
    return json.dumps(asdict(marks)).encode()


def marks_of(text: bytes) -> Marks:
    """What `marks_json` wrote; a damaged file is as good as none."""
    try:
        values = json.loads(text)
        plain = {name: values[name] for name in (field.name for field in fields(Marks)) if name in values}
        marks = Marks(**plain)
        kinds = ((marks.name, str), (marks.pinned, bool), (marks.shown, bool), (marks.opened, int), (marks.test, dict))
        if not all(type(value) is kind for value, kind in kinds):
            return Marks()
        test = {str(name)[:NAME_CHARACTERS]: float(value) for name, value in marks.test.items()}
        return replace(marks, name=marks.name[:NAME_CHARACTERS], test=test)
    except (ValueError, TypeError, AttributeError):
        return Marks()


# --- one file to take along


def save_arrays(target: BinaryIO, arrays: Arrays) -> None:
    named: dict[str, Any] = dict(arrays)  # keyword arguments of any type, as np.savez declares them
    np.savez(target, allow_pickle=False, **named)


def load_arrays(source: BinaryIO) -> Arrays:
    """What `save_arrays` wrote.

    Raises:
        ValueError, OSError: it is something else, or too large. Room is made only for what is there.
    """
    with opened(source) as archive:
        return {member.filename.removesuffix(".npy"): _array(archive, member) for member in archive.infolist()}


def _array(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> np.ndarray[Any, Any]:
    """One array; its header must not promise more than the member holds."""
    with archive.open(member) as file:
        shape, in_columns, dtype = undisturbed(lambda: _header(file))
        count = math.prod(shape)
        if dtype.hasobject or count * dtype.itemsize > member.file_size:
            raise ValueError("an array that is not there")
        values = np.frombuffer(file.read(count * dtype.itemsize), dtype, count)
        return values.reshape(shape, order="F" if in_columns else "C")


def _header(file: IO[bytes]) -> tuple[tuple[int, ...], bool, np.dtype[Any]]:
    file.seek(0)
    read_header = npy.read_array_header_1_0 if npy.read_magic(file) == (1, 0) else npy.read_array_header_2_0
    return read_header(file)


def exported(record: RunRecord, status: Status, marks: Marks, checkpoints: Checkpoints) -> bytes:
    """A run as one file, with its name and without whose it is. Raises RunError "run.nothing_to_keep"."""
    if not record.snapshot:
        raise RunError("run.nothing_to_keep")
    file = written(record, status)
    entry = {**file.entry, "id": "", "status": {**file.entry["status"], "run": ""}, "title": marks.name}
    header = json.dumps(entry).encode()
    target = io.BytesIO()
    named = {f"snapshot/{name}": array for name, array in file.arrays.items()}
    named |= {f"checkpoint/{name}": array for name, array in checkpoint_arrays(checkpoints).items()}
    save_arrays(target, {"entry": np.frombuffer(header, np.uint8), **named})
    return target.getvalue()


def imported(
    data: bytes, owner: str, run_id: str, number: int, most_bytes: int
) -> tuple[RunRecord, Status, Marks, Checkpoints]:
    """A run out of a file, under a new id and number.

    Raises:
        RunError "run.not_a_run": it is no such file, or damaged.
    """
    try:
        arrays = load_arrays(io.BytesIO(data))
        entry = json.loads(arrays.pop("entry").tobytes())
        title = _encodable(entry.pop("title"))[:NAME_CHARACTERS]
        entry |= {"id": run_id, "number": number, "status": {**entry["status"], "run": run_id}}
        record, status = read(RunFile(entry, part(arrays, "snapshot/")), owner)
        checkpoints = thinned(checkpoints_of(part(arrays, "checkpoint/")), most_bytes)
    except (RunError, OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise RunError("run.not_a_run") from None
    return record, status, Marks(name=title), checkpoints


def _encodable(text: Any) -> str:
    """A text as it is. Raises ValueError for half of a surrogate pair, TypeError for anything else."""
    if not isinstance(text, str):
        raise TypeError("no text")
    text.encode()
    return text


def _plain(value: float) -> float | None:
    return value if math.isfinite(value) else None
