"""Runs of a lesson with curves made by hand: what is asked of them costs no training."""

from collections.abc import Mapping, Sequence

import numpy as np

from lab.lessons.figures import SettingRuns
from lab.lessons.reader import Opened
from lab.studies.figures import RunFigures

SEEDS = 5


def made_runs(
    opened: Opened, curves: Mapping[str, Sequence[float]], updates: Mapping[str, float] | None = None
) -> dict[str, SettingRuns]:
    """Each setting with five seeds of one curve, of its validation and of its training loss alike.

    Args:
        updates: of an epoch of each setting; 1 where it is not named.
    """
    found = {}
    for key, curve in curves.items():
        scene, _ = opened.lesson.settings[key]
        steps = (updates or {}).get(key, 1.0) * len(curve)
        values = {"updates": steps, "epochs": float(len(curve)), "parameters": 1.0}
        drawn = {scene.curve: curve, scene.curve.replace("val_", "train_"): curve}
        runs = tuple(RunFigures(seed, values, drawn, False) for seed in range(SEEDS))
        figures = dict.fromkeys((*scene.figures, "parameters"), np.full(SEEDS, curve[-1]))
        figures |= {
            name: np.full(SEEDS, float(np.argmin(curve)) + 1)
            for name, figure in scene.figures.items()
            if figure.of == "best_epoch"
        }
        figures |= {name: np.full(SEEDS, min(curve)) for name, figure in scene.figures.items() if figure.at == "best"}
        found[key] = SettingRuns(key, runs, figures)
    return found
