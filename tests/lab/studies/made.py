"""Results of studies without training: each setting with the numbers that a test gives it."""

from collections.abc import Mapping, Sequence
from functools import cache

import numpy as np

from lab.data.samples import load_sample
from lab.runs.orders.study import RunOutcome
from lab.studies import STUDIES, Result, result_of
from lab.studies.definition import cells_of, rows_to_learn_from

EPOCHS = 6


def outcome(end: float, *, metrics: Sequence[str] = (), train: float = 0.1, lost: bool = False, predictions=None):
    """A run whose validation loss falls from 1 to `end`."""
    falling = [end + (1 - end) * 0.5**epoch for epoch in range(EPOCHS - 1)] + [float("nan") if lost else end]
    history = {"loss": falling, "val_loss": falling}
    history |= {part + name: falling for name in metrics for part in ("", "val_")}
    extras = {f"evaluated_{name}": [train] * EPOCHS for name in ("loss", *metrics)}
    return RunOutcome(
        history,
        extras,
        ended=True,
        diverged=lost,
        compute_s=0.5,
        updates=120,
        parameters=9,
        memory_bytes=2048,
        predictions=predictions,
    )


@cache
def asked(name: str, seeds: int = 3):
    """Settings and cells of a study on its own example, as cheap as can be."""
    study = STUDIES[name]
    base = study.base().with_fit(epochs=EPOCHS)
    table = load_sample(base.data.source.name)
    settings = study.settings(base, rows_to_learn_from(table, base))
    return study, settings, cells_of(settings, range(seeds), table)


def made(name: str, ends: Mapping[str, Sequence[float]] | None = None, seeds: int = 3) -> Result:
    """The result of a study; `ends`: validation losses of the seeds by key of the setting, None for a lost run."""
    study, settings, cells = asked(name, seeds)
    outcomes = {}
    for place, cell in enumerate(cells):
        values = (ends or {}).get(cell.key, [0.1 + 0.05 * place + 0.001 * seed for seed in range(seeds)])
        metrics = settings[0].experiment.compile.metrics
        outcomes[cell.key] = [
            outcome(
                0.5 if value is None else value,
                metrics=metrics,
                lost=value is None,
                predictions=predictions_of(run[1], place) if study.predicts and value is not None else None,
            )
            for run, value in zip(cell.runs, values, strict=True)
        ]
    kept = [place for place, cell in enumerate(cells) if ends is None or cell.key in ends]
    return result_of(study, [settings[place] for place in kept], [cells[place] for place in kept], outcomes)


def predictions_of(dataset, shift: int):
    """Something that a network might put out for the validation rows."""
    rows = len(dataset.validation.target)
    if dataset.task == "regression":
        return np.full((rows, 1), 1.0 + shift)
    units = 1 if len(dataset.classes) == 2 else len(dataset.classes)
    return np.full((rows, units), 0.2 + 0.1 * shift)
