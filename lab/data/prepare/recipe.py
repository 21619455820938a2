"""PreparedColumn: how one column became features, with every number that is needed to do it again, or to undo it."""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from lab.errors import DataError
from lab.spec.data import DatePart, Scaling

Array = npt.NDArray[Any]

UNKNOWN = "?"  # the category of empty cells; no cell says "?", since that is a spelling of "missing"
DAY_S = 86_400
CYCLES = {"month": 12, "day_of_year": 365.25, "weekday": 7, "hour": 24}  # how long until it comes round
FIRST = {"month": 1, "day_of_year": 1}  # the others are counted from 0


@dataclass(frozen=True)
class PreparedColumn:
    """How one input column was turned into features; the numbers are those of the training part.

    A number x goes the way fill, low and high, log, mean and scale: (log(1 + x) - mean) / scale. A column may have
    several of these: its value, a mark of empty cells, parts of a date, each at several lags.

    Args:
        kind: "number", "boolean" (0, 1), "ordinal" (the place of the text in `categories`), "year" (of a time): a
            number each, scaled. "one_hot": a feature for each of `categories`, zeros for other values. "cycle": a
            part of a date as sine and cosine; "clock" the same of the hour, for windows. "indicator": 1 where the
            cell is empty. "signal": all inputs as one signal, scaled as a whole.
        mean, scale: x becomes (x - mean) / scale; a scale of 0 marks a constant column, which becomes 0.
        categories: in the order of the features, or of their places.
        fill: what stands for a missing number; None where rows with missing cells are dropped.
        lag: so many rows earlier.
        low, high: smaller and larger values are set to these; None where nothing is clipped.
        log: log(1 + x) is taken before mean and scale.
        scaling: how mean and scale were found.
        part: which part of a date.
        columns: of a signal, its time steps.
    """

    name: str
    kind: Literal["number", "boolean", "ordinal", "year", "one_hot", "cycle", "clock", "indicator", "signal"]
    mean: float = 0.0
    scale: float = 1.0
    categories: tuple[str, ...] = ()
    fill: float | None = None
    lag: int = 0
    low: float | None = None
    high: float | None = None
    log: bool = False
    scaling: Scaling = "none"
    part: DatePart | None = None
    columns: tuple[str, ...] = ()

    @property
    def source(self) -> str:
        """The column, and how many rows earlier."""
        return f"{self.name} (t-{self.lag})" if self.lag else self.name

    @property
    def features(self) -> tuple[str, ...]:
        if self.kind == "one_hot":
            return tuple(f"{self.source} = {category}" for category in self.categories)
        if self.kind == "indicator":
            return (f"{self.source} = {UNKNOWN}",)
        if self.kind in ("cycle", "clock"):
            name = self.source if self.part is None else f"{self.source} {self.part}"
            return (f"{name} sin", f"{name} cos")
        return (f"{self.source} year",) if self.kind == "year" else (self.source,)

    @property
    def is_scaled(self) -> bool:
        """Whether mean and scale have a meaning."""
        return self.kind in ("number", "boolean", "ordinal", "year", "signal")

    # --- forwards

    def encode(self, cells: Array) -> Array:
        """(n, features) float32 of the column's cells.

        Args:
            cells: (n,) numbers with NaN for gaps, texts with None for gaps, or times as seconds since 1970.

        Raises:
            DataError "data.number_too_large": a number has no place in 32-bit floats.
        """
        if self.kind == "one_hot":
            return self._one_hot(cells)
        if self.kind in ("cycle", "clock"):
            return circle(cells, self.part or "hour")
        if self.kind == "indicator":
            return pd.isna(cells).astype(np.float32)[:, None]
        return self.scaled(self.numbers(cells))[:, None]

    def numbers(self, cells: Array) -> Array:
        """(n,) float64, NaN for gaps: the numbers that are scaled."""
        if self.kind == "ordinal":
            return self._places(cells)
        return date_part(cells, "year") if self.kind == "year" else cells

    def _one_hot(self, cells: Array) -> Array:
        """(n, k) float32; a value that is not among the categories is a row of zeros."""
        count = len(self.categories)
        places = pd.Index(self.categories, dtype=object).get_indexer(pd.Index(cells, dtype=object))
        if UNKNOWN in self.categories:
            places = np.where(pd.isna(cells), self.categories.index(UNKNOWN), places)
        encoded: Array = np.eye(count + 1, count, dtype=np.float32)[places]  # the last row, of zeros, is place -1
        return encoded

    def _places(self, cells: Array) -> Array:
        """(n,) float64; NaN for gaps without a category of their own, and for values that training never saw."""
        places = pd.Index(self.categories, dtype=object).get_indexer(pd.Index(cells, dtype=object)).astype(np.float64)
        places[places < 0] = np.nan
        if UNKNOWN in self.categories:
            places[pd.isna(cells)] = self.categories.index(UNKNOWN)
        return places

    def scaled(self, values: Array) -> Array:
        """(n,) float32."""
        if self.scale == 0.0:
            return np.zeros(len(values), np.float32)
        if self.fill is not None:
            values = np.where(np.isnan(values), self.fill, values)
        values = self.unscaled(values)
        with np.errstate(over="ignore"):  # what 32-bit floats cannot hold is refused below
            scaled = ((values - self.mean) / self.scale).astype(np.float32)
        if not np.isfinite(scaled).all():
            raise DataError("data.number_too_large", column=self.name)
        return scaled

    def unscaled(self, values: Array) -> Array:
        """(n,) float64: clipped, and the logarithm taken."""
        if self.low is not None or self.high is not None:
            values = np.clip(values, self.low, self.high)
        numbers: Array = np.log1p(values) if self.log else values
        return numbers

    def encode_decoded(self, values: Array) -> Array:
        """(n, features) float32 of what `decode` gives back: of a date its part, not a time."""
        if self.kind in ("cycle", "clock"):
            part = self.part or "hour"
            return around(2 * np.pi * (values - FIRST.get(part, 0)) / CYCLES[part])
        return self.scaled(values)[:, None] if self.kind == "year" else self.encode(values)

    # --- backwards

    def decode(self, x: Array) -> dict[str, Array]:
        """What the features say about the column, in its own units: name -> (n,). An indicator alone says nothing.

        What was filled, clipped or unseen comes back as what it was set to; a part of a date under its own name.

        Args:
            x: (n, features).
        """
        if self.kind == "one_hot":
            return {self.source: self._category(np.where(x.max(axis=1) > 0, x.argmax(axis=1), -1))}
        if self.kind in ("cycle", "clock"):
            part = self.part or "hour"
            return {f"{self.source} {part}": around_circle(x, part)}
        if self.kind == "indicator":
            return {}
        values = x[:, 0].astype(np.float64) * self.scale + self.mean
        values = np.expm1(values) if self.log else values
        if self.kind == "boolean":
            return {self.source: values > 0.5}
        if self.kind == "ordinal":
            return {self.source: self._category(np.rint(values).astype(np.int64))}
        return {self.features[0]: values}

    def _category(self, places: Array) -> Array:
        """(n,) texts, None where the place is none of a category, or that of the empty cells."""
        names: Array = np.array([*(None if name == UNKNOWN else name for name in self.categories), None], object)
        count = len(self.categories)
        texts: Array = names[np.where((places >= 0) & (places < count), places, count)]
        return texts


