"""Dataset: what a run learns from and is judged by, and the way back to the table's own units."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from lab.data.prepare.recipe import PreparedColumn
from lab.data.split import Rows
from lab.data.table import Note
from lab.errors import DataError
from lab.spec.data import ImageShape, Task
from netcore.losses import LOSSES

Array = npt.NDArray[Any]
PartName = Literal["train", "validation", "test"]
PART_NAMES: tuple[PartName, ...] = ("train", "validation", "test")
FIRST = 100  # samples of the training part, enough to know what is darkest and brightest


@dataclass(frozen=True)
class Part:
    """Rows of one part.

    Args:
        x: (n, d) float32, row-major; of windows and signals (n, time steps, d), of images (n, height, width, 1).
        target: (n,) in original coding: float64 in the target's unit, or the index of the class; of sequence labels
            (n, longest), 0 behind the last letter.
        rows: (n,) 0-based rows of the table; of windows those of the targets.
    """

    x: Array
    target: Array
    rows: Rows


@dataclass(frozen=True)
class Dataset:
    """What a run learns from and is judged by.

    Args:
        target_mean, target_scale: a regression's target y is learned as (y - mean) / scale.
        columns: how the features were made, in their order.
        dropped_rows: rows of the table that are in no part.
        persistence: for each part (n,) what "as it is now" predicts, NaN where it doesn't know; None without.
        groups: input of a functional model -> its places among the features.
        image_shapes: input -> (height, width), of those that are images.
        others: the same rows with a further target each.
    """

    train: Part
    validation: Part
    test: Part
    feature_names: tuple[str, ...]
    task: Task
    classes: tuple[str, ...]
    target_name: str
    target_unit: str
    target_mean: float
    target_scale: float
    columns: tuple[PreparedColumn, ...]
    dropped_rows: int
    notes: tuple[Note, ...]
    persistence: dict[PartName, Array] | None = field(repr=False)
    persistence_column: str | None
    content_hash: str
    groups: dict[str, Rows] = field(default_factory=dict)
    image_shapes: dict[str, ImageShape] = field(default_factory=dict)
    others: tuple["Dataset", ...] = field(default=(), repr=False)

    @property
    def input_shape(self) -> tuple[int, ...]:
        """Of one sample, without the batch axis."""
        return tuple(int(size) for size in self.train.x.shape[1:])

    @property
    def input_shapes(self) -> dict[str, tuple[int, ...]]:
        """Of one sample, for each input of a functional model."""
        if len(self.groups) == 1:
            return dict.fromkeys(self.groups, self.input_shape)
        steps = self.input_shape[:-1]
        return {
            name: (*steps, *(as_image(self.image_shapes[name]) if name in self.image_shapes else (len(places),)))
            for name, places in self.groups.items()
        }

    def x_of(self, part_name: PartName, group: str) -> Array:
        """(n, …) float32: what one input of a functional model gets, shaped as `input_shapes` says."""
        return self.input_of(self.part(part_name).x, group)

    def input_of(self, x: Array, group: str) -> Array:
        """As `x_of`, of any samples: rows like those of `Part.x`."""
        if len(self.groups) == 1:
            return x
        chosen = np.ascontiguousarray(x[..., self.groups[group]])
        if group not in self.image_shapes:
            return chosen
        return chosen.reshape(*chosen.shape[:-1], *as_image(self.image_shapes[group]))

    def of_target(self, column: str) -> "Dataset":
        """The same rows and inputs with that target: several targets are looked at one at a time.

        Raises:
            DataError "data.target_missing": it is not among the targets.
        """
        for dataset in (self, *self.others):
            if dataset.target_name == column:
                return dataset
        raise DataError("data.target_missing", column=column)

    def part(self, name: PartName) -> Part:
        return {"train": self.train, "validation": self.validation, "test": self.test}[name]

    @property
    def percentages(self) -> dict[PartName, float]:
        """Of all samples, those in each part."""
        counts = {name: len(self.part(name).rows) for name in PART_NAMES}
        return {name: 100 * count / sum(counts.values()) for name, count in counts.items()}

    def targets_for(self, part_name: PartName, loss_type: str, output_units: int) -> Array:
        """y as the loss wants it, (n, 1), (n, k) or (n,).

        Regression gives scaled float32; SparseCategoricalCrossentropy class indices; two classes with one output
        0 and 1; classes with several outputs one-hot rows; sequence labels (n, longest) class indices padded with 0.

        Raises:
            DataError "data.outputs_do_not_fit": the number of outputs fits neither the classes nor the target.
        """
        target = self.part(part_name).target
        if self.task == "regression":
            if output_units != 1:
                raise DataError("data.outputs_do_not_fit", outputs=output_units, expected="1")
            return self.scaled_target(target).astype(np.float32)[:, None]
        classes = len(self.classes)
        if self.task == "sequence_labels":
            if output_units < classes:
                raise DataError("data.outputs_do_not_fit", outputs=output_units, expected=str(classes))
            return target
        if LOSSES.get(loss_type).sparse and output_units >= classes:
            return target.astype(np.int64)
        if classes == 2 and output_units == 1:
            return target.astype(np.float32)[:, None]
        if output_units != classes:
            expected = "1, 2" if classes == 2 else str(classes)
            raise DataError("data.outputs_do_not_fit", outputs=output_units, expected=expected)
        return np.eye(classes, dtype=np.float32)[target]

    def scaled_target(self, y: Array) -> Array:
        """Targets of a regression as a network learns them, float64."""
        return np.asarray((y - self.target_mean) / self.target_scale)

    # --- back to the table's own units

    def inverse_target(self, y: Array) -> Array:
        """Network outputs of a regression back in the target's unit, float64, (n,) or (n, 1) as given."""
        return np.asarray(y, np.float64) * self.target_scale + self.target_mean

    def inverse_inputs(self, x: Array) -> pd.DataFrame:
        """Samples back in the columns' own units, one row each; of windows one row for each time step of each sample.

        A column that was filled, clipped or constant, and a category that training never saw, come back as what they
        were set to; of a date its parts come back.

        Args:
            x: rows of `Part.x`.
        """
        steps = x.shape[1] if self._has_steps else 1
        flat = np.asarray(x).reshape(len(x) * steps, -1)
        if self.columns[0].kind == "signal":
            signal = self.columns[0]
            values = flat.reshape(len(x), -1).astype(np.float64) * signal.scale + signal.mean
            return pd.DataFrame(values, columns=list(signal.columns))
        found: dict[str, Array] = {}
        for prepared, features in self.columns_with_features():
            found |= prepared.decode(flat[:, features])
        if not self._has_steps:
            return pd.DataFrame(found)
        names = ("sample", "step")
        return pd.DataFrame(found, index=pd.MultiIndex.from_product([range(len(x)), range(steps)], names=names))

    @cached_property
    def first_inputs(self) -> Array:
        """(at most FIRST, columns) float64: the first training samples in the columns' own units, worked out once for
        all who look at the dataset; of columns that are numbers.
        """
        return self.inverse_inputs(self.train.x[:FIRST]).to_numpy(np.float64)

    def columns_with_features(self) -> Iterator[tuple[PreparedColumn, slice]]:
        """Each prepared column, and where its features stand among those of a sample."""
        place = 0
        for prepared in self.columns:
            width = len(prepared.features)
            yield prepared, slice(place, place + width)
            place += width

    @property
    def _has_steps(self) -> bool:
        """Whether the first axis of a sample is time."""
        whole_image = len(self.groups) == 1 and bool(self.image_shapes)
        return len(self.input_shape) > (3 if whole_image else 1)


def as_image(shape: ImageShape) -> tuple[int, int, int]:
    """(height, width, channels) of grey pixels."""
    return (*shape, 1)
