"""Reading: what arrives is read right or refused by name, in both languages, and nothing is changed in silence."""

import gzip
import io
import re
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from lab import data
from lab.data.propose import propose_data
from lab.data.read import read_table
from lab.errors import TableError
from lab.spec.limits import ALONE
from lab.texts import LANGUAGES, has_text, say, say_error

SMALL = replace(ALONE, upload_bytes=10_000, rows=100, columns=10, cell_characters=200)
STATION = "일시,기온(°C),날씨\n2021-01-01,-1.5,맑음\n2021-01-02,0.5,비\n2021-01-03,2.5,맑음\n"


def read(content: str | bytes, encoding: str = "utf-8", limits=ALONE):
    return read_table(content if isinstance(content, bytes) else content.encode(encoding), "표.csv", limits)


def kinds(table) -> list[str]:
    return [column.kind for column in table.columns]


def codes(table) -> set[str]:
    return {note.code for note in table.notes}


def refusal(content: str | bytes, limits=ALONE) -> str:
    """The code of the refusal, after making sure that it can be said in both languages."""
    with pytest.raises(TableError) as caught:
        read(content, limits=limits)
    for language in LANGUAGES:
        assert len(say_error(caught.value, language)) > 20
    return caught.value.code


# --- encodings


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp949", "utf-16", "utf-16-le", "utf-16-be"])
def test_the_same_table_comes_out_of_every_encoding(encoding):
    table = read(STATION, encoding)
    assert table.encoding == encoding
    assert table.column_names == ("일시", "기온(°C)", "날씨")
    assert kinds(table) == ["datetime", "numeric", "category"]
    assert table.frame["기온(°C)"].tolist() == [-1.5, 0.5, 2.5]


def test_cp949_that_is_valid_utf8_is_read_as_korean():
    # 키 is C5 B0 in CP949, which is also the UTF-8 form of the letter Ű
    assert read("키,무게\n180,70\n170,60\n", "cp949").column_names == ("키", "무게")
    assert read("키\n".encode("cp949").replace(b"\n", b",x\n") + b"1,2\n2,3\n").column_names == ("키", "x")


@pytest.mark.parametrize("name", ["José", "température", "wind (m/s²)", "temp °C", "łódź", "µg/m³"])
def test_accented_letters_and_signs_in_utf8_stay_what_they_are(name):
    assert read(f"{name},y\n1,2\n2,3\n").column_names[0] == name


def test_syllables_that_only_cp949_has_are_read():
    assert read("뷁,햏\n1,2\n2,3\n", "cp949").column_names == ("뷁", "햏")


def test_broken_bytes_in_utf8_are_replaced_and_noted():
    table = read(STATION.encode().replace("비".encode(), "비".encode()[:2]))
    assert table.encoding == "utf-8"
    assert "bad_bytes" in codes(table)
    assert table.column_names[0] == "일시"


def test_hangul_typed_on_macos_is_composed():
    table = read("기온,비\n1,2\n2,3\n")
    assert table.column_names == ("기온", "비")


def test_nul_bytes_are_removed_and_noted():
    table = read(b"a,b\n1,\x002\n3,4\n")
    assert table.frame["b"].tolist() == [2, 4]
    assert "nul_bytes" in codes(table)


# --- dialects


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_delimiters_and_line_ends(delimiter, end):
    table = read(STATION.replace(",", delimiter).replace("\n", end))
    assert table.delimiter == delimiter
    assert table.frame.shape == (3, 3)


def test_decimal_commas_belong_to_semicolons():
    table = read("a;b\n1,5;x\n2,5;y\n-0,5;x\n1.234,5;y\n")
    assert table.frame["a"].tolist() == [1.5, 2.5, -0.5, 1234.5]
    assert "decimal_comma" in codes(table)


def test_quoted_cells_keep_delimiters_newlines_and_quotes():
    table = read('name,y\n"a, b",1\n"c\nd",2\n"say ""hi""",3\n"a, b",4\n')
    assert table.frame["name"].tolist() == ["a, b", "c\nd", 'say "hi"', "a, b"]


