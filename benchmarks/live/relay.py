"""The engine alone under load, without a page: what does relaying a frame cost the web process, and is it fair?

`python -m benchmarks.live.relay --runs 200` starts so many runs one after another, has each stream read by another
process, and lets a clock in the web process tell how late its event loop is, as another person's page would feel it.
"""

import argparse
import asyncio
import json
import random
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from dataclasses import replace
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import IO, Any, cast

import psutil
import uvicorn
from starlette.applications import Starlette
from streamlit.web.server.starlette.starlette_app import create_streamlit_middleware

from benchmarks.live.experiments import long_run
from benchmarks.live.server import ROOT
from lab.data.prepare import Dataset, prepare
from lab.data.samples import load_sample
from lab.runs.kept.store import RunStore
from lab.runs.serve import profile
from lab.runs.serve.engine import RunRequest
from lab.runs.serve.host import set_engine
from lab.runs.serve.http_reading import bound_http_reading
from lab.runs.serve.pooled import PoolEngine
from lab.runs.serve.routes import middleware, routes
from lab.spec.data import SampleSource
from lab.spec.experiment import Experiment
from lab.spec.limits import CLASS

PACE = 30.0  # epochs a second, as a page asks for at first
TICK_S = 0.05  # between two looks at the loop's lateness; each costs as much as half a frame


class Server:
    """Engine and route in this process, as in the app; the pages are left out."""

    def __init__(self, folder: str) -> None:
        limits = replace(CLASS, running_s=None)
        self.engine = PoolEngine(limits, RunStore(Path(folder), limits))
        self.app = Starlette(routes=routes(), middleware=[*middleware(), *create_streamlit_middleware()])
        self.late_s: list[float] = []

    async def run(self, work: Any) -> Any:
        """Serve while `work(host)` goes on, and give its answer."""
        await asyncio.to_thread(self.engine.begin, asyncio.get_running_loop())
        set_engine(self.engine)
        bound_http_reading(profile.connections())
        server = uvicorn.Server(uvicorn.Config(self.app, port=0, log_level="error", lifespan="off"))
        serving = asyncio.create_task(server.serve())
        while not server.started:
            await asyncio.sleep(TICK_S)
        port = server.servers[0].sockets[0].getsockname()[1]
        helpers = [
            asyncio.create_task(self._tell_lateness()),
            asyncio.create_task(self.engine.caretaker.sweep_for_ever()),
        ]
        try:
            return await work(f"127.0.0.1:{port}")
        finally:
            for helper in helpers:
                helper.cancel()
            await asyncio.to_thread(self.engine.close)
            server.should_exit = True
            await serving

    async def _tell_lateness(self) -> None:
        while True:
            asked = time.perf_counter()
            await asyncio.sleep(TICK_S)
            self.late_s.append(time.perf_counter() - asked - TICK_S)


def laid_out(name: str) -> tuple[Experiment, Dataset]:
    """An endless run of a ready-made start."""
    experiment = long_run(name)
    source = cast("SampleSource", experiment.data.source)
    return experiment, prepare(load_sample(source.name), experiment.data, experiment.seed)


async def measure(server: Server, host: str, arguments: argparse.Namespace) -> dict[str, Any]:
    kinds = [laid_out(name) for name in arguments.starts]
    readers = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.live.readers"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
    told = cast("IO[str]", readers.stdin)
    await asyncio.to_thread(cast("IO[str]", readers.stdout).readline)  # they are ready
    began: dict[str, float] = {}
    kind_of: dict[str, str] = {}
    worker_of: dict[str, int] = {}
    for index in range(arguments.runs):
        which = index % len(kinds)
        name = arguments.starts[which]
        pace = None if arguments.unpaced and index % arguments.unpaced == 0 else PACE
        now = time.time()
        run = await asyncio.to_thread(server.engine.start, RunRequest(*kinds[which], epochs_per_s=pace), f"{index}")
        key = server.engine.view(run, f"{index}").stream
        began[key], kind_of[key] = now, name if pace else f"{name}, unpaced"
        worker_of[key] = cast("int", server.engine.hub.streamed(key).worker)
        told.write(f"{host} {key}\n")
        told.flush()
        await asyncio.sleep(arguments.ramp / arguments.runs * random.uniform(0.5, 1.5))
    await asyncio.sleep(2.0)
    processes = [psutil.Process(pid) for pid in (*server.engine.pool.pids, readers.pid)]
    server.late_s.clear()
    before, of_threads = [time.process_time(), *(sum(one.cpu_times()[:2]) for one in processes)], by_thread()
    start = time.time()
    await asyncio.sleep(arguments.seconds)
    end = time.time()
    after = [time.process_time(), *(sum(one.cpu_times()[:2]) for one in processes)]
    of_threads = by_thread() - of_threads
    late = sorted(server.late_s)
    written, _ = await asyncio.to_thread(readers.communicate)
    shares = [(b - a) / (end - start) for a, b in zip(before, after, strict=True)]
    seen = [one for one in json.loads(written) if one["key"] in began]
    frames = max(1, sum(start < at < end for one in seen for at in one["at"]))
    return {
        **figures(seen, began, kind_of, start, end),
        "epochs_a_run_by_worker": [
            _spread([one for one in seen if worker_of[one["key"]] == worker], start, end)
            for worker in range(server.engine.pool.size)
        ],
        "web_share": shares[0],
        "workers_share": sum(shares[1:-1]),
        "readers_share": shares[-1],
        "frames_per_s": frames / (end - start),
        "web_us_per_frame": 1e6 * (after[0] - before[0]) / frames,
        "of_that": {name: round(1e6 * spent / frames, 1) for name, spent in of_threads.most_common()},
        "loop_late_ms_median": 1000 * statistics.median(late),
        "loop_late_ms_p95": 1000 * late[int(0.95 * len(late))],
        "loop_late_ms_most": 1000 * late[-1],
    }


