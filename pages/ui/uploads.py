"""Files that a person sent with a widget. Once taken they are the app's, and Streamlit keeps no copy of its own."""

from dataclasses import dataclass, field

from streamlit.runtime import get_instance
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.stats import CacheStat

from lab.runs.serve.sessions import let_go
from pages.ui.state import AppState, widget_value


@dataclass(frozen=True)
class Upload:
    name: str
    content: bytes = field(repr=False)


def taken(key: str, state: AppState) -> Upload | None:
    """What the widget holds; None if it was emptied. The widget is made anew, empty: Streamlit would keep the bytes
    until the session ends."""
    file = widget_value(key)
    if file is None:
        return None
    context = get_script_run_ctx()
    if context is not None and isinstance(context.uploaded_file_mgr, MemoryUploadedFileManager):
        context.uploaded_file_mgr.remove_file(context.session_id, file.file_id)
        let_go(context.session_id, file.file_id)
    state.revision += 1
    return Upload(file.name, file.getvalue())


def held_bytes() -> int:
    """Of all files that Streamlit keeps."""
    found = get_instance().uploaded_file_mgr.get_stats().values()
    return next((stat.byte_length for stats in found for stat in stats if isinstance(stat, CacheStat)), 0)
