"""A crowd at one address opens its pages in turns; whoever comes from elsewhere waits for none of them."""

import asyncio

from lab.runs.serve import opening
from lab.runs.serve.opening import AT_ONCE, Opening
from tests.lab.runs.asgi import run_apart

DRAWN = {"type": "websocket.send", "bytes": b"drawn"}
ASKED = {"type": "websocket.receive", "bytes": b"first"}
GONE = {"type": "websocket.disconnect", "code": 1000}


class Street:
    """Pages of many people; each draws its screen when it is told to."""

    def __init__(self) -> None:
        self.begun: list[str] = []
        self.more = asyncio.Semaphore(0)  # a page has begun
        self.draw = asyncio.Event()
        self.leave = asyncio.Event()
        self.server = Opening(self.app, lambda data: data == DRAWN["bytes"])

    async def app(self, scope, receive, send) -> None:
        assert await receive() == ASKED
        self.begun.append(scope["name"])
        self.more.release()
        await self.draw.wait()
        await send(DRAWN)
        assert await receive() == GONE

    def come(self, name: str, address: str = "10.0.0.1") -> asyncio.Task:
        asked = [ASKED]

        async def receive():
            if asked:
                return asked.pop()
            await self.leave.wait()
            return GONE

        async def send(message) -> None:
            assert message == DRAWN

        scope = {"type": "websocket", "client": (address, 1), "headers": [], "name": name}
        return asyncio.create_task(self.server(scope, receive, send))

    async def have_begun(self, pages: int) -> None:
        for _ in range(pages):
            await self.more.acquire()


def test_pages_of_one_address_open_some_at_a_time_and_others_at_once():
    async def watch() -> None:
        street = Street()
        crowd = [street.come(f"crowd {place}") for place in range(100)]
        other = street.come("other", "10.0.0.2")
        await street.have_begun(AT_ONCE + 1)
        assert street.begun == [*(f"crowd {place}" for place in range(AT_ONCE)), "other"]
        street.draw.set()
        await street.have_begun(100 - AT_ONCE)
        street.leave.set()
        await asyncio.gather(*crowd, other)

    run_apart(watch())


def test_whoever_draws_no_screen_or_leaves_keeps_nobody_waiting(monkeypatch):
    monkeypatch.setattr(opening, "LONGEST_S", 0.0)

    async def watch() -> None:
        street = Street()
        crowd = [street.come(str(place)) for place in range(3 * AT_ONCE)]
        await street.have_begun(len(crowd))
        street.draw.set()
        street.leave.set()
        await asyncio.gather(*crowd)

    run_apart(watch())
