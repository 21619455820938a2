"""What is done by a shorter way comes to the same as Streamlit's own."""

import asyncio
import threading
from collections.abc import Callable
from types import SimpleNamespace

import psutil
import pytest
import streamlit as st
from streamlit import config
from streamlit.components.v2.bidi_component.main import BidiComponentMixin
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.app_session import AppSession, _close_script_event_loop
from streamlit.runtime.memory_session_storage import MemorySessionStorage
from streamlit.runtime.runtime import Runtime
from streamlit.runtime.scriptrunner import ScriptRunnerEvent
from streamlit.runtime.scriptrunner_utils import script_run_context
from streamlit.runtime.session_manager import ActiveSessionInfo
from streamlit.runtime.state import SafeSessionState
from streamlit.runtime.websocket_session_manager import WebsocketSessionManager

from pages.ui import thrift
from pages.ui.component import NAMED_BY, OURS, component
from pages.ui.thrift import (
    SENT_TOGETHER,
    Looked,
    give_scripts_no_loop,
    leave_gone_pages,
    send_without_a_detour,
    tell_the_loop_together,
)


def looked_and_gathered(person) -> tuple[Looked, dict[str, object]]:
    safe = person.at.session_state._state
    while isinstance(safe._state, SafeSessionState):
        safe = safe._state
    looked = safe.filtered_state
    assert isinstance(looked, Looked)
    return looked, safe._state.filtered_state


def test_each_widget_shows_the_same_as_when_all_are_gathered(person):
    person.look().set_number(7, "fit.epochs")
    looked, gathered = looked_and_gathered(person)
    assert len(gathered) > 20
    assert dict(looked) == gathered
    assert set(looked) == set(gathered)
    assert len(looked) == len(gathered)
    assert looked[person.key("fit.epochs")] == 7


def test_what_no_widget_shows_is_not_there(person):
    looked, gathered = looked_and_gathered(person)
    assert "no widget" not in gathered
    assert "no widget" not in looked
    assert looked.get("no widget") is None


def test_one_value_is_looked_up_without_gathering_all(person):
    looked, gathered = looked_and_gathered(person)
    alone = Looked(lambda state: pytest.fail("all were gathered"), looked._state)
    assert {key: alone[key] for key in gathered} == gathered


def test_nobody_else_changes_the_session_while_a_value_is_looked_up():
    lock = threading.Lock()

    class Values(dict):
        def __getitem__(self, key):
            assert lock.locked()
            return super().__getitem__(key)

    assert Looked(dict, SimpleNamespace(_lock=lock, _state=Values(units=7)))["units"] == 7
    assert not lock.locked()


def test_a_streamlit_that_keeps_it_elsewhere_stays_as_it_is(monkeypatch):
    class Other:
        _state: dict

        @property
        def filtered_state(self):
            return {}

    gathered = Other.filtered_state
    monkeypatch.setattr(thrift, "SafeSessionState", Other)
    thrift.look_up_widgets_one_by_one.__wrapped__()
    assert Other.filtered_state is gathered
    Other.__annotations__["_lock"] = threading.Lock
    thrift.look_up_widgets_one_by_one.__wrapped__()
    assert Other.filtered_state is not gathered


ELEMENT, BEGINS, ENDS = (
    ScriptRunnerEvent.ENQUEUE_FORWARD_MSG,
    ScriptRunnerEvent.SCRIPT_STARTED,
    ScriptRunnerEvent.SCRIPT_STOPPED_WITH_SUCCESS,
)


class Heard(AppSession):
    """A session of which only the way from its scripts to the server's loop is there."""

    def __init__(self) -> None:
        self._event_loop = asyncio.get_running_loop()
        self.heard: list[object] = []
        self.news = asyncio.Event()

    def __del__(self) -> None:
        """Nothing to close."""

    def _handle_scriptrunner_event_on_event_loop(self, _sender, event, what=None, *_others) -> None:
        self.news.set()
        if what == "breaks":
            raise ZeroDivisionError
        self.heard.append(event if what is None else what)

    def script(self, *events: tuple[ScriptRunnerEvent, object]) -> None:
        """What a script tells, in a thread of its own."""
        for event, what in events:
            self._on_scriptrunner_event(self, event=event, forward_msg=what)

    async def run(self, *events: tuple[ScriptRunnerEvent, object]) -> None:
        await asyncio.to_thread(self.script, *events)

    async def until(self, last: object) -> None:
        while last not in self.heard:
            self.news.clear()
            await self.news.wait()


def heard(scenario: Callable[[Heard], object]) -> list[object]:
    """What a session has heard in the end."""
    tell_the_loop_together()

    async def session() -> list[object]:
        asyncio.get_running_loop().set_exception_handler(lambda _loop, _context: None)
        one = Heard()
        await scenario(one)
        return one.heard

    return asyncio.run(session())


def elements(*names: object) -> list[tuple[ScriptRunnerEvent, object]]:
    return [(ELEMENT, name) for name in names]


