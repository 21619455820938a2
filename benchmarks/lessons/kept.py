"""What was measured, seed by seed, kept from call to call: what takes hours is measured in pieces."""

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np

from benchmarks.output import FOLDER
from lab.lessons.figures import Array

Kept = dict[str, dict[str, float]]  # "setting.figure" -> seed -> value


def kept(lesson: str) -> Kept:
    """Every figure of a lesson so far."""
    path = _path(lesson)
    found: Kept = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return found


def keep(lesson: str, seeds: Sequence[int], values: Mapping[str, Array]) -> None:
    """Add the figures of these seeds."""
    mine = kept(lesson)
    for name, numbers in values.items():
        found = {str(seed): float(number) for seed, number in zip(seeds, numbers, strict=True)}
        mine.setdefault(name, {}).update(found)
    path = _path(lesson)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(mine), encoding="utf-8")


def of_seeds(numbers: Mapping[str, float], seeds: Iterable[int]) -> Array:
    """Those of the seeds that were run."""
    return np.array([numbers[str(seed)] for seed in seeds if str(seed) in numbers])


def _path(lesson: str) -> Path:
    return FOLDER / "lessons" / f"{lesson}.json"
