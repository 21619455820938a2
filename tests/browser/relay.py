"""A relay between a browser and the server whose connections can be cut, as a bad network does."""

import asyncio
import ssl
import threading
from contextlib import suppress

from tests.waiting import LONGEST_S


class Relay:
    """Listens on a port of its own and passes bytes on to the server, in a thread.

    Args:
        tls: how the server is spoken to, its certificate checked; None passes everything on as it is.
    """

    def __init__(self, host: str, tls: ssl.SSLContext | None = None) -> None:
        self._target, self._tls = host.partition(":"), tls
        self._open: set[asyncio.StreamWriter] = set()
        self._passing = True
        self._loop = asyncio.new_event_loop()
        self.port = 0
        self.refused = 0  # connections since it began
        ready = threading.Event()
        self._thread = threading.Thread(target=self._serve, args=(ready,), daemon=True)
        self._thread.start()
        ready.wait(LONGEST_S)

    def cut(self) -> None:
        """End every connection and refuse new ones."""
        self._loop.call_soon_threadsafe(self._cut)

    def mend(self) -> None:
        self._passing = True

    def close(self) -> None:
        self.cut()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(LONGEST_S)
        self._loop.close()

    def _serve(self, ready: threading.Event) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(asyncio.start_server(self._pass_on, "127.0.0.1", 0))
        self.port = server.sockets[0].getsockname()[1]
        ready.set()
        self._loop.run_forever()
        server.close()
        tasks = asyncio.all_tasks(self._loop)
        for task in tasks:
            task.cancel()
        self._loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))

    def _cut(self) -> None:
        self._passing = False
        for writer in self._open:
            writer.transport.abort()

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not self._passing:
            self.refused += 1
            writer.transport.abort()
            return
        there, back = await asyncio.open_connection(self._target[0], int(self._target[2]), ssl=self._tls)
        ends = {writer, back}
        self._open |= ends
        await asyncio.gather(_copy(reader, back), _copy(there, writer))
        self._open -= ends


async def _copy(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await source.read(65536):
            target.write(data)
            await target.drain()
    target.close()
