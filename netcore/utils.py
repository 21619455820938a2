"""Small helpers by Keras's names."""

from typing import Any

import numpy as np

from netcore.config import Array, floatx
from netcore.errors import NetcoreValueError
from netcore.names import clear_session
from netcore.streams import set_random_seed

__all__ = ["clear_session", "normalize", "set_random_seed", "to_categorical"]


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
