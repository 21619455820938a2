"""Generated tables: points in a plane or on a line, made by a formula from a seed, or drawn by hand.

Two classes are -1 and +1, several are 0, 1, 2, …. Noise is a percentage; a table of another noise and the same seed has
the same points, moved or relabelled, because every formula draws as many random numbers whatever the noise.

Source of circle, xor, gauss, spiral, reg-plane and reg-gauss: the formulas of TensorFlow Playground (Smilkov et al.,
"Direct-Manipulation Visualization of Deep Networks", 2017).
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal

import numpy as np
import pandas as pd

from lab.data.cells.columns import type_column
from lab.data.table import Table
from lab.spec.data import PlaygroundSource

Array = np.ndarray[tuple[int, ...], np.dtype[np.float64]]
Generate = Callable[[int, float, np.random.Generator], tuple[Array, Array]]  # points, noise 0 … 0.5 -> x (n, d), y (n,)

LABEL, NUMBER = "label", "y"  # names of the column to predict
REACH: Final = 6.0  # points lie within -REACH … REACH, but for what noise moves
BUMPS: Final = ((-4, 2.5, 1), (0, 2.5, -1), (4, 2.5, 1), (-4, -2.5, -1), (0, -2.5, 1), (4, -2.5, -1))  # x1, x2, sign


@dataclass(frozen=True)
class Feature:
    """A column to learn from, made of the coordinates; `dimension` says how many it needs."""

    name: str
    dimension: Literal[1, 2]
    of: Callable[[Array], Array]


FEATURES: Final = {
    feature.name: feature
    for feature in (
        Feature("x1", 1, lambda x: x[:, 0]),
        Feature("x2", 2, lambda x: x[:, 1]),
        Feature("x1_squared", 1, lambda x: x[:, 0] ** 2),
        Feature("x2_squared", 2, lambda x: x[:, 1] ** 2),
        Feature("x1_x2", 2, lambda x: x[:, 0] * x[:, 1]),
        Feature("sin_x1", 1, lambda x: np.sin(x[:, 0])),
        Feature("sin_x2", 2, lambda x: np.sin(x[:, 1])),
    )
}


@dataclass(frozen=True)
class Generated:
    """A kind of table.

    Args:
        kind: what there is to predict.
        dimension: coordinates of a point.
        classes: how many; 0 where a number is to be predicted.
    """

    kind: Literal["classes", "number"]
    dimension: Literal[1, 2]
    classes: int
    generate: Generate

    @property
    def target(self) -> str:
        return LABEL if self.kind == "classes" else NUMBER

    @property
    def features(self) -> tuple[str, ...]:
        """Names of the columns to learn from, in their order."""
        return tuple(feature.name for feature in FEATURES.values() if feature.dimension <= self.dimension)


# --- two classes


def _circle(n: int, noise: float, random: np.random.Generator) -> tuple[Array, Array]:
    """Inside and outside of a circle of radius 2.5; noise moves a point only for the question where it lies."""
    inner, shares, angle, moved = n // 2, random.random(n), random.uniform(0, 2 * np.pi, n), _shifts(5, n, random)
    radius = np.where(np.arange(n) < inner, 2.5 * shares, 3.5 + 1.5 * shares)
    x = np.stack([radius * np.sin(angle), radius * np.cos(angle)], axis=1)
    return x, _sides(np.hypot(*(x + noise * moved).T) < 2.5)


def _xor(n: int, noise: float, random: np.random.Generator) -> tuple[Array, Array]:
    """The sign of x1 * x2, with a gap of 0.6 along both axes; noise as in the circle."""
    x, moved = random.uniform(-5, 5, (n, 2)), _shifts(5, n, random)
    x += np.where(x > 0, 0.3, -0.3)
    shifted = x + noise * moved
    return x, _sides(shifted[:, 0] * shifted[:, 1] >= 0)


def _gauss(n: int, noise: float, random: np.random.Generator) -> tuple[Array, Array]:
    """A cloud at (2, 2) and one at (-2, -2); noise makes both wider: variance 0.5 … 4."""
    side = np.where(np.arange(n) < n // 2, 1.0, -1.0)
    spread = np.sqrt(0.5 + 7 * noise)
    return 2 * side[:, np.newaxis] + spread * random.standard_normal((n, 2)), side


def _spiral(n: int, noise: float, random: np.random.Generator) -> tuple[Array, Array]:
    """Two arms of one and three quarters of a turn; noise moves the points."""
    x, arm = _arms(n, noise, random, 2, 1.75)
    return x, 1 - 2 * arm


def _moons(n: int, noise: float, random: np.random.Generator) -> tuple[Array, Array]:
    """Two half circles that grip each other; noise moves the points."""
    side, angle = np.where(np.arange(n) < n // 2, 1.0, -1.0), random.uniform(0, np.pi, n)
    x = 3 * side[:, np.newaxis] * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    x -= side[:, np.newaxis] * np.array([1.5, 0.75])
    return x + 2 * noise * _shifts(1, n, random), side


def _below_sine(n: int, noise: float, random: np.random.Generator) -> tuple[Array, Array]:
    """Above or below 3 sin(x1); noise as in the circle."""
    x, moved = random.uniform(-REACH, REACH, (n, 2)), _shifts(REACH, n, random)
    shifted = x + noise * moved
    return x, _sides(shifted[:, 1] > 3 * np.sin(shifted[:, 0]))


# --- several classes


def _three_arms(n: int, noise: float, random: np.random.Generator) -> tuple[Array, Array]:
    """Three arms of one turn each; noise moves the points."""
    return _arms(n, noise, random, 3, 1.0)


def _rings(n: int, noise: float, random: np.random.Generator) -> tuple[Array, Array]:
    """A disc and two rings around it; noise moves the points."""
    ring, angle = np.arange(n) % 3, random.uniform(0, 2 * np.pi, n)
    radius = 2 * ring + random.uniform(0.2, 1.5, n)
    x = np.stack([radius * np.sin(angle), radius * np.cos(angle)], axis=1)
    return x + 2 * noise * _shifts(1, n, random), ring.astype(float)


def _four_clouds(n: int, noise: float, random: np.random.Generator) -> tuple[Array, Array]:
    """A cloud in each quarter of the plane; noise as in gauss."""
    cloud = np.arange(n) % 4
    centres = 3.0 * np.array([(1, 1), (-1, 1), (-1, -1), (1, -1)])
    return centres[cloud] + np.sqrt(0.5 + 7 * noise) * random.standard_normal((n, 2)), cloud.astype(float)


# --- a number


def _plane(n: int, noise: float, random: np.random.Generator) -> tuple[Array, Array]:
    """(x1 + x2) / 10; noise moves a point only for the question how high it lies."""
    x, moved = random.uniform(-REACH, REACH, (n, 2)), _shifts(REACH, n, random)
    return x, (x + noise * moved).sum(axis=1) / 10


def _bumps(n: int, noise: float, random: np.random.Generator) -> tuple[Array, Array]:
    """Six cones of height 1 and radius 2, up and down in turn; noise as in the plane."""
    x, moved = random.uniform(-REACH, REACH, (n, 2)), _shifts(REACH, n, random)
    heights = [sign * np.clip(1 - np.hypot(*(x + noise * moved - (x1, x2)).T) / 2, 0, 1) for x1, x2, sign in BUMPS]
    return x, np.sum(heights, axis=0)  # at most one of them is not 0


def _curve(of: Callable[[Array], Array]) -> Generate:
    """y = of(x1) on a line; noise moves y."""

    def generate(n: int, noise: float, random: np.random.Generator) -> tuple[Array, Array]:
        x, moved = random.uniform(-REACH, REACH, n), random.uniform(-1, 1, n)
        return x[:, np.newaxis], of(x) + noise * moved

    return generate


def _between(n: int, noise: float, random: np.random.Generator) -> tuple[Array, Array]:
    """On a line: between -2 and 2, or beyond; noise as in the circle."""
    x, moved = random.uniform(-REACH, REACH, n), random.uniform(-REACH, REACH, n)
    return x[:, np.newaxis], _sides(np.abs(x + noise * moved) < 2)


def _sides(inside: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> Array:
    return np.where(inside, 1.0, -1.0)


def _shifts(reach: float, n: int, random: np.random.Generator) -> Array:
    return random.uniform(-reach, reach, (n, 2))


def _arms(n: int, noise: float, random: np.random.Generator, arms: int, turns: float) -> tuple[Array, Array]:
    """Points along the arms of a spiral of radius 5, and the number of each one's arm."""
    each = -(-n // arms)
    arm, place = np.arange(n) // each, np.arange(n) % each
    share = place / np.where(arm == arms - 1, n - (arms - 1) * each, each)
    angle = 2 * np.pi * (turns * share + arm / arms)
    x = 5 * share[:, np.newaxis] * np.stack([np.sin(angle), np.cos(angle)], axis=1)
    return x + noise * _shifts(1, n, random), arm.astype(float)


DATASETS: Final = {
    "circle": Generated("classes", 2, 2, _circle),
    "xor": Generated("classes", 2, 2, _xor),
    "gauss": Generated("classes", 2, 2, _gauss),
    "spiral": Generated("classes", 2, 2, _spiral),
    "moons": Generated("classes", 2, 2, _moons),
    "below-sine": Generated("classes", 2, 2, _below_sine),
    "three-arms": Generated("classes", 2, 3, _three_arms),
    "rings": Generated("classes", 2, 3, _rings),
    "four-clouds": Generated("classes", 2, 4, _four_clouds),
    "between": Generated("classes", 1, 2, _between),
    "reg-plane": Generated("number", 2, 0, _plane),
    "reg-gauss": Generated("number", 2, 0, _bumps),
    "line": Generated("number", 1, 0, _curve(lambda x: x / REACH)),
    "sine": Generated("number", 1, 0, _curve(np.sin)),
    "step": Generated("number", 1, 0, _curve(np.sign)),
    "hat": Generated("number", 1, 0, _curve(lambda x: np.maximum(1 - np.abs(x) / 3, 0))),
}


def kind_of(source: PlaygroundSource) -> Generated:
    """What its table is like; drawn points lie in a plane and have as many classes as were drawn."""
    if source.dataset != "drawn":
        return DATASETS[source.dataset]
    return Generated("classes", 2, len({label for _, _, label in source.drawn}), lambda *_: _drawn(source))


def _drawn(source: PlaygroundSource) -> tuple[Array, Array]:
    points = np.array(source.drawn, np.float64).reshape(-1, 3)
    return points[:, :2], points[:, 2]


@lru_cache(maxsize=64)
def generated(source: PlaygroundSource) -> Table:
    """The table of a source: a column for each feature that its points allow, and the one to predict.

    Kept for as long as it is in use. Same source, same table.
    """
    kind = kind_of(source)
    x, y = kind.generate(source.points, source.noise / 100, np.random.default_rng(source.seed))
    values: dict[str, Array] = {name: FEATURES[name].of(x) for name in kind.features}
    target = y.astype(np.int64) if kind.kind == "classes" else y
    typed = [type_column(column, name) for name, column in [*values.items(), (kind.target, target)]]
    return Table(
        name=source.name,
        frame=pd.DataFrame({one.column.name: one.cells for one in typed}),
        encoding="utf-8",
        delimiter=",",
        header_row=0,
        columns=tuple(one.column for one in typed),
        notes=(),
        sha256=hashlib.sha256(source.model_dump_json().encode()).hexdigest(),
    )
