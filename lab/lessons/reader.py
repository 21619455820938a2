"""A lesson from a folder, from one file, or from a link that carries it; everything in it is a stranger's."""

import json
import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, Final, TypeVar

from lab.data.prepare import prepare_cached
from lab.data.samples import load_sample
from lab.errors import LabError
from lab.export.link import packed, unpacked
from lab.lessons.arithmetic import compares, names_in, spreads
from lab.lessons.change import base_of, changed, experiments_of, refusal_of
from lab.lessons.figures import measured_by, names_of
from lab.lessons.filling import formulas_in
from lab.lessons.prose import Prose, heading, parse_prose
from lab.lessons.questions import question
from lab.lessons.refusal import LessonError, LessonRefusal
from lab.lessons.schema import KNOWN_OF_RUNS, MINE, Again, Change, Knob, Lesson, Pointer, Refused, Scene, Sentence
from lab.model.problems import model_problems
from lab.runs.orders.study import values_of
from lab.spec.data import DataSpec
from lab.spec.experiment import Experiment, check_limits
from lab.spec.limits import ALONE, current_limits
from lab.spec.value import checked, first_twice, short
from lab.studies.scores import ALL, SCORES
from lab.texts import LANGUAGES, Language
from netcore.errors import NetcoreError

DATA: Final = "lesson.toml"
FILES: Final = (DATA, *(f"{language}.md" for language in LANGUAGES))
FORM: Final = "L1"
MOST_VALUES: Final = 10_000_000  # of all rows as its settings learn from them; ours have at most a sixth
MOST_BYTES: Final = 4 * len(FILES) * ALONE.lesson_characters  # of all files; a letter has at most four
T = TypeVar("T")


@dataclass(frozen=True)
class Opened:
    """A lesson that may be run.

    Args:
        name: of its folder or file.
        prose: in one language or in both.
        experiments: of each setting, by its key.
        refusals: what is told of an experiment that cannot be made, by the key of its sentence.
        source: its files as they were, by name.
    """

    name: str
    lesson: Lesson
    prose: Mapping[Language, Prose]
    experiments: Mapping[str, Experiment]
    refusals: Mapping[str, LabError | NetcoreError]
    source: Mapping[str, str]

    def words(self, language: Language) -> Prose:
        """In this language, or in the one there is."""
        return self.prose.get(language) or next(iter(self.prose.values()))

    def named(self, name: str) -> "Opened":
        """The same under another name."""
        return replace(self, name=name)

    def base(self, scene: str) -> Experiment:
        return base_of(self.lesson.scene(scene))

    def mine(self, values: Mapping[str, Any]) -> Experiment:
        """The experiment of "what if" with these knobs. Raises ExperimentError, NetcoreValueError."""
        return changed(self.base(self.lesson.further.scene), checked(Change, json.dumps(values)))


# --- where from


def read_folder(folder: Path) -> Opened:
    """Raises LessonRefusal or LessonError: the first thing that is wrong."""
    return opened(folder.name, _files_in(folder))


def read_data(folder: Path) -> Lesson:
    """What a lesson says of itself; nothing is made of its experiments. Raises LessonRefusal or LessonError."""
    return _parsed(_files_in(folder).get(DATA))


def read_file(name: str, content: bytes) -> Opened:
    """What `to_file` wrote. Raises LessonRefusal or LessonError."""
    if len(content) > MOST_BYTES:
        raise LessonError("lesson.too_long", size=len(content), high=len(FILES) * ALONE.lesson_characters)
    try:
        source = json.loads(content)
        json.dumps(source, ensure_ascii=False).encode()  # raises for half of a surrogate pair
    except (ValueError, RecursionError):
        raise LessonError("lesson.no_lesson_file") from None
    if not isinstance(source, dict) or not all(
        name in FILES and isinstance(text, str) for name, text in source.items()
    ):
        raise LessonError("lesson.no_lesson_file")
    return opened(re.sub(r"\.json$", "", name)[:100], source)


