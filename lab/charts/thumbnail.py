"""A small picture of a sample table, as SVG: what the gallery shows before anything is read.

The pictures lie beside the tables (`sample_data/pictures`); `python -m lab docs` draws them anew.
They are of rows outside the sealed test part of the proposed split, like everything else that is looked at.
"""

from collections.abc import Iterable, Sequence
from typing import Any
from xml.sax.saxutils import escape

import numpy as np
import numpy.typing as npt

from lab.charts.style import BLUE, GREEN, GREY, ORANGE, PURPLE, VERMILION
from lab.data.look import (
    Look,
    Points,
    correlated_columns,
    course,
    image_shape_of,
    images,
    look_at,
    points,
    signal_columns,
    signals,
    tell_most,
    telling_pair,
)
from lab.data.propose import propose_data
from lab.data.samples import card, load_sample
from lab.spec.data import DataSpec, SampleSource
from lab.starts import start

Array = npt.NDArray[Any]

WIDTH, HEIGHT = 320, 180
LEFT, TOP, RIGHT, BOTTOM = 22, 8, 312, 158  # of the frame; names of the axes stand outside
DOTS = 220
STRETCH = 400  # rows of a series: a whole one would be a dark band
LETTERS = "#767676"  # read on white as on black: the page behind may be either
COLOURS = (BLUE, VERMILION, GREEN, ORANGE, PURPLE, GREY)
LONGEST = 34  # letters of an axis


def thumbnail(look: Look, data: DataSpec) -> str:
    """The picture that says most about this kind of table."""
    shape = image_shape_of(look, data)
    if signal_columns(data):
        return _svg(_signals(look, data))
    if shape is not None:
        return _svg(_images(look, data, shape))
    if data.windows is not None:
        return _svg(_course(look, data))
    return _svg(_points(_pair(look, data)))


def _pair(look: Look, data: DataSpec) -> Points:
    """A number to predict is set over the column that tells most of it; classes are shown in two columns."""
    if data.task == "regression":
        names = correlated_columns(look, data)
        best = next(name for name in tell_most(look, data) if name in names)
        return points(look, data, best, data.target)
    return points(look, data, *telling_pair(look, data))


# --- one for each kind


def _points(found: Points) -> Iterable[str]:
    rows = np.arange(len(found.x))
    if len(rows) > DOTS:
        rows = np.sort(np.random.default_rng(0).choice(rows, DOTS, replace=False))
    x, y = _spread(found.x[rows], LEFT + 6, RIGHT - 6), _spread(found.y[rows], BOTTOM - 6, TOP + 6)
    yield from _frame(found.x_column.name, found.y_column.name)
    classes = found.colour[rows].astype(int) if found.classes and found.colour is not None else np.zeros(len(rows), int)
    for code in np.unique(classes[classes >= 0]):
        mine = classes == code
        marks = "".join(_mark(int(code), a, b) for a, b in zip(x[mine], y[mine], strict=True))
        yield f'<path d="{marks}" fill="{COLOURS[code % len(COLOURS)]}" fill-opacity=".75"/>'


def _mark(code: int, x: float, y: float) -> str:
    """A disc, a diamond or a square: classes differ by more than colour."""
    if code % 3 == 0:
        return f"M{x - 3:.0f} {y:.0f}a3 3 0 1 0 6 0a3 3 0 1 0-6 0z"
    if code % 3 == 1:
        return f"M{x:.0f} {y - 4:.0f}l4 4-4 4-4-4z"
    return f"M{x - 3:.0f} {y - 3:.0f}h6v6h-6z"


def _course(look: Look, data: DataSpec) -> Iterable[str]:
    time = data.split.time_column
    found = course(look, time, data.target, stretches=STRETCH)
    yield from _frame(time or "", found.column.name)
    yield _line(np.arange(len(found.mean)), found.mean, BLUE)