def test_a_quote_that_never_closes_does_not_swallow_the_file():
    table = read('a,b\n1,"open\n2,3\n3,4\n4,5\n')
    assert table.frame["a"].tolist() == [1, 2, 3, 4]
    assert "bad_quotes" in codes(table)


def test_a_quote_that_closes_only_hundreds_of_lines_later_does_not_swallow_them():
    rows = [f"{i},{i + 1}" for i in range(300)]
    rows[20] = '20,"open'
    rows[280] = '280,close"'
    table = read("a,b\n" + "\n".join(rows))
    assert len(table.frame) == 300
    assert "bad_quotes" in codes(table)


def test_excel_separator_line_is_no_data():
    table = read("sep=;\na;b\n1;2\n3;4\n")
    assert table.column_names == ("a", "b")
    assert table.header_row == 1


# --- header and rows


def test_lines_above_the_header_are_skipped_and_noted():
    table = read("기온분석\n[검색조건]\n자료구분 : 일\n\n" + STATION)
    assert table.header_row == 4
    assert "preamble" in codes(table)
    assert len(table.frame) == 3


def test_a_file_without_header_keeps_its_first_row():
    table = read("2021-01-01,1.5\n2021-01-02,2.5\n2021-01-03,3.5\n")
    assert table.header_row is None
    assert len(table.frame) == 3
    assert "no_header" in codes(table)


def test_years_over_a_table_are_a_header():
    table = read("지역,2019,2020\n서울,1,2\n부산,3,4\n대구,5,6\n")
    assert table.column_names == ("지역", "2019", "2020")


def test_a_row_of_units_is_no_data():
    table = read("일시,기온,강수량\n,°C,mm\n2021-01-01,1.5,0\n2021-01-02,2.5,1\n")
    assert [column.unit for column in table.columns] == ["", "°C", "mm"]
    assert len(table.frame) == 2


def test_a_header_over_several_lines_is_joined():
    table = read(
        '"행정구역별","2021","","2022"\n"행정구역별","총인구수 (명)","남자 (명)","총인구수 (명)"\n'
        '"서울","9,472","4,600","9,428"\n"부산","3,324","1,600","-"\n"대구","2,387","1,170","2,363"\n출처: 통계청\n',
        "cp949",
    )
    assert table.column_names == ("행정구역별", "2021 총인구수 (명)", "2021 남자 (명)", "2022 총인구수 (명)")
    assert table.header_row == 1
    assert {"multi_header", "footer", "thousands"} <= codes(table)


def test_columns_aligned_by_blanks_under_comment_lines():
    table = read(
        "#START7777\n# YYMMDDHHMI STN   WS    TA\n#  KST ID m/s C\n"
        "202101010000 108  1.5  -2.3\n202101010100 108 10.5 -12.5\n202101010200 108  2.0  -2.9\n#7777END\n"
    )
    assert table.column_names == ("YYMMDDHHMI", "STN", "WS", "TA")
    assert table.frame["YYMMDDHHMI"].iloc[1] == pd.Timestamp("2021-01-01 01:00")
    assert table.frame["TA"].tolist() == [-2.3, -12.5, -2.9]


def test_a_table_in_markdown():
    table = read("| a | b |\n|---|---|\n| 1 | x |\n| 3 | y |\n| 4 | x |\n")
    assert table.column_names == ("a", "b")
    assert table.frame["a"].tolist() == [1, 3, 4]


def test_hours_that_run_from_1_to_24():
    table = read("측정소명,측정일시,PM10\n중구,2021100101,30\n중구,2021100124,31\n중구,2021100201,-999\n", "cp949")
    assert table.frame["측정일시"].iloc[1] == pd.Timestamp("2021-10-02 00:00")
    assert table.column("PM10").missing == 1


def test_double_and_blank_names_can_be_told_apart():
    table = read("기온,기온,,기온_2\n1,2,3,4\n5,6,7,8\n")
    assert len(set(table.column_names)) == 4
    assert table.column_names[0] == "기온"
    assert {"duplicate_names", "blank_names"} <= codes(table)


