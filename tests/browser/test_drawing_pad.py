"""A digit drawn with mouse or keys gets its probabilities at once."""

import re

from playwright.sync_api import expect

from lab.insight.drawn_image import SIDE


def is_black(paper) -> bool:
    return paper.evaluate(
        """(canvas) => canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data
            .every((value, place) => value === (place % 4 === 3 ? 255 : 0))"""
    )


def test_a_drawn_digit_is_answered_after_each_stroke(visit):
    person = visit("en")
    person.open_start("digits_conv")
    person.set_epochs(3)
    person.train()
    person.watch_curve()
    person.go_to("evaluate")
    person.page.locator(".st-key-try-it").get_by_text(person.say("try_it.how.draw")).click()
    person.settle()
    expect(person.page.get_by_text(person.say("try_it.draw_first"))).to_be_visible()
    paper = person.page.locator(".drawing-pad canvas")
    paper.scroll_into_view_if_needed()
    box = paper.bounding_box()
    assert box["width"] > SIDE
    for share in (0.3, 0.5):
        x = box["x"] + share * box["width"]
        person.page.mouse.move(x, box["y"] + 0.2 * box["height"])
        person.page.mouse.down()
        person.page.mouse.move(x, box["y"] + 0.8 * box["height"], steps=5)
        person.page.mouse.up()
        person.settle()
    expect(person.page.locator(".st-key-try-it h4")).to_have_text(re.compile(r"\d"))
    expect(person.page.locator(".st-key-try-it .js-plotly-plot")).to_have_count(2)  # what it sees, and the bars
    person.screenshot("drawing-pad")
    person.page.locator(".drawing-pad button").click()
    person.settle()
    expect(person.page.get_by_text(person.say("try_it.draw_first"))).to_be_visible()
    expect(person.page.get_by_text(person.say("drawing_pad.keys"))).to_be_visible()
    paper.press("ArrowUp")
    assert is_black(paper), "a pen that is not put down leaves no line"
    for key in ("Space", *["ArrowDown"] * 5, "Space"):
        paper.press(key)
    person.settle()
    assert not is_black(paper)
    expect(person.page.locator(".st-key-try-it h4")).to_have_text(re.compile(r"\d"))
    spoken = person.page.locator(".drawing-pad-spoken")
    expect(spoken).to_have_text(
        person.say("drawing_pad.place", pen=person.say("drawing_pad.up"), column=10, row=14, most=20)
    )
    paper.press("Delete")
    person.settle()
    assert is_black(paper)
    expect(person.page.get_by_text(person.say("try_it.draw_first"))).to_be_visible()
