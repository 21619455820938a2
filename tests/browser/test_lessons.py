"""Lessons in a real browser, from prediction to misconception; a curve is drawn with the mouse and with keys."""

import pytest
from playwright.sync_api import expect

from lab.lessons.questions import RIGHT, question
from lab.lessons.shelf import lesson, lessons

WALKED = [("16-csv", "ko", "wide"), ("05-compile", "en", "phone")]
EVERY = [(one.name, language, "wide") for one in lessons() for language in ("ko", "en")]
OTHERS = [pytest.param(*case, marks=pytest.mark.slow) for case in EVERY if case not in WALKED]
LABELS = "label[data-testid='stWidgetLabel'] ~ div label"


def open_lesson(person, name: str) -> None:
    person.go_to("lessons")
    person.press(f"lesson-open-{name}")
    person.button("lesson-run").wait_for()
    person.settle()


def draw(person) -> None:
    """From the left edge to the right, rising."""
    pad = person.page.locator(".curve-pad svg")
    box = pad.bounding_box()
    person.page.mouse.move(box["x"] + 5, box["y"] + 200)
    person.page.mouse.down()
    for step in range(11):
        person.page.mouse.move(box["x"] + 5 + (box["width"] - 6) * step / 10, box["y"] + 200 - 15 * step)
    person.page.mouse.up()


def choose(person, key: str, place: int) -> None:
    """An answer of a question, by its place."""
    person.page.locator(f"[class*='st-key-{key}']").locator(LABELS).nth(place).click()
    person.settle()


def predict(person, name: str) -> None:
    asked = lesson(name).lesson.prediction
    expect(person.button("lesson-run")).to_be_disabled()
    if asked.curve:
        draw(person)
    elif asked.choices:
        choose(person, "lesson-choice", 0)
    else:
        field = person.page.locator("[class*='st-key-lesson-number'] input")
        field.fill(f"{(asked.low + asked.high) / 2:g}")
        field.press("Enter")
    expect(person.button("lesson-run")).to_be_enabled()


def on(person, beat: str) -> None:
    person.press(f"lesson-next-{beat}")
    person.settle()


def solve(person, name: str) -> None:
    check = lesson(name).lesson.check
    choose(person, "lesson-answer", list(check.answers).index(check.right))
    choose(person, "lesson-again", list(question(check.again, 0).answers).index(RIGHT))


@pytest.mark.parametrize(("name", "language", "size"), [*WALKED, *OTHERS])
def test_a_lesson_is_walked_from_prediction_to_misconception(visit, name, language, size):
    person = visit(language, size)
    open_lesson(person, name)
    person.screenshot(f"lesson-{name}-1-predict")
    person.assert_fits()
    predict(person, name)
    person.press("lesson-run")
    person.button("lesson-next-run").wait_for()
    person.settle()
    expect(person.page.locator(".js-plotly-plot").first).to_be_visible()
    person.screenshot(f"lesson-{name}-2-run")
    person.assert_fits()
    on(person, "run")
    person.screenshot(f"lesson-{name}-3-compare")
    on(person, "compare")
    assert person.page.locator(".st-key-lesson-sentences p").count() > 1
    expect(person.page.locator(".network-drawing svg").first).to_be_visible()
    person.screenshot(f"lesson-{name}-4-explain")
    person.assert_fits()
    on(person, "explain")
    solve(person, name)
    person.screenshot(f"lesson-{name}-5-check")
    on(person, "check")
    expect(person.button("lesson-try")).to_be_visible()
    person.screenshot(f"lesson-{name}-6-further")
    person.assert_fits()


def test_a_curve_is_drawn_with_the_arrow_keys_or_the_mouse(visit):
    person = visit("en")
    open_lesson(person, "13-overfitting")
    pad = person.page.locator(".curve-pad svg")
    pad.focus()
    for key in ("ArrowUp", "ArrowRight", "ArrowUp", "PageDown"):
        pad.press(key)
    expect(person.button("lesson-run")).to_be_disabled()
    pad.press("End")
    expect(person.button("lesson-run")).to_be_enabled()
    person.page.locator(".curve-pad button").click()
    expect(person.button("lesson-run")).to_be_disabled()
    draw(person)
    expect(person.button("lesson-run")).to_be_enabled()
