"""A session belongs to the browser that opened it: its id alone opens nothing.

Streamlit takes a session's id for the right to it: whoever names it when connecting goes on with it, whoever names it
in the address of an upload puts files into it. Here its page notes whose it is, and this middleware asks.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from functools import lru_cache
from ipaddress import IPv4Address, ip_address, ip_network
from urllib.parse import urlsplit
from weakref import WeakValueDictionary

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from lab.runs.serve.owner import owner_of

UPLOADS = "/_stcore/upload_file/"
PLAY = "/play/"
PROTOCOLS = "sec-websocket-protocol"  # Streamlit's page sends there: "streamlit", a token, the session it had

_LOOPBACK = {"127.0.0.1", "::1", None}
HERE = "@"  # who comes from this machine, or from behind a proxy on it that names nobody


@dataclass(eq=False)
class Session:
    """One session.

    Args:
        visitor: who opened it.
        uploads: bytes of each of its files that the server holds, by the file's id.
        refused: code and blanks of the sentence why its last file was not taken. Streamlit's page shows the number of
            the answer and nothing that stands in it; the next screen says this.
    """

    visitor: str
    uploads: dict[str, int] = field(default_factory=dict)
    refused: tuple[str, dict[str, int]] | None = None


_sessions: WeakValueDictionary[str, Session] = WeakValueDictionary()


def opened(session_id: str, visitor: str) -> Session:
    """Note whose session this is, for as long as somebody holds what is returned."""
    session = _sessions[session_id] = Session(visitor)
    return session


def session_of(visitor: str, session_id: str) -> Session | None:
    """The session of that id if it is this visitor's."""
    session = _sessions.get(session_id)
    return session if session is not None and session.visitor == visitor else None


def session_named(session_id: str) -> Session | None:
    return _sessions.get(session_id)


def upload_ids(scope: Scope) -> tuple[str, str]:
    """Of the session that a file in this request is for, whoever sends it, and of the file."""
    session_id, _, file_id = scope["path"].partition(UPLOADS)[2].partition("/")
    return session_id, file_id


def held_bytes(visitor: str) -> int:
    """What the server holds of all files that this visitor has sent."""
    there = [known() for known in _sessions.valuerefs()]  # in one step: scripts open sessions meanwhile
    return sum(sum(session.uploads.values()) for session in there if session is not None and session.visitor == visitor)


def let_go(session_id: str, file_id: str) -> None:
    """The server holds this file no longer."""
    session = _sessions.get(session_id)
    if session is not None:
        session.uploads.pop(file_id, None)


def visitor_named(owner: str | None, address: str | None) -> str:
    """An owner; a browser that refuses cookies is known by its address."""
    return owner or HERE + ("" if address is None or address in _LOOPBACK else _network_of(address))


@lru_cache(maxsize=1_000)
def _network_of(address: str) -> str:
    """The address itself; of version 6 the network, in which a single machine has any number of them."""
    try:
        known = ip_address(address)
    except ValueError:  # the name of a test's client
        return address
    if isinstance(known, IPv4Address):
        return address
    return str(known.ipv4_mapped or ip_network((known.packed[:8].ljust(16, b"\0"), 64)))


def visitor_of(scope: Scope) -> str:
    """Who sends this request."""
    client = scope.get("client")
    return visitor_named(owner_of(scope), client[0] if client else None)


def address_of(scope: Scope) -> str:
    """Where it comes from, whoever sends it."""
    client = scope.get("client")
    return visitor_named(None, client[0] if client else None)


class SessionDoor:
    """ASGI middleware: a session is gone on with, and given files, by its own visitor alone.

    What a playground asks comes from a page of this server, not of another.

    Args:
        origins: names of hosts whose pages may connect beside this server's own; None: those of any.
    """

    def __init__(self, app: ASGIApp, origins: Collection[str] | None = ()) -> None:
        self.app, self.origins = app, origins

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            if not self._from_a_page_of_ours(scope):
                await send({"type": "websocket.close", "code": 1008})
                return
            scope = _without_a_foreign_session(scope)
        elif scope["type"] == "http" and UPLOADS in scope["path"] and scope["method"] != "OPTIONS":
            if session_of(visitor_of(scope), upload_ids(scope)[0]) is None:
                await PlainTextResponse("This session is not yours.", 403)(scope, receive, send)
                return
        elif _is_play(scope) and not self._from_a_page_of_ours(scope, must_say=True):
            await PlainTextResponse("Only a page of this server may ask that.", 403)(scope, receive, send)
            return
        await self.app(scope, receive, send)

    def _from_a_page_of_ours(self, scope: Scope, must_say: bool = False) -> bool:
        """Streamlit looks, too, but asks a server outside for its own address before it refuses.

        Args:
            must_say: browsers say it in each such request, so whoever does not is no page.
        """
        headers = Headers(scope=scope)
        origin = headers.get("origin")
        if origin is None:
            return not must_say
        if self.origins is None:  # no matter
            return True
        try:
            there = urlsplit(origin)
            return there.netloc == headers.get("host") or there.hostname in self.origins
        except ValueError:
            return False


def _is_play(scope: Scope) -> bool:
    return scope["type"] == "http" and scope["method"] == "POST" and PLAY in scope["path"]


def _without_a_foreign_session(scope: Scope) -> Scope:
    """The same request; the session that it names only if it is the visitor's. Without one Streamlit opens another."""
    names = [name.strip() for line in Headers(scope=scope).getlist(PROTOCOLS) for name in line.split(",")]
    if len(names) < 3:
        return scope
    if session_of(visitor_of(scope), names[2]) is None:
        names[2:] = []
    others = [(name, value) for name, value in scope["headers"] if name != PROTOCOLS.encode()]
    headers = [*others, (PROTOCOLS.encode(), ", ".join(names).encode("latin-1"))]
    return {**scope, "headers": headers, "subprotocols": [name for name in names if name]}
