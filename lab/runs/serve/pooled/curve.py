"""The curve of a live run: its newest frames for readers, and all of its points when somebody asks for them."""

from array import array
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np

from lab.runs.wire.frame import DISPLAY_POINTS, cut, decode, reset_event
from lab.runs.wire.messages import Frame
from lab.runs.wire.points import Columns, Points, level
from lab.runs.wire.snapshot import numbers_in

RING = 500  # frames kept for readers that come late; older points come thinned
SPARE = 100  # more, so that they go together: what a snapshot has of them by then need not be read
FRAME_BYTES = 200  # that a kept frame takes beside its event

Packed = dict[str, "array[float]"]  # columns at a quarter of the room
Lent = Mapping[str, "np.ndarray[Any, Any]"]  # columns that lie in bytes which others hold


class Curve:
    """Frames of one run in the order of their epochs, without a gap and without a point twice.

    Frames are read late, since most of them are only ever relayed. Whoever calls holds the hub's lock.
    """

    def __init__(self) -> None:
        self.last_epoch = 0  # of the newest point that came in
        self._frames: list[tuple[int, int, bytes]] = []  # first and last epoch, and the event
        self._frame_bytes = 0  # of their events
        self._read_epoch = 0  # points up to here have been read from the frames
        self._history: Packed = {}
        self._extras: Packed = {}
        self._snapshot: Callable[[], bytes] | None = None  # has all of history and extras, in place of these two

    @property
    def frames(self) -> int:
        """How many are kept."""
        return len(self._frames)

    @property
    def held_bytes(self) -> int:
        columns = (*self._history.values(), *self._extras.values())
        return self._frame_bytes + FRAME_BYTES * self.frames + sum(8 * len(column) for column in columns)

    def begin(self, history: Columns, extras: Columns) -> None:
        """A fork does not begin with nothing: the points up to it are those of the run that it comes from."""
        self._history, self._extras = _packed(history), _packed(extras)
        self.last_epoch = self._read_epoch = max(map(len, history.values()), default=0)

    def take(self, frame: Frame) -> bool:
        """Take in a frame; False if all its points came before (a worker goes on from its last snapshot)."""
        first, last, event = frame.first, frame.last, frame.event
        if last <= self.last_epoch:
            return False
        if first <= self.last_epoch:
            first, event = self.last_epoch + 1, cut(event, self.last_epoch)
        self._frames.append((first, last, event))
        self._frame_bytes += len(event)
        self.last_epoch = last
        if len(self._frames) >= RING + SPARE:
            self.thin(RING)
        return True

    def thin(self, frames: int) -> None:
        """Keep the newest frames alone: a reader that is further behind gets a new beginning. No point is lost."""
        going = self._frames[: max(0, len(self._frames) - frames)]
        if going and going[-1][1] > self._read_epoch:
            self._read()
        self._frame_bytes -= sum(len(event) for _, _, event in going)
        del self._frames[: len(going)]

    def rest(self, snapshot: Callable[[], bytes]) -> None:
        """What the run's snapshot has of these points, with all of their digits, is kept nowhere else and read from no
        frame.

        Args:
            snapshot: the newest that there is, whenever the points are asked for.
        """
        history, _ = numbers_in(snapshot())
        lengths = {min(len(column), self.last_epoch) for column in history.values()}
        if len(lengths) == 1 and (epochs := lengths.pop()) >= self._read_epoch:
            self._snapshot, self._history, self._extras = snapshot, {}, {}
            self._read_epoch = epochs

    def after(self, epoch: int) -> list[bytes]:
        """Events for a reader that has the points up to `epoch`: a new beginning where the frames no longer reach."""
        if self.last_epoch <= epoch:
            return []
        if not self._frames or self._frames[0][0] > epoch + 1:
            return [reset_event(self.points().thinned(DISPLAY_POINTS))]
        newest_first = []
        for first, last, event in reversed(self._frames):
            if last <= epoch:
                break
            newest_first.append(event if first > epoch else cut(event, epoch))
        return newest_first[::-1]

    def points(self) -> Points:
        """All of them."""
        self._read()
        epochs = list(range(1, self.last_epoch + 1))
        history, extras = self._columns()
        return Points(epochs, _unpacked(history), _unpacked(extras))

    def newest(self) -> Points:
        """Those of the newest frame, without reading any other."""
        return decode(self._frames[-1][2]) if self._frames else Points()

    def _columns(self) -> "tuple[Packed | Lent, Packed | Lent]":
        """History and extras of what has been read."""
        if self._snapshot is None:
            return self._history, self._extras
        history, extras = numbers_in(self._snapshot())
        return _first(history, self._read_epoch), _first(extras, self._read_epoch)

    def _read(self) -> None:
        fresh = []
        for _, last, event in reversed(self._frames):
            if last <= self._read_epoch:
                break
            fresh.append(event)
        if fresh and self._snapshot is not None:  # it has gone on
            self._history, self._extras = map(_packed, self._columns())
            self._snapshot = None
        for event in reversed(fresh):
            points = decode(event)
            if self._history and points.extras.keys() != self._extras.keys():
                before = Points([], _unpacked(self._history), _unpacked(self._extras))
                level(before, points)
                self._extras = _packed(before.extras)
            for columns, new in ((self._history, points.history), (self._extras, points.extras)):
                for name, values in new.items():
                    columns.setdefault(name, array("d")).extend(values)
        self._read_epoch = self.last_epoch


def _packed(columns: Mapping[str, Iterable[float]]) -> Packed:
    return {name: array("d", values) for name, values in columns.items()}


def _first(columns: Lent, epochs: int) -> Lent:
    """A run that goes on may have a newer snapshot before its points are read."""
    return {name: values[:epochs] for name, values in columns.items()}


def _unpacked(columns: Packed | Lent) -> Columns:
    return {name: values.tolist() for name, values in columns.items()}
