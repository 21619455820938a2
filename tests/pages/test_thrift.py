"""What is looked up one by one is what Streamlit gathers."""

import threading
from types import SimpleNamespace

import pytest
from streamlit.runtime.state import SafeSessionState

from pages.ui import thrift
from pages.ui.thrift import Looked


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
