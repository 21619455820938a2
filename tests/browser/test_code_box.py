"""The lecture's snippet, slips included, pasted in a real browser: explained and applied."""

import pytest
from playwright.sync_api import expect

from tests.lab.export.test_keras_reader import LECTURE

SCREENS = [pytest.param("ko", "wide", marks=pytest.mark.slow), ("en", "phone")]


@pytest.mark.parametrize(("language", "size"), SCREENS)
def test_the_lecture_notes_snippet_is_explained_line_by_line_and_applied(visit, language, size):
    person = visit(language, size, at="layers")
    person.page.get_by_text(person.say("paste.title")).click()
    person.page.get_by_label(person.say("paste.label")).fill(LECTURE)
    person.press("read-code")
    slips = person.page.locator("[data-testid='stAlert']").filter(has_text=person.say("paste.slips", count=7))
    expect(slips).to_be_visible()
    expect(slips.locator("li")).to_have_count(7)
    expect(slips).to_contain_text("learning_rate")
    person.settle()
    slips.scroll_into_view_if_needed()
    person.screenshot("code-box")
    person.assert_fits()

    person.press("apply-code")
    expect(person.page.get_by_text(person.say("paste.applied"))).to_be_visible()
    expect(person.page.locator(".st-key-layer-l0 input[type=number]").first).to_have_value("32")
    person.settle()
