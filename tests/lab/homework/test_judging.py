"""A teacher's table: ten hand-ins, one forged, one with a locked knob turned, one damaged, one of another task."""

import csv
import io
import json
import math

import pytest

from lab.cli import main
from lab.homework import judging as judging_room
from lab.homework.figures import Result, reached
from lab.homework.files import to_file, to_link
from lab.homework.judging import TOLERANCE, Judging, handed, handed_by_link, likeness, worth_of
from lab.homework.refusal import HomeworkError
from lab.homework.schema import Answer, Claim, Question
from lab.homework.table import as_csv, details, line_of, remarks_of
from lab.homework.work import Homework
from lab.runs.serve.inline import InlineEngine
from lab.spec.limits import ALONE, CLASS
from lab.texts import LANGUAGES
from tests.lab.homework.classroom import ME, at_work, copy, draft, experiment, hand_in, table


def forged(**changes) -> bytes:
    """The file of an honest student, changed in an editor: fields of its first run, or "values"."""
    values = json.loads(to_file(hand_in("Forger", (1, 3, "x"), units=2)))
    values["runs"][0] |= changes
    return json.dumps(values).encode()


def ten() -> dict[str, bytes]:
    """What ten students send."""
    honest = {f"{name}.json": to_file(hand_in(name, units=units)) for name, units in (("Ann", 3), ("Bo", 7), ("Cy", 9))}
    other = draft(title="Another").made(experiment()).task
    return honest | {
        "twin 1.json": to_file(hand_in("Dan", (0, None, "So."), units=5)),
        "twin 2.json": to_file(hand_in("Eve", (0, None, "So."), units=5)),
        "forged.json": forged(figures=[0.01, 0.02]),
        "locked.json": forged(values={"units": 2, "learning_rate": 0.5}),
        "damaged.json": to_file(hand_in())[:200],
        "other task.json": to_file(at_work("Flo", task=other).hand_in()),
        "outside.json": forged(values={"units": 2_000}),
    }


def judged(files, limits=ALONE, teacher=None) -> Judging:
    """All of them made again."""
    judging, engine = Judging(teacher or copy(), limits, table()), InlineEngine()
    judging.take([handed(name, content) for name, content in files.items()])
    while judging.left and not judging.out_of_time:
        judging.begin(engine, ME)
        engine.advance()
        if judging.going_on:
            judging.seen(engine.study(judging.study_id, ME))
    return judging


@pytest.fixture(scope="module")
def rows():
    return {row.handed.source: row for row in judged(ten()).rows()}


def test_each_of_ten_hand_ins_is_what_it_is(rows):
    assert {name: row.verdict for name, row in rows.items()} == {
        **dict.fromkeys(("Ann.json", "Bo.json", "Cy.json", "twin 1.json", "twin 2.json"), "same"),
        "forged.json": "differs",
        "locked.json": "locked",
        "damaged.json": "damaged",
        "other task.json": "other_task",
        "outside.json": "outside",
    }


def test_the_goal_is_judged_by_what_came_out_and_not_by_what_was_claimed(rows):
    row = rows["forged.json"]
    [run] = row.runs
    assert run.claim.figures == (0.01, 0.02)
    assert run.result.mean > 0.3
    assert row.goal == reached(copy().task.goal, run.result)
    assert rows["locked.json"].goal is False


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_wrong_stands_in_the_table_in_words_and_with_a_sign(rows, language):
    lines = {name: " | ".join(map(str, line_of(row, copy().task, language).values())) for name, row in rows.items()}
    assert "✗" in lines["forged.json"]
    assert "0.01" in lines["forged.json"]
    assert "🔒" in lines["locked.json"]
    assert "0.5" in lines["locked.json"]
    assert "2,000" in lines["outside.json"]
    assert remarks_of(rows["damaged.json"], language)
    assert remarks_of(rows["other task.json"], language)
    assert remarks_of(rows["Ann.json"], language) == []


