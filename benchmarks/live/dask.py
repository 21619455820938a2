"""Studies on a Dask cluster of this machine beside the pool's own workers: speed-up, and what a piece costs.

    python -m benchmarks.live.dask

A sweep of 96 small runs (eight widths from twelve seeds, 300 epochs each) on 1 and 2 local workers and on 1 and 2 Dask
workers of one thread, in turns; then 60 pieces of one epoch, where nearly all of the time is the way there and back.
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import statistics
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.machine import described
from benchmarks.studies import took_s
from lab.data.samples import load_sample
from lab.runs.kept.store import RunStore
from lab.runs.orders.study import Cell
from lab.runs.serve.pooled import PoolEngine
from lab.spec.limits import ALONE
from lab.studies import axes, bases
from lab.studies.definition import Setting, cells_of
from tests.live.clusters import dask_cluster
from tests.waiting import wait_for

WORKERS = (1, 2)
ROUNDS = 3
PIECES = 60


def sweep() -> list[Cell]:
    base = bases.circle().with_fit(epochs=300)
    options = axes.width(1, 2, 3, 4, 6, 8, 12, 16).options(base, 280)
    settings = [Setting((option,), option.change(base)) for option in options]
    return cells_of(settings, range(12), load_sample(base.data.source.name))


def tiny() -> list[Cell]:
    """So many cells of one run of one epoch."""
    (cell, *_) = sweep()
    experiment, dataset = cell.runs[0]
    return [Cell(str(place), ((experiment.with_fit(epochs=1), dataset),)) for place in range(PIECES)]


@contextmanager
def engine_of(kind: str, workers: int) -> Iterator[PoolEngine]:
    """With workers of its own, or with as many of a cluster, which has taken up work before."""
    with (
        tempfile.TemporaryDirectory() as folder,
        dask_cluster(Path(folder), workers if kind == "dask" else 0) as cluster,
    ):
        address = cluster.address if kind == "dask" else ""
        local = workers if kind == "local" else 1
        engine = PoolEngine(ALONE, RunStore(Path(folder) / "runs", ALONE), workers=local, dask=address)
        engine.begin()
        try:
            if kind == "dask":
                wait_for(lambda: engine._cluster is not None and engine._cluster.places() == workers, "the workers")
            took_s(engine, tiny()[: 2 * workers])  # everything is imported
            yield engine
        finally:
            engine.close()


def main() -> None:
    print({name: described()[name] for name in ("processor", "cores", "load_average")})
    cases = [(kind, workers) for kind in ("local", "dask") for workers in WORKERS]
    seconds: dict[tuple[str, int], list[float]] = {case: [] for case in cases}
    pieces: dict[tuple[str, int], list[float]] = {case: [] for case in cases}
    for _ in range(ROUNDS):
        for case in cases:
            with engine_of(*case) as engine:
                seconds[case].append(took_s(engine, sweep()))
                pieces[case].append(took_s(engine, tiny()))
    one = statistics.median(seconds["local", 1])
    print("| workers | sweep of 96 runs, s (least to most) | speed-up over 1 local | a piece of one epoch, ms |")
    print("| --- | --- | --- | --- |")
    for case in cases:
        took, middle = seconds[case], statistics.median(seconds[case])
        each = 1000 * statistics.median(pieces[case]) / PIECES
        span = f"{middle:.2f} ({min(took):.2f} to {max(took):.2f})"
        print(f"| {case[1]} {case[0]} | {span} | {one / middle:.2f} | {each:.1f} |")


if __name__ == "__main__":
    main()
