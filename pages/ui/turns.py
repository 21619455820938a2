"""A script's turn (`lab.runs.serve.turns`) lasts from the click to its end, or until it waits for something itself."""

from functools import cache
from typing import Any
from weakref import WeakValueDictionary

from streamlit.runtime.app_session import AppSession
from streamlit.runtime.scriptrunner import ScriptRunnerEvent, get_script_run_ctx

from lab.runs.serve.turns import Page, this_page

_pages: WeakValueDictionary[str, Page] = WeakValueDictionary()  # by the session's id


@cache
def tell_when_scripts_end() -> None:
    """Once for the process, before anybody opens a page. With a Streamlit that does it otherwise nobody waits."""
    ask: Any = getattr(AppSession, "request_rerun", None)
    hear: Any = getattr(AppSession, "_handle_scriptrunner_event_on_event_loop", None)
    if ask is None or hear is None:
        return

    def asked(self: Any, *state: Any) -> None:
        ask(self, *state)
        page = this_page()
        if page is not None and self._scriptrunner is not None:
            _pages[self.id] = page
            page.begin()

    def heard(self: Any, sender: object, event: ScriptRunnerEvent, *what: Any) -> None:
        hear(self, sender, event, *what)
        if event is ScriptRunnerEvent.SHUTDOWN and self._scriptrunner is None and self.id in _pages:
            _pages[self.id].end()

    AppSession.request_rerun = asked  # type: ignore[method-assign,assignment]
    AppSession._handle_scriptrunner_event_on_event_loop = heard  # type: ignore[method-assign,assignment]


def step_aside() -> None:
    """The script that runs here waits for something else than the processor: others need not wait for it."""
    context = get_script_run_ctx(suppress_warning=True)
    page = _pages.get(context.session_id) if context is not None else None
    if page is not None:
        page.end_from_anywhere()
