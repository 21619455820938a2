"""Each one-click experiment in a real browser, small: what it says is what its numbers say."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from lab.studies import STUDIES
from pages.ui.text import JOINER
from tests.browser.recomputed import Numbers, expected

SEEDS, EPOCHS = 3, 2
EACH_TIME, SELDOM = tuple(STUDIES)[::6], tuple(name for place, name in enumerate(STUDIES) if place % 6)
SHARES = [EACH_TIME, pytest.param(SELDOM, marks=pytest.mark.slow)]


def open_experiments(person) -> None:
    person.go_to("experiments")
    person.button("study-luck").wait_for()


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


@pytest.mark.parametrize("names", SHARES, ids=["some", "others"])
def test_every_experiment_says_what_its_numbers_say(visit, names):
    person = visit("ko")
    open_experiments(person)
    person.screenshot("experiments-1-cards")
    person.assert_fits()
    for name in names:
        start(person, name)
        numbers = Numbers(name, downloaded(person), "ko")
        assert all(len(found["val_loss"]) == SEEDS for found in numbers.runs.values())
        said = person.page.locator(".st-key-study-sentences").inner_text().replace(JOINER, "")
        for sentence in expected(numbers):
            assert sentence in said
        expect(person.page.locator(".js-plotly-plot").first).to_be_visible()
        person.screenshot(f"experiments-2-{name}")
        person.press("study-back")
        person.button("study-luck").wait_for()


def test_on_a_phone_nothing_hangs_over_the_edge(visit):
    person = visit("en", "phone")
    open_experiments(person)
    person.assert_fits()
    start(person, "batch_size")
    expect(person.page.locator(".js-plotly-plot").first).to_be_visible()
    person.settle()
    person.screenshot("experiments-3-result")
    person.assert_fits()
