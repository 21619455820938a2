"""The catalogue: both languages say the same, and every key that the code uses is there."""

import ast
import re
from pathlib import Path

import pytest

from lab.texts import LANGUAGES, blanks, catalogue, has_text

ROOT = Path(__file__).resolve().parent.parent
ERRORS = re.compile(r"(Error|Warning|Note|Problem|Refusal)$")
HANGUL = re.compile("[가-힣]")


def source_trees():
    for folder in ("netcore", "lab", "pages"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            yield path, ast.parse(path.read_text(encoding="utf-8"))


def called_name(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def literal_keys():
    """(place, key) of each literal first argument of `say(...)`, and of anything named …Error, …Warning, …Note …"""
    for path, tree in source_trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
                key, name = node.args[0].value, called_name(node)
                if isinstance(key, str) and "." in key and " " not in key and (name == "say" or ERRORS.search(name)):
                    yield f"{path.relative_to(ROOT)}:{node.lineno}", key


@pytest.mark.parametrize("key", sorted(catalogue()))
def test_both_languages_stand_side_by_side_with_the_same_blanks(key):
    entry = catalogue()[key]
    assert set(entry) == set(LANGUAGES)
    assert all(sentence.strip() for sentence in entry.values())
    assert blanks(entry["ko"]) == blanks(entry["en"])


@pytest.mark.parametrize("key", sorted(catalogue()))
def test_english_has_no_hangul(key):
    assert not HANGUL.search(catalogue()[key]["en"].replace("학습 시작", ""))


def test_every_key_that_the_code_names_is_in_the_catalogue():
    missing = [(place, key) for place, key in literal_keys() if not has_text(key)]
    assert not missing


def test_korean_blanks_are_not_followed_by_a_particle_that_depends_on_them():
    particle = re.compile(r"\}[`'\"”’]?(을|를|은|는|이|가|와|과|으로|로)(?=[\s,.])")
    wrong = [key for key, entry in catalogue().items() if particle.search(entry["ko"])]
    assert not wrong
