"""Two runs on the shelf, a fork beside its parent, the time slider: in a real browser, and after a reload."""

import pytest
from playwright.sync_api import expect

from lab.studies.words import number
from tests.browser.conftest import SIZES

EPOCHS = 40
CURVES = """([key, count, last]) => {
  const chart = document.querySelector(`.st-key-${key} .js-plotly-plot`);
  const runs = (chart?.data || []).filter(trace => trace.x[0] !== null);
  const whole = runs.length === count && runs.every(trace => trace.x.at(-1) === last);
  return whole && runs.map(trace => ({name: trace.name, x: [...trace.x], y: [...trace.y]}));
}"""


def curves(person, key: str, count: int) -> list[dict]:
    """What the chart draws, as soon as it draws so many curves up to the last epoch."""
    return person.page.wait_for_function(CURVES, arg=[key, count, EPOCHS]).json_value()


def train_to_the_end(person) -> None:
    person.watch_curve()
    person.page.locator(".st-key-verdict").wait_for()
    person.settle()


def test_compare_fork_and_look_back(visit):
    person = visit("ko")
    person.page.locator(".st-key-speed button").last.click()
    person.settle()
    person.set_epochs(EPOCHS)
    person.train()
    train_to_the_end(person)
    first = person.run_shown()
    rate = person.page.locator("[class*='learning_rate'] input:visible").first
    rate.fill("0.1")
    rate.press("Enter")
    person.wait_for_another_run(first)
    train_to_the_end(person)

    # both on the shelf; an eye hides one
    person.go_to("compare")
    drawn = curves(person, "compare-chart", 4)
    assert "0.1" in drawn[0]["name"]
    expect(person.page.locator(".st-key-comparison")).to_contain_text("#2")
    person.settle()
    person.screenshot("compare-1-shelf")
    person.assert_fits()
    person.press("eye-1")
    curves(person, "compare-chart", 2)
    person.press("eye-1")
    person.settle()

    # a fork of #2 is trained, and drawn beside it from the fork on
    person.page.get_by_role("radio", name=person.say("closer.look.fork")).click()
    person.page.locator(".st-key-fork-epoch-2 input[type='range']").press("Home")
    expect(person.button("fork-start")).to_contain_text(person.say("fork.start", epoch="1"))  # a slider tells it late
    person.press("fork-start")
    forked = curves(person, "fork-chart", 4)
    assert forked[0]["x"][0] == forked[2]["x"][0] == 1
    assert forked[0]["y"][0] == pytest.approx(forked[2]["y"][0], rel=1e-5)  # frames carry six digits
    expect(person.button("choose-3")).to_be_visible()
    person.settle()
    person.screenshot("compare-2-fork")

    # the time slider: one epoch back is the loss that the curve has there
    person.page.get_by_role("radio", name=person.say("closer.look.slider")).click()
    person.press("moment-back")
    person.settle()
    expect(person.page.locator("[data-testid='stMetricValue']").last).to_have_text(number(drawn[1]["y"][EPOCHS - 2]))
    person.page.set_viewport_size(SIZES["phone"])
    person.settle()
    person.assert_fits()
    person.screenshot("compare-3-slider-on-a-phone")

    person.page.goto(person.address)  # a new session of the same browser
    person.go_to("compare")
    expect(person.button("choose-3")).to_be_visible()
    expect(person.button("choose-1")).to_be_visible()
