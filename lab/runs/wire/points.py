"""The numbers of a run after each of its epochs, as Trainer, worker, hub and pages hand them on."""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeVar

T = TypeVar("T")
Columns = dict[str, list[float]]  # name of a curve -> its value after each epoch


@dataclass
class Points:
    """Values after each of some epochs.

    Args:
        epochs: 1-based, one for each value of every column.
        history: by the keys of Keras's History ("loss", "val_loss", "accuracy", …).
        extras: what History does not hold, see `netcore.events.EpochEnded`.
    """

    epochs: list[int] = field(default_factory=list)
    history: Columns = field(default_factory=dict)
    extras: Columns = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.epochs)

    def add(self, history: Mapping[str, float], extras: Mapping[str, float]) -> None:
        """Put the values after one more epoch behind."""
        latest = self.epochs[-1] + 1 if self.epochs else 1
        self.extend(Points([latest], *({name: [float(one[name])] for name in one} for one in (history, extras))))

    def extend(self, more: "Points") -> None:
        """Put later points behind."""
        level(self, more)
        self.epochs += more.epochs
        for columns, new in ((self.history, more.history), (self.extras, more.extras)):
            for name, values in new.items():
                columns.setdefault(name, []).extend(values)

    def after(self, epoch: int) -> "Points":
        """Those after `epoch`."""
        return self._cut(slice(bisect_right(self.epochs, epoch), None))

    def thinned(self, most: int) -> "Points":
        """At most `most` of them, evenly spread, the newest always among them."""
        return self._cut(_spread(len(self), most))

    def _cut(self, kept: slice) -> "Points":
        return Points(
            self.epochs[kept],
            {name: values[kept] for name, values in self.history.items()},
            {name: values[kept] for name, values in self.extras.items()},
        )


def level(before: Points, after: Points) -> None:
    """Give both the columns that only one has because weights came under a penalty in between."""
    for points, others in ((before, after), (after, before)):
        for name in others.extras.keys() - points.extras.keys():
            column = _without_penalty(name, points)
            if column:
                points.extras[name] = column


def _without_penalty(name: str, points: Points) -> list[float]:
    """An extra where no weight is under a penalty: 0, and of the data loss the loss itself; of any other nothing."""
    if name.endswith("penalty"):
        return [0.0] * len(points.history.get("loss", ()))
    total = name.removesuffix("data_loss") + "loss" if name.endswith("data_loss") else ""
    return list(points.history.get(total, points.extras.get(total, ())))


def decimate(columns: dict[str, list[T]], most: int) -> dict[str, list[T]]:
    """As `Points.thinned`, of columns of equal length."""
    kept = _spread(max(map(len, columns.values()), default=0), most)
    return {name: values[kept] for name, values in columns.items()}


def _spread(count: int, most: int) -> slice:
    """At most `most` of `count` places, evenly spread, the last among them."""
    step = max(1, -(-count // most))
    return slice((count - 1) % step, None, step)
