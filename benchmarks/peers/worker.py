"""The process of one engine. It does one thing at a time, when asked by a line of JSON, and answers with one.

    python -m benchmarks.peers.worker torch

Questions: {"load": path, "workload": name} builds the network and trains a few epochs, so that everything is compiled;
{"turn": epochs} starts anew and trains. Seconds are processor time of this whole process, its threads included.
"""

import json
import os
import sys
import time
from pathlib import Path
from typing import Any

from benchmarks.peers.engines import ENGINES
from benchmarks.peers.problem import Problem
from benchmarks.peers.workloads import WORKLOADS

CHECKED_EPOCHS = 3


class Worker:
    """One engine and the problem at hand."""

    def __init__(self, name: str) -> None:
        self.entry = ENGINES[name]
        self.adapter = self.entry.adapter()

    def answer(self, question: dict[str, Any]) -> dict[str, Any]:
        if "load" in question:
            return self.load(Path(question["load"]), question["workload"])
        return self.turn(question["turn"])

    def load(self, path: Path, name: str) -> dict[str, Any]:
        started = time.process_time()
        self.engine = self.adapter(Problem.load(path, WORKLOADS[name]))
        built = time.process_time()
        losses = self.engine.fit(CHECKED_EPOCHS)
        return {"losses": losses, "build_s": built - started, "first_fit_s": time.process_time() - built}

    def turn(self, epochs: int) -> dict[str, Any]:
        self.engine.reset()
        started = time.process_time()
        self.engine.fit(epochs)
        return {"seconds": time.process_time() - started}


def main() -> None:
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what libraries print is no answer
    worker = Worker(sys.argv[1])
    print(json.dumps({"import_s": time.process_time()}), file=answers, flush=True)
    for line in sys.stdin:
        print(json.dumps(worker.answer(json.loads(line))), file=answers, flush=True)


if __name__ == "__main__":
    main()
