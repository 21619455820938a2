"""Pages of one address open some at a time: a thousand at once would keep those waiting who come from elsewhere.

A class behind one router waits no longer for it: its pages take turns at the processor anyway.
"""

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Final
from weakref import WeakValueDictionary

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from lab.runs.serve.sessions import address_of

AT_ONCE: Final = 6  # of one address
LONGEST_S: Final = 1.0  # for a first screen; whoever takes longer keeps no other of that address waiting
SMALL: Final = 300  # bytes: the message that says that a screen is drawn has no more


class Opening:
    """ASGI middleware, behind `Heard`: what is not heard opens nothing.

    Args:
        is_drawn: whether a message to a page says that its screen is there.
    """

    def __init__(self, app: ASGIApp, is_drawn: Callable[[bytes], bool]) -> None:
        self.app, self.is_drawn = app, is_drawn
        self._lines: WeakValueDictionary[str, asyncio.Semaphore] = WeakValueDictionary()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "websocket":
            await self.app(scope, receive, send)
            return
        address = address_of(scope)
        line = self._lines.get(address) or self._lines.setdefault(address, asyncio.Semaphore(AT_ONCE))
        turn = _Turn(line, self.is_drawn)
        try:
            await self.app(scope, partial(turn.receive, receive), partial(turn.send, send))
        finally:
            turn.end()


class _Turn:
    """Of one page: from its first message until its first screen is drawn."""

    def __init__(self, line: asyncio.Semaphore, is_drawn: Callable[[bytes], bool]) -> None:
        self._line, self._is_drawn = line, is_drawn
        self._asked = False
        self._clock: asyncio.TimerHandle | None = None  # while it lasts

    async def receive(self, receive: Receive) -> Message:
        """The next message; the first one waits for its turn."""
        message = await receive()
        if message["type"] == "websocket.receive" and not self._asked:
            self._asked = True
            await self._line.acquire()
            self._clock = asyncio.get_running_loop().call_later(LONGEST_S, self.end)
        return message

    async def send(self, send: Send, message: Message) -> None:
        data = message.get("bytes")
        if self._clock is not None and data is not None and len(data) < SMALL and self._is_drawn(data):
            self.end()
        await send(message)

    def end(self) -> None:
        """Once, whatever ends it: its screen, the clock, or the page that goes."""
        if self._clock is not None:
            self._clock.cancel()
            self._clock = None
            self._line.release()
