"""The playground in a real Chromium, beside another one where a folder with it is given.

`python -m benchmarks.live.playground_browser [--reference FOLDER]`: epochs and pictures a second while everything is
drawn, first picture after a click on play, latency of a knob, and loss on the other half of the points after equal
epochs. FOLDER holds TensorFlow Playground as it is built from its source: both take the same settings in their address.
A picture counts where surface and maps of all units were painted in one animation frame, with weights that moved.
"""

import argparse
import functools
import http.server
import json
import statistics
import threading
import time
from base64 import b64decode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from playwright.sync_api import Browser, Page, Route

from benchmarks import machine
from benchmarks.live.server import running_app
from benchmarks.output import short, write_json
from tests.chromium import running_chromium

WATCH = Path(__file__).with_name("watch_playground.js").read_text(encoding="utf-8")
ALL_INPUTS = "&".join(f"{key}=true" for key in ("xTimesY", "xSquared", "ySquared", "sinX", "sinY"))
COMMON = "activation=tanh&batchSize=10&dataset=spiral&learningRate=0.03&percTrainData=50&noise=0"
SCENES = {"spiral 6-4": ((6, 4), COMMON), "spiral 8x6, 7 inputs": ((8,) * 6, f"{COMMON}&{ALL_INPUTS}")}
STEP = """async (epochs) => {
  const { run } = document.querySelector('.pg-board').dataset;
  const body = JSON.stringify({ do: "step", run, epochs });
  const headers = { "content-type": "application/json" };
  return (await fetch(watched.asked.address, { method: "POST", headers, body })).status;
}"""
PARTS = ("speed", "first", "knob", "loss")
WARM_S = 2.0
LONGEST_MS = 60_000.0
BEGIN = """([stand, wanted, play, knob]) => {
  Object.assign(watched, { stand: new Function(`return ${stand}`), wanted, play, knob });
  watched.begin();
}"""


class Peer:
    """A playground in a page of its own.

    Args:
        address: of its page; settings: what its address has beside those of a scene.
        epoch, stand: JavaScript: epochs made; what grows with each update that it shows.
        canvases: of a whole picture beside the maps of hidden units.
    """

    name = ""
    settings = ""
    epoch = stand = "0"
    canvases = 1
    play = knob = there = ""
    mark = "?"

    def __init__(self, browser: Browser, address: str) -> None:
        self.address, self.browser = address, browser

    @contextmanager
    def page(self, scene: str, seed: int = 0) -> Iterator[Page]:
        """Its page, opened and at rest."""
        units, query = SCENES[scene]
        shape = ",".join(map(str, units))
        context = self.browser.new_context(viewport={"width": 1366, "height": 768}, locale="en-US")
        context.set_default_timeout(LONGEST_MS)
        context.add_init_script(f"(() => {{\n{WATCH}\n}})();")
        context.route("**/*", self._only_here)
        page = context.new_page()
        page.goto(f"{self.address}{self.mark}{query}&networkShape={shape}&{self.seeded(seed)}{self.settings}")
        page.wait_for_selector(self.there)
        page.wait_for_timeout(1000)  # at rest
        page.evaluate(BEGIN, [self.stand, sum(units) + self.canvases, self.play, self.knob])
        yield page
        # while requests are looked at, what a page says as it closes is lost, and its run would go on
        context.unroute_all()
        context.close()

    def _only_here(self, route: Route) -> None:
        """A page may ask for fonts and counters from outside; here there is no outside."""
        if route.request.url.startswith("http://127.0.0.1"):
            route.continue_()
        else:
            route.abort()

    def seeded(self, seed: int) -> str:
        raise NotImplementedError

    def loss_after(self, page: Page, epochs: int) -> float:
        """Mean of ½ (y - t)² over the points that it does not learn from, t being -1 or 1."""
        raise NotImplementedError