def to_file(lesson: Opened) -> str:
    """All its files in one."""
    return json.dumps(dict(lesson.source), ensure_ascii=False)


def from_link(text: str) -> Opened:
    """What `to_link` wrote. Raises LessonRefusal or LessonError."""
    if len(text) > ALONE.link_characters or not text.startswith(FORM):
        raise LessonError("lesson.bad_link")
    try:
        content = unpacked(text[len(FORM) :], MOST_BYTES)
    except ValueError:
        raise LessonError("lesson.bad_link") from None
    return read_file("", content)


def to_link(lesson: Opened) -> str:
    """Text for the query of an address. Raises LessonError "lesson.link_too_long": then the file is the way."""
    text = FORM + packed(to_file(lesson))
    if len(text) > ALONE.link_characters:
        raise LessonError("lesson.link_too_long", size=len(text), high=ALONE.link_characters)
    return text


def _files_in(folder: Path) -> dict[str, str]:
    """Raises LessonRefusal or LessonError."""
    if not folder.is_dir():
        raise LessonError("lesson.no_folder", folder=str(folder))
    try:
        contents = {name: (folder / name).read_bytes() for name in FILES if (folder / name).is_file()}
    except OSError:
        raise LessonError("lesson.no_folder", folder=str(folder)) from None
    return {name: _decoded(name, content) for name, content in contents.items()}


def _decoded(name: str, content: bytes) -> str:
    if len(content) > 4 * ALONE.lesson_characters:
        raise LessonRefusal(name, LessonError("lesson.too_long", size=len(content), high=ALONE.lesson_characters))
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise LessonRefusal(name, LessonError("lesson.not_utf8")) from None


# --- is it right?


def opened(name: str, source: Mapping[str, str]) -> Opened:
    """Raises LessonRefusal: the first thing that is wrong."""
    return _Reading(name, source).opened()


def refusals_of(name: str, source: Mapping[str, str]) -> list[LessonRefusal]:
    """Everything that is wrong, as far as it can be told before the first is mended."""
    return _Reading(name, source).refusals


def refusals_in(folder: Path) -> list[LessonError]:
    """The same of a folder."""
    try:
        return list(refusals_of(folder.name, _files_in(folder)))
    except LessonError as error:
        return [error]


