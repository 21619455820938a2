"""A learner's progress on the page: what the browser hands over, links and files of it, questions asked again."""

import json
import re

import numpy as np
import pytest

from lab.lessons.carried import to_link, to_text
from lab.lessons.moment import Moment
from lab.lessons.progress import OWN, Learner, key_of
from lab.lessons.questions import RIGHT, question
from lab.lessons.record import BEATS, LEARNED, VERSION, LessonRecord, Missed, Named, Record
from lab.lessons.shelf import lesson, lessons
from lab.texts import say
from pages.ui.lessons.kept_progress import hear
from pages.ui.lessons.visit import Visit
from tests.pages.conftest import Person
from tests.pages.test_lessons_page import QUICK, answer, go_on, open_lesson, progress, ran, with_words

DAY_S = 86_400
TODAY = 20_000
NOON = DAY_S * TODAY + DAY_S // 2
NUMBER = re.compile(r"^:gray-badge\[\d+\] ")  # of a place on the chart, which is gone with the runs


def learner(person: Person) -> Learner:
    return person.state().desk.lessons


def at(person: Person, day: int) -> Person:
    """Its clock says noon of that day."""
    learner(person).clock = lambda: NOON + DAY_S * (day - TODAY)
    return person


def visitor(engine, day: int = TODAY, language: str = "en") -> Person:
    """Somebody of whom the server knows nothing, who opens the lessons."""
    return at(Person(engine, language), day).go_to("lessons")


def kept(person: Person) -> str:
    """What the browser is given to keep."""
    text: str = person.component("lab_kept_progress")["record"]
    return text


def hand_over(person: Person, text: str) -> Person:
    """The browser says what it has kept, as its script does when a page opens."""
    hear(person.state(), {"number": "1.1", "text": text})
    return person.look()


def missing(**missed: Missed) -> Record:
    lessons = {
        key.removeprefix("l").replace("_", "-"): LessonRecord(missed={"check": one}) for key, one in missed.items()
    }
    return Record(schema_version=VERSION, lessons=lessons)


def test_nothing_is_kept_of_who_has_done_nothing(engine):
    assert kept(visitor(engine)) == ""


def test_a_server_that_knows_nothing_goes_on_at_the_same_lesson_and_beat(engine):
    person = visitor(engine)
    ran(person)
    go_on(person)
    stored = kept(person)
    other = hand_over(visitor(engine), stored)
    assert progress(other).beat == "compare"
    assert learner(other).current == QUICK
    assert progress(other).prediction == "same"
    assert progress(other).found == progress(person).found
    assert say("progress.again_curves", "en") in other.sentences()
    other.press("lesson-run-again")
    other.engine.advance()
    other.look()
    assert progress(other).beat == "run"
    assert progress(other).running.state == "finished"
    for name, values in progress(person).running.values.items():
        same = np.array_equal(progress(other).running.values[name], values, equal_nan=True)
        assert same or "seconds" in name, name


def test_what_was_found_is_told_after_the_runs_are_gone_and_one_goes_on(engine, language):
    person = visitor(engine, TODAY, language)
    ran(person)
    go_on(person)
    told = [box.value for box in person.at.success]
    table = person.at.table[0].value
    other = hand_over(visitor(engine, TODAY, language), kept(person))
    assert progress(other).running is None
    assert [box.value for box in other.at.success] == told
    assert other.at.table[0].value.equals(table)
    go_on(other)
    said = [NUMBER.sub("", one.value) for one in go_on(person).at.markdown if "**" not in one.value]
    assert len(said) > 3
    assert [one.value for one in other.at.markdown if "**" not in one.value] == said
    assert other.at.button(key="lesson-run-again")
    go_on(other)
    assert progress(other).beat == "check"


def test_where_only_means_came_along_they_are_compared_and_the_explanation_asks_for_runs(engine):
    person = visitor(engine)
    ran(person)
    found = progress(person).found.replace(each=())
    one = LessonRecord(reached="further", prediction=progress(person).given, found=found)
    other = hand_over(visitor(engine), to_text(Record(schema_version=VERSION, lessons={QUICK: one})))
    open_lesson(other)
    for beat in ("compare", "explain"):
        progress(other).go(beat)
        other.look()
        assert say("progress.again_sentences", "en") in other.sentences()
        assert bool(other.at.table) == (beat == "compare")
        assert other.at.button(key="lesson-run-again")


def test_what_the_browser_keeps_is_what_this_very_screen_has_changed(engine):
    person = visitor(engine)
    open_lesson(person)
    progress(person).go("check")
    person.look()
    wrong = next(key for key in lesson(QUICK).lesson.check.answers if key != lesson(QUICK).lesson.check.right)
    answer(person, wrong)
    one = json.loads(kept(person))["lessons"][QUICK]
    assert one["answers"] == [{"when": NOON, "key": wrong}]
    assert one["missed"] == {"check": {"day": TODAY}}


