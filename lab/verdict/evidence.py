"""What a verdict reads off two curves: levels, the turn, the gap, how uncertain they are, what is still to come."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import mean, median
from typing import Literal

from lab.verdict.intervals import new_rows_interval

BaselineKind = Literal[
    "majority", "mean", "median", "least", "persistence", "letters", "outputs"
]  # "outputs": those of all outputs, combined

SMOOTHING = 0.07  # share of the epochs that a smoothed value looks at
MIN_SMOOTHED = 10  # epochs from which on it looks at its neighbours at least
PIECES = (4, 6, 8)  # of the curve, to tell how fast it still falls; the finer ones need MIN_PIECE epochs each
MIN_PIECE = 3


@dataclass(frozen=True)
class Evidence:
    """The numbers a verdict rests on. Losses are in the unit of the run's loss; epochs count from 1.

    Args:
        best_epoch: of the lowest validation loss among those whose smoothed level is lowest.
        last_loss, last_val_loss, loss_then, lowest_val_loss: as they are on the chart, at the last and at the best
            epoch; all other losses are smoothed levels.
        first_loss, lowest_loss, highest_loss, loss_at_best, end_loss: training loss after the first epoch, at its
            lowest and highest, at the best epoch, at the end.
        loss_jitter, jitter: how far training and validation loss jump from one epoch to the next.
        gap_at_best, gap_at_end: validation minus training loss.
        rise: of the validation loss since its lowest epoch.
        rise_error: its standard error, of each row's own rise where the rows' losses were kept.
        uncertainty: standard error of the validation loss as an estimate for other rows.
        gap_error: standard error of the gap.
        low, high: where the loss of as many new rows lies, 19 times out of 20, with the weights of the last epoch.
        by_rows: the errors are those of the rows' own losses; else they take the spread of a row's loss for its mean.
        next_fall: what as many epochs again would gain, should the curves go on as they end.
        baseline_loss, baseline_train_loss: of a forecast without a network, on the validation and the training rows.
        parameters, inputs: of the network, and features of a sample; None if not known.
        evaluated: the training loss was looked at after each epoch, as the validation loss is, and is not the mean
            over the updates of the epoch.
        without_penalty: the weight penalty is left out of both losses.
        in_time_order: the validation rows are later than the training rows.
        high_rate: the learning rate, where it is beyond what even well-scaled data bear; else None.
    """

    epochs: int
    train_rows: int
    validation_rows: int
    best_epoch: int
    last_loss: float
    last_val_loss: float
    loss_then: float
    lowest_val_loss: float
    best_val_loss: float
    end_val_loss: float
    first_loss: float
    lowest_loss: float
    highest_loss: float
    loss_at_best: float
    end_loss: float
    loss_jitter: float
    gap_at_best: float
    gap_at_end: float
    rise: float
    rise_error: float
    uncertainty: float
    gap_error: float
    low: float
    high: float
    by_rows: bool
    next_fall: float
    jitter: float
    baseline_loss: float | None
    baseline_kind: BaselineKind | None
    baseline_train_loss: float | None = None
    parameters: int | None = None
    inputs: int | None = None
    evaluated: bool = False
    without_penalty: bool = False
    in_time_order: bool = False
    high_rate: float | None = None

    @property
    def has_baseline(self) -> bool:
        """Whether there is a forecast without a network to be held against."""
        return self.baseline_loss is not None

    @property
    def scale(self) -> float:
        """What losses are measured by: the baseline's, or without one the lowest validation loss."""
        return self.baseline_loss or self.best_val_loss or 1.0

    @property
    def train_scale(self) -> float:
        """The same for losses of training rows."""
        return self.baseline_train_loss or self.scale

    @property
    def level_error(self) -> float:
        """How far smoothed levels of the validation loss are off for its jumping from epoch to epoch."""
        return self.jitter / math.sqrt(smoothing_reach(self.epochs) + 1)

    @property
    def train_level_error(self) -> float:
        """The same of the training loss."""
        return self.loss_jitter / math.sqrt(smoothing_reach(self.epochs) + 1)


@dataclass(frozen=True)
class RowCurves:
    """What was kept of the rows' losses after each epoch (`lab.verdict.rows`), each as long as the curves."""

    spread: Sequence[float]
    rise_error: Sequence[float]
    train_spread: Sequence[float]


@dataclass(frozen=True)
class Curves:
    """What is judged of a run.

    Args:
        loss, val_loss: training and validation loss of each epoch; `val_loss` is empty without a validation part.
        evaluated_loss: training loss looked at after each epoch; taken instead of `loss` if it is there for all.
        rows: what was kept of the rows' own losses; None for a run of before.
        without_penalty: the losses are those without the weight penalty.
    """

    loss: Sequence[float]
    val_loss: Sequence[float]
    evaluated_loss: Sequence[float] | None = None
    rows: RowCurves | None = None
    without_penalty: bool = False

    @property
    def training(self) -> Sequence[float]:
        """The training loss that is judged."""
        looked_at = self.evaluated_loss
        if looked_at and len(looked_at) == len(self.loss) and all(map(math.isfinite, looked_at)):
            return looked_at
        return self.loss


