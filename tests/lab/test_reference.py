"""What is written from elsewhere is up to date; every registered part and argument stands in the reference."""

import pytest

from lab.data.samples import SAMPLE_DATA, card, sample_names
from lab.reference import pages
from lab.reference.parts import TEXT_KINDS, anchor, reference, registries, title
from lab.reference.samples import LICENCES, TABLES
from lab.texts import has_text
from netcore.params import defaults

PARTS = [(kind, part) for kind, registry in registries().items() for part in registry]


@pytest.fixture(scope="module")
def page():
    return reference()


def entry_of(page, kind, name):
    section = page.split(f"\n## {title(kind)}\n")[1].split("\n## ")[0]
    return section.split(f"\n### {name}\n")[1].split("\n### ")[0]


def test_pages_and_pictures_are_as_they_would_be_written_now():
    old = [
        file.relative_to(SAMPLE_DATA.parent).as_posix()
        for file, text in pages().items()
        if not file.is_file() or file.read_text(encoding="utf-8") != text
    ]
    assert not old, "write them anew: python -m lab docs"


@pytest.mark.parametrize("file", [TABLES, LICENCES], ids=lambda file: file.name)
def test_every_sample_is_named_with_its_licence(file):
    text = file.read_text(encoding="utf-8")
    assert all(f"`{card(name).file}`" in text for name in sample_names())
    assert file is TABLES or all(card(name).licence in text for name in sample_names())


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
