"""Homework in a real browser: a link is followed, a task done on a phone and handed in, and a forged hand-in shows."""

import json

import pytest
from playwright.sync_api import Page, expect

from lab.homework.files import read_link, to_file, to_link
from tests.browser.conftest import KO_MAINLY, LOCALES, new_context
from tests.lab.homework.classroom import copy, hand_in

UNITS = "[class*='st-key-homework-knob'][class*='-units'] input"
NAME = "[class*='st-key-homework-name'] input"

LINK = "[data-testid='stCode'] code"


def at_another_server(person, place: str) -> Page:
    """The same browser where the server knows nothing of it, as after a restart."""
    storage = {**person.context.storage_state(), "cookies": []}
    size, locale = person.page.viewport_size, LOCALES[person.language]
    page = new_context(person.context.browser, viewport=size, locale=locale, storage_state=storage).new_page()
    page.goto(f"{person.address}{place}")
    return page


def files() -> list[dict]:
    """The teacher's file, an honest hand-in and a forged one."""
    forged = json.loads(to_file(hand_in("Forger", units=2)))
    forged["runs"][0]["figures"] = [0.01, 0.02]
    contents = {"teacher": to_file(copy()), "ann": to_file(hand_in("Ann", units=3)), "f": json.dumps(forged).encode()}
    return [
        {"name": f"{name}.json", "mimeType": "application/json", "buffer": content}
        for name, content in contents.items()
    ]


@pytest.mark.parametrize("language", KO_MAINLY)
def test_a_task_is_done_and_handed_in_and_checked(visit, language):
    person = visit(language, "phone", at=f"homework?task={to_link(copy().task)}")
    person.button("homework-run").wait_for()
    person.assert_fits()
    person.screenshot("homework-do")
    field = person.page.locator(UNITS)
    field.fill("5")
    field.press("Enter")
    person.settle()
    person.press("homework-run")
    person.page.locator("[class*='st-key-homework-chosen']").wait_for()
    person.settle()
    expect(person.page.locator(".js-plotly-plot").first).to_be_visible()
    person.page.locator(NAME).fill("김 <b>")
    person.page.locator(NAME).press("Enter")
    expect(person.button("homework-hand-in")).to_be_enabled()
    person.screenshot("homework-ran", 600)
    person.press("homework-hand-in")
    person.button("homework-file").wait_for()
    person.settle()
    person.assert_fits()
    person.screenshot("homework-handed")
    link = person.page.locator(LINK).first.inner_text()
    handed = read_link(link)
    assert (handed.name, handed.runs[0].values["units"]) == ("김 <b>", 5)
    expect(at_another_server(person, "homework").locator(LINK).first).to_have_text(link)
    person.page.get_by_role("radio", name=person.say("homework_page.side.judge")).click()
    person.page.locator("[class*='homework-files'] input[type=file]").set_input_files(files())
    person.button("homework-make-again").wait_for()
    person.press("homework-make-again")
    expect(person.button("homework-make-again")).to_have_count(0)
    expect(person.page.locator("[data-testid='stDataFrame']")).to_contain_text(person.say("homework.verdict.differs"))
    person.settle()
    person.on_each_screen("homework-judge", (0, 500))
    page = at_another_server(person, person.page.url.removeprefix(person.address))
    expect(page.get_by_text(person.say("homework_page.gone", count=2))).to_be_visible()
    assert person.complaints == []


@pytest.mark.parametrize("language", KO_MAINLY)
def test_a_task_being_made_outlives_the_server(visit, language):
    person = visit(language, at="homework")
    person.page.get_by_role("radio", name=person.say("homework_page.side.make")).click()
    person.settle()
    title = person.page.get_by_label(person.say("homework_page.title"))
    title.fill("작은 신경망 <b>")
    title.press("Enter")
    person.settle()
    person.on_each_screen("homework-make", (0, 500))
    page = at_another_server(person, "homework")
    expect(page.get_by_label(person.say("homework_page.title"))).to_have_value("작은 신경망 <b>")
    source = page.get_by_role("combobox", name=person.say("homework_page.source"))
    expect(source).to_have_value(person.say("homework_page.source.kept"))
    page.get_by_role("button", name=person.say("homework_page.forget_draft")).click()
    page.get_by_role("button", name=person.say("homework_page.forget_draft_really")).click()
    expect(page.get_by_role("button", name=person.say("homework_page.forget_draft"))).to_have_count(0)
    expect(page.get_by_label(person.say("homework_page.title"))).to_have_value("")
    assert page.evaluate("localStorage.getItem('lab-homework')") is None
    assert person.complaints == []
