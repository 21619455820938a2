"""Values that no form would ever write: an experiment or a lesson of a stranger is refused in a sentence, or is one."""

import json

import pytest

from lab.data.prepare import prepare_cached
from lab.errors import ExperimentError, LabError
from lab.export.link import packed
from lab.lessons import reader
from lab.lessons.reader import read_file
from lab.lessons.refusal import LessonError
from lab.lessons.shelf import lesson
from lab.spec.experiment import Experiment
from lab.spec.limits import ALONE
from lab.texts import LANGUAGES, say_error
from lab.verdict.intervals import new_rows_interval
from netcore.errors import NetcoreError
from tests.lab.runs.runs import iris
from tests.security import strange_files
from tests.security.run_files import put

HUGE = 10**400
SLICE = 15  # of ten thousand of each kind, which the named command tries
CELL = {"class_name": "LSTM", "config": {"units": 2}}
ODD = {
    "a rate longer than any float": (("compile", "optimizer", "params"), {"learning_rate": HUGE}),
    "a version with half a character": (("schema_version",), "\ud800"),
    "a layer of layers without a size": (("model", "layers", 0), {"layer": {"class_name": "LSTM", "config": {}}}),
    "a layer of layers of no kind": (("model", "layers", 0), {"layer": {"class_name": {}, "config": {}}}),
    "the way back without a size": (
        ("model", "layers", 0),
        {"layer": CELL, "backward_layer": {"class_name": "LSTM", "config": {}}},
    ),
    "start values with arguments of others": (
        ("model", "layers", 0),
        {"layer": {**CELL, "config": {"units": 2, "kernel_initializer": {"class_name": "Constant", "config": [1]}}}},
    ),
}


@pytest.mark.parametrize("what", ODD)
def test_no_value_of_an_experiment_raises_anything_but_a_sentence(what):
    place, value = ODD[what]
    if place[0] == "model":
        value = {"id": "l0", "type": "Bidirectional", "params": value}
    text = json.dumps(put(json.loads(iris(2).to_json()), place, value))
    with pytest.raises((LabError, NetcoreError)) as refused:
        Experiment.from_json(text)
    assert all(say_error(refused.value, language).encode() for language in LANGUAGES)


def test_a_number_too_long_to_be_written_is_no_experiment():
    with pytest.raises(ExperimentError, match=r"experiment\.not_json"):
        Experiment.from_values({"schema_version": 10**5_000})


def test_a_text_is_taken_apart_once_before_its_values_are_checked(monkeypatch):
    text, read = iris(2).to_json(), []
    loads = json.loads
    monkeypatch.setattr(json, "loads", lambda data, **how: read.append(len(data)) or loads(data, **how))
    assert Experiment.from_json(text) == iris(2)
    assert read == [len(text)]


def test_half_a_character_in_a_lesson_is_no_lesson():
    source = dict(lesson("09").source)
    source["en.md"] = source["en.md"].replace("learning", "\ud800", 1)
    with pytest.raises(LessonError, match=r"lesson\.no_lesson_file"):
        read_file("mine.json", json.dumps(source).encode())


def test_a_function_that_nobody_knows_is_told_with_the_lesson_s_file():
    source = dict(lesson("09").source)
    source["lesson.toml"] = source["lesson.toml"].replace("hidden = [", 'activation = "{a - b"\nhidden = [', 1)
    assert "{a - b" in source["lesson.toml"]
    with pytest.raises(LessonError, match=r"lesson\.refused"):
        read_file("mine.json", json.dumps(source).encode())


def test_the_verdict_of_losses_without_end_is_a_verdict():
    assert 0 <= new_rows_interval(1e300, 1e301, 100, 50)[0] <= 1e300
    assert new_rows_interval(5e-324, 0.0, 100, 50) == (5e-324, 5e-324)


def test_a_lesson_of_three_kilobytes_prepares_no_large_table_a_hundred_times(monkeypatch):
    prepared = []
    monkeypatch.setattr(reader, "prepare_cached", lambda *asked: prepared.append(asked) or prepare_cached(*asked))
    base = '{ sample = "digits_28x28", hidden = [2] }'
    scenes = [
        f'[[scenes]]\nkey = "scene{one}"\nfigures = {{ loss = {{}} }}\nbase = {base}\n'
        + "".join(
            f'[[scenes.settings]]\nkey = "s{one}_{two}"\nchange.rows = {800 + 12 * one + two}\n' for two in range(12)
        )
        for one in range(7)
    ]
    source = dict(lesson("09").source)
    source["lesson.toml"] += "\n" + "\n".join(scenes)
    assert len(reader.FORM + packed(json.dumps(source))) < ALONE.link_characters
    with pytest.raises(LessonError):
        read_file("mine.json", json.dumps(source).encode())
    assert 10 < len(prepared) < 20  # of 84
    told = [one.cause.code for one in reader.refusals_of("mine", source)]
    assert told.count("lesson.too_many_values") == 1


@pytest.mark.parametrize("kind", strange_files.KINDS)
def test_nothing_that_is_changed_is_more_than_a_sentence(kind):
    took = [strange_files.tried(kind, number)[1] for number in range(SLICE)]
    assert max(took) < strange_files.LONGEST_S