@pytest.mark.parametrize("told", [None, 1, [], {}, {"number": 1, "text": "x"}, {"number": "1", "text": None}])
def test_whatever_a_browser_says_nothing_breaks(person, told):
    person.go_to("lessons")
    hear(person.state(), told)
    person.look()
    assert kept(person) == ""
    assert not person.errors()


def test_what_the_browser_cannot_mean_is_told_put_aside_and_nothing_is_lost(engine):
    person = visitor(engine)
    open_lesson(person).press("lesson-all")
    hand_over(person, '{"schema_version": 1, "lessons": 7}')
    assert say("progress.broken", "en") in person.sentences()
    assert person.component("lab_kept_progress")["unread"]
    assert QUICK in kept(person)


def test_a_browser_that_keeps_nothing_is_told_in_a_sentence_and_everything_works(engine):
    person = visitor(engine)
    hear(person.state(), {"blocked": True})
    person.look()
    assert say("progress.blocked", "en") in person.sentences()
    open_lesson(person)
    assert person.at.button(key="lesson-run")


def test_a_link_is_joined_with_what_is_here_says_what_came_and_can_be_taken_back(engine):
    away = visitor(engine)
    open_lesson(away)
    progress(away).go("explain")
    learner(away).call("<b>Kim</b> Ha-na", Moment(NOON, TODAY))
    link, _ = to_link(learner(away).record(Moment(NOON, TODAY)))
    person = visitor(engine)
    open_lesson(person, "09-epochs")
    progress(person).go("run")
    person.press("lesson-all")
    person.at.query_params["progress"] = link
    person.look()
    assert "progress" not in person.at.query_params
    assert "Kim" in person.sentences()
    assert learner(person).lessons["09-epochs"].reached == BEATS.index("run")
    assert learner(person).lessons[QUICK].reached == BEATS.index("explain")
    assert learner(person).current is None
    person.press("lesson-not-mine")
    assert QUICK not in learner(person).lessons
    assert learner(person).name is None
    assert learner(person).lessons["09-epochs"].reached == BEATS.index("run")


def test_a_link_that_came_before_the_browsers_own_word_is_taken_back_alone(engine):
    person = at(Person(engine, "en"), TODAY)
    person.at.query_params["progress"] = to_link(
        Record(schema_version=VERSION, lessons={QUICK: LessonRecord(solved=True)})
    )[0]
    person.go_to("lessons")
    own = Record(schema_version=VERSION, lessons={"09-epochs": LessonRecord(reached="check")})
    hand_over(person, to_text(own))
    assert say("progress.not_mine", "en") in [button.label for button in person.at.button]
    person.press("lesson-not-mine")
    assert json.loads(kept(person))["lessons"] == json.loads(to_text(own))["lessons"]


@pytest.mark.parametrize("text", ["P1", "P1broken", "<b>x</b>", "P2AAAA", "P1" + "A" * 9000])
def test_a_broken_link_is_one_sentence_that_outlives_the_browsers_word(person, text):
    person.at.query_params["progress"] = text
    person.go_to("lessons")
    assert len(person.errors()) == 1
    hand_over(person, to_text(Record(schema_version=VERSION, lessons={QUICK: LessonRecord()})))
    assert len(person.errors()) == 1
    person.look()
    assert not person.errors()


def test_the_link_on_the_page_opens_the_same_for_another(engine):
    person = visitor(engine)
    open_lesson(person)
    person.press("lesson-all")
    [link] = [code.value for code in person.at.code if "?progress=" in code.value]
    other = at(Person(engine, "ko"), TODAY)
    other.at.query_params["progress"] = link.partition("=")[2]
    other.go_to("lessons")
    assert QUICK in learner(other).lessons


def test_forgetting_leaves_nothing_here_and_tells_the_browser_so(engine):
    person = visitor(engine)
    open_lesson(person).press("lesson-all")
    learner(person).call("Kim", Moment(NOON, TODAY))
    person.look()
    person.press("lesson-forget")
    assert kept(person) == ""
    assert person.component("lab_kept_progress")["forget"]
    assert not person.look().component("lab_kept_progress")["forget"]
    assert "Kim" not in person.sentences()


def test_a_lesson_of_ones_own_goes_on_when_its_file_is_opened_again(engine):
    person, mine = visitor(engine), with_words("언제", "언제")
    learner(person).keep(mine)
    person.look()
    progress(person).go("check")
    person.look()
    other = hand_over(visitor(engine), kept(person))
    assert say("progress.open_own_again", "en") in other.sentences()
    assert say("progress.own_waiting", "en", count=1) in other.sentences()
    learner(other).keep(mine)
    other.look()
    assert learner(other).current == key_of(mine)
    assert progress(other).reached == BEATS.index("check")


# --- asked again