def test_the_same_runs_and_answers_twice_are_told_gently_and_count_all_the_same(rows):
    assert rows["twin 1.json"].twins == ("Eve",)
    assert rows["twin 2.json"].twins == ("Dan",)
    assert rows["Ann.json"].twins == ()
    assert "chance" in " ".join(remarks_of(rows["twin 1.json"], "en"))


def test_answers_are_judged_by_the_teacher_s_copy(rows):
    assert rows["Ann.json"].worths == ("right", "right", "to_read")
    assert rows["twin 1.json"].worths == ("wrong", "none", "to_read")
    assert [one[2] for one in details(rows["Ann.json"], copy().task, "en")] == [
        "✓ right",
        "✓ right",
        "to be read",
    ]


def test_the_same_experiment_is_made_once_however_often_it_was_handed_in():
    judging = Judging(copy(), ALONE, table())
    judging.take([handed(name, content) for name, content in ten().items()])
    assert judging.left == 5  # 3, 7, 9 and 5 units, and the forger's 2
    assert judging.seconds_left > 0


def test_rows_that_take_long_to_prepare_are_prepared_for_one_experiment_after_another(monkeypatch, rows):
    monkeypatch.setattr(judging_room, "PREPARING_S", 0.0)
    engine, begun = InlineEngine(), []
    one = Judging(copy(), ALONE, table())
    one.take([handed(name, content) for name, content in ten().items()])
    while one.left:
        one.begin(engine, ME)
        begun.append(len(one.cells))
        engine.advance()
        one.seen(engine.study(one.study_id, ME))
    assert begun == [1, 1, 1, 1, 1]
    assert [row.runs for row in one.rows()] == [row.runs for row in rows.values()]


def test_a_damaged_file_or_a_task_among_them_is_a_line_and_breaks_nothing():
    found = judged({"a.json": b"\x00\xff", "b.json": to_file(copy()), "c.json": to_file(hand_in())})
    assert [row.verdict for row in found.rows()] == ["damaged", "damaged", "same"]


def test_a_loss_that_was_forged_beside_a_true_figure_shows():
    found = judged({"f.json": forged(losses=[0.1, 0.1])})
    [row] = found.rows()
    assert row.verdict == "differs"
    [row] = judged({"f.json": forged(parameters=1)}).rows()
    assert row.verdict == "differs"
    assert "1" in remarks_of(row, "en")[0]


def test_runs_beyond_those_that_the_task_takes_are_not_looked_at_and_told():
    values = json.loads(to_file(hand_in(units=3)))
    values["runs"] += [{**values["runs"][0], "values": {"units": 4}}] * 2
    judging = judged({"a.json": json.dumps(values).encode()})
    [row] = judging.rows()
    assert len(judging.results) == len(row.runs) == 1
    assert row.spare == 2
    assert "2" in " ".join(remarks_of(row, "en"))


def test_figures_of_tasks_that_take_one_run_can_be_sorted_and_of_others_stand_beside_each_other(rows):
    line = line_of(rows["Ann.json"], copy().task, "en")
    assert isinstance(line["Came out"], float)
    assert line_of(rows["damaged.json"], copy().task, "en")["Came out"] is None
    two = line_of(rows["Ann.json"], copy().task.replace(runs=2), "en")
    assert two["Came out"] == f"{line['Came out']:.3g}"


def claim(*figures, parameters=10) -> Claim:
    return Claim(values={}, figures=figures, losses=figures, parameters=parameters)


@pytest.mark.parametrize(
    ("claimed", "likely"),
    [
        ((0.5, 0.25), "same"),
        ((0.5 * (1 + TOLERANCE / 2), 0.25), "near"),
        ((0.5 * (1 + 3 * TOLERANCE), 0.25), "differs"),
        ((0.5,), "differs"),
        ((0.5, None), "differs"),
        ((0.5, 0.25, 0.1), "differs"),
    ],
)
def test_figures_are_the_same_near_or_others(claimed, likely):
    assert likeness(claim(*claimed), Result((0.5, 0.25), (0.5, 0.25), 10)) == likely


