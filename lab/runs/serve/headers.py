"""What a browser is told with every answer: where scripts may come from, who may show our pages in a frame."""

import base64
import hashlib
import re
from collections.abc import Awaitable, Iterable, Sequence

from starlette.types import ASGIApp, Message, Receive, Scope, Send

INLINE = re.compile(r"<script>(.*?)</script>", re.DOTALL)
SITE = re.compile(r"https?://(\*\.)?[A-Za-z0-9.-]+(:[0-9]+)?")  # as CSP names one

FEATURES = (
    "accelerometer", "camera", "display-capture", "geolocation", "gyroscope", "magnetometer", "microphone", "midi",
    "payment", "usb",
)  # fmt: skip


def sites(text: str) -> list[str]:
    """The sites of a list such as LAB_EMBED, parted by blanks or commas. Raises SystemExit naming one that is none."""
    named = text.replace(",", " ").split()
    for site in named:
        if not SITE.fullmatch(site):
            raise SystemExit(f"LAB_EMBED must name sites such as https://lms.example.org, but names {site!r}.")
    return named


def inline_scripts(page: str) -> list[str]:
    """What the scripts say that stand in a page of HTML itself."""
    return INLINE.findall(page)


def policy(scripts: Iterable[str] = (), embedding: Sequence[str] = ()) -> str:
    """The Content-Security-Policy that the app runs under.

    Args:
        scripts: what inline scripts say that may run, to the letter; no other may.
        embedding: sites whose pages may show ours in a frame.
    """
    allowed = {
        "default-src": ["'self'"],
        # blob: the live curve and the code box come to the browser as text, which Streamlit makes a module of
        "script-src": ["'self'", "blob:", *map(_as_said, scripts)],
        # inline: Streamlit, its tables and plotly write styles as they draw; a style runs nothing and, by the other
        # lines, fetches nothing from elsewhere
        "style-src": ["'self'", "'unsafe-inline'"],
        "img-src": ["'self'", "data:", "blob:"],  # pictures of icons and charts that are made in the page
        "font-src": ["'self'", "data:"],  # the small one of the tables' icons stands in a style
        "object-src": ["'none'"],
        "frame-src": ["'none'"],
        "base-uri": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'self'", *embedding],
    }
    return "; ".join(f"{name} {' '.join(sources)}" for name, sources in allowed.items())


def _as_said(script: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"


def headers(policy: str, embedding: Sequence[str] = ()) -> list[tuple[bytes, bytes]]:
    """All of them, as ASGI sends them."""
    said = {
        "content-security-policy": policy,
        "x-content-type-options": "nosniff",
        "referrer-policy": "same-origin",
        "permissions-policy": ", ".join(f"{feature}=()" for feature in FEATURES),
        "cross-origin-resource-policy": "same-origin",
    }
    if not embedding:  # which has no list of sites
        said["x-frame-options"] = "SAMEORIGIN"
    return [(name.encode(), value.encode()) for name, value in said.items()]


class SaidWithEverything:
    """ASGI middleware: adds headers to every answer; one of the same name that an answer has itself is replaced."""

    def __init__(self, app: ASGIApp, headers: Iterable[tuple[bytes, bytes]]) -> None:
        self.app, self.headers = app, list(headers)
        self.names = {name for name, _ in self.headers}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        def send_with_headers(message: Message) -> Awaitable[None]:  # without a coroutine for each frame
            if message["type"] == "http.response.start":
                own = [pair for pair in message.get("headers", ()) if pair[0].lower() not in self.names]
                message["headers"] = own + self.headers
            return send(message)

        await self.app(scope, receive, send_with_headers)
