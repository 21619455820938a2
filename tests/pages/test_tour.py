"""The tour: who is greeted with it, and with what words."""

from lab.export.link import to_link
from lab.starts import start
from lab.texts import say
from pages.ui.frame.tour import STEPS
from tests.pages.conftest import Person


def test_whoever_has_trained_nothing_is_greeted_and_nobody_afterwards(person_in, language):
    given = person_in.component("lab_tour")
    assert given["greets"] is True
    assert [step["title"] for step in given["steps"]] == [say(f"tour.{name}.title", language) for name in STEPS]
    assert "90" in given["steps"][0]["text"]
    assert [step["waits"] for step in given["steps"]].count(True) == 1
    person_in.train(2)
    assert person_in.component("lab_tour")["greets"] is False


def test_whoever_comes_by_a_link_sees_what_the_link_shows(engine):
    person = Person(engine, "en", e=to_link(start("circle")))
    assert person.component("lab_tour")["greets"] is False
