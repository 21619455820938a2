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


def test_every_text_is_there_in_both_languages_with_the_same_blanks():
    texts = {key: [template(key, language) for language in LANGUAGES] for key in catalogue()}
    assert len(texts) > 1_000
    assert [key for key, both in texts.items() if not all(text.strip() for text in both)] == []
    assert [key for key, (korean, english) in texts.items() if blanks(korean) != blanks(english)] == []


def parts_of(key):
    """What an entry has to hold."""
    if key in OVERRIDES:
        return {*LANGUAGES, "why"}
    return {"ko"} if key in sentences() else set(LANGUAGES)


def test_an_entry_holds_both_languages_and_one_of_netcore_s_codes_korean_alone():
    assert [key for key, entry in catalogue().items() if set(entry) != parts_of(key)] == []


def test_every_sentence_of_netcore_has_its_korean():
    assert [code for code in sentences() if not has_text(code)] == []


@pytest.mark.parametrize("key", OVERRIDES)
def test_an_override_of_netcore_s_english_says_why_and_something_else_of_the_same_values(key):
    entry, spoken = catalogue()[key], sentences()[key]
    assert len(entry["why"].split()) > 3
    assert entry["en"] != spoken
    assert blanks(entry["en"]) == blanks(spoken)


def test_english_has_no_hangul():
    english = {key: template(key, "en").replace("학습 시작", "") for key in catalogue()}
    assert [key for key, text in english.items() if HANGUL.search(text)] == []


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


# one word for one idea: what once stood beside the word that is used -> that word; other names of the field's own words
# stand in the glossary (tests/lab/texts/test_glossary.py)
OTHER_WORDS = {
    "ko": {
        r"분류 번호|분류 비율|드문 종류|종류마다": "클래스",
        r"에포크 (후|뒤의) 훈련|훈련 \(에포크 (뒤|후)\)": "훈련 (에포크 끝)",
        r"신경망 없이 (한|하는) 예측|신경망 없는 예측|'신경망 없이'": "기준선 (신경망 없음)",
        r"더 낫지 않습니다": "기준선보다 못합니다",
        r"가장 크게 틀린": "손실이 가장 큰",
        r"아직 덜 배(웠|움)": "과소적합 (학습 부족)",
        r"(데이터|자료|층|Layers|컴파일|학습|평가|골프) 쪽": "페이지",
        r"똑같은 행|한 번만 쓰": "같은 행은 하나만 남기기",
        r"무더기|동그라미": "무리, 원",
        r"진단|NaN 의사": "자료 점검, NaN 점검",
        r"참값을 아는": "정답을 아는 실험에서 잰 비율",
        r"쓰지 않았습니다. 마지막으로": "이 값은 적용하지 않았습니다. 이전 값을 유지합니다.",
        r"\b(Binary|Categorical|MeanSquared|MeanAbsolute)(Crossentropy|Error)(를|을|나|로) ": "메뉴의 이름",
        r"그중 계산": "계산 시간",
        r"\((overfit|underfit|good fit|diverged|no signal|not finished)\)": "우리말 이름만",
        r"수업 \{|L0\d": "주제",
        r"테스트 (자료|부분|행)": "시험",
        r"초기값|결측치": "시작 값, 빈칸",
        r"인수\b": "인자",
        r"소음": "잡음",
        r"튀는 값": "이상값",
        r"운의 띠": "운의 폭",
        r"두 갈래": "이진",
        r"실행 파일": "학습 파일",
        r"\d %|\} %": "%는 붙여 씀",
        r"\.4f\}": "세 자리",
    },
    "en": {
        r"\b[Nn]eurons?\b": "unit",
        r"\bNo network\b|without a network that|forecast without a network": "baseline",
        r"\bThe doctor\b|NaN doctor": "data check, NaN check",
        r"there twice|equal an earlier": "duplicate rows",
        r"of it computing|[Cc]omputing time": "compute time",
        r"Training, after epoch|\bAfter epoch\b(?! \{)": "end of epoch",
        r"\b\w+\(s\)": "one or many, by number",
        r"\d %|\} %": "% without a blank",
        r"\.4f\}": "three digits",
    },
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_one_word_for_one_idea(language):
    found = {
        key: (match[0], used)
        for key in catalogue()
        for words, used in OTHER_WORDS[language].items()
        if key not in sentences() or language == "ko"
        if (match := re.search(words, template(key, language)))
    }
    assert not found


def test_documents_in_korean_and_cards_of_samples_use_the_same_words():
    files = [ROOT / "README.ko.md", ROOT / "sample_data" / "cards.toml", *(ROOT / "docs").glob("*ko*.md")]
    found = {
        f"{file.name}: {match[0]}": used
        for file in files
        for words, used in OTHER_WORDS["ko"].items()
        if not words.startswith((r"\d %", r"\.4", "진단", r"\b("))
        if (match := re.search(words, file.read_text(encoding="utf-8")))
    }
    assert not found