class Ours(Peer):
    name = "ours"
    settings = "&speed=max&lang=en"
    epoch = "Number(document.querySelector('.pg-board').dataset.epoch)"
    stand = "Number(document.querySelector('.pg-board').dataset.updates)"
    canvases = 3  # the surface, the unit of the output, and the sheet that all maps are put from
    play, knob, there = "[data-name='play']", "[data-name='learningRate']", ".pg-board[data-paints]"

    def seeded(self, seed: int) -> str:
        return f"seed={seed}&start={seed}"

    def loss_after(self, page: Page, epochs: int) -> float:
        page.click("[data-name='epoch']")
        page.wait_for_function(f"() => {self.epoch} === 1")
        status = page.evaluate(STEP, epochs - 1)
        assert status == 200, status
        page.wait_for_function(
            f"() => {self.epoch} === {epochs} && document.querySelector('.pg-board').dataset.state === 'paused'"
        )
        told = page.evaluate("() => watched.parameters")
        assert told["epoch"] == epochs, told["epoch"]
        points = np.array(page.evaluate("() => watched.points.validation"))
        return _loss(list(told["layers"].values()), points[:, :2], 2 * points[:, 2] - 1)


def _loss(layers: list[dict[str, str]], inputs: Any, targets: Any) -> float:
    """Of a network of tanh whose last layer is a sigmoid, which is a tanh of half its argument, moved."""
    values = inputs
    for place, layer in enumerate(layers):
        kernel, bias = (np.frombuffer(b64decode(layer[name]), "<f4").astype(float) for name in ("kernel", "bias"))
        sums = values @ kernel.reshape(values.shape[1], -1) + bias
        values = np.tanh(sums if place < len(layers) - 1 else sums / 2)
    return float(np.mean((values[:, 0] - targets) ** 2) / 2)


class Reference(Peer):
    name = "reference"
    epoch = stand = "Number(document.querySelector('#iter-number').textContent.replaceAll(',', ''))"
    play, knob, there = "#play-pause-button", "#learningRate", "#heatmap canvas"
    mark = "#"

    def seeded(self, seed: int) -> str:
        return f"seed=0.{seed + 1:05}"

    def loss_after(self, page: Page, epochs: int) -> float:
        step = "document.querySelector('#next-step-button').click()"
        page.evaluate(f"(epochs) => {{ for (let at = 0; at < epochs; at++) {step}; }}", epochs)
        assert page.evaluate(f"() => {self.epoch}") == epochs
        return float(page.inner_text("#loss-test"))


# --- what is measured


def speed(peer: Peer, scene: str, seconds: float) -> dict[str, float]:
    """Epochs, whole pictures and animation frames a second while it learns as fast as it goes."""
    with peer.page(scene) as page:
        page.click(peer.play)
        page.wait_for_timeout(1000 * WARM_S)
        look = f"() => [{peer.epoch}, watched.pictures, watched.frames, performance.now()]"
        before = page.evaluate(look)
        page.wait_for_timeout(1000 * seconds)
        epochs, pictures, frames, ms = (now - then for now, then in zip(page.evaluate(look), before, strict=True))
    per_s = 1000 / ms
    return {"epochs_per_s": epochs * per_s, "pictures_per_s": pictures * per_s, "frames_per_s": frames * per_s}


def first_picture_ms(peer: Peer, scene: str) -> float:
    """From the click on play until the first picture of a network that has moved."""
    with peer.page(scene) as page:
        page.click(peer.play)
        return _watched(page, "first")


def knob_ms(peer: Peer, scene: str, turns: int) -> list[float]:
    """From a turn of the learning rate until the first picture of a network that has learned with it."""
    found = []
    with peer.page(scene) as page:
        page.click(peer.play)
        _watched(page, "first")
        for turn in range(turns):
            page.wait_for_timeout(350 + 37 * turn)  # no beat is always met at the same place
            page.evaluate("() => watched.begin()")
            page.select_option(peer.knob, ["0.01", "0.03"][turn % 2])
            found.append(_watched(page, "answered"))
    return found


