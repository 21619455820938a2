"""A real server and a real Chromium. With SCREENSHOTS=1 pictures go to tests/browser/screenshots, which git ignores."""

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from playwright.sync_api import TimeoutError as WaitedInVain
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from benchmarks.live.server import running_app
from lab.texts import Language, say
from pages import page_named
from tests.chromium import running_chromium
from tests.waiting import LONGEST_MS

Theme = Literal["light", "dark"]  # what the person's system asks for; Streamlit follows it
SCREENSHOTS = Path(__file__).parent / "screenshots"
SIZES = {"wide": {"width": 1366, "height": 768}, "phone": {"width": 390, "height": 844}}
LOCALES = {"ko": "ko-KR", "en": "en-US"}
FIELD = {
    **{name: field.number for name, field in BackMsg.DESCRIPTOR.fields_by_name.items()},
    **{name: field.number for name, field in ForwardMsg.DESCRIPTOR.fields_by_name.items()},
    "early_for_rerun": ForwardMsg.FINISHED_EARLY_FOR_RERUN,
}
WATCH = f"(() => {{ const FIELD = {json.dumps(FIELD)};\n{(Path(__file__).parent / 'watch.js').read_text()} }})()"
TOUR_SEEN = "if (location.protocol.startsWith('http')) localStorage.setItem('lab-tour', 'seen');"  # not of about:blank
# the answer to the last click is there with all its parts, and the page has kept its size through some frames
AT_REST = """() => {
  const main = document.querySelector("[data-testid='stMain']");
  const shown = document.querySelector("[data-testid='stApp']")?.dataset.testScriptState === "notRunning"
    && !document.querySelector("[data-testid='stSkeleton'], [data-testid='stAppSkeleton']");
  const size = main && shown && window.scriptRun === "ended" && `${main.scrollWidth} x ${main.scrollHeight}`;
  window.stillFrames = size && size === window.sizeBefore ? window.stillFrames + 1 : 0;
  window.sizeBefore = size;
  return window.stillFrames >= 3;
}"""
CLIPPED = """() => [...document.querySelectorAll('[data-testid=stMain] :is(p, button, label, h3)')]
    .filter(element => element.offsetParent && element.clientWidth > 1
                       && element.scrollWidth > element.clientWidth + 1
                       && getComputedStyle(element).overflowX !== 'visible')
    .map(element => element.textContent)"""
COVERED = """() => [...document.querySelectorAll('.js-plotly-plot')].filter(chart => {
    const [legend, curves] = ['.legend', '.nsewdrag'].map(part => chart.querySelector(part)?.getBoundingClientRect());
    return legend?.width && curves?.width && legend.top < curves.bottom - 1 && legend.bottom > curves.top + 1
      && legend.left < curves.right && legend.right > curves.left;
  }).map(chart => chart.querySelector('.legend').textContent)"""

expect.set_options(timeout=LONGEST_MS)

# a journey that tells little more in the second language goes there under `python -m tests --all`
KO_MAINLY = ["ko", pytest.param("en", marks=pytest.mark.slow)]
EN_MAINLY = ["en", pytest.param("ko", marks=pytest.mark.slow)]


@pytest.fixture(scope="session")
def address() -> Iterator[str]:
    """A server of this test session on a free port, with a folder of its own for runs."""
    with running_app() as (host, _):
        yield f"http://{host}/"


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with running_chromium() as browser:
        yield browser


def new_context(browser: Browser, *, first_visit: bool = False, **options) -> BrowserContext:
    """A person's browser, whose pages tell when they are at rest (see `watch.js`).

    Args:
        first_visit: nobody was here with it before, so that the tour begins by itself.
    """
    context = browser.new_context(**options)
    context.add_init_script(WATCH)
    if not first_visit:
        context.add_init_script(TOUR_SEEN)
    context.set_default_timeout(LONGEST_MS)
    return context


@pytest.fixture(scope="module")
def blank(chromium) -> Iterator[Page]:
    """A page without an app, for scripts of ours that need none."""
    context = new_context(chromium)
    yield context.new_page()
    context.close()


def from_outside(url: str, address: str) -> bool:
    """Whether a request goes elsewhere than to the server at that address; what needs no request does not."""
    return not url.startswith((address, address.replace("http", "ws"), "data:", "blob:"))


def settle(page: Page) -> None:
    """Wait until the script that answers the last click has run, and what it changed has found its place."""
    page.evaluate("() => { window.stillFrames = 0; window.sizeBefore = null; }")
    page.wait_for_function(AT_REST)