def weigh(
    loss: Sequence[float],
    val_loss: Sequence[float],
    train_rows: int,
    validation_rows: int,
    baseline_loss: float | None = None,
    baseline_kind: BaselineKind | None = None,
    rows: RowCurves | None = None,
) -> Evidence:
    """Read the evidence off the curves (finite, at least one epoch, equally long)."""
    train, validation = smooth(loss), smooth(val_loss)
    best = min(range(len(validation)), key=validation.__getitem__)
    lowest, end = validation[best], validation[-1]
    reach = smoothing_reach(len(val_loss))
    near = range(max(best - reach, 0), min(best + reach + 1, len(val_loss)))  # the level is smooth, its epoch is one
    # without the rows' losses: a row's loss scatters about as widely as its mean is large; most of it cancels in a rise
    rows = rows or RowCurves(val_loss, [], loss)
    spread, train_spread = (_level(curve, reach) for curve in (rows.spread, rows.train_spread))
    error = spread / math.sqrt(validation_rows)
    # the training rows are more, and have met rare large losses that the validation rows happen to be without
    widest = max(rows.spread[-1], rows.train_spread[-1])
    low, high = new_rows_interval(val_loss[-1], widest, validation_rows, validation_rows)
    best_epoch = min(near, key=val_loss.__getitem__)
    return Evidence(
        epochs=len(val_loss),
        train_rows=train_rows,
        validation_rows=validation_rows,
        best_epoch=best_epoch + 1,
        last_loss=loss[-1],
        last_val_loss=val_loss[-1],
        loss_then=loss[best_epoch],
        lowest_val_loss=val_loss[best_epoch],
        best_val_loss=lowest,
        end_val_loss=end,
        first_loss=train[0],
        lowest_loss=min(train),
        highest_loss=max(loss),
        loss_at_best=train[best],
        end_loss=train[-1],
        loss_jitter=_zigzag(loss[len(loss) // 2 :]),
        gap_at_best=lowest - train[best],
        gap_at_end=end - train[-1],
        rise=end - lowest,
        rise_error=_level(rows.rise_error, reach) if rows.rise_error else error / 2,
        uncertainty=error,
        gap_error=math.hypot(error, train_spread / math.sqrt(max(train_rows, 1))),
        low=low,
        high=high,
        by_rows=bool(rows.rise_error),
        next_fall=min(next_fall(loss), next_fall(val_loss)),
        jitter=_jitter(val_loss),
        baseline_loss=baseline_loss,
        baseline_kind=baseline_kind,
    )


def _level(curve: Sequence[float], reach: int) -> float:
    """Of the end of a curve, as `smooth` has it."""
    return float(median(curve[-(reach + 1) :]))


def smooth(curve: Sequence[float]) -> list[float]:
    """Running median over SMOOTHING of the epochs, narrower towards the ends so that nothing is shifted."""
    reach = smoothing_reach(len(curve))
    result = []
    for place in range(len(curve)):
        near = min(reach, place, len(curve) - 1 - place)
        # at the end a level is wanted, not one epoch: look back instead of narrowing to a single value
        start = place - reach if place == len(curve) - 1 else place - near
        result.append(float(median(curve[max(start, 0) : place + near + 1])))
    return result


def smoothing_reach(epochs: int) -> int:
    """Epochs on either side that a smoothed value looks at; at the end of the curve, before it only."""
    return max(round(epochs * SMOOTHING / 2), int(epochs >= MIN_SMOOTHED))


def next_fall(curve: Sequence[float]) -> float:
    """What as many epochs again would gain: the least that coarse and fine pieces of the curve's end promise."""
    pieces = [count for count in PIECES if count == PIECES[0] or len(curve) // count >= MIN_PIECE]
    return min(_fall_by(curve, count) for count in pieces)


def _fall_by(curve: Sequence[float], pieces: int) -> float:
    """From the mean levels of the last three of so many equal pieces of the curve.

    With v(t) = floor + a * r ** (t / piece), the two falls between these levels have the ratio r, and
    v(T) - v(2 T) is the last fall times r ** 1.5 * (1 + r + … + r ** (pieces - 1)); a straight line is the case r = 1.
    """
    piece = len(curve) // pieces
    if piece == 0:
        return 0.0
    first, second, third = (mean(curve[len(curve) - k * piece :][:piece]) for k in (3, 2, 1))
    earlier, last = first - second, second - third
    if last <= 0:
        return 0.0
    ratio = min(last / earlier, 1.0) if earlier > 0 else 1.0
    gain = last * ratio**1.5 * sum(ratio**power for power in range(pieces))
    return float(min(gain, third))  # no loss gets below 0


def _jitter(curve: Sequence[float]) -> float:
    """Median change from epoch to epoch, either way, after its common slope is taken away."""
    steps = [after - before for before, after in pairwise(curve)]
    if not steps:
        return 0.0
    slope = median(steps)
    return float(median(abs(step - slope) for step in steps))


def _zigzag(curve: Sequence[float]) -> float:
    """As `_jitter`, but 0 for a curve that only falls, however unevenly: less than a quarter of its steps go up."""
    ups = sum(after > before for before, after in pairwise(curve))
    return _jitter(curve) if 4 * ups >= len(curve) - 1 > 0 else 0.0
