"""Scripts of one address run some at a time, its people take turns, and whoever comes from elsewhere waits for none."""

import asyncio
from types import SimpleNamespace

import pytest
from streamlit.runtime.scriptrunner import ScriptRunnerEvent

from lab.runs.serve import turns
from lab.runs.serve.page_messages import KIND
from lab.runs.serve.turns import AT_ONCE, OF_ONE, Turns, this_page
from pages.ui import turns as hooks
from tests.lab.runs.asgi import run_apart

CLICK = {"type": "websocket.receive", "bytes": b"click", KIND: "rerun_script"}
STOP = {"type": "websocket.receive", "bytes": b"stop", KIND: "stop_script"}
SCREEN = {"type": "websocket.send", "bytes": b"screen"}
GONE = {"type": "websocket.disconnect", "code": 1000}
HERE, ELSEWHERE = "10.0.0.1", "10.0.0.2"


async def once_around() -> None:
    """All that is due in the loop has its turn."""
    loop = asyncio.get_running_loop()
    due = loop.create_future()
    loop.call_soon(due.set_result, None)
    await due


async def taken(message) -> None:
    assert message == SCREEN


class Street:
    """Pages of many people. The script of a click runs until somebody ends it.

    Args:
        begins: what a click does; some bring about no script.
    """

    def __init__(self, begins: bool = True) -> None:
        self.heard: list[str] = []
        self.running: dict[str, turns.Page] = {}
        self.room = asyncio.Semaphore(0)  # one more was heard
        self.begins = begins
        self.server = Turns(self.app)
        self.sent: list[asyncio.Task] = []
        self.pages: list[asyncio.Task] = []

    async def app(self, scope, receive, send) -> None:
        while (message := await receive()) != GONE:
            self.heard.append(scope["name"])
            self.room.release()
            if message == CLICK and self.begins:
                self.running[scope["name"]] = this_page()
                this_page().begin()
            self.sent.append(asyncio.create_task(send(SCREEN)))

    def end(self, name: str) -> None:
        self.running.pop(name).end()

    def come(self, name: str, *, owner: str = "", address: str = HERE, send=taken) -> asyncio.Queue:
        """What it says: a click, and whatever is put there."""
        says: asyncio.Queue = asyncio.Queue()
        says.put_nowait(CLICK)
        own = {"name": name, "lab.owner": owner or name}
        scope = {"type": "websocket", "client": (address, 1), "headers": [], **own}
        self.pages.append(asyncio.create_task(self.server(scope, says.get, send)))
        return says

    async def are_heard(self, count: int) -> list[str]:
        """So many more, and nobody else."""
        for _ in range(count):
            await self.room.acquire()
        for _ in range(9):
            await once_around()  # for whoever is called in error
        assert self.room.locked()
        return self.heard[len(self.heard) - count :]


def run(watch) -> None:
    async def until_all_go_home() -> None:
        await watch()
        for task in asyncio.all_tasks() - {asyncio.current_task()}:
            task.cancel()

    run_apart(until_all_go_home())


def test_scripts_of_one_address_run_some_at_a_time_and_others_at_once():
    async def watch() -> None:
        street = Street()
        for place in range(100):
            street.come(f"crowd {place}")
        street.come("other", address=ELSEWHERE)
        crowd = [f"crowd {place}" for place in range(100)]
        assert sorted(await street.are_heard(AT_ONCE + 1)) == sorted([*crowd[:AT_ONCE], "other"])
        street.end("crowd 1")
        assert await street.are_heard(1) == [crowd[AT_ONCE]]

    run(watch)


def test_who_has_a_hundred_pages_at_an_address_is_one_of_those_who_take_turns_there():
    async def watch() -> None:
        street = Street()
        for place in range(100):
            street.come(f"page {place}", owner="loud")
        assert await street.are_heard(OF_ONE) == ["page 0", "page 1"]
        street.come("quiet")
        assert await street.are_heard(1) == ["quiet"]  # there is room for another
        street.come("later", owner="quiet")
        await street.are_heard(0)
        street.end("page 0")
        assert await street.are_heard(1) == ["page 2"]  # who waits for longer
        street.end("page 1")
        assert await street.are_heard(1) == ["later"]  # who has waited since the other had a turn

    run(watch)


