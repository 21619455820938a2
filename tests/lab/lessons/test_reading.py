"""A lesson is read strictly: what is wrong with it is said in a sentence, with its file and place."""

import json
import re
import shutil
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import get_args

import numpy as np
import pytest

from lab.cli import main
from lab.lessons import command, reader, shelf
from lab.lessons.arithmetic import names_in, worked_out
from lab.lessons.change import begun_with
from lab.lessons.figures import measured_by
from lab.lessons.filling import filled
from lab.lessons.prose import HEADINGS
from lab.lessons.reader import from_link, read_file, read_folder, refusals_in, refusals_of, to_file, to_link
from lab.lessons.refusal import LessonError, LessonRefusal, say_refusal
from lab.lessons.schema import Base, Change, Knob, Step
from lab.lessons.shelf import LESSONS, lesson, lesson_folders
from lab.spec.limits import ALONE
from lab.starts import start
from lab.texts import LANGUAGES
from tests.lab.lessons.made import made_runs

FOLDERS = lesson_folders()


@pytest.fixture
def folder(tmp_path):
    copy = tmp_path / "mine"
    shutil.copytree(LESSONS / "09-epochs", copy)
    return copy


def with_text(folder, file, old, new):
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


@pytest.mark.parametrize("one", FOLDERS, ids=lambda one: one.name)
def test_every_lesson_that_comes_along_is_right_and_speaks_both_languages(one):
    assert refusals_in(one) == []
    found = read_folder(one)
    assert set(found.prose) == set(LANGUAGES)
    assert set(found.prose["ko"]["names"].items) == set(found.prose["en"]["names"].items)
    assert all(prose.script for prose in found.prose.values())


@pytest.mark.parametrize("language", LANGUAGES)
def test_neither_place_nor_length_tells_which_answer_is_right(language):
    """By chance a quarter of the right answers stands in each place, and a quarter is the longest or the shortest."""
    places, longest, shortest = Counter(), 0.0, 0.0
    for folder in FOLDERS:
        found = read_folder(folder)
        check = found.lesson.check
        lengths = {key: len(found.prose[language]["check"].answer(key)[0]) for key in check.answers}
        places[check.answers.index(check.right)] += 1
        alike = list(lengths.values()).count(lengths[check.right])
        longest += (lengths[check.right] == max(lengths.values())) / alike
        shortest += (lengths[check.right] == min(lengths.values())) / alike
    assert all(3 <= places[place] <= 5 for place in range(4)), places
    assert 2 <= longest <= 6
    assert 2 <= shortest <= 6


@pytest.mark.parametrize("one", FOLDERS, ids=lambda one: one.name)
def test_every_lesson_says_which_rows_judge_and_opens_no_test_part(one):
    found = read_folder(one)
    assert "검증" in found.prose["ko"]["run"].text
    assert "validation" in found.prose["en"]["run"].text
    assert {key for key, experiment in found.experiments.items() if experiment.data.split.test} == set()
    assert {key for key, experiment in found.experiments.items() if not experiment.data.split.validates} == set()


@pytest.mark.parametrize("one", FOLDERS, ids=lambda one: one.name)
def test_no_korean_blank_is_followed_by_a_particle_that_depends_on_the_number(one):
    particle = re.compile(r"\}(을|를|은|는|이|가|와|과|으로|로)(?=[\s,.])")
    assert particle.findall((one / "ko.md").read_text(encoding="utf-8")) == []


