"""Whose runs are whose: a random cookie, set once, that no script of a page can read or send elsewhere."""

import re
from http.cookies import CookieError, SimpleCookie

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from lab.runs.serve.keys import new_key

COOKIE = "lab_owner"
YEAR_S = 365 * 24 * 3600

_TOKEN = re.compile(r"[A-Za-z0-9_-]{32}")


def new_owner() -> str:
    """The owner of a browser that has none yet."""
    return new_key()


def owner_from(cookies: dict[str, str]) -> str | None:
    """The owner named by a request's cookies; None if there is none or it was not made by us."""
    value = cookies.get(COOKIE, "")
    return value if _TOKEN.fullmatch(value) else None


class OwnerCookie:
    """ASGI middleware: an HTML page that is asked for without the cookie brings one along."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or owner_from(_cookies(scope)) is not None:
            await self.app(scope, receive, send)
            return

        async def send_with_cookie(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                # pages only: a dozen files of the same page must not bring a dozen different cookies
                if headers.get("content-type", "").startswith("text/html"):
                    secure = "; Secure" if scope.get("scheme") == "https" else ""
                    headers.append(
                        "set-cookie",
                        f"{COOKIE}={new_owner()}; Path=/; Max-Age={YEAR_S}; HttpOnly; SameSite=Lax{secure}",
                    )
            await send(message)

        await self.app(scope, receive, send_with_cookie)


def _cookies(scope: Scope) -> dict[str, str]:
    try:
        parsed = SimpleCookie(Headers(scope=scope).get("cookie", ""))
    except CookieError:
        return {}
    return {name: morsel.value for name, morsel in parsed.items()}