def test_a_click_interrupts_its_page_s_script_where_nobody_waits_and_comes_behind_it_else():
    async def watch() -> None:
        street = Street()
        says = [street.come(str(place)) for place in range(AT_ONCE)]
        await street.are_heard(AT_ONCE)
        says[0].put_nowait(CLICK)
        assert await street.are_heard(1) == ["0"]
        street.come("waits")
        await street.are_heard(0)
        says[1].put_nowait(CLICK)
        assert await street.are_heard(0) == []
        street.end("1")
        assert await street.are_heard(1) == ["waits"]
        street.end("0")
        assert await street.are_heard(1) == ["1"]

    run(watch)


def test_what_asks_for_no_script_waits_for_nobody_and_what_brings_about_none_keeps_nobody_waiting():
    async def watch() -> None:
        street = Street(begins=False)
        says = [street.come(str(place)) for place in range(3 * AT_ONCE)]
        await street.are_heard(len(says))
        street.begins = True
        for each in says:
            each.put_nowait(CLICK)
        await street.are_heard(AT_ONCE)
        says[0].put_nowait(STOP)
        assert await street.are_heard(1) == ["0"]

    run(watch)


def test_whoever_takes_too_long_or_leaves_keeps_nobody_waiting(monkeypatch):
    async def watch() -> None:
        street = Street()
        monkeypatch.setattr(turns, "LONGEST_S", 0.0)
        says = [street.come(str(place)) for place in range(AT_ONCE)]
        await street.are_heard(AT_ONCE)
        monkeypatch.setattr(turns, "LONGEST_S", 60.0)
        says = [street.come(f"leaves {place}") for place in range(AT_ONCE)]
        await street.are_heard(AT_ONCE)
        for each in says:
            each.put_nowait(GONE)
        for place in range(AT_ONCE):
            street.come(f"later {place}")
        assert await street.are_heard(AT_ONCE) == [f"later {place}" for place in range(AT_ONCE)]

    run(watch)


def test_a_page_that_has_left_the_line_is_not_called():
    async def watch() -> None:
        street = Street()
        for place in range(AT_ONCE + 2):
            street.come(str(place))
        await street.are_heard(AT_ONCE)
        street.pages[AT_ONCE].cancel()
        await street.are_heard(0)
        street.end("0")
        assert await street.are_heard(1) == [str(AT_ONCE + 1)]

    run(watch)


def test_who_reads_no_answer_is_heard_no_more_until_it_does():
    async def watch() -> None:
        street, reads = Street(), asyncio.Event()

        async def send(message) -> None:
            await reads.wait()

        says = street.come("page", send=send)
        assert await street.are_heard(1) == ["page"]
        says.put_nowait(CLICK)
        assert await street.are_heard(0) == []
        reads.set()
        assert await street.are_heard(1) == ["page"]

    run(watch)


@pytest.fixture
def session(monkeypatch):
    """A session of Streamlit's whose script runs for as long as `_scriptrunner` is there, its hooks in place."""

    class Session:
        id = "session"
        _scriptrunner = None

        def request_rerun(self, state) -> None:
            self._scriptrunner = object() if state else None

        def _handle_scriptrunner_event_on_event_loop(self, sender, event) -> None:
            if event is ScriptRunnerEvent.SHUTDOWN and sender is self._scriptrunner:
                self._scriptrunner = None

    monkeypatch.setattr(hooks, "AppSession", Session)
    hooks.tell_when_scripts_end.__wrapped__()
    return Session()


async def clicked() -> turns.Page:
    """The page of this task, which has its turn."""
    page = turns.Page(turns.Line(), "one")
    turns._THIS.set(page)

    async def click():
        return CLICK

    await page.receive(click)
    return page


def test_a_turn_lasts_until_the_thread_of_the_last_script_has_ended(session):
    async def watch() -> None:
        page = await clicked()
        session.request_rerun(None)  # a part of the page that is no longer there
        assert not page._has_begun
        session.request_rerun("state")
        first = session._scriptrunner
        session.request_rerun("state")
        session._handle_scriptrunner_event_on_event_loop(first, ScriptRunnerEvent.SHUTDOWN)
        assert page._clock is not None
        session._handle_scriptrunner_event_on_event_loop(session._scriptrunner, ScriptRunnerEvent.SHUTDOWN)
        assert page._clock is None

    run(watch)


def test_a_script_that_waits_for_something_else_steps_aside(session, monkeypatch):
    monkeypatch.setattr(hooks, "get_script_run_ctx", lambda **_: SimpleNamespace(session_id="session"))

    async def watch() -> None:
        page = await clicked()
        session.request_rerun("state")
        await asyncio.to_thread(hooks.step_aside)
        await page._over.wait()
        assert page._clock is None

    run(watch)
