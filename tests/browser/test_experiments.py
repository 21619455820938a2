"""Each one-click experiment in a real browser, small: what it says is what its numbers say."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from lab.studies import STUDIES
from pages.ui.text import JOINER
from tests.browser.recomputed import Numbers, expected

SEEDS, EPOCHS = 3, 2
EACH_TIME, SELDOM = tuple(STUDIES)[::6], tuple(name for place, name in enumerate(STUDIES) if place % 6)
SHARES = [("en", EACH_TIME), pytest.param("ko", SELDOM, marks=pytest.mark.slow)]


def fill(person, name: str, value: int) -> None:
    field = person.page.locator(f"[class*='st-key-study-{name}'] input").first
    field.fill(str(value))
    field.press("Enter")


def predict(person) -> None:
    """The first value there is to choose, or a word where there is none."""
    radio = person.page.locator("[class*='st-key-study-prediction'] label[data-testid='stWidgetLabel'] ~ div label")
    listed = person.page.locator("[class*='st-key-study-prediction'] input")
    if radio.count():
        radio.first.click()
    elif listed.count():
        listed.click()
        person.page.get_by_role("option").first.click()
    else:
        thought = person.page.locator("[class*='st-key-study-thought'] input")
        thought.fill("20")
        thought.press("Enter")


def start(person, name: str) -> None:
    person.press(f"study-{name}")
    fill(person, f"seeds-{name}", SEEDS)
    fill(person, f"epochs-{name}", EPOCHS)
    person.settle()
    predict(person)
    person.press("study-run")
    person.button("study-take").wait_for()


def downloaded(person) -> str:
    with person.page.expect_download() as waiting:
        person.press("study-csv")
    return Path(waiting.value.path()).read_text(encoding="utf-8")


@pytest.mark.parametrize(("language", "names"), SHARES, ids=["some", "others"])
def test_every_experiment_says_what_its_numbers_say_and_fits_a_phone(visit, language, names):
    person = visit(language, at="experiments")
    person.on_each_screen("experiments-1-cards")
    for name in names:
        start(person, name)
        numbers = Numbers(name, downloaded(person), language)
        assert all(len(found["val_loss"]) == SEEDS for found in numbers.runs.values())
        said = person.page.locator(".st-key-study-sentences").inner_text().replace(JOINER, "")
        for sentence in expected(numbers):
            assert sentence in said
        expect(person.page.locator(".js-plotly-plot").first).to_be_visible()
        person.on_each_screen(f"experiments-2-{name}")
        person.press("study-back")
        person.button("study-luck").wait_for()
