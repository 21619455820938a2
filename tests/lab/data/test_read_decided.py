"""What the person decided about a file instead of the reader, and cells as they are written in the file."""

import tracemalloc
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from lab.data.read import patch, read_as_wished, read_table
from lab.errors import TableError
from lab.spec.data import AS_FOUND, KindChoice, ReadingSpec
from lab.spec.limits import ALONE
from lab.texts import LANGUAGES, say_error

PLACES = "번호;코드;값\n1;3;1,5\n2;4;2,5\n3;3;3,5\n4;4;4,5\n"
TURNED = "일시,2021-01-01,2021-01-02,2021-01-03,2021-01-04\n기온(°C),1.5,2.5,NA,4\n날씨,맑음,비,맑음,맑음\n"
TWO = "제목\n\na,b\n1,2\n3,4\n5,6\n\n둘째\nx,y,z\n1,2,가\n4,5,나\n7,8,가\n"


def read(text, **decided):
    data = text if isinstance(text, bytes) else text.encode()
    return read_table(data, "x.csv", ALONE, ReadingSpec(**decided))


def kind_of(column, kind, text=PLACES):
    return read(text, kinds=(KindChoice(column=column, kind=kind),))


def refusal(text, **decided):
    with pytest.raises(TableError) as caught:
        read(text, **decided)
    assert all(len(say_error(caught.value, language)) > 20 for language in LANGUAGES)
    return caught.value.code


def test_encoding_is_what_the_person_says():
    data = "키,x\n1,2\n2,3\n".encode("cp949")
    assert read(data).column_names == ("키", "x")
    assert read(data, encoding="utf-8").column_names == ("Ű", "x")
    assert read(data, encoding="cp1252").encoding == "cp1252"
    assert read("\ufeffa,b\n1,2\n3,4\n", encoding="utf-8").column_names == ("a", "b")
    assert refusal(b"  ", encoding="cp949") == "empty"


def test_delimiter_decimal_and_header_are_what_the_person_says():
    assert read(PLACES, delimiter=",").delimiter == ","
    assert read(PLACES, decimal=".").frame["값"].dtype != np.float64
    assert read("a;b\n1,234;x\n2,345;y\n", decimal=".").frame["a"].tolist() == [1234, 2345]
    unnamed = read(PLACES, header_row="none")
    assert (unnamed.header_row, unnamed.rows) == (None, 5)
    second = read(PLACES, header_row=1)
    assert (second.header_row, second.column_names) == (1, ("1", "3", "1,5"))
    assert refusal(PLACES, header_row=19) == "no_such_line"
    assert refusal("a,b\n1,2\n", header_row=1) == "no_rows"


def test_the_other_of_two_tables_can_be_chosen():
    first, second = read(TWO), read(TWO, table=1)
    assert (first.column_names, first.header_row, first.rows) == (("a", "b"), 2, 3)
    assert (second.column_names, second.header_row, second.rows) == (("x", "y", "z"), 8, 3)
    assert second.original(0, "z") == "가"
    assert refusal(TWO, table=2) == "no_such_table"


def test_words_that_the_person_names_are_missing():
    table = read("a,b,c\n1,나쁨,x\n88,좋음,y\n3,보통,x\n4,나쁨,y\n", missing_words=("88", "나쁨"))
    assert table.column("a").missing == 1
    assert table.column("b").missing == 2
    assert {note.column for note in table.notes if note.code == "missing_words"} == {"a", "b"}


def test_rows_are_turned_into_columns():
    table = read(TURNED, transpose=True)
    assert table.column_names == ("일시", "기온(°C)", "날씨")
    assert [column.kind for column in table.columns] == ["datetime", "numeric", "category"]
    assert table.frame["일시"].iloc[3] == pd.Timestamp("2021-01-04")
    assert table.original(2, "기온(°C)") == "NA"
    assert table.original(1, "일시") == "2021-01-02"
    assert not any(note.code == "transposed" for note in table.notes)
    forced = read(TURNED, transpose=True, kinds=(KindChoice(column="날씨", kind="text"),))
    assert forced.column("날씨").kind == "text"
    assert refusal("1.5,2,3\n4,5,6\n7,8,9\n", transpose=True) == "no_header_to_turn"


def test_a_column_is_read_as_the_kind_that_the_person_says():
    assert kind_of("코드", "category").frame["코드"].tolist() == ["3", "4", "3", "4"]
    assert kind_of("코드", "numeric").frame["코드"].tolist() == [3, 4, 3, 4]
    assert kind_of("코드", "boolean").frame["코드"].tolist() == [False, True, False, True]
    assert kind_of("번호", "numeric").column("번호").kind == "numeric"
    assert kind_of("값", "text").frame["값"].tolist()[0] == "1,5"
    days = kind_of("x", "datetime", "x,y\n20211122,1\n20211124,2\n")
    assert days.frame["x"].iloc[1] == pd.Timestamp("2021-11-24")
    words = kind_of("x", "numeric", "x,y\n가,1\n2,2\n나,3\n")
    assert words.column("x").missing == 2
    assert "not_numbers" in {note.code for note in words.notes}
    assert kind_of("없는 열", "text").column_names == ("번호", "코드", "값")


