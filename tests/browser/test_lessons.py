"""Lessons in a real browser, from the prediction to one step further; a curve is drawn by mouse, finger and keys."""

import re

import pytest
from playwright.sync_api import Locator, expect

from lab.lessons.filling import BLANK
from lab.lessons.questions import RIGHT, question
from lab.lessons.schema import Sentence
from lab.lessons.shelf import lesson, lesson_folders
from lab.studies.words import number
from lab.texts import say_error

WALKED = ("16-csv", "ko", "wide")  # each time
BEGUN_ON = {"ko": "wide", "en": "phone"}  # from beat to beat a walk changes the screen
EVERY = [(folder.name, language, size) for folder in lesson_folders() for language, size in BEGUN_ON.items()]
OTHERS = [pytest.param(*case, marks=pytest.mark.slow) for case in EVERY if case != WALKED]
LABELS = "label[data-testid='stWidgetLabel'] ~ div label"
ALERT = "[data-testid='stAlert']"
DRAWN = 11  # places at which a hand is seen while it draws


def letters(text: str) -> str:
    """Letters and digits alone: what is said, without code's marks, blanks, and the signs that isolate a word."""
    return "".join(filter(str.isalnum, text))


def says(place: Locator, text: str) -> None:
    """The place, or the first of several, comes to say these words, whatever marks stand between them."""
    expect(place.filter(has_text=re.compile(r"[\W_]*".join(map(re.escape, letters(text))))).first).to_be_visible()


def open_lesson(person, name: str) -> None:
    person.press(f"lesson-open-{name}")
    person.button("lesson-run").wait_for()
    person.settle()


# --- a curve


def way_of_a_hand(person) -> list[tuple[float, float]]:
    """From the left edge to the right, rising."""
    pad = person.page.locator(".curve-pad svg")
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    across = (box["width"] - 6) / (DRAWN - 1)
    return [(box["x"] + 5 + across * step, box["y"] + 200 - 15 * step) for step in range(DRAWN)]


def draw_by_mouse(person) -> None:
    first, *others = way_of_a_hand(person)
    person.page.mouse.move(*first)
    person.page.mouse.down()
    for place in others:
        person.page.mouse.move(*place)
    person.page.mouse.up()


def draw_by_finger(person) -> None:
    screen = person.context.new_cdp_session(person.page)

    def touch(kind: str, *places: tuple[float, float]) -> None:
        points = [{"x": x, "y": y} for x, y in places]
        screen.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    first, *others = way_of_a_hand(person)
    touch("touchStart", first)
    for place in others:
        touch("touchMove", place)
    touch("touchEnd")
    screen.detach()


def draw_by_keys(person) -> None:
    pad = person.page.locator(".curve-pad svg")
    pad.focus()
    for key in ("ArrowUp", "ArrowRight", "ArrowUp", "PageDown"):
        pad.press(key)
    expect(person.button("lesson-run")).to_be_disabled()
    pad.press("End")


# --- the beats


def choose(person, key: str, place: int) -> None:
    """An answer of a question, by its place."""
    person.page.locator(f"[class*='st-key-{key}']").locator(LABELS).nth(place).click()
    person.settle()


def predict(person, name: str) -> str:
    """What is predicted, as the page says it again later."""
    opened = lesson(name)
    asked, words = opened.lesson.prediction, opened.words(person.language)
    expect(person.button("lesson-run")).to_be_disabled()
    if asked.curve:
        (draw_by_finger if person.size == "phone" else draw_by_keys)(person)
        predicted = person.say("lessons_page.your_curve")
    elif asked.choices:
        choose(person, "lesson-choice", 0)
        predicted = words["predict"].items[asked.choices[0].key]
    else:
        field = person.page.locator("[class*='st-key-lesson-number'] input")
        middle = float(f"{(asked.low + asked.high) / 2:g}")
        field.fill(f"{middle:g}")
        field.press("Enter")
        predicted = f"{number(middle)} {asked.unit_in(person.language)}"
    expect(person.button("lesson-run")).to_be_enabled()
    return predicted


def on(person, beat: str) -> None:
    """From that beat to the next."""
    person.press(f"lesson-next-{beat}")
    person.button(f"lesson-next-{beat}").wait_for(state="detached")
    person.settle()


def run(person, name: str) -> None:
    """Until all seeds of all settings have ended, and each is a line."""
    person.press("lesson-run")
    person.button("lesson-next-run").wait_for()
    person.settle()
    expect(person.page.locator(".js-plotly-plot").first).to_be_visible()
    assert person.page.locator(".scatterlayer .trace").count() > len(lesson(name).lesson.seeds)


def compare(person, name: str, predicted: str) -> None:
    """The prediction stands over what has happened, and all figures below."""
    is_curve = lesson(name).lesson.prediction.curve
    says(person.page.locator(".st-key-lesson-drawn .legendtext" if is_curve else ALERT), predicted)
    expect(person.page.locator("[data-testid='stTable']")).to_be_visible()


