"""One real browser: how soon after the click does the curve move, and how often is it painted?

`python -m benchmarks.live.browser --chromium /usr/bin/chromium`
"""

import argparse
import json
import statistics
import time
from typing import Any

from playwright.sync_api import Page

from benchmarks.live.experiments import long_run, query_of
from benchmarks.live.server import running_app
from tests.chromium import running_chromium

# notes the time of the click and of the first drawing with a point, both in the page's own clock
WATCH = """() => {
  window.__first = window.__clicked = null;
  const note = (event) => { if (event.target.closest('.st-key-train')) window.__clicked = performance.now(); };
  document.addEventListener('click', note, true);
  const look = () => {
    const path = document.querySelector('path[data-series="loss"]');
    if (window.__clicked !== null && path && Number(path.dataset.points) > 0) window.__first = performance.now();
    else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}"""


def first_point_ms(page: Page, url: str) -> float:
    """A fresh page, one click, the first painted point."""
    page.context.clear_cookies()
    page.goto(url)
    page.locator(".st-key-train button").first.wait_for()
    page.wait_for_timeout(1500)  # the page has come to rest
    page.evaluate(WATCH)
    page.locator(".st-key-train button").first.click()
    page.wait_for_function("window.__first !== null", timeout=20_000)
    return float(page.evaluate("window.__first - window.__clicked"))


def painted_per_s(page: Page, seconds: float) -> dict[str, Any]:
    """Drawings of the live curve, points on it and animation frames over some seconds of the run on the page."""
    page.evaluate("window.__frames = 0; (function tick() { window.__frames++; requestAnimationFrame(tick); })()")
    before, started = _state(page), time.perf_counter()
    page.wait_for_timeout(1000 * seconds)
    after, passed = _state(page), time.perf_counter() - started
    return {name: (after[name] - before[name]) / passed for name in before}


def _state(page: Page) -> dict[str, float]:
    return page.evaluate(
        """() => ({ paints: Number(document.querySelector('.live-curve').dataset.paints),
                    epochs: Number(document.querySelector('.live-curve').dataset.epoch),
                    frames: window.__frames })"""
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--chromium", help="its path; else one is looked for")
    parser.add_argument("--clicks", type=int, default=10)
    arguments = parser.parse_args()
    with running_app() as (host, _), running_chromium(arguments.chromium) as browser:
        page = browser.new_context(viewport={"width": 1366, "height": 768}).new_page()
        errors: list[str] = []
        page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
        url = f"http://{host}/?{query_of(long_run())}"
        times = [first_point_ms(page, url) for _ in range(arguments.clicks)]
        figures = {
            "first_point_ms": [round(value) for value in times],
            "first_point_ms_median": statistics.median(times),
            **{f"{name}_per_s": value for name, value in painted_per_s(page, 10.0).items()},
            "console_errors": errors,
        }
    print(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main()
