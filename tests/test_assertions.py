"""Every test asserts something: by itself, or through a helper of the tests that does."""

import ast
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent
CHECKS = ("raises", "warns", "expect", "wait_for")  # the last one ends in an error, too, if nothing comes


@cache
def functions_of(path):
    """Name -> (file, definition) of each function that the file defines or takes from another file of the tests."""
    found = {}
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        methods = node.body if isinstance(node, ast.ClassDef) else [node]
        found |= {one.name: (path, one) for one in methods if isinstance(one, ast.FunctionDef)}
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("tests"):
            other = ROOT.joinpath(*node.module.split(".")[1:]).with_suffix(".py")
            known = functions_of(other) if other.is_file() else {}
            found |= {alias.asname or alias.name: known[alias.name] for alias in node.names if alias.name in known}
    return found


@cache
def calls_of(function):
    """Names of what a function calls; "assert" stands for the statement, after which nothing more is looked for."""
    names = []
    for node in ast.walk(function):
        if isinstance(node, ast.Assert):
            return ["assert"]
        if isinstance(node, ast.Call):
            names.append(node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", ""))
    return names


def asserts(path, function, seen=()):
    calls = calls_of(function)
    if any(name in CHECKS or name.startswith(("assert", "check")) for name in calls):
        return True
    known = functions_of(path)
    helpers = [known[name] for name in calls if name in known and name not in seen]
    return any(asserts(where, helper, (*seen, helper.name)) for where, helper in helpers)


def test_no_test_is_without_an_assertion():
    empty = [
        f"{path.relative_to(ROOT)}: {name}"
        for path in sorted(ROOT.rglob("test_*.py"))
        for name, (where, function) in functions_of(path).items()
        if name.startswith("test_") and where == path and not asserts(path, function)
    ]
    assert empty == []
