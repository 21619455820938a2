"""What a page says to the server."""

from functools import cache
from typing import Any

from google.protobuf.message import DecodeError  # type: ignore[import-untyped]  # comes with Streamlit, without types
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.runtime.runtime_util import get_max_widget_state_size_bytes
from uvicorn.protocols.websockets import websockets_sansio_impl


def kind_of(data: bytes) -> str | None:
    """What a message asks for; of the many that Streamlit calls operations, which one. None: it is no message."""
    message = BackMsg()
    try:
        message.ParseFromString(data)
    except DecodeError:
        return None
    kind = message.WhichOneof("type") or ""
    return message.backend_operation_request.WhichOneof("payload") if kind == "backend_operation_request" else kind


@cache
def take_none_larger_than_pages_send() -> None:
    """Once for the process, before anybody opens a page.

    Streamlit lets the server take whatever it may send itself, and looks at the size when all of it has come: twenty
    pages that begin to send something hold a gigabyte. A uvicorn that does it otherwise stays as it is.
    """
    protocol: Any = getattr(websockets_sansio_impl, "WebSocketsSansIOProtocol", None)
    if protocol is None:
        return
    begin = protocol.__init__

    def begun(self: Any, config: Any, *rest: Any, **more: Any) -> None:
        config.ws_max_size = min(config.ws_max_size, get_max_widget_state_size_bytes())
        begin(self, config, *rest, **more)

    protocol.__init__ = begun
