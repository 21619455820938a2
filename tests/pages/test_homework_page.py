"""Homework on its page: a task is made, done and handed in, and what was handed in is made again."""

import json

import pytest

from lab.homework.files import read_link, to_file, to_link
from lab.homework.schema import HandIn, Task
from lab.homework.work import Homework
from lab.lessons.shelf import lesson
from lab.texts import say
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
    fill(person, "homework-title", "<b>Small</b>")
    person.at.number_input(key="homework-number").set_value(0.5)
    person.at.number_input(key="homework-questions").set_value(1)
    person.look()
    fill(person, "homework-question-0-text", "Which?")
    person.at.text_area(key="homework-question-0-options").set_value("one\ntwo")
    person.look()
    person.at.selectbox(key="homework-question-0-option-2").set_value(1)
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
    sources = person.at.selectbox(key="homework-source")
    assert len(sources.options) >= 17
    sources.set_value(("lesson", "09-epochs"))
    person.look()
    fill(person, "homework-title", "Epochs")
    person.at.number_input(key="homework-number").set_value(1.0)
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
    assert len(person.errors()) == 1


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
