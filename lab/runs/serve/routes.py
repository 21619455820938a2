"""The one route of ours: GET /live/{key}, a read-only stream of server-sent events."""

import asyncio
from collections.abc import AsyncIterator, Sequence

from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from lab.runs.serve import host
from lab.runs.serve.bounds import Bounds
from lab.runs.serve.closed import Closed
from lab.runs.serve.headers import SaidWithEverything, headers, policy
from lab.runs.serve.owner import OwnerCookie
from lab.runs.serve.pooled import PoolEngine
from lab.runs.serve.sessions import SessionDoor
from lab.spec.limits import VisitorLimits

COMMENT_S = 10.0  # keeps proxies from closing a stream in which nothing happens
HEADERS = {"Cache-Control": "no-cache, no-transform", "X-Accel-Buffering": "no"}


async def live(request: Request) -> Response:
    """Events of one run from the point after Last-Event-ID (or ?last=) on; 404 for an unknown key.

    The key is the right to read this stream and no more: 192 random bits that `Engine.view` tells the owner's page
    alone; a browser that refuses cookies has no other way to say whose it is. There is no CORS header, so no other
    site's script can read the answer, and commands have no route at all.
    """
    engine, key = host.engine(), request.path_params["key"]
    if not isinstance(engine, PoolEngine) or not engine.streams.known(key):
        return Response(status_code=404)
    events = _events(engine, key, _last_epoch(request))
    return StreamingResponse(events, media_type="text/event-stream", headers=HEADERS)


async def _events(engine: PoolEngine, key: str, last_epoch: int) -> AsyncIterator[bytes]:
    news = asyncio.Event()
    reader = engine.streams.open(key, last_epoch, news)
    if reader is None:
        return
    try:
        yield b"retry:500\n\n"
        while not reader.done:
            news.clear()
            yield b"".join(engine.streams.read(reader)) or b":\n\n"
            if not reader.done:
                await _wait(news)
    finally:
        engine.streams.close(reader)


async def _wait(news: asyncio.Event) -> None:
    try:
        await asyncio.wait_for(news.wait(), COMMENT_S)
    except TimeoutError:
        return  # nothing new: a comment goes out


def _last_epoch(request: Request) -> int:
    """Where the reader stands; browsers send Last-Event-ID by themselves when they reconnect."""
    text = request.headers.get("last-event-id") or request.query_params.get("last") or "0"
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def routes() -> list[Route]:
    return [Route("/live/{key}", live, methods=["GET"])]


def middleware(
    *,
    scripts: Sequence[str] = (),
    allowed_hosts: Sequence[str] = (),
    origins: Sequence[str] | None = (),
    embedding: Sequence[str] = (),
    metrics: bool = False,
    limits: VisitorLimits | None = None,
) -> list[Middleware]:
    """What every request passes, outermost first. Streamlit itself checks the host of its websocket only.

    Args:
        scripts: what inline scripts of our pages say.
        allowed_hosts: names this server answers to (`server.allowedHosts`); empty: any.
        origins: names of other hosts whose pages may connect; None: of any.
        embedding: sites whose pages may show ours in a frame.
        metrics: Streamlit's metrics are told to whoever asks.
        limits: of one browser; None for none.
    """
    return [
        Middleware(SaidWithEverything, headers=headers(policy(scripts, embedding), embedding)),
        Middleware(TrustedHostMiddleware, allowed_hosts=list(allowed_hosts) or ["*"], www_redirect=False),
        Middleware(Closed, metrics=metrics),
        Middleware(OwnerCookie, embedded=bool(embedding)),
        Middleware(SessionDoor, origins=origins),
        *([Middleware(Bounds, limits=limits)] if limits is not None else []),
    ]
