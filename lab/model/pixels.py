"""Inputs that are images: which they are, and how they look."""

from typing import Any

import numpy as np

from lab.data.look import pixel_square
from lab.data.prepare import Dataset

Array = np.ndarray[Any, Any]


def image_shapes(dataset: Dataset) -> dict[str, tuple[int, int]]:
    """Input -> (height, width): those that the run takes as images, and columns that are named after pixels."""
    if dataset.image_shapes:
        return dict(dataset.image_shapes)
    names = [column.name for column in dataset.columns]
    square = pixel_square(names) if dataset.train.x.ndim == 2 and len(dataset.groups) <= 1 else None
    return {} if square is None else {next(iter(dataset.groups), ""): square}


def images_of(dataset: Dataset, x: Array) -> list[Array]:
    """(n, height, width) from 0 to 1 of each image in the samples: from the darkest to the brightest of training.

    Args:
        x: samples like those of `Part.x`.
    """
    if not image_shapes(dataset) or x.ndim not in (2, 4):  # a series of images
        return []
    return list(_images(dataset, dataset.inverse_inputs(x).to_numpy(np.float64)).values())


def first_images(dataset: Dataset) -> dict[str, Array]:
    """Input -> (1, height, width), as `images_of` the first sample of the training part."""
    if not image_shapes(dataset) or dataset.train.x.ndim not in (2, 4):
        return {}
    return _images(dataset, dataset.first_inputs[:1])


def _images(dataset: Dataset, own: Array) -> dict[str, Array]:
    """own: (n, columns) samples in their own units."""
    found = {}
    for name, (height, width) in image_shapes(dataset).items():
        place = dataset.groups.get(name, slice(None))
        of_training = dataset.first_inputs[:, place]
        low, high = float(of_training.min()), float(of_training.max())
        found[name] = ((own[:, place] - low) / ((high - low) or 1.0)).clip(0, 1).reshape(-1, height, width)
    return found
