"""Plain values become what they were, and what is of another type becomes nothing."""

import json
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, NamedTuple

import pytest

from lab.runs.wire.spec import RunSpec, Sequential
from lab.runs.wire.typed import typed
from tests.lab.runs.runs import iris, spec_of


class Row(NamedTuple):
    name: str
    data: bytes


@dataclass(frozen=True)
class Leaf:
    value: float
    colour: Literal["red", "green"] = "red"


@dataclass(frozen=True)
class Twig:
    leaves: tuple[Leaf, ...]


@dataclass(frozen=True)
class Tree:
    name: str
    parts: dict[str, Leaf | Twig]
    height: int | None = None
    rows: list[Row] = field(default_factory=list)
    anything: Any = None
    parent: "Tree | None" = None


PLAIN = {"name": "oak", "parts": {"a": {"value": 1.5}, "b": {"leaves": [{"value": 2, "colour": "green"}]}}}


def test_what_was_written_as_json_comes_back():
    tree = Tree("oak", {"a": Leaf(1.5), "b": Twig((Leaf(2, "green"),))}, 3, [], {"x": [1]}, Tree("elm", {}))
    assert typed(Tree, json.loads(json.dumps(asdict(tree)))) == tree
    assert typed(Tree, {**PLAIN, "rows": [["a", b"1"]]}).rows == [Row("a", b"1")]
    assert typed(Tree, tree) is tree


@pytest.mark.parametrize(
    "change",
    [
        {"name": 1},
        {"height": 1.0},
        {"height": True},
        {"parts": []},
        {"parts": {"a": {"value": "1"}}},
        {"parts": {"a": {"value": True}}},
        {"parts": {"a": {"value": 1.0, "colour": "blue"}}},
        {"parts": {"a": {"value": 1.0, "leaves": []}}},
        {"parts": {"a": 1.0}},
        {"parts": {"b": {"leaves": {"value": 1.0}}}},
        {"rows": [["a"]]},
        {"rows": ["ab"]},
        {"parent": {"name": "elm"}},
        {"unknown": 1},
    ],
    ids=str,
)
def test_another_type_an_unknown_field_or_a_missing_one_is_refused(change):
    with pytest.raises((TypeError, ValueError)):
        typed(Tree, {**PLAIN, **change})
    with pytest.raises((TypeError, ValueError)):
        typed(Tree, [change])


def test_the_description_of_a_run_crosses_as_json():
    spec, _ = spec_of(iris(9, early_stopping={"monitor": "val_loss"}).forked(4))
    back = typed(RunSpec, json.loads(json.dumps(asdict(spec))))
    assert back == spec
    assert back.origin.epoch == 4
    assert isinstance(back.origin.spec.network, Sequential)
