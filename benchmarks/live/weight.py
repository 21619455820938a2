"""What a browser fetches for each page: `python -m benchmarks.live.weight`.

Each page is opened with an empty cache and once more with a full one: requests, bytes as they go over the wire, bytes
unpacked, and what comes over the websocket until the page stands still.
"""

import argparse
import json
from dataclasses import asdict, dataclass
from typing import Any

from playwright.sync_api import Browser, Page

from benchmarks.live.server import running_app
from pages import FIRST, PAGES
from tests.chromium import running_chromium

LONGEST_MS = 60_000


@dataclass
class Weight:
    """Of one opening of one page.

    Args:
        wire_kb: of HTTP answers as they were sent, headers included; what the browser had already counts nothing.
        unpacked_kb: of the same answers when unpacked.
        socket_kb: what the server sent over the websocket.
        usable_ms: from asking for the address until everything on the page was drawn.
    """

    page: str
    requests: int = 0
    wire_kb: float = 0.0
    unpacked_kb: float = 0.0
    socket_kb: float = 0.0
    usable_ms: float = 0.0


def weigh(page: Page, url: str, name: str) -> Weight:
    """Ask for the address and listen to what comes."""
    weight = Weight(name)
    listener = page.context.new_cdp_session(page)
    listener.send("Network.enable")

    def packed(event: dict[str, Any]) -> None:
        weight.wire_kb += event["encodedDataLength"] / 1000

    def unpacked(event: dict[str, Any]) -> None:
        weight.unpacked_kb += event["dataLength"] / 1000

    def asked(event: dict[str, Any]) -> None:
        weight.requests += not event["request"]["url"].startswith(("data:", "blob:"))

    def heard(event: dict[str, Any]) -> None:
        payload = event["response"]["payloadData"]  # base64 of binary messages
        weight.socket_kb += len(payload) * 3 / 4 / 1000

    listener.on("Network.loadingFinished", packed)
    listener.on("Network.dataReceived", unpacked)
    listener.on("Network.requestWillBeSent", asked)
    listener.on("Network.webSocketFrameReceived", heard)
    page.goto(url)
    page.locator(".st-key-steps").wait_for(timeout=LONGEST_MS)
    page.wait_for_function(STANDS_STILL, timeout=LONGEST_MS)
    weight.usable_ms = page.evaluate("performance.now()")
    page.wait_for_load_state("networkidle")
    listener.detach()
    return weight


# the script has run, and nothing on the page is a placeholder any more
STANDS_STILL = """() => !document.querySelector(
  '[data-testid="stStatusWidget"], [data-testid="stSkeleton"], [data-stale="true"]')
  && document.querySelector('[data-testid="stApp"]')?.dataset.testScriptState === 'notRunning'"""


def both(browser: Browser, host: str, name: str) -> tuple[Weight, Weight]:
    """With an empty cache, and again."""
    context = browser.new_context(viewport={"width": 1366, "height": 768})
    page = context.new_page()
    url = f"http://{host}/{'' if name == FIRST else name}"
    first, again = weigh(page, url, name), weigh(page, url, f"{name}, again")
    context.close()
    return first, again


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="*", default=[], help="these pages alone")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    names = [page.name for page in PAGES if not arguments.only or page.name in arguments.only]
    with running_app(LAB_PROFILE="class") as (host, _server), running_chromium() as browser:
        weights = [weight for name in names for weight in both(browser, host, name)]
    if arguments.json:
        print(json.dumps([asdict(weight) for weight in weights]))
        return
    print(f"{'page':22}{'requests':>9}{'wire kB':>10}{'unpacked':>10}{'socket kB':>10}{'usable ms':>10}")
    for weight in weights:
        print(
            f"{weight.page:22}{weight.requests:9}{weight.wire_kb:10.0f}{weight.unpacked_kb:10.0f}"
            f"{weight.socket_kb:10.1f}{weight.usable_ms:10.0f}"
        )


if __name__ == "__main__":
    main()
