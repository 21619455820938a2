"""A real server and a real Chromium. Screenshots go to tests/browser/screenshots, which git ignores."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from lab.texts import Language, say
from pages import page_named
from tests.chromium import find_chromium

ROOT = Path(__file__).resolve().parent.parent.parent
SCREENSHOTS = Path(__file__).parent / "screenshots"
SIZES = {"wide": {"width": 1366, "height": 768}, "phone": {"width": 390, "height": 844}}
START_S = 60

expect.set_options(timeout=15_000)


@pytest.fixture(scope="session")
def address(tmp_path_factory) -> Iterator[str]:
    """A server of this test session on a free port, with a folder of its own for runs."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    folder = tmp_path_factory.mktemp("server")
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.headless=true"]
    command += ["--server.address=127.0.0.1", f"--server.port={port}", "--server.fileWatcherType=none"]
    with (folder / "log.txt").open("w") as log:
        server = subprocess.Popen(
            command, cwd=ROOT, env={**os.environ, "LAB_HOME": str(folder)}, stdout=log, stderr=subprocess.STDOUT
        )
        try:
            _wait_for(f"http://127.0.0.1:{port}/_stcore/health", server)
            yield f"http://127.0.0.1:{port}/"
        finally:
            server.terminate()
            server.wait(timeout=20)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    path = find_chromium()  # before Playwright starts: it asks Playwright too
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


class Visitor:
    """Someone with a browser. What the console complains of, and what is fetched from elsewhere, is remembered."""

    def __init__(self, browser: Browser, address: str, language: Language, size: str) -> None:
        self.language, self.size, self.address = language, size, address
        locale = {"ko": "ko-KR", "en": "en-US"}[language]
        self.context = browser.new_context(viewport=SIZES[size], locale=locale)
        self.complaints: list[str] = []
        self.page = self.open(address)

    def open(self, address: str) -> Page:
        page = self.context.new_page()
        page.on("console", lambda message: self.complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", self._note_request)
        page.goto(address)
        return page

    def _note_request(self, request) -> None:
        if not request.url.startswith((self.address, self.address.replace("http", "ws"), "data:", "blob:")):
            self.complaints.append(f"fetched from outside: {request.url}")

    def say(self, key: str, **values: object) -> str:
        return say(key, self.language, **values)

    def button(self, key: str):
        return self.page.locator(f".st-key-{key} button:visible").first

    def go_to(self, name: str) -> None:
        """By the row of steps, or by the list of tools."""
        if page_named(name).kind == "step":
            self.page.locator(f"[class*='st-key-step-'][class*='-{name}'] a").click()
            self.page.locator(f".st-key-step-here-{name}").wait_for()
        else:
            self.page.get_by_role("button", name=self.say("tools.open")).click()
            self.page.get_by_role("link", name=page_named(name).title(self.language)).click()
            self.page.wait_for_url(f"**/{name}")
        self.settle()

    def settle(self) -> None:
        """Wait until the script that answers the last click has run."""
        self.page.wait_for_timeout(150)
        expect(self.page.locator("[data-testid='stApp']")).to_have_attribute("data-test-script-state", "notRunning")

    def points(self, series: str = "loss") -> int:
        return int(self.page.locator(f"path[data-series='{series}']").get_attribute("data-points") or 0)

    def watch_curve(self) -> list[int]:
        """Numbers of painted points, looked at until the run has ended: each number once."""
        seen: list[int] = []
        until = time.monotonic() + 60
        while self.page.locator(".live-curve").get_attribute("data-state") not in ("finished", "diverged"):
            seen.append(self.points())
            self.page.wait_for_timeout(60)
            assert time.monotonic() < until, f"the run did not end; points seen: {seen[-5:]}"
        return sorted(set(seen))

    def on_each_screen(self, name: str, tops: tuple[int, ...] = (0,)) -> None:
        """The page as it is, wide and on a phone: nothing too wide, and a picture at each height."""
        main = self.page.locator("[data-testid='stMain']")
        for size in (*(other for other in SIZES if other != self.size), self.size):
            self.size = size
            self.page.set_viewport_size(SIZES[size])
            self.page.wait_for_timeout(400)
            self.assert_fits()
            for place, top in enumerate(tops):
                main.evaluate(f"main => main.scrollTo(0, {top})")
                self.page.wait_for_timeout(150)
                self.screenshot(f"{name}-{place}" if place else name)
            main.evaluate("main => main.scrollTo(0, 0)")

    def screenshot(self, name: str) -> None:
        SCREENSHOTS.mkdir(exist_ok=True)
        self.page.screenshot(path=SCREENSHOTS / f"{self.language}-{self.size}-{name}.png")

    def assert_fits(self) -> None:
        """No scrolling sideways once charts have their new size, and no text wider than the box that clips it."""
        self.page.wait_for_function(
            """() => [document.documentElement, document.querySelector('[data-testid=stMain]')]
               .every(element => element.scrollWidth <= element.clientWidth)""",
            timeout=5000,
        )
        clipped = self.page.evaluate(
            """() => [...document.querySelectorAll('[data-testid=stMain] :is(p, button, label, h3)')]
               .filter(element => element.offsetParent && element.clientWidth > 1
                                  && element.scrollWidth > element.clientWidth + 1
                                  && getComputedStyle(element).overflowX !== 'visible')
               .map(element => element.textContent)"""
        )
        assert not clipped


@pytest.fixture
def visit(chromium, address):
    """visit(language, size) opens the app; at the end no browser may have complained."""
    visitors: list[Visitor] = []

    def open_app(language: Language = "ko", size: str = "wide") -> Visitor:
        visitor = Visitor(chromium, address, language, size)
        visitors.append(visitor)
        visitor.button("train").wait_for(timeout=30_000)
        return visitor

    yield open_app
    for visitor in visitors:
        visitor.context.close()
    assert not [complaint for visitor in visitors for complaint in visitor.complaints]


def _wait_for(url: str, server: subprocess.Popen) -> None:
    until = time.monotonic() + START_S
    while True:
        try:
            urllib.request.urlopen(url, timeout=5)  # noqa: S310  # our own server
            return
        except OSError:
            assert server.poll() is None, "the server ended"
            assert time.monotonic() < until, "the server did not answer"
            time.sleep(0.2)
