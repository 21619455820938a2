"""The documents are true: examples run, links lead somewhere, lists are whole."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted(
    path
    for path in ROOT.rglob("*.md")
    if not any(part.startswith(".") or part == "results" for part in path.relative_to(ROOT).parts)
)

# what the programs of netcore's README speak of without saying it: data, a model, and the imports of a file of layers
PRELUDE = """
from typing import Any
import numpy as np
import netcore
from netcore import initializers
from netcore.arguments import Float
from netcore.config import Array
from netcore.graph import Shape
from netcore.layers.layer import LAYERS, Layer
from netcore.node import Node
generator = np.random.default_rng(0)
x, y = generator.normal(size=(40, 2)), generator.normal(size=(40, 1))
x_val, y_val = x, y
def build_model():
    made = netcore.Sequential([netcore.layers.Input((2,)), netcore.layers.Dense(1)])
    made.compile(optimizer="sgd", loss="mse")
    return made
"""
CLOSING = "np.testing.assert_allclose(Scale(start=2.0)(x), 2 * x, rtol=1e-6)"


def blocks(page: str, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", (ROOT / page).read_text(encoding="utf-8"), re.DOTALL)


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_links_between_documents_lead_somewhere(page):
    text = re.sub(r"```.*?```|`[^`\n]*`", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    targets = [target.split("#")[0] for target in re.findall(r"\]\(([^)\s]+)\)", text) if "://" not in target]
    assert not [target for target in targets if not (page.parent / target).exists()]


def test_every_test_that_a_document_names_exists():
    named = re.findall(r"`(tests/\S+\.py)::(\w+)`", (ROOT / "docs/security.md").read_text(encoding="utf-8"))
    assert len(named) > 40
    assert [
        (path, name) for path, name in named if f"def {name}(" not in (ROOT / path).read_text(encoding="utf-8")
    ] == []


def test_the_index_of_decisions_lists_each_under_its_title():
    listed = re.findall(r"\]\((\d{4}-[^)]+)\)", (ROOT / "docs/adr/README.md").read_text(encoding="utf-8"))
    records = sorted((ROOT / "docs/adr").glob("0*.md"))
    assert listed == [path.name for path in records]
    index = (ROOT / "docs/adr/README.md").read_text(encoding="utf-8")
    for path in records:
        number, title = re.fullmatch(r"# (\d+) · (.+)", path.read_text(encoding="utf-8").splitlines()[0]).groups()
        assert f"| {number} | [{title}]({path.name}) |" in index, path.name


@pytest.mark.parametrize("page", ["README.md", "README.ko.md"])
def test_the_commands_of_the_readme_run(page):
    commands = [line.split("#")[0] for block in blocks(page, "bash") for line in block.splitlines()]
    mine = [shlex.split(command) for command in commands if command.startswith("python -m lab")]
    assert mine
    for _python, *arguments in mine:
        done = subprocess.run([sys.executable, *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr


def test_the_programs_of_netcore_s_readme_run():
    """In the order in which they stand, in a process of their own: one of them adds a layer to the registry."""
    programs = [PRELUDE, *blocks("netcore/README.md", "python"), CLOSING]
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", "\n".join(programs)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "EpochEnded" in done.stdout


def test_what_pages_share_is_told_file_by_file():
    told = (ROOT / "pages/README.md").read_text(encoding="utf-8")
    shared = [*(ROOT / "pages/ui").glob("*.py"), *(ROOT / "pages/ui/js").glob("*.js")]
    assert [path.name for path in shared if path.name != "__init__.py" and f"`{path.name}`" not in told] == []


@pytest.mark.parametrize(("readme", "folder"), [("pages/README.md", "pages/ui"), ("lab/README.md", "lab")])
def test_a_room_is_told_in_the_readme_of_its_floor(readme, folder):
    told = (ROOT / readme).read_text(encoding="utf-8")
    rooms = [path.name for path in (ROOT / folder).iterdir() if any(path.glob("*.py"))]
    assert [room for room in rooms if f"`{room}/" not in told] == []


def test_every_experiment_that_comes_along_is_in_the_list_of_them():
    listed = re.findall(
        r"^\| `([^`]+\.json)` \|", (ROOT / "examples/README.md").read_text(encoding="utf-8"), re.MULTILINE
    )
    assert sorted(listed) == sorted(path.name for path in (ROOT / "examples").glob("*.json"))
