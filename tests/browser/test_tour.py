"""The tour of the first visit in a real browser: once, over the page itself, which can be used meanwhile."""

import pytest
from playwright.sync_api import Page, expect

from lab.export.link import to_link
from lab.starts import start
from lab.texts import say
from pages.ui.frame.tour import STEPS
from tests.browser.conftest import LOCALES, SIZES, new_context, settle

SPOT_SHOWS = """() => {
  const spot = document.querySelector(".tour-spot").getBoundingClientRect();
  return spot.bottom > 0 && spot.top < window.innerHeight && spot.width > 40 && spot.height > 30;
}"""
CARD_FITS = """() => {
  const box = document.querySelector(".tour-card").getBoundingClientRect();
  return box.left >= 0 && box.top >= 0 && box.right <= window.innerWidth && box.bottom <= window.innerHeight;
}"""


@pytest.fixture
def first_visit(chromium):
    """first_visit(language, size) is a page of a browser in which nobody was here before."""
    contexts = []

    def open_page(language: str, size: str = "wide", theme: str = "light") -> Page:
        options = {"viewport": SIZES[size], "locale": LOCALES[language], "color_scheme": theme}
        contexts.append(new_context(chromium, first_visit=True, **options))
        return contexts[-1].new_page()

    yield open_page
    for context in contexts:
        context.close()


def card_of(page: Page):
    return page.locator(".tour-card")


def expect_step(page: Page, name: str, language: str) -> None:
    expect(card_of(page).locator("h2")).to_have_text(say(f"tour.{name}.title", language))


def walk(page: Page, language: str) -> None:
    """From the first step to the last, by keys and buttons, and by training."""
    for name in STEPS:
        expect_step(page, name, language)
        assert_in_sight(page)
        if name == "train":
            page.locator(".st-key-train button").click()  # through the tour: nothing lies over it
        elif name == "network":
            page.keyboard.press("ArrowLeft")
            expect_step(page, "row", language)
            page.keyboard.press("ArrowRight")
            page.keyboard.press("ArrowRight")
        elif name == "validation":
            scroll_away(page)
            page.locator(".tour-onward").click()
        else:
            page.locator(".tour-onward").click()


def assert_in_sight(page: Page) -> None:
    page.wait_for_function(f"() => ({SPOT_SHOWS})() && ({CARD_FITS})()")


def scroll_away(page: Page) -> None:
    """Until what is spoken of has left the screen: the card stays on it, whole."""
    page.wait_for_function(
        f"""() => {{
          const main = document.querySelector("[data-testid='stMain']");
          main.scrollTo(0, main.scrollHeight); // which grows when the run ends
          return !({SPOT_SHOWS})() && ({CARD_FITS})();
        }}"""
    )


def test_it_leads_through_the_page_once_and_comes_again_only_when_asked_for(first_visit, address):
    page = first_visit("ko")
    page.goto(address)
    walk(page, "ko")
    expect(card_of(page)).to_be_hidden()
    page.reload()
    page.locator(".st-key-train button").wait_for()
    settle(page)
    expect(page.locator(".tour")).to_have_attribute("data-begins", "false")
    page.get_by_role("button", name=say("words.open", "ko")).click()
    expect(card_of(page)).to_be_hidden()
    page.get_by_role("link", name=say("tour.start", "ko")).click()
    expect_step(page, "row", "ko")
    page.keyboard.press("Escape")
    expect(card_of(page)).to_be_hidden()


@pytest.mark.slow
@pytest.mark.parametrize(("language", "size", "theme"), [("en", "phone", "dark"), ("ko", "phone", "light")])
def test_it_fits_a_phone_in_either_language(first_visit, address, language, size, theme):
    page = first_visit(language, size, theme)
    page.goto(address)
    walk(page, language)
    expect(card_of(page)).to_be_hidden()


@pytest.mark.slow
@pytest.mark.parametrize("asked", ["?present=1", "?embed=true", "link"])
def test_who_comes_for_something_else_is_left_alone(first_visit, address, asked):
    page = first_visit("en")
    page.goto(f"{address}?e={to_link(start('circle'))}" if asked == "link" else f"{address}{asked}")
    page.locator(".live-curve").wait_for()
    expect(page.locator(".tour")).to_have_attribute("data-begins", "false")
    expect(card_of(page)).to_be_hidden()
