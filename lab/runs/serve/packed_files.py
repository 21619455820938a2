"""The files of Streamlit's own pages, packed once and sent from memory.

A browser that comes for the first time asks for a hundred of them, 3 MB in all, and Streamlit sends them as they lie
on the disk, each in slices through a thread: on purpose, since starlette would pack them anew at every request. Their
names carry a hash of their content, so each is packed when it is first asked for, and never again.
"""

import asyncio
import gzip
import mimetypes
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

PACKABLE: Final = (".js", ".css", ".json", ".svg", ".html", ".txt")  # fonts and pictures are packed already
FOR_EVER: Final = "public, immutable, max-age=31536000"  # as Streamlit says of files with a hash in their name


@dataclass(frozen=True)
class Packed:
    body: bytes
    headers: dict[str, str]


class PackedFiles:
    """ASGI middleware: answers for files below `folder`; whatever else is asked for, the app answers.

    Args:
        folder: files that never change while the server lives. Their list is made once, which bounds what is kept, and
            no path of a request is ever joined to it.
        at: where they stand in an address, "/static/".
    """

    def __init__(self, app: ASGIApp, folder: Path, at: str) -> None:
        self.app = app
        self.files = {
            f"{at}{file.relative_to(folder).as_posix()}": file for file in folder.rglob("*") if file.is_file()
        }
        self.packed: dict[Path, asyncio.Task[Packed]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        file = self._asked_for(scope)
        if file is None:
            await self.app(scope, receive, send)
            return
        packed = await self._packed(file)
        await Response(packed.body, headers=packed.headers)(scope, receive, send)

    def _asked_for(self, scope: Scope) -> Path | None:
        """The file, if it is one of ours and wanted whole, by a browser that can unpack it."""
        if scope["type"] != "http" or scope["method"] != "GET":
            return None
        file = self.files.get(scope["path"].removeprefix(scope.get("root_path", "")))
        headers = Headers(scope=scope)
        return None if "range" in headers or "gzip" not in headers.get("accept-encoding", "") else file

    async def _packed(self, file: Path) -> Packed:
        """Packed in a thread; a hundred browsers that ask at once wait for the same one. Where it could not be read the
        next one tries again.

        Raises OSError.
        """
        task = self.packed.get(file)
        if task is None or (task.done() and (task.cancelled() or task.exception() is not None)):
            task = self.packed[file] = asyncio.create_task(asyncio.to_thread(pack, file))
        return await asyncio.shield(task)


def pack(file: Path) -> Packed:
    """Content and headers. Raises OSError."""
    content = file.read_bytes()
    kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    headers = {"content-type": kind, "cache-control": FOR_EVER, "vary": "Accept-Encoding"}
    if file.suffix not in PACKABLE:
        return Packed(content, headers)
    return Packed(gzip.compress(content, mtime=0), {**headers, "content-encoding": "gzip"})
