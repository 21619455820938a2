"""A class that comes, works, reloads and leaves for hours, in minutes: does the server stay as it was?

`python -m benchmarks.live.soak --people 100 --events 12000` (a click a minute of a hundred people for two hours).
"""

import argparse
import asyncio
import json
import random
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path

import psutil

from benchmarks.live.server import running_app, workers_of
from benchmarks.live.session import Session, read_stream
from benchmarks.live.sessions import counted

PAGES = ("", "data", "layers", "compile", "evaluate", "compare", "experiments")
TENTHS = 10
WATCHED_S = 3.0  # at most, of a run that was begun
PAUSE_S = 1.0  # between two events of one person, on average: hours become minutes
ROWS = 300  # of an uploaded table


@dataclass
class State:
    """The server after so many events: memory in bytes, and what it holds open."""

    events: int
    seconds: float
    web_bytes: int
    worker_bytes: int
    descriptors: int
    threads: int
    temporary_files: int
    kept_files: int


@dataclass
class Soak:
    """How far it has come. `left` events are still to happen; `done` counts them by kind."""

    host: str
    left: int
    chance: random.Random = field(default_factory=lambda: random.Random(0))
    done: dict[str, int] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    def take(self, kind: str) -> None:
        self.left -= 1
        self.done[kind] = self.done.get(kind, 0) + 1


Event = Callable[[Soak, Session], Awaitable[object]]


async def turn_page(soak: Soak, session: Session) -> None:
    session.page = soak.chance.choice(PAGES)
    await session.rerun()


async def turn_knob(soak: Soak, session: Session) -> None:
    session.page = ""
    await session.rerun()
    await session.rerun(values={_newest(session, "fit.batch_size"): float(soak.chance.choice((4, 8, 16, 32, 64)))})


async def train(soak: Soak, session: Session) -> None:
    """Begin a run, and watch it for a while."""
    session.page, session.stream = "", None
    await session.rerun()
    if "train" not in session.widgets:
        return
    await session.rerun(click="train")
    end = time.perf_counter() + soak.chance.uniform(0, WATCHED_S)
    if session.stream is not None:
        async for frame in read_stream(soak.host, session.cookie, session.stream):
            if frame.at > end:
                break


async def upload(soak: Soak, session: Session) -> None:
    session.page = "data"
    await session.rerun()
    lines = [f"{soak.chance.gauss(0, 1):.4f},{soak.chance.gauss(0, 1):.4f},{row % 2}" for row in range(ROWS)]
    content = "\n".join(["width,height,label", *lines]).encode()
    await session.upload(_newest(session, "upload"), f"table-{soak.left}.csv", content)


EVENTS: dict[str, tuple[Event, float]] = {
    "page": (turn_page, 0.4),
    "knob": (turn_knob, 0.2),
    "train": (train, 0.2),
    "upload": (upload, 0.06),
}
RELOADS, LEAVES = 0.08, 0.06  # the other events: a page loaded again by the same person, a person who goes


async def person(soak: Soak) -> None:
    """People who come after one another to the same seat."""
    while soak.left > 0:
        soak.take("arrival")
        cookie, stays = None, True
        while stays and soak.left > 0:
            async with Session.open(soak.host, cookie=cookie) as session:
                cookie = session.cookie
                stays = await use(soak, session)
                soak.problems += session.problems


async def use(soak: Soak, session: Session) -> bool:
    """One page until it is closed; whether the same person opens it again."""
    names = [*EVENTS, "reload", "leave"]
    weights = [*(weight for _event, weight in EVENTS.values()), RELOADS, LEAVES]
    while soak.left > 0:
        await asyncio.sleep(soak.chance.uniform(0, 2 * PAUSE_S))
        kind = soak.chance.choices(names, weights)[0]
        soak.take(kind)
        if kind in ("reload", "leave"):
            return kind == "reload"
        await EVENTS[kind][0](soak, session)
    return False


def _newest(session: Session, name: str) -> str:
    """The key of that widget; a preset gives it another number in front."""
    return [key for key in session.widgets if key.endswith(f".{name}")][-1]


async def watch(soak: Soak, states: list[State], state_now: Callable[[int, float], State]) -> None:
    """The server at each tenth of the events."""
    total, began = soak.left, time.perf_counter()
    for tenth in range(1, TENTHS + 1):
        while soak.left > total * (1 - tenth / TENTHS):
            await asyncio.sleep(0.2)
        states.append(state_now(total - max(0, soak.left), time.perf_counter() - began))
        print(json.dumps(asdict(states[-1])), flush=True)


async def everybody(soak: Soak, people: int, states: list[State], state_now: Callable[[int, float], State]) -> None:
    seats = (counted(person(soak), soak.problems) for _ in range(people))
    await asyncio.gather(watch(soak, states, state_now), *seats)


def measure(people: int, events: int) -> tuple[Soak, list[State]]:
    states: list[State] = []
    with (
        tempfile.TemporaryDirectory() as temporary,
        tempfile.TemporaryDirectory() as home,
        running_app(LAB_PROFILE="class", TMPDIR=temporary, LAB_HOME=home) as (host, server),
    ):
        soak = Soak(host, events)

        def state_now(done: int, seconds: float) -> State:
            return _state(done, seconds, server, Path(temporary), Path(home))

        asyncio.run(everybody(soak, people, states, state_now))
    return soak, states


def _state(done: int, seconds: float, server: psutil.Process, temporary: Path, home: Path) -> State:
    return State(
        events=done,
        seconds=round(seconds),
        web_bytes=server.memory_info().rss,
        worker_bytes=sum(worker.memory_info().rss for worker in workers_of(server)),
        descriptors=server.num_fds(),
        threads=server.num_threads(),
        temporary_files=sum(1 for path in temporary.rglob("*") if path.is_file()),
        kept_files=sum(1 for path in home.rglob("*") if path.is_file()),
    )


def figures_of(people: int, events: int) -> dict[str, object]:
    soak, states = measure(people, events)
    after = states[1:]
    return {
        "people": people,
        "events": soak.done,
        "seconds": states[-1].seconds,
        "problems": len(soak.problems),
        "kinds_of_problems": sorted(set(soak.problems))[:5],
        "web_mb": [round(state.web_bytes / 1e6) for state in states],
        "web_growth": max(state.web_bytes for state in after) / states[0].web_bytes - 1,
        "workers_mb": [round(state.worker_bytes / 1e6) for state in states],
        "worker_growth": max(state.worker_bytes for state in after) / states[0].worker_bytes - 1,
        "descriptors": [state.descriptors for state in states],
        "threads": [state.threads for state in states],
        "temporary_files": [state.temporary_files for state in states],
        "kept_files": [state.kept_files for state in states],
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=100)
    parser.add_argument("--events", type=int, default=12_000)
    arguments = parser.parse_args()
    print(json.dumps(figures_of(arguments.people, arguments.events)))


if __name__ == "__main__":
    main()
