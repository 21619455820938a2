"""Playgrounds as fast as they go, their networks drawn: epochs, frames, bytes and worker time.

`python -m benchmarks.live.playground` prints one line of JSON for each question:

* five networks: epochs a second drawn and undrawn in a worker, and of `fit` alone; frames a second; bytes and worker
  milliseconds of one frame;
* twenty thousand epochs: seconds of each quarter, and the bytes that the web process then holds of the run;
* fifty playgrounds at once in the class profile: frames a second of the slowest and of the middle one.
"""

import asyncio
import contextlib
import json
import statistics
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from benchmarks.output import short
from lab.data.given import given_table
from lab.data.prepare import Dataset, prepare
from lab.runs.kept.store import RunStore
from lab.runs.orders.run import run_spec
from lab.runs.serve.engine import RunRequest
from lab.runs.serve.pooled import PoolEngine
from lab.runs.serve.pooled.streams import Reader
from lab.runs.work.build import build_model, fit_run_of
from lab.runs.work.trainer import Trainer
from lab.spec.data import AS_FOUND, DataSpec, PlaygroundSource, SplitSpec
from lab.spec.experiment import CompileSpec, Experiment, FitSpec, ModelSpec, PartSpec
from lab.spec.limits import ALONE, CLASS, Limits
from netcore.events import EpochEnded

SECONDS, WARM_S = 5.0, 1.0
MANY = 50
ALL_INPUTS = ("x1", "x2", "x1_squared", "x2_squared", "x1_x2", "sin_x1", "sin_x2")
NETWORKS: dict[str, tuple[str, tuple[str, ...], tuple[int, ...]]] = {
    "circle 4-2": ("circle", ALL_INPUTS[:2], (4, 2)),
    "spiral 6-4": ("spiral", ALL_INPUTS[:2], (6, 4)),
    "spiral 8x6, 7 inputs": ("spiral", ALL_INPUTS, (8,) * 6),
    "rings 16-16": ("rings", ALL_INPUTS[:2], (16, 16)),
    "reg-gauss 4-2": ("reg-gauss", ALL_INPUTS[:2], (4, 2)),
}


def playground(name: str, epochs: int = ALONE.epochs) -> tuple[Experiment, Dataset]:
    """One of NETWORKS: tanh layers, batch 10, 500 points, half of them for validation, as the reference begins."""
    table, inputs, units = NETWORKS[name]
    source = PlaygroundSource(dataset=table, points=500)
    number = table.startswith("reg")
    classes = 3 if table == "rings" else 1
    loss = "MeanSquaredError" if number else "CategoricalCrossentropy" if classes > 1 else "BinaryCrossentropy"
    experiment = Experiment(
        data=DataSpec(
            source=source,
            inputs=inputs,
            target="y" if number else "label",
            task="regression" if number else "multiclass" if classes > 1 else "binary",
            scaling="none",
            split=SplitSpec(validation=0.5, test=0.0),
        ),
        model=ModelSpec(),
        compile=CompileSpec(loss=PartSpec(type=loss), optimizer=PartSpec(type="SGD", params={"learning_rate": 0.03})),
        fit=FitSpec(epochs=epochs, batch_size=10),
    )
    turned = {"kernel_regularizer": {"class_name": "L1L2", "config": {"l1": 0.0, "l2": 0.0}}}  # as the page has it
    for count in units:
        experiment = experiment.with_added_layer("Dense", {"units": count, "activation": "tanh"} | turned)
    end = None if number else "softmax" if classes > 1 else "sigmoid"
    experiment = experiment.with_added_layer("Dense", {"units": classes, "activation": end} | turned)
    return experiment, prepare(given_table(source, AS_FOUND), experiment.data, experiment.seed)


@asynccontextmanager
async def engine_of(limits: Limits, workers: int) -> AsyncIterator[PoolEngine]:
    with tempfile.TemporaryDirectory() as folder:
        engine = PoolEngine(limits, RunStore(Path(folder), limits), workers=workers)
        engine.begin(asyncio.get_running_loop())
        try:
            yield engine
        finally:
            await asyncio.to_thread(engine.close)