class _Reading:
    """Reads a lesson and keeps what speaks against it."""

    def __init__(self, name: str, source: Mapping[str, str]) -> None:
        self.name, self.source = name, dict(source)
        self.refusals: list[LessonRefusal] = []
        self.prose: dict[Language, Prose] = {}
        self.experiments: dict[str, Experiment] = {}
        self.refused: dict[str, LabError | NetcoreError] = {}
        self._prepared: set[DataSpec] = set()
        self._values = 0  # of all that was prepared
        self.lesson = self._try(DATA, partial(_parsed, self.source.get(DATA)))
        for language in LANGUAGES:
            text = self.source.get(f"{language}.md")
            if text is not None:
                prose = self._try(f"{language}.md", partial(parse_prose, text, language))
                if prose is not None:
                    self.prose[language] = prose
        if not any(f"{language}.md" in self.source for language in LANGUAGES):
            self._note("ko.md", LessonError("lesson.no_words"))
        if self.lesson is not None:
            self._check(self.lesson)

    def opened(self) -> Opened:
        """Raises LessonRefusal: the first thing that is wrong."""
        if self.lesson is None or self.refusals:
            raise self.refusals[0]
        return Opened(self.name, self.lesson, self.prose, self.experiments, self.refused, self.source)

    def _note(self, file: str, cause: LabError | NetcoreError, place: str = "") -> None:
        self.refusals.append(cause if isinstance(cause, LessonRefusal) else LessonRefusal(file, cause, place))

    def _try(self, file: str, work: Callable[[], T], place: str = "") -> T | None:
        try:
            return work()
        except (LabError, NetcoreError) as cause:
            self._note(file, cause, place)
            return None

    def _check(self, lesson: Lesson) -> None:
        bases: dict[str, Experiment] = {}
        for cause in _slips(lesson):
            self._note(DATA, cause)
        for scene in lesson.scenes:
            found = self._try(DATA, partial(experiments_of, scene))
            for key, experiment in (found or {}).items():
                self._try(DATA, partial(self._check_run, experiment, lesson.seeds[0]), key)
            for cause in _unmeasured(scene, found.values()) if found else ():
                self._note(DATA, cause)
            if found:
                bases[scene.key] = base_of(scene)
            self.experiments |= found or {}
        for sentence in lesson.explain:
            if sentence.refused is not None:
                self._refuse(sentence.key, sentence.refused)
        if lesson.further.scene in bases:
            for knob in lesson.further.knobs:
                self._try(DATA, partial(_check_knob, bases[lesson.further.scene], knob), "further.knobs")
        if not any(_slips_of_again(lesson.check.again)):
            self._try(DATA, partial(question, lesson.check.again, 0))
        known = _known_names(lesson)
        for language, prose in self.prose.items():
            for place, cause in _slips_of_words(lesson, prose, known):
                self._note(f"{language}.md", cause, place)

    def _check_run(self, experiment: Experiment, seed: int) -> None:
        """Raises what keeps it from being trained, as the page of a network would say it."""
        if self._values > MOST_VALUES:  # told of the setting with which there were too many
            return
        check_limits(experiment, current_limits())
        table = load_sample(experiment.data.source.name, experiment.data.reading)
        dataset = prepare_cached(table, experiment.data, seed)
        self._values += 0 if experiment.data in self._prepared else values_of(dataset)
        self._prepared.add(experiment.data)
        if self._values > MOST_VALUES:
            raise LessonError("lesson.too_many_values", high=MOST_VALUES)
        problem = next((one for one in model_problems(experiment, dataset) if one.blocks), None)
        if problem is not None:
            raise LessonError(problem.code, **problem.values)

    def _refuse(self, key: str, asked: Refused) -> None:
        refusal = refusal_of(asked)
        if refusal is None:
            self._note(DATA, LessonError("lesson.not_refused", item=key))
        elif isinstance(refusal, LessonError):  # no experiment is named at all
            self._note(DATA, refusal)
        else:
            self.refused[key] = refusal


def _check_knob(base: Experiment, knob: Knob) -> None:
    """Raises what a learner would be told who turns it to the first value that cannot be."""
    for value in knob.values:
        check_limits(changed(base, checked(Change, json.dumps({knob.name: value}))), current_limits())


def _parsed(text: str | None) -> Lesson:
    if text is None:
        raise LessonError("lesson.no_data")
    if len(text) > ALONE.lesson_characters:
        raise LessonError("lesson.too_long", size=len(text), high=ALONE.lesson_characters)
    try:
        values = tomllib.loads(text)
        return checked(Lesson, json.dumps(values))
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"line (\d+)", str(error))
        raise LessonError("lesson.not_toml", line=int(place[1]) if place else text.count("\n") + 1) from None
    except (TypeError, RecursionError):  # a date, which no field of a lesson is; tables one in another without end
        raise LessonError("lesson.not_toml", line=1) from None


def _unmeasured(scene: Scene, experiments: Iterable[Experiment]) -> Iterator[LessonError]:
    """Figures that no setting of the scene has."""
    known = dict.fromkeys(name for one in experiments for name in measured_by(one)) | dict.fromkeys(SCORES)
    for figure in scene.figures.values():
        if figure.part != "run" and figure.of not in known:
            yield LessonError("lesson.unmeasured", name=short(figure.of), known=", ".join(known))


def _known_names(lesson: Lesson, *, long: bool = True) -> set[str]:
    """Every "setting.figure" that a formula may ask for; without the long scenes, which a page does not run."""
    settings = lesson.settings.items()
    return {f"{key}.{name}" for key, (scene, _) in settings for name in names_of(scene) if long or not scene.long}


