"""How what a page sends is read: messages and frames have the bounds that uvicorn lacks."""

from collections.abc import Callable
from functools import cache
from typing import Any, Final

from uvicorn.protocols.websockets.auto import AutoWebSocketsProtocol

MOST_FRAMES: Final = 200  # of one page before its next message is taken: pings, answers to ours, pieces of a message
PIECE: Final = 4_096  # bytes that are looked at before frames are counted again: less than a thousand of the smallest
FRAMES: Final = ("handle_ping", "handle_pong", "handle_cont", "handle_text", "handle_bytes")
NO_PAGE: Final = b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
TAKEN: Final = ("receive", "send_keepalive_ping")  # the app takes a message; half a minute is over


@cache
def bound_websocket_reading(most_bytes: int) -> None:
    """Once for the process, before anybody opens a page: a message larger than that ends its page at its head, and
    so do frames without end that are no message.

    Streamlit lets uvicorn take whatever a page may be sent, and looks at the size when all of it has come: twenty pages
    that begin to send something hold a gigabyte. A uvicorn that does it otherwise stays as it is.
    """
    protocol: Any = AutoWebSocketsProtocol
    begin = protocol.__init__

    def begun(self: Any, config: Any, *rest: Any, **more: Any) -> None:
        config.ws_max_size = min(config.ws_max_size, most_bytes)
        begin(self, config, *rest, **more)

    protocol.__init__ = begun
    _send_nothing_behind_the_farewell(protocol)
    if hasattr(protocol, "keepalive_timeout"):
        _cut_off_whoever_answers_no_ping(protocol)
    if all(hasattr(protocol, name) for name in (*FRAMES, *TAKEN)):
        _bound_frames(protocol)


def _send_nothing_behind_the_farewell(protocol: Any) -> None:
    """What is no frame makes uvicorn end the page by itself: a screen on its way finds it gone, as where its browser
    has left. uvicorn takes it for a mistake of the app.
    """
    say = protocol.send

    async def send(self: Any, message: Any) -> None:
        if getattr(self, "close_sent", False) and message["type"] == "websocket.send":
            raise ConnectionResetError("the page has ended")
        await say(self, message)

    protocol.send = send


def _cut_off_whoever_answers_no_ping(protocol: Any) -> None:
    """uvicorn says farewell, and waits until it has been read: of a page that reads nothing everything stays."""
    say_farewell = protocol.keepalive_timeout

    def keepalive_timeout(self: Any) -> None:
        say_farewell(self)
        if self.transport.get_write_buffer_size():
            self.transport.abort()

    protocol.keepalive_timeout = keepalive_timeout


def _bound_frames(protocol: Any) -> None:
    """No script of a page sends pings, and a browser answers those of the server twice a minute. Whoever sends them
    without end, and reads none of the answers, fills the memory; millions of empty pieces keep the loop from others.
    """
    take = protocol.data_received

    def data_received(self: Any, data: bytes) -> None:
        for begin in range(0, len(data), PIECE):
            if self.transport.is_closing():
                return
            take(self, data[begin : begin + PIECE])
        if not self.handshake_initiated:  # what comes first is a whole head; of one that it cannot read nothing is said
            self.transport.write(NO_PAGE)
            self.transport.close()

    def counted(handle: Callable[..., None]) -> Callable[..., None]:
        def handled(self: Any, *frame: Any) -> None:
            self.lab_frames = getattr(self, "lab_frames", 0) + 1
            if self.lab_frames > MOST_FRAMES:
                self.transport.abort()
                return
            handle(self, *frame)

        return handled

    def forgiven(handle: Callable[[Any], Any]) -> Callable[[Any], Any]:
        def handled(self: Any) -> Any:
            self.lab_frames = 0
            return handle(self)

        return handled

    def no_text(self: Any, frame: Any) -> None:
        """No page of ours sends one, and of one that cannot be read uvicorn writes the place into the log."""
        self.transport.abort()

    protocol.data_received = data_received
    protocol.handle_text = no_text
    for name in FRAMES:
        setattr(protocol, name, counted(getattr(protocol, name)))
    for name in TAKEN:
        setattr(protocol, name, forgiven(getattr(protocol, name)))
