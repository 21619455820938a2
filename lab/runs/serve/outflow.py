"""What goes out through one stream, in the web process's event loop: whatever is new, as soon as it rings."""

import asyncio
import types
from collections.abc import Awaitable, Callable, Coroutine, Generator
from functools import partial
from typing import Any, Final

COMMENT = b":\n\n"  # keeps proxies from closing a stream in which nothing happens
COMMENT_S: Final = 10.0  # of silence, after which a stream says that it is alive


class Outflow:
    """Sends what is new each time that there is news, and a comment where there has been none for a while.

    No task sleeps here: to wake one for each frame (a future, a turn of the loop) took a sixth of the loop's time.
    Whoever rings sends at once. Only a browser that does not keep up makes a task, which waits for it, and nothing is
    read for it meanwhile. Belongs to the running loop, in which alone it may ring.

    Args:
        send: may wait for the browser.
    """

    def __init__(self, send: Callable[[bytes], Awaitable[None]]) -> None:
        self._loop = asyncio.get_running_loop()
        self._send, self._news = send, _nothing_yet
        self._over: asyncio.Future[None] = self._loop.create_future()
        self._waiting: asyncio.Task[None] | None = None
        self._rung = self._heard = self._quiet = self._going_out = False

    def set(self) -> None:
        """There is news."""
        self._rung = self._heard = True
        if not self._going_out:
            self._waiting = as_far_as_it_goes(self._let_out())

    async def run(self, news: Callable[[], tuple[bytes, bool]]) -> None:
        """Until all is said, or it is ended. Raises what `send` or `news` raise.

        Args:
            news: what has come since it was asked last, and whether that is the last of it.
        """
        self._news = news
        self._look_later()
        self.set()
        try:
            await self._over
        finally:
            self._timer.cancel()
            if self._waiting is not None:
                self._waiting.cancel()

    def end(self, error: Exception | None = None) -> None:
        """Nothing goes out any more."""
        if not self._over.done():
            self._over.set_exception(error) if error else self._over.set_result(None)

    async def _let_out(self) -> None:
        """All that is new, and what becomes new while the browser takes it."""
        self._going_out = True
        try:
            while self._rung and not self._over.done():
                self._rung, quiet, self._quiet = False, self._quiet, False
                events, is_last = self._news()
                if events or quiet:
                    await self._send(events or COMMENT)
                if is_last:
                    self.end()
        except Exception as error:  # noqa: BLE001  # whoever rang rings for others, too
            self.end(error)
        finally:
            self._going_out = False

    def _look(self) -> None:
        if not self._heard:
            self._quiet = True
            self.set()
        self._heard = False
        self._look_later()

    def _look_later(self) -> None:
        """All streams at the same moment: each moment of its own would wake the loop, twenty times a second for 200."""
        self._timer = self._loop.call_at(COMMENT_S * (self._loop.time() // COMMENT_S + 1), self._look)


def _nothing_yet() -> tuple[bytes, bool]:
    return b"", False


def as_far_as_it_goes(work: Coroutine[Any, Any, None]) -> asyncio.Task[None] | None:
    """Do it now, up to where it waits; a task goes on from there. As eager tasks of Python 3.12, without a task."""
    try:
        waits_for = work.send(None)
    except StopIteration:
        return None
    return asyncio.get_running_loop().create_task(_rest(work, waits_for))


@types.coroutine
def _rest(work: Coroutine[Any, Any, None], waits_for: Any) -> Generator[Any, None, None]:
    """What is left of a coroutine that has begun to wait."""
    while True:
        try:
            yield waits_for
        except BaseException as error:  # noqa: BLE001  # it was cancelled, or what it waits for has failed: it is told
            go_on = partial(work.throw, error)
        else:
            go_on = partial(work.send, None)
        try:
            waits_for = go_on()
        except StopIteration:
            return
