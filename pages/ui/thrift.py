"""What Streamlit does again for each element of a page, done by a shorter way.

Each is of Streamlit 1.67; one that has other parts stays as it is.
"""

import asyncio
import threading
from collections.abc import Callable, Iterator, Mapping
from functools import cache, partial
from itertools import islice
from typing import Any

from streamlit import config
from streamlit.components.v2.bidi_component.main import BidiComponentMixin
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.runtime import Runtime
from streamlit.runtime.scriptrunner import ScriptRunnerEvent
from streamlit.runtime.scriptrunner_utils import script_run_context
from streamlit.runtime.state import SafeSessionState
from streamlit.runtime.websocket_session_manager import WebsocketSessionManager

from pages.ui.component import NAMED_BY, OURS

PARTS = ("_state", "_lock")  # of SafeSessionState
GONE_S = 15.0  # a page that is back by then, after a moment without a network, finds all as it was
SENT_TOGETHER = 8  # messages: less than a millisecond
TOGETHER_S = 0.003  # what a script tells in so many seconds goes together; the loop sends each ten milliseconds only


class Looked(Mapping[str, Any]):
    """What a session's widgets show, each looked up when it is asked for.

    A number field and a selectbox ask Streamlit for all of it, to look at the one value that is theirs: with nine of
    them among forty widgets that was 18 % of the train page's script.

    Args:
        gather: all of it at once, as Streamlit does it.
    """

    def __init__(self, gather: Callable[[SafeSessionState], dict[str, Any]], state: SafeSessionState) -> None:
        self._gather, self._state = gather, state

    def __getitem__(self, key: str) -> Any:
        with self._state._lock:
            return self._state._state[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._gather(self._state))

    def __len__(self) -> int:
        return len(self._gather(self._state))


@cache
def look_up_widgets_one_by_one() -> None:
    """Once for the process, before any page is drawn. A Streamlit that does it otherwise stays as it is."""
    gathered: Any = getattr(SafeSessionState, "filtered_state", None)
    if isinstance(gathered, property) and all(part in SafeSessionState.__annotations__ for part in PARTS):
        gather: Any = gathered.fget
        looked: Any = property(partial(Looked, gather))
        SafeSessionState.filtered_state = looked  # type: ignore[method-assign]


Callback = Callable[[], object]


class Together:
    """What a session's script tells the server's loop, handed over some at a time, in the order in which it was told.

    A page is some eighty messages. Each woke the loop, which then waited for the interpreter's lock, while the script
    waited for the same.
    """

    def __init__(self) -> None:
        self._told: list[Callback] = []
        self._lock = threading.Lock()

    def tell(self, callback: Callback, wake: Callable[[Callback], None]) -> None:
        """From any thread.

        Args:
            wake: lets the loop call something soon.
        """
        with self._lock:
            self._told.append(callback)
            is_first = len(self._told) == 1
        if is_first:
            wake(self._hand_over_in_a_moment)

    def hand_over(self) -> None:
        """Whatever was told so far; in the loop's thread. One that fails keeps the next from nothing."""
        with self._lock:
            told, self._told = self._told, []
        for callback in told:
            try:
                callback()
            except Exception as error:  # noqa: BLE001  # told as the loop tells of its own callbacks
                context = {"message": f"Exception in {callback!r}", "exception": error}
                asyncio.get_running_loop().call_exception_handler(context)

    def _hand_over_in_a_moment(self) -> None:
        asyncio.get_running_loop().call_later(TOGETHER_S, self.hand_over)


@cache
def tell_the_loop_together() -> None:
    """Once for the process, before anybody opens a page."""
    one_by_one: Any = getattr(AppSession, "_call_soon_on_event_loop", None)
    heard: Any = getattr(AppSession, "_on_scriptrunner_event", None)
    if one_by_one is None or heard is None:
        return

    def together_of(session: AppSession) -> Together:
        found: Together = session.__dict__.setdefault("_lab_together", Together())
        return found

    def tell(self: AppSession, callback: Callback) -> None:
        together_of(self).tell(callback, partial(one_by_one, self))

    def hear(self: AppSession, sender: object, event: ScriptRunnerEvent, **what: Any) -> None:
        heard(self, sender, event, **what)
        if event is not ScriptRunnerEvent.ENQUEUE_FORWARD_MSG:  # a script begins or ends: nothing more may come
            one_by_one(self, together_of(self).hand_over)

    AppSession._call_soon_on_event_loop = tell  # type: ignore[method-assign]
    AppSession._on_scriptrunner_event = hear  # type: ignore[method-assign,assignment]


@cache
def send_without_a_detour() -> None:
    """Once for the process, before anybody opens a page: the loop need not be woken by itself to know what to send."""
    woken: Any = getattr(Runtime, "_enqueued_some_message", None)
    if woken is None or not hasattr(Runtime, "_get_async_objs"):
        return

    def told(self: Runtime) -> None:
        loop = self._get_async_objs()
        if loop.eventloop is asyncio._get_running_loop():
            loop.need_send_data.set()
        else:
            woken(self)

    Runtime._enqueued_some_message = told  # type: ignore[method-assign]


