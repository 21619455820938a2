"""What a page sends that is no message is bounded, too: pings, answers to pings, pieces of a message without end."""

import asyncio
import logging
import socket
from collections.abc import Iterator
from itertools import repeat
from queue import Queue

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from uvicorn.protocols.websockets.auto import AutoWebSocketsProtocol
from websockets.frames import Frame, Opcode
from websockets.server import ServerProtocol

from benchmarks.live.server import LONGEST_S
from lab.runs.serve.websocket_reading import MOST_FRAMES, bound_websocket_reading
from tests.security.test_http_reading import taken
from tests.security.visitor import Visitor

HEAD = (
    "GET /_stcore/stream HTTP/1.1\r\nHost: {host}\r\nCookie: {cookie}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Protocol: streamlit\r\n\r\n"
)
PIECES = 1_000
SCREEN = b"button"  # somewhere in the first one


def frame(opcode: Opcode, data: bytes = b"", *, ends: bool = True) -> bytes:
    """As a browser sends it."""
    return Frame(opcode, data, ends).serialize(mask=True)


def frame_of_server(opcode: Opcode, data: bytes) -> bytes:
    return Frame(opcode, data).serialize(mask=False)


def endless(first: bytes, each: bytes) -> Iterator[bytes]:
    yield first
    yield from repeat(each * (10_000 // len(each)), PIECES)


ATTACKS = {
    "pings whose answers nobody reads": (b"", frame(Opcode.PING, b"x" * 125)),
    "answers that were not asked for": (b"", frame(Opcode.PONG, b"x" * 125)),
    "a message in empty pieces": (frame(Opcode.BINARY, ends=False), frame(Opcode.CONT, ends=False)),
    "messages faster than they are taken": (b"", frame(Opcode.BINARY)),
    "texts that are none": (b"", frame(Opcode.TEXT, b"\xff")),
}


@pytest.mark.parametrize("what", ATTACKS)
def test_frames_without_end_are_cut_off(class_server, what):
    first, each = ATTACKS[what]
    visitor = Visitor.new(class_server)
    head = HEAD.format(host=class_server, cookie=visitor.headers()["Cookie"]).encode()
    assert taken(class_server, endless(head + first, each)) < 10_000 * PIECES


def test_a_message_in_some_pieces_among_some_pings_is_taken(class_server):
    visitor = Visitor.new(class_server)
    head = HEAD.format(host=class_server, cookie=visitor.headers()["Cookie"]).encode()
    message = BackMsg(rerun_script={"query_string": "lang=en"}).SerializeToString()
    first, *rest = [message[place : place + 1] for place in range(len(message))]
    pieces = [frame(Opcode.BINARY, first, ends=False), *(frame(Opcode.CONT, one, ends=False) for one in rest)]
    pings = [frame(Opcode.PING, b"x") for _ in range(MOST_FRAMES - len(pieces) - 1)]
    name, _, port = class_server.partition(":")
    with socket.create_connection((name, int(port)), timeout=LONGEST_S) as connection:
        connection.sendall(head)
        assert b"101 Switching" in connection.recv(1 << 16)
        connection.sendall(b"".join([*pings, *pieces, frame(Opcode.CONT)]))
        come = b""
        while SCREEN not in come and (more := connection.recv(1 << 16)):
            come += more
    assert come.count(frame_of_server(Opcode.PONG, b"x")) == len(pings)
    assert SCREEN in come


ODD_HEADS = {
    "no GET": lambda head: head.replace("GET", "POST"),
    "a body": lambda head: head.replace("\r\n\r\n", "\r\nContent-Length: 5\r\n\r\nabcde"),
    "a body in chunks": lambda head: head.replace("\r\n\r\n", "\r\nTransfer-Encoding: chunked\r\n\r\n"),
    "a long line": lambda head: head.replace("streamlit", "streamlit, " + "a," * 10_000 + "b"),
    "a long address": lambda head: head.replace("stream ", "stream?" + "a" * 20_000 + " "),
    "many lines": lambda head: head.replace("\r\n\r\n", "\r\nA: b" * 400 + "\r\n\r\n"),
}


@pytest.mark.parametrize("what", ODD_HEADS)
def test_a_head_that_opens_no_page_leaves_no_connection(class_server, what):
    """Two libraries read it: what the first takes and the second does not stayed for ever, and was not counted."""
    visitor = Visitor.new(class_server)
    head = HEAD.format(host=class_server, cookie=visitor.headers()["Cookie"])
    name, _, port = class_server.partition(":")
    with socket.create_connection((name, int(port)), timeout=LONGEST_S) as connection:
        connection.sendall(ODD_HEADS[what](head).encode())
        said = b""
        while more := connection.recv(1 << 16):
            said += more
    assert said.startswith((b"HTTP/1.1 400", b"HTTP/1.1 405"))


class Watched(AutoWebSocketsProtocol):
    """A page without a network: what becomes of its connection is noted."""

    close_sent, read_paused, logger = False, False, logging.getLogger()

    def __init__(self) -> None:
        self.transport, self.conn, self.queue, self.done = self, ServerProtocol(), Queue(), []

    def pause_reading(self) -> None:
        self.done.append("taken")

    def close(self) -> None:
        self.done.append("close")

    def abort(self) -> None:
        self.done.append("abort")


@pytest.mark.parametrize("unread", [0, 70_000])
def test_who_answers_no_ping_is_gone_whether_the_farewell_is_read_or_not(unread):
    class Stuck(Watched):
        def get_write_buffer_size(self) -> int:
            return unread

        def is_closing(self) -> bool:
            return False

        def write(self, data: bytes) -> None:
            assert data == b"".join(self.conn.data_to_send())

    bound_websocket_reading(10**9)
    page = Stuck()
    page.keepalive_timeout()
    assert page.done == ["close", "abort"][: 1 + bool(unread)]


@pytest.mark.parametrize("text", [b"hello", b"\xff"])
def test_a_text_ends_its_page_without_a_word_in_the_log(text, caplog):
    bound_websocket_reading(10**9)
    page = Watched()
    page.handle_text(Frame(Opcode.TEXT, text))
    assert page.done == ["abort"]
    assert not caplog.records


def test_a_screen_on_its_way_finds_a_page_gone_that_uvicorn_has_ended():
    class Ended(AutoWebSocketsProtocol):
        close_sent, initial_response, handshake_complete = True, None, True

        def __init__(self) -> None:
            pass

    bound_websocket_reading(10**9)
    with pytest.raises(OSError, match="ended"):
        asyncio.run(Ended().send({"type": "websocket.send", "bytes": b"x"}))
