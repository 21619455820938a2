"""Readers of many live streams in a process of their own, so that their work is not counted as the server's.

Says "ready", takes a line "host key" from its input for each stream, reads all of them until the input closes, and
prints what each saw as one JSON list; times are in seconds since 1970.
"""

import asyncio
import json
import sys
import time
from dataclasses import asdict, dataclass, field

from benchmarks.live.session import read_stream
from lab.runs.serve.owner import COOKIE, new_owner


@dataclass
class Watched:
    """What came through one stream: when, how many epochs each time, and how old."""

    key: str
    at: list[float] = field(default_factory=list)
    counts: list[int] = field(default_factory=list)
    lags_s: list[float] = field(default_factory=list)
    contiguous: bool = True
    last: int = 0


async def watch(host: str, seen: Watched) -> None:
    async for frame in read_stream(host, f"{COOKIE}={new_owner()}", f"live/{seen.key}"):
        seen.contiguous &= frame.epochs == list(range(seen.last + 1, seen.last + 1 + len(frame.epochs)))
        seen.last = frame.epochs[-1]
        seen.at.append(time.time())
        seen.counts.append(len(frame.epochs))
        seen.lags_s.append(frame.lag_s)


async def main() -> None:
    everybody: list[Watched] = []
    tasks = []
    print("ready", flush=True)
    while line := await asyncio.to_thread(sys.stdin.readline):
        host, key = line.split()
        everybody.append(Watched(key))
        tasks.append(asyncio.create_task(watch(host, everybody[-1])))
    for task in tasks:
        task.cancel()
    print(json.dumps([asdict(seen) for seen in everybody]))


if __name__ == "__main__":
    asyncio.run(main())
