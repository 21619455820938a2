"""Bytes to UTF-8: the chain strict UTF-8, Hangul override, UTF-16, CP949, a guess.

Statistical detectors are weak on short, mostly numeric files with one Korean header line, which is what arrives
here; a fixed order of strict decoders is not. Korean files without a Unicode mark are UTF-8 or CP949, and CP949
bytes are hardly ever valid UTF-8, so UTF-8 comes first.
"""

import codecs
from collections.abc import Iterator
from dataclasses import dataclass

from lab.data.read.codepages import BAD, PIECE, Evidence, reads_as_hangul
from lab.data.read.magic import looks_like_utf16
from lab.data.table import Note
from lab.errors import TableError

MOST_DAMAGE = 0.02  # share of bytes that may be unreadable
UTF16_MARKS = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}


@dataclass(frozen=True)
class Decoded:
    """The file as UTF-8 without mark and NUL bytes, and how it was written before."""

    body: bytes
    encoding: str
    notes: tuple[Note, ...]


def decode(data: bytes, encoding: str | None = None) -> Decoded:
    """
    Args:
        encoding: that the person decided on; what can't be read so is replaced and counted.

    Raises:
        TableError "table.undecodable".
    """
    if encoding is not None:
        return _as_decided(data, encoding)
    if data.startswith(codecs.BOM_UTF8):
        return _finish(data[3:], "utf-8-sig") if _decodes(data, "utf-8") else _damaged(data[3:], "utf-8-sig")
    if data.startswith(tuple(UTF16_MARKS)):
        return _recode(data, "utf-16")
    if data.isascii() and b"\0" not in data:
        return _finish(data, "utf-8")
    if utf16 := looks_like_utf16(data[:65_536]):
        return _recode(data, utf16)
    if _decodes(data, "utf-8"):
        return _recode(data, "cp949") if reads_as_hangul(data) else _finish(data, "utf-8")
    return _legacy(data)


def with_plain_line_ends(body: bytes) -> bytes:
    """Lines that end in CR alone get an end that all parsers know."""
    if b"\r" not in body or body.count(b"\r") == body.count(b"\r\n"):
        return body
    return body.replace(b"\r\n", b"\n").replace(b"\r", b"\n")


def _as_decided(data: bytes, encoding: str) -> Decoded:
    marks = {codecs.BOM_UTF8: "utf-8", **UTF16_MARKS}
    for mark, owner in marks.items():
        if data.startswith(mark) and owner == encoding:
            data = data[len(mark) :]
    return _recode(data, encoding)


def _legacy(data: bytes) -> Decoded:
    """Not UTF-8: damaged UTF-8, CP949, damaged CP949, or a guess that is said to be one."""
    evidence = Evidence(data)
    if evidence.is_damaged_utf8():
        return _damaged(data, "utf-8")
    if evidence.is_korean():
        return _recode(data, "cp949")
    foreign = evidence.foreign()
    if foreign is not None and _decodes(data, foreign):
        return _recode(data, foreign, guess=True)
    if evidence.bad_korean == 0:
        return _recode(data, "cp949")
    if _decodes(data, "cp1252"):
        return _recode(data, "cp1252", guess=True)
    if min(evidence.bad_utf8, evidence.bad_korean) <= MOST_DAMAGE * len(data):
        return _damaged(data, "utf-8" if evidence.bad_utf8 <= evidence.bad_korean else "cp949")
    raise TableError("table.undecodable")


def _damaged(data: bytes, encoding: str) -> Decoded:
    """What cannot be read becomes U+FFFD and is counted."""
    text = data.decode(encoding.removesuffix("-sig"), "replace")
    bad = text.count(BAD)
    notes = (Note("bad_bytes", bad, 1 + text.count("\n", 0, text.index(BAD))),) if bad else ()
    return _finish(text.encode(), encoding, *notes)


def _recode(data: bytes, encoding: str, *, guess: bool = False) -> Decoded:
    try:
        body = b"".join(_pieces(data, encoding))
    except UnicodeError:  # a lone surrogate or a cut pair in UTF-16, a damaged byte
        return _damaged(data, encoding)
    return _finish(body, encoding, *([Note("encoding_guess", detail=encoding.upper())] if guess else []))


def _finish(body: bytes, encoding: str, *notes: Note) -> Decoded:
    body = body.removeprefix(codecs.BOM_UTF8).removeprefix(codecs.BOM_UTF8)  # written twice where files were joined
    if not encoding.startswith("utf-8"):
        notes = (Note("encoding", detail=encoding.upper()), *notes)
    if b"\0" in body:
        notes = (*notes, Note("nul_bytes", body.count(0), 1 + body.count(b"\n", 0, body.index(0))))
        body = body.replace(b"\0", b"")
    return Decoded(body.rstrip(b"\x1a"), encoding, notes)


def _decodes(data: bytes, encoding: str) -> bool:
    try:
        for _ in _pieces(data, encoding):
            pass
    except UnicodeDecodeError:
        return False
    return True


def _pieces(data: bytes, encoding: str) -> Iterator[bytes]:
    """The file in UTF-8, a piece at a time: a big file never stands in memory as a Python string.

    Raises UnicodeError.
    """
    if encoding.startswith("utf-16"):
        decoder = codecs.getincrementaldecoder(encoding)()
        for start in range(0, len(data), PIECE):
            yield decoder.decode(data[start : start + PIECE], start + PIECE >= len(data)).encode()
        return
    start = 0
    while start < len(data):
        end = data.find(b"\n", start + PIECE) + 1 or len(data)  # no encoding here has a line end inside a character
        piece = data[start:end]
        yield piece if piece.isascii() else piece.decode(encoding).encode()
        start = end
