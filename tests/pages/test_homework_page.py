"""Homework on its page: a task is made, done and handed in, and what was handed in is made again."""

import json

import pytest

from lab.homework.files import read_link, to_file, to_link
from lab.homework.kept import to_text
from lab.homework.making import KEPT
from lab.homework.schema import HandIn, Task
from lab.homework.work import Homework
from lab.lessons.shelf import lesson
from lab.starts import start
from lab.texts import say
from pages.ui.homework.kept import hear
from tests.lab.homework.classroom import copy, draft, hand_in
from tests.pages.conftest import Person


def homework(person: Person) -> Homework:
    return person.state().desk.homework


def open_side(person: Person, side: str) -> Person:
    person.go_to("homework")
    homework(person).side = side
    return person.look()


def follow(person: Person, name: str, content: Task | HandIn) -> Person:
    person.go_to("homework")
    person.at.query_params[name] = to_link(content)
    return person.look()


def fill(person: Person, key: str, text: str) -> Person:
    person.at.text_input(key=key).set_value(text)
    return person.look()


def run(person: Person) -> Person:
    person.press("homework-run")
    person.engine.advance()
    return person.look()


def widget(person: Person, kind: str, part: str):
    [found] = [one for one in person.at.get(kind) if part in (one.key or "")]
    return found


def test_a_teacher_makes_a_task_with_a_question_and_its_link_holds_no_answer(person_in, language):
    person = open_side(person_in, "make")
    person.press("homework-make")
    assert say("homework.title_missing", language) in person.sentences()
    fill(person, person.key("homework-title"), "<b>Small</b>")
    person.at.number_input(key=person.key("homework-number")).set_value(0.5)
    person.at.number_input(key=person.key("homework-questions")).set_value(1)
    person.look()
    fill(person, person.key("homework-question-0-text"), "Which?")
    person.at.text_area(key=person.key("homework-question-0-options")).set_value("one\ntwo")
    person.look()
    person.at.selectbox(key=person.key("homework-question-0-option-2")).set_value(1)
    person.look().press("homework-make")
    made = homework(person).made
    assert made.task.title == "<b>Small</b>"
    assert made.answers[0].right == 1
    [link] = [one.value for one in person.at.code if "?task=" in one.value]
    assert read_link(link) == made.task
    assert "right" not in json.dumps(made.task.as_values())
    person.press("homework-try-it")
    assert homework(person).work.task == made.task
    assert "<b>" not in "".join(one.value for one in person.at.markdown if "Small" in one.value).replace("**", "")


def test_a_task_is_made_of_a_lesson_or_a_run_too(person):
    person.train(2)
    open_side(person, "make")
    sources = person.at.selectbox(key=person.key("homework-source"))
    assert len(sources.options) >= 17
    sources.set_value(("lesson", "09-epochs"))
    person.look()
    fill(person, person.key("homework-title"), "Epochs")
    person.at.number_input(key=person.key("homework-number")).set_value(1.0)
    person.look().press("homework-make")
    opened = lesson("09-epochs")
    assert homework(person).made.task.experiment == opened.base(opened.lesson.further.scene)


def test_a_student_follows_the_link_runs_answers_and_hands_in(person_in, language):
    person = follow(person_in, "task", copy().task)
    assert homework(person).work.task == copy().task
    assert "task" not in person.at.query_params
    assert person.at.button(key="homework-hand-in").disabled
    widget(person, "number_input", "-units").set_value(9)
    run(person.look())
    work = homework(person).work
    assert work.trying.result is not None
    assert work.chosen == [1]
    widget(person, "radio", "homework-reply").set_value(1)
    widget(person, "text_area", "homework-reply").set_value("<i>So</i>")
    widget(person, "number_input", "homework-reply").set_value(3.0)
    fill(person.look(), f"homework-name-{copy().task.fingerprint[:12]}", "김 <b>")
    person.press("homework-hand-in")
    assert work.handed.replies == (1, 3.0, "<i>So</i>")
    assert work.handed.runs[0].values == {"units": 9, "epochs": 4}
    [link] = [one.value for one in person.at.code if "?hand_in=" in one.value]
    assert read_link(link) == work.handed
    assert say("homework_page.handed", language) in person.sentences()
    assert not [one for one in person.at.button if one.key == "homework-run"]


def test_a_run_that_ended_while_only_the_curves_were_drawn_is_handed_in_too(person):
    follow(person, "task", copy().task).press("homework-run")
    work = homework(person).work
    person.engine.advance()
    work.trying.seen(person.engine.study(work.trying.study_id, person.state().owner))
    person.look()
    assert work.chosen == [1]


