"""Live jobs without any process, for the tests of the parts of the pooled engine."""

from typing import Any

from lab.runs.serve.pooled.hub import Hub
from lab.runs.serve.pooled.job import LiveRun, Stopwatch
from lab.runs.wire.frame import Progress, encode
from lab.runs.wire.messages import Frame, Status
from lab.runs.wire.points import Points
from lab.verdict.context import RunContext
from tests.lab.runs.runs import iris, spec_of

SPEC, _ = spec_of(iris())


class Bell:
    """Stands in for an asyncio.Event."""

    def __init__(self) -> None:
        self.rung = 0

    def set(self) -> None:
        self.rung += 1


def status(run: str, state: str = "running", **values: Any) -> Status:
    fields = {"epoch": 0, "epochs": 100, "updates": 0, "updates_per_epoch": 10, "compute_s": 0.0}
    fields |= {"learning_rate": 0.1, "batch_size": 10, "changes": (), "reason": None}
    return Status(run=run, state=state, **(fields | values))


def live_run(hub: Hub, id: str = "r", owner: str = "owner", state: str = "queued", **values: Any) -> LiveRun:
    return LiveRun(
        id=id,
        owner=owner,
        number=1,
        experiment=iris(),
        context=RunContext(90, 30),
        spec=SPEC,
        arrays={},
        created=0.0,
        status=status(id, state),
        stopwatch=Stopwatch(hub.clock),
        seen_at=hub.clock(),
        **values,
    )


def frame(first: int, last: int, run: str = "r") -> Frame:
    epochs = list(range(first, last + 1))
    points = Points(epochs, {"loss": [1 / e for e in epochs]}, {"evaluated_loss": [2 / e for e in epochs]})
    return Frame(run, first, last, encode(points, Progress(last, 0.5, 0.0)))
