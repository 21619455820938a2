"""Both ends of what the project promises, by a slice of the tests: the lowest versions that requirements.txt allows, on
the oldest Python found here, and the newest of everything, on the newest Python found here.

    python -m tests.versions            # both, side by side
    python -m tests.versions lowest

An environment for each is made under .venvs/ and kept for the next time.
"""

import argparse
import os
import re
import subprocess
import sys
import tomllib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ENDS = ("lowest", "newest")
PLAIN_NAME = re.compile(r"python3\.\d+")
PROBE = "import sys, venv; print(sys.version_info.minor if sys.version_info.releaselevel == 'final' else -1)"
INSTALLED = (
    "import sys; from importlib.metadata import version as v; print(*(f'{one} {v(one)}' for one in sys.argv[1:]))"
)
TOOLS = ("hypothesis", "pytest")  # what the slice needs besides; Keras takes longer to install than the slice to run
SLICE = [  # each requirement is met: NumPy, pandas, pydantic, plotly, Streamlit; nothing asks for a server or a browser
    "tests/test_imports.py",
    "tests/test_warnings.py",
    "tests/netcore/test_textbook.py",
    "tests/netcore/test_fit.py",
    "tests/netcore/test_models.py",
    "tests/netcore/test_metrics.py",
    "tests/netcore/test_saving.py",
    "tests/netcore/test_tape.py",
    "tests/lab/spec",
    "tests/lab/data/test_read.py",
    "tests/lab/data/test_read_decided.py",
    "tests/lab/data/test_read_formats.py",
    "tests/lab/data/test_prepare_columns.py",
    "tests/lab/charts",
    "tests/lab/runs/test_store.py",
    "tests/pages/test_every_page.py",
]


def oldest_supported() -> int:
    """Minor version of the oldest Python 3 that the project supports."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return int(project["requires-python"].removeprefix(">=3."))


def pythons() -> dict[int, str]:
    """Minor version -> an interpreter, of each Python 3 here that the project supports: on the PATH, or pyenv's."""
    folders = [*map(Path, os.get_exec_path()), *sorted(Path.home().glob(".pyenv/versions/*/bin"))]
    named = [str(path) for folder in folders for path in sorted(folder.glob("python3.*"))]
    found: dict[int, str] = {}
    for path in [sys.executable, *(one for one in named if PLAIN_NAME.fullmatch(Path(one).name))]:
        said = subprocess.run([path, "-c", PROBE], capture_output=True, text=True, check=False)
        if said.returncode == 0 and int(said.stdout) >= oldest_supported():  # else it is a bare name that pyenv keeps
            found.setdefault(int(said.stdout), path)
    return found


def requirements() -> list[str]:
    """What the slice needs, with both bounds."""
    app, tools = (
        [line for line in (ROOT / name).read_text(encoding="utf-8").splitlines() if ">=" in line]
        for name in ("requirements.txt", "requirements-dev.txt")
    )
    return [*app, *(line for line in tools if line.split(">=")[0] in TOOLS)]


def constraints() -> dict[str, str]:
    """Name -> the version with which everything is tested."""
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    return dict(line.split("==") for line in lines if "==" in line)


def major_minor(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".")[:2])


def lowest(requirement: str) -> str:
    """`numpy>=2.2,<3` -> `numpy==2.2`."""
    name, bounds = requirement.split(">=")
    return f"{name}=={bounds.split(',')[0]}"


def slice_of(end: str, found: dict[int, str]) -> tuple[int, str]:
    """(exit code, what was said) of the tests at one end."""
    minor = min(found) if end == "lowest" else max(found)
    wanted = [lowest(one) for one in requirements()] if end == "lowest" else ["--upgrade", *requirements()]
    folder = ROOT / ".venvs" / f"{end}-3.{minor}"
    python = str(folder / "bin" / "python")
    # this environment's pip, as Debian's Pythons bring none; nothing is compiled: no C, no modules that nobody imports
    pip = [sys.executable, "-m", "pip", "--python", python, "install", "-q", "--no-compile", "--only-binary=:all:"]
    names = [one.split(">=")[0] for one in requirements()]
    steps = [[*pip, *wanted], [python, "-c", INSTALLED, *names], [python, "-m", "pytest", *SLICE]]
    if not Path(python).exists():
        steps.insert(0, [found[minor], "-m", "venv", "--without-pip", str(folder)])
    said = f"{end}: Python 3.{minor}\n"
    for step in steps:
        done = subprocess.run(
            step, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, encoding="utf-8", check=False
        )
        said += done.stdout
        if done.returncode:
            return done.returncode, said
    return 0, said


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.versions", description=__doc__)
    parser.add_argument("end", choices=ENDS, nargs="?", help="one of the two alone")
    end = parser.parse_args().end
    found = pythons()
    with ThreadPoolExecutor() as workers:
        results = list(workers.map(lambda one: slice_of(one, found), ENDS if end is None else [end]))
    for _, said in results:
        print(said, flush=True)
    return max(code for code, _ in results)


if __name__ == "__main__":
    sys.exit(main())
