"""One person at one address clicks on many pages without pause and reads no answer: how long do others wait?

`python -m benchmarks.live.clickers [--pages 100] [--cookies 5] [--read]`
"""

import argparse
import asyncio
import statistics
import time
from multiprocessing import get_context

import psutil
from streamlit.proto.BackMsg_pb2 import BackMsg
from websockets.frames import Frame, Opcode

from benchmarks.live.server import running_app
from benchmarks.live.session import Session, first_cookie

WINDOW_S = 10.0
PAUSE_S = 0.25  # of whoever is kept waiting, between two clicks
HEAD = (
    "GET /_stcore/stream HTTP/1.1\r\nHost: {host}\r\nCookie: {cookie}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Protocol: streamlit\r\n\r\n"
)
ELSEWHERE = "127.0.0.2"


async def click(host: str, cookie: str, reads: bool) -> None:
    """One page, as fast as it is heard; cut off, it comes again."""
    name, _, port = host.partition(":")
    rerun = Frame(Opcode.BINARY, BackMsg(rerun_script={}).SerializeToString()).serialize(mask=True)
    while True:
        reader, writer = await asyncio.open_connection(name, int(port))
        reading = None
        try:
            writer.write(HEAD.format(host=host, cookie=cookie).encode())
            if b" 101 " not in await reader.readline():
                await asyncio.sleep(1.0)
                continue
            if reads:
                reading = asyncio.create_task(read_all(reader))
            else:
                writer.transport.pause_reading()  # type: ignore[attr-defined]
            while True:
                writer.write(rerun)
                await writer.drain()
                await asyncio.sleep(0.02)
        except OSError:
            await asyncio.sleep(0.5)
        finally:
            writer.close()
            if reading is not None:
                reading.cancel()


async def read_all(reader: asyncio.StreamReader) -> None:
    while await reader.read(1 << 16):
        pass


def crowd(host: str, pages: int, cookies: int, reads: bool) -> None:
    async def click_all() -> None:
        each = [first_cookie(host) for _ in range(cookies)]
        await asyncio.gather(*(click(host, each[page % cookies], reads) for page in range(pages)))

    asyncio.run(click_all())


async def wait_beside(host: str, address: str, end: float) -> list[float]:
    """Seconds of each rerun of somebody at this address; the last may have lasted beyond the end."""
    waited = []
    async with Session.open(host, address=address) as session:
        while time.perf_counter() < end:
            began = time.perf_counter()
            try:
                async with asyncio.timeout(2 * WINDOW_S):
                    await session.rerun()
            except TimeoutError:
                waited.append(time.perf_counter() - began)
                break
            waited.append(time.perf_counter() - began)
            await asyncio.sleep(PAUSE_S)
    return waited


async def measure(host: str) -> dict[str, list[float]]:
    end = time.perf_counter() + WINDOW_S
    beside, elsewhere = await asyncio.gather(wait_beside(host, "127.0.0.1", end), wait_beside(host, ELSEWHERE, end))
    return {"same address": beside, "elsewhere": elsewhere}


def told(waited: list[float]) -> str:
    worst = sorted(waited)[int(0.95 * (len(waited) - 1))]
    return f"{len(waited)} reruns, median {1000 * statistics.median(waited):.0f} ms, 95 % {1000 * worst:.0f} ms"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=100)
    parser.add_argument("--cookies", type=int, default=5)
    parser.add_argument("--read", action="store_true", help="they read what they are answered")
    arguments = parser.parse_args()
    with running_app(LAB_PROFILE="class") as (host, server):
        host = host.replace("localhost", "127.0.0.1")
        for name, waited in asyncio.run(measure(host)).items():
            print(f"alone, {name}: {told(waited)}", flush=True)
        clickers = get_context("spawn").Process(
            target=crowd, args=(host, arguments.pages, arguments.cookies, arguments.read), daemon=True
        )
        clickers.start()
        time.sleep(5.0)
        used = psutil.Process(server.pid)
        before, memory = sum(used.cpu_times()[:2]), used.memory_info().rss
        began = time.perf_counter()
        results = asyncio.run(measure(host))
        spent = sum(used.cpu_times()[:2]) - before
        for name, waited in results.items():
            print(f"beside {arguments.pages} pages, {name}: {told(waited)}", flush=True)
        share = spent / (time.perf_counter() - began)
        print(f"web process: {share:.0%} of a core, {memory / 1e6:.0f} -> {used.memory_info().rss / 1e6:.0f} MB")
        clickers.terminate()


if __name__ == "__main__":
    main()
