"""Many sessions train at once: does everybody's curve move, and do other people's pages still answer?

`python -m benchmarks.live.sessions --sessions 50`
"""

import argparse
import asyncio
import json
import statistics
import time
from dataclasses import dataclass, field

import psutil

from benchmarks.live.experiments import long_run, query_of
from benchmarks.live.server import running_app, workers_of
from benchmarks.live.session import Session, read_stream


@dataclass
class Seen:
    """What one session's reader saw."""

    first_point_s: float | None = None
    frames_at: list[float] = field(default_factory=list)
    epochs_in_frame: list[int] = field(default_factory=list)
    lags_s: list[float] = field(default_factory=list)
    epochs: list[int] = field(default_factory=list)
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


async def measure(host: str, sessions: int, ramp_s: float, window_s: float) -> tuple[list[Seen], list[float], float]:
    query = query_of(long_run())
    start = time.perf_counter() + ramp_s
    end = start + window_s
    people = [Seen() for _ in range(sessions)]
    reruns: list[float] = []
    steps = ramp_s * 0.7 / max(1, sessions)
    tasks = [train(host, query, index * steps, end, seen) for index, seen in enumerate(people)]
    await asyncio.gather(probe(host, query, start, end, reruns), *tasks)
    return people, reruns, start


def report(people: list[Seen], reruns: list[float], start: float, window_s: float) -> dict[str, float | int]:
    rates = [sum(at > start for at in seen.frames_at) / window_s for seen in people]
    first = [seen.first_point_s for seen in people if seen.first_point_s is not None]
    lags = sorted(lag for seen in people for lag in seen.lags_s)
    trained = [_epochs_after(start, seen) for seen in people]
    contiguous = all(seen.epochs and seen.epochs == list(range(1, len(seen.epochs) + 1)) for seen in people)
    return {
        "sessions": len(people),
        "without_a_point": len(people) - len(first),
        "problems": sum(len(seen.problems) for seen in people),
        "epochs_contiguous": contiguous,
        "rerun_ms_median": 1000 * statistics.median(reruns),
        "rerun_ms_p95": 1000 * statistics.quantiles(reruns, n=20)[-1],
        "updates_per_s_median": statistics.median(rates),
        "updates_per_s_least": min(rates),
        "first_point_ms_median": 1000 * statistics.median(first) if first else float("nan"),
        "lag_ms_median": 1000 * statistics.median(lags) if lags else float("nan"),
        "lag_ms_p95": 1000 * lags[int(0.95 * len(lags))] if lags else float("nan"),
        "slowest_to_fastest_run": min(trained) / max(trained) if max(trained) else 0.0,
    }


def _epochs_after(start: float, seen: Seen) -> int:
    return sum(count for at, count in zip(seen.frames_at, seen.epochs_in_frame, strict=True) if at > start)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sessions", type=int, default=50)
    parser.add_argument("--ramp", type=float, default=15.0, help="seconds in which the sessions arrive")
    parser.add_argument("--window", type=float, default=15.0, help="seconds measured")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    with running_app(LAB_PROFILE="class") as (host, server):
        processes = [server, *workers_of(server)]
        people, reruns, start = asyncio.run(measure(host, arguments.sessions, arguments.ramp, arguments.window))
        figures = report(people, reruns, start, arguments.window)
        figures["server_cpu_s"] = sum(server.cpu_times()[:2])
        figures["workers_cpu_s"] = sum(sum(worker.cpu_times()[:2]) for worker in processes[1:])
        figures["server_mb"] = server.memory_info().rss / 1e6
    for problem in sorted({problem for seen in people for problem in seen.problems}):
        print("problem:", problem)
    if arguments.json:
        print(json.dumps(figures))
    else:
        for name, value in figures.items():
            print(f"{name:24} {value:.3g}" if isinstance(value, float) else f"{name:24} {value}")


if __name__ == "__main__":
    psutil.cpu_percent()  # the first call only sets the beginning
    main()
