"""What we answer ourselves: GET /live/{key}, a read-only stream of server-sent events, and POST /play/{ticket}."""

import asyncio
from collections.abc import Callable, Sequence
from functools import partial

from starlette.datastructures import Headers, QueryParams
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from lab.runs.serve import host
from lab.runs.serve.bounds import STREAMS, Bounds
from lab.runs.serve.cookies import OwnCookies
from lab.runs.serve.headers import SaidWithEverything, headers, policy
from lab.runs.serve.not_served import NotServed
from lab.runs.serve.outflow import Outflow
from lab.runs.serve.owner import OwnerCookie
from lab.runs.serve.page_messages import PageMessages
from lab.runs.serve.play import Play
from lab.runs.serve.pooled import PoolEngine
from lab.runs.serve.pooled.streams import Draws, Reader, Streams
from lab.runs.serve.sessions import SessionDoor
from lab.runs.serve.slices import InSlices
from lab.runs.serve.turns import Turns
from lab.spec.limits import VisitorLimits

DRAWS: dict[str, Draws] = {"1": "first", "all": "all", "inside": "inside"}  # of ?network=
HEADERS = (
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-cache, no-transform"),
    (b"x-accel-buffering", b"no"),
)


class Live:
    """Events of one run from the point after Last-Event-ID (or ?last=) on; 404 for an unknown key.

    With ?network=1 also the weights that a page draws; with ?network=all those of a small network exactly, all of them;
    with ?network=inside a few numbers of each layer.

    The key is the right to read this stream and no more: 192 random bits that `Engine.view` tells the owner's page
    alone; a browser that refuses cookies has no other way to say whose it is. There is no CORS header, so no other
    site's script can read the answer, and it takes no commands.

    ASGI middleware, the last of ours: what lies behind is for pages and files, and would hand on each frame in a
    coroutine of its own (`docs/adr/0043-a-stream-lies-before-the-pages.md`). Starlette's StreamingResponse, its task
    group and a timer for each wait would cost several times as much as the frames.

    Args:
        at: what the addresses of streams begin with.
    """

    def __init__(self, app: ASGIApp, at: str = STREAMS) -> None:
        self.app, self.at = app, at

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith(self.at):
            await self.app(scope, receive, send)
        elif scope["method"] in ("GET", "HEAD"):
            await self._stream(scope, receive, send)
        else:
            await Response(status_code=405, headers={"allow": "GET, HEAD"})(scope, receive, send)

    async def _stream(self, scope: Scope, receive: Receive, send: Send) -> None:
        engine, outflow = host.engine(), Outflow(lambda events: send(_body(events)))
        reader = _opened(engine, scope, self.at, outflow) if isinstance(engine, PoolEngine) else None
        if reader is None or not isinstance(engine, PoolEngine):
            await Response(status_code=404)(scope, receive, send)
            return
        gone = asyncio.create_task(_until_gone(receive, outflow))
        try:
            await send({"type": "http.response.start", "status": 200, "headers": list(HEADERS)})
            await send(_body(b"retry:500\n\n"))
            await outflow.run(partial(_news, engine.streams, reader))
            await send({"type": "http.response.body", "body": b""})
        finally:
            gone.cancel()
            engine.streams.close(reader)


def _news(streams: Streams, reader: Reader) -> tuple[bytes, bool]:
    """Whatever has come since the last time, and whether nothing will follow."""
    return b"".join(streams.read(reader)), reader.done


async def _until_gone(receive: Receive, outflow: Outflow) -> None:
    """Until the browser has closed the stream."""
    while (await receive())["type"] != "http.disconnect":
        pass
    outflow.end()


def _body(data: bytes) -> Message:
    return {"type": "http.response.body", "body": data, "more_body": True}


def _opened(engine: PoolEngine, scope: Scope, at: str, outflow: Outflow) -> Reader | None:
    draws = DRAWS.get(QueryParams(scope["query_string"]).get("network", ""), "nothing")
    return engine.streams.open(scope["path"].removeprefix(at), _last_epoch(scope), outflow, draws=draws)


def _last_epoch(scope: Scope) -> int:
    """Where the reader stands; browsers send Last-Event-ID by themselves when they reconnect."""
    text = Headers(scope=scope).get("last-event-id") or QueryParams(scope["query_string"]).get("last") or "0"
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def routes(base: str = "") -> list[Route]:
    """Args: base: as of `middleware`."""
    return [Route(f"{below(base)}/play/{{ticket}}", Play(), methods=["POST"])]


def below(base: str) -> str:
    """What our own addresses begin with."""
    return f"/{base}" if base else ""


def middleware(
    *,
    scripts: Sequence[str] = (),
    allowed_hosts: Sequence[str] = (),
    origins: Sequence[str] | None = (),
    embedding: Sequence[str] = (),
    metrics: bool = False,
    base: str = "",
    limits: VisitorLimits | None = None,
    kind_of: Callable[[bytes], str | None] | None = None,
) -> list[Middleware]:
    """What every request passes, outermost first. Streamlit itself checks the host of its websocket only.

    Args:
        scripts: what inline scripts of our pages say.
        allowed_hosts: names this server answers to (`server.allowedHosts`); empty: any.
        origins: names of other hosts whose pages may connect; None: of any.
        embedding: sites whose pages may show ours in a frame.
        metrics: Streamlit's metrics are told to whoever asks.
        base: what stands before all addresses, where the server has a prefix (`server.baseUrlPath`).
        limits: of one browser; None for none.
        kind_of: what a message of a page asks for, see `PageMessages`; None: all are heard, scripts run as they come.
    """
    return [
        Middleware(InSlices),
        Middleware(SaidWithEverything, headers=headers(policy(scripts, embedding), embedding)),
        Middleware(TrustedHostMiddleware, allowed_hosts=list(allowed_hosts) or ["*"], www_redirect=False),
        Middleware(NotServed, metrics=metrics),
        Middleware(OwnCookies),
        Middleware(OwnerCookie, embedded=bool(embedding)),
        Middleware(SessionDoor, origins=origins),
        *([Middleware(Bounds, limits=limits)] if limits is not None else []),
        *([Middleware(PageMessages, kind_of=kind_of)] if kind_of is not None else []),
        *([Middleware(Turns)] if limits is not None and kind_of is not None else []),
        Middleware(Live, at=f"{below(base)}{STREAMS}"),
    ]
