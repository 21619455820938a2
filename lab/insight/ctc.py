"""Reading what a CTC network says: one class a time step becomes a text, and texts are compared letter by letter."""

from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

BLANK = 0


def greedy(outputs: Array) -> Array:
    """The likeliest class of each time step, repeats merged, then blanks dropped: `--AA-A--` reads AA.

    Args:
        outputs: (n, t, k) logits or probabilities.

    Returns:
        (n, t) int64: the classes that are left, in order, 0 behind them.
    """
    best = outputs.argmax(axis=-1)
    new = np.ones(best.shape, bool)
    new[:, 1:] = best[:, 1:] != best[:, :-1]
    said = np.where(new & (best != BLANK), best, BLANK)
    order = np.argsort(said == BLANK, axis=1, kind="stable")  # letters to the front
    read: Array = np.take_along_axis(said, order, axis=1)
    return read[:, : max(int((read != BLANK).sum(axis=1).max(initial=0)), 1)]


def blank_share(outputs: Array) -> float:
    """Share of all time steps whose likeliest class is the blank; (n, t, k) -> 0 to 1."""
    return float((outputs.argmax(axis=-1) == BLANK).mean())


def edits(actual: Array, predicted: Array) -> Array:
    """Letters to be inserted, left out or replaced to make one text the other (Levenshtein 1966).

    Args:
        actual, predicted: (n, l) and (n, m) classes, 0 behind the last letter.

    Returns:
        (n,) int64.
    """
    ends, guessed = _lengths(actual), _lengths(predicted)
    n, width = predicted.shape
    columns = np.arange(width + 1)
    # distance[j]: between the first i letters of actual and the first j of predicted, for all n at once
    distance = np.tile(columns, (n, 1))
    result = np.where(ends == 0, guessed, 0)
    for i in range(1, actual.shape[1] + 1):
        replaced = distance[:, :-1] + (actual[:, i - 1 : i] != predicted)
        distance += 1
        np.minimum(distance[:, 1:], replaced, out=distance[:, 1:])
        # a letter put in costs 1 more for each column to the right: the least of all to the left, in one go
        distance = np.minimum.accumulate(distance - columns, axis=1) + columns
        result = np.where(ends == i, np.take_along_axis(distance, guessed[:, None], axis=1)[:, 0], result)
    return result


def letter_error(actual: Array, predicted: Array) -> float:
    """Edits in all ÷ letters in all: 0 is perfect, 1 is what saying nothing gets, more is possible."""
    return float(edits(actual, predicted).sum() / max(int(_lengths(actual).sum()), 1))


def right_share(actual: Array, predicted: Array) -> float:
    """Share of texts without a mistake."""
    return float((edits(actual, predicted) == 0).mean())


def _lengths(texts: Array) -> Array:
    lengths: Array = (texts != BLANK).sum(axis=1)
    return lengths
