"""What netcore costs before and beside training, against its bounds: `python -m benchmarks.costs`.

Import, first fit, memory, and thirty seeds at once; each in a process of its own or in turns with its yardstick.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks import machine, threads

threads.pin()

import netcore  # noqa: E402
from benchmarks.output import write_json  # noqa: E402
from benchmarks.peers.engines.keras_api import compile_model, network  # noqa: E402
from benchmarks.peers.problem import problem_of  # noqa: E402
from benchmarks.peers.workloads import WORKLOADS  # noqa: E402

REPEATS = 10
SEEDS, SEED_EPOCHS = 30, 50


@dataclass(frozen=True)
class Bound:
    """A figure that must not exceed a limit; `values` are all measurements, of which the median counts."""

    name: str
    unit: str
    limit: float
    values: list[float]

    @property
    def middle(self) -> float:
        return statistics.median(self.values)

    @property
    def met(self) -> bool:
        return self.middle <= self.limit

    def __str__(self) -> str:
        low, high = min(self.values), max(self.values)
        mark = "✓" if self.met else "✗"
        return f"{mark} {self.name}: {self.middle:.3g} {self.unit} (≤ {self.limit:g}; {low:.3g} … {high:.3g})"


def fresh(folder: Path, times: int, *question: str) -> list[float]:
    """The number that a new process prints, `times` times; modules are compiled already, as on any second start."""
    command = [sys.executable, "-m", "benchmarks.fresh", *question]
    variables = {**os.environ, "PYTHONPYCACHEPREFIX": str(folder)}
    variables.pop("PYTHONDONTWRITEBYTECODE", None)
    run = partial(subprocess.run, command, env=variables, check=True, capture_output=True, text=True)
    run()
    return [float(run().stdout) for _ in range(times)]


def in_new_processes() -> list[Bound]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        paths = {name: folder / f"{name}.npz" for name in ("W1", "W5")}
        for name, path in paths.items():
            problem_of(WORKLOADS[name]).save(path)
        imports = [1000 * seconds for seconds in fresh(folder, REPEATS, "import")]
        first_fits = fresh(folder, REPEATS, "first_fit", "W1", str(paths["W1"]))
        memory = fresh(folder, 3, "memory", "W5", str(paths["W5"]))
    return [
        Bound("import netcore after numpy, processor time", "ms", 150, imports),
        Bound("Python, import, build and first fit of W1, processor time", "s", 0.25, first_fits),
        Bound("peak memory of W5", "MiB", 120, memory),
    ]


def in_turns() -> list[Bound]:
    """Thirty seeds of W1 beside one: shuffled, each with its own start and order."""
    problem = problem_of(WORKLOADS["W1"])
    (x,), (y,) = problem.x, problem.y
    options = {"batch_size": problem.workload.batch_size, "epochs": SEED_EPOCHS, "verbose": 0}

    def build() -> Any:
        model = network(netcore, problem.workload)
        compile_model(netcore, model, problem.workload)
        return model

    def alone(seed: int) -> list[Any]:
        netcore.utils.set_random_seed(seed)
        model = build()
        model.fit(x, y, **options)
        return list(model.get_weights())

    ratios = []
    for _ in range(REPEATS):
        started = time.process_time()
        alone(0)
        one_s, started = time.process_time() - started, time.process_time()
        fits = netcore.fit_seeds(build, x, y, seeds=range(SEEDS), **options)
        ratios.append((time.process_time() - started) / one_s)
    pairs = [zip(fits.weights[seed], alone(seed), strict=True) for seed in range(0, SEEDS, 10)]
    apart = max(float(abs(together - by_itself).max()) for pair in pairs for together, by_itself in pair)
    return [
        Bound(f"{SEEDS} seeds of W1 trained together, in single runs", "×", 8, ratios),
        Bound(f"their weights after {SEED_EPOCHS} epochs, apart from one by one", "", 1e-5, [apart]),
    ]


def main() -> None:
    described = machine.described()
    bounds = in_new_processes() + in_turns()
    print(*bounds, sep="\n")
    write_json("costs", {"machine": described, "bounds": [{**asdict(one), "met": one.met} for one in bounds]})


if __name__ == "__main__":
    main()
