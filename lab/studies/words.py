"""Sentences that are computed before anybody knows in which language they will be said."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from lab.texts import Language, say

Safe = Callable[[str], str]


@dataclass(frozen=True)
class Words:
    """A text of the catalogue with what fills its blanks: numbers, texts, further Words, or several of them."""

    key: str
    values: Mapping[str, Any] = field(default_factory=dict)

    def say(self, language: Language, safe: Safe = str) -> str:
        return say(self.key, language, **{name: told(value, language, safe) for name, value in self.values.items()})


def told(value: Any, language: Language, safe: Safe = str) -> str:
    """Whatever fills a blank, as it is read.

    Args:
        safe: makes a plain text harmless where it will be shown, since it may be a person's own.
    """
    if isinstance(value, Words):
        return value.say(language, safe)
    if isinstance(value, float):
        return number(value)
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, list | tuple):
        return ", ".join(told(one, language, safe) for one in value)
    return safe(str(value))


def number(value: float) -> str:
    """Three digits that count: 0.0453, 1.79, 35,000."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "∞" if value > 0 else "-∞"
    if abs(value) >= 1000:
        return f"{float(f'{value:.3g}'):,.0f}"
    return f"{value:.3g}" if abs(value) >= 0.0001 or value == 0 else f"{value:.1e}"
