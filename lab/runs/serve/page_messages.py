"""What is heard from a page. Streamlit obeys more than our pages ever ask for, whoever asks."""

from collections.abc import Callable
from contextlib import suppress
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

# Not among them: "clear_cache" forgets what the server keeps for everybody, files and lectures too, "load_git_info"
# tells where the program lies, "install_skills" writes files.
HEARD: Final = ("rerun_script", "stop_script", "app_heartbeat", "file_urls_request", "deferred_file", "dataframe_chunk")
PROTOCOL_ERROR: Final = 1002
KIND: Final = "lab.kind"  # in a message that is heard: read once for all who ask


class PageMessages:
    """ASGI middleware, behind `Bounds`: what is not heard has been counted all the same.

    Args:
        kind_of: what a message asks for; None for what is no message of a page.
    """

    def __init__(self, app: ASGIApp, kind_of: Callable[[bytes], str | None]) -> None:
        self.app, self.kind_of = app, kind_of

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            page = _Page(receive, send, self.kind_of)
            receive, send = page.receive, page.send
        await self.app(scope, receive, send)


class _Page:
    """One websocket. What is no message ends it; Streamlit would write the place where it failed into the log."""

    def __init__(self, receive: Receive, send: Send, kind_of: Callable[[bytes], str | None]) -> None:
        self._receive, self._send, self._kind_of = receive, send, kind_of
        self._ended = False

    async def receive(self) -> Message:
        while True:
            message = await self._receive()
            if message["type"] != "websocket.receive":
                return message
            data = message.get("bytes")
            kind = None if data is None else self._kind_of(data)
            if kind is None:
                self._ended = True  # a screen that is on its way has nobody to read it, and may not be sent any more
                with suppress(OSError):
                    await self._send({"type": "websocket.close", "code": PROTOCOL_ERROR})
                return {"type": "websocket.disconnect", "code": PROTOCOL_ERROR}
            if kind in HEARD:
                return {**message, KIND: kind}

    async def send(self, message: Message) -> None:
        if self._ended:
            return
        try:
            await self._send(message)
        except OSError:  # the page has gone, as `receive` says next; told twice, Streamlit takes it for an odd message
            self._ended = True
