"""Gallery: every sample as a picture and a card; one click begins with it."""

import pytest

from lab.data.samples import card, sample_names
from lab.texts import say
from tests.pages.conftest import Person


def titles(person: Person, language: str) -> list[str]:
    shown = " ".join(mark.value for mark in person.at.markdown)
    return [name for name in sample_names() if f"**{card(name).titles[language]}**" in shown]


def turn_pages(person: Person, language: str) -> list[str]:
    """Names of the cards on all pages."""
    found = titles(person, language)
    for number in range(2, 1 + -(-len(sample_names()) // 12)):
        person.at.get("pagination")[0].set_value(number)
        found += titles(person.look(), language)
    return found


def test_every_sample_has_a_card_and_its_picture(person_in, language):
    person_in.go_to("gallery")
    assert len(person_in.at.get("image")) == 12
    assert not person_in.errors()
    assert turn_pages(person_in, language) == list(sample_names())


@pytest.mark.parametrize(("task", "name"), [("series", "sunspots_yearly"), ("sequence_labels", "ctc_morse")])
def test_cards_are_chosen_by_task(person, task, name):
    person.go_to("gallery")
    person.at.segmented_control(key="gallery-task-en").set_value(task)
    person.look()
    shown = titles(person, "en")
    assert name in shown
    assert len(shown) < 5


def test_real_observations_only(person):
    person.go_to("gallery")
    person.at.toggle(key="gallery-real-en").set_value(True)
    assert all(not card(name).synthetic for name in titles(person.look(), "en"))


def test_a_click_begins_with_the_proposal_on_the_data_page(person_in, language):
    person_in.go_to("gallery").press("gallery-use-penguins")
    assert person_in.state().page == "data"
    assert person_in.experiment.data.source.name == "penguins"
    assert say("data_page.proposed", language, name=card("penguins").titles[language]) in person_in.sentences()
    assert not person_in.errors()
