"""A browser that does what no page of ours would: it names sessions that are not its own."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from http.client import HTTPConnection
from uuid import uuid4

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect

from benchmarks.live.server import LONGEST_S

XSRF = "_streamlit_xsrf"


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes


@dataclass
class Visitor:
    """One browser: the server it talks to, and its cookies."""

    host: str
    cookies: dict[str, str] = field(default_factory=dict)

    @classmethod
    def new(cls, host: str) -> "Visitor":
        """One with the cookies of a page: whose it is, and the token that Streamlit wants with an upload."""
        visitor = cls(host)
        for path in ("/", "/_stcore/health"):
            visitor.ask("GET", path, {"Accept": "text/html"})
        return visitor

    def ask(self, method: str, path: str, headers: dict[str, str] | None = None, body: bytes | None = None) -> Answer:
        with closing(HTTPConnection(self.host, timeout=LONGEST_S)) as connection:
            connection.request(method, path, body, {**self.headers(), **(headers or {})})
            response = connection.getresponse()
            answer = Answer(response.status, {k.lower(): v for k, v in response.getheaders()}, response.read())
        for line in response.headers.get_all("set-cookie") or []:
            name, _, value = line.split(";")[0].partition("=")
            self.cookies[name] = value
        return answer

    def headers(self) -> dict[str, str]:
        return {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())} if self.cookies else {}

    def upload(self, session_id: str, content: bytes = b"a,b\n1,2\n", file_id: str | None = None) -> Answer:
        boundary = "-" * 8 + "part"
        body = (
            (
                f'--{boundary}\r\nContent-Disposition: form-data; name="f"; filename="mine.csv"\r\n'
                "Content-Type: text/csv\r\n\r\n"
            ).encode()
            + content
            + f"\r\n--{boundary}--\r\n".encode()
        )
        return self.ask(
            "PUT",
            f"/_stcore/upload_file/{session_id}/{file_id or uuid4()}",
            {"Content-Type": f"multipart/form-data; boundary={boundary}", "X-Xsrftoken": self.cookies.get(XSRF, "")},
            body,
        )

    @asynccontextmanager
    async def session(self, going_on_with: str = "", origin: str | None = None) -> AsyncIterator["Page"]:
        """Connect as a page does; its script has run once."""
        names = ["streamlit", "none", going_on_with] if going_on_with else ["streamlit"]
        headers = {**self.headers(), **({"Origin": origin} if origin else {})}
        async with connect(
            f"ws://{self.host}/_stcore/stream",
            additional_headers=headers,
            subprotocols=names,
            max_size=None,
            open_timeout=LONGEST_S,
            ping_timeout=None,
        ) as socket:
            page = Page(socket)
            await page.run()
            yield page


@dataclass
class Page:
    """A page that is connected. `id` is that of its session, `text` all that its last script run sent."""

    socket: ClientConnection
    id: str = ""
    text: str = ""

    async def run(self, query: str = "") -> None:
        message = BackMsg()
        message.rerun_script.query_string = query
        await self.say(message)

    async def say(self, message: BackMsg) -> None:
        """Ask for a script run, and read all of it."""
        sent = []
        await self.socket.send(message.SerializeToString())
        async for data in self.socket:
            answer = ForwardMsg()
            answer.ParseFromString(data)
            kind = answer.WhichOneof("type")
            if kind == "new_session":
                self.id = answer.new_session.initialize.session_id
            elif kind == "script_finished":
                break
            else:
                sent.append(str(answer))
        self.text = "\n".join(sent)
