"""What a new process measures about itself; prints one number.

    python -m benchmarks.fresh import            seconds of processor time of `import netcore` after `import numpy`
    python -m benchmarks.fresh first_fit W1 path seconds of processor time from the start of Python to the end of a fit
    python -m benchmarks.fresh memory W5 path    MiB at the most, two epochs included

`path` is a problem that another process has saved.
"""

import sys
import time
from pathlib import Path

from benchmarks import threads

threads.pin()


def import_s() -> float:
    import numpy  # noqa: F401  # its time is not netcore's

    started = time.process_time()
    import netcore  # noqa: F401

    return time.process_time() - started


def first_fit_s(name: str, path: str) -> float:
    _fit(name, path, epochs=1)
    return time.process_time()


def memory_mib(name: str, path: str) -> float:
    _fit(name, path, epochs=2)
    return peak_mib()


def _fit(name: str, path: str, epochs: int) -> None:
    from benchmarks.peers.engines.netcore_engine import Adapter
    from benchmarks.peers.problem import Problem
    from benchmarks.peers.workloads import WORKLOADS

    Adapter(Problem.load(Path(path), WORKLOADS[name])).fit(epochs)


def peak_mib() -> float:
    """Most memory that this process has had. Linux says it of the program alone; elsewhere the parent's counts in."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(one for one in status.read_text().splitlines() if one.startswith("VmHWM"))
        return int(line.split()[1]) / 1024
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024**2 if sys.platform == "darwin" else 1024)


if __name__ == "__main__":
    question, *rest = sys.argv[1:]
    print({"import": import_s, "first_fit": first_fit_s, "memory": memory_mib}[question](*rest))
