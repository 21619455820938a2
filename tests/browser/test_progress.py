"""A learner's progress in a real browser: it outlives the server's memory, and goes along in a link."""

import json

import pytest
from playwright.sync_api import expect

from lab.lessons.carried import to_text
from lab.lessons.record import Given, LessonRecord, Place, Record
from lab.lessons.shelf import lesson
from lab.texts import say
from tests.browser.conftest import SIZES, new_context, settle
from tests.browser.test_lessons import LABELS

NAME = "05-compile"
ANSWERS = f"[class*='st-key-lesson-answer'] {LABELS}"
FORBIDDEN = """Object.defineProperty(window, 'localStorage', {
  get() { throw new DOMException('forbidden', 'SecurityError'); },
});"""


@pytest.fixture
def browsers(chromium, address):
    """browsers(kept, script, query) opens the lessons in a browser of which the server knows nothing, as after its
    restart; `kept` is what an earlier one has stored."""
    opened, complaints = [], []

    def another(kept: str = "", script: str = "", query: str = ""):
        storage = [{"origin": address.rstrip("/"), "localStorage": [{"name": "lab-lessons", "value": kept}]}]
        state = {"cookies": [], "origins": storage if kept else []}
        context = new_context(chromium, viewport=SIZES["wide"], locale="en-US", storage_state=state)
        opened.append(context)
        context.add_init_script(script)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(f"{address}lessons{query}")
        return page

    yield another
    for context in opened:
        context.close()
    assert not complaints


def kept_with(page, words: str) -> str:
    """What the browser keeps, once these words are in it."""
    page.wait_for_function("words => (localStorage.getItem('lab-lessons') ?? '').includes(words)", arg=words)
    return page.evaluate("() => localStorage.getItem('lab-lessons')")


def test_a_lesson_goes_on_at_its_beat_without_the_servers_memory_and_elsewhere_by_a_link(browsers):
    check = lesson(NAME).lesson.check
    begun = LessonRecord(reached="check", prediction=Given(when=1, value="same"))
    place = Place(when=2, lesson=NAME, beat="check")
    page = browsers(to_text(Record(schema_version=1, place=place, lessons={NAME: begun})))
    page.locator(ANSWERS).nth(next(one for one, key in enumerate(check.answers) if key != check.right)).click()
    kept = kept_with(page, '"missed"')
    mine = json.loads(kept)["lessons"]

    page = browsers(kept)
    expect(page.locator(ANSWERS).first).to_be_visible()
    settle(page)
    page.locator(".st-key-lesson-all button").click()
    page.get_by_text(say("progress.title", "en")).click()
    link = page.locator("[data-testid='stCode'] code").filter(has_text="?progress=").inner_text()
    assert json.loads(kept_with(page, '"missed"'))["lessons"] == mine

    page = browsers(query=f"?{link.partition('?')[2].strip()}")
    expect(page.get_by_text("Progress was joined")).to_be_visible()
    assert json.loads(kept_with(page, '"missed"'))["lessons"] == mine
    assert "progress=" not in page.url


def test_a_browser_that_may_keep_nothing_says_so_and_the_lessons_work(browsers):
    page = browsers(script=FORBIDDEN)
    expect(page.get_by_text(say("progress.blocked", "en"))).to_be_visible()
    settle(page)
    page.locator(f".st-key-lesson-open-{NAME} button").click()
    expect(page.locator(".st-key-lesson-run")).to_be_visible()


@pytest.mark.slow
def test_a_whole_certificate_is_one_page_of_paper_and_nothing_else_is_printed(browsers):
    done = {name: LessonRecord(reached="further", solved=True) for name in (NAME, "09-epochs")}
    page = browsers(to_text(Record(schema_version=1, lessons=done)))
    page.locator(".st-key-lesson-open-05-compile").wait_for()
    settle(page)
    page.get_by_text(say("progress.title", "en")).click()
    page.locator(".st-key-lesson-certificate button").click()
    page.locator("section.certificate").wait_for()
    settle(page)
    page.emulate_media(media="print")
    expect(page.locator("section.certificate")).to_be_visible()
    expect(page.locator(".st-key-top")).to_be_hidden()
    expect(page.locator(".st-key-certificate-tools")).to_be_hidden()
    assert page.pdf(prefer_css_page_size=True).count(b"/Type /Page\n") == 1