def test_short_rows_are_filled_and_long_rows_cut_with_the_line_noted():
    table = read("a,b,c\n1,2,3\n4,5\n7,8,9,10\n1,1,1\n")
    assert table.frame["c"].isna().tolist() == [False, True, False, False]
    notes = {note.code: note.first_line for note in table.notes}
    assert notes == {"ragged_short": 3, "ragged_long": 4}


def test_a_late_ragged_row_in_a_large_file_is_found_too():
    lines = [f"{i},{i * 0.5},{i % 7}" for i in range(5_000)]
    lines[4_000] = "4000,1"
    lines[4_500] = "4500,1,2,3"
    table = read("a,b,c\n" + "\n".join(lines) + "\n")
    assert len(table.frame) == 5_000
    assert {note.code: note.first_line for note in table.notes} == {"ragged_short": 4_002, "ragged_long": 4_502}


def test_totals_and_footnotes_are_left_out_and_noted():
    table = read("지역,값,수\n서울,1,2\n부산,3,4\n대구,5,6\n합계,9,12\n\n출처: 통계청\n")
    assert table.frame["지역"].tolist() == ["서울", "부산", "대구"]
    assert {"totals", "footer"} <= codes(table)


def test_a_delimiter_at_every_line_end_makes_no_column():
    assert read("a,b,\n1,2,\n3,4,\n").column_names == ("a", "b")
    assert read("a,b\n1,2,\n3,4,\n").column_names == ("a", "b")


def test_row_numbers_without_a_name_are_an_id():
    table = read(",a,b\n0,1.5,2\n1,4.5,3\n2,5.5,5\n")
    assert kinds(table) == ["id", "numeric", "numeric"]


# --- cells


def test_spellings_of_missing_become_missing_and_are_noted():
    table = read("a,b\n1,x\nNA,y\n-,x\n결측,N/A\n,y\n5,x\n6,y\n7,x\n8,y\n9,x\n")
    assert table.column("a").missing == 4
    assert table.column("b").missing == 1
    assert "missing_words" in codes(table)


def test_a_text_that_could_be_a_value_stays_one():
    table = read("code,x\nNA,1\nKR,2\nUS,3\nJP,4\nNA,5\nKR,6\n")
    assert table.column("code").missing == 0
    assert read("a,x\n없음,1\n심함,2\n없음,3\n").column("a").missing == 0


def test_sentinels_are_missing_only_where_they_stand_clear():
    far = read("a,b\n" + "".join(f"{v},1\n" for v in (10, 11, -999, 12, 13)))
    assert far.column("a").missing == 1
    frost = read("a,b\n" + "".join(f"{v},1\n" for v in (-12.3, -9.0, 0.5, 8.1, -99.0)))
    assert frost.column("a").missing == 1
    winter = read("a,b\n" + "".join(f"{v},1\n" for v in (-12.3, -9.0, 0.5, 8.1, -9.0)))
    assert winter.column("a").missing == 0


def test_dressed_numbers_become_numbers():
    table = read('a,b,c,d,e\n"1,234",12.5%,"₩3,000",23.5°C,（1）\n2,50%,₩4,−3°C,２\n')
    assert table.frame["a"].tolist() == [1234, 2]
    assert table.frame["b"].tolist() == [12.5, 50]
    assert table.frame["c"].tolist() == [3000, 4]
    assert table.frame["d"].tolist() == [23.5, -3]
    assert table.column("d").unit == "°C"


def test_a_few_words_among_numbers_are_missing_and_listed():
    values = [str(i) for i in range(30)]
    values[7] = "측정불가"
    table = read("a,b\n" + "".join(f"{v},1\n" for v in values))
    assert table.column("a").kind == "numeric"
    assert [(n.code, n.first_line, n.detail) for n in table.notes if n.column == "a"] == [
        ("not_numbers", 9, "측정불가")
    ]


def test_infinite_numbers_are_missing():
    assert read("a,b\n1,2\n1e999,3\n-inf,4\n4,5\n").column("a").missing == 2


@pytest.mark.parametrize("code", ["00123", "1234567890123456789"])
def test_codes_keep_their_digits(code):
    table = read(f"code,b\n{code},1\n99999,2\n88888,3\n")
    assert table.column("code").kind == "id"
    assert table.frame["code"].tolist()[0] == code