def _slips(lesson: Lesson) -> Iterator[LessonError]:
    """What no field can tell by itself."""
    keys = [scene.key for scene in lesson.scenes] + [s.key for scene in lesson.scenes for s in scene.settings]
    twice = first_twice(keys)
    if twice is not None:
        yield LessonError("lesson.key_twice", item=twice)
    if MINE in keys:
        yield LessonError("lesson.key_taken", item=MINE)
    for scene in lesson.scenes:
        yield from _slips_of_scene(scene)
    known = _known_names(lesson)
    yield from _slips_of_prediction(lesson, _known_names(lesson, long=False))
    if all(scene.long for scene in lesson.scenes):
        yield LessonError("lesson.all_long")
    for sentence in lesson.explain:
        yield from _slips_of_sentence(sentence, known)
        if sentence.look is not None:
            yield from _slips_of_pointer(sentence.look, lesson)
    if lesson.check.right not in lesson.check.answers:
        yield LessonError("lesson.no_right_answer", item=lesson.check.right)
    yield from _slips_of_again(lesson.check.again)
    yield from _slips_of_further(lesson)


def _slips_of_sentence(sentence: Sentence, known: set[str]) -> Iterator[LessonError]:
    if (sentence.when is None) == (sentence.refused is None):
        yield LessonError("lesson.when_or_refused", item=sentence.key)
    if sentence.when is not None:
        yield from _formula_slips(sentence.when, known, compared=True, of_seeds=sentence.seeds != "mean")


def _slips_of_pointer(look: Pointer, lesson: Lesson) -> Iterator[LessonError]:
    """Of a place to look at: it has to be there, and a distance is one between curves of a kind."""
    for key in (look.setting, look.beside):
        if key is not None and key not in lesson.settings:
            yield LessonError("lesson.unknown_setting", item=key, known=", ".join(lesson.settings))
            return
    scene = lesson.settings[look.setting][0]
    if look.figure is not None and look.figure not in names_of(scene):
        yield LessonError("lesson.unknown_name", name=f"{look.setting}.{look.figure}")
    if look.beside is not None and lesson.settings[look.beside][0].curve != scene.curve:
        yield LessonError("lesson.other_curve", item=look.setting, other=look.beside)


def _slips_of_further(lesson: Lesson) -> Iterator[LessonError]:
    further = lesson.further
    if further.scene not in [scene.key for scene in lesson.scenes]:
        yield LessonError("lesson.unknown_name", name=further.scene)
        return
    knob = first_twice([knob.name for knob in further.knobs])
    if knob is not None:
        yield LessonError("lesson.knob_twice", item=knob)
    mine = {f"{MINE}.{name}" for name in names_of(lesson.scene(further.scene))}
    for formula in further.goal:
        yield from _formula_slips(formula, mine, compared=True)


def _slips_of_scene(scene: Scene) -> Iterator[LessonError]:
    for name, figure in scene.figures.items():
        if figure.of in SCORES and (figure.part, figure.at) != ("validation", "end"):
            yield LessonError("lesson.score_elsewhere", name=name, score=figure.of)
        if figure.judges != ALL and figure.of not in SCORES:
            yield LessonError("lesson.rows_of_a_score", name=name, known=", ".join(SCORES))
        if figure.part == "run" and figure.of not in KNOWN_OF_RUNS:
            yield LessonError("lesson.unknown_figure", name=short(figure.of), known=", ".join(KNOWN_OF_RUNS))
    for setting in scene.settings:
        for name in setting.measured:
            if name not in names_of(scene):
                yield LessonError("lesson.unknown_name", name=f"{setting.key}.{name}")


