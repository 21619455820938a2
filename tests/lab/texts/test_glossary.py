"""The glossary: whole in both languages, each name once, lessons that exist; the app's own texts keep to its names."""

import re
from collections import Counter
from pathlib import Path

import pytest

import netcore
from lab.lessons.shelf import lesson_folders
from lab.texts import LANGUAGES, catalogue, template
from lab.texts.glossary import glossary

ROOT = Path(__file__).resolve().parent.parent.parent.parent
HANGUL = re.compile("[가-힣]")
KNOWN_TO_KERAS = {
    "x",
    "y",
    "history",
    "class_weight",
    "validation_data",
    "shape",
    "kernel",
    "bias",
    "activation",
    "loss",
}
KNOWN_TO_KERAS |= {
    "optimizer",
    "metrics",
    "learning_rate",
    "momentum",
    "epochs",
    "batch_size",
    "units",
    "outputs",
    "inputs",
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_name_is_that_of_one_term_alone(language):
    spellings = [
        text.casefold()
        for term in glossary()
        for text in {*term.words[language].names, *term.words[language].looked_for}
    ]
    assert [text for text, count in Counter(spellings).items() if count > 1] == []
    assert 40 <= len(glossary()) <= 80


def test_a_lesson_explains_each_term_and_each_lesson_has_some():
    folders = {folder.name for folder in lesson_folders()}
    assert {term.lesson for term in glossary()} == folders


@pytest.mark.parametrize("term", glossary(), ids=lambda term: term.key)
def test_a_term_is_explained_in_a_sentence_or_two_of_either_language(term):
    korean, english = term.words["ko"], term.words["en"]
    for says in (korean.says, english.says):
        assert 1 <= len(re.findall(r"[.](?=\s|$)", says)) <= 2
        assert 20 <= len(says) <= 150, len(says)
        assert not re.search(r"[`*_{}\[\]]", says), "plain words: the card of a word shows no markup"
    assert all(re.search(r"(니다|니까)$", sentence) for sentence in re.findall(r"([^.]+)[.](?=\s|$)", korean.says))
    assert HANGUL.search(korean.says)
    assert not HANGUL.search(" ".join((english.says, *english.names)))


@pytest.mark.parametrize("term", [term for term in glossary() if term.keras], ids=lambda term: term.key)
def test_the_name_in_programs_is_one_that_netcore_has(term):
    names = re.findall(r"[A-Za-z_]\w*", term.keras)
    places = [netcore, netcore.Model, *(getattr(netcore, place) for place in PLACES)]
    unknown = [name for name in names if name not in KNOWN_TO_KERAS and not any(hasattr(one, name) for one in places)]
    assert not unknown


PLACES = ("layers", "losses", "metrics", "activations", "callbacks", "utils", "regularizers")


def test_the_texts_call_each_thing_by_its_name_in_the_glossary():
    """Other Korean names are told in the glossary, for whoever met them elsewhere; the app itself keeps to one."""
    texts = {key: template(key, "ko") for key in catalogue()}
    for path in [*ROOT.glob("lessons/*/ko.md"), ROOT / "sample_data" / "cards.toml"]:
        texts[path.relative_to(ROOT).as_posix()] = path.read_text(encoding="utf-8")
    found = {
        place: (other, word.name)
        for term in glossary()
        for word in (term.words["ko"],)
        for other in word.also
        if HANGUL.search(other)
        for place, text in texts.items()
        if re.search(rf"(?<![가-힣]){other}", text)
    }
    assert not found


def test_a_term_is_found_by_any_of_its_names_whatever_the_language():
    epoch, batch_size = (next(term for term in glossary() if term.key == key) for key in ("epoch", "batch_size"))
    assert all(epoch.answers_to(text) for text in ("에포크", "에폭", "EPOCH", " epochs ", ""))
    assert batch_size.answers_to("batch_size")
    assert not epoch.answers_to("batch")