@cache
def send_some_at_a_time() -> None:
    """Once for the process, before anybody opens a page: behind each single message the loop went through all else that
    was due. A page is some eighty messages: of a class thousands waited, 25 MB, longer than their scripts had taken.
    """
    flush: Any = getattr(AppSession, "flush_browser_queue", None)
    send: Any = getattr(Runtime, "_send_message", None)
    if flush is None or send is None:
        return

    def flushed(self: AppSession) -> list[list[Any]]:
        messages = iter(flush(self))
        return list(iter(lambda: list(islice(messages, SENT_TOGETHER)), []))

    def sent(self: Runtime, session: object, messages: list[Any]) -> None:
        for message in messages:
            send(self, session, message)

    AppSession.flush_browser_queue = flushed  # type: ignore[assignment,method-assign]
    Runtime._send_message = sent  # type: ignore[assignment,method-assign]


@cache
def look_up_settings_once() -> None:
    """Once for the process, before anybody opens a page: each script run went through all of some two hundred settings
    for each section of a theme, a twentieth of its time. When their file is read again, so are they.
    """
    gather: Any = getattr(config, "get_options_for_section", None)
    if gather is None or not hasattr(config, "on_config_parsed"):
        return
    looked_up: Any = cache(gather)
    config.get_options_for_section = looked_up
    config.on_config_parsed(looked_up.cache_clear, force_connect=True)


@cache
def name_drawings_without_their_scripts() -> None:
    """Once for the process, before anybody opens a page: to know whether a browser has a message, Streamlit names it
    after all that it says, and went through the scripts of each drawing at every script run, 160 kB on the train page.
    A drawing's HTML names them (`pages.ui.component`).
    """
    runs: Any = script_run_context
    name: Any = getattr(runs, "populate_hash_if_needed", None)
    if name is None:
        return

    def named(message: ForwardMsg) -> None:
        drawing = message.delta.new_element.bidi_component
        if NAMED_BY not in drawing.html_content:  # as that of whatever is no drawing, which is empty
            name(message)
            return
        scripts, styles = drawing.js_content, drawing.css_content
        drawing.js_content = drawing.css_content = ""
        name(message)
        drawing.js_content, drawing.css_content = scripts, styles
        message.metadata.cacheable = True

    runs.populate_hash_if_needed = named


@cache
def know_drawings_by_their_keys() -> None:
    """Once for the process, before anybody opens a page: Streamlit writes what a drawing is given as JSON once more, to
    name it in case that it has no key. Ours have keys.
    """
    name: Any = getattr(BidiComponentMixin, "_build_bidi_identity_kwargs", None)
    if name is None:
        return

    def named(self: Any, *, component_name: str, **given: Any) -> Any:
        return {} if component_name.startswith(OURS) else name(self, component_name=component_name, **given)

    BidiComponentMixin._build_bidi_identity_kwargs = named  # type: ignore[method-assign]


class NoLoop(asyncio.AbstractEventLoop):
    """In place of an event loop that nothing ever runs in."""

    def is_closed(self) -> bool:
        return False

    def is_running(self) -> bool:
        return False

    def run_until_complete(self, future: Any) -> Any:
        """Streamlit's way to end what a loop has begun."""
        future.close()

    def close(self) -> None:
        """There is nothing to close."""


@cache
def give_scripts_no_loop() -> None:
    """Once for the process, before anybody opens a page: Streamlit keeps an event loop for each session, in case that
    its script wants one. None of ours does, and each takes three descriptors of a thousand or some more.
    """
    begin: Any = AppSession.__init__
    no_loop = NoLoop()  # type: ignore[abstract]  # whatever else it is asked is not implemented

    def begun(self: Any, *args: Any, **more: Any) -> None:
        begin(self, *args, **more)
        if hasattr(self, "_script_event_loop"):
            self._script_event_loop.close()
            self._script_event_loop = no_loop

    AppSession.__init__ = begun  # type: ignore[method-assign]


@cache
def leave_gone_pages(leave: Callable[[AppSession], None]) -> None:
    """Once for the process, before anybody opens a page: Streamlit keeps the session of a page that has gone for two
    minutes, with all that was worked out for it.

    Args:
        leave: is told, in the loop's thread, whose page has not come back in a moment.
    """
    gone: Any = getattr(WebsocketSessionManager, "disconnect_session", None)
    if gone is None or not hasattr(WebsocketSessionManager, "get_active_session_info"):
        return

    def disconnect(self: WebsocketSessionManager, session_id: str) -> None:
        there = self.get_active_session_info(session_id)
        gone(self, session_id)
        if there is not None:
            asyncio.get_running_loop().call_later(GONE_S, look_after, self, there.session)

    def look_after(manager: WebsocketSessionManager, session: AppSession) -> None:
        if not manager.is_active_session(session.id):
            leave(session)

    WebsocketSessionManager.disconnect_session = disconnect  # type: ignore[method-assign]
