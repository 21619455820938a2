"""Files, links and code that somebody has changed, and everything that a page would do with what is taken in.

`python -m tests.security.strange_files 10000 [SEED] [KIND …]` tries so many of each kind; runs have `run_files`.
"""

import json
import random
import sys
import time
from collections.abc import Callable
from functools import cache
from typing import Any

from lab.data.given import given_table
from lab.data.prepare import prepare_cached
from lab.errors import LabError
from lab.export.keras_source import keras_source
from lab.export.link import from_link, packed, to_link
from lab.export.notebook import code_of
from lab.export.package import experiment_of
from lab.export.pasted.reader import read_keras
from lab.homework.files import Content, read, read_link, to_file
from lab.homework.files import to_link as homework_link
from lab.homework.judging import Judging, as_handed
from lab.homework.schema import HandIn, Task, TeachersCopy
from lab.homework.table import as_csv, details, goal_told, line_of
from lab.homework.work import Homework
from lab.lessons import carried, reader
from lab.lessons.moment import Moment
from lab.lessons.progress import Learner
from lab.lessons.refusal import say_refusal
from lab.lessons.shelf import lesson
from lab.model.layer_table import layer_rows
from lab.model.problem import say_problem
from lab.model.problems import model_problems
from lab.note.code import cells_of, understood
from lab.note.shelf import places as snippets
from lab.runs.serve.play import BODY, answered
from lab.runs.serve.tickets import Ticket
from lab.spec.experiment import Experiment, GraphSpec
from lab.spec.limits import CLASS
from lab.starts import start
from lab.texts import LANGUAGES, say_error
from netcore.errors import NetcoreError
from tests.lab.homework.classroom import copy, hand_in, table
from tests.lab.runs.play import playground
from tests.security.run_files import WRONG, places, put, without
from tests.security.test_progress import NOW, odd_record

LONGEST_S = 3.0  # of computing, for one
STARTS = ("iris", "penguins", "two_in_two_out", "tmax", "circle")  # small ones of every kind
PIECES = (
    "\n", "\n\n", "# ", "## ", "{", "}", "[", "]", "(", ")", '"', "'", "`", "=", "==", ",", ".", ":", "-", "0", "1e999",
    "9" * 400, "nan", "inf", "None", "true", "lambda: 0", "f'{x!r}'", "x" * 3_000, "\ud800", "\u202e", "\x00", "é",
    "손실", "[[a]]", "a = 1\n", "{slow.loss:.2f}", "{__class__}", "%s", "../../etc/passwd", "<b>", "](javascript:x)",
    "*" * 50, "(" * 500, "\t", "\r",
)  # fmt: skip
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_ %<\né"


# --- changing


def changed_values(values: Any, chance: random.Random) -> Any:
    """One to three places with another value, or none."""
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        found = list(places(values))
        if not found:
            break
        path = chance.choice(found)
        match chance.randrange(6):
            case 0:
                values = without(values, path)
            case 1:
                values = put(values, path, _at(values, chance.choice(list(places(values)))))
            case 2 if isinstance(_at(values, path), list):
                values = put(values, path, _at(values, path) * chance.choice((2, 20, 300)))
            case _:
                values = put(values, path, chance.choice(WRONG))
    return values


def _at(values: Any, path: tuple[Any, ...]) -> Any:
    for step in path:
        values = values[step]
    return values


def changed_text(text: str, chance: random.Random) -> str:
    """One to six pieces put in, cut out, moved, repeated, or taken from elsewhere in it."""
    for _ in range(chance.randint(1, 6)):
        place = chance.randrange(len(text) + 1)
        length = chance.choice((1, 1, 3, 10, 60))
        match chance.randrange(5):
            case 0:
                text = text[:place] + text[place + length :]
            case 1:
                text = text[:place] + text[place : place + length] * chance.choice((2, 3, 40)) + text[place + length :]
            case 2:
                other = chance.randrange(len(text) + 1)
                text = text[:place] + text[other : other + length] + text[place:]
            case 3:
                lines = text.split("\n")
                one, other = chance.randrange(len(lines)), chance.randrange(len(lines))
                lines[one], lines[other] = lines[other], lines[one]
                text = "\n".join(lines)
            case _:
                text = text[:place] + chance.choice(PIECES) + text[place + chance.choice((0, length)) :]
    return text


def changed_letters(link: str, chance: random.Random) -> str:
    """Some letters of a link, or what is packed in it."""
    form, letters = link[:2], list(link)
    if chance.random() < 0.3:
        return form + packed(
            changed_text('{"kind": 1, "a": [1, 2]}' * chance.randrange(1, 5), chance).encode(errors="replace").decode()
        )
    for _ in range(chance.randint(1, 3)):
        letters[chance.randrange(len(letters))] = chance.choice(LETTERS)
    return "".join(letters)[: chance.choice((len(link), len(link), chance.randrange(len(link))))]