def test_what_was_begun_is_there_on_the_next_visit_until_it_is_handed_in(person):
    follow(person, "task", copy().task)
    widget(person, "number_input", "-units").set_value(5)
    run(person.look())
    person.go_to("train").go_to("homework")
    assert widget(person, "number_input", "-units").value == 5
    assert homework(person).work.finished
    person.press("homework-all")
    person.press(f"homework-open-{copy().task.fingerprint[:12]}")
    assert homework(person).work.values["units"] == 5


def test_hand_ins_are_made_again_and_the_forged_one_shows(person_in, language):
    person = open_side(person_in, "judge")
    forged = json.loads(to_file(hand_in("Forger", units=2)))
    forged["runs"][0]["figures"] = [0.01, 0.02]
    files = [("teacher.json", to_file(copy())), ("forged.json", json.dumps(forged).encode())]
    homework(person).bring([*files, ("ann.json", to_file(hand_in("Ann", units=3))), ("broken.json", b"{")])
    person.look().press("homework-make-again")
    person.engine.advance()
    person.look()
    table = person.at.dataframe[0].value
    shown = dict(zip(table.iloc[:, -1], table.iloc[:, 1], strict=True))
    assert shown["forged.json"] == say("homework.verdict.differs", language)
    assert shown["ann.json"] == say("homework.verdict.same", language)
    assert shown["broken.json"] == say("homework.verdict.damaged", language)
    assert not homework(person).judging.left
    person.at.selectbox(key="homework-read").set_value(1)
    person.look()
    assert "Because." in person.sentences()
    person.press("homework-empty")
    assert homework(person).judging is None


def test_links_are_pasted_one_a_line(person):
    open_side(person, "judge")
    homework(person).judge(copy())
    person.look()
    field = next(one for one in person.at.text_area if "homework-links" in one.key)
    field.set_value("\n".join(f"https://x/homework?hand_in={to_link(hand_in(name))}" for name in ("Ann", "Bo")))
    person.look()
    assert [row.name for row in homework(person).judging.rows()] == ["Ann", "Bo"]
    next(one for one in person.at.text_area if "homework-links" in one.key).set_value("I1broken")
    person.look()
    assert [row.verdict for row in homework(person).judging.rows()] == ["waiting", "waiting", "damaged"]
    assert not person.errors()


def test_after_a_restart_the_teacher_is_told_that_hand_ins_were_open(engine, language):
    person = open_side(Person(engine, language), "judge")
    homework(person).bring([("teacher.json", to_file(copy())), ("a.json", to_file(hand_in("Ann")))])
    person.look()
    assert person.at.query_params["hand_ins"] == "1"
    assert say("homework_page.count", language, count=1) in person.sentences()
    other = Person(engine, language)
    desk = other.state().desk
    desk.homework = Homework()
    other.at.query_params["hand_ins"] = "1"
    other.go_to("homework")
    assert say("homework_page.gone", language, count=1) in other.sentences()
    homework(other).bring([("teacher.json", to_file(copy())), ("a.json", to_file(hand_in("Ann")))])
    other.look()
    assert say("homework_page.gone", language, count=1) not in other.sentences()
    other.press("homework-empty")
    assert "hand_ins" not in other.at.query_params
    assert say("homework_page.gone", language, count=1) not in other.sentences()


def test_a_student_goes_on_after_a_restart_with_runs_answers_and_name(engine, language):
    person = follow(Person(engine, language), "task", copy().task)
    widget(person, "number_input", "-units").set_value(5)
    run(person.look())
    widget(person, "text_area", "homework-reply").set_value("So.")
    fill(person.look(), f"homework-name-{copy().task.fingerprint[:12]}", "김하나")
    text = person.component("lab_kept_progress")["record"]
    before = homework(person).work
    other = Person(engine, language)
    other.state().desk.homework = Homework()
    other.go_to("homework")
    hear(other.state(), {"number": "1.1", "text": text})
    other.look()
    assert homework(other).work.finished[0].result == before.finished[0].result
    assert widget(other, "text_area", "homework-reply").value == "So."
    other.press("homework-hand-in")
    assert to_file(homework(other).work.handed) == to_file(before.hand_in())
    assert other.component("lab_kept_progress")["record"] == to_text(homework(other))


