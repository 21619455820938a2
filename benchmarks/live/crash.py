"""A worker is killed while runs train on it: how long until their curves go on, and is any epoch missing or doubled?

`python -m benchmarks.live.crash`
"""

import asyncio
import json
import time

import psutil

from benchmarks.live.experiments import long_run, query_of
from benchmarks.live.server import running_app, workers_of
from benchmarks.live.session import Session, read_stream


async def longest_gap(host: str, server: psutil.Process, sessions: int) -> dict[str, object]:
    query = query_of(long_run())
    gaps: list[float] = []
    contiguous: list[bool] = []

    async def person() -> None:
        async with Session.open(host, query) as session:
            await session.rerun(click="train")
            assert session.stream is not None, session.problems
            epochs: list[int] = []
            last, gap, started = time.perf_counter(), 0.0, time.perf_counter()
            async for frame in read_stream(host, session.cookie, session.stream):
                gap = max(gap, frame.at - last)
                last = frame.at
                epochs += frame.epochs
                if frame.at - started > 12:
                    break
            assert last - started > 8, "the run ended before the worker was killed"
            gaps.append(gap)
            contiguous.append(bool(epochs) and epochs == list(range(1, len(epochs) + 1)))

    async def killer() -> None:
        await asyncio.sleep(6)
        for worker in workers_of(server):
            worker.kill()

    await asyncio.gather(killer(), *(person() for _ in range(sessions)))
    return {"longest_gap_s": round(max(gaps), 2), "epochs_contiguous": all(contiguous), "sessions": len(gaps)}


def main() -> None:
    with running_app() as (host, server):
        print(json.dumps(asyncio.run(longest_gap(host, server, sessions=4))))


if __name__ == "__main__":
    main()
