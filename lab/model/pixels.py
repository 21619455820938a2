"""Inputs that are images: which they are, and how they look."""

from typing import Any

import numpy as np

from lab.data.look import pixel_square
from lab.data.prepare import Dataset

Array = np.ndarray[Any, Any]

LOOKED_AT = 100  # rows of the training part, for what is darkest and brightest


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
    found = []
    for name, (height, width) in image_shapes(dataset).items():
        if x.ndim not in (2, 4):
            continue  # a series of images
        own, own_of_all = (
            dataset.inverse_inputs(rows).to_numpy(np.float64)[:, dataset.groups.get(name, slice(None))]
            for rows in (x, dataset.train.x[:LOOKED_AT])
        )
        low, high = float(own_of_all.min()), float(own_of_all.max())
        found.append(((own - low) / ((high - low) or 1.0)).clip(0, 1).reshape(-1, height, width))
    return found
