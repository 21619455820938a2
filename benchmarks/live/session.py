"""A Streamlit session without a browser: the websocket that a page opens, and a reader of its live stream."""

import asyncio
import json
import secrets
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.request import Request, urlopen

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Common_pb2 import FileURLs
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect

from benchmarks.live.server import LONGEST_S

SLICE_BYTES = 1 << 16  # of a file that is sent
KEPT_FOR = 50  # script runs: `maxCachedMessageAge` of .streamlit/config.toml


@dataclass
class Session:
    """One person's page.

    Args:
        widgets: ids by key of what can be clicked or set.
        stream: url of the live curve on the page.
        problems: exceptions that the page showed.
        said: what stood in boxes on it (info, warning, error).
        received: bytes of all that came through the websocket.
        kept: large messages by their names, each with the script run that used it last: as a browser does, the page
            says which ones it has, and the server refers to them.
    """

    host: str
    cookie: str
    query: str
    socket: ClientConnection
    page: str = ""
    id: str = ""
    widgets: dict[str, str] = field(default_factory=dict)
    stream: str | None = None
    problems: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    received: int = 0
    kept: dict[str, tuple[ForwardMsg, int]] = field(default_factory=dict)
    runs: int = 0

    @classmethod
    @asynccontextmanager
    async def open(
        cls, host: str, query: str = "", *, page: str = "", cookie: str | None = None, address: str | None = None
    ) -> AsyncIterator["Session"]:
        """A page asked for, its websocket, its first script run; without a cookie a new person.

        Args:
            address: where its browser is; None for any of this machine.
        """
        cookie = cookie or await asyncio.to_thread(first_cookie, host)
        async with connect(
            f"ws://{host}/_stcore/stream",
            additional_headers={"Cookie": cookie},
            subprotocols=["streamlit"],  # type: ignore[list-item]
            max_size=None,
            open_timeout=LONGEST_S,
            ping_timeout=None,  # a crowded machine answers late
            local_addr=None if address is None else (address, 0),
        ) as socket:
            session = cls(host, cookie, query, socket, page)
            await session.rerun()
            session.query = ""
            yield session

    async def rerun(
        self, click: str | None = None, until_stream: bool = False, *, values: dict[str, float] | None = None
    ) -> float:
        """Run the page's script, as a click on the button of that key would; seconds until it was done.

        Args:
            until_stream: come back as soon as the live curve is on its way, the rest is read later.
            values: numbers typed into fields, by key.
        """
        message = BackMsg()
        if click is not None:
            _widget(message, self.widgets[click]).trigger_value = True
        for key, value in (values or {}).items():
            _widget(message, self.widgets[key]).double_value = value
        return await self._run(message, until_stream)

    async def upload(self, key: str, name: str, content: bytes) -> float:
        """Give a file to the uploader of that key, as a browser does in three steps; seconds until it was read."""
        started = time.perf_counter()
        place = await self._place_for(name)
        status = await put_file(self.host, self.cookie, place.upload_url, name, content)
        if status != 204:
            self.problems.append(f"upload refused with status {status}")
            return time.perf_counter() - started
        message = BackMsg()
        file = _widget(message, self.widgets[key]).file_uploader_state_value.uploaded_file_info.add()
        file.name, file.size, file.file_id = name, len(content), place.file_id
        file.file_urls.CopyFrom(place)
        await self._run(message)
        return time.perf_counter() - started

    async def press(self, key: str) -> None:
        """Click a button while a script runs; whoever reads its answers goes on and gets those of the next one."""
        message = BackMsg()
        _widget(message, self.widgets[key]).trigger_value = True
        await self._ask_for_a_run(message)

    async def finish(self) -> None:
        """Read the rest of a script run that `until_stream` left."""
        async for answer in self._answers():
            if _last(answer):
                break

    async def _run(self, message: BackMsg, until_stream: bool = False) -> float:
        started = time.perf_counter()
        await self._ask_for_a_run(message)
        async for answer in self._answers():
            kind = answer.WhichOneof("type")
            if kind == "new_session":
                self.id = answer.new_session.initialize.session_id or self.id
            elif kind == "delta":
                self._take(answer.delta)
                if until_stream and self.stream:
                    break
            elif _last(answer):
                break
        return time.perf_counter() - started

    async def _ask_for_a_run(self, message: BackMsg) -> None:
        message.rerun_script.query_string, message.rerun_script.page_name = self.query, self.page
        self.runs += 1
        self.kept = {name: kept for name, kept in self.kept.items() if kept[1] >= self.runs - KEPT_FOR}
        message.rerun_script.cached_message_hashes.extend(self.kept)
        await self.socket.send(message.SerializeToString())

    async def _place_for(self, name: str) -> FileURLs:
        message = BackMsg()
        request = message.file_urls_request
        request.request_id, request.session_id = secrets.token_hex(8), self.id
        request.file_names.append(name)
        await self.socket.send(message.SerializeToString())
        async for answer in self._answers():
            if answer.WhichOneof("type") == "file_urls_response":
                place: FileURLs = answer.file_urls_response.file_urls[0]
                return place
        raise ConnectionError("the server closed the page")

    async def _answers(self) -> AsyncIterator[ForwardMsg]:
        async for data in self.socket:
            self.received += len(data)
            answer = ForwardMsg()
            answer.ParseFromString(data)  # type: ignore[arg-type]
            if answer.WhichOneof("type") == "ref_hash":
                answer = self.kept[answer.ref_hash][0]
            if answer.metadata.cacheable:
                self.kept[answer.hash] = answer, self.runs
            yield answer

    def _take(self, delta: Any) -> None:
        element = delta.new_element
        kind = element.WhichOneof("type")
        if kind in ("button", "number_input", "file_uploader"):
            widget = getattr(element, kind).id
            self.widgets[widget.rsplit("-", 1)[-1]] = widget
        elif kind == "bidi_component" and element.bidi_component.component_name.endswith("lab_live_curve"):
            [curve] = json.loads(element.bidi_component.json)
            weights = f"?network={'all' if curve['network']['units'] else 1}"  # as the page asks for them
            self.stream = f"{curve['url']}{weights}" if curve["running"] else None
        elif kind == "alert":
            self.said.append(element.alert.body)
        elif kind == "exception":
            self.problems.append(element.exception.message)


