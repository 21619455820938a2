"""The way in for files: none is larger than the profile allows, and all that are held or coming take bounded memory.

Large ones come one after another: taking one apart and putting it together again holds up the loop that all pages
share, for a moment each, and seventeen at once for a second.

Streamlit has a limit for one file (`server.maxUploadSize`), as somebody has set it; this one is that of the profile.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass

from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from lab.runs.serve.sessions import UPLOADS, session_named, upload_ids
from lab.spec.limits import Limits

FORM_BYTES = 1_000_000  # at most, around a file that a form brings
RETRY_S = 10
LARGE_BYTES = 1_000_000
NO_ROOM = 507  # Insufficient Storage
PATIENCE_S = 3.0  # a sender who takes longer is slow, and no longer keeps the next one waiting

log = logging.getLogger(__name__)


class UploadGate:
    """ASGI middleware.

    Args:
        limits: of the profile in force.
        held_bytes: what the server holds of files that no page has taken yet.
    """

    def __init__(self, app: ASGIApp, limits: Limits, held_bytes: Callable[[], int]) -> None:
        self.app, self._limits, self._held_bytes = app, limits, held_bytes
        self._coming: set[_Coming] = set()
        self._line = asyncio.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "PUT" or UPLOADS not in scope["path"]:
            await self.app(scope, receive, send)
            return
        most = self._limits.upload_bytes + FORM_BYTES
        size = announced(scope) or most
        if size > most:
            await self._too_large(scope, receive, send)
        elif self._is_full(size):
            await self._busy(scope, receive, send)
        else:
            coming = _Coming(size)
            self._coming.add(coming)
            try:
                async with self._turn(coming):
                    await self._pass(scope, receive, send, most, coming)
            finally:
                self._coming.remove(coming)

    def _is_full(self, more: int = 0) -> bool:
        coming = sum(one.bytes for one in self._coming)
        return self._held_bytes() + coming + more > self._limits.uploads_bytes

    @asynccontextmanager
    async def _turn(self, coming: "_Coming") -> AsyncIterator[None]:
        """A small file comes at once, a large one when it is its turn: its browser is not read from before."""
        with ExitStack() as turn:  # closed at its end or by the clock, whichever comes first, and but once
            if coming.announced >= LARGE_BYTES:
                await self._line.acquire()
                turn.callback(self._line.release)
            turn.callback(coming.be_slow)
            slow = asyncio.get_running_loop().call_later(PATIENCE_S, turn.close)
            turn.callback(slow.cancel)
            yield

    async def _pass(self, scope: Scope, receive: Receive, send: Send, most: int, coming: "_Coming") -> None:
        async def counted() -> Message:
            message = await receive()
            coming.came += len(message.get("body", b""))
            if coming.came > most:
                raise _TooLarge
            if coming.is_slow and self._is_full():
                raise _NoRoomAnyMore
            return message

        try:
            await self.app(scope, counted, send)
        except _TooLarge:
            await self._too_large(scope, receive, send)
        except _NoRoomAnyMore:
            await self._busy(scope, receive, send)
        except ClientDisconnect:
            log.debug("a browser left while it sent a file")
        except OSError as error:  # Streamlit lays a large file down in the temporary folder as it comes
            log.warning("a file that was sent could not be put into the temporary folder: %s", error)
            _tell(scope, "upload.no_room")
            await PlainTextResponse("No room for the file.", NO_ROOM, {"Connection": "close"})(scope, receive, send)

    async def _busy(self, scope: Scope, receive: Receive, send: Send) -> None:
        _tell(scope, "upload.busy")
        told = {"Retry-After": str(RETRY_S), "Connection": "close"}
        await PlainTextResponse("Too many files are on their way.", 503, told)(scope, receive, send)

    async def _too_large(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Streamlit answers only when it has the whole file, so nothing is answered yet."""
        _tell(scope, "upload.too_large", megabytes=self._limits.upload_bytes // 1_000_000)
        await PlainTextResponse("The file is too large.", 413, {"Connection": "close"})(scope, receive, send)


@dataclass(eq=False)
class _Coming:
    """A file on its way: it has a place for all that was announced, until it turns out to be slow."""

    announced: int
    came: int = 0
    is_slow: bool = False

    @property
    def bytes(self) -> int:
        """That it takes from the others."""
        return self.came if self.is_slow else max(self.announced, self.came)

    def be_slow(self) -> None:
        self.is_slow = True


class _TooLarge(Exception):
    """More comes than is allowed, whatever was announced."""


class _NoRoomAnyMore(Exception):
    """Others have been faster."""


def announced(scope: Scope) -> int:
    """Bytes of the body; 0 if it is not said."""
    said = Headers(scope=scope).get("content-length", "")
    return int(said) if said.isascii() and said.isdigit() and len(said) < 20 else 0


def _tell(scope: Scope, code: str, **values: int) -> None:
    """The next screen of that session says why."""
    session = session_named(upload_ids(scope)[0])
    if session is not None:
        session.refused = code, values