def test_a_run_that_diverged_comes_out_again_as_one_that_diverged():
    assert likeness(claim(None, 0.5), Result((None, 0.5), (None, 0.5), 10)) == "same"
    assert not reached(copy().task.goal, Result((None, 0.5), (None, 0.5), 10))


@pytest.mark.parametrize(
    ("kind", "right", "reply", "worth"),
    [
        ("choice", 1, 1, "right"),
        ("choice", 1, 0, "wrong"),
        ("choice", 1, "1", "wrong"),
        ("number", 3.0, 3.4, "right"),
        ("number", 3.0, 3.6, "wrong"),
        ("number", 3.0, None, "none"),
        ("text", 0, "words", "to_read"),
        ("choice", None, 0, "to_read"),
    ],
)
def test_a_reply_is_worth_what_the_right_answer_says(kind, right, reply, worth):
    options = ("a", "b") if kind == "choice" else ()
    answer = None if right is None else Answer(right=right, close=0.5)
    assert worth_of(Question(kind=kind, text="?", options=options), answer, reply) == worth


def test_two_students_whose_files_are_called_alike_are_two_lines_and_the_very_same_is_one():
    homework = Homework()
    long_title = [("a.json", to_file(hand_in("Ann"))), ("a.json", to_file(hand_in("Bo", units=3)))]
    homework.bring([("teacher.json", to_file(copy())), *long_title, ("again.json", to_file(hand_in("Ann")))])
    assert [(row.name, row.handed.source) for row in homework.judging.rows()] == [
        ("Ann", "a.json"),
        ("Bo", "a.json (2)"),
    ]


def test_a_student_s_copy_of_the_task_among_hand_ins_takes_no_right_answer_away():
    homework = Homework()
    task, other = copy().task, draft(title="Another").made(experiment()).task
    homework.bring([("teacher.json", to_file(copy())), ("a.json", to_file(hand_in("Ann")))])
    homework.bring([("task.json", to_file(task)), ("other.json", to_file(other))])
    assert homework.judging.copy == copy()
    assert [row.verdict for row in homework.judging.rows()] == ["waiting", "damaged"]


def test_the_teacher_s_file_opened_again_lets_go_of_nothing_that_was_made():
    homework, engine = Homework(), InlineEngine()
    homework.bring([("task.json", to_file(copy().task)), ("a.json", to_file(hand_in("Ann")))])
    homework.judging.table = table()
    homework.judging.begin(engine, ME)
    engine.advance()
    homework.judging.seen(engine.study(homework.judging.study_id, ME))
    homework.bring([("teacher.json", to_file(copy())), ("b.json", to_file(hand_in("Bo", units=3)))])
    assert homework.judging.copy == copy()
    assert [row.verdict for row in homework.judging.rows()] == ["same", "waiting"]
    assert homework.judging.rows()[0].right == 2


def test_thirty_hand_ins_by_files_and_links_are_thirty_lines_and_a_broken_link_is_one_more():
    homework = Homework()
    handed_in = [hand_in(f"Kim {place}", units=1 + place % 16) for place in range(30)]
    homework.bring([("teacher.json", to_file(copy())), *(("hand-in.json", to_file(one)) for one in handed_in[:15])])
    links = [f"https://class/homework?hand_in={to_link(one)}" for one in handed_in[15:]]
    homework.put([handed_by_link(place, text) for place, text in enumerate([*links, links[0][:-9]], 16)])
    rows = homework.judging.rows()
    assert [row.name for row in rows] == [*(one.name for one in handed_in), ""]
    assert [row.verdict for row in rows] == ["waiting"] * 30 + ["damaged"]
    assert len({row.handed.source for row in rows}) == 31
    homework.put([handed_by_link(place, text) for place, text in enumerate(links, 32)])  # pasted once more
    assert homework.count == 31


def test_files_come_in_any_order_and_a_whole_one_takes_the_place_of_a_damaged_one():
    homework = Homework()
    homework.bring([("a.json", to_file(hand_in("Ann"))), ("b.json", b"broken")])
    assert homework.judging is None
    assert homework.count == 2
    homework.bring([("teacher.json", to_file(copy())), ("b.json", to_file(hand_in("Bo")))])
    assert [row.name for row in homework.judging.rows()] == ["Ann", "Bo"]