def test_what_a_script_tells_comes_in_its_order_and_all_of_it():
    async def scenario(session: Heard) -> None:
        await asyncio.gather(
            session.run((BEGINS, None), *elements(*range(2000)), (ENDS, None), (BEGINS, None), *elements("next")),
            session.until("next"),
        )

    assert heard(scenario) == [BEGINS, *range(2000), ENDS, BEGINS, "next"]


def test_what_a_script_has_told_is_shown_while_it_goes_on():
    async def scenario(session: Heard) -> None:
        await asyncio.gather(session.run((BEGINS, None)), session.until(BEGINS))
        await asyncio.gather(session.run(*elements("wait …")), session.until("wait …"))

    assert heard(scenario) == [BEGINS, "wait …"]


def test_the_end_of_a_script_waits_for_nothing_and_brings_what_came_before(monkeypatch):
    monkeypatch.setattr(thrift, "TOGETHER_S", float(10**6))

    async def scenario(session: Heard) -> None:
        await asyncio.gather(session.run(*elements("a", "b"), (ENDS, None)), session.until(ENDS))

    assert heard(scenario) == ["a", "b", ENDS]


def test_elements_of_a_moment_wake_the_loop_once(monkeypatch):
    monkeypatch.setattr(thrift, "TOGETHER_S", float(10**6))
    woken = []

    async def scenario(session: Heard) -> None:
        loop = session._event_loop
        monkeypatch.setattr(loop, "call_soon_threadsafe", woken.append)
        session.script(*elements(*range(80)))

    assert heard(scenario) == []
    assert len(woken) == 1


def test_of_several_threads_of_a_script_nothing_is_lost():
    async def scenario(session: Heard) -> None:
        fragments = [session.run(*elements(*range(first, first + 500))) for first in range(0, 4000, 500)]
        await asyncio.gather(*fragments)
        await asyncio.gather(session.run((ENDS, None)), session.until(ENDS))

    assert sorted(heard(scenario)[:-1]) == list(range(4000))


def test_one_that_fails_keeps_the_next_from_nothing():
    async def scenario(session: Heard) -> None:
        await asyncio.gather(session.run(*elements("breaks", "next")), session.until("next"))

    assert heard(scenario) == ["next"]


@pytest.mark.parametrize("from_loop", [True, False])
def test_the_loop_knows_that_there_is_something_to_send(from_loop):
    send_without_a_detour()

    async def told() -> bool:
        runtime = Runtime.__new__(Runtime)
        loop = asyncio.get_running_loop()
        runtime._async_objs = type("Objects", (), {"eventloop": loop, "need_send_data": asyncio.Event()})()
        if from_loop:
            runtime._enqueued_some_message()
        else:
            await asyncio.to_thread(runtime._enqueued_some_message)
        return await runtime._async_objs.need_send_data.wait()

    assert asyncio.run(told())


def test_messages_of_a_page_are_sent_some_at_a_time_in_their_order(monkeypatch):
    """As the loop of Streamlit's runtime sends them."""
    monkeypatch.setattr(AppSession, "flush_browser_queue", AppSession.flush_browser_queue)
    went: list[tuple[str, int]] = []
    monkeypatch.setattr(Runtime, "_send_message", lambda self, page, message: went.append((page, message)))
    thrift.send_some_at_a_time.__wrapped__()
    session = SimpleNamespace(_browser_queue=SimpleNamespace(flush=lambda: list(range(20))))
    turns = []
    for some in AppSession.flush_browser_queue(session):
        Runtime._send_message(None, "page", some)
        turns.append(len(went))
    assert went == [("page", message) for message in range(20)]
    assert turns == [SENT_TOGETHER, 2 * SENT_TOGETHER, 20]


def test_settings_are_gathered_once_until_their_file_is_read_again(monkeypatch):
    gathered, read_again = [], []
    monkeypatch.setattr(config, "get_options_for_section", lambda section: gathered.append(section) or {"of": section})
    monkeypatch.setattr(config, "on_config_parsed", lambda told, force_connect: read_again.append(told))
    thrift.look_up_settings_once.__wrapped__()
    for section in ("theme", "theme", "server", "theme"):
        assert config.get_options_for_section(section) == {"of": section}
    assert gathered == ["theme", "server"]
    read_again[0]()
    config.get_options_for_section("theme")
    assert gathered == ["theme", "server", "theme"]


def test_a_streamlit_that_tells_its_loop_otherwise_stays_as_it_is(monkeypatch):
    class Other:
        def _on_scriptrunner_event(self):
            """Of another version: what it passes on to is called otherwise."""

    parts = dict(vars(Other))
    monkeypatch.setattr(thrift, "AppSession", Other)
    monkeypatch.setattr(thrift, "Runtime", Other)
    thrift.tell_the_loop_together.__wrapped__()
    thrift.send_without_a_detour.__wrapped__()
    thrift.send_some_at_a_time.__wrapped__()
    assert dict(vars(Other)) == parts


