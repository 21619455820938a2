"""What a session remembers is bounded, however long somebody works in it."""

from dataclasses import replace
from types import SimpleNamespace

from streamlit.runtime.state.session_state import SessionState

from lab.runs.serve.inline import InlineEngine
from pages.ui.state import TOLD, inmost, keep_newest, leave
from tests.pages.conftest import Person


def kept_by_streamlit(person: Person) -> SessionState:
    return inmost(person.at.session_state._state)


def test_widgets_that_are_drawn_no_longer_are_forgotten_with_their_callbacks(person):
    state = kept_by_streamlit(person)
    person.go_to("layers").look()
    drawn, names = len(state._new_widget_state.widget_metadata), len(state._key_id_mapper._key_id_mapping)
    assert drawn > 10
    for _ in range(5):
        before = set(state._new_widget_state.widget_metadata)
        person.state().replace_experiment(person.experiment)  # as a preset does
        person.look().look()
        assert set(state._new_widget_state.widget_metadata) != before
        assert len(state._new_widget_state.widget_metadata) == drawn
        assert len(state._key_id_mapper._key_id_mapping) == names


def test_a_widget_works_after_others_were_forgotten(person):
    person.go_to("layers").add_layer("Dense")
    person.state().replace_experiment(person.experiment)
    person.look().look()
    layers = len(person.experiment.model.layers)
    assert len(person.add_layer("Dense").experiment.model.layers) == layers + 1
    assert person.go_to("train").set_number(7, "fit.epochs").experiment.fit.epochs == 7


def test_of_a_page_that_has_gone_stays_what_its_person_did_and_not_what_was_worked_out(person):
    state = person.set_number(7, "fit.epochs").state()
    assert state.memo
    assert state in state.desk.screens.values()
    leave(SimpleNamespace(session_state=kept_by_streamlit(person)))
    assert not state.memo
    assert state not in state.desk.screens.values()
    assert person.look().experiment.fit.epochs == 7
    assert state.memo
    assert state in state.desk.screens.values()


def test_only_the_last_page_of_a_person_lets_go_of_the_lines_about_their_runs(person, monkeypatch):
    told = []
    monkeypatch.setattr(InlineEngine, "left", lambda _, owner: told.append(owner))
    state, session = person.state(), SimpleNamespace(session_state=kept_by_streamlit(person))
    state.desk.screens[0] = other = replace(state)
    leave(session)
    assert told == []
    state.desk.screens.clear()
    leave(session)
    assert told == [other.owner]


def test_a_session_whose_first_screen_never_came_has_nothing_to_leave():
    session = SessionState()
    leave(SimpleNamespace(session_state=session))
    assert len(session) == 0


def test_a_session_remembers_what_its_newest_runs_were_told(person):
    state = person.state()
    for number in range(3 * TOLD):
        state.tell(f"{number}", state.experiment)
    assert list(state.told) == [f"{number}" for number in range(2 * TOLD, 3 * TOLD)]


def test_what_came_first_goes_first():
    kept = dict.fromkeys("abcd")
    keep_newest(kept, 5)
    assert list(kept) == list("abcd")
    keep_newest(kept, 2)
    assert list(kept) == ["c", "d"]
