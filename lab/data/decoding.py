"""Bytes to UTF-8: the chain strict UTF-8, Hangul override, UTF-16, CP949, a guess.

Statistical detectors are weak on short, mostly numeric files with one Korean header line, which is what arrives
here; a fixed order of strict decoders is not. Korean files without a Unicode mark are UTF-8 or CP949, and CP949
bytes are hardly ever valid UTF-8, so UTF-8 comes first.
"""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass

from lab.data.magic import looks_like_utf16
from lab.data.table import Note
from lab.errors import TableError

PIECE = 1 << 20  # bytes decoded at a time, so that a big file never stands in memory as a Python string
NAMES = {"utf-8": "UTF-8", "utf-8-sig": "UTF-8 BOM", "cp949": "CP949"}
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
        return _finish(data[3:], "utf-8-sig")
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
    """Not UTF-8: damaged UTF-8, CP949, or a guess that is said to be one."""
    repaired = data.decode("utf-8", "replace")
    bad, hangul = repaired.count("\ufffd"), len(re.findall("[가-힣]", repaired))
    wide = sum(character > "\x7f" for character in repaired) - bad
    if bad <= 0.1 * wide or (bad and hangul >= 5 * bad):
        note = Note("bad_bytes", bad, 1 + repaired[: repaired.index("\ufffd")].count("\n"))
        return _finish(repaired.encode(), "utf-8", note)
    if _decodes(data, "cp949"):
        return _recode(data, "cp949")
    korean = data.decode("cp949", "replace")
    if (bad := korean.count("\ufffd")) <= 0.02 * len(re.findall("[가-힣]", korean)):
        note = Note("bad_bytes", bad, 1 + korean[: korean.index("\ufffd")].count("\n"))
        return _finish(korean.encode(), "cp949", note)
    if _decodes(data, "shift_jis") and re.search("[ぁ-んァ-ヶ]", data.decode("shift_jis")):
        return _recode(data, "shift_jis", guess=True)
    if _decodes(data, "cp1252"):
        return _recode(data, "cp1252", guess=True)
    raise TableError("table.undecodable")


def _recode(data: bytes, encoding: str, *, guess: bool = False) -> Decoded:
    try:
        body = b"".join(piece.encode() for piece in _pieces(data, encoding))
    except UnicodeError:  # a lone surrogate or a cut pair in UTF-16
        body = data.decode(encoding, "replace").encode("utf-8", "replace")
        note = Note("bad_bytes", max(1, body.count("\ufffd".encode())))
        return _finish(body, encoding, note)
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


def _pieces(data: bytes, encoding: str) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder(encoding)()
    for start in range(0, len(data), PIECE):
        yield decoder.decode(data[start : start + PIECE], start + PIECE >= len(data))