# --- what pages do with it


def experiment_shown(experiment: Experiment) -> None:
    """Laid out as it is when a page opens with it."""
    experiment.to_json().encode()
    try:
        to_link(experiment)
        source = experiment.data.source
        if source.kind == "upload":
            return
        dataset = prepare_cached(given_table(source, experiment.data.reading), experiment.data, experiment.seed)
    except LabError as refusal:
        told(refusal)
        return
    for problem in model_problems(experiment, dataset, CLASS):
        assert all(say_problem(problem, language).encode() for language in LANGUAGES)
    layer_rows(experiment, dataset)
    shapes = dataset.input_shapes if isinstance(experiment.model, GraphSpec) else dataset.input_shape
    assert all(keras_source(experiment, shapes, language=language).encode() for language in LANGUAGES)


def told(refusal: LabError | NetcoreError) -> None:
    """It has a sentence in both languages, without half a character."""
    sentences = [say_refusal(refusal, language) for language in LANGUAGES]
    assert all(sentence.encode() and len(sentence) < 5_000 for sentence in sentences)


def homework_shown(content: Content) -> None:
    """A task is opened, hand-ins stand in the table beside an untouched one."""
    to_file(content)
    if isinstance(content, Task):
        homework_link(content)
        homework = Homework()
        homework.open(content)
        assert all(goal_told(content, language).encode() for language in LANGUAGES)
        experiment_shown(content.experiment)
        return
    judging = Judging(content if isinstance(content, TeachersCopy) else copy(), CLASS, table())
    judging.take([as_handed("whole", hand_in()), as_handed("changed", content)])
    assert judging.left >= 0
    assert judging.seconds_left >= 0
    rows, task = judging.rows(), judging.copy.task
    for language in LANGUAGES:
        as_csv(rows, task, language)
        assert all([line_of(row, task, language), details(row, task, language)] for row in rows)


def lesson_shown(opened: reader.Opened) -> None:
    """Its words in both languages, and what it is known by."""
    learner = Learner(clock=lambda: 0.0)
    learner.keep(opened)
    learner.progress(str(learner.current)).fit(opened.lesson)
    for language in LANGUAGES:
        assert opened.words(language).title.encode()
    for refusal in opened.refusals.values():
        told(refusal)


# --- the kinds: each says whether it was taken in

Kind = Callable[[random.Random], bool]


def refused(work: Callable[[], object]) -> bool:
    """A refusal has its sentences."""
    try:
        work()
    except (LabError, NetcoreError) as refusal:
        told(refusal)
        return True
    return False


@cache
def values_of(name: str) -> Any:
    return json.loads(start(name).to_json())


def an_experiment(chance: random.Random) -> bool:
    content = json.dumps(changed_values(values_of(chance.choice(STARTS)), chance)).encode()
    return not refused(lambda: experiment_shown(experiment_of(content)))


def a_link(chance: random.Random) -> bool:
    link = to_link(start(chance.choice(STARTS)))
    return not refused(lambda: experiment_shown(from_link(changed_letters(link, chance))))


@cache
def bodies() -> tuple[Any, ...]:
    """What playgrounds ask."""
    experiment = json.loads(playground(4, 2).to_json())
    edit = {"layer": "0", "array": "kernel", "index": [0, 0], "value": 1.0}
    asked = (
        {"do": "look", "experiment": experiment, "parameters": None},
        {"do": "start", "experiment": experiment, "edits": [edit], "epochs_per_s": 30.0, "paused": True},
        {"do": "start", "experiment": json.loads(start("iris").to_json()), "beside": "run"},
        *({"do": do, "run": "run"} for do in ("pause", "resume", "stop", "keep")),
        {"do": "step", "run": "run", "epochs": 1},
        {"do": "speed", "run": "run", "updates_per_s": 10.0},
        {"do": "set", "run": "run", "name": "l2", "value": 0.1, "layer": "0"},
        {"do": "weight", "run": "run", **edit},
        {"do": "data", "run": "run", "source": experiment["data"]["source"]},
    )
    for one in asked:
        BODY.validate_python(one, strict=False)
    return asked


def a_body(chance: random.Random) -> bool:
    body = changed_values(chance.choice(bodies()), chance)
    answer = answered(Ticket("somebody", chance.choice(LANGUAGES)), json.dumps(body).encode())
    assert answer.status_code in (200, 400, 404, 422)
    assert answer.status_code == 200 or set(json.loads(bytes(answer.body))) <= {"refusal", "code", "field"}
    return answer.status_code == 200