def _last(answer: ForwardMsg) -> bool:
    """A script run is over, and no other follows by itself."""
    early = ForwardMsg.FINISHED_EARLY_FOR_RERUN
    return answer.WhichOneof("type") == "script_finished" and answer.script_finished != early


def _widget(message: BackMsg, widget: str) -> Any:
    state = message.rerun_script.widget_states.widgets.add()
    state.id = widget
    return state


def first_cookie(host: str) -> str:
    """The cookies that the server gives a new browser."""
    with urlopen(Request(f"http://{host}/"), timeout=LONGEST_S) as answer:  # a server of our own
        owner = str(answer.headers["set-cookie"]).split(";")[0]
    with urlopen(Request(f"http://{host}/_stcore/health"), timeout=LONGEST_S) as answer:
        forgery = str(answer.headers["set-cookie"]).split(";")[0]
    return f"{owner}; {forgery}"


async def put_file(host: str, cookie: str, url: str, name: str, content: bytes) -> int:
    """Send one file as a form, and return the status of the answer."""
    boundary = secrets.token_hex(16)
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'.encode()
    tail = f"\r\n--{boundary}--\r\n".encode()
    token = cookie.partition("_streamlit_xsrf=")[2].split(";")[0]
    server, _, port = host.partition(":")
    reader, writer = await asyncio.open_connection(server, int(port))
    try:
        lines = (
            f"PUT {url} HTTP/1.1",
            f"Host: {host}",
            f"Cookie: {cookie}",
            f"X-Xsrftoken: {token}",
            f"Content-Type: multipart/form-data; boundary={boundary}",
            f"Content-Length: {len(head) + len(content) + len(tail)}",
            "Connection: close",
        )
        writer.write("\r\n".join(lines).encode() + b"\r\n\r\n" + head)
        whole = memoryview(content)
        for begin in range(0, len(whole), SLICE_BYTES):  # all at once would hold up whoever is measured meanwhile
            writer.write(whole[begin : begin + SLICE_BYTES])
            await writer.drain()
        writer.write(tail)
        await writer.drain()
        return int((await reader.readline()).split()[1])
    finally:
        writer.close()


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
            elif line.startswith(b"data:") and event in ("", "reset"):
                values = json.loads(line[5:])
                yield Frame(values["e"], time.perf_counter(), time.time() - values.get("t", time.time()))
            elif line in (b"\n", b"\r\n"):
                if event == "end":
                    return
                event = ""
    finally:
        writer.close()
