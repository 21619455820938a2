"""Data intake: what a program gives to fit, evaluate and predict, as checked arrays."""

from typing import Any

import numpy as np

from netcore.config import Array
from netcore.errors import NetcoreValueError
from netcore.graph import Step, Tensor
from netcore.heads import Head


def sized(ys: list[Any], heads: list[Head]) -> list[Array]:
    return [np.asarray(one) for one, head in zip(ys, heads, strict=True) if head.loss is not None]


def with_weight(validation_data: Any) -> tuple[Any, Any, Any]:
    if not isinstance(validation_data, list | tuple) or len(validation_data) not in (2, 3):
        raise NetcoreValueError("fit.validation_data", "`validation_data` must be (x, y) or (x, y, sample_weight).")
    x, y = validation_data[:2]
    return x, y, validation_data[2] if len(validation_data) == 3 else None


def fitted(array: Array, tensor: Tensor, steps: list[Step], model: str) -> Array:
    """The array, refused unless its shape is the input's; (n,) serves an input of one feature."""
    if array.ndim == 1 and tensor.ndim == 2:
        array = array[:, np.newaxis]
    fits = array.ndim == tensor.ndim and all(
        want in (None, have) for want, have in zip(tensor.shape[1:], array.shape[1:], strict=True)
    )
    if fits:
        return array
    reader = next((step.layer.name for step in steps if step.layer is not None and step.inputs[0] is tensor), model)
    swapped = array.ndim == 2 and tensor.ndim == 2 and array.shape[0] == tensor.shape[1]
    code = "layer.transposed" if swapped else "layer.features"
    sentence = (
        "Input 0 of layer {name!r} is incompatible with the layer: expected axis -1 of input shape to have value "
        "{expected}, but received input with shape {shape}."
    )
    if swapped:
        sentence += " Rows and columns look swapped: rows are samples, columns are features. Try x.T."
    raise NetcoreValueError(code, sentence, name=reader, expected=tensor.shape[-1], shape=array.shape)