def test_a_page_that_has_gone_is_left_unless_it_is_back_in_a_moment(monkeypatch):
    monkeypatch.setattr(WebsocketSessionManager, "disconnect_session", WebsocketSessionManager.disconnect_session)
    monkeypatch.setattr(thrift, "GONE_S", 0.0)
    manager = WebsocketSessionManager(MemorySessionStorage(), SimpleNamespace(), SimpleNamespace(clear=int), None)
    left: list[str] = []

    def enter(name: str) -> None:
        parts = ("request_script_stop", "disconnect_file_watchers", "clear_session_caches")
        session = SimpleNamespace(id=name, is_resumable=lambda: True, **dict.fromkeys(parts, int))
        manager._active_session_info_by_id[name] = ActiveSessionInfo(None, session)

    async def pages() -> None:
        both = asyncio.Event()

        def leave(session: AppSession) -> None:
            left.append(session.id)
            if "last" in left:
                both.set()

        leave_gone_pages.__wrapped__(leave)
        for name in ("gone", "back", "last"):
            enter(name)
            manager.disconnect_session(name)
        manager.disconnect_session("never there")
        enter("back")
        await both.wait()

    asyncio.run(pages())
    assert left == ["gone", "last"]


def test_a_session_opens_nothing_for_itself_and_ends_all_the_same(monkeypatch):
    def begin(self) -> None:
        self._script_event_loop = asyncio.new_event_loop()

    monkeypatch.setattr(AppSession, "__init__", begin)
    monkeypatch.setattr(AppSession, "__del__", lambda _: None)
    give_scripts_no_loop.__wrapped__()
    before = psutil.Process().num_fds()
    sessions = [AppSession() for _ in range(20)]
    assert psutil.Process().num_fds() == before
    for session in sessions:
        _close_script_event_loop(session._script_event_loop)
        assert not session._script_event_loop.is_closed()  # or Streamlit makes another one


@pytest.fixture
def named(monkeypatch) -> Callable[..., ForwardMsg]:
    """A message with its name, as a script run gives it one."""
    monkeypatch.setattr(script_run_context, "populate_hash_if_needed", script_run_context.populate_hash_if_needed)
    thrift.name_drawings_without_their_scripts.__wrapped__()

    def message(**parts: str) -> ForwardMsg:
        made = ForwardMsg()
        for name, value in parts.items():
            setattr(made.delta.new_element.bidi_component, name, value)
        script_run_context.populate_hash_if_needed(made)
        return made

    return message


def test_a_drawing_is_named_after_what_it_is_given_and_by_its_html_after_its_script(named):
    ours = {"html_content": f'<div {NAMED_BY}"one"></div>', "js_content": "draw();" * 9000, "css_content": "a {}"}
    first = named(json="[1]", **ours)
    drawing = first.delta.new_element.bidi_component
    assert {name: getattr(drawing, name) for name in ours} == ours
    assert first.metadata.cacheable
    assert named(json="[1]", **ours).hash == first.hash
    assert named(json="[2]", **ours).hash != first.hash
    other = {"html_content": f'<div {NAMED_BY}"other"></div>', "js_content": "paint();" * 9000}
    assert named(json="[1]", **{**ours, **other}).hash != first.hash


def test_what_is_no_drawing_of_ours_is_named_as_streamlit_does_it(named):
    other = {"html_content": "<div></div>", "js_content": "draw();", "json": "[1]"}
    assert named(**other).hash != named(**{**other, "js_content": "paint();"}).hash
    assert not named(**other).metadata.cacheable
    text = ForwardMsg()
    text.delta.new_element.markdown.body = "text"
    script_run_context.populate_hash_if_needed(text)
    assert text.hash
    assert text.delta.new_element.WhichOneof("type") == "markdown"


def test_the_html_of_every_drawing_says_what_it_is_made_of(tmp_path, monkeypatch):
    """Other scripts, another name: a browser that has the drawing of before asks for the new one."""
    made, given = {}, {}
    monkeypatch.setattr(st.components.v2, "component", lambda name, **parts: given.update({name: parts}))
    for script in ("draw()", "paint()"):
        tmp_path.joinpath("one.js").write_text(script)
        tmp_path.joinpath("one.css").write_text("")
        component(str(tmp_path / "one.py"))
        made[script] = given[f"{OURS}one"]["html"]
        assert script in given[f"{OURS}one"]["js"]
    assert all(NAMED_BY in html for html in made.values())
    assert made["draw()"] != made["paint()"]


def test_a_drawing_is_known_by_its_key_whatever_it_is_given(monkeypatch):
    asked = []
    build = "_build_bidi_identity_kwargs"
    monkeypatch.setattr(BidiComponentMixin, build, lambda self, **given: asked.append(given) or {"data": "hashed"})
    thrift.know_drawings_by_their_keys.__wrapped__()
    made = getattr(BidiComponentMixin, build)
    assert made(None, component_name=f"{OURS}one", data=(1,)) == {}
    assert asked == []
    assert made(None, component_name="of somebody else", data=(1,)) == {"data": "hashed"}
    assert asked == [{"component_name": "of somebody else", "data": (1,)}]