WRONG = [
    ("lesson.toml", "rows = 200", "rows = ", "Line 17"),
    ("lesson.toml", "rows = 200", "rows = 0", "rows"),
    ("lesson.toml", "rows = 200", "rows = 200\nrobs = 3", "robs"),
    ("lesson.toml", 'sample = "kr_rain_tomorrow"', 'sample = "kr_rain"', "kr_rain"),
    ("lesson.toml", 'sample = "kr_rain_tomorrow"', 'sample = "kr_rain_tomorrow"\nstart = "iris"', "exactly one"),
    ("lesson.toml", "judged = 600", "judged = 600000", "600000"),
    ("lesson.toml", 'value = "slow.turn"', 'value = "slow.turns"', "slow.turns"),
    ("lesson.toml", 'value = "slow.turn"', 'value = "slow.turn > 3"', "must give a number"),
    ("lesson.toml", 'when = "slow.trained < slow.best < slow.loss"', 'when = "slow.trained"', "comparison"),
    ("lesson.toml", 'when = "slow.trained < slow.best < slow.loss"', "when = \"__import__('os')\"", "no formula"),
    ("lesson.toml", 'when = "fast.turn < slow.turn"', 'when = "sd(fast.turn) < 3"', "how far the seeds lie apart"),
    ("lesson.toml", 'when = "fast.turn < slow.turn"', 'refused = { sample = "iris" }', "can be made all the same"),
    (
        "lesson.toml",
        'when = "fast.turn < slow.turn"',
        'refused = { sample = "iris", method = "fit" }',
        "can be made all",
    ),
    ("lesson.toml", 'when = "fast.turn < slow.turn"', 'refused = { sample = "iris", method = "__class__" }', "method"),
    ("lesson.toml", 'when = "fast.turn < slow.turn"', 'refused = { scaling = "none" }', "exactly one"),
    ("lesson.toml", 'when = "fast.turn < slow.turn"', 'seeds = "every"', "either `when` or `refused`"),
    ("lesson.toml", 'look = { setting = "slow" }', 'look = { setting = "slower" }', "slow, fast"),
    ("lesson.toml", 'look = { setting = "slow" }', 'look = { setting = "slow", beside = "faster" }', "`faster`"),
    ("lesson.toml", 'figure = "turn"', 'figure = "turned"', "slow.turned"),
    ("lesson.toml", 'look = { setting = "slow" }', 'look = { setting = "slow", at = 0 }', "explain.look"),
    ("lesson.toml", 'right = "product"', 'right = "sum"', "check.answers"),
    ("lesson.toml", "low = 1\n", "low = 200\n", "prediction.low"),
    ("lesson.toml", 'key = "fast"', 'key = "slow"', "stands twice"),
    ("lesson.toml", 'curve = "val_loss"', 'curve = "val_loss"\nlong = true', "nothing to run"),
    ("lesson.toml", 'name = "learning_rate"', 'name = "epochs"', "names `epochs` twice"),
    ("lesson.toml", '{ part = "training" }', '{ part = "training", of = "score_csi" }', "score_csi"),
    ("lesson.toml", "first = { at = 1 }", 'first = { at = 1, of = "score_csi" }', "score_csi"),
    ("lesson.toml", 'of = "accuracy"', 'of = "accuracy", first = 40', "a score only"),
    ("lesson.toml", 'when = "fast.turn < slow.turn"', 'refused = { sample = "iris", more_rows = 1 }', "more_rows"),
    ("lesson.toml", 'of = "accuracy"', 'of = "acuracy"', "does not measure `acuracy`"),
    ("lesson.toml", "batch_size = 10\n", 'batch_size = 10\nloss = "CTC"\n', "`slow`: "),
    ("lesson.toml", 'by_row = "rows"', 'by_row = "rowz"', "batch, epochs, rows"),
    ("en.md", "{rows / batch:,} updates", "{rowz / batch:,} updates", "`- right`: `numbers`"),
    ("en.md", "## check\n", "## check\n- odd: 1 | no\n", "`## check`"),
    ("ko.md", "## 문제\n", "## 문제\n- odd: 1 | no\n", "`## 문제`"),
    ("en.md", "## explain\n", "## explain\n- odd: {slow.lost}\n", "`## explain`"),
    ("lesson.toml", 'name = "learning_rate", values = [', 'name = "learning_rate", values = [nan, ', "knobs"),
    ("lesson.toml", "values = [3,", 'values = ["three",', "`further.knobs`: change.epochs must be a number"),
    ("lesson.toml", "values = [3,", "values = [0,", "from 1 to 20000"),
    ("lesson.toml", "learning_rate = 0.003", "learning_rate = -3", "from 0.0 to 1000.0"),
    ("lesson.toml", 'key = "turns"', 'key = "Turns!"', "small letters"),
    ("en.md", "0:00 [predict]", "0:75 [predict]", "script"),
    ("en.md", "## predict", "## guess", "guess"),
    ("en.md", "## challenge", "", "challenge"),
    ("en.md", "- rows: 30,000 | That", "- rows: 30,000. That", "reason"),
    ("en.md", "- rows: 30,000 |", "- row: 30,000 |", "rows"),
    ("en.md", "{slow.loss:.2f}", "{slow.loss.__class__}", "no formula"),
    ("en.md", "{slow.loss:.2f}", "{slow.loss:>99999999}", "braces"),
    ("en.md", "{slow.loss:.2f}", "{slow.lost}", "slow.lost"),
    ("en.md", "1:00 [run] Lay", "later Lay", "script"),
    ("en.md", "# Epochs", "Epochs", "first heading"),
]


