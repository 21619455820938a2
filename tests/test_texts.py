"""The catalogue: both languages say the same, and every key that the code uses is there."""

import ast
import re
from pathlib import Path

import pytest

from lab.texts import LANGUAGES, blanks, catalogue, has_text, say, say_error, say_range, template
from netcore import callbacks
from netcore.errors import NetcoreValueError
from netcore.params import FloatParam
from netcore.sentences import sentences

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


OVERRIDES = sorted(key for key in sentences() if "en" in catalogue().get(key, {}))  # the catalogue says it otherwise


@pytest.mark.parametrize("key", sorted(catalogue()))
def test_every_text_is_there_in_both_languages_with_the_same_blanks(key):
    texts = [template(key, language) for language in LANGUAGES]
    assert all(text.strip() for text in texts)
    assert blanks(texts[0]) == blanks(texts[1])


@pytest.mark.parametrize("key", sorted(catalogue()))
def test_an_entry_holds_both_languages_and_one_of_netcore_s_codes_korean_alone(key):
    own = {*LANGUAGES, "why"} if key in OVERRIDES else set(LANGUAGES)
    assert set(catalogue()[key]) == ({"ko"} if key in sentences() and key not in OVERRIDES else own)


def test_every_sentence_of_netcore_has_its_korean():
    assert [code for code in sentences() if not has_text(code)] == []


@pytest.mark.parametrize("key", OVERRIDES)
def test_an_override_of_netcore_s_english_says_why_and_something_else_of_the_same_values(key):
    entry, spoken = catalogue()[key], sentences()[key]
    assert len(entry["why"].split()) > 3
    assert entry["en"] != spoken
    assert blanks(entry["en"]) == blanks(spoken)


@pytest.mark.parametrize("key", sorted(catalogue()))
def test_english_has_no_hangul(key):
    assert not HANGUL.search(template(key, "en").replace("학습 시작", ""))


def test_a_refusal_of_netcore_is_said_in_its_own_english_and_of_the_part_that_refuses():
    watching = callbacks.ReduceLROnPlateau(monitor="val_acuracy")
    with pytest.raises(NetcoreValueError) as info:
        watching.current({"loss": 1.0, "val_loss": 2.0})
    assert say_error(info.value, "en") == str(info.value)
    for language in LANGUAGES:
        assert say_error(info.value, language).startswith("ReduceLROnPlateau")


def test_every_key_that_the_code_names_is_in_the_catalogue():
    missing = [(place, key) for place, key in literal_keys() if not has_text(key)]
    assert not missing


def test_korean_blanks_are_not_followed_by_a_particle_that_depends_on_them():
    particle = re.compile(r"\}[`'\"”’]?(을|를|은|는|이|가|와|과|으로|로)(?=[\s,.])")
    wrong = [key for key, entry in catalogue().items() if particle.search(entry["ko"])]
    assert not wrong


@pytest.mark.parametrize(
    ("param", "korean", "english"),
    [
        (FloatParam(), "유한한 수", "a finite number"),
        (FloatParam(low=0), "0 이상의 수", "a number of at least 0"),
        (FloatParam(low=0, open_low=True), "0 초과의 수", "a number greater than 0"),
        (FloatParam(high=-0.5), "-0.5 이하의 수", "a number of at most -0.5"),
        (FloatParam(low=0, high=1, open_high=True), "0 이상 1 미만의 수", "a number of at least 0 and less than 1"),
    ],
)
def test_a_range_is_said_in_words(param, korean, english):
    assert (say_range(param.range_text(), "ko"), say_range(param.range_text(), "en")) == (korean, english)


def test_a_refused_learning_rate_is_a_sentence():
    with pytest.raises(NetcoreValueError) as info:
        FloatParam(low=0).check("Adam", "learning_rate", -1)
    assert "0 이상의 수입니다" in say_error(info.value, "ko")
    assert "must be a number of at least 0, but" in say_error(info.value, "en")


@pytest.mark.parametrize(
    ("key", "values", "words"),
    [
        ("data_page.card", {"rows": "1", "columns": "1,000", "task": "", "target": ""}, "1 row × 1,000 columns"),
        ("data_page.card", {"rows": "21", "columns": 1, "task": "", "target": ""}, "21 rows × 1 column "),
        ("note.blank_rows", {"count": 1}, "1 row without any value was left out."),
        ("data_page.read", {"name": "1 rows", "rows": 1, "columns": 2, "encoding": ""}, "Read “1 rows”: 1 row × 2"),
    ],
)
def test_one_of_something_is_no_plural(key, values, words):
    assert words in say(key, "en", **values)
