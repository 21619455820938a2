"""Scripts of one address run some at a time, and its people take turns: who clicks without end keeps nobody waiting.

A script takes the interpreter for some twenty milliseconds, and a hundred at once keep it from everybody. A class
behind one router waits no longer for it: its scripts take turns at the processor anyway.
"""

import asyncio
from collections import Counter, OrderedDict, deque
from contextvars import ContextVar
from functools import partial
from typing import Final
from weakref import WeakValueDictionary

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from lab.runs.serve.page_messages import KIND
from lab.runs.serve.sessions import address_of, visitor_of

AT_ONCE: Final = 3  # of one address
OF_ONE: Final = 2  # of them of one browser
LONGEST_S: Final = 3.0  # whoever takes longer keeps no other of that address waiting
RERUN: Final = "rerun_script"  # what asks for a script run


class Line:
    """Of one address: whose scripts run, and who waits. Of those who wait each comes once before any comes twice."""

    def __init__(self) -> None:
        self._running: Counter[str] = Counter()
        self._waiting: OrderedDict[str, deque[asyncio.Future[None]]] = OrderedDict()

    @property
    def is_empty(self) -> bool:
        """Whether nobody waits."""
        return not self._waiting

    async def take(self, visitor: str) -> None:
        """Until there is room, which `leave` makes again."""
        called = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(visitor, deque()).append(called)
        self._call()
        try:
            await called
        except asyncio.CancelledError:  # the server ends
            if called.done() and not called.cancelled():
                self.leave(visitor)
            raise

    def leave(self, visitor: str) -> None:
        self._running[visitor] -= 1
        self._running += Counter()  # forgets who has none
        self._call()

    def _call(self) -> None:
        for visitor in list(self._waiting):
            if self._running.total() >= AT_ONCE:
                return
            if self._running[visitor] < most_of(visitor) and not (called := self._next_of(visitor)).cancelled():
                self._running[visitor] += 1
                called.set_result(None)

    def _next_of(self, visitor: str) -> "asyncio.Future[None]":
        """Who then stands behind all others."""
        waiting = self._waiting.pop(visitor)
        called = waiting.popleft()
        if waiting:
            self._waiting[visitor] = waiting
        return called


def most_of(visitor: str) -> int:
    """A browser with a cookie is one; without, it may be a class."""
    return AT_ONCE if visitor.startswith("@") else OF_ONE


class Turns:
    """ASGI middleware, behind `PageMessages`: what is not heard runs nothing."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._lines: WeakValueDictionary[str, Line] = WeakValueDictionary()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "websocket":
            await self.app(scope, receive, send)
            return
        address = address_of(scope)
        line = self._lines.get(address) or self._lines.setdefault(address, Line())
        page = Page(line, visitor_of(scope))
        _THIS.set(page)
        try:
            await self.app(scope, partial(page.receive, receive), partial(page.send, send))
        finally:
            page.end()


class Page:
    """One websocket. It has a turn from a message that asks for a script run until the script has ended.

    The app says that a script has begun (`begin`) while it handles the message, and when it has ended (`end`). A
    message that brings about none, or an app that says nothing, has no turn for longer than that.
    """

    def __init__(self, line: Line, visitor: str) -> None:
        self._line, self._visitor = line, visitor
        self._loop = asyncio.get_running_loop()
        self._clock: asyncio.TimerHandle | None = None  # while it has a turn
        self._has_begun = False
        self._over = asyncio.Event()
        self._read = asyncio.Event()  # whatever was sent to it
        self._read.set()

    async def receive(self, receive: Receive) -> Message:
        """The next message. One that asks for a script run waits until the page has read its answers, and for its turn.

        A click behind another interrupts its script where nobody waits for a turn, and waits for its end else.
        """
        if not self._has_begun:
            self.end()
        message = await receive()
        if message.get(KIND) == RERUN:
            await self._read.wait()
            await self._turn()
        return message

    async def _turn(self) -> None:
        if self._clock is not None and not self._line.is_empty:
            await self._over.wait()
        if self._clock is None:
            await self._line.take(self._visitor)
            self._over.clear()
            self._has_begun = False
            self._clock = self._loop.call_later(LONGEST_S, self.end)

    async def send(self, send: Send, message: Message) -> None:
        self._read.clear()
        try:
            await send(message)  # as long as the page reads nothing
        finally:
            self._read.set()

    def begin(self) -> None:
        """A script runs: the turn goes on behind the message that asked for it."""
        self._has_begun = True

    def end(self) -> None:
        """Once, whatever ends it: the script, the clock, or the page that goes."""
        if self._clock is not None:
            self._clock.cancel()
            self._clock = None
            self._line.leave(self._visitor)
            self._over.set()

    def end_from_anywhere(self) -> None:
        """The same, from any thread."""
        self._loop.call_soon_threadsafe(self.end)


_THIS: ContextVar[Page | None] = ContextVar("page of this task", default=None)


def this_page() -> Page | None:
    """The page whose message the caller handles."""
    return _THIS.get()
