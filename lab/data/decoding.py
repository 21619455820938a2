"""Bytes to UTF-8: the chain strict UTF-8, Hangul override, UTF-16, CP949, a guess.

Statistical detectors are weak on short, mostly numeric files with one Korean header line, which is what arrives
here; a fixed order of strict decoders is not. Korean files without a Unicode mark are UTF-8 or CP949, and CP949
bytes are hardly ever valid UTF-8, so UTF-8 comes first.
"""

import codecs
import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass

from lab.data.magic import looks_like_utf16
from lab.data.table import Note
from lab.errors import TableError

PIECE = 1 << 16  # bytes decoded at a time: a big file never stands in memory as a Python string
BAD = "\ufffd"
HANGUL = re.compile("[가-힣]")
LETTERS = re.compile(rb"[\x80-\xff][A-Za-z\x80-\xff]*")  # the second byte of a CP949 syllable may be a plain letter
KANA = re.compile("[ぁ-んァ-ヶ]")
MOST_EVIDENCE = 5_000  # words looked at
MOST_DAMAGE = 0.02  # share of bytes that may be unreadable
# Two-byte UTF-8 sequences that CP949 may read as Hangul: U+0080-U+023F are the bytes C2-C8 and 80-BF.
TWO_BYTE_RUN = re.compile(rb"([A-Za-z]?)((?:[\xc2-\xdf][\x80-\xbf])+)(?=([A-Za-z]?))")
LATIN_SIGNS = re.compile("[\u00a0-\u00bf\u00d7\u00f7]")  # ° µ ² · × ÷ …: signs of units, not letters


@dataclass(frozen=True)
class Decoded:
    """The file as UTF-8 without mark and NUL bytes, and how it was written before."""

    body: bytes
    encoding: str
    notes: tuple[Note, ...]


def decode(data: bytes) -> Decoded:
    """Raises TableError "table.undecodable"."""
    if data.startswith(codecs.BOM_UTF8):
        return _finish(data[3:], "utf-8-sig") if _decodes(data, "utf-8") else _damaged(data[3:], "utf-8-sig")
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _recode(data, "utf-16")
    if data.isascii() and b"\0" not in data:
        return _finish(data, "utf-8")
    if utf16 := looks_like_utf16(data[:65_536]):
        return _recode(data, utf16)
    if _decodes(data, "utf-8"):
        return _recode(data, "cp949") if reads_as_hangul(data) else _finish(data, "utf-8")
    return _legacy(data)


def reads_as_hangul(data: bytes) -> bool:
    """True for CP949 that happens to be valid UTF-8, such as a lone `키` (bytes C5 B0, in UTF-8 the letter Ű).

    Korean syllables stand free or beside signs; an accented Latin letter stands in a word with plain letters.
    """
    if re.search(rb"[\xe0-\xff]", data):
        return False  # three-byte sequences: Korean (or a sign) written in UTF-8
    korean = latin = 0
    for before, run, after in set(TWO_BYTE_RUN.findall(data)):
        try:
            reading = run.decode("cp949")
        except UnicodeDecodeError:
            return False
        common = all("가" <= letter <= "힣" for letter in reading)
        if before or after or not common or LATIN_SIGNS.search(run.decode()):
            latin += 1
        else:
            korean += 1
    return korean > latin


def _legacy(data: bytes) -> Decoded:
    """Not UTF-8: damaged UTF-8, CP949, damaged CP949, or a guess that is said to be one."""
    evidence = b" ".join(itertools.islice(_words_beyond_ascii(data), MOST_EVIDENCE))
    as_utf8, as_korean = evidence.decode("utf-8", "replace"), evidence.decode("cp949", "replace")
    bad, wide = as_utf8.count(BAD), sum(character > "\x7f" for character in as_utf8)
    hangul = len(HANGUL.findall(as_utf8))
    if hangul >= 5 * bad or bad <= 0.1 * (wide - bad):
        return _damaged(data, "utf-8")
    bad_korean = as_korean.count(BAD)
    if bad_korean == 0 or bad_korean <= 0.02 * len(HANGUL.findall(as_korean)):
        return _damaged(data, "cp949") if bad_korean else _recode(data, "cp949")
    if _decodes(data, "shift_jis") and KANA.search(evidence.decode("shift_jis", "replace")):
        return _recode(data, "shift_jis", guess=True)
    if _decodes(data, "cp1252"):
        return _recode(data, "cp1252", guess=True)
    if min(bad, bad_korean) <= MOST_DAMAGE * len(data):
        return _damaged(data, "utf-8" if bad <= bad_korean else "cp949")
    raise TableError("table.undecodable")


def _words_beyond_ascii(data: bytes) -> Iterator[bytes]:
    for start in range(0, len(data), PIECE):
        piece = data[start : start + PIECE]
        if not piece.isascii():
            yield from LETTERS.findall(piece)


def _damaged(data: bytes, encoding: str) -> Decoded:
    """What cannot be read becomes U+FFFD and is counted."""
    text = data.decode(encoding.removesuffix("-sig"), "replace")
    bad = text.count(BAD)
    notes = (Note("bad_bytes", bad, 1 + text.count("\n", 0, text.index(BAD))),) if bad else ()
    return _finish(text.encode(), encoding, *notes)


def _recode(data: bytes, encoding: str, *, guess: bool = False) -> Decoded:
    try:
        body = b"".join(_pieces(data, encoding))
    except UnicodeError:  # a lone surrogate or a cut pair in UTF-16
        return _damaged(data, encoding)
    notes = (Note("encoding", detail=encoding),) if guess else ()
    return _finish(body, encoding, *notes)


def _finish(body: bytes, encoding: str, *notes: Note) -> Decoded:
    body = body.removeprefix(codecs.BOM_UTF8)
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
    """The file in UTF-8, a piece at a time. Raises UnicodeError."""
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
