"""A run that goes on, as a file: all that another server needs to go on with it. Nothing is pickled."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from lab.errors import LabError
from lab.runs.kept.checked import check_record
from lab.runs.kept.rewritten import newest
from lab.runs.serve.pooled.array_files import NAME
from lab.runs.serve.pooled.job import Clock, LiveRun, Orders, Stopwatch
from lab.runs.wire.arrays import pack_arrays, unpack_arrays
from lab.runs.wire.messages import ENDED, Order, Status, command_of
from lab.runs.wire.snapshot import TrainerSnapshot
from lab.runs.wire.spec import RunSpec
from lab.runs.wire.typed import typed
from lab.spec.experiment import Experiment
from lab.verdict.context import RunContext
from netcore.syntax import undisturbed

VERSION = 1
NO_RUN = (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError, LabError)


def fixed_part(run: LiveRun) -> str:
    """What does not change while a run goes on, as JSON; made once, since this takes longer than all the rest."""
    return json.dumps(
        {
            "version": VERSION,
            "id": run.id,
            "owner": run.owner,
            "number": run.number,
            "created": run.created,
            "experiment": json.loads(run.experiment.to_json()),
            "context": run.context.as_dict(),
            "spec": run.spec,
            "arrays": {name: Path(path).name for name, path in run.arrays.items()},
        },
        default=vars,  # of the spec's parts; `asdict` takes four times as long
    )


def moving_part(run: LiveRun) -> tuple[dict[str, Any], bytes]:
    """The rest, and the snapshot. Whoever calls holds the hub's lock."""
    status = run.status
    changes, reason = [vars(turn) for turn in status.changes], status.reason and vars(status.reason)
    values = {
        "elapsed_s": run.stopwatch.seconds,
        "epochs_per_s": run.epochs_per_s,
        "updates_per_s": run.updates_per_s,
        "status": {**vars(status), "changes": changes, "reason": reason},
        "sent": run.orders.sent,
        "orders": [vars(order) for order in run.orders.waiting],
    }
    return values, run.snapshot


def packed(fixed: str, moving: dict[str, Any], snapshot: bytes) -> bytes:
    """What is written of it."""
    return pack_arrays({"fixed": fixed, **moving}, {"snapshot": np.frombuffer(snapshot, np.uint8)})


def unpacked(data: bytes, arrays: Path, clock: Clock) -> LiveRun:
    """The run, paused: whoever it belongs to decides whether it goes on.

    Args:
        data: of its file, or anything else.
        arrays: folder in which its arrays lie.

    Raises:
        one of NO_RUN: it is no run, damaged, contradicts itself, or its arrays are gone.
    """
    values, packed_arrays = unpack_arrays(newest(data))
    fixed, snapshot = json.loads(values["fixed"]), packed_arrays["snapshot"].tobytes()
    if fixed["version"] != VERSION:
        raise ValueError("another version")
    status = typed(Status, values["status"])
    if status.state in ENDED or status.run != fixed["id"]:
        raise ValueError("not a run that goes on")
    fixed["owner"].encode()  # raises for half of a surrogate pair
    run = LiveRun(
        id=str(fixed["id"]),
        owner=str(fixed["owner"]),
        number=fixed["number"],
        experiment=Experiment.from_json(json.dumps(fixed["experiment"])),
        context=RunContext.from_dict(fixed["context"]),
        spec=typed(RunSpec, fixed["spec"]),
        arrays={str(name): _array(arrays, file) for name, file in fixed["arrays"].items()},
        created=float(fixed["created"]),
        status=replace(status, state="paused"),
        stopwatch=Stopwatch(clock, total_s=float(values["elapsed_s"])),
        seen_at=clock(),
        epochs_per_s=_pace(values["epochs_per_s"]),
        updates_per_s=_pace(values.get("updates_per_s")),  # files of before do not have it
        saved=snapshot,
        orders=Orders([_order(order) for order in values["orders"]], int(values["sent"])),
        came_back=True,
    )
    record = run.record()
    check_record(record, run.status)
    if snapshot:
        past = TrainerSnapshot.unpack(snapshot)
        run.curve.begin(past.history, past.extras)
    run.status = replace(run.status, epoch=record.epochs_done)
    return run


def _pace(value: Any) -> float | None:
    return None if value is None else float(value)


def _array(folder: Path, name: str) -> str:
    if not NAME.fullmatch(name) or not (folder / name).is_file():
        raise ValueError("an array that is not there")
    undisturbed(lambda: np.load(folder / name, mmap_mode="r", allow_pickle=False))  # raises for one that is cut off
    return str(folder / name)


def _order(values: Any) -> Order:
    order = typed(Order, values)
    command_of(order)  # raises for a command that nobody knows
    return order