@pytest.mark.parametrize(("file", "old", "new", "said"), WRONG, ids=lambda text: str(text)[:30])
def test_what_is_wrong_is_said_with_its_file(folder, file, old, new, said):
    with_text(folder, file, old, new)
    found = refusals_in(folder)
    sentences = [say_refusal(one, "en") for one in found]
    assert any(sentence.startswith(f"{file}: ") and said in sentence for sentence in sentences), sentences
    assert all(say_refusal(one, "ko") for one in found)
    with pytest.raises(LessonRefusal):
        read_folder(folder)


@pytest.mark.parametrize(
    ("file", "old", "new", "right"),
    [
        ("lesson.toml", "b1.loss <= min(", "patient.loss <= min(", False),
        ("lesson.toml", 'when = "b1000.loss > 2 * b10.loss"', 'when = "patient.loss > 2 * b10.loss"', True),
        ("en.md", "{b1000.loss", "{patient.loss", False),
    ],
)
def test_what_only_a_long_scene_tells_is_not_asked_on_a_page_that_does_not_run_it(tmp_path, file, old, new, right):
    copy = tmp_path / "mine"
    shutil.copytree(LESSONS / "10-batch-size", copy)
    with_text(copy, file, old, new)
    found = [say_refusal(one, "en") for one in refusals_in(copy)]
    assert (found == []) == right
    assert all("patient.loss" in sentence for sentence in found)


def test_a_name_that_nothing_has_is_said_once_a_sentence_and_with_the_sentence(folder):
    with_text(folder, "ko.md", "{low of slow.turn:.0f}", "{low of slow.trn:.0f} {high of slow.trn:.0f}")
    said = [say_refusal(one, "ko") for one in refusals_in(folder)]
    assert len(said) == 1
    assert said[0].startswith("ko.md: `- spread`: `slow.trn`")


def test_an_item_that_the_lesson_does_not_know_is_told_and_nothing_of_what_it_says(folder):
    with_text(folder, "en.md", "## misconception", "- odd: {nothing}\n\n## misconception")
    [said] = [say_refusal(one, "en") for one in refusals_in(folder)]
    assert "`odd`" in said
    assert "nothing" not in said


def test_a_figure_may_be_of_what_each_output_of_a_network_measures():
    both = start("two_in_two_out")
    one = both.replace(model=both.model.without_output("tmax"))
    assert measured_by(start("iris")) == ("loss", "accuracy")
    assert measured_by(one) == ("loss", "accuracy")
    assert measured_by(both) == ("loss", "tmax_loss", "tmax_mae", "rain_loss", "rain_accuracy")


def test_hidden_layers_on_windows_answer_once_a_window():
    base = Base(sample="kr_hourly", hidden=(16,))
    assert [layer.type for layer in begun_with(base).model.layers] == ["Flatten", "Dense", "Dense"]


def test_the_run_says_which_sentences_are_not_true_and_from_how_many_seeds_they_are(monkeypatch, capsys):
    falling = made_runs(lesson("09"), {"slow": [3.0, 2.0, 1.0], "fast": [3.0, 2.0, 1.0]})
    falling["slow"].figures["parameters"] = np.full(5, 12_345.0)
    falling["fast"].figures["parameters"] = np.linspace(12_345, 12_745, 5)
    monkeypatch.setattr(command, "trained", lambda opened, cells: falling)
    assert main(["lesson", "run", "09", "--language", "en"]) == 0
    said, waiting = capsys.readouterr()
    assert re.findall(r"Setting (\d) of 2, from 5 seeds: .", waiting) == ["1", "2"]
    assert "(not said) turns: `slow.loss > 1.05 * slow.best` is not true for seeds = every" in said
    assert "0 of 5 seeds" in said
    assert "(not said) spread" not in said
    assert re.findall(r"12,\d+", said) == ["12,345", "12,500"]  # counted alike from every seed; of others the mean


