"""Sequence labels in a real browser: the shapes, a short run, and the texts that were read."""

import re

import pytest
from playwright.sync_api import expect

EPOCHS = 4


@pytest.mark.slow
@pytest.mark.parametrize("language", ["ko", "en"])
def test_morse_code_from_the_signal_to_the_letters(visit, language):
    person = visit(language)
    person.open_start("ctc_morse")
    person.go_to("data")
    expect(person.page.get_by_text(": A E I M N O S T").last).to_be_visible()
    person.screenshot("ctc-1-data")
    person.assert_fits()

    person.go_to("layers")
    expect(person.page.get_by_text("(None, 72, 1)").first).to_be_visible()
    expect(person.page.get_by_text("(None, 72, 9)").first).to_be_visible()
    person.screenshot("ctc-2-layers")
    person.assert_fits()

    person.go_to("train")
    person.set_epochs(EPOCHS)
    person.train()
    person.watch_curve()
    assert person.points("loss") == person.points("val_loss") == EPOCHS
    picture = person.page.locator(".what-it-knows")
    expect(picture).to_have_attribute("data-epoch", str(EPOCHS))
    assert int(picture.get_attribute("data-moves")) > 0
    expect(picture.locator(".known-still")).to_have_attribute("aria-label", re.compile(str(EPOCHS)))
    person.screenshot("ctc-2b-heard")
    person.assert_fits()

    person.go_to("evaluate")
    part = person.say("part.validation")
    expect(person.page.get_by_text(person.say("sequences.decoded", part=part))).to_be_visible()
    expect(person.page.locator(".st-key-decoded")).to_be_visible()
    expect(person.page.get_by_text(person.say("sequences.only_blanks"))).to_be_visible()  # CTC begins like this
    person.settle()
    person.screenshot("ctc-3-read")
    person.assert_fits()
    expect(person.page.locator(".st-key-letters .js-plotly-plot")).to_be_visible()
    expect(person.page.get_by_label("Download as CSV").first).to_be_hidden()  # it would save formulas as formulas


def test_windows_are_switched_on_and_shaped(visit):
    person = visit("ko")
    person.open_start("hourly")
    person.go_to("layers")
    expect(person.page.get_by_text("(None, 24, 5)").first).to_be_visible()
    person.go_to("data")
    expect(person.page.get_by_text(person.say("sequences.clock"))).to_be_visible()
    person.screenshot("windows-1-data")
    person.assert_fits()
