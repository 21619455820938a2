"""Hostile files sent to the real app: when are they answered, what do others notice, what memory is left behind?

`python -m benchmarks.live.uploads` sends each in turn, then the first seventeen at once from as many sessions.
"""

import argparse
import asyncio
import statistics
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass, field

import psutil

from benchmarks.live.server import running_app
from benchmarks.live.session import Session
from benchmarks.reader.hostile import SHAPES
from lab.spec.limits import CLASS

SIZE = 19_000_000
CHOSEN = (
    "tags in one line",
    "words, a thousand columns",
    "mixed cells, a thousand columns",
    "a column for each byte pair",
    "footnotes",
    "an array that is not closed",
    "quotes that never close, long lines",
    "a giant quoted cell",
    "combining signs",
)
ALTOGETHER = 17  # at once, from as many sessions
LATER_S = 30  # pages that have gone are let go of, and what is free is given back
PAUSE_S = 0.1  # between two reruns of another person
LOOK_EVERY_S = 0.01  # at how late this process itself is


@dataclass
class Others:
    """Reruns of another person's page, in seconds.

    Args:
        late: how late this process itself was called at worst: so much of a rerun may be its own, or the machine's.
    """

    reruns: list[float] = field(default_factory=list)
    late: float = 0.0

    def told(self) -> str:
        inner = statistics.quantiles(self.reruns, n=20)[-1] if len(self.reruns) > 1 else self.reruns[0]
        middle, most = statistics.median(self.reruns), max(self.reruns)
        late = f"(measured {1000 * self.late:3.0f} ms late at worst)"
        return f"others' rerun {1000 * middle:4.0f} / {1000 * inner:4.0f} / {1000 * most:5.0f} ms {late}"

    async def turn_pages(self, host: str) -> None:
        async with Session.open(host, page="layers") as session:
            while True:
                self.reruns.append(await session.rerun())
                await asyncio.sleep(PAUSE_S)

    async def look_at_the_clock(self) -> None:
        while True:
            began = time.perf_counter()
            await asyncio.sleep(LOOK_EVERY_S)
            self.late = max(self.late, time.perf_counter() - began - LOOK_EVERY_S)


@contextmanager
def watched(host: str) -> Iterator[Others]:
    others = Others()
    tasks = [asyncio.create_task(others.turn_pages(host)), asyncio.create_task(others.look_at_the_clock())]
    try:
        yield others
    finally:
        for task in tasks:
            task.cancel()


def megabytes(server: psutil.Process) -> str:
    """Of the web process, and of all its children together."""
    children = sum(child.memory_info().rss for child in server.children(recursive=True))
    return f"{server.memory_info().rss / 1e6:.0f} + {children / 1e6:.0f} MB"


async def give(session: Session, content: bytes) -> float:
    """Seconds until the file is answered."""
    key = next(name for name in session.widgets if name.endswith(".upload"))
    seconds = await session.upload(key, "hostile.csv", content)
    assert not session.problems, session.problems
    return seconds


async def measure(host: str, server: psutil.Process, names: list[str]) -> None:
    with watched(host) as others:
        await asyncio.sleep(3)
    print(f"{'nothing':38} {'':8} {others.told()}  {megabytes(server)}", flush=True)
    for name in names:
        content = SHAPES[name](SIZE)[: CLASS.upload_bytes]
        async with Session.open(host, page="data") as session:
            with watched(host) as others:
                await asyncio.sleep(0.5)
                seconds = await give(session, content)
                await asyncio.sleep(0.5)
        print(f"{name:38} {seconds:6.1f} s {others.told()}  {megabytes(server)}", flush=True)
    files = [SHAPES[names[place % len(names)]](SIZE)[: CLASS.upload_bytes] for place in range(ALTOGETHER)]
    async with AsyncExitStack() as stack:
        people = [await stack.enter_async_context(Session.open(host, page="data")) for _ in files]
        with watched(host) as others:
            await asyncio.sleep(0.5)
            began = time.perf_counter()
            await asyncio.gather(*map(give, people, files))
            seconds = time.perf_counter() - began
    print(f"{f'{ALTOGETHER} of them at once':38} {seconds:6.1f} s {others.told()}  {megabytes(server)}", flush=True)
    await asyncio.sleep(LATER_S)
    print(f"{f'{LATER_S} s later':38} {'':8} {'':70}  {megabytes(server)}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="of shapes in benchmarks/reader/hostile.py; 'all' of them")
    names = parser.parse_args().names or list(CHOSEN)
    names = list(SHAPES) if names == ["all"] else names
    with running_app(LAB_PROFILE="class") as (host, server):
        asyncio.run(measure(host, server, names))


if __name__ == "__main__":
    main()
