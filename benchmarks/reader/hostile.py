"""Files that cost a reader most for their size: each shape by name, at any size.

`benchmarks.live.uploads` sends them at full size, tests/security/test_uploads.py compares the work for small ones.
"""

import random
from collections.abc import Callable
from typing import Final

Shape = Callable[[int], bytes]  # a size in bytes -> a file of about that size
_WORDS: Final = ("가나", "alpha", "베타", "x1", "12cm", "n/a", "1,234", "2021-13-40", "3/4", "<b>", "=1+1", '"a"')


def _repeated(piece: bytes, size: int) -> bytes:
    return (piece * (size // len(piece) + 1))[:size]


def _rows(row: Callable[[int], str], size: int, header: str = "") -> bytes:
    lines = [header] if header else []
    written = len(header)
    while written < size:
        line = row(len(lines))
        lines.append(line)
        written += len(line.encode()) + 1
    return ("\n".join(lines) + "\n").encode()


def _texts(columns: int, size: int) -> bytes:
    """All cells are different words."""
    draw = random.Random(1)
    header = ",".join(f"c{place}" for place in range(columns))
    return _rows(lambda _: ",".join(f"w{draw.getrandbits(40):x}" for _ in range(columns)), size, header)


def _mixed(columns: int, size: int) -> bytes:
    """Words, numbers in dress and dates that are none, all over each column."""
    draw = random.Random(2)
    header = ",".join(f"c{place}" for place in range(columns))
    return _rows(
        lambda _: ";".join(f"{draw.choice(_WORDS)}{draw.getrandbits(20)}" for _ in range(columns)), size, header
    )


def _dates(forms: tuple[str, ...], size: int) -> bytes:
    draw = random.Random(3)

    def row(number: int) -> str:
        form = forms[number % len(forms)]
        date = form.format(
            y=1900 + draw.randrange(200), m=1 + draw.randrange(12), d=1 + draw.randrange(28), n=draw.randrange(60)
        )
        return f"{date},{number}"

    return _rows(row, size, "date,value")


SHAPES: Final[dict[str, Shape]] = {
    "tags in one line": lambda size: _repeated(b"<a ", size),
    "closed tags in one line": lambda size: _repeated(b"<a b>", size),
    "quotes in one line": lambda size: b'a,b\n"' + b'"' * size,
    "quotes and commas in one line": lambda size: b"a,b\n" + _repeated(b'",', size),
    "a quote on each line": lambda size: b"a,b\n" + _repeated(b'"x,1\n', size),
    "a quote opened every 29 lines": lambda size: b"a,b\n" + _repeated(b'"x,1\n' + b"y,2\n" * 28, size),
    "stray quotes in cells": lambda size: b"a,b,c\n" + _repeated(b'x"y,"z"w,1\n', size),
    "escaped quotes": lambda size: b"a,b\n" + _repeated(b'"\\"x\\"",1\n', size),
    "commas in one line": lambda size: b"," * size,
    "commas under a header": lambda size: b"a,b\n" + b"," * size,
    "blanks in one line": lambda size: b"a b\n" + b" " * size + b"1",
    "tabs and blanks": lambda size: b"a\tb\n" + _repeated(b" \t", size),
    "blank lines": lambda size: b"a,b\n1,2\n" + b"\n" * size + b"3,4\n",
    "lines of blanks": lambda size: b"a,b\n1,2\n" + _repeated(b" ,\n", size) + b"3,4\n",
    "gaps between tables": lambda size: _repeated(b"a,b\n1,2\n3,4\n\n", size),
    "blank lines below rows": lambda size: b"a,b\n" + b"1,2\n" * 70_000 + b"\n" * size + b"3,4\n",
    "blank rows below rows": lambda size: b"a,b\n" + b"1,2\n" * 70_000 + _repeated(b" , \n", size),
    "quotes that never close": lambda size: b"a,b\n" + _repeated(b'"z"y,"\n', size),
    "quotes that never close, long lines": lambda size: b"a,b\n" + _repeated(b'"z"y' + b"x" * 5_000 + b',"\n', size),
    "quotes that never close, below rows": lambda size: b"a,b\n" + b"1,2\n" * 70_000 + _repeated(b'"z"y,"\n', size),
    "tabs behind an apostrophe": lambda size: b"a\tb\n" + (b"'" + b"\t" * 900_000 + b"\n") * (size // 900_000 + 1),
    "a wide row among short ones": lambda size: (
        (b"a,b\n" + b"1,5;2\n" * 250 + b"1," * 400_000 + b"\n") * (size // 800_000 + 1)
    ),
    "ten wide rows": lambda size: (b"1," * 499_000 + b"\n") * (size // 998_000 + 1),
    "lines of a quarter megabyte": lambda size: _repeated((b"1,2;3|4\t5 " * 24_000 + b"\n"), size),
    "hangul in long lines": lambda size: _repeated("가나다라 ".encode("cp949") * 80_000 + b"\n", size),
    "one byte on each line": lambda size: _repeated(b"1\n", size),
    "carriage returns": lambda size: b"a,b" + _repeated(b"\r1,2", size),
    "mixed line ends": lambda size: b"a,b" + _repeated(b"\r1,2\n3,4\r\n5,6\n\r", size),
    "a column for each byte pair": lambda size: (
        b",".join(b"%d" % place for place in range(size // 7)) + b"\n" + b",".join(b"1" for _ in range(size // 7))
    ),
    "a long name": lambda size: b"a" * (size // 2) + b",b\n1,2\n" + b"3,4\n" * (size // 8),
    "a giant cell": lambda size: b"a,b\n1,2\n3," + b"x" * size + b"\n",
    "a giant quoted cell": lambda size: b'a,b\n1,2\n3,"' + _repeated(b"x,\n", size) + b'"\n4,5\n',
    "a giant number": lambda size: b"a,b\n1,2\n3," + b"9" * size + b"\n",
    "a hundred quoted giants": lambda size: b"a,b\n" + (b'1,"' + b"y" * (size // 100) + b'"\n') * 100,
    "words, one column": lambda size: _texts(1, size),
    "words, ten columns": lambda size: _texts(10, size),
    "words, a thousand columns": lambda size: _texts(1_000, size),
    "mixed cells, ten columns": lambda size: _mixed(10, size),
    "mixed cells, a thousand columns": lambda size: _mixed(1_000, size),
    "dates in one form": lambda size: _dates(("{y}-{m:02}-{d:02} {n:02}:{n:02}",), size),
    "dates in many forms": lambda size: _dates(
        ("{y}년 {m}월 {d}일", "{d}/{m}/{y}", "{m}-{d}-{y} {n}:00 PM", "Jan {d}, {y}", "{y}.{m}.{d}."), size
    ),
    "dates of two digits": lambda size: _dates(("{m}/{d}/98", "{d}/{m}/98"), size),
    "dates that are none": lambda size: _dates(("{y}-1{m:02}-{d}", "{d}/{m}/{y}x", "20{m}:{d}-{y}"), size),
    "numbers with units": lambda size: _rows(lambda n: f"{n}.{n} km/h,(₩{n},000),{n}%", size, "a,b,c"),
    "numbers of a hundred digits": lambda size: _rows(lambda n: f"{n:0100d},{n:>50}", size, "a,b"),
    "codes of long digits": lambda size: _rows(lambda n: f"{n:018d},0{n}", size, "a,b"),
    "decimal commas": lambda size: _rows(lambda n: f"{n},{n % 7};{n % 11},5", size, "a;b"),
    "rows of every length": lambda size: _rows(lambda n: "1," * (n % 40) + "2", size, "a,b,c"),
    "rows of growing length": lambda size: _rows(lambda n: "1," * n + "2", size, "a,b,c"),
    "footnotes": lambda size: b"a,b,c\n1,2,3\n4,5,6\n" + _repeated("※ 자료: 없음\n".encode(), size),
    "comments": lambda size: _repeated(b"# a comment, with commas\n", size) + b"a,b\n1,2\n3,4\n",
    "rules": lambda size: b"|a|b|\n" + _repeated(b"|---|:--|\n", size),
    "objects a line": lambda size: _repeated(b'{"a": 1, "b": [1, 2]}\n', size),
    "an array that is not closed": lambda size: b"x\n" + _repeated(b"[[1,", size),
    "elements": lambda size: b"x\n" + _repeated(b"<r><c>1</c><c>2</c></r>\n", size),
    "nul bytes": lambda size: b"a,b\n1,2\n" + b"\0" * size + b"\n3,4\n",
    "nul bytes in cells": lambda size: (
        b"a,b\n" + _repeated(b"1111111111111111111111\0,2222222222222222222222222\n" * 40, size)
    ),
    "damaged utf-8": lambda size: b"a,b\n" + _repeated("가나,1\n".encode() * 50 + b"\xea\xb0,2\n", size),
    "bytes beyond ascii": lambda size: b"a,b\n" + _repeated(bytes(range(128, 256)) + b",1\n", size),
    "cp949": lambda size: _repeated("이름,값\n가나다,12\n".encode("cp949"), size),
    "utf-16": lambda size: b"\xff\xfe" + _repeated("가,나\n1,2\n".encode("utf-16-le"), size),
    "full-width digits": lambda size: _rows(
        lambda n: "".join(chr(ord(sign) + 0xFEE0) for sign in str(n)) + ",1", size, "a,b"
    ),
    "combining signs": lambda size: b"a,b\n" + _repeated(("a" + "\u0301\u0316" * 400 + ",1\n").encode(), size),
    "formulas": lambda size: _rows(lambda n: f"=A{n}+1,@x({n}),-{n}+{n}", size, "a,b,c"),
    "double bars": lambda size: b"a||b\n" + _repeated(b"1||2\n", size),
    "prose": lambda size: _repeated(b"It was the best of times, it was the worst of times; and so on.\n", size),
    "random bytes": lambda size: random.Random(4).randbytes(size),
    "random text": lambda size: bytes(random.Random(5).choices(b'ab12,,;"\n\t |.-', k=size)),
}