@cache
def program(name: str) -> str:
    experiment = start(name)
    dataset = prepare_cached(given_table(experiment.data.source, experiment.data.reading), experiment.data, 0)
    return keras_source(experiment, dataset.input_shapes if len(dataset.input_shapes) > 1 else dataset.input_shape)


def a_program(chance: random.Random) -> bool:
    text = changed_text(program(chance.choice(STARTS)), chance)
    if chance.random() < 0.3:
        cells = [{"cell_type": "code", "source": text.splitlines(keepends=True)}]
        text = code_of(changed_text(json.dumps({"cells": cells}), chance).encode(errors="replace"))
    proposal = read_keras(text, start("iris"))
    assert all(say_error(one, language).encode() for one in proposal.findings for language in LANGUAGES)
    experiment_shown(proposal.experiment)
    return proposal.understood


def a_snippet(chance: random.Random) -> bool:
    place = chance.choice(snippets())
    found = understood(place, changed_text(place.code, chance))
    assert all(say_error(one, language).encode() for one in found.findings for language in LANGUAGES)
    experiment_shown(found.experiment)
    refused(lambda: cells_of(place, found))
    return found.builds


def a_lesson(chance: random.Random) -> bool:
    source = dict(lesson(chance.choice(("05", "09"))).source)
    name = chance.choice(list(source))
    source[name] = changed_text(source[name], chance)
    content = json.dumps(source)
    if chance.random() < 0.1:
        content = changed_text(content, chance)
    return not refused(lambda: lesson_shown(reader.read_file("mine.json", content.encode(errors="replace"))))


def a_lesson_link(chance: random.Random) -> bool:
    link = reader.to_link(lesson("09"))
    return not refused(lambda: lesson_shown(reader.from_link(changed_letters(link, chance))))


def a_record(chance: random.Random) -> bool:
    values = json.loads(carried.to_text(odd_record(chance.choice((1.0, "slow")))))

    def received() -> None:
        record = carried.from_text(json.dumps(changed_values(values, chance)), NOW)
        learner = Learner(clock=lambda: 0.0)
        learner.receive(record, NOW)
        learner.receive(odd_record(2.0), NOW)
        carried.to_text(learner.record(Moment(NOW.when + 1, NOW.day))).encode()

    return not refused(received)


def a_record_link(chance: random.Random) -> bool:
    link, _ = carried.to_link(odd_record(1.0))
    return not refused(lambda: carried.from_link(changed_letters(link, chance), NOW))


def homework_of(content: Content, chance: random.Random) -> bool:
    values = json.loads(to_file(content))
    return not refused(lambda: homework_shown(read(json.dumps(changed_values(values, chance)).encode())))


def a_homework_link(chance: random.Random) -> bool:
    content: Task | HandIn = chance.choice((copy().task, hand_in()))
    return not refused(lambda: homework_shown(read_link(changed_letters(homework_link(content), chance))))


KINDS: dict[str, Kind] = {
    "experiment": an_experiment,
    "link": a_link,
    "play": a_body,
    "code": a_program,
    "note": a_snippet,
    "lesson": a_lesson,
    "lesson-link": a_lesson_link,
    "progress": a_record,
    "progress-link": a_record_link,
    "task": lambda chance: homework_of(copy().task, chance),
    "teachers-copy": lambda chance: homework_of(copy(), chance),
    "hand-in": lambda chance: homework_of(hand_in(), chance),
    "homework-link": a_homework_link,
}


def tried(kind: str, number: int) -> tuple[bool, float]:
    """Whether it was taken in, and the seconds of computing that it took."""
    began = time.thread_time()
    taken = KINDS[kind](random.Random(f"{kind} {number}"))
    return taken, time.thread_time() - began


def main() -> None:
    numbers = [int(one) for one in sys.argv[1:] if one.isdigit()]
    count, seed = numbers[0], numbers[1] if len(numbers) > 1 else 0
    kinds, broken = [one for one in sys.argv[1:] if one in KINDS] or list(KINDS), 0
    for kind in kinds:
        taken, longest = 0, (0.0, seed)
        for number in range(seed, seed + count):
            try:
                kept, took = tried(kind, number)
            except Exception as error:  # noqa: BLE001  # whatever it is: it is what is looked for
                broken += 1
                print(f"{kind} {number}: {type(error).__name__}: {str(error)[:300]}", flush=True)
                continue
            broken += took > LONGEST_S
            taken, longest = taken + kept, max(longest, (took, number))
        print(f"{kind}: {count}, {taken} taken in, the longest {longest[0]:.2f} s (number {longest[1]})", flush=True)
    print(f"{broken} broke")
    raise SystemExit(broken > 0)


if __name__ == "__main__":
    main()