class Watcher:
    """A page that reads a stream for a while: frames with parameters, their bytes, epochs and seconds."""

    def __init__(self, engine: PoolEngine, owner: str, run: str, draws: Any) -> None:
        self.news, self.engine = asyncio.Event(), engine
        reader = engine.streams.open(engine.view(run, owner).stream, 0, self.news, draws=draws)
        assert reader is not None
        self.reader: Reader = reader
        self.frames = self.bytes = 0

    async def watch(self, seconds: float) -> dict[str, float]:
        began, first = time.perf_counter(), self.reader.last_epoch
        while (rest := began + seconds - time.perf_counter()) > 0 and not self.reader.done:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.news.wait(), rest)
            self.news.clear()
            for event in self.engine.streams.read(self.reader):
                if event.startswith(b"event:parameters"):
                    self.frames += 1
                    self.bytes += len(event)
        taken = time.perf_counter() - began
        return {"epochs_per_s": (self.reader.last_epoch - first) / taken, "frames_per_s": self.frames / taken}


async def one(name: str, draws: str) -> dict[str, float]:
    """A run at full speed in a worker of its own."""
    experiment, dataset = playground(name)
    async with engine_of(ALONE, 1) as engine:
        run = engine.start(RunRequest(experiment, dataset), "benchmark")
        watcher = Watcher(engine, "benchmark", run, draws)
        await watcher.watch(WARM_S)
        watcher.frames = watcher.bytes = 0
        found = await watcher.watch(SECONDS)
        return found | {"bytes_per_frame": watcher.bytes / max(1, watcher.frames)}


def fit_alone(name: str) -> float:
    """Epochs a second of netcore's own loop with validation, and nothing else."""
    spec, arrays = run_spec(*playground(name))
    run = fit_run_of(build_model(spec), spec, arrays)
    run.batches_per_event = 64
    epochs, began = 0, time.perf_counter()
    while time.perf_counter() - began < SECONDS:
        epochs += type(next(run)) is EpochEnded
    return epochs / (time.perf_counter() - began)


def frame_ms(name: str) -> float:
    """Milliseconds that a worker takes to tell all parameters once."""
    trainer = Trainer(*run_spec(*playground(name)))
    trainer.advance(epochs=1)
    times = []
    for _ in range(200):
        began = time.perf_counter()
        trainer.parameters()
        times.append(time.perf_counter() - began)
    return 1000 * statistics.median(times)


async def long_run() -> dict[str, Any]:
    """Seconds of each quarter of 20,000 epochs, drawn."""
    experiment, dataset = playground("circle 4-2")
    async with engine_of(ALONE, 1) as engine:
        run = engine.start(RunRequest(experiment, dataset), "benchmark")
        watcher, quarters, began = Watcher(engine, "benchmark", run, "all"), [], time.perf_counter()
        for quarter in range(1, 5):
            while watcher.reader.last_epoch < quarter * ALONE.epochs // 4 and not watcher.reader.done:
                await watcher.watch(0.05)
            quarters.append(round(time.perf_counter() - began, 2))
            began = time.perf_counter()
        job = engine.hub.own(run, "benchmark")
        assert job is not None
        return {"quarters_s": quarters, "held_bytes": job.held_bytes}


async def many(paced: float | None) -> dict[str, Any]:
    """Fifty at once on two workers in the class profile."""
    experiment, dataset = playground("spiral 6-4")
    async with engine_of(CLASS, 2) as engine:
        watchers = []
        for number in range(MANY):
            asked = RunRequest(experiment, dataset, epochs_per_s=paced)
            run = engine.start(asked, f"owner {number}")
            watchers.append(Watcher(engine, f"owner {number}", run, "all"))
        await asyncio.gather(*(watcher.watch(3 * WARM_S) for watcher in watchers))
        for watcher in watchers:
            watcher.frames = 0
        found = await asyncio.gather(*(watcher.watch(2 * SECONDS) for watcher in watchers))
        frames = [one["frames_per_s"] for one in found]
        epochs = [one["epochs_per_s"] for one in found]
        return {
            "frames_per_s": {"least": min(frames), "median": statistics.median(frames)},
            "epochs_per_s": {"least": min(epochs), "median": statistics.median(epochs)},
        }


def main() -> None:
    for name in NETWORKS:
        drawn, undrawn = (asyncio.run(one(name, draws)) for draws in ("all", "nothing"))
        found = drawn | {"undrawn_epochs_per_s": undrawn["epochs_per_s"], "fit_epochs_per_s": fit_alone(name)}
        tell(name, found | {"worker_ms_per_frame": frame_ms(name)})
    tell("20,000 epochs", asyncio.run(long_run()))
    for pace in (30.0, None):
        tell(f"{MANY} at once, {pace or 'no'} pace", asyncio.run(many(pace)))


def tell(what: str, found: dict[str, Any]) -> None:
    print(json.dumps({"what": what, **short(found)}), flush=True)


if __name__ == "__main__":
    main()
