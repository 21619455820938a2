"""What is promised about versions is said once and is the same wherever it is read."""

import re
import sys

from tests.versions import ROOT, SLICE, constraints, lowest, major_minor, oldest_supported, pythons, requirements

NEEDED = ("requirements.txt", "requirements-dev.txt")


def lines(name):
    return [line for line in (ROOT / name).read_text(encoding="utf-8").splitlines() if line and line[0] not in "#-"]


BOUND = re.compile(r"([\w-]+)>=([\d.]+),<([\d.]+)(; sys_platform != \"win32\")?")
BOUNDS = [BOUND.fullmatch(line) for name in NEEDED for line in lines(name)]


def test_each_requirement_has_both_bounds_and_the_tested_version_lies_between_them():
    assert all(BOUNDS)
    for name, low, high, _ in (found.groups() for found in BOUNDS):
        assert major_minor(low) <= major_minor(constraints()[name]) < major_minor(high + ".0"), name


def test_the_lowest_version_is_the_lower_bound():
    assert lowest("numpy>=2.2,<3") == "numpy==2.2"
    assert [lowest(one) for one in requirements()][: len(lines(NEEDED[0]))] == [
        f"{found[1]}=={found[2]}" for found in BOUNDS[: len(lines(NEEDED[0]))]
    ]


def test_the_slice_leaves_out_what_it_does_not_install():
    assert all((ROOT / path).exists() for path in SLICE)
    asked = {found[1] for found in BOUNDS} - {one.split(">=")[0] for one in requirements()}
    files = [file for path in SLICE for file in ([ROOT / path] if path.endswith(".py") else (ROOT / path).glob("*.py"))]
    text = "\n".join(file.read_text(encoding="utf-8") for file in files)
    assert set(re.findall(r"^(?:import|from) (\w+)", text, re.MULTILINE)) & asked == set()


def test_the_python_that_runs_is_among_those_found_and_none_is_too_old():
    found = pythons()
    assert found[sys.version_info.minor] == sys.executable
    assert min(found) >= oldest_supported()


def test_both_readmes_name_the_oldest_python_that_the_project_file_allows():
    for name in ("README.md", "README.ko.md"):
        assert re.search(rf"Python 3\.{oldest_supported()}\b", (ROOT / name).read_text(encoding="utf-8"))
