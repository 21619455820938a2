"""Whose runs are whose: a random name in a signed cookie, set once, that no script of a page can read or send.

The key lies beside the store, so that a second server on the same store takes the same cookies. Whoever writes a new
line at its end signs with that from the next start on, and still takes what the lines before have signed.
"""

import hashlib
import os
import re
import secrets
from collections.abc import Awaitable, Mapping
from functools import lru_cache
from pathlib import Path

from itsdangerous import BadSignature, Signer
from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from lab.errors import RunError
from lab.runs.kept.disk import disk_refusals, write_whole
from lab.runs.kept.store import YEAR_S, default_directory, has_folder
from lab.runs.serve.keys import new_key
from lab.texts import say_error

COOKIE = "lab_owner"
KEY_FILE = "owner.key"

_UNSIGNED = re.compile(r"[A-Za-z0-9_-]{32}")  # as all cookies were before they were signed
_KEY = re.compile(r"[0-9a-f]{64}")
TO_FRAMES = b"SameSite=None; Secure"  # ends a cookie that goes into frames of other sites
_SEEN = "lab.owner"  # in a scope: read once for all who ask


def new_owner() -> str:
    """The owner of a browser that has none yet."""
    return new_key()


def owner_from(cookies: Mapping[str, str]) -> str | None:
    """The owner named by a request's cookies; None if there is none or it was not made by us.

    One from before cookies were signed holds as long as the store keeps runs of that owner.
    """
    value = cookies.get(COOKIE, "")
    if _UNSIGNED.fullmatch(value):
        return value if has_folder(default_directory(), value) else None
    if len(value) > 200 or "." not in value:
        return None
    try:
        return _signer(_home()).unsign(value.encode("utf-8", "replace")).decode()
    except BadSignature:
        return None


def signed(owner: str) -> str:
    """What the cookie of this owner says."""
    return _signer(_home()).sign(owner).decode()


def owner_of(scope: Scope) -> str | None:
    """The owner who sends this request, as `owner_from`."""
    if _SEEN not in scope:
        scope[_SEEN] = owner_from(HTTPConnection(scope).cookies)
    found: str | None = scope[_SEEN]
    return found


def keys_in(home: Path) -> list[str]:
    """The keys that cookies are signed with, oldest first; the first is made where there is none.

    Raises:
        SystemExit: the file holds something else, cannot be read, or none can be written.
    """
    path = home / KEY_FILE
    try:
        with disk_refusals():
            if not path.exists():
                _make_key(path)
            keys = path.read_text(encoding="utf-8", errors="replace").split()
    except RunError as refusal:
        told = say_error(refusal, "en")
        raise SystemExit(f"{path}, the key that cookies are signed with, cannot be had. {told}") from None
    if not keys or not all(map(_KEY.fullmatch, keys)):
        raise SystemExit(f"{path} must hold keys of 64 hexadecimal digits, one a line; without it a new one is made.")
    return keys


def _make_key(path: Path) -> None:
    """Of two servers that begin at once the first one's key is taken by both, and neither reads half of it.

    Raises RunError "disk.…": there is none.
    """
    made = path.with_name(f"{KEY_FILE}-{secrets.token_hex(4)}")
    with disk_refusals():
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(made, lambda file: file.write(f"{secrets.token_hex(32)}\n".encode()))  # readable by us alone
        try:
            os.link(made, path)
        except FileExistsError:
            pass
        except OSError:  # a file system without links: a stick, where no second server begins
            made.replace(path)
        made.unlink(missing_ok=True)


def ready() -> None:
    """Before the first page asks. Raises SystemExit as `keys_in`."""
    _signer(_home())


def _home() -> Path:
    return default_directory().parent


@lru_cache(maxsize=8)
def _signer(home: Path) -> Signer:
    return Signer(list(keys_in(home)), salt=COOKIE, digest_method=hashlib.sha256)


class OwnerCookie:
    """ASGI middleware: an HTML page that is asked for without a signed cookie brings one along.

    Args:
        embedded: other sites show pages of ours in a frame: a cookie has to say that it goes there.
    """

    def __init__(self, app: ASGIApp, embedded: bool = False) -> None:
        self.app, self.embedded = app, embedded

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        def send_with_cookie(message: Message) -> Awaitable[None]:  # as in `SaidWithEverything`
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                # pages only: a dozen files of the same page must not bring a dozen different cookies
                if headers.get("content-type", "").startswith("text/html"):
                    self._bring(scope, headers)
                if self.embedded:
                    secure = scope.get("scheme") == "https"
                    message["headers"] = [_apart(pair, secure) for pair in message["headers"]]
            return send(message)

        await self.app(scope, receive, send_with_cookie)

    def _bring(self, scope: Scope, headers: MutableHeaders) -> None:
        owner = owner_of(scope)
        if owner is not None and HTTPConnection(scope).cookies[COOKIE] != owner:
            return  # it is signed
        secure = scope.get("scheme") == "https"  # as seen by the browser: uvicorn asks the proxies that it trusts
        how = "SameSite=None" if secure and self.embedded else "SameSite=Lax"
        how += "; Secure" if secure else ""
        value = signed(owner or new_owner())
        headers.append("set-cookie", f"{COOKIE}={value}; Path=/; Max-Age={YEAR_S}; HttpOnly; {how}")


def _apart(pair: tuple[bytes, bytes], secure: bool) -> tuple[bytes, bytes]:
    """A cookie for frames, also Streamlit's. Over https it is held apart for each site that shows one: most browsers
    keep no other there. Without https they keep none, and the page alone has to have it.
    """
    name, value = pair
    if name != b"set-cookie" or not value.endswith(TO_FRAMES):
        return pair
    return name, value + b"; Partitioned" if secure else value.removesuffix(TO_FRAMES) + b"SameSite=Lax"
