"""The words of a lesson on a page. A lesson may be a stranger's: nothing in it is markup but `code`."""

import re
from collections.abc import Mapping
from itertools import cycle
from typing import Any

from lab.lessons.filling import filled
from lab.lessons.reader import Opened
from lab.lessons.schema import Sentence
from lab.texts import Language
from lab.texts.letters import JOINER, visible
from pages.ui.text import plain, tell_error

HELD = re.compile(r"(?<=[%)])(?=[가-힣])")  # a browser would break the line there
CODE = re.compile(r"`([^`\n]{1,200})`")
LONGEST = 3000  # letters of one paragraph


def safe(text: str) -> str:
    """A paragraph for Markdown: code stays code, everything else is letters."""
    return "".join(
        f"`{visible(piece)}`" if is_code else _letters(piece)
        for is_code, piece in zip(cycle((False, True)), CODE.split(text), strict=False)
    )


def _letters(text: str) -> str:
    """Blanks at its ends part it from the code beside it."""
    inner = text.strip()
    before, _, after = text.partition(inner) if inner else ("", "", text)
    held = HELD.sub(JOINER, plain(inner, LONGEST)).replace(" °C", "\N{NO-BREAK SPACE}°C")
    return f"{before}{held}{after}"


def sentence_told(opened: Opened, sentence: Sentence, values: Mapping[str, Any], language: Language) -> str:
    """A sentence of "explain" with its numbers, and behind it what refuses, where it is about that."""
    text = safe_filled(opened.words(language)["explain"].items[sentence.key], values)
    refusal = opened.refusals.get(sentence.key)
    return text if refusal is None else f"{text}\n\n> {tell_error(refusal, language)}"


def safe_filled(text: str, values: Mapping[str, Any]) -> str:
    """The same with the numbers of the runs in its blanks."""
    return safe(filled(text, values))
