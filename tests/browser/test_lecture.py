"""A lecture in a real browser: the class's screen in one window, the notes in another, moved from either."""

import pytest
from playwright.sync_api import Page, expect

from lab.lessons.prose import Cue
from lab.lessons.shelf import lesson
from lab.texts import say

NAME = "05-compile"
READABLE = """() => [...document.querySelectorAll(".st-key-lecture-screen :is(p, td, th, text), .lecture-curve span")]
    .filter(element => element.getClientRects().length && element.textContent.trim())
    .map(element => [parseFloat(getComputedStyle(element).fontSize), element.textContent])
    .filter(([size]) => size < 28)"""
# by how many pixels it scrolls, or something stands behind the foot
HIDDEN = """() => {
  const main = document.querySelector("[data-testid=stMain]");
  const foot = document.querySelector(".st-key-lecture-foot").getBoundingClientRect();
  return [...document.querySelectorAll(".st-key-lecture-screen :is(p, td, th, text, button)")]
    .map(element => element.getBoundingClientRect().bottom - foot.top)
    .concat(main.scrollHeight - main.clientHeight)
    .filter(pixels => pixels > 0);
}"""
SHOWN = ".lecture-curve > svg"
PROJECTORS = ({"width": 1366, "height": 768}, {"width": 1920, "height": 1080})
ARRIVE = "() => document.dispatchEvent(new Event('lab-lecture-on', { cancelable: true }))"


def begin(person, name: str = NAME) -> None:
    person.press(f"lecture-begin-{name}")
    person.page.locator(".st-key-lecture-screen").wait_for()
    person.settle()


def open_notes(person) -> Page:
    """By its key, as a lecturer does."""
    with person.context.expect_page() as opened:
        person.page.keyboard.press("n")
    notes = opened.value
    notes.locator(".st-key-lecture-due").wait_for()
    return notes


def at(page: Page, place: str) -> None:
    page.wait_for_function("(place) => location.href.endsWith(`at=${place}`)", arg=place)


def due(notes: Page, cue: Cue) -> None:
    """Its words up to a colon, behind which stands a joiner that nobody sees."""
    expect(notes.locator(".st-key-lecture-due")).to_contain_text(cue.words.partition(":")[0])


def to_the_curves(person) -> None:
    person.settle()  # a press is made on a screen that stands
    person.page.keyboard.press("ArrowRight")
    at(person.page, f"{NAME}.run.0")
    person.page.locator(SHOWN).wait_for()


def test_two_windows_follow_one_another_and_a_reload_finds_the_same_moment(visit):
    person = visit("en", at="lecture")
    person.page.set_viewport_size(PROJECTORS[-1])
    begin(person)
    notes, script = open_notes(person), lesson(NAME).words("en").script
    due(notes, script[0])
    to_the_curves(person)
    due(notes, script[1])  # nobody touched this window
    assert person.page.evaluate(READABLE) == []

    # the pause stands on the axis before the curve comes there; a clicker lets it come, and once more brings it there
    expect(person.page.locator(SHOWN)).to_have_attribute("data-shown", "0.0")
    mark = person.page.locator(".lecture-curve-mark text")
    expect(mark).to_be_visible()
    person.page.keyboard.press("PageDown")
    at(person.page, f"{NAME}.run.1")
    person.page.wait_for_function(f"() => parseFloat(document.querySelector('{SHOWN}').dataset.shown) > 1")
    person.page.keyboard.press("PageDown")
    expect(person.page.locator(".lecture-curve-mark.is-reached")).to_be_visible()
    at(person.page, f"{NAME}.run.1")  # that press was used up by the curve
    expect(person.page.locator(".lecture-curve-said")).to_have_text(mark.text_content())

    notes.locator(".st-key-lecture-on button").click()
    at(person.page, f"{NAME}.run.2")  # moved from the other window
    person.page.reload()
    person.settle()
    at(person.page, f"{NAME}.run.2")
    epochs = next(iter(lesson(NAME).experiments.values())).fit.epochs
    expect(person.page.locator(SHOWN)).to_have_attribute("data-shown", f"{epochs}.0")  # at once, without drawing
    person.page.keyboard.press("PageUp")
    expect(notes.locator(".st-key-lecture-notes [data-testid=stCaptionContainer]").first).to_contain_text("2/3")
    person.page.keyboard.press("Escape")
    expect(person.button("lecture-go-back")).to_be_visible()
    person.press("lecture-end")
    expect(notes.locator("[data-testid=stAlert]")).to_contain_text(say("lecture.unknown", "en"))


@pytest.mark.slow
@pytest.mark.parametrize(("language", "theme", "name"), [("ko", "dark", NAME), ("en", "light", "06-losses")])
def test_every_beat_is_read_from_the_last_row_without_scrolling_and_its_notes_on_a_phone(visit, language, theme, name):
    person = visit(language, theme=theme, at="lecture")
    person.page.set_viewport_size(PROJECTORS[-1])
    begin(person, name)
    notes = open_notes(person)
    notes.set_viewport_size({"width": 390, "height": 844})
    place = ""
    while not place.endswith("further.1"):
        place = person.page.url.rpartition("at=")[2]
        if ".run." in place:
            person.page.locator(SHOWN).wait_for()  # nothing comes next before that
        for size in PROJECTORS:
            person.page.set_viewport_size(size)
            person.settle()
            person.page.wait_for_function(f"() => !({HIDDEN})().length")
            person.assert_fits()
        assert person.page.evaluate(READABLE) == []
        person.screenshot(f"lecture-{place}-{language}-{theme}")
        expect(notes.locator(".st-key-lecture-on button")).to_be_visible()
        assert notes.evaluate("() => document.documentElement.scrollWidth <= window.innerWidth")
        if not place.endswith("further.1"):
            person.page.evaluate(ARRIVE)  # a curve on its way would use the key up
            person.page.keyboard.press("ArrowRight")
            # a look by the clock may end before what the key has asked for begins
            person.page.wait_for_function("(place) => !location.href.endsWith(`at=${place}`)", arg=place)
            person.settle()
