"""Which of a browser's cookies are read: three short ones.

Python takes quoted cookies apart in a time that grows with the square of their length: one request of sixty kilobytes
kept the loop from everybody for seven seconds.
"""

from typing import Final

from starlette.types import ASGIApp, Receive, Scope, Send

from lab.runs.serve.owner import COOKIE

REPLICA: Final = "lab_replica"  # by which deploy/nginx.conf brings a person back to the same server
OURS: Final = (COOKIE.encode(), b"_streamlit_xsrf", REPLICA.encode())
LONGEST: Final = 300  # bytes of what one says
Headers = list[tuple[bytes, bytes]]


class OwnCookies:
    """ASGI middleware, before all that reads cookies."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in ("http", "websocket"):
            scope = {**scope, "headers": with_own_cookies(scope["headers"])}
        await self.app(scope, receive, send)


def with_own_cookies(headers: Headers) -> Headers:
    """The same without cookies of others; of two of one name the later one, as Starlette reads them."""
    others = [pair for pair in headers if pair[0] != b"cookie"]
    if len(others) == len(headers):
        return headers
    kept = {}
    for pair in b";".join(value for name, value in headers if name == b"cookie").split(b";"):
        name, _, value = pair.strip().partition(b"=")
        if name in OURS and len(value) <= LONGEST:
            kept[name] = value
    return [*others, (b"cookie", b"; ".join(b"=".join(pair) for pair in kept.items()))]
