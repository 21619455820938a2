"""Data intake: what a program gives to fit, evaluate and predict, as checked arrays."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from netcore.config import Array
from netcore.data import as_floats, rows_of
from netcore.errors import NetcoreValueError
from netcore.graph import Shape, Step, Tensor
from netcore.heads import Head, Targets
from netcore.layers.layer import wrong_features
from netcore.models.structures import per_output
from netcore.nested import is_nested, leaves
from netcore.streams import Stream

if TYPE_CHECKING:
    from netcore.models.model import Model


@dataclass
class Intake:
    """Rows for a model: checked, not yet encoded.

    Attributes:
        model: that they are for.
        arrays: one for each input, (N, …).
        ys: targets, one entry for each output; None for an output without a loss.
        weights: sample weights, one entry for each output, None for none.
    """

    model: "Model"
    arrays: list[Array]
    ys: list[Any]
    weights: list[Any]
    _targets: list[Targets] = field(default_factory=list)

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return len(self.arrays[0])

    def cut(self, start: int, stop: int) -> "Intake":
        """Rows start … stop."""
        return self._picked(slice(start, stop))

    def unweighted(self) -> "Intake":
        """The same rows, each counting once."""
        return replace(self, weights=[None] * len(self.weights), _targets=[])

    def _picked(self, rows: Any) -> "Intake":
        return replace(
            self,
            arrays=[one[rows] for one in self.arrays],
            ys=[None if one is None else np.asarray(one)[rows] for one in self.ys],
            weights=[None if one is None else np.asarray(one)[rows] for one in self.weights],
            _targets=[],
        )

    def batches(self, size: int, order: Stream | None) -> Iterator[tuple[Any, Any, Any]]:
        """(arrays, targets, weights) of one batch after the other, in an order of their own if one is given."""
        rows = np.arange(self.rows)
        if order is not None:
            order.generator.shuffle(rows)
        for start in range(0, self.rows, size):
            part = self._picked(rows[start : start + size])
            yield part.arrays, part.ys, part.weights

    def targets(self) -> list[Targets]:
        """Targets as each loss wants them; made once."""
        if not self._targets:
            shapes = self.model.output_shapes([(None, *array.shape[1:]) for array in self.arrays])
            columns = zip(self.model.heads, self.ys, self.weights, shapes, strict=True)
            self._targets = [
                Targets(head, np.zeros((self.rows, *head.shape)) if y is None else y, weight, self.model.dtype, shape)
                for head, y, weight, shape in columns
            ]
        return self._targets


def take(model: "Model", arrays: list[Array], y: Any, sample_weight: Any, class_weight: Any) -> Intake:
    """Check targets and weights for arrays that have been checked already."""
    ys = targets_of(y, model)
    rows_of([*arrays, *sized(ys, model.heads)])
    if class_weight is not None:
        weights = [weights_by_class(ys, sample_weight, class_weight, model.dtype)]
    else:
        weights = weights_of(sample_weight, model.output_keys, model.output_structure)
    return Intake(model, arrays, ys, weights)


def targets_of(y: Any, model: "Model") -> list[Any]:
    """One entry for each output; outputs without a loss need none."""
    if y is None:
        raise NetcoreValueError(
            "fit.no_targets",
            "The model has a loss, so `y` is needed: fit(x, y) with one row of y for each row of x.",
        )
    names, heads, structure = model.output_keys, model.heads, model.output_structure
    trained = [head.loss is not None for head in heads]
    listed = isinstance(y, list | tuple) and len(names) > 1 and not is_nested(structure)
    if listed and len(y) == sum(trained):  # only for those with a loss
        given = iter(y)
        return [next(given) if one else None for one in trained]
    found = per_output("y", y, names, structure, repeat=False, data=True)
    for one, head in zip(found, heads, strict=True):
        if one is None and head.loss is not None:
            raise NetcoreValueError(
                "fit.target_missing",
                "`y` has no targets for the output {name!r}, which has a loss. Give one entry for each of: {choices}.",
                name=head.name,
                choices=", ".join(names),
            )
    return found


def weights_of(sample_weight: Any, names: list[str], structure: Any) -> list[Any]:
    """One entry for each output; weights that are given once count for all outputs."""
    listed = isinstance(sample_weight, list | tuple) and is_nested(structure)
    if isinstance(sample_weight, dict) or (listed and any(np.ndim(one) > 0 for _, one in leaves(sample_weight))):
        return per_output("sample_weight", sample_weight, names, structure, repeat=False)
    listed = isinstance(sample_weight, list | tuple) and len(sample_weight) == len(names)
    if listed and all(one is None or np.ndim(one) > 0 for one in sample_weight):
        return list(sample_weight)
    return [sample_weight] * len(names)


def weights_by_class(ys: list[Any], sample_weight: Any, class_weight: dict[int, float], dtype: str) -> Array:
    """The weight of each row's class; 1 for classes that are not listed."""
    if sample_weight is not None:
        raise NetcoreValueError(
            "fit.two_weights",
            "Give either `class_weight` or `sample_weight`, not both; they would multiply unseen.",
        )
    if len(ys) > 1:
        raise NetcoreValueError("fit.class_weight_outputs", "`class_weight` works for models with one output only.")
    array = as_floats(ys[0], "y", dtype)
    wide = array.ndim > 1 and array.shape[-1] > 1
    classes = array.argmax(axis=-1) if wide else np.round(array.reshape(len(array), -1)[:, 0])
    return np.array([class_weight.get(int(one), 1.0) for one in classes], dtype)


def sized(ys: list[Any], heads: list[Head]) -> list[Array]:
    """The targets that have to have as many rows as the inputs."""
    return [np.asarray(one) for one, head in zip(ys, heads, strict=True) if head.loss is not None]


def with_weight(validation_data: Any) -> tuple[Any, Any, Any]:
    """(x, y, sample_weight or None) of validation data."""
    if not isinstance(validation_data, list | tuple) or len(validation_data) not in (2, 3):
        raise NetcoreValueError("fit.validation_data", "`validation_data` must be (x, y) or (x, y, sample_weight).")
    x, y = validation_data[:2]
    return x, y, validation_data[2] if len(validation_data) == 3 else None


def fitted(array: Array, tensor: Tensor, steps: list[Step], model: str) -> Array:
    """The array, refused unless its shape is the input's; (n,) serves an input of one feature."""
    if array.ndim == 1 and tensor.ndim == 2:
        array = array[:, np.newaxis]
    check_shape(array.shape, tensor, steps, model)
    return array


def check_shape(shape: Shape, tensor: Tensor, steps: list[Step], model: str) -> None:
    """Refuse rows whose shape is not the input's."""
    fits = len(shape) == tensor.ndim and all(
        want in (None, have) or have is None for want, have in zip(tensor.shape[1:], shape[1:], strict=True)
    )
    if fits:
        return
    reader = next((step.layer.name for step in steps if step.layer is not None and step.inputs[0] is tensor), model)
    swapped = len(shape) == 2 and tensor.ndim == 2 and shape[0] == tensor.shape[1]
    if swapped:
        raise NetcoreValueError(
            "layer.transposed",
            "The input does not fit the layer {name!r}: its last axis must have size {expected}, but the input has "
            "shape {shape}. Rows and columns look swapped: rows are samples, columns are features. Try x.T.",
            name=reader,
            expected=tensor.shape[-1],
            shape=shape,
        )
    raise wrong_features(reader, tensor.shape[-1], shape)
