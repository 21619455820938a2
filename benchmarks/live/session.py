"""A Streamlit session without a browser: the websocket that a page opens, and a reader of its live stream."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.request import Request, urlopen

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect

from benchmarks.live.server import LONGEST_S


@dataclass
class Session:
    """One person's page. `buttons` are ids by key, `stream` the url of the live curve on the page."""

    host: str
    cookie: str
    query: str
    socket: ClientConnection
    buttons: dict[str, str] = field(default_factory=dict)
    stream: str | None = None
    problems: list[str] = field(default_factory=list)

    @classmethod
    @asynccontextmanager
    async def open(cls, host: str, query: str = "") -> AsyncIterator["Session"]:
        """A new person: a page asked for without a cookie, its websocket, its first script run."""
        cookie = await asyncio.to_thread(first_cookie, host)
        async with connect(
            f"ws://{host}/_stcore/stream",
            additional_headers={"Cookie": cookie},
            subprotocols=["streamlit"],  # type: ignore[list-item]
            max_size=None,
            open_timeout=LONGEST_S,
            ping_timeout=None,  # a crowded machine answers late
        ) as socket:
            session = cls(host, cookie, query, socket)
            await session.rerun()
            session.query = ""
            yield session

    async def rerun(self, click: str | None = None, until_stream: bool = False) -> float:
        """Run the page's script, as a click on the button of that key would; seconds until it was done.

        Args:
            until_stream: come back as soon as the live curve is on its way, the rest is read later.
        """
        message = BackMsg()
        message.rerun_script.query_string = self.query
        if click is not None:
            state = message.rerun_script.widget_states.widgets.add()
            state.id, state.trigger_value = self.buttons[click], True
        started = time.perf_counter()
        await self.socket.send(message.SerializeToString())
        async for data in self.socket:
            answer = ForwardMsg()
            answer.ParseFromString(data)  # type: ignore[arg-type]
            kind = answer.WhichOneof("type")
            if kind == "delta":
                self._take(answer.delta)
                if until_stream and self.stream:
                    break
            elif kind == "script_finished":
                break
        return time.perf_counter() - started

    def _take(self, delta: Any) -> None:
        element = delta.new_element
        kind = element.WhichOneof("type")
        if kind == "button":
            self.buttons[element.button.id.rsplit("-", 1)[-1]] = element.button.id
        elif kind == "bidi_component" and element.bidi_component.component_name.endswith("lab_live_curve"):
            curve = json.loads(element.bidi_component.json)
            if curve["running"]:
                self.stream = curve["url"]
        elif kind == "exception":
            self.problems.append(element.exception.message)


def first_cookie(host: str) -> str:
    """The cookie that the server gives a new browser."""
    with urlopen(Request(f"http://{host}/"), timeout=LONGEST_S) as answer:  # a server of our own
        return str(answer.headers["set-cookie"]).split(";")[0]


@dataclass
class Frame:
    """Epochs of one frame, when it came (perf_counter), and how long it was on its way."""

    epochs: list[int]
    at: float
    lag_s: float


async def read_stream(host: str, cookie: str, url: str) -> AsyncIterator[Frame]:
    """Frames of a live stream until it ends."""
    name, _, port = host.partition(":")
    reader, writer = await asyncio.open_connection(name, int(port))
    try:
        request = f"GET /{url} HTTP/1.1\r\nHost: {host}\r\nCookie: {cookie}\r\nAccept: text/event-stream\r\n\r\n"
        writer.write(request.encode())
        status = await reader.readline()
        assert b" 200 " in status, status
        event = ""
        while line := await reader.readline():
            if line.startswith(b"event:"):
                event = line[6:].strip().decode()
            elif line.startswith(b"data:"):
                values = json.loads(line[5:])
                if event in ("", "reset"):
                    yield Frame(values["e"], time.perf_counter(), time.time() - values.get("t", time.time()))
            elif line in (b"\n", b"\r\n"):
                if event == "end":
                    return
                event = ""
    finally:
        writer.close()