def test_zero_padded_months_are_numbers():
    table = read("year,month,y\n2021,01,5\n2021,02,6\n2021,11,7\n")
    assert table.frame["month"].tolist() == [1, 2, 11]


def test_a_code_in_one_column_leaves_the_numbers_of_the_others_alone():
    table = read("zip,n\n04524,100\n04525,200\n11111,300\n")
    assert table.frame["zip"].tolist() == ["04524", "04525", "11111"]
    assert table.frame["n"].dtype == np.int64


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2021-11-22", "2021-11-22"),
        ("2021/11/22 13:00", "2021-11-22 13:00"),
        ("2021. 11. 22.", "2021-11-22"),
        ("2021. 11. 22. 오후 1:05:33", "2021-11-22 13:05:33"),
        ("2021. 11. 22. 오전 12:30", "2021-11-22 00:30"),
        ("2021년 11월 22일", "2021-11-22"),
        ("2021-11-22T13:00:00Z", "2021-11-22 13:00"),
        ("2021-11-22 24:00", "2021-11-23 00:00"),
        ("2021-11", "2021-11-01"),
        ("22.11.2021", "2021-11-22"),
        ("11/22/2021", "2021-11-22"),
        ('"Nov 22, 2021"', "2021-11-22"),
    ],
)
def test_forms_of_dates(text, expected):
    table = read(f"when,b\n{text},1\n{text},2\n{text},3\n")
    assert table.column("when").kind == "datetime"
    assert table.frame["when"].iloc[0] == pd.Timestamp(expected)


def test_compact_dates_need_a_name_that_says_so():
    assert kinds(read("일시,b\n20211122,1\n20211123,2\n")) == ["datetime", "numeric"]
    assert kinds(read("count,b\n20211122,1\n20211123,2\n")) == ["numeric", "numeric"]


@pytest.mark.parametrize(("no", "yes"), [("아니오", "예"), ("N", "Y"), ("false", "true"), ("X", "O"), ("무", "유")])
def test_known_pairs_are_boolean(no, yes):
    table = read(f"a,b\n{yes},1\n{no},2\n{yes},3\n")
    assert table.column("a").kind == "boolean"
    assert table.frame["a"].tolist() == [True, False, True]
    assert table.column("a").labels == (no, yes) or no == "false"


def test_two_other_words_are_a_category():
    assert kinds(read("a,b\nmale,1\nfemale,2\nmale,3\n")) == ["category", "numeric"]


def test_a_unit_in_the_name_is_told():
    table = read("bill_length_mm,기온(°C),기압변화(hPa/일),비(0/1)\n1,2,3,0\n2,3,4,1\n3,3,1,0\n")
    assert [column.unit for column in table.columns] == ["mm", "°C", "hPa/일", ""]


def test_names_and_cells_are_data():
    table = read("<b>a</b>,=1+1,a'; DROP TABLE x; --\n1,=cmd|x,2\n2,=cmd|x,3\n3,@SUM(1),4\n")
    assert table.column_names == ("<b>a</b>", "=1+1", "a'; DROP TABLE x; --")
    assert table.frame["=1+1"].tolist() == ["=cmd|x", "=cmd|x", "@SUM(1)"]


# --- refusals


