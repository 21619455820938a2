"""What a page may say to the server, and how often; a page here is whatever connects."""

import asyncio

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg

from benchmarks.live.session import Session as Person
from lab.runs.serve.bounds import Bounds
from lab.runs.serve.page_messages import HEARD, PROTOCOL_ERROR, PageMessages
from lab.runs.serve.turns import Turns, this_page
from lab.spec.limits import CLASS
from pages.ui.messages import MOST_FILES, MOST_KEPT, MOST_LETTERS, MOST_OF_AN_ADDRESS, MOST_WIDGETS, kind_of
from tests.lab.runs.asgi import run_apart
from tests.security.test_bounds import Clock, scope
from tests.security.visitor import Visitor

LIMITS = CLASS.visitors


def message(**fields) -> bytes:
    return BackMsg(**fields).SerializeToString()


RERUN = message(rerun_script={})
OPERATION = {"request_id": "1", "session_id": "s"}
UNHEARD = {
    "forget all that is kept for everybody": message(clear_cache=True),
    "the same behind what is heard": RERUN + message(clear_cache=True),
    "where the program lies": message(load_git_info=True),
    "watch the files": message(set_run_on_save=True),
    "write files": message(backend_operation_request={**OPERATION, "install_skills": {}}),
    "end the server": message(debug_shutdown_runtime=True),
    "nothing": b"",
}
ENDING = {"no message": b"\xff" * 40, "half of one": RERUN + b"\x5a\x7f", "a text": None}

BOUNDS = {
    "names of files": lambda count: message(file_urls_request={"file_names": [""] * count}),
    "widgets": lambda count: message(rerun_script={"widget_states": {"widgets": [{"id": "x"}] * count}}),
    "screens that it has": lambda count: message(rerun_script={"cached_message_hashes": ["x"] * count}),
    "letters of a part of a page": lambda count: message(rerun_script={"fragment_id": "x" * count}),
    "letters of a page": lambda count: message(rerun_script={"page_name": "x" * count}),
    "letters of an address": lambda count: message(rerun_script={"context_info": {"url": "x" * count}}),
    "letters of a page's digest": lambda count: message(rerun_script={"page_script_hash": "x" * count}),
}
NOWHERE = {
    "url": ("http://[x", "http://a:99999", "http://a:x/", "http://\u2100.x/"),
    "timezone_offset": (841, -(2**31)),
}
MOST = (MOST_FILES, MOST_WIDGETS, MOST_KEPT, *[MOST_LETTERS] * 2, MOST_OF_AN_ADDRESS, MOST_LETTERS)
ENDED = {"type": "websocket.close", "code": PROTOCOL_ERROR}


def said(*sent: bytes | None):
    """(what the app hears, what is sent back) of a page that says so much and leaves."""
    heard, back = [], []
    waiting = [
        *({"type": "websocket.receive", **({"text": "x"} if data is None else {"bytes": data})} for data in sent),
        {"type": "websocket.disconnect", "code": 1000},
    ]

    async def app(scope, receive, send) -> None:
        while (message := await receive())["type"] == "websocket.receive":
            heard.append(message["bytes"])
        await send({"type": "websocket.send", "bytes": b"too late"})

    async def receive():
        return waiting.pop(0)

    async def send(message) -> None:
        back.append(message)

    run_apart(PageMessages(app, kind_of)({"type": "websocket"}, receive, send))
    return heard, back


@pytest.mark.parametrize("what", UNHEARD)
def test_what_no_page_of_ours_asks_for_is_not_heard(what):
    assert said(UNHEARD[what], RERUN)[0] == [RERUN]


@pytest.mark.parametrize("name", NOWHERE)
def test_an_address_or_a_clock_that_cannot_be_ends_the_page(name):
    """Pages make links and dates of them: each screen of that session was an exception."""
    for value in NOWHERE[name]:
        assert said(message(rerun_script={"context_info": {name: value}}), RERUN) == ([], [ENDED])
    there = message(
        rerun_script={"context_info": {"url": "http://[::1]:8501/lecture?lang=en", "timezone_offset": -840}}
    )
    assert said(there)[0] == [there]


@pytest.mark.parametrize("name", ["fragment_id", "page_name", "page_script_hash"])
def test_no_name_writes_a_line_of_its_own_into_the_log(name):
    for text in ("x\n2026-01-01 all is well", "\x1b[2J", "x\x00"):
        assert said(message(rerun_script={name: text}), RERUN) == ([], [ENDED])


@pytest.mark.parametrize("what", ENDING)
def test_what_is_no_message_ends_the_page_without_a_word_in_the_log(what):
    heard, back = said(RERUN, ENDING[what], RERUN)
    assert heard == [RERUN]
    assert back == [ENDED]


