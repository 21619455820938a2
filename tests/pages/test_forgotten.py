"""What a session remembers is bounded, however long somebody works in it."""

from collections.abc import Iterator
from dataclasses import replace
from types import FunctionType, MethodType, ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
from streamlit.runtime.state.session_state import SessionState

from lab.data.prepare import Dataset
from lab.data.table import Table
from lab.runs.kept.record import RunRecord
from lab.runs.serve.inline import InlineEngine
from pages.ui.bench import Bench
from pages.ui.desk import Desk
from pages.ui.state import TOLD, AppState, inmost, keep_newest, leave
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


def given_to_widgets(state: SessionState) -> Iterator[tuple[str, Any]]:
    """Whatever Streamlit keeps with the widgets of a session, and where it was found."""
    for widget, known in state._new_widget_state.widget_metadata.items():
        parts = [known.callback, known.callback_args, known.callback_kwargs, known.deserializer, known.serializer]
        seen = set()
        while parts:
            part = parts.pop()
            if id(part) in seen or isinstance(part, type | ModuleType | AppState | Desk):
                continue
            seen.add(id(part))
            yield widget, part
            parts += within(part)


def within(value: Any) -> list[Any]:
    if isinstance(value, FunctionType):
        return [*(cell.cell_contents for cell in value.__closure__ or ()), *(value.__defaults__ or ())]
    if isinstance(value, MethodType):
        return [value.__self__, value.__func__]
    if isinstance(value, dict):
        return list(value.values())
    if isinstance(value, list | tuple | set | frozenset):
        return list(value)
    return list(getattr(value, "__dict__", {}).values())


def test_no_widget_holds_a_table_what_was_prepared_of_it_or_a_record(person):
    rows = [f"2024-01-{1 + row % 28:02d},{row % 7},{row % 11},{row % 5},{row % 2}" for row in range(300)]
    content = "\n".join(["when,width,height,depth,label", *rows]).encode()
    person.go_to("data").at.file_uploader(key=person.key("upload")).upload("t.csv", content, "text/csv")
    person.look()
    assert person.experiment.data.source.kind == "upload"
    looked = 0
    for page in ("data", "layers", "compile", "train", "evaluate", "compare", "experiments", "inside", "slow_motion"):
        person.go_to(page).look()
        if page == "train":
            person.set_number(2, "fit.epochs").train()
        for widget, part in given_to_widgets(kept_by_streamlit(person)):
            looked += 1
            assert not isinstance(part, Table | Dataset | Bench | RunRecord | pd.DataFrame | np.ndarray), (page, widget)
            assert not (isinstance(part, bytes | str) and len(part) > 5_000), (page, widget)
    assert looked > 1_000
