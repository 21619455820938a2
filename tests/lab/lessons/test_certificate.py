"""The certificate: one sheet of what was predicted and found, in words of the lesson, whatever a record says."""

import pytest

from lab.charts.markup import fragment
from lab.lessons.certificate import MANY, certificate, certificate_file, day_in_words, lines_of
from lab.lessons.moment import Moment
from lab.lessons.record import DRAWN_POINTS, EMPTY, Found, LessonRecord, Named, Record, Won
from lab.lessons.shelf import known_lessons
from lab.texts import LANGUAGES, say

TODAY = Moment(when=20_000 * 86_400, day=20_000)
KNOWN = known_lessons({})


def done(**fields: object) -> LessonRecord:
    return LessonRecord(reached="further", solved=True, **fields)  # type: ignore[arg-type]


def test_a_lesson_tells_what_was_predicted_what_came_of_which_seeds_and_how_the_challenge_was_won():
    found = Found(
        when=1,
        predicted="better",
        worth="far",
        answer=("same",),
        seeds=(0, 1, 2, 3, 4),
        figures={"watched": {"loss": 0.4321, "acc": 0.9}, "unwatched": {"loss": 0.4321}},
    )
    record = Record(
        schema_version=1,
        lessons={"05-compile": done(found=found, won=Won(when=1, figures={"acc": 0.95, "parameters": 131.0}))},
    )
    [line] = lines_of(record, KNOWN, "en")
    items = KNOWN["05-compile"].words("en")["predict"].items
    assert (line.predicted, line.came) == (items["better"], items["same"])
    assert line.figures[0].endswith("0.432")
    assert line.seeds == (0, 1, 2, 3, 4)
    assert line.won == "validation accuracy 0.95 · Parameters 131"
    text = fragment(certificate(record, KNOWN, TODAY, "en"))
    assert say("certificate.seeds", "en", seeds="0–4") in text
    assert say("certificate.about", "en") in text


def test_a_number_and_a_curve_are_told_as_they_were_given():
    number = Found(when=1, predicted=30.0, worth="far", answer=10.5, figures={"slow": {"turn": 10.5}})
    curve = Found(
        when=1, predicted=(2.0,) * (DRAWN_POINTS - 1) + (1.0,), worth="unknown", figures={"large": {"loss": 2.5}}
    )
    record = Record(schema_version=1, lessons={"09-epochs": done(found=number), "13-overfitting": done(found=curve)})
    first, second = lines_of(record, KNOWN, "ko")
    assert (first.predicted, first.came) == ("30 에포크", "10.5 에포크")
    assert second.predicted == say("certificate.curve", "ko", low="1", last="1")
    assert second.figures[0].endswith("2.5")


def test_what_is_begun_is_no_line_and_nobody_s_certificate_says_so():
    record = Record(schema_version=1, lessons={"05-compile": LessonRecord(solved=True, reached="check")})
    assert not lines_of(record, KNOWN, "en")
    assert say("certificate.nothing", "en") in fragment(certificate(EMPTY, KNOWN, TODAY, "en"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_keys_that_the_lesson_does_not_know_are_left_out(language):
    found = Found(when=1, predicted="no", worth="far", answer=("no",), figures={"no": {"loss": 1.0}})
    record = Record(
        schema_version=1, lessons={"05-compile": done(found=found, won=Won(when=1, figures={"no": 1.0})), "odd": done()}
    )
    [line] = lines_of(record, KNOWN, language)
    assert (line.predicted, line.came, line.figures, line.won) == ("", "", (), "")


def test_the_file_stands_alone_and_a_name_in_it_is_letters():
    name = "</bdi><script>alert(1)</script>\u202e"
    record = Record(schema_version=1, name=Named(when=1, text=name), lessons={"09-epochs": done()})
    page = certificate_file(record, KNOWN, TODAY, "en").decode()
    assert "<script" not in page
    assert "&lt;script&gt;alert(1)" in page
    assert "\u202e" not in page
    assert "default-src 'none'" in page
    assert "@media print" in page


def test_many_lessons_have_smaller_letters():
    few, many = (
        Record(schema_version=1, lessons=dict.fromkeys(list(KNOWN)[:count], done())) for count in (MANY, MANY + 1)
    )
    assert "certificate-many" not in fragment(certificate(few, KNOWN, TODAY, "en"))
    assert "certificate-many" in fragment(certificate(many, KNOWN, TODAY, "en"))


def test_a_day_is_written_as_the_language_writes_it():
    assert (day_in_words(20_000, "ko"), day_in_words(20_000, "en")) == ("2024년 10월 04일", "2024-10-04")
    assert day_in_words(10_000_000, "en") == "9999-12-31"
