"""The inside of a run over its epochs, looked into wherever a state was kept, so that nothing is trained again."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from lab.insight.inside.look import EpochLook, LayerLook, look_inside
from lab.insight.inside.rows import rows_of
from lab.model.probe import evenly
from lab.runs.kept.replay import Past
from lab.runs.wire.checkpoints import Checkpoints
from lab.runs.work.spread import Spread

Array = np.ndarray[Any, Any]

MOST_EPOCHS = 30  # looked into


@dataclass(frozen=True)
class LineKind:
    """How a number of each layer is drawn; `usual` is a rule of thumb for it."""

    value: Callable[[LayerLook], float | None]
    logarithmic: bool = True
    usual: float | None = None


LINES: Final[dict[str, LineKind]] = {
    "norm": LineKind(lambda layer: layer.gradient_norm),
    "ratio": LineKind(lambda layer: layer.update_ratio, usual=1e-3),
    "stuck": LineKind(lambda layer: layer.stuck_share, logarithmic=False),
}


@dataclass(frozen=True)
class Course:
    """Looks in the order of their epochs. One holds three histograms for each layer: some ten kilobytes.

    Args:
        last: epoch that can be looked into.
    """

    looks: tuple[EpochLook, ...]
    last: int

    @property
    def epochs(self) -> list[int]:
        return [look.epoch for look in self.looks]

    def at(self, epoch: int) -> EpochLook | None:
        return next((look for look in self.looks if look.epoch == epoch), None)

    def with_look(self, look: EpochLook) -> "Course":
        """With one more epoch, if it is not in it."""
        others = (one for one in self.looks if one.epoch != look.epoch)
        return replace(self, looks=tuple(sorted((*others, look), key=lambda one: one.epoch)))

    def lines(self, name: str) -> dict[str, tuple[list[int], list[float]]]:
        """Id of each layer that has such a number, a key of LINES -> (epochs, values)."""
        found: dict[str, tuple[list[int], list[float]]] = {}
        for look in self.looks:
            for layer in look.layers:
                value = LINES[name].value(layer)
                if value is not None:
                    epochs, values = found.setdefault(layer.id, ([], []))
                    epochs.append(look.epoch)
                    values.append(value)
        return found

    def spreads(self, id: str, name: str) -> tuple[list[int], list[Spread]]:
        """Epochs, and how the "weights", "activations" or "gradients" of a layer were spread at each."""
        found = [(look.epoch, getattr(look.layer(id), name)) for look in self.looks]
        return [epoch for epoch, one in found if one is not None], [one for _, one in found if one is not None]


def epochs_looked_into(checkpoints: Checkpoints, last: int) -> list[int]:
    """The start and the kept states up to the epoch `last`, at most MOST_EPOCHS of them, thinned evenly."""
    known = [0, *sorted(epoch for epoch in checkpoints if epoch <= last)]
    return [known[place] for place in evenly(len(known), MOST_EPOCHS)]


def course_of(past: Past, places: Array, epochs: Sequence[int]) -> Iterator[tuple[float, EpochLook]]:
    """Look into the run at each of the epochs: (how much is done, from 0 to 1; what was seen).

    Args:
        places: the training rows it is looked into with, as `Rows.places`.

    Raises:
        RunError "run.damaged".
    """
    rows = rows_of(past.arrays, places)
    for count, epoch in enumerate(epochs, start=1):
        yield count / len(epochs), look_inside(past.experiment, past.trainer_at(epoch), rows)
