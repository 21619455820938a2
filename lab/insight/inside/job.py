"""What is worked out of a run away from the page that asks for it, as plain values and arrays both ways."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Final, Literal

import numpy as np

from lab.aside.progress import Progress, Tell
from lab.aside.wire import Arrays, Values
from lab.insight.bad_update import BadUpdate, bad_update_of
from lab.insight.cut_off import CutOff, cut_off
from lab.insight.inside.course import course_of
from lab.insight.inside.landscape import Kind, Landscape, landscape_of
from lab.insight.inside.look import EpochLook
from lab.runs.kept.replay import Past, brought_on
from lab.runs.wire.arrays import part
from lab.runs.wire.checkpoints import nearest
from lab.runs.wire.spec import RunSpec
from lab.runs.wire.typed import typed
from lab.runs.work.trainer import Trainer
from lab.spec.experiment import Experiment

Array = np.ndarray[Any, Any]
What = Literal["epoch", "course", "landscape", "bad_update", "cut_off"]

NO_ROWS: Final = np.zeros(0, np.int64)


@dataclass(frozen=True, eq=False)
class Job:
    """One question about a run.

    Args:
        epoch: that the run is brought back to; of a landscape the one shown.
        seconds: that the way back will take ("epoch", "bad_update"), or that it all may take ("landscape").
        snapshot: of a Trainer that is nearer than any checkpoint; empty for none.
        epochs: that are looked into. places: the training rows that stand for all.
        kind: of a landscape. numbers: that its way may hold.
    """

    what: What
    past: Past
    epoch: int = 0
    seconds: float = 0.0
    snapshot: bytes = b""
    epochs: tuple[int, ...] = ()
    places: Array = field(default_factory=NO_ROWS.copy)
    kind: Kind = "path"
    numbers: int = 0


def way_back(past: Past, epoch: int, seconds: float, snapshot: bytes = b"") -> Job:
    """Bring the run to an epoch; the answer is read by `snapshot_in`."""
    needed = replace(past, checkpoints={}) if snapshot else _to_reach(past, epoch)
    return Job("epoch", needed, epoch, seconds, snapshot)


def course(past: Past, places: Array, epochs: Sequence[int]) -> Job:
    """Look into the run at some epochs; the answer is read by `looks_in`."""
    kept = {epoch: state for epoch, state in past.checkpoints.items() if epoch in epochs}
    return Job("course", replace(past, checkpoints=kept), epochs=tuple(epochs), places=places)


def slice_of_loss(past: Past, places: Array, kind: Kind, epoch: int, *, seconds: float, numbers: int) -> Job:
    """The answer is read by `landscape_in`."""
    return Job("landscape", past, epoch, seconds, places=places, kind=kind, numbers=numbers)


def bad_update(past: Past, after: int, seconds: float) -> Job:
    """Find the first bad update of the epoch behind `after`; the answer is read by `bad_update_in`."""
    return Job("bad_update", _to_reach(past, after), after, seconds)


def rows_cut_off(past: Past, snapshot: bytes) -> Job:
    """Look for what Keras would cut off, from the start in this snapshot on; the answer is read by `cut_off_in`."""
    return Job("cut_off", past, snapshot=snapshot)


def _to_reach(past: Past, epoch: int) -> Past:
    """With the one kept state alone that the way to an epoch begins at."""
    start = nearest(past.checkpoints, epoch)
    return replace(past, checkpoints={start: past.checkpoints[start]} if start else {})


def worked_out(job: Job, tell: Tell) -> tuple[Values, Arrays]:
    """In this process, at once. Raises RunError "run.damaged"; and whatever `tell` raises."""
    return WAYS[job.what](job, tell)


def _back(job: Job, tell: Tell) -> tuple[Values, Arrays]:
    if job.snapshot:
        trainer = Trainer(job.past.spec, job.past.arrays)
        trainer.restore(job.snapshot)
    else:
        trainer = job.past.trainer_from(job.epoch)
    for share in brought_on(trainer, job.epoch, job.seconds):
        tell(Progress("epoch", share))
    return {}, {"snapshot": np.frombuffer(trainer.snapshot(), np.uint8)}


def _course(job: Job, tell: Tell) -> tuple[Values, Arrays]:
    looks = []
    for share, look in course_of(job.past, job.places, job.epochs):
        looks.append(asdict(look))
        tell(Progress("course", share))
    return {"looks": looks}, {}


def _landscape(job: Job, tell: Tell) -> tuple[Values, Arrays]:
    found: list[Landscape] = []
    for step in landscape_of(job.kind, job.past, job.epoch, job.places, seconds=job.seconds, numbers=job.numbers):
        if isinstance(step, Landscape):
            found.append(step)
        else:
            tell(Progress("landscape", step))
    [shown] = found
    values = {**vars(shown)}
    return values, {name: values.pop(name) for name in ("x", "y", "z", "way")}


def _bad_update(job: Job, tell: Tell) -> tuple[Values, Arrays]:
    found = bad_update_of(job.past, job.epoch, job.seconds, tell)
    return {"found": None if found is None else asdict(found)}, {}


def _cut_off(job: Job, tell: Tell) -> tuple[Values, Arrays]:
    trainer = Trainer(job.past.spec, job.past.arrays)
    trainer.restore(job.snapshot)
    found = cut_off(trainer.model, job.past.arrays, job.past.checkpoints)
    return {"found": None if found is None else asdict(found)}, {}


WAYS: Final[dict[What, Callable[[Job, Tell], tuple[Values, Arrays]]]] = {
    "epoch": _back,
    "course": _course,
    "landscape": _landscape,
    "bad_update": _bad_update,
    "cut_off": _cut_off,
}


# --- answers


def snapshot_in(values: Values, arrays: Arrays) -> bytes:
    """Of a Trainer at the epoch that was asked for."""
    return arrays["snapshot"].tobytes()


def looks_in(values: Values, arrays: Arrays) -> tuple[EpochLook, ...]:
    """In the order of the epochs that were asked for."""
    return tuple(typed(EpochLook, look) for look in values["looks"])


def landscape_in(values: Values, arrays: Arrays) -> Landscape:
    """The slice."""
    fields: dict[str, Any] = {**values, **arrays, "epochs": tuple(values["epochs"]), "shares": tuple(values["shares"])}
    return Landscape(**fields)


def bad_update_in(values: Values, arrays: Arrays) -> BadUpdate | None:
    """None: there was none after all."""
    return None if values["found"] is None else typed(BadUpdate, values["found"])


def cut_off_in(values: Values, arrays: Arrays) -> CutOff | None:
    """None: nothing would be."""
    return None if values["found"] is None else typed(CutOff, values["found"])


# --- the way to another process


def packed(job: Job) -> tuple[Values, Arrays]:
    """As they cross a pipe."""
    past = job.past
    values = {
        "experiment": past.experiment.to_json(),
        "spec": asdict(past.spec),
        "last": past.last,
        **{name: getattr(job, name) for name in ("what", "epoch", "seconds", "epochs", "kind", "numbers")},
    }
    arrays = {f"data/{name}": array for name, array in past.arrays.items()}
    arrays |= {f"checkpoint/{epoch}": np.frombuffer(state, np.uint8) for epoch, state in past.checkpoints.items()}
    arrays |= {f"history/{name}": np.asarray(column, np.float64) for name, column in past.history.items()}
    arrays |= {f"extras/{name}": np.asarray(column, np.float64) for name, column in past.extras.items()}
    arrays |= {f"weight/{place}": np.asarray(weight) for place, weight in enumerate(past.weights)}
    return values, arrays | {"snapshot": np.frombuffer(job.snapshot, np.uint8), "places": job.places}


def unpacked(values: Values, arrays: Arrays) -> Job:
    """What `packed` was given."""
    past = Past(
        Experiment.from_json(values.pop("experiment")),
        typed(RunSpec, values.pop("spec")),
        part(arrays, "data/"),
        {int(epoch): state.tobytes() for epoch, state in part(arrays, "checkpoint/").items()},
        {name: column.tolist() for name, column in part(arrays, "history/").items()},
        {name: column.tolist() for name, column in part(arrays, "extras/").items()},
        list(part(arrays, "weight/").values()),
        values.pop("last"),
    )
    epochs = tuple(values.pop("epochs"))
    return Job(past=past, epochs=epochs, snapshot=arrays["snapshot"].tobytes(), places=arrays["places"], **values)
