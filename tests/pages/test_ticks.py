"""What becomes of a look by the clock beside a click."""

from types import SimpleNamespace

import pytest
from streamlit.runtime.scriptrunner import RerunData, ScriptRunner
from streamlit.runtime.scriptrunner_utils.script_requests import ScriptRequests

from pages.ui import ticks
from pages.ui.ticks import let_looks_give_way

LEFT, THERE = "page that was left", "page that was asked for"
CLICK = RerunData(page_script_hash=THERE)


def look(part: str = "part", page: str = LEFT) -> RerunData:
    return RerunData(fragment_id=part, page_script_hash=page, is_auto_rerun=True)


@pytest.fixture
def requests():
    let_looks_give_way()
    requests = ScriptRequests()
    requests.request_rerun(RerunData(page_script_hash=LEFT))
    requests.on_scriptrunner_ready()  # that page is being drawn
    return requests


def test_a_look_behind_a_click_leaves_it_as_it_was(requests):
    assert requests.request_rerun(CLICK)
    assert requests.request_rerun(look())
    due = requests.on_scriptrunner_ready().rerun_data
    assert (due.page_script_hash, due.fragment_id_queue) == (THERE, [])


def test_looks_alone_are_all_made(requests):
    for part in ("one", "other"):
        assert requests.request_rerun(look(part))
    assert requests.on_scriptrunner_ready().rerun_data.fragment_id_queue == ["one", "other"]


def test_a_click_behind_a_look_draws_the_page_that_was_asked_for(requests):
    assert requests.request_rerun(look())
    assert requests.request_rerun(CLICK)
    due = requests.on_scriptrunner_ready().rerun_data
    assert (due.page_script_hash, due.fragment_id_queue) == (THERE, [])


@pytest.mark.parametrize(
    ("due", "is_drawn"),
    [
        (RerunData(fragment_id_queue=["part"], page_script_hash=LEFT, is_auto_rerun=True), False),
        (RerunData(fragment_id_queue=["part"], page_script_hash=THERE, is_auto_rerun=True), True),
        (RerunData(fragment_id_queue=["part"], page_script_hash=LEFT), True),  # somebody has pressed a button there
        (RerunData(page_script_hash=LEFT), True),
    ],
)
def test_nothing_is_drawn_by_the_clock_of_a_page_that_was_left(monkeypatch, due, is_drawn):
    drawn = []
    monkeypatch.setattr(ScriptRunner, "_run_script", lambda _self, data: drawn.append(data))
    monkeypatch.setattr(ScriptRequests, "_request_rerun_locked", lambda *_: True)
    let_looks_give_way.__wrapped__()
    ScriptRunner._run_script(SimpleNamespace(_pages_manager=SimpleNamespace(current_page_script_hash=THERE)), due)
    assert drawn == [due] * is_drawn


def test_a_streamlit_that_does_it_elsewhere_stays_as_it_is(monkeypatch):
    class Other:
        def request_rerun(self, look):
            return look

    monkeypatch.setattr(ticks, "ScriptRequests", Other)
    let_looks_give_way.__wrapped__()
    assert not hasattr(Other, "_request_rerun_locked")
