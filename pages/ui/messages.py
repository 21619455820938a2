"""What a page says to the server."""

from typing import Final
from urllib.parse import urlsplit

from google.protobuf.message import DecodeError  # type: ignore[import-untyped]  # comes with Streamlit, without types
from streamlit.proto.BackMsg_pb2 import BackMsg

from lab.lessons.moment import MOST_MINUTES

# Far more than any page of ours says. Two million names of files in one message, for each of which the server makes an
# address, kept it from everybody for half a minute and took a gigabyte.
MOST_FILES: Final = 200
MOST_WIDGETS: Final = 2_000
MOST_KEPT: Final = 20_000  # large messages that a browser has from earlier screens
MOST_LETTERS: Final = 1_000  # of a name that goes into the log where it is not known
MOST_OF_AN_ADDRESS: Final = 100_000  # letters: a link may be long; Python remembers the last ones that it took apart


def kind_of(data: bytes) -> str | None:
    """What a message asks for; of the many that Streamlit calls operations, which one. None: no page says that."""
    message = BackMsg()
    try:
        message.ParseFromString(data)
    except DecodeError:
        return None
    if not _is_bounded(message) or not _tells_a_place(message):
        return None
    kind = message.WhichOneof("type") or ""
    return message.backend_operation_request.WhichOneof("payload") if kind == "backend_operation_request" else kind


def _is_bounded(message: BackMsg) -> bool:
    rerun = message.rerun_script
    return (
        len(message.file_urls_request.file_names) <= MOST_FILES
        and len(rerun.widget_states.widgets) <= MOST_WIDGETS
        and len(rerun.cached_message_hashes) <= MOST_KEPT
        and len(rerun.context_info.url) <= MOST_OF_AN_ADDRESS
        and all(_is_a_name(name) for name in (rerun.fragment_id, rerun.page_name, rerun.page_script_hash))
    )


def _is_a_name(text: str) -> bool:
    """Whether the log may repeat it: in one line, with no sign that a terminal obeys."""
    return len(text) <= MOST_LETTERS and text.isprintable()


def _tells_a_place(message: BackMsg) -> bool:
    """Whether address and clock, as the browser says that they are, can be: pages take them apart."""
    told = message.rerun_script.context_info
    try:
        urlsplit(told.url).port  # noqa: B018  # the part that is read last
    except ValueError:
        return False
    return bool(-MOST_MINUTES <= told.timezone_offset <= MOST_MINUTES)
