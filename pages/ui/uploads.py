"""Files that a person sent with a widget. Once taken they are the app's, and Streamlit keeps no copy of its own."""

from dataclasses import dataclass, field

from streamlit.runtime import get_instance
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.stats import CacheStat
from streamlit.runtime.uploaded_file_manager import UploadedFile

from lab.runs.serve.sessions import let_go
from pages.ui.state import AppState, widget_value


@dataclass(frozen=True)
class Upload:
    name: str
    content: bytes = field(repr=False)


def taken(key: str, state: AppState) -> Upload | None:
    """What the widget holds; None if it was emptied."""
    return next(iter(all_taken(key, state)), None)


def all_taken(key: str, state: AppState) -> list[Upload]:
    """As `taken`, of a widget that takes several. It is made anew, empty: Streamlit would keep the bytes until the
    session ends, and a file must not be taken twice. One that the server has not, or no longer, is none."""
    held = widget_value(key) or []
    named = held if isinstance(held, list) else [held]
    files = [file for file in named if isinstance(file, UploadedFile)]
    if named:
        state.revision += 1
    return [_taken(file) for file in files]


def _taken(file: UploadedFile) -> Upload:
    context = get_script_run_ctx()
    if context is not None and isinstance(context.uploaded_file_mgr, MemoryUploadedFileManager):
        context.uploaded_file_mgr.remove_file(context.session_id, file.file_id)
        let_go(context.session_id, file.file_id)
    return Upload(file.name, file.getvalue())


def held_bytes() -> int:
    """Of all files that Streamlit keeps."""
    found = get_instance().uploaded_file_mgr.get_stats().values()
    return next((stat.byte_length for stats in found for stat in stats if isinstance(stat, CacheStat)), 0)
