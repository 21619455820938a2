"""What is looked up one by one is what Streamlit gathers."""

from streamlit.runtime.state import SafeSessionState

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
