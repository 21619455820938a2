"""What readers sleep on: woken once for all that is new, and by silence only after a while."""

import asyncio

from lab.runs.serve import bell as bell_module
from lab.runs.serve.bell import Bell
from lab.runs.serve.pooled.waker import Waker
from tests.lab.runs.asgi import run_apart
from tests.lab.runs.jobs import Bell as Counting


async def a_turn() -> None:
    """What waits in the loop happens."""
    loop = asyncio.get_running_loop()
    done = loop.create_future()
    loop.call_soon(done.set_result, None)
    await done


def test_a_bell_that_rang_before_anybody_waited_is_heard():
    async def hear() -> bool:
        bell = Bell()
        bell.set()
        bell.set()
        quiet = await bell.wait()
        waiting = asyncio.create_task(bell.wait())
        await a_turn()
        assert not waiting.done()
        bell.set()
        return quiet or await waiting

    assert run_apart(hear()) is False


def test_silence_wakes_with_a_word_of_its_own_and_news_puts_that_off(monkeypatch):
    monkeypatch.setattr(bell_module, "COMMENT_S", 0.001)

    async def hear() -> list[bool]:
        bell = Bell()
        heard = [await bell.wait()]
        bell.set()
        bell._look()  # the time is over, and there was news in it
        heard.append(await bell.wait())
        bell.silence()
        return heard

    assert run_apart(hear()) == [True, False]


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
