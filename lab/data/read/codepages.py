"""Which code page a text was written in that is not UTF-8: CP949, or a guess among two foreign ones.

The list is closed and Korean comes first. A foreign text mostly decodes as CP949 too, but then into syllables that
Korean hardly uses: those that CP949 has beyond KS X 1001.
"""

import itertools
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator

BAD = "\ufffd"
PIECE = 1 << 16  # bytes looked at together
MOST_EVIDENCE = 5_000  # lines looked at
MOST_BYTES = 2_000_000  # of them
HANGUL = re.compile("[가-힣]")
HALF_WIDTH = re.compile("[\uff61-\uff9f]")
JAPANESE = re.compile("[ぁ-んァ-ヶ一-龠]")
SIGNS = frozenset("°²³µ·±§×÷¿¡ªº½¼¾€")  # that stand in European tables; letters besides
# Two-byte UTF-8 sequences that CP949 may read as Hangul: U+0080-U+023F are the bytes C2-C8 and 80-BF.
TWO_BYTE_RUN = re.compile(rb"([A-Za-z]?)((?:[\xc2-\xdf][\x80-\xbf])+)(?=([A-Za-z]?))")
LATIN_SIGNS = re.compile("[\u00a0-\u00bf\u00d7\u00f7]")  # ° µ ² · × ÷ …: signs of units, not letters


class Evidence:
    """The lines of a file that are not ASCII, read as UTF-8 and as CP949."""

    def __init__(self, data: bytes) -> None:
        lines = b"\n".join(itertools.islice(lines_beyond_ascii(data), MOST_EVIDENCE))[:MOST_BYTES]
        self.lines = lines
        as_utf8, as_korean = lines.decode("utf-8", "replace"), lines.decode("cp949", "replace")
        self.bad_utf8, self.good_utf8 = as_utf8.count(BAD), sum(sign > "\x7f" and sign != BAD for sign in as_utf8)
        self.bad_korean, self.korean_hangul = as_korean.count(BAD), len(HANGUL.findall(as_korean))
        self.korean = korean_share(as_korean)

    def is_damaged_utf8(self) -> bool:
        """Most sequences are whole; bytes of another code page hardly ever make one."""
        if self.good_utf8 >= 5 * self.bad_utf8:
            return True
        reads_as_korean = self.bad_korean == 0 and self.korean > 0.8
        return self.good_utf8 >= self.bad_utf8 and not reads_as_korean

    def is_korean(self) -> bool:
        """CP949, whole or with a few damaged bytes."""
        few_bad = self.bad_korean <= 0.02 * self.korean_hangul
        return few_bad and self.korean >= 0.5

    def foreign(self) -> str | None:
        """The one of two code pages whose reading is plausible."""
        japanese = _reading(self.lines, "shift_jis")
        if japanese is not None:
            beyond = sum(sign > "\x7f" for sign in japanese)
            words = len(JAPANESE.findall(japanese))
            if words >= 2 and words > 0.5 * beyond and len(HALF_WIDTH.findall(japanese)) <= 0.1 * beyond:
                return "shift_jis"
        european = _reading(self.lines, "cp1252")
        if european is not None and all(sign <= "\x7f" or _is_european(sign) for sign in european):
            return "cp1252"
        return None


def lines_beyond_ascii(data: bytes) -> Iterator[bytes]:
    for start in range(0, len(data), PIECE):
        piece = data[start : start + PIECE]
        if not piece.isascii():
            yield from (line for line in piece.replace(b"\r", b"\n").split(b"\n") if not line.isascii())


def korean_share(text: str) -> float:
    """Of the characters beyond ASCII, the share that KS X 1001 has as syllables or signs."""
    counts = Counter(sign for sign in text if sign > "\x7f" and sign != BAD)
    common = sum(count for sign, count in counts.items() if _is_common(sign))
    return common / max(1, counts.total())


def _is_common(sign: str) -> bool:
    written = sign.encode("cp949")
    return len(written) == 2 and 0xA1 <= written[0] <= 0xC8 and written[1] >= 0xA1


def _is_european(sign: str) -> bool:
    return sign in SIGNS or unicodedata.category(sign) in ("Ll", "Lu")


def _reading(lines: bytes, encoding: str) -> str | None:
    try:
        return lines.decode(encoding)
    except UnicodeDecodeError:
        return None


def reads_as_hangul(data: bytes) -> bool:
    """True for CP949 that happens to be valid UTF-8, such as a lone `키` (bytes C5 B0, in UTF-8 the letter Ű).

    Korean syllables stand free or beside signs; an accented Latin letter stands in a word with plain letters.
    """
    if re.search(rb"[\xe0-\xff]", data):
        return False  # three-byte sequences: Korean (or a sign) written in UTF-8
    korean = latin = 0
    for before, run, after in set(TWO_BYTE_RUN.findall(b"\n".join(lines_beyond_ascii(data)))):
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
