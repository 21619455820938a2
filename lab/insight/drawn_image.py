"""A digit drawn by hand as the images of a data set are: as large as theirs, where theirs are, as dark and as bright.

The images of MNIST were made so (LeCun, Cortes, Burges, http://yann.lecun.com/exdb/mnist): scaled into a box of 20 x 20
pixels, its shape kept, and put into 28 x 28 by the centre of mass. Others fill their image more or less: how large they
are and where their centre of mass lies is measured on the training images.
"""

from base64 import b64decode
from binascii import Error as NotBase64
from typing import Any

import numpy as np

from lab.data.prepare import Dataset
from lab.insight.try_it import Picked
from lab.model.pixels import image_shapes, images_of
from lab.spec.experiment import Experiment, GraphSpec

Array = np.ndarray[Any, Any]

SIDE = 64  # pixels of a drawing, as the page sends it
LOOKED_AT = 200  # training images that are measured
INK = 0.2  # of the brightest: a pixel from here on belongs to the digit


def can_draw(experiment: Experiment, dataset: Dataset) -> bool:
    """Whether a sample is one image and nothing else."""
    alone = len(image_shapes(dataset)) == 1 and dataset.train.x.ndim in (2, 4)
    return alone and not isinstance(experiment.model, GraphSpec) and not dataset.others


def read_drawing(text: object) -> Array | None:
    """(SIDE, SIDE) from 0 to 1: base64 of a byte for each pixel; None for anything else, and for an empty one."""
    if not isinstance(text, str) or len(text) > 2 * SIDE * SIDE:
        return None
    try:
        content = b64decode(text, validate=True)
    except (NotBase64, ValueError):
        return None
    if len(content) != SIDE * SIDE:
        return None
    drawing = np.frombuffer(content, np.uint8).reshape(SIDE, SIDE) / 255
    return drawing if drawing.max() > INK else None


def drawn_sample(dataset: Dataset, drawing: Array) -> Picked:
    """The drawing as a sample.

    Args:
        drawing: (SIDE, SIDE) from 0, the paper, to 1.
    """
    height, width = next(iter(image_shapes(dataset).values()))
    examples = images_of(dataset, dataset.train.x[:LOOKED_AT])[0]
    on_bright = _on_bright(examples)
    ink = 1 - examples if on_bright else examples
    image = fitted(drawing, (height, width), _size(ink), _middle(ink))
    shown = 1 - image if on_bright else image
    return Picked(_encoded(dataset, shown), 0, {}, (shown,))


def fitted(drawing: Array, shape: tuple[int, int], size: float, middle: tuple[float, float]) -> Array:
    """(height, width) from 0 to 1: each pixel is the mean of the part of the drawing that it covers.

    Args:
        size: pixels of the longer side of what is drawn; middle: (row, column) of its centre of mass.
    """
    rows, columns = (np.flatnonzero((drawing > INK).any(axis=axis)) for axis in (1, 0))
    longest = max(rows[-1] - rows[0], columns[-1] - columns[0]) + 1
    step = longest / size  # of the drawing's pixels in one of the image's
    mass = drawing.sum()
    centres = (drawing.sum(axis=1 - axis) @ (np.arange(SIDE) + 0.5) / mass for axis in (0, 1))
    down, across = (
        _overlaps(count, step, centre - place * step)
        for count, centre, place in zip(shape, centres, middle, strict=True)
    )
    image = down @ drawing @ across.T
    bright: Array = image / (image.max() or 1.0)  # thin lines are as bright as broad ones
    return bright


def _overlaps(count: int, step: float, start: float) -> Array:
    """(count, SIDE): which share of a pixel lies over which of the drawing."""
    edges = start + step * np.arange(count + 1)
    places = np.arange(SIDE)
    over = np.minimum(edges[1:, None], places + 1) - np.maximum(edges[:-1, None], places)
    shares: Array = np.clip(over, 0, None) / step
    return shares


def _on_bright(examples: Array) -> bool:
    """Whether the paper is bright: the edge of most images is brighter than their middle."""
    edge = np.concatenate([examples[:, 0], examples[:, -1], examples[:, :, 0], examples[:, :, -1]], axis=1)
    return bool(edge.mean() > examples.mean())


def _size(ink: Array) -> float:
    """Median of the longer sides of the examples (n, height, width), in pixels."""
    sides = []
    for image in ink:
        spans = [np.flatnonzero((image > INK).any(axis=axis)) for axis in (0, 1)]
        sides.append(max((span[-1] - span[0] + 1 for span in spans if len(span)), default=image.shape[0]))
    return float(np.median(sides))


def _middle(ink: Array) -> tuple[float, float]:
    """(row, column) of the centre of mass of all examples together, in pixels."""
    rows, columns = ink.sum(axis=(0, 2)), ink.sum(axis=(0, 1))
    row, column = (float(mass @ (np.arange(len(mass)) + 0.5) / mass.sum()) for mass in (rows, columns))
    return row, column


def _encoded(dataset: Dataset, image: Array) -> Array:
    """(1, …) as the network gets it, by the run's own preparation."""
    own_of_all = dataset.inverse_inputs(dataset.train.x[:LOOKED_AT]).to_numpy(np.float64)
    low, high = float(own_of_all.min()), float(own_of_all.max())
    values = (low + image.ravel() * (high - low)).tolist()
    columns = [column for column, _ in dataset.columns_with_features()]
    features = [column.encode(np.array([value])) for column, value in zip(columns, values, strict=True)]
    return np.concatenate(features, axis=1).astype(np.float32).reshape(1, *dataset.input_shape)
