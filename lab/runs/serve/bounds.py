"""Nobody takes a server from the others: bounds on what one browser opens, sends and keeps open at once.

A browser is known by its cookie. All that refuse cookies at one address share what so many pages may have; that is
also the one bound on an address, for a whole class may sit behind one router.
"""

import asyncio
import time
from collections.abc import Callable
from functools import partial
from typing import NoReturn

from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from lab.runs.serve.front import language_of
from lab.runs.serve.rates import AtOnce, Rate
from lab.runs.serve.sessions import (
    PLAY,
    UPLOADS,
    Session,
    address_of,
    held_bytes,
    session_named,
    upload_ids,
    visitor_of,
)
from lab.runs.serve.uploads import announced
from lab.spec.limits import VisitorLimits
from lab.texts import say

STREAMS = "/live/"
CROWDED = 3 / 4  # of all pages: the rest is for people at whose address few are
ID_CHARACTERS = 64  # of a file: the server itself gives those of 36
PAGE = """<!doctype html><html lang="{language}"><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><title>{text}</title><p>{text}</p></html>"""


class Refused(Exception):
    """The rest of a body is not taken.

    Args:
        code, values: of the sentence that says why.
    """

    def __init__(self, response: Response, code: str, **values: int) -> None:
        self.response, self.told = response, (code, values)


