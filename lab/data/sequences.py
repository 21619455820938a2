"""Sequence labels: a row holds a signal, one column a time step, and its target is a text to be read from it.

Letters become classes. Class 0 is no letter: it is the blank of CTC, and it fills up the end of short labels.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

BLANKS = ("-", "_", "·", "∅")  # how class 0 is shown: the first that is no letter of the alphabet


def alphabet(texts: Sequence[str]) -> tuple[str, ...]:
    """Names of the classes: the mark of the blank, then every letter that occurs, in order."""
    letters = sorted(set().union(*texts)) if texts else []
    blank = next((mark for mark in BLANKS if mark not in letters), "")
    return (blank, *letters)


def encode_labels(texts: Sequence[str], classes: Sequence[str]) -> Array:
    """(n, longest) int64: the class of each letter, 0 behind the end of a shorter text."""
    codes = {letter: code for code, letter in enumerate(classes) if code}
    labels = np.zeros((len(texts), max((len(text) for text in texts), default=0)), np.int64)
    for label, text in zip(labels, texts, strict=True):
        label[: len(text)] = [codes[letter] for letter in text]
    return labels


def read_label(codes: Array, classes: Sequence[str]) -> str:
    """The text of one row of classes; padding is left out."""
    return "".join(classes[code] for code in codes if code)


def within(cells: Array, lengths: Array | None) -> npt.NDArray[np.bool_]:
    """(n, t): which cells belong to the signal. Empty cells do not, nor does what lies behind the length.

    Args:
        cells: (n, t) float64, NaN where empty.
        lengths: (n,) time steps that count; None if all do.
    """
    inside = ~np.isnan(cells)
    if lengths is not None:
        inside &= np.arange(cells.shape[1]) < lengths[:, None]
    return inside
