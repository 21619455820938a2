"""The generated reference: every registered part and argument is in it, and the committed page is the present one."""

import pytest

from lab.reference import FILE, TEXT_KINDS, anchor, reference, registries, title
from lab.texts import has_text
from netcore.params import defaults

PARTS = [(kind, part) for kind, registry in registries().items() for part in registry]


@pytest.fixture(scope="module")
def page():
    return reference()


def entry_of(page, kind, name):
    section = page.split(f"\n## {title(kind)}\n")[1].split("\n## ")[0]
    return section.split(f"\n### {name}\n")[1].split("\n### ")[0]


def test_the_committed_page_is_up_to_date(page):
    assert FILE.read_text(encoding="utf-8") == page, "write docs/reference.md anew: python -m lab docs"


@pytest.mark.parametrize(("kind", "part"), PARTS, ids=lambda value: getattr(value, "__name__", value))
def test_every_part_stands_there_with_all_its_arguments_and_defaults(page, kind, part):
    entry = entry_of(page, kind, part.__name__)
    for name in getattr(part, "params", {}):
        default = f"`{defaults(part)[name]!r}`" if name in defaults(part) else "required"
        assert f"| `{name}` | {default} | " in entry


def test_every_kind_of_part_can_be_reached_from_the_top(page):
    assert {"layer", "loss", "optimizer", "metric", "activation function", "initializer"} <= set(registries())
    for kind in registries():
        assert f"](#{anchor(kind)})" in page.split("\n## ")[0]


def test_every_row_of_a_table_has_the_same_number_of_cells(page):
    rows = [line for line in page.splitlines() if line.startswith("| ")]
    assert {line.replace("\\|", "").count("|") for line in rows} == {7}


@pytest.mark.parametrize(("kind", "part"), PARTS, ids=lambda value: getattr(value, "__name__", value))
def test_every_part_and_argument_is_explained_in_both_languages(kind, part):
    """`tests/test_texts.py` sees to it that an entry has both."""
    key = f"{TEXT_KINDS.get(kind, kind)}.{part.__name__}"
    assert has_text(key) or has_text(f"{key}.about"), f"lab/texts has no entry for {key}"
    unexplained = [
        name
        for name in getattr(part, "params", {})
        if not any(has_text(f"{stem}.{name}{end}") for stem in (key, "argument") for end in ("", ".help"))
    ]
    assert not unexplained, f"lab/texts has no {key}.<argument> or argument.<argument>"
