"""Asks an ASGI app one question, without a server or a client library."""

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

T = TypeVar("T")


def run_apart(work: Coroutine[Any, Any, T]) -> T:
    """Run in a thread of its own: Playwright's own loop may be running in this one."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()


def ask(
    app: Any,
    path: str,
    headers: dict[str, str] | None = None,
    method: str = "GET",
    scheme: str = "http",
    body: bytes = b"",
    query: bytes = b"",
) -> tuple[int, list[Any], bytes]:
    """(status, headers as pairs of text, body) of one request."""
    return run_apart(_ask(app, path, headers or {}, method, scheme, body, query))


async def _ask(
    app: Any, path: str, headers: dict[str, str], method: str, scheme: str, body: bytes, query: bytes
) -> tuple[int, list[Any], bytes]:
    sent = {"host": "localhost", **{name.lower(): value for name, value in headers.items()}}
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": scheme,
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": query,
        "headers": [(name.encode(), value.encode()) for name, value in sent.items()],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
    }
    said: list[Any] = []
    asked = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> dict[str, Any]:
        if not asked:
            await asyncio.Event().wait()  # stays connected to the end
        return asked.pop()

    async def send(message: dict[str, Any]) -> None:
        said.append(message)

    await app(scope, receive, send)
    head = [(name.decode(), value.decode()) for name, value in said[0]["headers"]]
    return said[0]["status"], head, b"".join(message.get("body", b"") for message in said[1:])