def archive(name: str) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as file:
        file.writestr(name, "x")
    return target.getvalue()


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf \n\n\t\n", "empty"),
        (b"a,b,c\n", "no_rows"),
        ("오늘은 날씨가 매우 맑고 바람이 약했습니다.\n내일은 비가 온다고 합니다.\n", "no_table"),
        ("Prose is no table, it has commas.\nSome lines have one, two, three.\nOthers none.\n", "no_table"),
        (archive("xl/workbook.xml"), "is_xlsx"),
        (archive("data.csv"), "is_zip"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "is_xls"),
        (gzip.compress(b"a,b\n1,2\n", mtime=0), "is_gzip"),
        (b"\x89PNG\r\n\x1a\n" + bytes(100), "is_image"),
        (b"\xff\xd8\xff\xe0" + bytes(100), "is_image"),
        (b"%PDF-1.7\n1 0 obj", "is_pdf"),
        (b"<!DOCTYPE html>\n<html><body>login</body></html>", "is_html"),
        (b"\n <html><table><tr><td>1</td></tr></table>", "is_html"),
        (b'{"a": [1, 2, 3]}', "is_json"),
        (b'[{"a": 1}, {"a": 2}]', "is_json"),
        (b"\x93NUMPY\x01\x00v\x00", "is_binary"),
        (bytes(range(256)) * 20, "is_binary"),
        (bytes(1000), "empty"),
    ],
)
def test_what_is_no_table_is_refused_by_name(content, code):
    assert refusal(content) == code


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("a,b\n" + "1,2\n" * 2_498 + "1,23", "too_large"),
        ("a,b\n" + "1,2\n" * 2_498 + "1,234", "too_large"),
        ("a,b\n" + "1,2\n" * 101, "too_large"),
        (",".join(f"c{i}" for i in range(11)) + "\n" + ",".join("1" * 11) + "\n", "too_large"),
        ("a,b\n1,2\n" + "x" * 201 + ",3\n", "too_large"),
        ('a,b\n1,"' + ("y" * 50 + "\n") * 6 + '"\n', "too_large"),
        ("a,b\n1,2\n" + "9" * 300 + ",3\n", "too_large"),
        ("n" * 201 + ",b\n1,2\n3,4\n", "too_large"),
    ],
)
def test_each_limit_is_enforced_and_named(content, code):
    assert refusal(content, SMALL) == code


def test_a_table_at_the_limits_is_read():
    assert len(read("a,b\n" + "1,2\n" * 99 + "3,4\n", limits=SMALL).frame) == 100


def test_a_file_that_is_not_there_is_a_refusal():
    with pytest.raises(TableError) as caught:
        read_table(Path("no") / "such.csv", "such.csv", ALONE)
    assert caught.value.code == "cannot_open"


def test_a_path_and_its_bytes_give_the_same_table(tmp_path):
    path = tmp_path / "x.csv"
    path.write_bytes(STATION.encode("cp949"))
    from_path, from_bytes = read_table(path, "a.csv", ALONE), read(STATION, "cp949")
    assert from_path.columns == from_bytes.columns
    assert from_path.sha256 == from_bytes.sha256
    pd.testing.assert_frame_equal(from_path.frame, from_bytes.frame)


def test_every_note_of_the_reader_can_be_said():
    tables = [
        read("기온,기온,,\n1,2,3,\nNA,-999,7,\n5,6\n5,6,4,,9\n"),
        read('t,a\n2021-01-01 24:00,"1,234"\nx,5%\n'),
        read(b"a,b\n1,\x002\n3,4\n"),
    ]
    for note in (note for table in tables for note in table.notes):
        for language in LANGUAGES:
            said = say(
                f"note.{note.code}", language, count=note.count, line=note.first_line, column="열", detail=note.detail
            )
            assert "None" not in said


def test_every_note_that_the_code_makes_has_its_sentence():
    sources = [path.read_text(encoding="utf-8") for path in Path(data.__file__).parent.rglob("*.py")]
    made = {code for source in sources for code in re.findall(r'(?:Note|counts\.add)\(\s*"(\w+)"', source)}
    assert len(made) > 20
    assert all(has_text(f"note.{code}") for code in made)


def test_the_frame_has_one_dtype_a_column_whatever_the_slices_hold():
    numbers = [str(i) for i in range(200_000)]
    numbers[150_000] = "text"
    table = read("a,b\n" + "".join(f"{v},1\n" for v in numbers))
    assert table.frame["a"].dtype == np.float64
    assert table.column("a").missing == 1


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"a\n1\n2\n3\n", "one_column"),
        (b"name,city\nann,here it is\nbob,there it was\ncid,somewhere\n", "only_text"),
    ],
)
def test_a_table_that_teaches_nothing_is_read_and_refused_where_it_is_to_be_learned_from(content, code):
    table = read(content)
    assert table.rows == 3
    with pytest.raises(TableError) as caught:
        propose_data(table)
    assert caught.value.code == code
