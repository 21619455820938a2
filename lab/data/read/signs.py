"""Signs that programs write and no CSV parser knows: cells between `||` or `::`, quotes behind a backslash."""

import re

from lab.data.table import Note

BEGINNING = 1 << 16  # bytes in which cells between double signs are looked for
LINES = 50
FEWEST = 2
ESCAPED = re.compile(rb'\\"(?![,;|\t\r\n]|$)')  # a path may end in a backslash; a quote in the middle was escaped


def with_plain_signs(body: bytes) -> tuple[bytes, tuple[Note, ...]]:
    """The same cells in signs that are known, and what was done."""
    body, wide = _with_single_signs(body)
    if b"\\" not in body or b'\\"' not in body or not ESCAPED.search(body):
        return body, wide
    found = body.count(b'\\"')
    line = body.count(b"\n", 0, body.find(b'\\"')) + 1
    return body.replace(b'\\"', b'""'), (*wide, Note("backslashes", found, line))


def _with_single_signs(body: bytes) -> tuple[bytes, tuple[Note, ...]]:
    beginning = body[:BEGINNING]
    for double in (b"||", b"::"):
        if double not in beginning:
            continue
        lines = [line for line in beginning.split(b"\n")[:LINES] if line.strip()]
        lines = lines[:-1] if len(lines) > FEWEST and len(body) > BEGINNING else lines
        counts = {line.count(double) for line in lines}
        singles = {line.count(double[:1]) for line in lines}
        single = next((sign for sign in (b"|", b"\t", b";") if sign == double[:1] or sign not in body), None)
        if len(lines) >= FEWEST and len(counts) == 1 and singles == {2 * min(counts)} and single is not None:
            return body.replace(double, single), (Note("wide_delimiter", detail=double.decode()),)
    return body, ()
