"""What a reader of a stream sleeps on, in the web process's event loop."""

import asyncio
from typing import Final

COMMENT_S: Final = 10.0  # of silence, after which a stream says that it is alive


class Bell:
    """Rings for news, and where there has been none for a while.

    An asyncio.Event in a wait_for would make a task and a timer each time; this makes one timer each `COMMENT_S`.
    Belongs to the running loop, in which alone it may be set.
    """

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._sleeping: asyncio.Future[None] | None = None
        self._rung = self._quiet = self._heard = False
        self._timer = self._loop.call_later(COMMENT_S, self._look)

    def set(self) -> None:
        """There is news."""
        self._rung = self._heard = True
        if self._sleeping is not None and not self._sleeping.done():
            self._sleeping.set_result(None)

    async def wait(self) -> bool:
        """Until it rings; True if it was for the silence alone."""
        if not self._rung:
            self._sleeping = self._loop.create_future()
            await self._sleeping
        self._rung, self._sleeping = False, None
        quiet, self._quiet = self._quiet, False
        return quiet

    def silence(self) -> None:
        """Nobody listens any more."""
        self._timer.cancel()

    def _look(self) -> None:
        if not self._heard:
            self._quiet = True
            self.set()
        self._heard = False
        self._timer = self._loop.call_later(COMMENT_S, self._look)