def _signals(look: Look, data: DataSpec) -> Iterable[str]:
    """Three rows below one another, each with its label."""
    for place, one in enumerate(signals(look, data, 3)):
        top = 8 + 58 * place
        y = _spread(one.values[: one.length], top + 44, top)
        x = 64 + 250 * np.arange(one.length) / max(1, len(one.values) - 1)
        yield f'<text x="6" y="{top + 28}" font-size="14" font-weight="bold">{escape(one.label[:6])}</text>'
        yield f'<polyline points="{_pairs(x, y)}" fill="none" stroke="{BLUE}" stroke-width="1.6"/>'


def _images(look: Look, data: DataSpec, shape: tuple[int, int]) -> Iterable[str]:
    """Eight images, a path for each of a few shades."""
    found = images(look, data, shape, 8)
    side = 72 / max(shape)
    for place, image in enumerate(found.pixels):
        left, top = 8 + 77 * (place % 4), 8 + 84 * (place // 4)
        yield f'<g transform="translate({left} {top}) scale({side:.3f})">'
        yield f'<rect width="{shape[1]}" height="{shape[0]}" fill="#fff"/>'  # its own paper
        for low, high, shade in ((0.25, 0.5, "#bbb"), (0.5, 0.75, "#777"), (0.75, 1.01, "#111")):
            yield f'<path d="{_runs((image >= low) & (image < high))}" fill="{shade}"/>'
        yield "</g>"


def _runs(dark: npt.NDArray[np.bool_]) -> str:
    """A rectangle for each run of pixels in a row."""
    edges = np.diff(np.pad(dark, ((0, 0), (1, 1))).astype(np.int8), axis=1)
    starts, ends = np.nonzero(edges == 1), np.nonzero(edges == -1)
    runs = zip(*starts, ends[1], strict=True)
    return "".join(f"M{first} {row}h{last - first}v1h{first - last}z" for row, first, last in runs)


# --- pieces


def _svg(pieces: Iterable[str]) -> str:
    box = f'xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}"'
    return "\n".join((f'<svg {box} font-family="sans-serif" fill="{LETTERS}">', *pieces, "</svg>\n"))


def _frame(x_name: str, y_name: str) -> Sequence[str]:
    """Two axes with the names of the columns."""
    x, y = escape(_short(x_name)), escape(_short(y_name))
    middle = (TOP + BOTTOM) // 2
    return (
        f'<path d="M{LEFT} {TOP}V{BOTTOM}H{RIGHT}" fill="none" stroke="{GREY}"/>',
        f'<text x="{(LEFT + RIGHT) // 2}" y="{HEIGHT - 6}" font-size="13" text-anchor="middle">{x}</text>',
        f'<text transform="translate(15 {middle}) rotate(-90)" font-size="13" text-anchor="middle">{y}</text>',
    )


def _short(name: str) -> str:
    line = " ".join(name.split())
    return line if len(line) <= LONGEST else line[: LONGEST - 1] + "…"


def _line(x: Array, y: Array, colour: str) -> str:
    points_of = _pairs(_spread(x.astype(float), LEFT, RIGHT), _spread(y, BOTTOM - 4, TOP + 4))
    return f'<polyline points="{points_of}" fill="none" stroke="{colour}" stroke-width="1.4"/>'


def _pairs(x: Array, y: Array) -> str:
    return " ".join(f"{a:.0f},{b:.0f}" for a, b in zip(x, y, strict=True))


def _spread(values: Array, low: float, high: float) -> Array:
    """Values as places between two ends, by their own smallest and largest."""
    smallest, largest = values.min(initial=np.inf), values.max(initial=-np.inf)
    if not smallest < largest:
        return np.full(len(values), (low + high) / 2)
    places: Array = low + (high - low) * (values - smallest) / (largest - smallest)
    return places


# --- the files


def draw_sample(name: str) -> str:
    """The picture of one of the samples, with what is proposed for it."""
    table, ready = load_sample(name), card(name).start
    data = propose_data(table, source=SampleSource(name=name)) if ready is None else start(ready).data
    return thumbnail(look_at(table, data, seed=0), data)
