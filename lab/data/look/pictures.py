"""Rows as what they are: images of pixels, signals over time steps."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lab.data.look.relation import answers_of
from lab.data.look.visible import Array, Look
from lab.spec.data import DataSpec

IMAGES = 40
SIGNALS = 6
SMALLEST = 6  # pixels high and wide
PIXEL_NAME = re.compile(r"(p|px|pixel|pix|픽셀|화소)", re.IGNORECASE)


@dataclass(frozen=True)
class Images:
    """Rows of the sample as images.

    Args:
        pixels: (n, height, width) scaled to 0 … 1.
        labels: what each is, "" for a gap.
    """

    pixels: Array
    labels: tuple[str, ...]


def image_shape_of(look: Look, data: DataSpec) -> tuple[int, int] | None:
    """The shape that the experiment gives its inputs; else a square where the columns are named after pixels."""
    if any(group.image_shape is not None for group in data.groups):
        return None  # several inputs, each drawn otherwise
    shape = data.image_shape or pixel_square(data.inputs)
    if shape is None or math.prod(shape) != len(data.inputs):  # a column may have been left out since
        return None
    return shape if all(name in look.series for name in data.inputs) else None


def pixel_square(names: Sequence[str]) -> tuple[int, int] | None:
    """(side, side) of columns that are named after the pixels of a square image."""
    side = round(len(names) ** 0.5)
    square = side * side == len(names) and side >= SMALLEST
    return (side, side) if square and PIXEL_NAME.match(names[0]) else None


def images(look: Look, data: DataSpec, shape: tuple[int, int], count: int = IMAGES) -> Images:
    """Rows drawn from the sample, put in the order of their classes."""
    places = np.random.default_rng(0).permutation(look.drawn)[:count]
    answers = answers_of(look, data)
    labels = [""] * look.drawn
    if answers is not None:
        places = places[np.argsort(answers.codes[places], kind="stable")]
        labels = [_label(value, answers.classes) for value in answers.codes]
    pixels = look.table.frame[list(data.inputs)].iloc[look.sample[places]].to_numpy(np.float64, na_value=0.0)
    low, high = float(pixels.min(initial=0.0)), float(pixels.max(initial=0.0))
    pixels = (pixels - low) / ((high - low) or 1.0)
    return Images(pixels.reshape(len(places), *shape), tuple(labels[place] for place in places))


def _label(value: float, classes: tuple[str, ...]) -> str:
    if classes:
        return classes[int(value)] if value >= 0 else ""
    return "" if np.isnan(value) else f"{value:.4g}"


@dataclass(frozen=True)
class Signal:
    """One row as a signal over its columns.

    Args:
        label: what it stands for.
        length: where the signal ends; all of it if there is no such column.
    """

    row: int
    label: str
    values: Array
    length: int


def signal_columns(data: DataSpec) -> bool:
    """Whether each row is a signal."""
    return data.task == "sequence_labels"


def signals(look: Look, data: DataSpec, count: int = SIGNALS) -> list[Signal]:
    """Rows drawn from the sample."""
    rows = look.sample[np.sort(np.random.default_rng(0).permutation(look.drawn)[:count])]
    frame = look.table.frame.iloc[rows]
    values = frame[list(data.inputs)].to_numpy(np.float64, na_value=np.nan)
    ends = [len(data.inputs)] * len(rows)
    if data.length_column in look.table.column_names:
        ends = [int(end) for end in frame[data.length_column].fillna(len(data.inputs))]
    labels = [str(label) for label in frame[data.target]]
    return [Signal(int(r), label, v, end) for r, label, v, end in zip(rows, labels, values, ends, strict=True)]
