"""The way in for files: none is larger than the profile allows, and all that are held or coming take bounded memory.

Large ones come one after another: taking one apart and putting it together again holds up the loop that all pages
share, for a moment each, and seventeen at once for a second.

Streamlit has a limit for one file (`server.maxUploadSize`), as somebody has set it; this one is that of the profile.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack, asynccontextmanager

from starlette.datastructures import Headers
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
        self._coming = 0  # bytes that are being sent
        self._line = asyncio.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "PUT" or UPLOADS not in scope["path"]:
            await self.app(scope, receive, send)
            return
        most = self._limits.upload_bytes + FORM_BYTES
        size = announced(scope) or most
        if size > most:
            await self._too_large(scope, receive, send)
        elif self._held_bytes() + self._coming + size > self._limits.uploads_bytes:
            _tell(scope, "upload.busy")
            busy = PlainTextResponse("Too many files are on their way.", 503, {"Retry-After": str(RETRY_S)})
            await busy(scope, receive, send)
        else:
            self._coming += size
            try:
                async with self._turn(size):
                    await self._pass(scope, receive, send, most)
            finally:
                self._coming -= size

    @asynccontextmanager
    async def _turn(self, size: int) -> AsyncIterator[None]:
        """A small file comes at once, a large one when it is its turn: its browser is not read from before."""
        if size < LARGE_BYTES:
            yield
            return
        await self._line.acquire()
        with ExitStack() as turn:  # closed at its end or by the clock, whichever comes first, and but once
            turn.callback(self._line.release)
            slow = asyncio.get_running_loop().call_later(PATIENCE_S, turn.close)
            turn.callback(slow.cancel)
            yield

    async def _pass(self, scope: Scope, receive: Receive, send: Send, most: int) -> None:
        came = 0

        async def counted() -> Message:
            nonlocal came
            message = await receive()
            came += len(message.get("body", b""))
            if came > most:
                raise _TooLarge
            return message

        try:
            await self.app(scope, counted, send)
        except _TooLarge:
            await self._too_large(scope, receive, send)
        except OSError as error:  # Streamlit lays a large file down in the temporary folder as it comes
            log.warning("a file that was sent could not be put into the temporary folder: %s", error)
            _tell(scope, "upload.no_room")
            await PlainTextResponse("No room for the file.", NO_ROOM, {"Connection": "close"})(scope, receive, send)

    async def _too_large(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Streamlit answers only when it has the whole file, so nothing is answered yet."""
        _tell(scope, "upload.too_large", megabytes=self._limits.upload_bytes // 1_000_000)
        await PlainTextResponse("The file is too large.", 413, {"Connection": "close"})(scope, receive, send)


class _TooLarge(Exception):
    """More comes than is allowed, whatever was announced."""


def announced(scope: Scope) -> int:
    """Bytes of the body; 0 if it is not said."""
    said = Headers(scope=scope).get("content-length", "")
    return int(said) if said.isascii() and said.isdigit() and len(said) < 20 else 0


def _tell(scope: Scope, code: str, **values: int) -> None:
    """The next screen of that session says why."""
    session = session_named(upload_ids(scope)[0])
    if session is not None:
        session.refused = code, values
