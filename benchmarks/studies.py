"""How long a one-click experiment takes on this machine, through the worker pool as the page starts it.

    python -m benchmarks.studies             a sweep of 24 small runs: eight widths from three seeds each
    python -m benchmarks.studies all         and each one-click experiment with its own seeds

A small run is one of the ready-made starts: 2-8-1 on 280 points, 100 epochs, 2,800 updates.
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import sys
import tempfile
import time
from pathlib import Path

from lab.data.samples import load_sample
from lab.runs.kept.store import RunStore
from lab.runs.orders.study import Cell
from lab.runs.serve.pooled import PoolEngine
from lab.spec.limits import ALONE
from lab.studies import STUDIES, Study, axes, bases
from lab.studies.definition import Setting, cells_of, rows_to_learn_from

ASK_S = 0.02
BOUND_S = 15.0  # for 24 small runs on two cores


def took_s(engine: PoolEngine, cells: list[Cell], *, predict: bool = False) -> float:
    """From the click to the last number."""
    started = time.perf_counter()
    study = engine.start_study(cells, "benchmark", predict=predict)
    while engine.study(study, "benchmark").state in ("queued", "running"):
        time.sleep(ASK_S)
    state = engine.study(study, "benchmark").state
    if state != "finished":
        raise SystemExit(f"the study ended as {state}")
    return time.perf_counter() - started


def small_sweep() -> list[Cell]:
    base = bases.circle()
    options = axes.width(1, 2, 3, 4, 6, 8, 12, 16).options(base, 280)
    settings = [Setting((option,), option.change(base)) for option in options]
    return cells_of(settings, range(3), load_sample(base.data.source.name))


def whole(study: Study) -> list[Cell]:
    base = study.base()
    table = load_sample(base.data.source.name)
    return cells_of(study.settings(base, rows_to_learn_from(table, base)), range(study.seeds), table)


def main(everything: bool) -> int:
    with tempfile.TemporaryDirectory() as folder:
        engine = PoolEngine(ALONE, RunStore(Path(folder), ALONE))
        engine.begin()
        try:
            took_s(engine, small_sweep()[:1])  # workers have started and imported by now
            times = sorted(took_s(engine, small_sweep()) for _ in range(3))
            cells = small_sweep()
            runs = sum(len(cell.runs) for cell in cells)
            print(
                f"sweep of {runs} small runs: {times[1]:.2f} s ({times[0]:.2f} to {times[-1]:.2f}), bound {BOUND_S} s"
            )
            for study in STUDIES.values() if everything else ():
                cells = whole(study)
                runs = sum(len(cell.runs) for cell in cells)
                print(f"{study.name:<16} {runs:>4} runs  {took_s(engine, cells, predict=study.predicts):6.2f} s")
        finally:
            engine.close()
    return 0 if times[1] < BOUND_S else 1


if __name__ == "__main__":
    sys.exit(main("all" in sys.argv[1:]))
