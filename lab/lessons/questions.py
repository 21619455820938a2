"""The second question of a lesson, made anew with other numbers each time."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice, product
from random import Random
from typing import Final

from lab.lessons.arithmetic import worked_out
from lab.lessons.refusal import LessonError
from lab.lessons.schema import Again
from lab.studies.words import number

RIGHT: Final = "right"
MOST_DRAWN: Final = 2000  # combinations of numbers that are looked through


@dataclass(frozen=True)
class Question:
    """One question: the numbers in its text, and its answers by key in the order in which they stand.

    Args:
        answers: "right" or the key of a wrong one -> as it is written.
    """

    numbers: Mapping[str, float]
    answers: Mapping[str, str]


def question(again: Again, turn: int) -> Question:
    """The question of that turn (0 the first): the same for the same turn, another for the next.

    Raises LessonError "lesson.no_numbers": no choice of numbers gives answers that differ.
    """
    chance = Random(turn)  # noqa: S311  # a question, no secret
    drawn = list(islice(product(*again.numbers.values()), MOST_DRAWN))  # of millions that there may be
    chance.shuffle(drawn)
    for values in drawn:
        numbers = dict(zip(again.numbers, values, strict=True))
        answers = {key: _written(formula, numbers) for key, formula in ((RIGHT, again.right), *again.wrong.items())}
        if None not in answers.values() and len(set(answers.values())) == len(answers):
            order = list(answers)
            chance.shuffle(order)
            return Question(numbers, {key: answers[key] or "" for key in order})
    raise LessonError("lesson.no_numbers")


def _written(formula: str, numbers: Mapping[str, float]) -> str | None:
    value = float(worked_out(formula, numbers))
    if not math.isfinite(value):
        return None
    return f"{value:,.0f}" if value == round(value) else number(value)
