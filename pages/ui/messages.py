"""What a page says to the server."""

from typing import Final

from google.protobuf.message import DecodeError  # type: ignore[import-untyped]  # comes with Streamlit, without types
from streamlit.proto.BackMsg_pb2 import BackMsg

# Far more than any page of ours says. Two million names of files in one message, for each of which the server makes an
# address, kept it from everybody for half a minute and took a gigabyte.
MOST_FILES: Final = 200
MOST_WIDGETS: Final = 2_000
MOST_KEPT: Final = 20_000  # large messages that a browser has from earlier screens
MOST_LETTERS: Final = 1_000  # of a name that goes into the log where it is not known


def kind_of(data: bytes) -> str | None:
    """What a message asks for; of the many that Streamlit calls operations, which one. None: no page says that."""
    message = BackMsg()
    try:
        message.ParseFromString(data)
    except DecodeError:
        return None
    if not _is_bounded(message):
        return None
    kind = message.WhichOneof("type") or ""
    return message.backend_operation_request.WhichOneof("payload") if kind == "backend_operation_request" else kind


def _is_bounded(message: BackMsg) -> bool:
    rerun = message.rerun_script
    return (
        len(message.file_urls_request.file_names) <= MOST_FILES
        and len(rerun.widget_states.widgets) <= MOST_WIDGETS
        and len(rerun.cached_message_hashes) <= MOST_KEPT
        and all(len(name) <= MOST_LETTERS for name in (rerun.fragment_id, rerun.page_name, rerun.page_script_hash))
    )
