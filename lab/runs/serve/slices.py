"""Large answers go out in slices.

Whatever is written at once goes at once as far as the system takes it, some megabytes, and the rest waits in memory:
a hundred who asked for a large file kept the loop from all others for seconds.
"""

import asyncio
from collections.abc import Awaitable
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

SLICE: Final = 1 << 16


class InSlices:
    """ASGI middleware: others have their turn between one slice and the next, which waits until there is room."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        def send_in_slices(message: Message) -> Awaitable[None]:  # as in `SaidWithEverything`
            return _sliced(message, send) if len(message.get("body", b"")) > SLICE else send(message)

        await self.app(scope, receive, send_in_slices)


async def _sliced(message: Message, send: Send) -> None:
    body = memoryview(message["body"])
    for begin in range(0, len(body) - SLICE, SLICE):
        await send({**message, "body": bytes(body[begin : begin + SLICE]), "more_body": True})
        await asyncio.sleep(0)
    rest = (len(body) - 1) // SLICE * SLICE
    await send({**message, "body": bytes(body[rest:])})
