"""Connections on which nothing is asked, or nothing is read, end; there are so many, and others still come in."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from lab.runs.serve.connections import Connections
from lab.runs.serve.http_reading import HEAD_S, LOOK_S, READ_BYTES, _bound_connections
from lab.runs.serve.sessions import HERE, visitor_named
from lab.runs.serve.slices import SLICE, InSlices
from tests.lab.runs.asgi import run_apart
from tests.security.test_turns import once_around

ASKED = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"
MOST = 8


@dataclass(eq=False)
class Link:
    """A connection that says how often it gave way."""

    gave_way: int = 0

    def give_way(self) -> None:
        self.gave_way += 1


def come(connections: Connections, count: int, address: str, *, waiting: bool = True) -> list[Link]:
    links = [Link() for _ in range(count)]
    for link in links:
        if connections.come(link, address) and waiting:
            connections.wait(link)
    return links


def test_of_one_address_the_one_that_has_waited_longest_gives_way_to_the_next():
    connections = Connections(MOST)
    links = come(connections, MOST, "@10.0.0.1")
    assert [link.gave_way for link in links] == [1] * (MOST // 2) + [0] * (MOST // 2)
    assert [link.gave_way for link in come(connections, MOST // 2, "@10.0.0.2")] == [0] * (MOST // 2)


def test_where_all_are_at_work_no_more_come_of_that_address_and_others_do():
    connections = Connections(MOST)
    come(connections, MOST // 2, "@10.0.0.1", waiting=False)
    assert not connections.come(Link(), "@10.0.0.1")
    assert connections.come(Link(), "@10.0.0.2")


def test_when_all_are_taken_one_of_the_address_with_most_gives_way():
    connections = Connections(MOST)
    many, few = come(connections, MOST // 2, "@many"), come(connections, 1, "@few")
    come(connections, MOST // 2 - 1, "@others", waiting=False)
    assert connections.come(Link(), "@new")
    assert [link.gave_way for link in (*many, *few)] == [1] + [0] * (MOST // 2)


def test_a_proxy_on_this_machine_counts_addresses_itself():
    connections = Connections(MOST)
    assert [link.gave_way for link in come(connections, MOST, HERE)] == [0] * MOST


def test_who_asks_for_something_does_not_give_way_and_who_has_gone_is_forgotten():
    connections = Connections(MOST)
    first, *others = come(connections, MOST // 2, "@here")
    connections.ask(first)
    come(connections, 1, "@here")
    assert (first.gave_way, others[0].gave_way) == (0, 1)
    for link in (first, *others, *connections._address):
        connections.go(link)
    assert [len(connections._address), len(connections._open), len(connections._idle)] == [0, 0, 0]


def test_of_version_6_an_address_is_its_network():
    assert visitor_named(None, "2001:db8::1") == visitor_named(None, "2001:db8::ffff:1") != visitor_named(None, "::2")
    assert visitor_named(None, "::ffff:10.0.0.1") == visitor_named(None, "10.0.0.1")


@dataclass
class Wire:
    """The other end of a connection, which reads what it is told to, on a clock that goes on when it is told to."""

    protocol: HttpToolsProtocol | None = None
    unread: int = 0
    closing: bool = False
    aborted: bool = False
    now: float = 0.0
    due: list[tuple[float, Callable]] = field(default_factory=list)

    # what a protocol wants of its loop and its transport

    def time(self) -> float:
        return self.now

    def call_later(self, seconds: float, callback: Callable):
        timer = (self.now + seconds, callback)
        self.due.append(timer)
        return self._Timer(self, timer)

    @dataclass
    class _Timer:
        wire: "Wire"
        timer: tuple

        def cancel(self) -> None:
            if self.timer in self.wire.due:
                self.wire.due.remove(self.timer)

    def create_task(self, work):
        return asyncio.get_running_loop().create_task(work)

    def get_extra_info(self, name: str):
        return self if name == "socket" else None

    def getsockname(self):
        return ("10.0.0.2", 80)

    getpeername = getsockname

    def setsockopt(self, *_what) -> None:
        """As it likes."""

    def get_write_buffer_size(self) -> int:
        return self.unread

    def is_closing(self) -> bool:
        return self.closing

    def write(self, data: bytes) -> None:
        if self.protocol.parser is None:
            raise RuntimeError("the connection is lost")
        self.unread += len(data)
        if self.unread > SLICE:
            self.protocol.pause_writing()

    def close(self) -> None:
        self.closing = True

    def abort(self) -> None:
        self.aborted = self.closing = True

    def pause_reading(self) -> None:
        """It says no more than the test lets it."""

    resume_reading = pause_reading

    # what the test does

    def read(self, count: int) -> None:
        self.unread -= min(count, self.unread)
        if self.unread < SLICE // 4:
            self.protocol.resume_writing()

    async def pass_time(self, seconds: float) -> None:
        end = self.now + seconds
        while self.due and min(self.due)[0] <= end:
            timer = min(self.due)
            self.due.remove(timer)
            self.now = timer[0]
            timer[1]()
        self.now = end
        for _ in range(20):
            await once_around()


class Bounded(HttpToolsProtocol):
    """A protocol of its own for this file."""


_bound_connections(Bounded, Connections(1_000))


async def answering(scope, receive, send) -> None:
    """As much as the address says."""
    count = int(scope["path"].strip("/") or 0)
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % count)]})
    await send({"type": "http.response.body", "body": b"x" * count})


async def connected() -> Wire:
    wire = Wire()
    config = Config(InSlices(answering), log_config=None, timeout_keep_alive=5)
    wire.protocol = Bounded(config, ServerState(), {}, wire)
    wire.protocol.connection_made(wire)
    return wire


def over_time(scenario) -> None:
    async def work() -> None:
        await scenario(await connected())

    run_apart(work())


@pytest.mark.parametrize("before", [b"", ASKED])
@pytest.mark.parametrize("each", [0, 1])
def test_a_head_that_does_not_come_whole_ends_its_connection(before, each):
    """Not a byte, or one each second; at once, or behind a request that was answered."""

    async def slowly(wire: Wire) -> None:
        if before:
            wire.protocol.data_received(before)
            await wire.pass_time(1)
        said = iter(ASKED)
        for _ in range(int(HEAD_S + LOOK_S)):
            if each and not wire.closing:
                wire.protocol.data_received(bytes([next(said)]))
            await wire.pass_time(1)
        assert wire.closing

    over_time(slowly)


def test_a_body_and_an_answer_take_the_time_that_they_take():
    async def slowly(wire: Wire) -> None:
        wire.protocol.data_received(ASKED.replace(b" / ", b" /1000000 "))
        for _ in range(100):
            await wire.pass_time(LOOK_S)
            wire.read(READ_BYTES)
        assert not wire.aborted
        while wire.unread:
            await wire.pass_time(1)
            wire.read(SLICE)
        assert not wire.aborted
        assert wire.protocol.cycle.response_complete

    over_time(slowly)


@pytest.mark.parametrize("ending", [b"", b"Connection: close\r\n", b"X: 1\r\n\r\n" + ASKED[:-2]])
@pytest.mark.parametrize("size", [b"1000000", b"50000"])
def test_an_answer_that_nobody_reads_ends_and_no_more_of_it_than_a_slice_waits_in_memory(size, ending, caplog):
    """Large or small, of a connection that may go on or not, or with another request behind it."""

    async def reads_nothing(wire: Wire) -> None:
        wire.protocol.data_received(ASKED.replace(b" / ", b" /%b " % size)[:-2] + ending + b"\r\n")
        most = 0
        for _ in range(5):
            await wire.pass_time(LOOK_S)
            most = max(most, wire.unread)
        assert wire.aborted
        assert most < 2 * SLICE + 1_000
        wire.protocol.connection_lost(None)
        await wire.pass_time(LOOK_S)
        assert not wire.due

    over_time(reads_nothing)
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]  # others may log accesses


def test_a_large_answer_comes_whole_and_others_have_their_turn_between_its_slices():
    said, turns = [], []

    async def work() -> None:
        loop = asyncio.get_running_loop()

        def other() -> None:
            turns.append(len(said))
            if len(turns) < 100:
                loop.call_soon(other)

        async def app(scope, receive, send) -> None:
            await send({"type": "http.response.body", "body": bytes(range(250)) * 1_000, "more_body": False})

        async def send(message) -> None:
            said.append(message)

        other()
        await InSlices(app)({"type": "http"}, None, send)

    run_apart(work())
    assert b"".join(message["body"] for message in said) == bytes(range(250)) * 1_000
    assert [message["more_body"] for message in said] == [True] * (len(said) - 1) + [False]
    assert set(turns) >= set(range(1, len(said)))
