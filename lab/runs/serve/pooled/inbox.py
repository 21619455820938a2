"""What workers say, and to whom it goes. Called in the threads of the pool."""

from collections.abc import Callable
from dataclasses import replace

from lab.runs.serve.pooled.dispatch import Dispatch
from lab.runs.serve.pooled.hub import Hub
from lab.runs.wire.messages import Frames, Message, Pong, Reason, Snapshot, Status, Taken


class Inbox:
    """Takes in the messages of the workers.

    Args:
        pong: told of each answer to a ping.
    """

    def __init__(self, hub: Hub, dispatch: Dispatch, pong: Callable[[int, Pong], None]) -> None:
        self._hub, self._dispatch, self._pong = hub, dispatch, pong

    def take(self, index: int, message: Message) -> None:
        """A message of worker `index`."""
        match message:
            case Frames():
                self._hub.publish(message)
            case Snapshot() if self._has(index, message.run):
                self._hub.set_snapshot(message)
            case Taken():
                self._hub.keep_checkpoints(message)
            case Status() if self._has(index, message.run):
                self._status(message)
            case Pong():
                self._pong(index, message)

    def _has(self, index: int, run: str) -> bool:
        """Only the worker that has the job may say where it is: another one had it before."""
        job = self._hub.get(run)
        return job is not None and job.worker == index

    def _status(self, status: Status) -> None:
        job = self._hub.get(status.run)
        if job is not None and job.time_over and status.state == "stopped":
            status = replace(status, reason=Reason("run.time_over", {"high": self._hub.limits.running_s}))
        self._dispatch.set_status(status)