class Visitor:
    """Someone with a browser. What the console complains of, and what is fetched from elsewhere, is remembered."""

    def __init__(
        self, browser: Browser, address: str, language: Language, size: str, theme: Theme = "light", at: str = ""
    ) -> None:
        self.language, self.size, self.address = language, size, address
        self.context = new_context(browser, viewport=SIZES[size], locale=LOCALES[language], color_scheme=theme)
        self.complaints: list[str] = []
        self.page = self.open(address + at)

    def open(self, address: str) -> Page:
        page = self.context.new_page()
        page.on("console", lambda message: self.complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", self._note_request)
        page.goto(address)
        return page

    def _note_request(self, request) -> None:
        if from_outside(request.url, self.address):
            self.complaints.append(f"fetched from outside: {request.url}")

    def say(self, key: str, **values: object) -> str:
        return say(key, self.language, **values)

    def button(self, key: str):
        return self.page.locator(f".st-key-{key} button:visible").first

    def press(self, key: str) -> None:
        """Click a button of a page at rest: one that moves between the mouse's down and up has not been clicked."""
        self.button(key).wait_for()
        self.settle()
        self.button(key).click()

    def go_to(self, name: str) -> None:
        """By the row of steps, or by the list of tools; from a page at rest, as `press`."""
        self.settle()
        if page_named(name).kind == "step":
            step = re.compile(rf"^\d {page_named(name).title(self.language)}")
            self.page.locator(".st-key-steps a", has_text=step).click()
            self.step_here.filter(has_text=step).wait_for()  # for a moment the step before is marked, too
        else:
            self.page.get_by_role("button", name=self.say("tools.open")).click()
            self.page.get_by_role("link", name=page_named(name).title(self.language)).click()
            self.page.wait_for_url(f"**/{name}")
        self.settle()

    @property
    def step_here(self):
        """The link of the present step."""
        return self.page.locator(".st-key-steps a:has(strong)")

    def open_start(self, name: str) -> None:
        """One of the ready-made starts, from their list."""
        self.page.get_by_role("button", name=self.say("starts.open")).click()
        self.button(f"start-{name}").click()
        self.settle()

    def settle(self) -> None:
        settle(self.page)

    def points(self, series: str = "loss") -> int:
        # while a page draws itself anew, the curve that goes is there beside the one that comes
        return int(self.page.locator(f"path[data-series='{series}']").first.get_attribute("data-points") or 0)

    def set_epochs(self, epochs: int) -> None:
        field = self.page.locator("[class*='fit-epochs'] input:visible").first
        field.fill(str(epochs))
        field.press("Enter")
        self.settle()

    def train(self) -> None:
        """Press the button, and wait until the curve of the new run has begun."""
        before = self.run_shown()
        self.press("train")
        self.wait_for_another_run(before)

    def run_shown(self) -> str:
        """The run whose curve is on the page; "" without one."""
        return self.page.evaluate("() => document.querySelector('.live-curve')?.dataset.run ?? ''")

    def wait_for_another_run(self, before: str) -> None:
        """Until the curve on the page is that of another run than `before`, and has a point."""
        self.page.wait_for_function(
            """(before) => {
              const { run, epoch } = document.querySelector('.live-curve')?.dataset ?? {};
              return run && run !== before && Number(epoch) > 0;
            }""",
            arg=before,
        )

    def watch_curve(self) -> list[int]:
        """Wait for the end of the run. The numbers of points with which it was painted, each number once."""
        expect(self.page.locator(".live-curve")).to_have_attribute("data-state", re.compile("finished|diverged"))
        return sorted(set(self.page.evaluate("run => window.paintedPoints[run] ?? []", self.run_shown())))

    def on_each_screen(self, name: str, tops: tuple[int, ...] = (0,)) -> None:
        """The page as it is, and then on the other screen, where it stays: nothing too wide, a picture at each top."""
        for size in (self.size, *(other for other in SIZES if other != self.size)):
            self.size = size
            self.page.set_viewport_size(SIZES[size])
            self.settle()
            self.assert_fits()
            for place, top in enumerate(tops):
                self.screenshot(f"{name}-{place}" if place else name, top)

    def screenshot(self, name: str, top: int | None = None) -> None:
        """For people to look at; nothing is checked by it.

        Args:
            top: how far down the page is scrolled for it; None leaves it as it is.
        """
        if not os.environ.get("SCREENSHOTS"):
            return
        SCREENSHOTS.mkdir(exist_ok=True)
        main = self.page.locator("[data-testid='stMain']")
        if top is not None:
            main.evaluate(f"main => main.scrollTo(0, {top})")
            self.settle()
        self.page.screenshot(path=SCREENSHOTS / f"{self.language}-{self.size}-{name}.png")
        if top is not None:
            main.evaluate("main => main.scrollTo(0, 0)")

    def assert_fits(self) -> None:
        """Once charts have their new size: no scrolling sideways, no text wider than the box that clips it, and no
        legend over the curves that it names."""
        try:
            self.page.wait_for_function(
                f"""() => [document.documentElement, document.querySelector('[data-testid=stMain]')]
                    .every(element => element.scrollWidth <= element.clientWidth)
                    && !({CLIPPED})().length && !({COVERED})().length"""
            )
        except WaitedInVain:
            clipped, covered = self.page.evaluate(CLIPPED), self.page.evaluate(COVERED)
            raise AssertionError(f"too wide, clipped ({clipped}), or a legend over curves ({covered})") from None


@pytest.fixture
def visit(chromium, address):
    """visit(language, size, theme, at) opens the app, or the page at a path of its own; at the end no browser may have
    complained."""
    visitors: list[Visitor] = []

    def open_app(language: Language = "ko", size: str = "wide", theme: Theme = "light", at: str = "") -> Visitor:
        visitor = Visitor(chromium, address, language, size, theme, at)
        visitors.append(visitor)
        if not at:
            visitor.button("train").wait_for()
        visitor.settle()
        return visitor

    yield open_app
    for visitor in visitors:
        visitor.context.close()
    assert not [complaint for visitor in visitors for complaint in visitor.complaints]