def test_the_command_says_it_and_fails(folder, capsys):
    assert main(["lesson", "check", str(folder), "--language", "ko"]) == 0
    assert "잘못된 곳이 없습니다" in capsys.readouterr().out
    with_text(folder, "ko.md", "## 예측", "## 추측")
    assert main(["lesson", "check", str(folder), "--language", "ko"]) == 1
    assert capsys.readouterr().err.startswith("ko.md: ")


def test_a_lesson_of_one_language_is_enough(folder):
    (folder / "en.md").unlink()
    assert read_folder(folder).words("en").title.startswith("에포크")


def test_a_lesson_travels_as_a_file_and_if_it_is_short_as_a_link(folder):
    whole = read_folder(folder)
    again = read_file("mine.lesson.json", to_file(whole).encode())
    assert (again.lesson, again.prose) == (whole.lesson, whole.prose)
    (folder / "en.md").unlink()
    short = read_folder(folder)
    assert from_link(to_link(short)).experiments == short.experiments


def test_one_that_is_too_long_for_a_link_says_so():
    source = dict(lesson("09").source)
    source["ko.md"] = source["ko.md"] + "\n".join(f"{n * n * n:x} {n**5:x}" for n in range(4000))
    with pytest.raises(LessonError) as info:
        to_link(reader.Opened("long", lesson("09").lesson, {}, {}, {}, source))
    assert str(ALONE.link_characters)[:1] in say_refusal(info.value, "en")
    assert info.value.code == "lesson.link_too_long"


@pytest.mark.parametrize("text", ["", "L1", "L1!!!!", "L1" + "A" * ALONE.link_characters, "2abc", "L1é"])
def test_a_broken_link_is_refused(text):
    with pytest.raises(LessonError):
        from_link(text)


@pytest.mark.parametrize("content", [b"", b"[1]", b'{"x.py": ""}', b'{"lesson.toml": 3}', b"[" * 100_000])
def test_a_file_that_is_no_lesson_is_refused(content):
    with pytest.raises(LessonError):
        read_file("odd.json", content)


def test_words_that_an_old_editor_saved_are_to_be_saved_again(folder):
    """What is said is not that the headings in it are unknown."""
    (folder / "ko.md").write_bytes((folder / "ko.md").read_bytes().decode().encode("cp949"))
    [found] = refusals_in(folder)
    assert say_refusal(found, "en") == "ko.md: It is not saved as UTF-8. Save it again as UTF-8."


def test_a_file_longer_than_a_lesson_may_be_is_refused():
    content = json.dumps({"lesson.toml": "x = 1 #" + "x" * 2 * ALONE.lesson_characters}).encode()
    with pytest.raises(LessonError) as info:
        read_file("long.json", content)
    assert "60,000" in say_refusal(info.value, "en")


def test_a_person_s_own_table_is_no_lesson_s(folder):
    upload = {"kind": "upload", "name": "me.csv", "sha256": "0" * 64, "columns": ["a", "b"]}
    values = {
        "data": {"source": upload, "inputs": ["a"], "target": "b", "task": "regression"},
        "model": {"layers": []},
        "compile": {},
        "fit": {},
    }
    inline = "experiment = " + json.dumps(values).replace('": ', '" = ')
    with_text(folder, "lesson.toml", 'sample = "kr_rain_tomorrow"\nhidden = [32, 32]', inline)
    with pytest.raises(LessonRefusal) as info:
        read_folder(folder)
    assert "me.csv" in say_refusal(info.value, "en")


# --- what a teacher reads


def test_the_page_about_writing_a_lesson_names_every_field_knob_and_part():
    page = (LESSONS.parent / "docs" / "writing-a-lesson.md").read_text(encoding="utf-8")
    fields = [*Change.model_fields, *get_args(Step), *get_args(Knob.model_fields["name"].annotation)]
    parts = [f"## {english}` {korean}" for english, korean in HEADINGS.values()]
    assert [name for name in (*fields, *parts) if name not in page] == []


