"""What goes out through a stream: at once where the browser keeps up, by a task where not; a comment in silence."""

import asyncio
from collections.abc import Callable

import pytest

from lab.runs.serve import outflow as outflow_module
from lab.runs.serve.outflow import COMMENT, Outflow
from lab.runs.serve.pooled.waker import Waker
from tests.lab.runs.asgi import run_apart
from tests.lab.runs.jobs import Bell as Counting


class Stream:
    """A stream of which a test says what is new, and when its browser takes something."""

    def __init__(self) -> None:
        self.new: list[bytes] = []
        self.is_last = False
        self.sent: list[bytes] = []
        self.keeps_up = asyncio.Event()
        self.keeps_up.set()
        self.outflow = Outflow(self.send)

    def begin(self) -> "asyncio.Task[None]":
        return asyncio.create_task(self.outflow.run(self.news))

    def news(self) -> tuple[bytes, bool]:
        events, self.new = b"".join(self.new), []
        return events, self.is_last

    async def send(self, events: bytes) -> None:
        await self.keeps_up.wait()
        self.sent.append(events)

    def tell(self, *events: bytes, is_last: bool = False) -> None:
        self.new += events
        self.is_last = is_last
        self.outflow.set()


async def a_turn() -> None:
    """What waits in the loop happens."""
    loop = asyncio.get_running_loop()
    done = loop.create_future()
    loop.call_soon(done.set_result, None)
    await done


def test_what_is_new_has_gone_out_when_the_bell_has_rung():
    async def told() -> list[list[bytes]]:
        stream = Stream()
        stream.tell(b"a")  # nothing goes out before it has begun
        found, going = [list(stream.sent)], stream.begin()
        await a_turn()
        found.append(list(stream.sent))
        stream.tell(b"b", b"c")
        stream.outflow.set()
        found.append(list(stream.sent))
        stream.tell(b"d", is_last=True)
        await going
        return [*found, stream.sent]

    assert run_apart(told()) == [[], [b"a"], [b"a", b"bc"], [b"a", b"bc", b"d"]]


def test_for_a_browser_that_does_not_keep_up_nothing_is_read_until_it_does():
    async def told() -> tuple[list[bytes], list[bytes]]:
        stream = Stream()
        going = stream.begin()
        await a_turn()
        stream.keeps_up.clear()
        stream.tell(b"a")
        stream.tell(b"b")
        stream.tell(b"c")
        waiting = list(stream.new)
        stream.keeps_up.set()
        await a_turn()
        await a_turn()
        stream.tell(b"d", is_last=True)
        await going
        return waiting, stream.sent

    assert run_apart(told()) == ([b"b", b"c"], [b"a", b"bc", b"d"])


def test_a_browser_that_goes_while_it_is_waited_for_ends_the_stream():
    async def told() -> tuple[list[bytes], int]:
        stream = Stream()
        going = stream.begin()
        await a_turn()
        stream.keeps_up.clear()
        stream.tell(b"a")
        stream.outflow.end()
        await going
        await a_turn()
        return stream.sent, len(asyncio.all_tasks()) - 1

    assert run_apart(told()) == ([], 0)


@pytest.mark.parametrize("when", [lambda stream: stream.keeps_up.set(), lambda stream: stream.keeps_up.clear()])
def test_what_goes_wrong_ends_its_stream_and_is_not_told_to_whoever_rings(when: Callable[[Stream], None]):
    async def told() -> str:
        stream = Stream()

        async def send(events: bytes) -> None:
            await stream.keeps_up.wait()
            raise ConnectionError(events.decode())

        stream.outflow = Outflow(send)
        going = stream.begin()
        await a_turn()
        when(stream)
        stream.tell(b"a")
        stream.keeps_up.set()
        try:
            await going
        except ConnectionError as error:
            return str(error)
        return ""

    assert run_apart(told()) == "a"


def test_silence_is_filled_with_a_comment_and_news_puts_that_off(monkeypatch):
    monkeypatch.setattr(outflow_module, "COMMENT_S", 0.001)

    async def told() -> tuple[list[bytes], list[bytes]]:
        never_begun, stream = Stream(), Stream()
        going = stream.begin()
        while not stream.sent:
            await a_turn()
        stream.sent.clear()
        stream.tell(b"a")
        stream.outflow._look()  # the time is over, and there was news in it
        found = list(stream.sent)
        stream.outflow._look()
        found += stream.sent[1:]
        stream.outflow.end()
        await going
        return found, never_begun.sent

    assert run_apart(told()) == ([b"a", COMMENT], [])


def test_the_loop_is_called_once_for_all_who_have_news_by_then():
    async def ring() -> tuple[int, list[int]]:
        loop, calls = asyncio.get_running_loop(), []
        bells = [Counting() for _ in range(20)]
        wake = Waker(loop)
        call = loop.call_soon_threadsafe
        loop.call_soon_threadsafe = lambda *what: calls.append(call(*what))
        for bell in (*bells, *bells[:5]):
            wake([bell])
        del loop.call_soon_threadsafe
        await a_turn()
        wake(bells[:1])
        await a_turn()
        await a_turn()
        return len(calls), [bell.rung for bell in bells]

    calls, rung = run_apart(ring())
    assert calls == 1
    assert rung == [2] + [1] * 19
