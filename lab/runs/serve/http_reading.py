"""How requests are read: by httptools, in C, and with the bounds that it lacks.

By itself it keeps whatever it is sent before a head ends: one connection fills the memory before any door of the app is
reached. Python's own reader (h11) has a bound there, and takes ten times as long for a request and for each frame.
"""

from functools import cache
from typing import Any, Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MOST_BYTES: Final = 1 << 16  # that come one after another and are no part of a body
MOST_WAITING: Final = 16  # requests of one connection that do not wait for the answer to the one before


@cache
def bound_http_reading() -> None:
    """Once for the process: heads, and whatever else stands around bodies, that never end are cut off, and so are
    requests that wait for no answer. uvicorn has chosen the class by the time that it imports the app.
    """
    kind: Any = HttpToolsProtocol
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