def test_the_lesson_on_the_page_about_writing_one_is_read(tmp_path):
    page = (LESSONS.parent / "docs" / "writing-a-lesson.md").read_text(encoding="utf-8")
    scenes, figures, rest = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)
    source = dict(lesson("09").source)
    settings = scenes.index("[[scenes.settings]]")
    figures, explain = figures.split("[[explain]]", 1)
    source["lesson.toml"] = f"{scenes[:settings]}{figures}{scenes[settings:]}[[explain]]{explain}{rest}"
    found = refusals_of("page", source)
    assert all(one.file != "lesson.toml" for one in found), [say_refusal(one, "en") for one in found]


# --- formulas


@pytest.mark.parametrize(
    "formula",
    [
        *("a.b.c", "a()", "a[0]", "'a'", "1 if a else 2", "lambda: 1", "a ** b", "True", "a in b", "[a]", "min()"),
        *("a and b", "-" * 50 + "1", "(" * 400 + "1" + ")" * 400, "", "1 +"),
        *("0x" + "f" * 280, "abs(1, 2)", "ceil(a, b)", "-(a < b)", "(a < b) - (b < a)", "max(a < b, 1)"),
    ],
)
def test_a_formula_is_arithmetic_and_nothing_else(formula):
    with pytest.raises(LessonError):
        names_in(formula)


def test_a_formula_is_worked_out_seed_by_seed():
    values = {"a.x": [1.0, 2.0, 3.0], "b.x": [3.0, 2.0, 1.0]}
    numbers = {name: np.array(one) for name, one in values.items()}
    assert worked_out("a.x < b.x", numbers).tolist() == [1, 0, 0]
    assert worked_out("2 * a.x - b.x", numbers).tolist() == [-1, 2, 5]
    assert worked_out("max(a.x, b.x)", numbers).tolist() == [3, 2, 3]
    assert worked_out("1 < a.x <= 2", numbers).tolist() == [0, 1, 0]
    assert worked_out("sd(a.x) < 0.9", numbers) == 1
    assert filled("{a.x:.1f} {sd of a.x:.2f} {low of a.x} {high of a.x:.0f}", numbers) == "2.0 0.82 1 3"


def test_a_unit_that_is_a_word_is_read_in_the_language():
    asked = lesson("09").lesson.prediction
    assert [asked.unit_in(language) for language in ("ko", "en")] == ["에포크", "epochs"]
    assert [lesson("04").lesson.prediction.unit_in(language) for language in ("ko", "en")] == ["°C", "°C"]


# --- a class that asks at once


@pytest.fixture
def nothing_read_yet():
    shelf._read.cache_clear()
    yield
    shelf._read.cache_clear()


def test_keys_and_titles_of_lessons_are_known_before_one_is_read(monkeypatch, nothing_read_yet):
    monkeypatch.setattr(shelf, "read_folder", lambda folder: pytest.fail(f"{folder.name} was read"))
    shelf.lesson_title.cache_clear()
    known = shelf.known_lessons({})
    assert list(known) == [folder.name for folder in shelf.lesson_folders()]
    assert "09-epochs" in known
    assert "09" not in known
    assert known.get("09") is None
    assert known.title("09-epochs", "en").startswith("09 · Epochs")


def test_a_lesson_of_ones_own_is_known_beside_those_that_come_along():
    own = lesson("09").named("mine")
    known = shelf.known_lessons({"own-1": own})
    assert (len(known), list(known)[-1]) == (len(shelf.lesson_folders()) + 1, "own-1")
    assert known["own-1"] is own
    assert known["09-epochs"] is lesson("09")
    assert known.title("own-1", "ko").startswith("mine · ")


def test_a_lesson_that_many_ask_for_at_once_is_read_once(monkeypatch, nothing_read_yet):
    read, everybody = [], Barrier(8)

    def counted(folder):
        read.append(folder.name)
        return read_folder(folder)

    monkeypatch.setattr(shelf, "read_folder", counted)
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: (everybody.wait(), shelf.lesson("09"))[1], range(8)))
    assert read == ["09-epochs"]
    assert all(one is found[0] for one in found)
