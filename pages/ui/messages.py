"""What a page says to the server."""

from google.protobuf.message import DecodeError  # type: ignore[import-untyped]  # comes with Streamlit, without types
from streamlit.proto.BackMsg_pb2 import BackMsg


def kind_of(data: bytes) -> str | None:
    """What a message asks for; of the many that Streamlit calls operations, which one. None: it is no message."""
    message = BackMsg()
    try:
        message.ParseFromString(data)
    except DecodeError:
        return None
    kind = message.WhichOneof("type") or ""
    return message.backend_operation_request.WhichOneof("payload") if kind == "backend_operation_request" else kind