def test_a_teacher_goes_on_after_a_restart_with_the_task_as_it_was_typed(engine, language):
    person = Person(engine, language)
    person.state().replace_experiment(start("digits_conv").with_fit(epochs=7))
    open_side(person, "make")
    fill(person, person.key("homework-title"), "<b>Ziffern</b>")
    text = person.component("lab_kept_progress")["record"]
    other = Person(engine, language)
    other.state().desk.homework = Homework()
    open_side(other, "make")  # faster than the browser spoke: its fields are on the screen already
    hear(other.state(), {"number": "1.1", "text": text})
    other.look()
    assert other.at.text_input(key=other.key("homework-title")).value == "<b>Ziffern</b>"
    assert other.at.selectbox(key=other.key("homework-source")).value == KEPT
    other.at.number_input(key=other.key("homework-number")).set_value(0.5)
    other.look().press("homework-make")
    assert homework(other).made.task.experiment.fit.epochs == 7
    assert homework(other).made.task.experiment.data == start("digits_conv").data
    other.press("homework-forget-draft")
    assert other.component("lab_kept_progress")["forget"]
    assert other.component("lab_kept_progress")["record"] == ""
    assert other.at.text_input(key=other.key("homework-title")).value == ""


def test_a_run_that_is_gone_leaves_its_experiment_to_the_draft(person):
    person.train()
    open_side(person, "make")
    [run_id] = [one.id for one in person.engine.runs_of(person.state().owner)]
    person.choose(("run", run_id), "homework-source")
    trained = homework(person).draft.experiment
    homework(person).draft.source = ("run", "of a server before")
    person.state().revision += 1
    person.look()
    assert person.at.selectbox(key=person.key("homework-source")).value == KEPT
    assert homework(person).draft.experiment == trained


def test_a_browser_s_rubbish_is_told_put_aside_and_breaks_nothing(person):
    person.go_to("homework")
    for told in (None, 1, {}, {"number": 1, "text": "x"}, {"number": "1", "text": '{"schema_version": 1, "works": 7}'}):
        hear(person.state(), told)
        person.look()
    assert say("homework.kept_broken", "en") in person.sentences()
    assert person.component("lab_kept_progress")["unread"]
    assert not person.errors()
    hear(person.state(), {"blocked": True})
    follow(person, "task", copy().task)
    assert say("homework_page.blocked", "en") in person.sentences()


def test_forgetting_leaves_no_homework_here_and_tells_the_browser_so(person):
    follow(person, "task", copy().task).press("homework-all").press("homework-forget")
    assert not homework(person).works
    assert person.component("lab_kept_progress")["forget"]
    assert person.component("lab_kept_progress")["record"] == ""


@pytest.mark.parametrize("text", ["H1broken", "I1", "<b>x</b>"])
def test_a_broken_link_is_a_sentence(person, text):
    person.go_to("homework")
    person.at.query_params["task"] = text
    person.look()
    assert len(person.errors()) == 1
    assert homework(person).work is None


def test_a_student_s_name_and_words_are_letters_in_the_teacher_s_table(person):
    open_side(person, "judge")
    homework(person).judge(copy())
    evil = hand_in().replace(name="[x](javascript:alert(1))", replies=(None, None, "<img src=x onerror=alert(1)>"))
    homework(person).bring([("e.json", to_file(evil))])
    person.look()
    person.at.selectbox(key="homework-read").set_value(0)
    person.look()
    shown = [one.value for one in person.at.markdown if "onerror" in one.value]
    assert shown
    assert not [text for text in shown if "<img" in text]


OWN = b"a,b,kind\n" + b"".join(f"{n},{n * n % 7},{'xy'[n % 2]}\n".encode() for n in range(60))


def test_a_task_on_an_own_file_waits_for_that_very_file(person, engine):
    person.go_to("data")
    person.at.file_uploader(key=person.key("upload")).upload("mine.csv", OWN, "text/csv")
    person.look()
    made = draft().made(person.experiment.with_fit(epochs=4))
    student = follow(Person(engine, "en"), "task", made.task)
    student.state().desk.forget_files()  # of a test all share one desk
    student.look()
    assert "mine.csv" in student.sentences()
    assert not [one for one in student.at.button if one.key == "homework-run"]
    box = student.key("homework-do", "table")
    student.at.file_uploader(key=box).upload("mine.csv", OWN + b"61,1,x\n", "text/csv")
    student.look()
    assert len(student.errors()) == 1
    assert not [one for one in student.at.button if one.key == "homework-run"]
    student.at.file_uploader(key=student.key("homework-do", "table")).upload("mine.csv", OWN, "text/csv")
    run(student.look())
    assert homework(student).work.trying.result is not None
