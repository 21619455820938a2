"""The rule of `tests/README.md` for waiting holds: for what has to come, by `tests.waiting`, never for time."""

import ast
from pathlib import Path

import pytest

from tests.waiting import bounded_work, wait_for

ROOT = Path(__file__).parent
RUNNERS = ("waiting.py", "__main__.py", "versions.py")  # the rule itself, and what runs the tests
PAUSES = ("sleep", "wait_for_timeout")
CLOCKS = ("perf_counter", "monotonic")
BOUNDS = ("timeout", "default_timeout", "open_timeout")


def waits_for_time(node: ast.AST) -> bool:
    if isinstance(node, ast.Call):
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        return name in PAUSES + CLOCKS
    return isinstance(node, ast.keyword) and node.arg in BOUNDS and isinstance(node.value, ast.Constant)


def test_no_test_sleeps_looks_at_the_clock_or_has_a_bound_of_its_own():
    assert waits_for_time(ast.parse("page.wait_for_timeout(100)").body[0].value)
    found = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in sorted(ROOT.rglob("*.py"))
        if path.name not in RUNNERS
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if waits_for_time(node)
    ]
    assert found == []


def test_what_comes_is_given_back_and_what_never_comes_is_named(monkeypatch):
    looks = iter([None, 0, "there"])
    assert wait_for(lambda: next(looks), "something", pause=lambda seconds: None) == "there"
    monkeypatch.setattr("tests.waiting.LONGEST_S", 0.0)
    with pytest.raises(AssertionError, match="in vain for Godot"):
        wait_for(lambda: False, "Godot")


def test_work_without_a_bound_is_noticed(monkeypatch):
    monkeypatch.setattr("tests.waiting.MOST_WORK_S", 0.0)
    with pytest.raises(AssertionError), bounded_work():
        sum(range(100_000))


def slow_tests() -> list[str]:
    """Names of the tests that only `python -m tests --all` runs."""
    return [
        node.name
        for path in sorted(ROOT.rglob("test_*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef) and any("mark.slow" in ast.unparse(one) for one in node.decorator_list)
    ]


def test_every_slow_test_stands_in_the_list_and_nothing_else():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    listed = text.split("## What `--all` adds")[1].split("\n## ")[0]
    assert slow_tests()
    assert sorted(line.split("`")[3] for line in listed.splitlines() if line.startswith("| `")) == sorted(slow_tests())
