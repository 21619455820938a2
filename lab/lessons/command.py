"""What the command line does with lessons: `python -m lab lesson list`, `run`, `check`, `pack`."""

import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np

from lab.lessons.figures import Array, SettingRuns, values_of
from lab.lessons.filling import filled
from lab.lessons.judging import held_of, said_of
from lab.lessons.reader import Opened, read_folder, refusals_in, to_file, to_link
from lab.lessons.refusal import LessonError, say_refusal
from lab.lessons.running import cells_of, trained
from lab.lessons.shelf import lesson, lessons
from lab.studies.words import number
from lab.texts import Language, say, say_error


def show_list(_of: str, language: Language) -> int:
    for one in lessons():
        print(f"{one.name:<24} {one.words(language).title}")
    return 0


def check(folder: str, language: Language) -> int:
    """Everything that is wrong, one sentence a line; status 1 if there is anything."""
    found = refusals_in(Path(folder))
    for refusal in found:
        print(say_refusal(refusal, language), file=sys.stderr)
    if found:
        return 1
    one = read_folder(Path(folder))
    scenes, settings, seeds = len(one.lesson.scenes), len(one.lesson.settings), len(one.lesson.seeds)
    print(
        say(
            "lesson.fine",
            language,
            name=one.name,
            scenes=scenes,
            settings=settings,
            seeds=seeds,
            runs=settings * seeds,
        )
    )
    return 0


def run(name: str, language: Language) -> int:
    """Train all settings of a lesson and print its figures, what may be said, and what may not. Raises LessonError."""
    one = _named(name)
    words = one.words(language)
    found: dict[str, SettingRuns] = {}
    cells = cells_of(one, one.lesson.scenes, one.lesson.seeds)
    for place, cell in enumerate(cells, start=1):
        told = {"number": place, "settings": len(cells), "name": words.name(cell.key), "seeds": len(cell.runs)}
        print(say("lesson.training", language, **told), file=sys.stderr, flush=True)
        found |= trained(one, [cell])
    print(words.title)
    for key, setting in found.items():
        figures = (f"{words.name(name)} {_read(values)}" for name, values in setting.figures.items())
        print(f"  {words.name(key)}: {', '.join(figures)}")
    values = values_of(found)
    said = said_of(one.lesson, values)
    for sentence in said:
        print(filled(words["explain"].items[sentence.key], values))
        if sentence.key in one.refusals:
            print(f"  {say_error(one.refusals[sentence.key], language)}")
    for sentence in one.lesson.explain:
        if sentence not in said:
            held, seeds = held_of(sentence, values)
            told = {"item": sentence.key, "when": sentence.when, "asked": sentence.seeds, "held": held, "seeds": seeds}
            print(say("lesson.unsaid", language, **told))
    return 0


def _read(figure: Array) -> str:
    """The mean over the seeds; what is counted and the same from every seed, to the last digit."""
    counted = len(figure) > 0 and np.ptp(figure) == 0 and float(figure[0]).is_integer()
    return f"{figure[0]:,.0f}" if counted else number(float(figure.mean()))


def pack(folder: str, language: Language) -> int:
    """The folder as one file beside it, and a link if it fits into one. Raises LessonError."""
    one = read_folder(Path(folder))
    file = Path(folder).resolve().with_name(f"{one.name}.lesson.json")
    file.write_text(to_file(one), encoding="utf-8")
    print(say("lesson.packed", language, file=str(file)))
    try:
        print(say("lesson.link", language, link=to_link(one)))
    except LessonError as too_long:
        print(say_refusal(too_long, language))
    return 0


def _named(name: str) -> Opened:
    """One that comes along, or the folder of another."""
    if Path(name).is_dir():
        return read_folder(Path(name))
    try:
        return lesson(name)
    except KeyError:
        raise LessonError("lesson.unknown", name=name) from None


WHAT: dict[str, Callable[[str, Language], int]] = {"list": show_list, "run": run, "check": check, "pack": pack}