@pytest.mark.parametrize(("what", "most"), list(zip(BOUNDS, MOST, strict=True)))
def test_what_names_more_than_any_page_of_ours_ends_the_page(what, most):
    much, too_much = BOUNDS[what](most), BOUNDS[what](most + 1)
    assert said(much)[0] == [much]
    assert said(too_much) == ([], [ENDED])


def test_a_page_that_goes_while_something_is_sent_leaves_no_trace():
    async def app(scope, receive, send) -> None:
        await send({"type": "websocket.send", "bytes": b""})
        assert (await receive())["type"] == "websocket.disconnect"

    async def receive():
        return {"type": "websocket.disconnect", "code": 1006}

    async def send(message) -> None:
        raise OSError("gone")

    run_apart(PageMessages(app, kind_of)({"type": "websocket"}, receive, send))


def test_a_screen_on_its_way_is_not_sent_behind_the_farewell():
    back = []

    async def talk() -> None:
        said, answered = asyncio.Event(), asyncio.Event()

        async def app(scope, receive, send) -> None:
            reading = asyncio.create_task(receive())
            await said.wait()
            await send({"type": "websocket.send", "bytes": b""})
            answered.set()
            assert (await reading)["type"] == "websocket.disconnect"

        async def receive():
            return {"type": "websocket.receive", "text": "x"}

        async def send(message) -> None:
            back.append(message["type"])
            if message["type"] == "websocket.close":
                said.set()
                await answered.wait()

        await PageMessages(app, kind_of)({"type": "websocket"}, receive, send)

    run_apart(talk())
    assert back == ["websocket.close"]


def test_all_that_a_page_asks_for_is_heard():
    pages = [
        RERUN,
        message(stop_script=True),
        message(app_heartbeat=True),
        message(file_urls_request={"request_id": "1"}),
        message(backend_operation_request={**OPERATION, "deferred_file": {}}),
        message(backend_operation_request={**OPERATION, "dataframe_chunk": {}}),
    ]
    assert tuple(map(kind_of, pages)) == HEARD
    assert said(*pages)[0] == pages


def test_one_browser_s_pages_say_so_much_a_minute_and_the_rest_waits_for_its_turn():
    async def two() -> None:
        clock, heard = Clock(), {name: asyncio.Semaphore(0) for name in ("loud", "other")}

        async def app(scope, receive, send) -> None:
            for _ in range(LIMITS.messages_at_once + 1):
                await receive()
                heard[scope["lab.owner"]].release()

        async def receive():
            return {"type": "websocket.receive", "bytes": RERUN}

        server, pages = Bounds(app, LIMITS, clock), []
        for name, room in heard.items():
            pages.append(asyncio.create_task(server(scope(name, kind="websocket"), receive, None)))
            for _ in range(LIMITS.messages_at_once):
                await room.acquire()
        assert heard["loud"].locked()  # it has said no more, while another said as much
        clock.now += 60 / LIMITS.messages_per_minute
        await asyncio.gather(*pages)
        assert not heard["loud"].locked()

    run_apart(two())


def test_a_message_that_will_be_too_large_ends_the_page_before_it_has_come(class_server):
    """Its head says forty megabytes, and nothing follows."""

    async def begin() -> int | None:
        async with Visitor.new(class_server).session() as page:
            page.socket.transport.write(b"\x82\xff" + (40_000_000).to_bytes(8, "big") + b"mask")
            await page.socket.wait_closed()
            return page.socket.close_code

    assert run_apart(begin()) == 1009


def test_nobody_ends_the_lecture_of_another_by_clearing_the_server_s_memory(class_server):
    async def lecture() -> None:
        async with Person.open(class_server, page="lecture") as teacher:
            await teacher.rerun(click="compile")
            assert "on" in teacher.widgets
            async with Visitor.new(class_server).session() as stranger:
                await stranger.socket.send(UNHEARD["forget all that is kept for everybody"])
                await stranger.run()  # heard after it
            teacher.widgets.clear()
            await teacher.rerun()
            assert "on" in teacher.widgets

    run_apart(lecture())


def test_a_message_is_taken_apart_once_for_all_who_want_to_know_what_it_asks():
    read, seen = [], []

    def kind(data: bytes) -> str | None:
        read.append(data)
        return kind_of(data)

    async def app(scope, receive, send) -> None:
        while (message := await receive())["type"] == "websocket.receive":
            seen.append((message["bytes"], this_page()._clock is not None))

    waiting = [{"type": "websocket.receive", "bytes": data} for data in (message(stop_script=True), RERUN)]
    waiting.append({"type": "websocket.disconnect", "code": 1000})

    async def receive():
        return waiting.pop(0)

    run_apart(PageMessages(Turns(app), kind)(scope("me", kind="websocket"), receive, None))
    assert read == [data for data, _ in seen] == [message(stop_script=True), RERUN]
    assert [has_turn for _, has_turn in seen] == [False, True]