def _slips_of_prediction(lesson: Lesson, known: set[str]) -> Iterator[LessonError]:
    asked = lesson.prediction
    if sum((bool(asked.choices), asked.value is not None, asked.curve is not None)) != 1:
        yield LessonError("lesson.one_prediction")
    for choice in asked.choices:
        yield from _formula_slips(choice.right, known, compared=True)
    if asked.value is not None:
        yield from _formula_slips(asked.value, known, compared=False)
    if asked.low >= asked.high:
        yield LessonError("lesson.low_high", low=asked.low, high=asked.high)
    if asked.curve is not None and asked.setting not in {name.partition(".")[0] for name in known}:
        yield LessonError("lesson.unknown_name", name=str(asked.setting))


def _slips_of_again(again: Again) -> Iterator[LessonError]:
    numbers = set(again.numbers)
    for formula in (again.right, *again.wrong.values()):
        yield from _formula_slips(formula, numbers, compared=False, unknown=partial(_no_number, numbers))


def _no_name(name: str) -> LessonError:
    return LessonError("lesson.unknown_name", name=name)


def _no_number(numbers: set[str], name: str) -> LessonError:
    return LessonError("lesson.unknown_number", name=name, known=", ".join(sorted(numbers)))


def _formula_slips(
    formula: str,
    known: set[str],
    *,
    compared: bool,
    of_seeds: bool = False,
    unknown: Callable[[str], LessonError] = _no_name,
) -> Iterator[LessonError]:
    try:
        names = names_in(formula)
        if spreads(formula) and not of_seeds:
            yield LessonError("lesson.sd_of_a_mean", formula=formula)
        if compares(formula) != compared:
            yield LessonError("lesson.no_comparison" if compared else "lesson.no_number", formula=formula)
    except LessonError as error:
        yield error
        return
    for name in names:
        if name not in known:
            yield unknown(name)


def _slips_of_words(lesson: Lesson, prose: Prose, known: set[str]) -> Iterator[tuple[str, LessonError]]:
    """Keys without words, words without a key, blanks that nothing fills; each with the item that it stands in."""
    again, check = lesson.check.again, lesson.check
    wanted = {
        "explain": {sentence.key for sentence in lesson.explain},
        "check": set(check.answers),
        "again": {"right", *again.wrong},
        "predict": {choice.key for choice in lesson.prediction.choices},
    }
    for section, keys in wanted.items():
        items = prose[section].items
        for key in sorted(keys - set(items)):
            yield "", LessonError("lesson.no_item", section=heading(section, prose.language), item=key)
        for key in sorted(set(items) - keys):
            yield "", LessonError("lesson.odd_item", section=heading(section, prose.language), item=key)
    for key in lesson.settings:
        if key not in prose["names"].items:
            yield "", LessonError("lesson.no_item", section=heading("names", prose.language), item=key)
    for key in check.answers:
        if key in prose["check"].items and not prose["check"].answer(key)[1]:
            yield "", LessonError("lesson.no_reason", item=key)
    shown = _known_names(lesson, long=False)
    whens = {sentence.key: sentence.when or "0" for sentence in lesson.explain}
    for key, text in prose["explain"].items.items():
        if key in whens:
            # what only a long scene tells is said where the comparison asks for it as well
            names = known if _names_beyond(whens[key], shown) else shown
            yield from ((f"- {key}", cause) for cause in _blank_slips(text, names, _no_name))
    numbers = set(again.numbers)
    asked = {heading("again", prose.language): prose["again"].text}
    asked |= {f"- {key}": text for key, text in prose["again"].items.items() if key in wanted["again"]}
    for place, text in asked.items():
        yield from ((place, cause) for cause in _blank_slips(text, numbers, partial(_no_number, numbers)))


def _names_beyond(formula: str, shown: set[str]) -> bool:
    try:
        return not shown.issuperset(names_in(formula))
    except LessonError:  # told where it stands
        return False


def _blank_slips(text: str, known: set[str], unknown: Callable[[str], LessonError]) -> Iterator[LessonError]:
    try:
        found = [name for formula in formulas_in(text) for name in names_in(formula)]
    except LessonError as error:
        yield error
        return
    for name in dict.fromkeys(found):
        if name not in known:
            yield unknown(name)