def explain(person, name: str) -> None:
    """Sentences of the lesson with numbers in their blanks; what refuses an experiment is told behind its sentence, and
    what a sentence points at is marked on the chart."""
    opened = lesson(name)
    items = opened.words(person.language)["explain"].items
    place = person.page.locator(".st-key-lesson-sentences")
    *said, _ = place.locator("p:not(blockquote p)").all()  # the last says from how many seeds
    badges = ["".join(one.locator(".stMarkdownBadge").all_inner_texts()) for one in said]
    texts = [one.inner_text().removeprefix(badge) for one, badge in zip(said, badges, strict=True)]
    numbers = [badge for badge in badges if badge]
    sentences = [sentence_of(text, items, opened.lesson.explain) for text in texts]
    assert sentences
    refusals = [say_error(opened.refusals[one.key], person.language) for one in sentences if one.refused]
    assert list(map(letters, place.locator("blockquote").all_inner_texts())) == list(map(letters, refusals))
    assert len(numbers) == sum(sentence.look is not None for sentence in sentences)
    charts = person.page.locator(f".st-key-lesson-explained-{name} button")
    seen: list[str] = []
    for chart in range(max(1, charts.count())):
        if charts.count():
            charts.nth(chart).click()
            person.settle()
        seen += person.page.locator(".st-key-lesson-pointed .annotation-text").all_text_contents()
    assert sorted(seen) == sorted(numbers), "a number of a sentence stands on no chart, or another does"
    expect(person.page.locator(".network-drawing svg").first).to_be_visible()


def sentence_of(text: str, items, sentences: tuple[Sentence, ...]) -> Sentence:
    """The one that the text is, whatever numbers are in it."""
    found = [
        sentence
        for sentence in sentences
        if re.fullmatch(".*".join(map(letters, BLANK.sub("\n", items[sentence.key]).split("\n"))), letters(text))
    ]
    assert len(found) == 1, text
    return found[0]


def check(person, name: str) -> None:
    """Wrong, and why; right; the second question wrong, and why; with other numbers right. Only then one goes on."""
    opened = lesson(name)
    asked, words = opened.lesson.check, opened.words(person.language)
    alerts = person.page.locator(ALERT)
    wrong = next(place for place, key in enumerate(asked.answers) if key != asked.right)
    for place in (wrong, list(asked.answers).index(asked.right)):
        expect(person.button("lesson-next-check")).to_have_count(0)
        choose(person, "lesson-answer", place)
        says(alerts, words["check"].answer(asked.answers[place])[1])

    first, second = question(asked.again, 0), question(asked.again, 1)
    missed = next(key for key in first.answers if key != RIGHT)
    choose(person, f"lesson-again-{name}-0", list(first.answers).index(missed))
    says(alerts, BLANK.split(words["again"].items[missed])[0])
    expect(person.button("lesson-next-check")).to_have_count(0)
    person.press("lesson-other-numbers")
    person.settle()
    choose(person, f"lesson-again-{name}-1", list(second.answers).index(RIGHT))
    says(alerts.last, person.say("lessons_page.right"))


def further(person, name: str) -> None:
    """The misconception is named, a knob is turned, and what comes of it is judged; the studio has it all unlocked."""
    says(person.page.locator(ALERT), lesson(name).words(person.language)["misconception"].text)
    knob = person.page.locator("[class*='st-key-lesson-knob-'] input[type='range']").first
    before = knob.get_attribute("aria-valuetext")
    person.page.evaluate("() => { window.scriptRun = 'none'; }")
    knob.press("ArrowRight")
    person.page.wait_for_function("() => window.scriptRun !== 'none'")  # a slider tells it late
    assert knob.get_attribute("aria-valuetext") != before
    person.press("lesson-try")
    verdict = "|".join(re.escape(person.say(f"lessons_page.{how}")) for how in ("won", "not_won"))
    expect(person.page.locator(ALERT).filter(has_text=re.compile(verdict))).to_be_visible()
    person.press("lesson-studio")
    expect(person.page.get_by_text(person.say("lessons_page.in_studio"))).to_be_visible()


@pytest.mark.parametrize(("name", "language", "size"), [WALKED, *OTHERS])
def test_a_lesson_is_walked_from_prediction_to_one_step_further(visit, name, language, size):
    person = visit(language, size, at="lessons")
    open_lesson(person, name)
    person.on_each_screen(f"lesson-{name}-1-predict")
    predicted = predict(person, name)
    run(person, name)
    person.on_each_screen(f"lesson-{name}-2-run")
    on(person, "run")
    compare(person, name, predicted)
    person.on_each_screen(f"lesson-{name}-3-compare")
    on(person, "compare")
    explain(person, name)
    person.on_each_screen(f"lesson-{name}-4-explain")
    on(person, "explain")
    check(person, name)
    person.on_each_screen(f"lesson-{name}-5-check")
    on(person, "check")
    further(person, name)
    person.on_each_screen(f"lesson-{name}-6-further")


def test_a_curve_is_drawn_with_the_arrow_keys_the_mouse_or_a_finger(visit):
    person = visit("en", at="lessons")
    open_lesson(person, "13-overfitting")
    for draw in (draw_by_keys, draw_by_mouse, draw_by_finger):
        expect(person.button("lesson-run")).to_be_disabled()
        draw(person)
        expect(person.button("lesson-run")).to_be_enabled()
        person.page.locator(".curve-pad button").click()