@pytest.mark.parametrize(("column", "kind"), [("값", "datetime"), ("번호", "boolean")])
def test_a_kind_that_no_cell_allows_is_refused(column, kind):
    assert refusal(PLACES, kinds=(KindChoice(column=column, kind=kind),)) == "kind_not_possible"
    assert refusal("a,b\n가,1\n나,2\n", kinds=(KindChoice(column="a", kind="numeric"),)) == "kind_not_possible"


# --- cells as written

WRITTEN = (
    '관측\n\n"a",b,c,d\r\n"1,200",5%,"x\ny",-\r\n\r\n 7 ,６,"그는 ""예""",2021-10-01 24:00\r\n,,,\r\n'
    "8,9\r\n출처: 기상청\r\n"
)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp949", "utf-16"])
def test_the_text_of_a_cell_can_be_looked_up(encoding):
    table = read(WRITTEN.encode(encoding))
    assert table.rows == 3
    assert table.original(0, "a") == "1,200"
    assert table.original(0, "c").replace("\r", "") == "x\ny"
    assert table.original(0, "d") == "-"
    assert table.original(1, "b") == "６"
    assert table.original(1, "c") == '그는 "예"'
    assert table.original(1, "d") == "2021-10-01 24:00"
    assert table.original(2, "a") == "8"
    assert table.original(2, "d") == ""
    with pytest.raises(IndexError):
        table.original(3, "a")


@pytest.mark.parametrize(
    "text",
    ["a b\n1  2\n3  4\n", ",a,b\n0,1,2\n1,3,4\n", "|a|b|\n|--|--|\n|1|2|\n|3|4|\n", "a,b\r1,2\r3,4"],
)
def test_the_text_of_a_cell_in_other_layouts(text):
    table = read(text)
    assert [table.original(1, name) for name in table.column_names[-2:]] == ["3", "4"]


def test_looking_up_keeps_no_more_than_the_file_and_its_line_starts():
    body = "a,b\n" + "".join(f"{n},{n % 7}\n" for n in range(50_000))
    table = read(body)
    tracemalloc.start()
    assert table.original(49_999, "a") == "49999"
    kept, _peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert kept < len(body) + 9 * 50_000


# --- large files


def test_mending_only_the_irregular_lines_gives_what_mending_all_gives(monkeypatch):
    random = np.random.default_rng(0)
    lines = [f"{a},{b:.2f},{b * a:.1f}" for a, b in zip(range(900), random.normal(size=900), strict=True)]
    odd = ["", "1,2", "  ", ",,", "# note", "x", "7,8,9,10", "5,6,,"]
    for place, text in zip(random.choice(np.arange(30, 820), 24, replace=False), odd * 3, strict=True):
        lines[place] = text
    text = "\n".join(["가,나,다", *lines, "", "출처: a, b", "* 잠정치"]).encode("cp949")
    monkeypatch.setattr(patch, "LARGE", 0)
    quick = read(text)
    monkeypatch.setattr(patch, "LARGE", 1 << 40)
    slow = read(text)
    pd.testing.assert_frame_equal(quick.frame, slow.frame)
    assert sorted(map(str, quick.notes)) == sorted(map(str, slow.notes))
    assert [quick.original(row, "나") for row in range(700)] == [slow.original(row, "나") for row in range(700)]


@pytest.mark.parametrize("end", [b"", b"1,2\n"])
def test_too_many_rows_in_an_irregular_file_are_refused(monkeypatch, end):
    monkeypatch.setattr(patch, "LARGE", 0)
    with pytest.raises(TableError) as caught:
        read_table(b"a,b,c\n" + b"1,2,3\n" * 300 + end + b"\n1,2,3\n", "x", replace(ALONE, rows=250))
    assert caught.value.code == "too_large"


def test_a_file_that_cannot_be_read_as_wished_is_read_by_itself():
    wished = ReadingSpec(encoding="utf-16-le")
    table, used = read_as_wished(PLACES.encode(), "places.csv", wished)
    assert (used, table.column_names) == (AS_FOUND, read_table(PLACES.encode(), "places.csv").column_names)
    fitting = ReadingSpec(encoding="utf-8")
    assert read_as_wished(PLACES.encode(), "places.csv", fitting)[1] == fitting
    with pytest.raises(TableError):
        read_as_wished(b"", "empty.csv", AS_FOUND)