class Bounds:
    """ASGI middleware.

    Args:
        limits: of the profile in force.
        clock: seconds.
    """

    def __init__(self, app: ASGIApp, limits: VisitorLimits, clock: Callable[[], float] = time.monotonic) -> None:
        self.app, self.limits = app, limits
        self.pages, self.addresses, self.streams, self.uploads = AtOnce(), AtOnce(), AtOnce(), AtOnce()
        self.openings = Rate(limits.pages_per_minute, clock)
        self.sendings = Rate(limits.uploads_per_minute, clock)
        self.asked = Rate(limits.asked_per_minute, clock)
        self.bytes = Rate(limits.upload_bytes_per_minute, clock)
        self.messages = Rate(limits.messages_per_minute, clock, limits.messages_at_once)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await self._page(scope, receive, send)
        elif scope["type"] != "http":
            await self.app(scope, receive, send)
        elif STREAMS in scope["path"]:
            await self._stream(scope, receive, send)
        elif PLAY in scope["path"]:
            await self._play(scope, receive, send)
        elif UPLOADS in scope["path"]:
            await self._file(scope, receive, send)
        elif b"text/html" in dict(scope["headers"]).get(b"accept", b"") and self._too_many_pages(scope):
            await _page_of_one_sentence(scope, self.limits)(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    # --- pages: a websocket each. Whoever opens one too many reads it in place of the page.

    async def _page(self, scope: Scope, receive: Receive, send: Send) -> None:
        visitor = visitor_of(scope)
        if self._too_many_pages(scope) or not self.openings.take(visitor, share=self._share(visitor)):
            await send({"type": "websocket.close", "code": 1013})  # "try again later"
            return
        with self.pages.one_more(visitor), self.addresses.one_more(address_of(scope)):
            await self.app(scope, partial(self._message, visitor, receive), send)

    async def _message(self, visitor: str, receive: Receive) -> Message:
        """What a page says. Each click runs a script, which keeps all others waiting: what is too much waits itself."""
        message = await receive()
        share = self._share(visitor)
        while message["type"] == "websocket.receive" and not self.messages.take(visitor, share=share):
            await asyncio.sleep(60 / (self.limits.messages_per_minute * share))
        return message

    def _too_many_pages(self, scope: Scope) -> bool:
        visitor = visitor_of(scope)
        share = self._share(visitor)
        beside = self.addresses.of(address_of(scope))
        for_all = self.limits.pages_of_all * (CROWDED if beside >= self.limits.pages else 1)
        return (
            self.pages.of(visitor) >= self.limits.pages * share
            or beside >= self.limits.pages_of_address
            or self.addresses.all >= for_all
            or self.openings.room(visitor, share) < 1
        )

    def _share(self, visitor: str) -> float:
        """A browser with a cookie is one; without, it may be a class."""
        return self.limits.pages_of_address / self.limits.pages if visitor.startswith("@") else 1.0

    # --- streams

    async def _stream(self, scope: Scope, receive: Receive, send: Send) -> None:
        visitor = visitor_of(scope)
        mine = self.streams.of(visitor) < self.limits.streams * self._share(visitor)
        if not mine or self.streams.all >= self.limits.streams_of_all:
            await _too_many("streams", self.limits.streams)(scope, receive, send)
            return
        with self.streams.one_more(visitor):
            await self.app(scope, receive, send)

    # --- what playgrounds ask

    async def _play(self, scope: Scope, receive: Receive, send: Send) -> None:
        visitor = visitor_of(scope)
        if not self.asked.take(visitor, share=self._share(visitor)):
            await _too_many("asked", self.limits.asked_per_minute)(scope, receive, send)
            return
        await self.app(scope, receive, send)

    # --- files

    async def _file(self, scope: Scope, receive: Receive, send: Send) -> None:
        session_id, file_id = upload_ids(scope)
        session = session_named(session_id)
        if session is None or scope["method"] not in ("PUT", "DELETE"):
            await self.app(scope, receive, send)
            return
        if len(file_id) > ID_CHARACTERS:
            await PlainTextResponse("No file is called that.", 400)(scope, receive, send)
            return
        upload = _Upload(self, scope, receive, send, session, file_id)
        try:
            if scope["method"] == "DELETE":
                await self.app(scope, receive, upload.send)
                return
            self._admit(session.visitor, announced(scope))
            with self.uploads.one_more(session.visitor):
                await self.app(scope, upload.receive, upload.send)
        except Refused as refusal:
            session.refused = refusal.told
            await upload.answer(refusal.response)

    def _admit(self, visitor: str, size: int) -> None:
        share = self._share(visitor)
        if held_bytes(visitor) + size > self.limits.uploads_held_bytes * share:
            _refuse("held", self.limits.uploads_held_bytes // 1_000_000, 413)
        if self.uploads.of(visitor) >= self.limits.uploads * share:
            _refuse("uploads", self.limits.uploads)
        if self.bytes.room(visitor, share) < size:
            _refuse("bytes", self.limits.upload_bytes_per_minute // 1_000_000)
        if not self.sendings.take(visitor, share=share):
            _refuse("sendings", self.limits.uploads_per_minute)

    def _take_bytes(self, visitor: str, count: int, so_far: int) -> None:
        share = self._share(visitor)
        if not self.bytes.take(visitor, count, share=share):
            _refuse("bytes", self.limits.upload_bytes_per_minute // 1_000_000)
        if held_bytes(visitor) + so_far > self.limits.uploads_held_bytes * share:
            _refuse("held", self.limits.uploads_held_bytes // 1_000_000, 413)


class _Upload:
    """One file on its way in or out: what has come of it, and whether the answer has begun."""

    def __init__(
        self, bounds: Bounds, scope: Scope, receive: Receive, send: Send, session: Session, file_id: str
    ) -> None:
        self._bounds, self._scope, self._receive, self._send = bounds, scope, receive, send
        self._session, self._file_id = session, file_id
        self._bytes = 0
        self._patience, self._since = bounds.limits.upload_pause_s, 0
        self._answered = False

    async def receive(self) -> Message:
        """The next piece. However long a file takes, so much of it comes in so many seconds of waiting for it."""
        loop = asyncio.get_running_loop()
        asked = loop.time()
        try:
            async with asyncio.timeout(self._patience):
                message = await self._receive()
        except TimeoutError:
            raise _too_slow() from None
        count = len(message.get("body", b""))
        self._bytes += count
        self._since += count
        self._patience -= loop.time() - asked
        if self._since >= self._bounds.limits.upload_pause_bytes:
            self._patience, self._since = self._bounds.limits.upload_pause_s, 0
        self._bounds._take_bytes(self._session.visitor, count, self._bytes)
        return message

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._answered = True
            if message["status"] == 204:
                self._note()
        await self._send(message)

    def _note(self) -> None:
        if self._scope["method"] == "PUT":
            self._session.uploads[self._file_id] = self._bytes
        else:
            self._session.uploads.pop(self._file_id, None)

    async def answer(self, response: Response) -> None:
        if not self._answered:
            await response(self._scope, self._receive, self._send)


def _page_of_one_sentence(scope: Scope, limits: VisitorLimits) -> Response:
    language = language_of(scope)
    text = say("server.too_many_pages", language, high=limits.pages)
    return HTMLResponse(PAGE.format(language=language, text=text), 429, {"Retry-After": "60"})


def _refuse(what: str, high: int, status: int = 429) -> NoReturn:
    raise Refused(_too_many(what, high, status), f"upload.{what}", high=high)


def _too_many(what: str, high: int, status: int = 429) -> Response:
    """No person reads it: Streamlit's page shows its number. Of a file, the next screen says why: `Session.refused`."""
    return PlainTextResponse(f"Too many for one browser: {what}, at most {high}.", status, {"Retry-After": "60"})


def _too_slow() -> Refused:
    return Refused(PlainTextResponse("The file came too slowly.", 408, {"Connection": "close"}), "upload.too_slow")
