"""The glossary: every word on its page, found by any of its names; and what the browser is told to look for."""

import json

import pytest

from lab.lessons import shelf
from lab.lessons.shelf import lesson
from lab.texts import say
from lab.texts.glossary import glossary
from pages.ui.frame import words


def lines(person) -> list[str]:
    """One for each word that is explained on the page."""
    return [line for text in person.at.markdown for line in text.value.splitlines() if "**" in line and "): " in line]


def search(person, text: str) -> list[str]:
    person.at.text_input(key=f"glossary-search-{person.state().language}").set_value(text)
    person.look()
    return lines(person)


def test_every_word_stands_there_once_with_its_names_and_below_its_lesson(person_in, language):
    person_in.go_to("glossary")
    told = lines(person_in)
    assert len(told) == len(glossary())
    for term in glossary():
        word = term.words[language]
        [line] = [line for line in told if line.startswith(f"- **{word.name}** ")]
        assert word.says in line
        assert all(name in line for other in term.words.values() for name in other.names)
    links = [link.proto.label for link in person_in.at.get("page_link")]
    assert all(lesson(term.lesson).words(language).title in links for term in glossary())


def test_a_search_finds_words_by_either_language_and_by_their_names_in_programs(person):
    person.go_to("glossary")
    assert [line[:11] for line in search(person, "에포크")] == ["- **epoch**"]
    assert [line[:16] for line in search(person, "batch_s")] == ["- **batch size**"]
    assert search(person, "no such word") == []
    assert say("words.none", "en") in person.sentences()


def test_a_link_shows_the_word_it_names_first_and_a_name_of_nothing_changes_nothing(person):
    person.at.query_params["term"] = "epoch"
    person.go_to("glossary")
    assert lines(person)[0].startswith("**epoch** ")
    assert len(lines(person)) == len(glossary()) + 1
    person.at.query_params["term"] = "<script>"
    person.look()
    assert len(lines(person)) == len(glossary())


def test_the_browser_is_told_the_words_of_the_language_and_which_columns_are_a_persons_own(person_in, language):
    given = person_in.component("lab_words")
    assert given["language"] == language
    told = json.loads(given["glossary"])
    assert len(told["terms"]) == len(glossary())
    assert all(told["lessons"][term["lesson"]] for term in told["terms"])
    assert given["apart"] == []


def test_a_column_that_is_called_as_a_word_of_the_glossary_is_a_persons_own(person):
    rows = "\n".join(f"{number},{number % 7},{number % 2}" for number in range(60))
    table = f"training loss,height,kind\n{rows}".encode()
    person.go_to("data")
    person.at.file_uploader(key=person.key("upload")).upload("mine.csv", table, "text/csv")
    person.look()
    assert person.component("lab_words")["apart"] == ["training loss"]


def test_the_head_of_a_page_knows_titles_without_reading_a_lesson(monkeypatch):
    monkeypatch.setattr(shelf, "read_folder", lambda folder: pytest.fail(f"{folder.name} was read"))
    for kept in (shelf._read, shelf.lesson_title, words._for_browser):
        kept.cache_clear()
    assert json.loads(words._for_browser("en")["glossary"])["lessons"]["09-epochs"].startswith("Epochs")
