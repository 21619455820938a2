"""`python -m tests`: every check of the project, fastest failure first.

`python -m tests --fast` leaves out servers, browser and other versions; `python -m tests --all` adds what takes
long and tells little. The command is the same on a desk and in continuous integration.
"""

import argparse
import os
import subprocess
import sys
import time
from importlib.metadata import version
from pathlib import Path

from tests.chromium import find_chromium, install_chromium
from tests.nginx import fetch_nginx, find_nginx
from tests.versions import constraints, major_minor

ROOT = Path(__file__).resolve().parent.parent
CODE = ["app.py", "netcore", "lab", "pages", "tests", "benchmarks"]
WAITING = ["tests/live", "tests/browser"]


def checks(fast: bool, slow: bool) -> dict[str, list[str]]:
    """Name -> command line, in the order in which they run."""
    python = [sys.executable, "-m"]
    pytest = [*python, "pytest", "--durations=5", *(("-m", "") if slow else ())]
    found = {
        "format": [*python, "ruff", "format", "--check", *CODE],
        "lint": [*python, "ruff", "check", *CODE],
        "types": [*python, "mypy"],
        # a file stays on one core: Keras compiles once for each shape, and a file of pages shares its server
        "tests": [*pytest, "-n", "auto", "--dist", "loadfile", *(f"--ignore={folder}" for folder in WAITING)],
        # they wait for each other more than they compute, but what they wait for must come in time: two, never more
        "tests of live servers and pages in a browser": [*pytest, "-n", "2", "--dist", "loadfile", *WAITING],
        "lowest and newest versions": [*python, "tests.versions"],
    }
    if major_minor(version("numpy")) < major_minor(constraints()["numpy"]):
        print("── types left out: the annotations of this NumPy say less than those of the tested one", flush=True)
        del found["types"]
    if fast:
        del found["tests of live servers and pages in a browser"]
        del found["lowest and newest versions"]
    return found


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests", description=__doc__)
    parser.add_argument("--fast", action="store_true", help="without the tests of servers, browser and other versions")
    parser.add_argument("--all", action="store_true", help="with slow tests and screenshots, see tests/README.md")
    asked = parser.parse_args()
    fast = asked.fast
    if not fast and find_chromium() is None:
        print("No Chromium found: installing one for the browser tests …", flush=True)
        install_chromium()
    if not fast and find_nginx() is None and fetch_nginx() is None:
        print("No nginx found and none to be had by apt: the tests of the reverse proxy are left out.", flush=True)
    # one BLAS thread: two on a busy machine were measured thirty times slower, and results stay identical
    threads = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    screenshots = {"SCREENSHOTS": "1"} if asked.all else {}
    for name, command in checks(fast, asked.all).items():
        started = time.perf_counter()
        print(f"── {name}", flush=True)
        result = subprocess.run(command, cwd=ROOT, env={**os.environ, **threads, **screenshots}, check=False)
        if result.returncode:
            print(f"── {name} failed", flush=True)
            return result.returncode
        print(f"── {name} passed in {time.perf_counter() - started:.0f} s", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
