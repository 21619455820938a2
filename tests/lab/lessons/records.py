"""Records of learners, as Hypothesis draws them: small worlds, so that two of them often speak of the same."""

from hypothesis import strategies as st

from lab.lessons.record import (
    BEATS,
    DRAWN_POINTS,
    LEARNED,
    VERSION,
    Answer,
    Found,
    Given,
    LessonRecord,
    Missed,
    Named,
    Place,
    Record,
    Won,
)

KEYS = st.sampled_from(["05-compile", "09-epochs", "13-overfitting", "own-0123456789abcdef01234567"])
WHENS = st.integers(0, 5)
WORDS = st.sampled_from(["better", "same", "worse"])
NUMBERS = st.sampled_from([0.0, -1.5, 0.25, 1e6])
CURVES = NUMBERS.map(lambda number: (number,) * DRAWN_POINTS)
PREDICTIONS = st.one_of(WORDS, NUMBERS, CURVES)
FIGURES = st.dictionaries(st.sampled_from(["loss", "acc"]), st.one_of(st.none(), NUMBERS))
FOUND = st.builds(
    Found,
    when=WHENS,
    predicted=PREDICTIONS,
    worth=st.sampled_from(["right", "close", "far", "unknown"]),
    answer=st.one_of(st.none(), NUMBERS, st.lists(WORDS, max_size=2).map(tuple)),
    seeds=st.just((0, 1, 2)),
    figures=st.dictionaries(st.sampled_from(["slow", "fast"]), FIGURES),
    each=st.lists(st.one_of(st.none(), NUMBERS), max_size=3).map(tuple),
    said=st.lists(WORDS, max_size=2).map(tuple),
)
KNOBS = st.dictionaries(st.sampled_from(["epochs", "loss"]), st.one_of(st.integers(1, 9), NUMBERS, WORDS))
MISSED = st.builds(Missed, box=st.integers(0, LEARNED), day=st.integers(0, 30), turn=st.integers(0, 2))


def answers():
    made = st.lists(st.builds(Answer, when=WHENS, key=WORDS), max_size=4, unique=True)
    return made.map(lambda ones: tuple(sorted(ones, key=lambda one: (one.when, one.key))))


LESSONS = st.builds(
    LessonRecord,
    reached=st.sampled_from(BEATS),
    prediction=st.one_of(st.none(), st.builds(Given, when=WHENS, value=PREDICTIONS)),
    answers=answers(),
    missed=st.dictionaries(st.sampled_from(["check", "again"]), MISSED),
    solved=st.booleans(),
    found=st.one_of(st.none(), FOUND),
    won=st.one_of(st.none(), st.builds(Won, when=WHENS, knobs=KNOBS, figures=FIGURES)),
)
RECORDS = st.builds(
    Record,
    schema_version=st.just(VERSION),
    name=st.one_of(st.none(), st.builds(Named, when=WHENS, text=st.text(max_size=5))),
    place=st.one_of(
        st.none(),
        st.builds(Place, when=WHENS, lesson=st.one_of(st.none(), KEYS), beat=st.sampled_from(BEATS)),
    ),
    lessons=st.dictionaries(KEYS, LESSONS, max_size=4),
)
