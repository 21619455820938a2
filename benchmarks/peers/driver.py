"""The driver: a process for each engine, all alive together, asked for one turn at a time, one after the other.

Whatever disturbs the machine for a second then disturbs all of them, and the ratio within a turn stays what it is.
"""

import json
import math
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.peers.engines import Entry
from benchmarks.peers.problem import problem_of
from benchmarks.peers.workloads import Workload

TURN_S = 0.3  # processor time that a turn should take, so that the clock's grain and the fixed cost of `fit` are small
MOST_EPOCHS = 2000


@dataclass
class Timing:
    """One engine on one workload.

    Attributes:
        epochs: of each turn.
        ms: per epoch, turn by turn, of processor time.
        losses: of the first epochs, from the start weights.
        trouble: what went wrong, instead of figures.
    """

    engine: str
    epochs: int = 0
    ms: list[float] = field(default_factory=list)
    losses: list[float] = field(default_factory=list)
    import_s: float = 0.0
    build_s: float = 0.0
    first_fit_s: float = 0.0
    trouble: str = ""


class EngineProcess:
    """One engine's process, and the pipe to it."""

    def __init__(self, entry: Entry, errors: Path) -> None:
        self.entry, self.errors = entry, errors
        with errors.open("w") as said:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "benchmarks.peers.worker", entry.name],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=said,
                env=entry.variables(),
                text=True,
            )
        self.import_s = float(self._read()["import_s"])

    def ask(self, **question: Any) -> dict[str, Any]:
        """Raises RuntimeError with the engine's last words if it is gone."""
        assert self.process.stdin is not None
        with suppress(BrokenPipeError):  # its last words tell more: they are read next
            print(json.dumps(question), file=self.process.stdin, flush=True)
        return self._read()

    def _read(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            said = self.errors.read_text().strip().splitlines()
            raise RuntimeError(f"{self.entry.name} ended: {said[-1] if said else 'without a word'}")
        return dict(json.loads(line))

    def close(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait()


@contextmanager
def running(entries: Sequence[Entry]) -> Iterator[dict[str, EngineProcess]]:
    """The processes of all engines, ended afterwards."""
    with ExitStack() as stack, tempfile.TemporaryDirectory() as folder:
        processes = {}
        for entry in entries:
            processes[entry.name] = EngineProcess(entry, Path(folder, f"{entry.name}.txt"))
            stack.callback(processes[entry.name].close)
        yield processes


def measure(workload: Workload, processes: dict[str, EngineProcess], turns: int) -> dict[str, Timing]:
    """Timings by engine; engines that cannot express the workload are left out."""
    timings = {}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "problem.npz")
        problem_of(workload).save(path)
        for name, process in processes.items():
            if process.entry.expresses(workload):
                timings[name] = _loaded(process, workload, path)
    asked = [name for name, timing in timings.items() if not timing.trouble]
    for turn in range(turns):
        first = turn % len(asked)
        for name in (*asked[first:], *asked[:first]):  # nobody always comes after the same one
            timing = timings[name]
            seconds = processes[name].ask(turn=timing.epochs)["seconds"]
            timing.ms.append(1000 * seconds / timing.epochs)
    return timings


def _loaded(process: EngineProcess, workload: Workload, path: Path) -> Timing:
    answer = process.ask(load=str(path), workload=workload.name)
    timing = Timing(process.entry.name, import_s=process.import_s, **answer)
    seconds = max(process.ask(turn=2)["seconds"] / 2, 1e-6)
    epochs = min(MOST_EPOCHS, max(1, math.ceil(TURN_S / seconds)))
    if epochs > 10:  # two epochs were mostly the fixed cost of a fit
        seconds = max(process.ask(turn=epochs)["seconds"] / epochs, 1e-6)
        epochs = min(MOST_EPOCHS, math.ceil(TURN_S / seconds))
    timing.epochs = epochs
    return timing
