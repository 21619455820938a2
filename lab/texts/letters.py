"""A person's own letters on one line: signs without a shape get one, and none turns round what stands beside it."""

import re
import unicodedata
from collections.abc import Sequence

CONTROL = re.compile(r"[\x00-\x1f\x7f]")
# marks, embeddings, overrides and isolates of Unicode's bidirectional algorithm (UAX 9)
DIRECTION = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
FIRST_STRONG, END = "\u2068", "\u2069"
JOINER = "\u2060"  # a sign without a shape at which no line is broken
# where Markdown as GitHub's (and Streamlit's) would make a link of what stands there, escaped or not
ADDRESS = re.compile(r"(?<=www)(?=\.)|(?=://)|(?=@)", re.IGNORECASE)
RIGHT_TO_LEFT = frozenset(("R", "AL", "AN"))


def visible(text: str) -> str:
    """On one line, control characters as their pictures (␀), without signs that change the direction of writing."""
    line = " ".join(DIRECTION.sub("", text).split())
    return CONTROL.sub(lambda found: chr(0x2400 + ord(found[0])) if found[0] != "\x7f" else "\u2421", line)


def unlinked(text: str) -> str:
    """Letter by letter the same, but nobody who shows it makes a link of www.…, https://… or a@b.c."""
    return ADDRESS.sub(JOINER, text)


def shortened(text: str, longest: int) -> str:
    """So many letters at most, the last of them an ellipsis where there were more."""
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def listed(names: Sequence[str], most: int) -> str:
    """ "a, b, c, …": the first of some names."""
    return ", ".join((*names[:most], *(["…"] if len(names) > most else [])))


def megabytes(size: int) -> float:
    """Of so many bytes, as file managers count them."""
    return size / 1e6


def isolated(text: str) -> str:
    """Letters that run from right to left run so among themselves alone."""
    runs_left = any(unicodedata.bidirectional(letter) in RIGHT_TO_LEFT for letter in text)
    return f"{FIRST_STRONG}{text}{END}" if runs_left else text