def test_missed_questions_are_asked_again_another_day_and_never_in_the_same_visit(engine, language):
    record = missing(l05_compile=Missed(day=TODAY), l09_epochs=Missed(day=TODAY))
    person = hand_over(visitor(engine, TODAY, language), to_text(record))
    assert say("progress.recall", language, count=2) not in person.sentences()
    at(person, TODAY + 1).look()
    assert say("progress.recall", language, count=2) not in person.sentences()  # the same visit, after midnight
    person = hand_over(visitor(engine, TODAY + 1, language), to_text(record))
    assert say("progress.recall", language, count=2) in person.sentences()
    one = lesson(QUICK)
    answer(person, one.lesson.check.right)
    assert one.words(language)["check"].answer(one.lesson.check.right)[1][:20] in person.sentences()
    assert learner(person).lessons[QUICK].missed["check"] == Missed(box=1, day=TODAY + 1)
    person.press("lesson-recall-next")
    assert say("progress.recall", language, count=1) in person.sentences()
    epochs = lesson("09")
    wrong = next(key for key in epochs.lesson.check.answers if key != epochs.lesson.check.right)
    answer(person, wrong)
    assert epochs.words(language)["check"].answer(wrong)[1][:20] in person.sentences()
    answer(person, epochs.lesson.check.right)  # the first answer counts
    assert learner(person).lessons["09-epochs"].missed["check"] == Missed(box=0, day=TODAY + 1)
    person.press("lesson-recall-next")
    assert not [one for one in person.at.radio if "recall" in (one.key or "")]


def test_the_second_question_comes_again_with_other_numbers_and_what_is_learned_is_not_asked(engine):
    missed = {"again": Missed(box=1, day=TODAY, turn=3), "check": Missed(box=LEARNED, day=TODAY)}
    record = Record(schema_version=VERSION, lessons={QUICK: LessonRecord(missed=missed)})
    assert not [one for one in hand_over(visitor(engine, TODAY + 2), to_text(record)).at.radio if one.key]
    person = hand_over(visitor(engine, TODAY + 3), to_text(record))
    here = person.state().held(Visit).recalled
    again = lesson(QUICK).lesson.check.again
    assert question(again, here.turn).numbers != question(again, 3).numbers
    answer(person, RIGHT)
    assert learner(person).lessons[QUICK].missed["again"] == Missed(box=2, day=TODAY + 3, turn=here.turn)


def test_questions_may_wait_and_at_most_five_are_asked_in_a_visit(engine):
    lessons_missed = {one.name: LessonRecord(missed={"check": Missed(day=TODAY - 9)}) for one in lessons()[:8]}
    record = to_text(Record(schema_version=VERSION, lessons=lessons_missed))
    person = hand_over(visitor(engine), record)
    open_lesson(person)
    assert say("progress.recall_waits", "en", count=5) in person.sentences()
    person.press("lesson-all").press("lesson-recall-later")
    assert not [one for one in person.at.radio if one.key]
    person = hand_over(visitor(engine), record)
    for left in range(5, 0, -1):
        assert say("progress.recall", "en", count=left) in person.sentences()
        answer(
            person,
            person.at.radio[0].options and lesson(person.state().held(Visit).recalled.due.lesson).lesson.check.right,
        )
        person.press("lesson-recall-next")
    assert not [one for one in person.at.radio if one.key]


def test_a_wrong_second_question_is_missed_with_its_numbers(engine):
    person = visitor(engine)
    open_lesson(person)
    progress(person).go("check")
    person.look()
    answer(person, lesson(QUICK).lesson.check.right)
    asked = question(lesson(QUICK).lesson.check.again, 0)
    answer(person, next(key for key in asked.answers if key != RIGHT), 1)
    assert progress(person).missed == {"again": Missed(day=TODAY)}


def test_a_name_is_kept_and_shown_as_letters(engine):
    person = visitor(engine)
    record = Record(schema_version=VERSION, name=Named(when=1, text="**<img src=x>**"), lessons={QUICK: LessonRecord()})
    hand_over(person, to_text(record))
    assert [box.value for box in person.at.text_input if "lesson-name" in (box.key or "")] == ["**<img src=x>**"]
    assert not [one for one in person.at.markdown if "<img" in one.value]


# --- the certificate


def test_the_certificate_shows_ones_own_finding_and_goes_back_to_the_list(engine, language):
    person = visitor(engine, TODAY, language)
    ran(person)
    learner(person).call("<b>김하나</b>", Moment(NOON, TODAY))
    progress(person).solved = True
    progress(person).go("further")
    person.press("lesson-all").press("lesson-certificate")
    [sheet] = [one.proto.body for one in person.at.get("html") if "certificate-name" in one.proto.body]
    assert "&lt;b&gt;김하나&lt;/b&gt;" in sheet
    assert lesson(QUICK).words(language)["predict"].items["same"] in sheet
    person.press("lesson-all")
    assert person.at.button(key=f"lesson-open-{QUICK}")


def test_a_certificate_says_which_done_lessons_it_cannot_show(engine, language):
    done = LessonRecord(reached="further", solved=True)
    record = Record(schema_version=VERSION, lessons={QUICK: done, f"{OWN}{'a' * 24}": done})
    person = hand_over(visitor(engine, TODAY, language), to_text(record)).press("lesson-certificate")
    assert say("certificate.not_here", language, count=1) in person.sentences()