# --- dates


def date_part(seconds: Array, part: DatePart) -> Array:
    """(n,) float64 of times in seconds since 1970, NaN for gaps: year, month from 1, day of the year from 1, weekday
    from Monday 0, hour with its fraction."""
    gaps = np.isnan(seconds)
    stamps = np.where(gaps, 0, seconds).astype(np.int64).astype("datetime64[s]")
    days = stamps.astype("datetime64[D]")
    if part == "year":
        values = stamps.astype("datetime64[Y]").astype(np.float64) + 1970
    elif part == "month":
        values = stamps.astype("datetime64[M]").astype(np.float64) % 12 + 1
    elif part == "day_of_year":
        values = (days - stamps.astype("datetime64[Y]").astype("datetime64[D]")).astype(np.float64) + 1
    elif part == "weekday":
        values = (days.astype(np.float64) + 3) % 7  # 1970-01-01 was a Thursday
    else:
        values = (np.where(gaps, 0, seconds) % DAY_S) / 3600
    return np.where(gaps, np.nan, values)


def circle(seconds: Array, part: DatePart) -> Array:
    """(n, 2) float32: sine and cosine, so that December and January, 23 h and 0 h are neighbours; (0, 0) for gaps."""
    if part == "hour":
        angle = 2 * np.pi * (seconds % DAY_S) / DAY_S
    else:
        angle = 2 * np.pi * (date_part(seconds, part) - FIRST.get(part, 0)) / CYCLES[part]
    return around(angle)


def around(angle: Array) -> Array:
    """(n, 2) float32: sine and cosine; (0, 0) for gaps."""
    points: Array = np.stack([np.sin(angle), np.cos(angle)], axis=1).astype(np.float32)
    return np.nan_to_num(points)


def around_circle(x: Array, part: DatePart) -> Array:
    """(n,) float64: the part that sine and cosine stand for, NaN for (0, 0)."""
    turns = np.arctan2(x[:, 0], x[:, 1]).astype(np.float64) / (2 * np.pi) % 1.0
    return np.where(np.abs(x).max(axis=1) > 0, turns * CYCLES[part] + FIRST.get(part, 0), np.nan)
