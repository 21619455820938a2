"""CTC: learning a sequence of labels without being told when each of them comes."""

from typing import Any, NamedTuple

import numpy as np
from numpy import add, divide, exp, log, logaddexp, matmul, maximum, minimum, multiply, subtract, take

from netcore.config import Array
from netcore.errors import Advice, NetcoreValueError
from netcore.losses.functions import function_of
from netcore.losses.loss import LOSSES, Loss, public_shape

RESCALED = 8  # time steps between two rescalings: eight float32 probabilities multiplied do not leave float64
PIECE = 256  # samples whose values are computed at once,
CELLS = 1 << 21  # as long as they have no more places at all times together: long labels are taken in smaller pieces
NUMBERS_OF_A_CELL = 17  # alpha and what belongs to it, both ways, a float64 as two
WORK_OF_A_CELL = 100  # multiplications in the time that one place at one time takes, both ways
KEPT = 6  # shapes of batches whose buffers are kept
SAFE = 80.0  # logits that lie closer together than that have probabilities which float32 can hold


@LOSSES.add
class CTC(Loss):
    """-log of the probability that the outputs, with repeats merged and blanks dropped, read as the labels.

    A path says one class at each of the t time steps; `--AA-A--` reads AA (- is the blank, class 0). Places 0 … 2l of a
    label of length l are blank, first label, blank, second label, …, blank. alpha[t, s] is the probability of all paths
    that stand at place s at time t, beta[t, s] that of all ways on from there:

        alpha[t, s] = (alpha[t-1, s] + alpha[t-1, s-1] + alpha[t-1, s-2]) * p[t, class of s]

    where the last term counts only at a label that differs from the label before. beta is alpha with labels and time
    turned round, so both run in one recursion. Gradient with respect to the logits: p[t, k] minus the share of the
    paths that say k at time t.

    Shapes: y_true (l, 1, n) class numbers with 0 as padding at the end; y_pred (t, k, n) logits (softmax is applied
    here) -> one value per sample (n,), not divided by any length. Unit: nats.

    Raises:
        NetcoreValueError "loss.ctc_shape", "loss.ctc_targets", "loss.ctc_range", "loss.ctc_length":
            see `check_targets`.

    Source: Graves et al. (2006).
    """

    targets = "labels"
    sparse = True
    sequence = True
    told_values = True

    def after_arguments(self) -> None:
        self._workspaces: dict[tuple[Any, ...], Workspace] = {}

    def value_shape(self, shape: tuple[int, ...]) -> tuple[int, ...]:
        return shape[-1:]

    def encode(self, y: Array, width: int) -> Array:
        """Labels (l, 1, n) as they are."""
        return y

    def check_output(self, shape: tuple[int | None, ...]) -> None:
        """Raises NetcoreValueError "loss.ctc_shape" unless the output is (t, k): classes at each time step."""
        if len(shape) != 2:
            raise NetcoreValueError(
                "loss.ctc_shape",
                "{loss}: the output must be classes at each time step, (batch, time, classes), but has shape {shape}. "
                "Use a recurrent layer with return_sequences=True and Dense(classes + 1) behind it.",
                loss=self.name,
                shape=(None, *shape),
            )

    def check_targets(self, y: Array, shape: tuple[int, ...]) -> None:
        """Whether every label can be read from t time steps of k classes.

        Raises:
            NetcoreValueError "loss.ctc_shape": y_pred is not (n, t, k).
            NetcoreValueError "loss.ctc_targets": y is not (n, l).
            NetcoreValueError "loss.ctc_range": a class number that is no whole number of 0 … k - 1.
            NetcoreValueError "loss.ctc_length": a label longer than the time steps (equal neighbours need a blank
                between them).
        """
        self.check_output(shape)
        if y.ndim != 3 or y.shape[1] != 1:
            raise NetcoreValueError(
                "loss.ctc_targets",
                "{loss}: y must hold one row of class numbers per sample, (batch, length) padded with 0, "
                "but has shape {shape}.",
                loss=self.name,
                shape=public_shape(y.shape),
            )
        steps, width = shape
        bad = ~((y >= 0) & (y < width) & (y == np.floor(y)))
        if bad.any():
            raise NetcoreValueError(
                "loss.ctc_range",
                "{loss}: class numbers must be whole numbers from 0 (blank and padding) to {high}, because the output "
                "has {width} classes, but y holds {value:g}.",
                loss=self.name,
                high=width - 1,
                width=width,
                value=float(y[bad][0]),
            )
        labels = y[:, 0]
        lengths = np.count_nonzero(labels, axis=0)
        there = np.arange(1, len(labels))[:, np.newaxis] < lengths
        needed = lengths + np.count_nonzero((labels[1:] == labels[:-1]) & there, axis=0)
        if needed.size and needed.max() > steps:
            raise NetcoreValueError(
                "loss.ctc_length",
                "{loss}: sample {row} (from 0) has a label of length {length}, which needs at least {needed} time "
                "steps (equal neighbours need a blank between them), but the output has {steps}. Use longer sequences "
                "or shorter labels.",
                loss=self.name,
                row=int(needed.argmax()),
                length=int(lengths[needed.argmax()]),
                needed=int(needed.max()),
                steps=steps,
            )

    def advice(self, last_activation: str, units: int) -> Advice | None:
        if last_activation == "softmax":
            return Advice(
                "advice.softmax_before_ctc",
                "{loss} applies softmax itself, but the last layer {layer!r} already ends in softmax: the network "
                "would learn to say blanks only. Leave the activation out.",
            )
        return None

    def target_advice(self, y: Array) -> Advice | None:
        labels = y[:, 0]
        gap = (labels[:-1] == 0) & (labels[1:] != 0)
        if gap.any():
            return Advice(
                "advice.ctc_gap",
                "{loss}: some labels hold 0 before other numbers. 0 is the blank and fills up the end of a label only: "
                "number the classes from 1.",
            )
        return None

    def scratch_numbers(self, y_true: tuple[int, ...], y_pred: tuple[int, ...]) -> int:
        """Of each place at each time."""
        return NUMBERS_OF_A_CELL * _cells(y_true[0], y_pred[0])

    def multiplications(self, y_true: tuple[int, ...], y_pred: tuple[int, ...]) -> int:
        return WORK_OF_A_CELL * _cells(y_true[0], y_pred[0])

    def steps_in_turn(self, y_pred: tuple[int, ...]) -> int:
        return y_pred[0]

    def values(self, y_true: Array, y_pred: Array, out: Array) -> None:
        at_once = max(1, min(PIECE, CELLS // _cells(len(y_true), len(y_pred))))
        for start in range(0, len(out), at_once):
            piece = slice(start, start + at_once)
            labels, logits = y_true[..., piece], y_pred[..., piece]
            work = self._workspace(labels, logits, both_ways=False)
            work.begin(labels, logits)
            work.recur()
            out[piece] = work.losses()
            if not np.isfinite(out[piece]).all():
                out[piece] = in_logarithms(labels, logits)[0]

    def gradient(self, y_true: Array, y_pred: Array, weight: Array, out: Array) -> None:
        self.gradient_and_values(y_true, y_pred, weight, out, np.empty(y_pred.shape[-1], y_pred.dtype))

    def gradient_and_values(self, y_true: Array, y_pred: Array, weight: Array, out: Array, values: Array) -> None:
        """The gradient, and what `values` would find."""
        work = self._workspace(y_true, y_pred, both_ways=True)
        work.begin(y_true, y_pred)
        work.recur()
        said = work.said()
        if said is None:
            values[...], said = in_logarithms(y_true, y_pred)
        else:
            values[...] = work.losses()
        subtract(work.p, said, out, casting="same_kind")
        multiply(out, weight, out)

    def _workspace(self, y_true: Array, y_pred: Array, *, both_ways: bool) -> "Workspace":
        key = (len(y_true), *y_pred.shape, y_pred.dtype, both_ways)
        if key not in self._workspaces:
            if len(self._workspaces) >= KEPT:
                self._workspaces.clear()
            size = (len(y_true), *y_pred.shape)
            self._workspaces[key] = Workspace(*size, dtype=y_pred.dtype, both_ways=both_ways)
        return self._workspaces[key]


ctc = function_of(CTC)


def _cells(labels: int, steps: int) -> int:
    """Places of the label at all times."""
    return (2 * labels + 1) * steps


class Row(NamedTuple):
    """Views of one time step: the three neighbours in alpha at t - 1, their sum, the emissions and alpha at t."""

    two_before: Array
    one_before: Array
    same: Array
    arrived: Array
    emitted: Array
    alpha: Array
    rescale: bool


class Workspace:
    """Buffers and equations for l labels, t time steps, k classes, n samples; S = 2 l + 1 places.

    Columns 0 … n - 1 run forward; with `both_ways` columns n … 2n - 1 run backward, labels and time turned round, and
    alpha is kept for all times; otherwise for two.
    Everything is a probability in float64, rescaled from time to time: that is much faster than logarithms.
    """

    def __init__(self, labels: int, steps: int, classes: int, n: int, *, dtype: Any, both_ways: bool) -> None:
        self.n, self.steps, self.both_ways = n, steps, both_ways
        places, columns = 2 * labels + 1, n * (1 + both_ways)
        self.p = np.empty((steps, classes, n), dtype)
        self._row = np.empty((steps, 1, n), dtype)
        self._classes = np.zeros((places, n), np.intp)
        self._starts = np.arange(0, steps * classes * n, classes * n)[:, np.newaxis]  # of each t in p, as one row
        self._position = np.empty((steps, places * n), np.intp)  # in p of each place's class at each time
        self._read = np.empty((steps, places, n), dtype)
        self._emitted = np.empty((steps, places, columns))
        kept = steps if both_ways else min(steps, 2)
        self._arrived = np.zeros((kept, places, columns))  # alpha before it is multiplied with the emission
        self._alpha = np.zeros((kept, places + 2, columns))  # two rows of zeros in front of place 0
        self._skip = np.zeros((places, columns))
        self._norm = np.empty((1, columns))
        self._logs = np.empty(columns)
        self._gamma = np.empty((kept, places, n))
        self._gamma_sum = np.empty((kept, 1, n))
        # sums over the middle axis as products with ones: several times faster than reduce for few samples
        self._ones, self._ones_of_places = np.ones((1, classes), dtype), np.ones((1, places))
        self._samples = np.arange(n)
        self._rows = [
            Row(
                self._alpha[(t - 1) % kept, :-2],
                self._alpha[(t - 1) % kept, 1:-1],
                self._alpha[(t - 1) % kept, 2:],
                self._arrived[t % kept],
                self._emitted[t],
                self._alpha[t % kept, 2:],
                t % RESCALED == RESCALED - 1,
            )
            for t in range(1, steps)
        ]

    def begin(self, y_true: Array, y_pred: Array) -> None:
        """Softmax, the probability of each place's class at each time, and where the paths start."""
        n, p = self.n, self.p
        largest = y_pred.max()
        if not largest - y_pred.min() < SAFE:
            largest = maximum.reduce(y_pred, 1, None, self._row, keepdims=True)
        subtract(y_pred, largest, p)
        exp(p, p)
        matmul(self._ones, p, self._row)
        divide(p, self._row, p)
        labels = y_true[:, 0]
        self._ends = 2 * np.count_nonzero(labels, axis=0)  # last place of each sample; places behind it are padding
        self._classes[1::2] = labels
        add(self._starts, (self._classes * n + self._samples).reshape(-1), self._position)
        take(p, self._position, out=self._read.reshape(self._position.shape), mode="clip")
        self._emitted[..., :n] = self._read
        self._skip[3::2, :n] = labels[1:] != labels[:-1]
        start = self._arrived[0]
        start[:2, :n] = 1
        start[2:, :n] = 0
        if self.both_ways:
            self._emitted[..., n:] = self._read[::-1, ::-1]
            self._skip[3::2, n:] = (labels[1:] != labels[:-1])[::-1]
            first = len(start) - 1 - self._ends
            start[:, n:] = 0
            start[first, n + self._samples] = 1
            start[minimum(first + 1, len(start) - 1), n + self._samples] = 1
        multiply(start, self._emitted[0], self._alpha[0, 2:])

    def recur(self) -> None:
        """The equation of the class docstring, for all columns at once."""
        skip, norm = self._skip, self._norm
        multiply, add, total = np.multiply, np.add, np.add.reduce
        self._logs.fill(0)
        for two_before, one_before, same, arrived, emitted, alpha, rescale in self._rows:
            multiply(two_before, skip, arrived)
            add(arrived, one_before, arrived)
            add(arrived, same, arrived)
            if rescale:
                total(arrived, 0, None, norm, keepdims=True)
                divide(arrived, norm, arrived)
                self._logs += log(norm[0])
            multiply(arrived, emitted, alpha)

    def losses(self) -> Array:
        """-log p of each sample: all paths that end on the last label or on the blank behind it."""
        last = self._alpha[(self.steps - 1) % len(self._alpha)]
        both = last[self._ends + 2, self._samples] + last[self._ends + 1, self._samples]
        return np.asarray(-(log(both) + self._logs[: self.n]))

    def said(self) -> Array | None:
        """Share of the paths that say class k at time t, (t, k, n); None if probabilities were too small to tell."""
        gamma, n = self._gamma, self.n
        multiply(self._alpha[:, 2:, :n], self._arrived[::-1, ::-1, n:], gamma)
        matmul(self._ones_of_places, gamma, self._gamma_sum)
        if not self._gamma_sum.min() > 0:
            return None
        divide(gamma, self._gamma_sum, gamma)
        flat = np.bincount(self._position.ravel(), gamma.ravel(), self.p.size)
        return flat.astype(self.p.dtype).reshape(self.p.shape)


def in_logarithms(y_true: Array, y_pred: Array) -> tuple[Array, Array]:
    """Values (n,) and shares (t, k, n) by the same recursion in logarithms: slow, but nothing is too small for it."""
    z = y_pred.astype(np.float64)
    z -= z.max(axis=1, keepdims=True)
    log_p = z - log(exp(z).sum(axis=1, keepdims=True))
    steps, _, n = z.shape
    labels = y_true[:, 0].astype(np.intp)
    ends = 2 * np.count_nonzero(labels, axis=0)
    places = 2 * len(labels) + 1
    classes = np.zeros((places, n), np.intp)
    classes[1::2] = labels
    samples = np.arange(n)
    emitted = log_p[:, classes, samples]  # (t, places, n)
    skip = np.full((places, n), -np.inf)
    skip[3::2] = np.where(labels[1:] != labels[:-1], 0, -np.inf)
    alpha = _forward(emitted, skip, np.where(np.arange(places)[:, np.newaxis] < 2, 0.0, -np.inf) + np.zeros(n))[1]
    first = (places - 1 - ends)[np.newaxis]
    rows = np.arange(places)[:, np.newaxis]
    start = np.where((rows == first) | (rows == first + 1), 0.0, -np.inf)
    back_skip = np.full((places, n), -np.inf)
    back_skip[3::2] = skip[3::2][::-1]
    beta = _forward(emitted[::-1, ::-1], back_skip, start)[0][::-1, ::-1]
    previous = np.where(ends > 0, alpha[-1, ends - 1, samples], -np.inf)
    values = -logaddexp(alpha[-1, ends, samples], previous)
    gamma = exp(alpha + beta + values)
    said = np.zeros_like(z)
    np.add.at(said, (np.arange(steps)[:, np.newaxis, np.newaxis], classes, samples), gamma)
    return values, said


def _forward(emitted: Array, skip: Array, start: Array) -> tuple[Array, Array]:
    """log alpha before and after the emission, (t, places, n) each."""
    arrived, alpha = np.empty_like(emitted), np.empty_like(emitted)
    before = np.full((len(start) + 2, start.shape[1]), -np.inf)
    for t, emission in enumerate(emitted):
        arrived[t] = start if t == 0 else logaddexp(logaddexp(before[2:], before[1:-1]), before[:-2] + skip)
        alpha[t] = arrived[t] + emission
        before[2:] = alpha[t]
    return arrived, alpha
