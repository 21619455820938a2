"""Many sessions train at once: does everybody's curve move, and do other people's pages still answer?

`python -m benchmarks.live.sessions --sessions 50`
"""

import argparse
import asyncio
import json
import os
import statistics
import time
from collections.abc import Awaitable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

import psutil
from websockets.exceptions import WebSocketException

from benchmarks.live.experiments import long_run, query_of
from benchmarks.live.server import running_app, workers_of
from benchmarks.live.session import Session, read_stream

PROBES = 1  # people who turn pages over, each four times a second at most


@dataclass
class Crowd:
    """How many do what.

    Args:
        sessions: train all the time.
        idle: have a page open and do nothing.
        ramp_s: seconds in which all of them arrive; window_s: seconds measured afterwards.
    """

    sessions: int
    idle: int = 0
    ramp_s: float = 15.0
    window_s: float = 15.0


@dataclass
class Seen:
    """What one session's reader saw."""

    first_point_s: float | None = None
    frames_at: list[float] = field(default_factory=list)
    epochs_in_frame: list[int] = field(default_factory=list)
    lags_s: list[float] = field(default_factory=list)
    epochs: list[int] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


@dataclass
class Measured:
    """What all of them saw; `reruns` and `first_points` (of runs that began in the window) in seconds."""

    start: float
    people: list[Seen]
    reruns: list[float] = field(default_factory=list)
    first_points: list[float] = field(default_factory=list)
    cpu_s: dict[str, float] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


async def train(host: str, query: str, delay_s: float, end: float, seen: Seen) -> None:
    """One person: opens the page, presses Train, watches the curve."""
    await asyncio.sleep(delay_s)
    async with Session.open(host, query) as session:
        clicked = time.perf_counter()
        await session.rerun(click="train", until_stream=True)
        seen.problems += session.problems
        if session.stream is None:
            seen.problems.append("no curve on the page")
            return
        rest = asyncio.create_task(drain(session))
        async for frame in read_stream(host, session.cookie, session.stream):
            if seen.first_point_s is None:
                seen.first_point_s = frame.at - clicked
            seen.frames_at.append(frame.at)
            seen.epochs_in_frame.append(len(frame.epochs))
            seen.lags_s.append(frame.lag_s)
            seen.epochs += frame.epochs
            if frame.at > end:
                break
        else:
            seen.problems.append("the run ended before the measurement did")
        rest.cancel()


async def counted(doing: Awaitable[None], problems: list[str]) -> None:
    """What goes wrong for one person is counted, and the others go on."""
    try:
        await doing
    except (OSError, WebSocketException, AssertionError) as error:
        problems.append(f"{type(error).__name__}: {error}")


async def drain(session: Session) -> None:
    async for _ in session.socket:
        pass


async def probe(host: str, query: str, start: float, end: float, reruns: list[float]) -> None:
    """Another person, who does not train but turns pages over."""
    async with Session.open(host, query) as session:
        while time.perf_counter() < end:
            await asyncio.sleep(0.25)
            seconds = await session.rerun()
            if time.perf_counter() > start:
                reruns.append(seconds)


async def start_again(host: str, query: str, start: float, end: float, first_points: list[float]) -> None:
    """Another person, who begins a run each second, sees its first point, and ends it."""
    async with Session.open(host, query) as session:
        while time.perf_counter() < end:
            await asyncio.sleep(1.0)
            clicked = time.perf_counter()
            await session.rerun(click="train", until_stream=True)
            if session.stream is None:  # it was not allowed to begin
                continue
            # a run may wait for its place longer than the server waits for a page that reads nothing
            finished = asyncio.create_task(session.finish())
            async for frame in read_stream(host, session.cookie, session.stream):
                if clicked > start:
                    first_points.append(frame.at - clicked)
                break
            await finished
            await session.rerun(click="stop")


async def sit(host: str, query: str, delay_s: float, end: float, seen: Seen) -> None:
    """A page that is open, and nothing more."""
    await asyncio.sleep(delay_s)
    async with Session.open(host, query) as session:
        seen.problems += session.problems
        await asyncio.sleep(max(0.0, end - time.perf_counter()))


