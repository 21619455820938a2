"""Tasks and hand-ins are strangers' files: what they may hold, how much they may cost, and what they must not tell."""

import json
import zlib
from base64 import urlsafe_b64encode
from dataclasses import replace

import pytest

from lab.errors import LabError
from lab.homework.files import FORM, HAND_IN_FORM, read, read_link, to_file
from lab.homework.judging import Judging, handed
from lab.runs.serve.inline import InlineEngine
from lab.spec.limits import ALONE, CLASS
from lab.starts import start
from lab.texts import LANGUAGES, say_error
from netcore.errors import NetcoreError
from tests.lab.homework.classroom import ME, copy, draft, experiment, hand_in, table


def changed(content, *places, value) -> bytes:
    """The file with what stands at a place replaced."""
    values = json.loads(to_file(content))
    inside = values
    for place in places[:-1]:
        inside = inside[place]
    inside[places[-1]] = value
    return json.dumps(values).encode()


BROKEN = {
    "a field that nobody knows": changed(hand_in(), "owner", value="me"),
    "a name without end": changed(hand_in(), "name", value="x" * 101),
    "a name that is none": changed(hand_in(), "name", value=["x"]),
    "words without end": changed(hand_in(), "replies", value=["x" * 2_001]),
    "a thousand runs": changed(hand_in(), "runs", value=json.loads(to_file(hand_in()))["runs"] * 1_000),
    "no run": changed(hand_in(), "runs", value=[]),
    "a figure that is a word": changed(hand_in(), "runs", 0, "figures", value=["0.1", 0.2]),
    "a figure without end": changed(hand_in(), "runs", 0, "figures", value=[1e300]),
    "a figure that is no number": to_file(hand_in()).replace(b'"losses": [', b'"losses": [NaN,'),
    "a value that is a group": changed(hand_in(), "runs", 0, "values", value={"units": {"$gt": 0}}),
    "a knob with a path for a name": changed(hand_in(), "runs", 0, "values", value={"../../x": 1}),
    "another version": changed(hand_in(), "schema_version", value=2),
    "a task of a thousand knobs": changed(copy().task, "knobs", value=[{"name": "units", "values": [1]}] * 1_000),
    "a fingerprint that is none": changed(hand_in(), "task", value="0" * 63),
    "an experiment of another kind": changed(copy().task, "experiment", value=["x"]),
    "a path for a sample": changed(copy().task, "experiment", "data", "source", "name", value="x" * 101),
    "lists in lists": b'{"kind": "homework_hand_in", "name": ' + b"[" * 100_000,
    "too much": b" " * (4 * ALONE.homework_characters + 1),
}


@pytest.mark.parametrize("content", BROKEN.values(), ids=BROKEN)
def test_what_is_no_homework_is_refused_in_a_sentence_and_is_a_line_of_the_table(content):
    with pytest.raises((LabError, NetcoreError)) as info:
        read(content)
    assert all(say_error(info.value, language) for language in LANGUAGES)
    judging = Judging(copy(), ALONE, table())
    judging.take([handed("a.json", content)])
    assert [row.verdict for row in judging.rows()] == ["damaged"]
    assert judging.left == 0


@pytest.mark.parametrize("form", [FORM, HAND_IN_FORM])
def test_a_link_that_unpacks_to_gigabytes_is_not_unpacked(form):
    bomb = urlsafe_b64encode(zlib.compress(b" " * 50_000_000, level=9)).decode().rstrip("=")
    with pytest.raises(LabError):
        read_link(form + bomb[: ALONE.link_characters - 2])
    with pytest.raises(LabError):
        read_link(form + bomb)


def test_a_hand_in_asks_for_no_more_computing_than_its_teacher_allowed():
    values = {"units": 2_048, "epochs": 20_000, "batch_size": 1, "learning_rate": 1e9, "depth": 10}
    judging = Judging(copy(), CLASS, table())
    judging.take([handed("a.json", changed(hand_in(), "runs", 0, "values", value=values))])
    assert judging.left == 0
    [row] = judging.rows()
    assert row.verdict == "locked"
    judging.begin(InlineEngine(CLASS), ME)
    assert not judging.going_on


def test_a_task_too_large_for_the_profile_is_refused_run_by_run_and_nothing_is_started():
    huge = draft(knobs={"units": "1 - 2048", "depth": "1, 10", "epochs": "1 - 20000"}, runs=2).made(experiment())
    claims = [{"units": 2_048, "depth": 10, "epochs": 2}, {"units": 1, "depth": 1, "epochs": 20_000}]
    claim = json.loads(to_file(hand_in()))["runs"][0]
    content = changed(hand_in(), "runs", value=[{**claim, "values": one} for one in claims])
    mine = json.loads(content) | {"task": huge.task.fingerprint}
    judging = Judging(huge, replace(CLASS, study_updates=100_000), table())
    judging.take([handed("a.json", json.dumps(mine).encode())])
    judging.begin(InlineEngine(CLASS), ME)
    assert not judging.going_on
    [row] = judging.rows()
    refused = [run.refusal.code for run in row.runs]
    assert refused == ["run.too_many_parameters", "study.too_many_updates"]


def test_making_runs_again_ends_when_its_time_is_over():
    judging, engine = Judging(copy(), replace(CLASS, judging_s=0.0), table()), InlineEngine(CLASS)
    files = [handed(f"{units}.json", to_file(hand_in("A", units=units))) for units in range(1, 17)]
    judging.take(files)
    judging.begin(engine, ME)
    engine.advance()
    judging.seen(engine.study(judging.study_id, ME))
    assert judging.out_of_time
    assert judging.left == 1


def test_nothing_that_a_student_gets_tells_the_right_answers():
    one, other = draft(), draft()
    one.questions[0].right, other.questions[0].right = 0, 2
    one.questions[1].right, other.questions[1].right = 3, 4
    made, another = one.made(start("iris")), other.made(start("iris"))
    assert made.answers != another.answers
    assert to_file(made.task) == to_file(another.task)
    assert made.task.fingerprint == another.task.fingerprint


def test_a_teacher_s_file_is_no_hand_in_and_a_hand_in_no_task():
    assert handed("a", to_file(copy())).content is None
    assert handed("a", to_file(hand_in())).copy is None
