"""What the picture of what a network knows costs: bytes of an event, milliseconds of a worker and of a browser.

Five networks; of each both ways, where both are possible: exact weights with which the browser computes, and answers to
a few rows which the worker computes. docs/adr/0032 says which is taken.
"""

import json
import statistics
import time
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page

from lab.data.prepare import prepare
from lab.data.samples import load_sample
from lab.insight.knowledge import layers_for_browser
from lab.runs.orders.run import run_spec
from lab.runs.work.answers import Answers
from lab.runs.work.build import build_model
from lab.runs.work.drawn import drawn_event, exact_layers, parameters_event
from lab.starts import start
from pages.ui.component import SHARED
from tests.chromium import running_chromium

NETWORKS = ("spiral", "iris", "overfitting", "digits_conv", "two_in_two_out")
TIMES = 40
GRID = 45 * 45  # as pages/ui/js/known/plane.js has it
FORWARD = """([text, layers, told, features, rows]) => {
  const { forward, layersOf } = new Function(`${text}; return { forward, layersOf };`)();
  const inputs = Float32Array.from({ length: features * rows }, () => Math.random());
  const times = [];
  let into = [];
  for (let time = 0; time < 40; time++) {
    const began = performance.now();
    into = forward(layers, layersOf(told), inputs, rows, into);
    times.push(performance.now() - began);
  }
  return times;
}"""


def milliseconds(work: Callable[[], Any]) -> float:
    """The median of TIMES."""
    taken = []
    for _ in range(TIMES):
        began = time.perf_counter()
        work()
        taken.append(1000 * (time.perf_counter() - began))
    return statistics.median(taken)


def measure(name: str, page: Page) -> str:
    experiment = start(name)
    dataset = prepare(load_sample(experiment.data.source.name, experiment.data.reading), experiment.data, 0)
    spec, arrays = run_spec(experiment, dataset)
    model = build_model(spec)
    answers = Answers(arrays)
    told = drawn_event(model, spec, 1) + answers.event(model, 1)
    cells = [name, f"{len(told):,}", f"{milliseconds(lambda: answers.event(model, 1, at_rest=True)):.2f}"]
    layers = layers_for_browser(experiment, dataset)
    if layers is None:
        return " | ".join([*cells, "–", "–", "–"])
    exact = parameters_event(model, spec, 1, 1)
    text = "\n".join((SHARED / f"{script}.js").read_text(encoding="utf-8") for script in ("arrays", "forward"))
    given = [text, layers, exact_layers(model, spec), dataset.input_shape[0], GRID]
    browser = statistics.median(page.evaluate(FORWARD, json.loads(json.dumps(given))))
    worker = milliseconds(lambda: parameters_event(model, spec, 1, 1))
    return " | ".join([*cells, f"{len(exact):,}", f"{worker:.2f}", f"{browser:.2f}"])


def main() -> None:
    print("network | answers: bytes | worker ms | weights: bytes | worker ms | browser ms, plane of 45 x 45")
    with running_chromium() as browser:
        page = browser.new_page()
        for name in NETWORKS:
            print(measure(name, page), flush=True)


if __name__ == "__main__":
    main()
