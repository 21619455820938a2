"""Rows for the workloads: made, not read, so that a benchmark needs no file and no other library.

Each function takes a random generator, the number of rows and the shapes of a sample of each input, and gives a list of
inputs (rows, *shape) and a list of targets (rows, …), float32.
"""

import math

import numpy as np

Shapes = tuple[tuple[int, ...], ...]
Rows = list[np.ndarray]

CLASSES, CHARACTERS, LABELS = 10, 27, 10


def spiral(random: np.random.Generator, rows: int, shapes: Shapes) -> tuple[Rows, Rows]:
    """Two arms in the plane, row by row in turn; target 0 or 1."""
    label = np.arange(rows) % 2
    radius = 5 * random.random(rows)
    angle = 1.75 * radius / 5 * 2 * np.pi + np.pi * label
    x = np.stack([radius * np.sin(angle), radius * np.cos(angle)], axis=1)
    return [_float(x)], [_float(label[:, np.newaxis])]


def classes(random: np.random.Generator, rows: int, shapes: Shapes) -> tuple[Rows, Rows]:
    """A pattern in -0.5 … 0.5 for each class, and noise; targets one-hot, 3 classes for 4 features and 10 for more."""
    (shape,) = shapes
    count = 3 if shape == (4,) else CLASSES
    label = random.integers(count, size=rows)
    patterns = random.random((count, *shape))
    share = min(0.5, 3 / np.sqrt(math.prod(shape)))  # the more features, the less each says: no set is learned at once
    x = share * patterns[label] + (1 - share) * random.random((rows, *shape)) - 0.5
    return [_float(x)], [_float(np.eye(count)[label])]


def two_classes(random: np.random.Generator, rows: int, shapes: Shapes) -> tuple[Rows, Rows]:
    """Standardised features; target 0 or 1 by a noisy linear rule."""
    x = random.normal(size=(rows, *shapes[0]))
    score = x @ random.normal(size=shapes[0]) + random.normal(size=rows)
    return [_float(x)], [_float(score[:, np.newaxis] > 0)]


def series(random: np.random.Generator, rows: int, shapes: Shapes) -> tuple[Rows, Rows]:
    """Random walks (steps, features); the target is how far the first one goes from its middle to its end."""
    x = np.cumsum(random.normal(size=(rows, *shapes[0])), axis=1) / np.sqrt(shapes[0][0])
    middle = shapes[0][0] // 2
    return [_float(x)], [_float((x[:, -1, 0] - x[:, middle, 0])[:, np.newaxis])]


def labelled_sequences(random: np.random.Generator, rows: int, shapes: Shapes) -> tuple[Rows, Rows]:
    """Noise (steps, features) with ten labels each, drawn from 1 … 27; 0 is the blank."""
    x = random.normal(size=(rows, *shapes[0]))
    return [_float(x)], [_float(random.integers(1, CHARACTERS + 1, size=(rows, LABELS)))]


def number_and_class(random: np.random.Generator, rows: int, shapes: Shapes) -> tuple[Rows, Rows]:
    """Two inputs; a number from the first and one of three classes from the second."""
    left, right = (random.normal(size=(rows, *shape)) for shape in shapes)
    label = np.argmax(right[:, :3] + 0.3 * random.normal(size=(rows, 3)), axis=1)
    number = np.tanh(left[:, :1]) + left[:, 1:2]
    return [_float(left), _float(right)], [_float(number), _float(np.eye(3)[label])]


def _float(values: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(values, np.float32)
