"""The component in a real Chromium: one stream, whatever happens to page, network or tab."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from benchmarks.live.experiments import long_run, query_of
from lab.runs.wire.frame import event
from lab.texts import say
from pages.ui.component import EXPORT
from pages.ui.run import live_curve
from tests.browser.conftest import SIZES, new_context, settle
from tests.browser.relay import Relay
from tests.waiting import wait_for

SCRIPT = Path(live_curve.__file__).with_suffix(".js")
LOOK = """() => {
  const root = document.querySelector('.live-curve');
  const counts = [...document.querySelectorAll('[data-series]')].map((path) => Number(path.dataset.points));
  return { epoch: Number(root?.dataset.epoch ?? 0), counts };
}"""


@pytest.fixture
def page(chromium) -> Iterator[Page]:
    context = new_context(chromium, viewport=SIZES["wide"], locale="en-US")
    page = context.new_page()
    yield page
    context.close()


@pytest.fixture(scope="module")
def watched(chromium, address) -> Iterator[tuple[Page, list[str]]]:
    """A page on which a run goes on for as long as anyone looks, and the streams that it has opened."""
    context = new_context(chromium, viewport=SIZES["wide"], locale="en-US")
    page, streams = context.new_page(), []
    page.on("request", lambda request: streams.append(request.url) if "/live/" in request.url else None)
    start_training(page, address)
    yield page, streams
    context.close()


def start_training(page: Page, address: str) -> None:
    page.goto(f"{address}?{query_of(long_run('iris'))}")
    settle(page)
    page.locator(".st-key-train button").first.click()
    grows(page)


def look(page: Page) -> dict:
    return page.evaluate(LOOK)


def grows(page: Page, by: int = 5) -> None:
    """Wait until every moving mark has `by` more points than now."""
    at = look(page)["epoch"]
    page.wait_for_function(
        f"""() => {{
          const paths = [...document.querySelectorAll('path[data-series]')];
          return paths.length && paths.every((path) => Number(path.dataset.points) >= {at + by});
        }}"""
    )


def whole(page: Page) -> bool:
    """No epoch is missing or doubled: each curve has as many points as epochs."""
    seen = look(page)
    return all(count == seen["epoch"] for count in seen["counts"])


def test_one_stream_feeds_all_curves_and_a_rerun_opens_no_second(watched):
    page, streams = watched
    for language in ("한국어", "English"):
        page.get_by_role("radio", name=language).or_(page.get_by_text(language, exact=True)).first.click()
        settle(page)
        grows(page)
    assert len(streams) == 1
    assert whole(page)


def test_the_curve_can_be_heard_and_read_without_colours(watched):
    page, _ = watched
    expect(page.get_by_role("img", name="by epoch")).to_have_count(2)
    expect(page.locator(".live-curve [aria-live=polite]")).to_contain_text("Epoch")
    expect(page.get_by_role("progressbar")).to_have_attribute("aria-valuenow", re.compile(r"\d+"))
    strokes = page.evaluate(
        """() => [...document.querySelectorAll('[data-series]')].map((path) =>
             [path.dataset.series, getComputedStyle(path).strokeDasharray])"""
    )
    dashes = dict(strokes)
    assert dashes["loss"] == dashes["accuracy"] == "none"
    assert len({dashes["loss"], dashes["val_loss"], dashes["+evaluated_loss"]}) == 3
    assert dashes["val_accuracy"] == dashes["val_loss"]
    sizes = page.evaluate(
        """() => [...document.querySelectorAll('.live-curve svg text')].map((text) =>
             parseFloat(getComputedStyle(text).fontSize))"""
    )
    assert min(sizes) >= 14


def test_a_reloaded_page_finds_its_running_run_with_all_its_points(watched):
    page, _ = watched
    before = look(page)["epoch"]
    page.reload()
    page.locator(".live-curve").wait_for()
    grows(page)
    assert look(page)["epoch"] > before
    assert whole(page)


def test_a_broken_network_leaves_no_gap(page, address):
    relay = Relay(address.removeprefix("http://").rstrip("/"))
    start_training(page, f"http://127.0.0.1:{relay.port}/")
    before = look(page)["epoch"]
    relay.cut()
    wait_for(lambda: relay.refused >= 2, "a browser that tries to come back")
    relay.mend()
    grows(page, by=20)
    assert look(page)["epoch"] >= before + 20
    assert whole(page)
    relay.close()


def test_a_hidden_tab_lets_its_connection_go_and_catches_up_when_it_is_seen(page, address):
    start_training(page, address)
    hide = "(hidden) => { Object.defineProperty(document, 'hidden', { value: hidden, configurable: true });"
    hide += " document.dispatchEvent(new Event('visibilitychange')); }"
    with page.expect_event("requestfailed", lambda request: "/live/" in request.url):  # it hangs up
        page.evaluate(hide, True)
    settle(page)
    at = look(page)["epoch"]
    other = page.context.new_page()
    other.goto(address)  # the same person's: it shows the same run, and goes on showing it
    other.wait_for_function(f"() => Number(document.querySelector('.live-curve')?.dataset.epoch) > {at + 20}")
    other.close()
    assert look(page)["epoch"] == at
    page.evaluate(hide, False)
    grows(page, by=20)
    assert whole(page)


def test_a_page_is_told_of_each_rest_even_when_the_run_was_never_seen_to_go_on(page):
    page.add_script_tag(content=SCRIPT.read_text(encoding="utf-8").replace(EXPORT, "function mountedWith("))
    states = [("running", 0), ("paused", 4), ("paused", 4), ("paused", 5), ("running", 5), ("running", 6)]
    told = page.evaluate(
        """(states) => {
          const told = [];
          const trigger = () => told.push(curve.progress.epoch);
          const curve = { progress: { state: "queued" }, requestPaint: () => undefined, trigger };
          for (const [state, epoch] of states) LiveCurve.prototype.takeState.call(curve, { state, epoch });
          return told;
        }""",
        states,
    )
    assert told == [4, 5, 5]  # it rests; it has made a step and rests; it goes on


def test_a_busy_class_is_told_on_the_first_screen_as_long_as_it_is(page, address):
    busy = [True]

    def answer(route):
        figures = {"epoch": 1, "epochs": 1_000, "updates": 9, "compute_s": 0.1, "elapsed_s": 1.0, "queue_position": 0}
        said = event("state", {"state": "running", **figures, "busy": busy[0]})
        route.fulfill(content_type="text/event-stream", body=b"retry:200\n\n" + said)

    page.route("**/live/*", answer)
    page.goto(f"{address}?{query_of(long_run('iris'))}")
    settle(page)
    page.locator(".st-key-train button").first.click()
    told = page.locator(".live-curve-busy")
    expect(told).to_have_text(say("crowd.busy", "en"))
    expect(told).to_be_in_viewport()
    busy[0] = False
    expect(told).to_have_text("")
