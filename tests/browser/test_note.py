"""The lecture note in a real browser: a snippet is edited, run, and its network and curves are seen."""

import pytest
from playwright.sync_api import expect

from lab.note.shelf import places, sections, words_of
from tests.browser.conftest import KO_MAINLY

DONE = "() => !document.querySelector('.st-key-note-stop')"


def go_to_section(person, step: str) -> None:
    person.page.locator("[class*='st-key-note-section-']").get_by_text(person.say(f"note_page.section.{step}")).click()
    person.page.locator(f".st-key-note-section-{step}").wait_for()
    person.settle()


def code_field(person):
    return person.page.locator(".st-key-note-code textarea")


@pytest.mark.parametrize("language", KO_MAINLY)
def test_a_snippet_is_edited_and_run_in_place(visit, language):
    person = visit(language, "wide", at="note")
    field = code_field(person)
    field.fill(field.input_value().replace("epochs=40", "epochs=12").replace("Dense(16", "Dense(7"))
    person.press("note-run")
    told = person.say("note.told.finished", epochs="12", asked="12", updates="132", loss="@").partition("@")[0]
    expect(person.page.get_by_text(told)).to_be_visible()
    person.settle()
    expect(person.page.locator(".network-drawing svg").first).to_be_visible()
    expect(person.page.get_by_text("(None, 7)").first).to_be_attached()
    expect(person.page.locator(".st-key-note-curves .scatterlayer .trace")).to_have_count(2)  # training and validation
    person.assert_fits()
    person.screenshot("note", 0)
    person.press("note-reset")
    expect(code_field(person)).to_have_value(places()[0].code)


@pytest.mark.slow
@pytest.mark.parametrize(("language", "size"), [("ko", "wide"), ("en", "phone")])  # from one to the next it changes
def test_every_snippet_runs_and_fits_the_screen(visit, language, size):
    person = visit(language, size, at="note")
    for section in sections():
        if section is not sections()[0]:
            go_to_section(person, section.step)
        for snippet in section.snippets:
            if len(section.snippets) > 1:
                titles = person.page.locator(f".st-key-note-snippet-{section.step}")
                titles.get_by_text(words_of(section.step, language).snippets[snippet.key].title, exact=True).click()
                person.settle()
            person.press("note-run")
            person.settle()
            person.page.wait_for_function(DONE)
            person.on_each_screen(f"note-{section.step}-{snippet.key}")
            expect(person.page.locator("[data-testid='stException']")).to_have_count(0)
