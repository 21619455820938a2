"""Everybody opens the address at once: seconds until each has a page that can be used.

`python -m benchmarks.live.arrivals --people 100 --within 10`
"""

import argparse
import asyncio
import json
import os
import random
import re
import time
from dataclasses import dataclass, field

import psutil

from benchmarks.live.server import LONGEST_S, running_app
from benchmarks.live.session import Session
from benchmarks.live.sessions import counted, cpu_s_of, share_of

LINGER_S = 5.0  # pages stay open, so that all of them are there at once
FILE = re.compile(r'(?:src|href)="\./(static/[^"]+)"')


@dataclass
class Arrived:
    """What people met: seconds to the page's own files, and to the end of its first script run."""

    files_s: list[float] = field(default_factory=list)
    usable_s: list[float] = field(default_factory=list)
    bytes: list[int] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


async def get(host: str, path: str, cookie: str = "") -> tuple[int, dict[str, str], bytes]:
    """(status, headers in small letters, body as it came) of a GET, compressed if the server likes."""
    name, _, port = host.partition(":")
    reader, writer = await asyncio.open_connection(name, int(port))
    try:
        lines = (f"GET {path} HTTP/1.1", f"Host: {host}", "Accept-Encoding: gzip, br", "Connection: close")
        cookies = (f"Cookie: {cookie}",) if cookie else ()
        writer.write("\r\n".join((*lines, *cookies)).encode() + b"\r\n\r\n")
        answer = await asyncio.wait_for(reader.read(), LONGEST_S)
    finally:
        writer.close()
    head, _, body = answer.partition(b"\r\n\r\n")
    first, *rest = head.decode("latin-1").split("\r\n")
    return int(first.split()[1]), {name.lower(): value.strip() for name, _, value in map(_parted, rest)}, body


def _parted(line: str) -> tuple[str, str, str]:
    return line.partition(":")


async def arrive(host: str, delay_s: float, arrived: Arrived) -> None:
    """One person with an empty cache: the page, the files it names, its first script run."""
    await asyncio.sleep(delay_s)
    began = time.perf_counter()
    _status, headers, page = await get(host, "/")
    cookie = headers["set-cookie"].split(";")[0]
    taken = len(page)
    for file in sorted(set(FILE.findall(page.decode(errors="replace")))):
        status, _headers, body = await get(host, f"/{file}", cookie)
        taken += len(body)
        if status != 200:
            arrived.problems.append(f"status {status} for {file}")
    arrived.files_s.append(time.perf_counter() - began)
    async with Session.open(host, cookie=cookie) as session:
        arrived.usable_s.append(time.perf_counter() - began)
        arrived.bytes.append(taken + session.received)
        arrived.problems += session.problems
        await asyncio.sleep(max(0.0, delay_s + LINGER_S - (time.perf_counter() - began)))


async def measure(host: str, people: int, within_s: float) -> Arrived:
    arrived, chance = Arrived(), random.Random(0)
    delays = [chance.uniform(0, within_s) for _ in range(people)]
    await asyncio.gather(*(counted(arrive(host, delay, arrived), arrived.problems) for delay in delays))
    return arrived


def figures_of(people: int, within_s: float) -> dict[str, float | int]:
    """A crowd of newcomers on a server of its own, which has shown one page before."""
    with running_app(LAB_PROFILE="class") as (host, server):
        asyncio.run(measure(host, 1, 0.0))
        generator = psutil.Process()
        began, web_before, own_before = time.perf_counter(), cpu_s_of([server]), cpu_s_of([generator])
        arrived = asyncio.run(measure(host, people, within_s))
        core_s = (time.perf_counter() - began) * (os.cpu_count() or 1)
        web_s, own_s = cpu_s_of([server]) - web_before, cpu_s_of([generator]) - own_before
        return {
            "people": people,
            "within_s": within_s,
            "problems": len(arrived.problems),
            "usable_s_median": share_of(arrived.usable_s, 0.5),
            "usable_s_p95": share_of(arrived.usable_s, 0.95),
            "usable_s_most": share_of(arrived.usable_s, 1.0),
            "files_s_median": share_of(arrived.files_s, 0.5),
            "kilobytes_each": share_of([float(count) for count in arrived.bytes], 0.5) / 1000,
            "web_ms_each": 1000 * web_s / people,
            "web_share": web_s / core_s,
            "generator_share": own_s / core_s,
        }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=100)
    parser.add_argument("--within", type=float, default=10.0, help="seconds in which they arrive")
    arguments = parser.parse_args()
    print(json.dumps(figures_of(arguments.people, arguments.within)))


if __name__ == "__main__":
    main()
