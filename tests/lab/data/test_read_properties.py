"""Reading, for any table and any bytes: what is written comes back, and nothing but a table or a refusal comes out."""

import csv
import io
import re
from dataclasses import replace
from random import Random

import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from benchmarks.reader.fuzz import mutated
from lab.data.cells.cell import SENTINELS
from lab.data.read import read_table
from lab.data.table import Table
from lab.errors import TableError
from lab.spec.limits import ALONE
from lab.texts import LANGUAGES, say_error
from tests.lab.data.test_read_formats import CASES

LIMITS = replace(ALONE, upload_bytes=1_000_000, rows=1_000, columns=50, cell_characters=2_000)
STATION = "일시,기온(°C),날씨\n2021-01-01,-1.5,맑음\n2021-01-02,0.5,비\n2021-01-03,2.5,맑음\n".encode()
QUOTED = b'a,"b c",d\n1,"x, y","1,234"\n2,"z ""q""\nnew",5%\n3,,NA\n'
MARKED = b"\xef\xbb\xbf" + STATION
FOREIGN = "a;b;c\n1,5;2021-01-01 24:00;é\n2,5;;è\n".encode("cp1252")


def table_or_refusal(data: bytes) -> Table | None:
    try:
        table = read_table(data, "x", LIMITS)
    except TableError as refusal:
        sentences = [say_error(refusal, language) for language in LANGUAGES]  # KeyError if one is not in the catalogue
        return None if all(sentences) else pytest.fail(refusal.code)
    assert table.frame.shape == (table.rows, len(table.columns))
    assert list(table.frame.columns) == list(table.column_names)
    assert len(set(table.column_names)) == len(table.columns)
    for column in table.columns:
        assert column.missing == table.frame[column.name].isna().sum()
        assert (column.kind == "empty") == (column.missing == table.rows)
    return table


@given(st.binary(max_size=400))
def test_any_bytes(data):
    table_or_refusal(data)


@given(st.text(alphabet='a1,;\t|"\n\r\\ .-%가\0\ufeff\u2028é', max_size=200))
def test_any_text_of_the_signs_that_matter(text):
    for encoding in ("utf-8", "utf-16"):
        table_or_refusal(text.encode(encoding))


@pytest.mark.parametrize("seed_file", [STATION, STATION.decode().encode("cp949"), QUOTED, FOREIGN, MARKED])
@given(data=st.data())
def test_any_damage_to_a_file(seed_file, data):
    content = bytearray(seed_file)
    for _ in range(data.draw(st.integers(1, 6))):
        position = data.draw(st.integers(0, len(content)))
        action = data.draw(st.sampled_from(["insert", "delete", "repeat"]))
        if action == "insert":
            piece = data.draw(
                st.sampled_from([b'"', b",", b"\n", b"\r", b"\0", b"\xff", b";", b"\t", b"''", b"=", b"x" * 3000])
            )
            content[position:position] = piece
        elif action == "delete":
            del content[position : position + data.draw(st.integers(1, 20))]
        else:
            content[position:position] = content[max(0, position - 15) : position]
    table_or_refusal(bytes(content))


def test_a_slice_of_the_fuzz():
    random = Random(1)
    files = [case.text if isinstance(case.text, bytes) else case.text.encode() for case in CASES.values()]
    for _ in range(150):
        table_or_refusal(mutated(random.choice(files), random))


@pytest.mark.parametrize(
    "data",
    [
        b'"' * 10_001,
        b'a,b\n"' + b'""' * 5_000 + b"\n1,2\n",
        b"a,b\n" + b"\0" * 5_000 + b"1,2\n3,4\n",
        b"a,b\n1,2\n" + b"x" * 1_000_000,
        b"," * 20_000,
        b"a" * 200_000 + b"\xb1",
        b",\n" * 5_000,
        b"\xff\xfe" + b"\0\xd8" * 500,
        b"a,b\n" + b"1e400,2\n" * 50 + b"-1e400,3\n",
        b"a,b\n99999999999999999999999999,1\n18446744073709551615,2\n-9223372036854775809,3\n",
        b"\x1a\x1a\x1a",
        b"a,b\r\n1,2\n3,4\r5,6\n\r7,8",
        b"#a,b\n#1,2\n",
        ("열," * 49 + "끝\n" + "1," * 49 + "2\n").encode("cp949"),
        b"a,a,a,a\n" * 30,
        b"1\n" * 1_001,
    ],
)
def test_ugly_files(data):
    table_or_refusal(data)


NUMBERS = st.one_of(
    st.integers(-(10**6), 10**6), st.floats(-1e6, 1e6, allow_nan=False).map(lambda x: round(x, 4))
).filter(lambda number: number not in SENTINELS)
WORDS = st.sampled_from(
    ["맑음", "비", "a, b", 'say "hi"', "two\nlines", "semi;colon", "tab\there", "흐림 (밤)", "it's"]
)


