"""A look by the clock (`pages.ui.waiting.ticking`) gives way to whatever a person has asked for meanwhile.

Streamlit 1.67 lets it come in between. Behind a click that leads to another page it names the page that was left: it is
taken for the newer wish, and the click leads nowhere; or it is drawn when the other page stands already, and then the
browser shows neither. A Streamlit that does it otherwise stays as it is.
"""

from functools import cache
from typing import Any

from streamlit.runtime.scriptrunner import RerunData, ScriptRunner
from streamlit.runtime.scriptrunner_utils.script_requests import ScriptRequests, ScriptRequestType


@cache
def let_looks_give_way() -> None:
    """Once for the process, before anybody opens a page."""
    ask: Any = getattr(ScriptRequests, "_request_rerun_locked", None)
    run: Any = getattr(ScriptRunner, "_run_script", None)
    if ask is None or run is None or not hasattr(RerunData, "is_auto_rerun"):
        return

    def asked(self: Any, look: RerunData) -> bool:
        """Nothing is put into a whole screen that is due: that looks, too."""
        return (look.is_auto_rerun and _is_due(self)) or bool(ask(self, look))

    def ran(self: Any, due: RerunData) -> None:
        """Nothing is drawn of a page that was left."""
        left = due.is_auto_rerun and due.fragment_id_queue and due.page_script_hash != _page_of(self)
        if not left:
            run(self, due)

    ScriptRequests._request_rerun_locked = asked  # type: ignore[method-assign,assignment]
    ScriptRunner._run_script = ran  # type: ignore[method-assign,assignment]


def _is_due(requests: Any) -> bool:
    """Whether a script run of the whole page has been asked for and has not begun."""
    due: RerunData = requests._rerun_data
    parts = due.fragment_id or due.fragment_id_queue or due.is_fragment_scoped_rerun
    return requests._state is ScriptRequestType.RERUN and not parts


def _page_of(runner: Any) -> str:
    """The page that was drawn last."""
    page: str = runner._pages_manager.current_page_script_hash
    return page
