"""One run as fast as possible in a worker, its stream read as a browser reads it: epochs and frames per second.

`python -m benchmarks.live.throughput` trains 2-6-4-1 tanh on 500 rows of the spiral, batch 10.
"""

import asyncio
import json
import tempfile
import time
from pathlib import Path

from benchmarks.speed import spiral
from lab.data.prepare import Dataset, prepare
from lab.data.read import read_table
from lab.runs.kept.store import RunStore
from lab.runs.serve.engine import RunRequest
from lab.runs.serve.pooled import PoolEngine
from lab.spec.data import SampleSource, SplitSpec
from lab.spec.experiment import Experiment
from lab.spec.limits import ALONE
from lab.starts import start

TRAIN_ROWS, VALIDATION_ROWS, SECONDS = 500, 100, 5.0


def spiral_experiment() -> tuple[Experiment, Dataset]:
    """The ready-made start on 500 training rows instead of its own table."""
    rows = TRAIN_ROWS + VALIDATION_ROWS
    x, y = spiral(rows, seed=0)
    lines = ["x1,x2,label"] + [f"{a:.6f},{b:.6f},{int(label)}" for (a, b), label in zip(x, y.reshape(-1), strict=True)]
    table = read_table("\n".join(lines).encode(), "spiral.csv", ALONE)
    experiment = start("spiral").with_fit(epochs=ALONE.epochs, batch_size=10)
    split = SplitSpec(validation=VALIDATION_ROWS / rows, test=0.0)
    data = experiment.data.replace(
        source=SampleSource(name="spiral"), inputs=("x1", "x2"), target="label", task="binary", split=split
    )
    experiment = experiment.replace(data=data)
    return experiment, prepare(table, data, experiment.seed)


async def measure(engine: PoolEngine) -> dict[str, float]:
    experiment, dataset = spiral_experiment()
    run = engine.start(RunRequest(experiment, dataset), "benchmark")
    news = asyncio.Event()
    reader = engine.streams.open(engine.view(run, "benchmark").stream, 0, news)
    assert reader is not None
    updates, began, first = 0, time.perf_counter(), 0
    while time.perf_counter() - began < SECONDS + 1.0:
        await asyncio.wait_for(news.wait(), 5)
        news.clear()
        engine.streams.read(reader)
        assert not reader.done, engine.view(run, "benchmark").reason
        if time.perf_counter() - began < 1.0:
            first, start_s = reader.last_epoch, time.perf_counter()
        else:
            updates += 1
    seconds = time.perf_counter() - start_s
    return {
        "train_rows": len(dataset.train.rows),
        "epochs_per_s": (reader.last_epoch - first) / seconds,
        "stream_updates_per_s": updates / seconds,
    }


async def run_engine() -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder:
        engine = PoolEngine(ALONE, RunStore(Path(folder), ALONE), workers=1)
        engine.begin(asyncio.get_running_loop())
        try:
            return await measure(engine)
        finally:
            await asyncio.to_thread(engine.close)


def main() -> None:
    print(json.dumps(asyncio.run(run_engine())))


if __name__ == "__main__":
    main()
