"""What Streamlit serves beside its page and this app has no use for."""

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

METRICS = "/_stcore/metrics"  # how many people are there and what they use; read by whoever asks
AGENT = "/_stcore/agent/"  # pages without a browser, by the id of a session alone


class NotServed:
    """ASGI middleware: these paths are not there.

    Args:
        metrics: the metrics are (LAB_METRICS=1, for a server that only its own proxy reaches).
    """

    def __init__(self, app: ASGIApp, metrics: bool = False) -> None:
        self.app, self.paths = app, (AGENT,) if metrics else (AGENT, METRICS)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and any(path in scope["path"] for path in self.paths):
            await PlainTextResponse("Not found.", 404)(scope, receive, send)
            return
        await self.app(scope, receive, send)