def test_more_hand_ins_than_there_may_be_are_refused():
    judging = Judging(copy(), ALONE, table())
    with pytest.raises(HomeworkError, match="too_many"):
        judging.take([handed(f"{place}.json", b"") for place in range(ALONE.hand_ins + 1)])
    assert judging.handed == []


def test_runs_are_made_in_pieces_that_the_class_allows(monkeypatch):
    monkeypatch.setattr(judging_room, "PREPARING_S", math.inf)
    files = {f"{units}.json": to_file(hand_in("A", units=units)) for units in range(1, 17)}
    judging, engine = Judging(copy(), CLASS, table()), InlineEngine(CLASS)
    judging.take([handed(name, content) for name, content in files.items()])
    judging.begin(engine, ME)
    assert len(judging.cells) == 15  # thirty runs with two seeds each
    engine.advance()
    judging.seen(engine.study(judging.study_id, ME))
    assert judging.left == 1
    assert [row.verdict for row in judging.rows()].count("waiting") == 1


def test_what_was_stopped_on_the_way_can_be_gone_on_with():
    judging, engine = Judging(copy(), ALONE, table()), InlineEngine()
    judging.take([handed("a.json", to_file(hand_in(units=3)))])
    judging.begin(engine, ME)
    engine.stop_study(judging.study_id, ME)
    engine.advance()
    judging.seen(engine.study(judging.study_id, ME))
    assert (judging.state, judging.left) == ("stopped", 1)
    judging.begin(engine, ME)
    engine.advance()
    judging.seen(engine.study(judging.study_id, ME))
    assert [row.verdict for row in judging.rows()] == ["same"]


def test_an_own_table_that_is_not_here_is_asked_for():
    judging = Judging(copy(), ALONE)
    judging.take([handed("a.json", to_file(hand_in()))])
    with pytest.raises(HomeworkError, match="table_needed"):
        judging.begin(InlineEngine(), ME)


# --- for a spreadsheet, and on the command line


def test_no_cell_of_the_csv_is_a_formula(rows):
    evil = hand_in().replace(name="=HYPERLINK(1)", replies=(None, None, "@SUM(A1)\n+1"))
    text = as_csv(judged({"-1.json": to_file(evil)}).rows(), copy().task, "en").decode("utf-8-sig")
    [header, line] = csv.reader(io.StringIO(text))
    assert len(header) == len(line)
    assert header[-3:] == ["Question 1", "Question 2", "Question 3"]
    assert "'=HYPERLINK(1)" in line
    assert "'-1.json" in line
    assert not [cell for cell in line if cell.startswith(("=", "@", "+", "-"))]
    whole = list(csv.reader(io.StringIO(as_csv(list(rows.values()), copy().task, "ko").decode("utf-8-sig"))))
    assert len(whole) == 11


def test_the_command_line_prints_a_line_for_each_and_says_by_its_status_whether_all_came_out(tmp_path, capsys):
    names = {"task.json": to_file(copy()), **ten()}
    for name, content in names.items():
        (tmp_path / name).write_bytes(content)
    paths = {name: str(tmp_path / name) for name in names}
    assert main(["homework", "check", paths["task.json"], paths["Ann.json"], "--language", "en"]) == 0
    printed = capsys.readouterr().out
    assert "exactly the same" in printed
    assert "2 / 2, to read: 1" in printed
    assert main(["homework", "check", *paths.values(), "--language", "ko"]) == 1
    assert "다른 값이 나옴" in capsys.readouterr().out


def test_the_command_line_refuses_what_is_no_task_in_a_sentence(tmp_path, capsys):
    file = tmp_path / "a.json"
    file.write_bytes(to_file(hand_in()))
    assert main(["homework", "check", str(file), str(file), "--language", "en"]) == 1
    assert "first file must be the task" in capsys.readouterr().err
    assert main(["homework", "check", str(tmp_path / "none"), str(file), "--language", "en"]) == 1
    assert "no file that can be read" in capsys.readouterr().err
