"""The words of a section: `ko.md` or `en.md`.

`# title`, then paragraphs. Below it `## slip` (what the note says otherwise), `## keras` (what Keras 3 makes of it)
and, for each snippet, `## key: its title`, a paragraph on what X and Y stand for and, for each setting beside it, an
item `- key: its name`. Paragraphs are Markdown of our own; nothing in them is a stranger's.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

ASIDES: Final = ("slip", "keras")
ITEM: Final = re.compile(r"- ([a-z][a-z0-9_]{0,30}): (.+)")
HEADING: Final = re.compile(r"## ([a-z][a-z0-9_]{0,30})(?:: (.+))?")


@dataclass(frozen=True)
class SnippetWords:
    """Title of a snippet, what X and Y stand for, and the names of the settings beside it."""

    title: str
    about: str
    names: Mapping[str, str]


@dataclass(frozen=True)
class SectionWords:
    """All words of a section in one language; an aside that there is not is ""."""

    title: str
    text: str
    slip: str
    keras: str
    snippets: Mapping[str, SnippetWords]


def parse_words(text: str) -> SectionWords:
    """Raises ValueError where a file is not written so: it is one of ours, and a test reads them all."""
    blocks = list(_blocks(text))
    title, body = blocks[0]
    asides = dict.fromkeys(ASIDES, "")
    snippets: dict[str, SnippetWords] = {}
    for heading, lines in blocks[1:]:
        found = HEADING.fullmatch(heading)
        if found is None:
            raise ValueError(f"no heading of a section: {heading!r}")
        key, named = found.groups()
        if key in ASIDES:
            asides[key] = _paragraphs(lines)
        else:
            snippets[key] = _snippet(named or key, lines)
    return SectionWords(title.removeprefix("# "), _paragraphs(body), asides["slip"], asides["keras"], snippets)


def _blocks(text: str) -> Iterator[tuple[str, list[str]]]:
    """Each heading with the lines below it."""
    heading, lines = "", list[str]()
    for line in text.splitlines():
        if line.startswith(("# ", "## ")):
            if heading:
                yield heading, lines
            heading, lines = line.strip(), []
        else:
            lines.append(line)
    yield heading, lines


def _snippet(title: str, lines: list[str]) -> SnippetWords:
    items = {found[1]: found[2] for line in lines if (found := ITEM.fullmatch(line.strip()))}
    return SnippetWords(title, _paragraphs([line for line in lines if not ITEM.fullmatch(line.strip())]), items)


def _paragraphs(lines: list[str]) -> str:
    return "\n".join(lines).strip()
