"""The arrows of the architecture: pages → lab → netcore, down the floors of the lab, and a worker with NumPy alone."""

import ast
import re
import subprocess
import sys
from collections.abc import Collection, Mapping
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
OURS = {"app", "pages", "lab", "netcore", "tests", "benchmarks"}
EXTRAS = {"runs/serve/pooled/cluster.py": {"dask", "distributed"}, "runs/work/piece.py": {"distributed"}}
STANDARD = sys.stdlib_module_names


def modules(folder: str) -> list[Path]:
    return sorted((ROOT / folder).rglob("*.py"))


@cache
def imported_names(path: Path) -> set[str]:
    """Full dotted names that a file imports, anywhere in it; read once."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative imports hide which way an import points"
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def roots(path: Path) -> set[str]:
    return {name.split(".")[0] for name in imported_names(path)}


def named(found: Mapping[Path, Collection[object]]) -> dict[str, Collection[object]]:
    """File -> what was found in it, where something was."""
    assert found, "no file was looked at"
    return {path.relative_to(ROOT).as_posix(): what for path, what in found.items() if what}


def test_netcore_imports_numpy_and_the_standard_library_alone():
    assert named({path: roots(path) - STANDARD - {"numpy", "netcore"} for path in modules("netcore")}) == {}


def test_lab_knows_neither_pages_nor_streamlit():
    with_streamlit = {"starlette", "uvicorn", "anyio", "itsdangerous", "pyarrow", "PIL"}  # which it brings along
    known = {"lab", "netcore", "numpy", "pandas", "pydantic", "plotly"} | with_streamlit

    def extras(path: Path) -> set[str]:
        return EXTRAS.get(path.relative_to(ROOT / "lab").as_posix(), set())

    assert named({path: roots(path) - STANDARD - known - extras(path) for path in modules("lab")}) == {}


def floors() -> dict[str, list[list[str]]]:
    """Folder -> its floors from the ground up, each with its rooms, as docs/ARCHITECTURE.md draws them."""
    page = (ROOT / "docs" / "ARCHITECTURE.md").read_text(encoding="utf-8")
    pictures = re.findall(r"```floors of (\S+)\n(.*?)```", page, re.DOTALL)
    return {
        folder: [re.split(r"\s{2,}", line)[0].split(" · ") for line in reversed(text.splitlines())]
        for folder, text in pictures
    }


def rooms_of(folder: str) -> set[str]:
    """What stands in a folder: packages, and modules that are not merely its front."""
    found = {p.parent.name for p in (ROOT / folder).glob("*/__init__.py")}
    return found | {p.stem for p in (ROOT / folder).glob("*.py") if p.stem not in ("__init__", "__main__")}


def arrows(folder: str) -> list[tuple[str, str, str]]:
    """(file, room it is in, room it enters) for every import of one room of a folder by another."""
    start, found = folder.replace("/", ".") + ".", []
    for path in modules(folder):
        own = path.relative_to(ROOT / folder).parts[0].removesuffix(".py")
        for name in imported_names(path):
            entered = name.removeprefix(start).split(".")[0]
            if name.startswith(start) and own != entered and own not in ("__init__", "__main__"):
                found.append((path.relative_to(ROOT).as_posix(), own, entered))
    return found


@pytest.mark.parametrize("folder", floors())
def test_the_picture_shows_every_room_once(folder):
    drawn = [room for floor in floors()[folder] for room in floor]
    assert sorted(drawn) == sorted(rooms_of(folder))


@pytest.mark.parametrize("folder", floors())
def test_rooms_enter_only_rooms_on_lower_floors(folder):
    level = {room: height for height, floor in enumerate(floors()[folder]) for room in floor}
    wrong = [f"{path}: {own} enters {entered}" for path, own, entered in arrows(folder) if level[own] <= level[entered]]
    assert not wrong


def test_pages_reach_the_network_only_through_the_lab():
    others = {"numpy", "app", "tests", "benchmarks"}  # pages hold no arithmetic
    assert named({path: roots(path) & others for path in modules("pages")}) == {}


COMPUTING = {"sum", "min", "max", "round", "abs", "divmod", "pow"}


def computed(tree: ast.AST) -> list[int]:
    """Lines with an operator of arithmetic, or a call of what computes, other than counting by one: `place + 1`."""
    lines = []
    for node in ast.walk(tree):
        by_one = isinstance(node, ast.BinOp) and ast.unparse(node.right) == "1"
        if isinstance(node, ast.AugAssign):
            by_one = ast.unparse(node.value) == "1"
        if isinstance(node, ast.BinOp | ast.AugAssign):
            if not isinstance(node.op, ast.BitOr | ast.BitAnd) and not (
                by_one and isinstance(node.op, ast.Add | ast.Sub)
            ):
                lines.append(node.lineno)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in COMPUTING:
            lines.append(node.lineno)
    return lines


def test_pages_compute_nothing_but_count_by_one():
    lines = {path: computed(ast.parse(path.read_text(encoding="utf-8"))) for path in modules("pages")}
    assert named(lines) == {}, "what computes has a place in lab/, with a test"


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("row + 1", 0),
        ("count -= 1", 0),
        ("first | second", 0),
        ("f'{a}{b}'", 0),
        ("a - b", 1),
        ("share * 100", 1),
        ("rows += MORE", 1),
        ("done / total", 1),
        ("-(-rows // size)", 1),
        ("max(losses)", 1),
        ("sum(run.opened for run in runs)", 1),
    ],
)
def test_arithmetic_on_a_page_is_seen(code, found):
    assert len(computed(ast.parse(code))) == found


def test_what_pages_share_imports_no_page():
    pages = {page.stem for page in (ROOT / "pages").glob("*.py")} - {"__init__"}

    def entered(path: Path) -> set[str]:
        return {name.split(".")[1] for name in imported_names(path) if name.startswith("pages.")}

    assert named({path: entered(path) & pages for path in modules("pages/ui")}) == {}


@pytest.fixture(scope="module")
def imported_by_the_server() -> set[str]:
    code = "import sys, app; app.keep_imports_out_of_garbage_collection(); print('\\n'.join(sys.modules))"
    result = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    return set(result.stdout.split())


def test_the_server_imports_all_that_pages_need_before_it_tells_the_garbage_collector_to_leave_it(
    imported_by_the_server,
):
    needed = {".".join(p.relative_to(ROOT).with_suffix("").parts) for p in modules("pages/ui")}
    assert {name.removesuffix(".__init__") for name in needed} <= imported_by_the_server


def test_dask_is_imported_only_where_a_cluster_is_named(imported_by_the_server):
    assert not {"dask", "distributed", "tornado"} & imported_by_the_server


def test_only_the_state_module_names_the_session_state():
    users = [
        p.relative_to(ROOT).as_posix() for p in modules("pages") if "session_state" in p.read_text(encoding="utf-8")
    ]
    assert users == ["pages/ui/state.py"]


def test_a_worker_needs_nothing_but_numpy_and_netcore():
    code = (
        "import sys, lab.runs.work.process; "
        "print(sorted({name.split('.')[0] for name in sys.modules} & "
        "{'pandas', 'pydantic', 'streamlit', 'starlette', 'plotly'}))"
    )
    result = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"
