"""Small helpers by Keras's names."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from netcore.config import Array, floatx
from netcore.errors import NetcoreValueError
from netcore.names import clear_session
from netcore.streams import set_random_seed

__all__ = ["clear_session", "normalize", "pad_sequences", "set_random_seed", "to_categorical"]


def to_categorical(x: Any, num_classes: int | None = None) -> Array:
    """Class numbers (n,) as one-hot rows (n, num_classes).

    Raises:
        NetcoreValueError "loss.sparse_range": a class number below 0 or not below num_classes.
    """
    classes = np.asarray(x, np.int64)
    if classes.ndim > 1 and classes.shape[-1] == 1:
        classes = classes[..., 0]
    count = int(classes.max(initial=-1)) + 1 if num_classes is None else num_classes
    bad = (classes < 0) | (classes >= count)
    if bad.any():
        raise NetcoreValueError(
            "utils.class_range",
            "to_categorical: class numbers must be from 0 to {high}, but x holds {value}.",
            high=count - 1,
            value=int(classes[bad][0]),
        )
    return np.asarray(classes[..., np.newaxis] == np.arange(count), floatx())


def normalize(x: Any, axis: int = -1, order: int = 2) -> Array:
    """Vectors along `axis` scaled to length 1 (zeros stay zeros)."""
    array = np.asarray(x, floatx())
    length = np.linalg.norm(array, ord=order, axis=axis, keepdims=True)
    return array / np.where(length == 0, 1, length)


def pad_sequences(
    sequences: Sequence[Any],
    maxlen: int | None = None,
    dtype: Any = "int32",
    padding: str = "pre",
    truncating: str = "pre",
    value: Any = 0.0,
) -> Array:
    """Lists of different lengths as one array (n, maxlen, …).

    Args:
        sequences: lists of numbers, or of arrays of one shape.
        maxlen: length of all of them; that of the longest if left out.
        dtype: type of the array.
        padding, truncating: "pre" or "post": where `value` is put in, where too long ones are cut.
        value: what stands where there is nothing.

    Raises:
        NetcoreValueError "utils.pad_sequences": no list of sequences.
        NetcoreValueError "utils.pad_side", "utils.pad_shape": another word; steps of different shapes.
    """
    if not hasattr(sequences, "__len__") or not all(hasattr(one, "__len__") for one in sequences):
        raise NetcoreValueError(
            "utils.pad_sequences",
            "pad_sequences: `sequences` must be a list of sequences, such as [[1, 2], [3]], but got {value}.",
            value=repr(sequences)[:80],
        )
    for name, side in (("padding", padding), ("truncating", truncating)):
        if side not in ("pre", "post"):
            raise NetcoreValueError(
                "utils.pad_side",
                "pad_sequences: `{name}` must be 'pre' or 'post', but got {value!r}.",
                name=name,
                value=side,
            )
    arrays = [np.asarray(sequence) for sequence in sequences]
    length = max((len(array) for array in arrays), default=0) if maxlen is None else maxlen
    step = next((array.shape[1:] for array in arrays if len(array)), ())
    padded = np.full((len(arrays), length, *step), value, dtype)
    for row, array in zip(padded, arrays, strict=True):
        kept = array[max(0, len(array) - length) :] if truncating == "pre" else array[:length]
        if not len(kept):
            continue
        if kept.shape[1:] != step:
            raise NetcoreValueError(
                "utils.pad_shape",
                "pad_sequences: all steps must have the same shape, but one has {given} and another {expected}.",
                given=kept.shape[1:],
                expected=step,
            )
        row[slice(length - len(kept), None) if padding == "pre" else slice(len(kept))] = kept
    return padded
