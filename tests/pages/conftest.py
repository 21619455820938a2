"""Pages without a browser: AppTest on pages/main.py, with the engine that trains in the test's own thread."""

import gc
import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from streamlit.components.v2 import manifest_scanner
from streamlit.testing.v1 import AppTest

from lab.errors import LookError
from lab.insight.inside import looker
from lab.insight.inside.job import Job
from lab.insight.inside.looker import InlineLooker
from lab.runs.serve.host import set_engine
from lab.runs.serve.inline import InlineEngine
from pages.ui.compare import back
from tests.waiting import LONGEST_S

# each AppTest searches the metadata of every installed package for components, 0.1 s; none is installed between tests
manifest_scanner.scan_component_manifests = cache(manifest_scanner.scan_component_manifests)

MAIN = Path(__file__).resolve().parent.parent.parent / "pages" / "main.py"


@pytest.fixture(scope="module", autouse=True)
def earlier_tests_are_no_garbage() -> Iterator[None]:
    """Streamlit collects garbage after each look at a page: forty times slower where Keras's tests ran before."""
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


class Person:
    """Someone at the screen. Every step looks for what a script must never leave behind: an exception.

    Args:
        query: what else the address says.
    """

    def __init__(self, engine: InlineEngine, language: str, **query: str) -> None:
        self.engine = engine
        self.at = AppTest.from_file(str(MAIN), default_timeout=LONGEST_S)
        for name, value in {"lang": language, **query}.items():
            self.at.query_params[name] = value
        self.look()

    def component(self, name: str) -> dict[str, Any]:
        """What the browser is given to draw by the one component of that name."""
        [found] = [one.proto for one in self.at.get("bidi_component") if one.proto.component_name == name]
        given: dict[str, Any]
        [given] = json.loads(found.json)
        return given

    def look(self) -> "Person":
        self.at.run()
        assert not self.at.exception, [error.message for error in self.at.exception]
        return self

    def go_to(self, page: str) -> "Person":
        self.at.switch_page(f"{page}.py")
        return self.look()

    def state(self):
        return self.at.session_state["app"]

    @property
    def experiment(self):
        return self.state().experiment

    def key(self, *names: object) -> str:
        return self.state().key(*names)

    def open(self, name: str) -> "Person":
        """One of the lists of the head, which are drawn while they are open."""
        self.at.session_state[self.key(name, self.state().page)] = True
        return self.look()

    def press(self, key: str) -> "Person":
        if key.startswith("start."):
            self.open("starts")
        self.at.button(key=key).click()
        return self.look()

    def set_number(self, value: float, *names: object) -> "Person":
        self.at.number_input(key=self.key(*names)).set_value(value)
        return self.look()

    def choose(self, value: object, *names: object) -> "Person":
        self.at.selectbox(key=self.key(*names)).set_value(value)
        return self.look()

    def add_layer(self, name: str) -> "Person":
        """By its button, or from the list if there are many kinds."""
        if self.at.get("selectbox") and any(box.key == "layer-to-add" for box in self.at.selectbox):
            self.at.selectbox(key="layer-to-add").set_value(name)
            self.look()
        return self.press(f"add-{name}")

    def train(self, epochs: int | None = None) -> "Person":
        """Press Train and let the engine work; the page is drawn again afterwards, as the browser asks for."""
        self.press("train")
        self.engine.advance(epochs)
        return self.look()

    def sentences(self) -> str:
        """Everything that can be read on the screen, in one text."""
        kinds = ("markdown", "caption", "error", "warning", "info", "success", "header", "subheader")
        said = [element.value for kind in kinds for element in getattr(self.at, kind)]
        return "\n".join(map(seen, [*said, *(link.proto.label for link in self.at.get("page_link"))]))

    def errors(self) -> list[str]:
        return [seen(element.value) for element in self.at.error]


def seen(markdown: str) -> str:
    """What a reader sees of a sentence in which user text was made plain."""
    return re.sub(r"\\(.)", r"\1", markdown).replace("\u2060", "")


@pytest.fixture
def engine():
    engine = InlineEngine()
    set_engine(engine)
    st.cache_resource.clear()  # drafts of the test before
    yield engine
    set_engine(None)


@pytest.fixture(params=["ko", "en"])
def language(request):
    return request.param


@pytest.fixture
def person(engine):
    return Person(engine, "en")


@pytest.fixture
def person_in(engine, language):
    return Person(engine, language)


class Noted(InlineLooker):
    """Works as the other does, and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[Job] = []
        self.refused = ""  # what is asked for in vain

    def work_out(self, job, tell):
        self.asked.append(job)
        if job.what == self.refused:
            raise LookError("inside.too_slow", seconds="60")
        return super().work_out(job, tell)


@pytest.fixture
def noted(monkeypatch) -> Iterator[Noted]:
    """All that is worked out of a run takes long."""
    monkeypatch.setattr(back, "SMALL_S", 0.0)
    monkeypatch.setattr(looker, "SMALL_S", 0.0)
    looking = Noted()
    looker.set_looker(looking)
    yield looking
    looker.set_looker(None)
