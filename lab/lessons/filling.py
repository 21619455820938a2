"""Sentences with numbers of the run in them: `{large.loss:.2f}`.

A blank is a formula; behind ":" stands how it is written: ".2f", ".0%", ",", or nothing for three digits that count.
Only these forms are known: what a lesson from elsewhere writes is never handed to `str.format`.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

import numpy as np

from lab.lessons.arithmetic import names_in, worked_out
from lab.lessons.refusal import LessonError
from lab.studies.words import number

BLANK: Final = re.compile(r"\{([^{}:]{1,200})(?::([^{}]{0,8}))?\}")
FORM: Final = re.compile(r"\.[0-6][f%]|,")
# of the seeds; without one of these their mean is meant
SPREADS: Final[dict[str, Callable[[Any], Any]]] = {"sd": np.std, "low": np.min, "high": np.max}


def formulas_in(text: str) -> tuple[str, ...]:
    """The formulas of all blanks. Raises LessonError "lesson.bad_blank": a brace that is none, a form nobody knows."""
    if "{" in BLANK.sub("", text) or "}" in BLANK.sub("", text):
        raise LessonError("lesson.bad_blank", text=text[:60])
    for formula, form in BLANK.findall(text):
        names_in(_parts(formula)[1])
        if form and not FORM.fullmatch(form):
            raise LessonError("lesson.bad_blank", text=f"{{{formula}:{form}}}")
    return tuple(_parts(formula)[1] for formula, _ in BLANK.findall(text))


def filled(text: str, values: Mapping[str, Any]) -> str:
    """The text with its numbers; over several seeds their mean, or "sd of …", "low of …", "high of …"."""

    def one(found: re.Match[str]) -> str:
        spread, formula = _parts(found[1])
        with np.errstate(all="ignore"):
            value = float(SPREADS.get(spread, np.mean)(worked_out(formula, values)))
        form = found[2]
        return format(value, form if form != "," else ",.0f") if form else number(value)

    return BLANK.sub(one, text)


def _parts(formula: str) -> tuple[str, str]:
    """ "sd of large.loss" -> ("sd", "large.loss")."""
    first, of, rest = formula.strip().partition(" of ")
    return (first, rest) if of and first in SPREADS else ("mean", formula)
