"""How requests are read: by httptools, in C, and with the bounds that it and uvicorn lack.

By itself httptools keeps whatever it is sent before a head ends: one connection fills the memory before any door of the
app is reached. Python's own reader (h11) has a bound there, and takes ten times as long for a request and for each
frame. uvicorn gives a head, and a reader of its answers, all the time in the world.
"""

import socket
from functools import cache
from typing import Any, Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from lab.runs.serve.connections import Connections
from lab.runs.serve.sessions import visitor_named

MOST_BYTES: Final = 1 << 16  # that come one after another and are no part of a body
MOST_WAITING: Final = 16  # requests of one connection that do not wait for the answer to the one before
HEAD_S: Final = 15.0  # until a head has come whole, as in deploy/nginx.conf
LOOK_S: Final = 15.0
UNREAD_BYTES: Final = 1 << 17  # that the system takes of what is to be read; by itself it takes four megabytes
READ_BYTES: Final = 15_000  # of an answer, from one look to the next, where any of it waits to be read


@cache
def bound_http_reading(connections: int) -> None:
    """Once for the process, before it is asked anything. uvicorn has chosen the class by the time that it imports the
    app.

    Args:
        connections: that it may have open, those of pages not among them.
    """
    _bound_what_is_no_body(HttpToolsProtocol)
    _bound_connections(HttpToolsProtocol, Connections(connections))


def _bound_what_is_no_body(kind: Any) -> None:
    """Heads, and whatever else stands around bodies, that never end are cut off, and so are requests that wait for no
    answer.
    """
    take, begin, take_body, end = kind.data_received, kind.on_message_begin, kind.on_body, kind.on_message_complete

    def data_received(self: Any, data: bytes) -> None:
        self.lab_around = getattr(self, "lab_around", 0) + len(data)
        take(self, data)
        if self.lab_around > MOST_BYTES and not self.transport.is_closing():
            self.send_400_response("Invalid HTTP request received.")

    def on_message_begin(self: Any) -> None:
        if len(self.pipeline) >= MOST_WAITING:
            raise OverflowError("requests that wait for no answer")  # read no further, and answered by 400
        begin(self)

    def on_body(self: Any, body: bytes) -> None:
        self.lab_around = 0
        take_body(self, body)

    def on_message_complete(self: Any) -> None:
        self.lab_around = 0
        end(self)

    kind.data_received, kind.on_message_begin = data_received, on_message_begin
    kind.on_body, kind.on_message_complete = on_body, on_message_complete


def _bound_connections(kind: Any, connections: Connections[Any]) -> None:
    """A connection asks for something in time, and reads what it has asked for; there are so many at once."""
    come, go, begin_page = kind.connection_made, kind.connection_lost, kind.handle_websocket_upgrade
    ask, answered, resume = kind.on_headers_complete, kind.on_response_complete, kind.resume_writing

    def connection_made(self: Any, transport: Any) -> None:
        come(self, transport)
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, UNREAD_BYTES)
        self.lab_watch, self.lab_answers = _Watch(self), []
        if connections.come(self, visitor_named(None, self.client and self.client[0])):
            connections.wait(self)
        else:
            transport.abort()

    def on_headers_complete(self: Any) -> None:
        connections.ask(self)
        self.lab_watch.waits_since = None
        ask(self)
        self.lab_answers = [one for one in (*self.lab_answers, self.cycle) if one and not one.response_complete]

    def on_response_complete(self: Any) -> None:
        answered(self)
        if self.cycle.response_complete:  # no other request has been waiting for its turn
            connections.wait(self)
            self.lab_watch.waits_since = self.loop.time()

    def resume_writing(self: Any) -> None:
        self.lab_watch.unread = None
        resume(self)

    def handle_websocket_upgrade(self: Any) -> None:
        end(self)
        begin_page(self)

    def connection_lost(self: Any, error: Exception | None) -> None:
        end(self)
        for answer in self.lab_answers:  # uvicorn tells the one that was asked for last
            answer.disconnected = True
            answer.message_event.set()
        go(self, error)

    def end(self: Any) -> None:
        connections.go(self)
        self.lab_watch.end()

    kind.connection_made, kind.connection_lost = connection_made, connection_lost
    kind.on_headers_complete, kind.on_response_complete = on_headers_complete, on_response_complete
    kind.resume_writing, kind.handle_websocket_upgrade = resume_writing, handle_websocket_upgrade
    kind.give_way = lambda self: self.transport.abort()


class _Watch:
    """Looks after one connection as long as it is there."""

    def __init__(self, protocol: Any) -> None:
        self._protocol = protocol
        self.waits_since: float | None = protocol.loop.time()  # for a request; None while one is answered
        self.unread: int | None = None  # bytes of answers, at the last look, and nothing has been added since
        self._look_later()

    def end(self) -> None:
        self._timer.cancel()

    def _look_later(self) -> None:
        self._timer = self._protocol.loop.call_later(LOOK_S, self._look)

    def _look(self) -> None:
        transport, unread = self._protocol.transport, self._protocol.transport.get_write_buffer_size()
        if unread and self.unread is not None and self.unread - unread < READ_BYTES:
            transport.abort()
            return
        self.unread = unread if self._protocol.flow.write_paused or transport.is_closing() else None
        if self.waits_since is not None and self._protocol.loop.time() - self.waits_since >= HEAD_S:
            transport.close()  # when all has been read
        self._look_later()