def by_thread() -> "Counter[str]":
    """Seconds of the processor that this process's threads have taken, by their names; in steps of 10 ms each."""
    names = {thread.native_id: thread.name.split("_")[0] for thread in threading.enumerate()}
    spent: Counter[str] = Counter()
    for thread in psutil.Process().threads():
        spent[names.get(thread.id, "others")] += thread.user_time + thread.system_time  # type: ignore[assignment]
    return spent


def figures(
    seen: list[dict[str, Any]], began: dict[str, float], kind_of: dict[str, str], start: float, end: float
) -> dict[str, Any]:
    """What the readers saw between two times."""
    rates, lags, first = [], [], []
    epochs = [_epochs(one, start, end) for one in seen]
    for one in seen:
        within = [start < at < end for at in one["at"]]
        rates.append(sum(within) / (end - start))
        lags += [lag for lag, inside in zip(one["lags_s"], within, strict=True) if inside]
        first += [one["at"][0] - began[one["key"]]] if one["at"] else []
    lags.sort()
    first.sort()
    of_kind = {
        kind: [n for n, one in zip(epochs, seen, strict=True) if kind_of[one["key"]] == kind]
        for kind in sorted(set(kind_of.values()))
    }
    return {
        "runs": len(began),
        "without_a_point": len(began) - len(first),
        "contiguous": all(one["contiguous"] for one in seen),
        "updates_per_s_median": statistics.median(rates),
        "updates_per_s_least": min(rates),
        "epochs_per_s": sum(epochs) / (end - start),
        "slowest_to_fastest_run": min(epochs) / max(1, *epochs),
        "epochs_per_s_by_kind": {kind: round(statistics.median(n) / (end - start), 2) for kind, n in of_kind.items()},
        "fairness_by_kind": {kind: round(min(n) / max(1, *n), 2) for kind, n in of_kind.items()},
        "lag_ms_median": 1000 * statistics.median(lags),
        "lag_ms_p95": 1000 * lags[int(0.95 * len(lags))],
        "first_point_ms_median": 1000 * statistics.median(first),
        "first_point_ms_p95": 1000 * first[int(0.95 * len(first))],
        "first_point_ms_most": 1000 * first[-1],
    }


def _epochs(one: dict[str, Any], start: float, end: float) -> int:
    return sum(count for at, count in zip(one["at"], one["counts"], strict=True) if start < at < end)


def _spread(seen: list[dict[str, Any]], start: float, end: float) -> tuple[int, float, int]:
    """Least, median and most epochs of a run."""
    epochs = [_epochs(one, start, end) for one in seen]
    return min(epochs, default=0), statistics.median(epochs or [0]), max(epochs, default=0)


def streamlits_loop() -> Any:
    """What makes the event loop that Streamlit would take here; None for Python's own."""
    return None if find_spec("uvloop") is None else import_module("uvloop").new_event_loop


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--ramp", type=float, default=8.0, help="seconds in which they are started")
    parser.add_argument("--seconds", type=float, default=10.0, help="measured")
    parser.add_argument("--starts", nargs="+", default=["spiral"], help="ready-made starts, trained in turn")
    parser.add_argument("--unpaced", type=int, default=0, help="every so many-th run goes as fast as possible")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, asyncio.Runner(loop_factory=streamlits_loop()) as runner:
        server = Server(folder)
        found = runner.run(server.run(lambda host: measure(server, host, arguments)))
    for name, value in found.items():
        print(f"{name:24} {value:.4g}" if isinstance(value, float) else f"{name:24} {value}")


if __name__ == "__main__":
    main()