def _watched(page: Page, name: str) -> float:
    page.wait_for_function(f"() => watched.{name} !== null")
    return float(page.evaluate(f"() => watched.{name}"))


def losses(peer: Peer, scene: str, seeds: int, epochs: int) -> list[float]:
    """Of as many beginnings, on as many draws of the points."""
    found = []
    for seed in range(seeds):
        with peer.page(scene, seed) as page:
            found.append(peer.loss_after(page, epochs))
    return found


# --- the report


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """A folder as pages of this machine."""

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_: Any) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/"
    finally:
        server.shutdown()


def in_turns(peers: list[Peer], measure: Callable[[Peer], Any], turns: int) -> dict[str, list[Any]]:
    """Each peer after the other, so many times: what else the machine does meets all."""
    found: dict[str, list[Any]] = {peer.name: [] for peer in peers}
    for _ in range(turns):
        for peer in peers:
            found[peer.name].append(measure(peer))
    return found


def compared(peers: list[Peer], asked: argparse.Namespace) -> dict[str, Any]:
    """Scene -> figure -> peer -> its row, and their ratio."""
    result: dict[str, Any] = {}
    for scene in SCENES:
        if "speed" in asked.parts:
            found = in_turns(peers, functools.partial(speed, scene=scene, seconds=asked.seconds), asked.turns)
            for figure in next(iter(found.values()))[0]:
                for name, turns in found.items():
                    tell(result, scene, figure, name, [turn[figure] for turn in turns])
        if "first" in asked.parts:
            for name, times in in_turns(peers, functools.partial(first_picture_ms, scene=scene), asked.clicks).items():
                tell(result, scene, "first_picture_ms", name, times)
        if "knob" in asked.parts:
            for peer in peers:
                tell(result, scene, "knob_ms", peer.name, knob_ms(peer, scene, asked.clicks))
    if "loss" in asked.parts:
        scene = next(iter(SCENES))
        for peer in peers:
            found_losses = losses(peer, scene, asked.seeds, asked.epochs)
            tell(result, scene, f"loss_after_{asked.epochs}", peer.name, found_losses)
    return result


def tell(result: dict[str, Any], scene: str, figure: str, name: str, values: list[float]) -> None:
    """One line of the report, and its ratio to the reference where that has been measured before."""
    row = short(
        {
            "median": statistics.median(values),
            "least": min(values),
            "most": max(values),
            "mean": statistics.mean(values),
            "sd": statistics.stdev(values) if len(values) > 1 else 0.0,
            "values": values,
        }
    )
    of_scene = result.setdefault(scene, {}).setdefault(figure, {})
    of_scene[name] = row
    if len(of_scene) == 2:
        of_scene["ratio"] = float(f"{of_scene['ours']['median'] / (of_scene['reference']['median'] or np.nan):.3g}")
    told = {"scene": scene, "figure": figure, "of": name, **row}
    print(json.dumps(told | {"ratio": of_scene.get("ratio")}), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reference", type=Path, help="folder with the built TensorFlow Playground")
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS)
    parser.add_argument("--turns", type=int, default=3, help="of each at full speed")
    parser.add_argument("--seconds", type=float, default=5.0, help="of one turn")
    parser.add_argument("--clicks", type=int, default=10)
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--epochs", type=int, default=500, help="after which the losses are compared")
    arguments = parser.parse_args()
    began = time.perf_counter()
    with running_app() as (host, _), running_chromium() as browser:
        ours = Ours(browser, f"http://{host}/playground")
        if arguments.reference is None:
            result = compared([ours], arguments)
        else:
            with served(arguments.reference) as address:
                result = compared([Reference(browser, address), ours], arguments)
        described = {"browser": browser.version, "took_s": round(time.perf_counter() - began), **machine.described()}
    write_json("playground_browser", {"machine": described, "scenes": result})


if __name__ == "__main__":
    main()
