"""The network on the train page in a real browser: its wires move while it learns, and stand as it has learned."""

import re

from playwright.sync_api import expect

from tests.browser.test_whole_way import ENDLESS
from tests.waiting import wait_for

FOCUSED = """() => {
  const unit = document.activeElement.closest(".network-drawing [data-unit]");
  return unit && `${unit.closest("[data-node]").dataset.node}:${unit.dataset.unit}`;
}"""


def wires(person):
    """Width and colour of each wire between units."""
    return person.page.evaluate(
        """[...document.querySelectorAll(".network-drawing [data-layer] path")]
            .map((wire) => [wire.getAttribute("stroke-width"), wire.getAttribute("stroke")])"""
    )


def test_the_wires_move_while_the_network_learns_and_tell_what_it_has_learned(visit):
    person = visit("en")
    drawing = person.page.locator(".network-drawing")
    expect(drawing.locator("[data-node]")).to_have_count(4)  # input, two layers, target
    untrained = wires(person)
    assert {colour for _width, colour in untrained} == {None}
    person.set_epochs(ENDLESS)
    person.press("train")
    wait_for(lambda: int(drawing.get_attribute("data-moves") or 0) >= 5, "five pictures of the weights")
    moving = wires(person)
    assert len(moving) == len(untrained)
    assert len({colour for _width, colour in moving}) == 2  # above and below zero
    person.settle()  # a script run of the page draws nothing anew
    wait_for(lambda: wires(person) != moving, "other weights")
    unit = drawing.locator("[data-node=l0] [data-unit]").first
    assert float(unit.locator(".bias").get_attribute("r")) > 0
    unit.focus()
    expect(unit).to_have_attribute("aria-label", re.compile("; bias −?-?[0-9]"))
    for key, there in (("ArrowDown", "l0:1"), ("ArrowRight", "l1:1"), ("ArrowUp", "l1:0"), ("ArrowLeft", "l0:0")):
        person.page.keyboard.press(key)
        assert person.page.evaluate(FOCUSED) == there
    person.page.keyboard.press("Tab")
    assert person.page.evaluate(FOCUSED) is None  # one stop for all of them
    person.press("stop")
    person.settle()
    expect(unit).to_have_attribute("aria-label", re.compile("; bias .*; .* weights lead to it"))
    person.go_to("layers")
    expect(drawing.locator("[data-node=l0] [data-unit]").first).to_have_attribute("aria-label", re.compile("bias"))
    assert len({colour for _width, colour in wires(person)}) == 2
    drawing.locator("[data-control='more-l0']").click()  # another network, and that one has learned nothing
    person.settle()
    assert {colour for _width, colour in wires(person)} == {None}