async def measure(host: str, crowd: Crowd, processes: dict[str, Sequence[psutil.Process]]) -> Measured:
    """Let a crowd use the server at `host`, and count the processor's time of `processes` in the window."""
    query = query_of(long_run())
    start = time.perf_counter() + crowd.ramp_s
    end = start + crowd.window_s
    people, open_pages = [Seen() for _ in range(crowd.sessions)], [Seen() for _ in range(crowd.idle)]
    measured = Measured(start, people)
    step = crowd.ramp_s * 0.7 / max(1, crowd.sessions + crowd.idle)
    arrivals = [step * place for place in range(crowd.sessions + crowd.idle)]
    async with AsyncExitStack() as stack:
        group = await stack.enter_async_context(asyncio.TaskGroup())
        for delay, seen in zip(arrivals[crowd.idle :], people, strict=True):
            group.create_task(counted(train(host, query, delay, end, seen), seen.problems))
        for delay, seen in zip(arrivals[: crowd.idle], open_pages, strict=True):
            group.create_task(counted(sit(host, query, delay, end, seen), seen.problems))
        for _ in range(PROBES):
            group.create_task(probe(host, query, start, end, measured.reruns))
        group.create_task(start_again(host, query, start, end, measured.first_points))
        group.create_task(count_cpu(processes, start, end, measured.cpu_s))
    measured.problems = [problem for seen in (*people, *open_pages) for problem in seen.problems]
    return measured


async def count_cpu(
    processes: dict[str, Sequence[psutil.Process]], start: float, end: float, cpu_s: dict[str, float]
) -> None:
    """Fill in what each kind of process took between `start` and `end`, in seconds of one core."""
    await asyncio.sleep(start - time.perf_counter())
    before = {name: cpu_s_of(group) for name, group in processes.items()}
    await asyncio.sleep(end - time.perf_counter())
    for name, group in processes.items():
        cpu_s[name] = cpu_s_of(group) - before[name]


def cpu_s_of(processes: Sequence[psutil.Process]) -> float:
    return sum(sum(process.cpu_times()[:2]) for process in processes if process.is_running())


def report(measured: Measured, crowd: Crowd) -> dict[str, float | int]:
    people = [seen for seen in measured.people if seen.frames_at]
    rates = [sum(at > measured.start for at in seen.frames_at) / crowd.window_s for seen in people]
    first = sorted(seen.first_point_s for seen in people if seen.first_point_s is not None)
    lags = sorted(
        lag for seen in people for at, lag in zip(seen.frames_at, seen.lags_s, strict=True) if at > measured.start
    )
    trained = [_epochs_after(measured.start, seen) for seen in people]
    contiguous = all(seen.epochs == list(range(1, len(seen.epochs) + 1)) for seen in people)
    cores = (os.cpu_count() or 1) * crowd.window_s
    return {
        "sessions": crowd.sessions,
        "idle": crowd.idle,
        "without_a_point": crowd.sessions - len(first),
        "problems": len(measured.problems),
        "epochs_contiguous": contiguous,
        "rerun_ms_median": 1000 * share_of(measured.reruns, 0.5),
        "rerun_ms_p95": 1000 * share_of(measured.reruns, 0.95),
        "updates_per_s_median": statistics.median(rates) if rates else 0.0,
        "updates_per_s_least": min(rates, default=0.0),
        "arriving_first_point_ms_median": 1000 * share_of(first, 0.5),
        "arriving_first_point_ms_most": 1000 * share_of(first, 1.0),
        "first_point_ms_median": 1000 * share_of(measured.first_points, 0.5),
        "first_point_ms_most": 1000 * share_of(measured.first_points, 1.0),
        "lag_ms_median": 1000 * share_of(lags, 0.5),
        "lag_ms_p95": 1000 * share_of(lags, 0.95),
        "slowest_to_fastest_run": min(trained) / max(trained) if trained and max(trained) else 0.0,
        **{f"{name}_share": seconds / cores for name, seconds in measured.cpu_s.items()},
    }


def share_of(values: Sequence[float], share: float) -> float:
    """The value below which that share of them lies; not a number where there is none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else float("nan")


def _epochs_after(start: float, seen: Seen) -> int:
    return sum(count for at, count in zip(seen.frames_at, seen.epochs_in_frame, strict=True) if at > start)


def figures_of(crowd: Crowd) -> dict[str, float | int]:
    """One crowd on a server of its own, in the profile of a class."""
    with running_app(LAB_PROFILE="class") as (host, server):
        processes = {"web": [server], "workers": workers_of(server), "generator": [psutil.Process()]}
        measured = asyncio.run(measure(host, crowd, processes))
        figures = report(measured, crowd)
        figures["web_mb"] = server.memory_info().rss / 1e6
    for problem in sorted(set(measured.problems)):
        print("problem:", problem)
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sessions", type=int, default=50)
    parser.add_argument("--idle", type=int, default=0, help="pages that are open beside them")
    parser.add_argument("--ramp", type=float, default=15.0, help="seconds in which the sessions arrive")
    parser.add_argument("--window", type=float, default=15.0, help="seconds measured")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    figures = figures_of(Crowd(arguments.sessions, arguments.idle, arguments.ramp, arguments.window))
    if arguments.json:
        print(json.dumps(figures))
    else:
        for name, value in figures.items():
            print(f"{name:32} {value:.3g}" if isinstance(value, float) else f"{name:32} {value}")


if __name__ == "__main__":
    main()
