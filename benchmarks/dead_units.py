"""Does training slow down when units die? `python -m benchmarks.dead_units`

The gradients of a dead unit are 0. What the optimizer remembers of them shrinks by a constant factor at each step until
it is denormal, and arithmetic on such numbers is many times slower. Half the hidden units of 784-32-10 are switched off
for good by their bias after a few steps, and 5,000 steps follow, in short epochs and in a single long one.
"""

import time
from dataclasses import asdict, dataclass

from benchmarks import machine, threads

threads.pin()

import numpy as np  # noqa: E402

import netcore  # noqa: E402
from benchmarks.output import write_json  # noqa: E402
from benchmarks.peers.problem import Problem, problem_of  # noqa: E402
from benchmarks.peers.workloads import WORKLOADS  # noqa: E402
from netcore.optimizers import OPTIMIZERS  # noqa: E402

STEPS, WINDOW, ALIVE_STEPS, REPEATS = 5000, 250, 500, 3
LIMIT = 1.3
OFF = -1000.0
EPOCHS = {"epochs of 250 steps": 250, "one epoch": ALIVE_STEPS + STEPS}


@dataclass(frozen=True)
class Slowing:
    """One optimizer over one kind of epoch.

    Attributes:
        us: per step, window by window, the first before any unit has died; the best of several runs that do the same.
            The very first window is left out: it has the making of the run's views in it.
    """

    optimizer: str
    epochs: str
    us: list[float]

    @property
    def ratio(self) -> float:
        """Slowest window over the first."""
        return max(self.us) / self.us[0]

    def __str__(self) -> str:
        mark = "✓" if self.ratio <= LIMIT else "✗"
        first, worst = self.us[0], max(self.us)
        return f"{mark} {self.optimizer:10} {self.epochs:20} {self.ratio:5.2f}×  ({first:.1f} -> {worst:.1f} µs a step)"


def windows_us(optimizer: str, problem: Problem, steps_per_epoch: int) -> list[float]:
    """µs of processor time per step, one number for each window of steps."""
    workload = problem.workload
    rows = np.resize(np.arange(workload.rows), steps_per_epoch * workload.batch_size)
    x, y = problem.x[0][rows], problem.y[0][rows]
    hidden = netcore.layers.Dense(32, activation="relu")
    model = netcore.Sequential([netcore.Input((784,)), hidden, netcore.layers.Dense(10, activation="softmax")])
    model.compile(optimizer=optimizer, loss="categorical_crossentropy")
    model.set_weights([weight for weights in problem.weights.values() for weight in weights])
    epochs = (ALIVE_STEPS + STEPS) // steps_per_epoch
    run = model.iter_fit(x, y, workload.batch_size, epochs=epochs, shuffle=False, batch_events=True)
    run.batches_per_event = WINDOW
    found: list[float] = []
    started = time.process_time()
    for event in run:
        if isinstance(event, netcore.events.EpochEnded):
            continue
        found.append(1e6 * (time.process_time() - started) / WINDOW)
        if len(found) * WINDOW == ALIVE_STEPS:
            kernel, bias = hidden.get_weights()
            bias[: len(bias) // 2] = OFF
            hidden.set_weights([kernel, bias])
        started = time.process_time()
    return found


def slowing(optimizer: str, problem: Problem, epochs: str) -> Slowing:
    runs = [windows_us(optimizer, problem, EPOCHS[epochs]) for _ in range(REPEATS)]
    return Slowing(optimizer, epochs, [min(us) for us in zip(*runs, strict=True)][1:])


def main() -> None:
    described, problem = machine.described(), problem_of(WORKLOADS["W4"])
    found = []
    for name in OPTIMIZERS.names():
        for epochs in EPOCHS:
            found.append(slowing(name, problem, epochs))
            print(found[-1], flush=True)
    write_json("dead_units", {"machine": described, "limit": LIMIT, "slowing": [asdict(one) for one in found]})


if __name__ == "__main__":
    main()
