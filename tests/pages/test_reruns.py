"""A script run in which nothing has changed works nothing out anew."""

from collections import Counter

import plotly.graph_objects as go
import pytest
import streamlit as st

import lab.model.layer_table
import lab.verdict.judging
import pages.ui.bench
from lab.runs.serve.inline import InlineEngine
from netcore.layers.layer import Layer
from pages import PAGES
from pages.ui.run import training

ASKED = ("view", "record", "runs_of", "checkpoints", "set_aside", "study")


@pytest.fixture
def worked(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often each of the things was done that take long."""
    done: Counter[str] = Counter()

    def count(owner: object, name: str) -> None:
        work = getattr(owner, name)

        def counting(*args: object, **options: object) -> object:
            done[name] += 1
            return work(*args, **options)

        monkeypatch.setattr(owner, name, counting)

    for owner, name in (
        (pages.ui.bench, "lay_out"),
        (pages.ui.bench, "model_problems"),
        (lab.model.layer_table, "_measure"),
        (lab.verdict.judging, "context_of"),
        (go, "Figure"),
        (Layer, "nearest_name"),
    ):
        count(owner, name)
    for name in ASKED:
        count(InlineEngine, name)
    return done


def test_a_script_run_has_pages_of_its_own(person, monkeypatch):
    """Streamlit begins a script run before it ends the one before: of a page that both have, one could not be shown."""
    shown: list[st.Page] = []

    def navigation(pages: list[st.Page], **how: object) -> st.Page:
        shown.extend(pages)
        return navigate(pages, **how)

    navigate = st.navigation
    monkeypatch.setattr(st, "navigation", navigation)
    person.look().look()
    assert len(shown) == len({id(page) for page in shown}) == 2 * len(PAGES)


def trained(person):
    return person.set_number(3, "fit.epochs").train()


@pytest.mark.parametrize("page", ["train", "data", "layers", "compile", "evaluate", "compare", "golf"])
def test_a_page_looked_at_again_lays_out_and_draws_nothing(person, page, worked):
    trained(person).go_to(page).look()
    worked.clear()
    person.look()
    for_nothing = {name: count for name, count in worked.items() if name not in ASKED}
    assert not for_nothing


@pytest.mark.parametrize("page", ["train", "compile", "evaluate"])
def test_a_page_asks_the_engine_a_few_times_however_much_stands_on_it(person, page, worked):
    trained(person).go_to(page).look()
    worked.clear()
    person.look()
    assert sum(worked[name] for name in ASKED) <= 12, worked


@pytest.mark.parametrize("page", ["train", "layers", "evaluate", "compare"])
def test_a_run_is_read_once_for_all_of_a_screen_and_anew_for_the_next(person, page, monkeypatch):
    """Its whole curve, each time: five times on the train page."""
    read = []
    look = training._look_at
    monkeypatch.setattr(training, "_look_at", lambda state, run_id: read.append(run_id) or look(state, run_id))
    trained(person).go_to(page).look()
    for _ in range(2):
        read.clear()
        person.look()
        assert read == [person.state().screen.run]
        assert training.SEEN not in person.state().memo


def test_no_page_asks_a_layer_for_what_it_does_not_have(person, worked):
    """Each such question is answered with the nearest name, which took a third of a script run's time."""
    for page in ("train", "layers", "compile"):
        person.go_to(page)
    assert worked["nearest_name"] == 0
