"""How sure a mean over rows is: what is kept, at each epoch, of the losses of the single validation rows.

A validation loss is a mean over few rows, and rows differ: one may hold most of it. How far that mean may be from the
mean of other rows is told by their spread. Whether it has *risen* since its lowest epoch is another question: the same
rows are judged at both epochs, so what counts is the spread of each row's own difference, which is often far smaller.
"""

import math
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]

# of the validation rows after an epoch, beside the curves of the history
SPREAD = "val_row_spread"  # standard deviation of the rows' losses
RISE = "val_rise"  # mean over the rows of their loss minus that at the best epoch before
RISE_ERROR = "val_rise_error"  # standard error of that mean
TRAIN_SPREAD = "evaluated_row_spread"  # as SPREAD, of the training rows
KEPT = (SPREAD, RISE, RISE_ERROR, TRAIN_SPREAD)


class RowWatch:
    """Looks at the rows' losses of each epoch, and remembers those of the best epoch so far, `best` (n,)."""

    def __init__(self) -> None:
        self.best: Array | None = None

    def look(self, losses: dict[str, Array]) -> dict[str, float]:
        """What to keep of an epoch.

        Args:
            losses: (n,) of the validation rows, "val_loss", and of the training rows, "evaluated_loss", where known.
        """
        kept: dict[str, float] = {}
        with np.errstate(all="ignore"):
            if "evaluated_loss" in losses:
                kept[TRAIN_SPREAD] = _spread(losses["evaluated_loss"])
            if "val_loss" in losses:
                kept |= self._validation(losses["val_loss"].astype(np.float64))
        return kept

    def _validation(self, losses: Array) -> dict[str, float]:
        best = losses if self.best is None or len(self.best) != len(losses) else self.best
        rise = losses - best
        found = {
            SPREAD: _spread(losses),
            RISE: float(rise.mean()),
            RISE_ERROR: _spread(rise) / math.sqrt(max(len(rise), 1)),
        }
        if self.best is None or best is losses or found[RISE] < 0:
            self.best = losses
        return found


def _spread(values: Array) -> float:
    return float(values.std(ddof=1)) if len(values) > 1 else 0.0