@given(
    rows=st.lists(st.tuples(NUMBERS, WORDS, st.one_of(st.none(), NUMBERS)), min_size=4, max_size=30),
    delimiter=st.sampled_from([",", ";", "\t", "|"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "cp949", "utf-16"]),
    end=st.sampled_from(["\n", "\r\n"]),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    around=st.sampled_from(
        [("", ""), ("관측 자료\n\n", ""), ("# station 108\n", ""), ("", "\n출처: 통계청\n※ 잠정치\n")]
    ),
)
@settings(max_examples=150)
def test_what_is_written_in_any_dialect_is_read_back(rows, delimiter, encoding, end, quoting, around):
    assume(any(row[2] is not None for row in rows))
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, delimiter=delimiter, lineterminator=end, quoting=quoting)
    writer.writerow(["값", "날씨", "빈칸 (mm)"])
    writer.writerows(rows)
    above, below = (text.replace("\n", end) for text in around)
    table = read_table((above + stream.getvalue() + below).encode(encoding), "x", LIMITS)
    told = {note.code for note in table.notes}
    assert ("preamble" in told, "footer" in told) == (bool(above), bool(below))
    assert table.column_names == ("값", "날씨", "빈칸 (mm)")
    assert table.frame["값"].astype(float).tolist() == [float(row[0]) for row in rows]
    assert table.frame["날씨"].tolist() == [row[1] for row in rows]
    gaps = table.frame["빈칸 (mm)"]
    assert [None if missing else float(value) for value, missing in zip(gaps, gaps.isna(), strict=True)] == [
        None if row[2] is None else float(row[2]) for row in rows
    ]


# --- what a cell says is kept

WRITTEN = st.one_of(
    st.integers(-(10**6), 10**6).map(str),
    st.decimals(-1000, 1000, places=2).map(str),
    st.sampled_from(
        [
            "1,234",
            "12.5%",
            "₩3,000",
            "(1,200)",
            "3 kg",
            "4 kg",
            "1 and 2",
            "1 et 2",
            "2~3",
            "10+",
            "<5",
            "007",
            "12345678901234567890",
            "1e5",
            "0x1F",
            "1/2",
            "3월",
            "x3",
            "Na",
            "NA",
            "n/a",
            "-",
            "--",
            "없음",
            "x",
            "o",
            "True",
            "no",
            "yes",
            "Jan-98",
            "Feb-98",
            "1:30",
            "2021-01-02",
            "2021-02-30",
            "21.11.22",
            "5/6/2021",
            "20210102",
            "-999",
            "inf",
            ".5",
            "5.",
            "+3",
            "K",
        ]
    ),
)
TOLD_AS_MISSING = {"missing_words", "not_numbers", "not_times", "sentinels"}
QUANTITY = re.compile(r"(?:\d[\d,]*\.?\d*|\.\d+)(?:e[+-]?\d+)?")


def same_number(number: float, text: str, *, is_told: bool, whole: bool) -> bool:
    """Whether the number says what the text says, up to grouping, brackets for minus, and a unit that is told.

    Noughts in front are part of a code, unless decimals stand in the column as well.
    """
    found = QUANTITY.search(text)
    if found is None or (whole and re.fullmatch(r"0\d+", found[0])):
        return False
    around = (text[: found.start()] + text[found.end() :]).strip()
    sign = -1 if around.startswith(("-", "(")) else 1
    rest = around.strip("-+() ")
    return float(found[0].replace(",", "")) * sign == number and not re.search(r"\d", rest) and (not rest or is_told)


@given(st.lists(st.lists(WRITTEN, min_size=1, max_size=3), min_size=2, max_size=3), st.integers(4, 25), st.randoms())
def test_a_cell_is_read_as_what_it_says_or_kept_as_its_text_or_listed_as_missing(pools, rows, random):
    names = [f"column {letter}" for letter in "abc"[: len(pools)]]
    out = io.StringIO()
    csv.writer(out).writerows([names, *([random.choice(pool) for pool in pools] for _ in range(rows))])
    table = table_or_refusal(out.getvalue().encode())
    assume(table is not None and table.header_row == 0 and table.column_names == tuple(names))
    for column in table.columns:
        codes = {note.code for note in table.notes if note.column == column.name}
        for row, cell in enumerate(table.frame[column.name]):
            text = table.original(row, column.name).strip()
            if pd.isna(cell):
                assert not text or codes & TOLD_AS_MISSING, (text, codes)
            elif isinstance(cell, str):
                assert cell == text
            elif column.kind == "datetime":
                parts = {cell.year, cell.year % 100, cell.month, cell.day, cell.hour, cell.minute}
                whole = int(cell.strftime("%Y%m%d"))
                assert {int(digits) for digits in re.findall(r"\d+", text)} <= parts | {whole}, (text, cell)
            elif column.kind == "boolean":
                assert text.lower() in {label.lower() for label in column.labels}
            else:
                is_told = bool(codes & {"units", "percent"} or column.unit)
                assert same_number(float(cell), text, is_told=is_told, whole=column.whole), (text, cell)
