"""The list of formats as a table: what arrives, the finding or refusal that is expected, in both languages.

Each row is a file of the list and what has to come of it; the sections are those of docs/reading.md.
"""

from dataclasses import dataclass, field

import pandas as pd
import pytest

from lab.data.read import read_table
from lab.errors import TableError
from lab.spec.limits import ALONE
from lab.texts import LANGUAGES, say, say_error


@dataclass(frozen=True)
class Case:
    """Args:
    notes: codes that must be told, with their counts where that is a number; no other repair may be told.
    header: 0-based line; None if there is no header.
    """

    text: str | bytes
    names: tuple[str, ...] = ()
    kinds: str = ""  # first letters: n c d b t i e
    notes: dict[str, int | None] = field(default_factory=dict)
    header: int | None = 0
    delimiter: str = ","
    encoding: str = "utf-8"
    first: dict[str, object] = field(default_factory=dict)  # column -> its first cells
    rows: int | None = None


NUMBERS = "a,b\n1.5,x\n2.5,y\n3.5,x\n4.5,y\n"
KMA = "지점,지점명,일시,기온(°C),강수량(mm)\n" + "".join(
    f"108,서울,2021-11-22 {h:02d}:00,{h}.5,{'' if h % 2 else 0.5}\n" for h in range(1, 10)
)
AIR = "지역,측정소코드,측정일시,PM10\n" + "".join(f"서울,111121,20211001{h:02d},{h + 20}\n" for h in range(1, 25))
KOSIS = (
    '"행정구역별","2021","","2022"\n"행정구역별","총인구수 (명)","세대수","총인구수 (명)"\n'
    '"서울","9,472,127","4,046","9,428,372"\n"부산","3,324","1,600","…"\n"대구","2,387","X","2,363"\n"인천","2,945","1,170","2,967"\n'
    "주석: 연말 기준\n출처: 행정안전부, 주민등록\n"
)
HUB = (
    "#START7777\n#  기상청 지상관측 시간자료\n# YYMMDDHHMI STN   WS    TA\n#        KST  ID  m/s     C\n"
    "202101010000 108  1.5  -2.3\n202101010100 108 -9.0 -12.5\n"
    "202101010200 108  2.0 -99.0\n202101010300 108  2.5   1.0\n"
    "#7777END\n"
)
FORM = (
    '타임스탬프,"이름을 쓰세요, 본명",좋아하는 과목\n2021. 11. 22. 오후 1:05:33,김,"수학, 과학"\n'
    "2021. 11. 22. 오전 12:10:01,이,국어\n2021. 11. 23. 오전 9:00:00,박,국어\n"
    '2021. 11. 23. 오후 12:00:00,최,"수학, 과학"\n'
)
EVERYTHING = (
    "관측 자료\n[검색조건]\n\n지점,일시,일사,기온\n,,kJ/m2,°C\n"
    + "".join(f'108,2021-11-{22 + n // 24} {n % 24 + 1:02d}:00,"1,{100 + n}",{n}.5\n' for n in range(26))
    + "\n출처: 기상청, 2021\n주) 잠정치\n"
)

CASES = {
    # encodings
    "utf-8": Case(NUMBERS, ("a", "b"), "nc"),
    "utf-8 with mark": Case("\ufeff" + NUMBERS, ("a", "b"), "nc", encoding="utf-8-sig"),
    "cp949": Case(KMA.encode("cp949"), kinds="icdnn", encoding="cp949", notes={"encoding": None}),
    "one syllable that is valid utf-8": Case(
        "키,x\n170,1\n180,2\n".encode("cp949"), ("키", "x"), "nn", {"encoding": None}, encoding="cp949"
    ),
    "utf-16, tabs": Case(
        NUMBERS.replace(",", "\t").encode("utf-16"), ("a", "b"), "nc", {"encoding": None}, 0, "\t", "utf-16"
    ),
    "utf-16 without mark": Case(
        NUMBERS.encode("utf-16-be"), ("a", "b"), "nc", {"encoding": None}, encoding="utf-16-be"
    ),
    "mostly Hangul in utf-16 without mark": Case(
        "이름,의견\n김철수,아주 좋았습니다\n이영희,별로였습니다\n".encode("utf-16-le"),
        ("이름", "의견"),
        "tt",
        {"encoding": None},
        encoding="utf-16-le",
    ),
    "latin-1": Case(
        "Größe,Ort\n1.5,Köln\n2.5,Ulm\n3.5,Köln\n".encode("cp1252"),
        ("Größe", "Ort"),
        "nc",
        {"encoding": None, "encoding_guess": None},
        encoding="cp1252",
    ),
    "latin-1 with a sign of degrees alone": Case(
        "t (°C),h\n1.5,4\n2.5,5\n3.5,4\n".encode("cp1252"),
        ("t (°C)", "h"),
        "nn",
        {"encoding": None, "encoding_guess": None},
        encoding="cp1252",
    ),
    "shift-jis": Case(
        "気温,天気\n1.5,晴れ\n2.5,雨\n3.5,晴れ\n".encode("shift_jis"),
        ("気温", "天気"),
        "nc",
        {"encoding": None, "encoding_guess": None},
        encoding="shift_jis",
    ),
    "a broken byte": Case(
        "기온,날씨\n1,맑음\n2,비".encode() + b"\xff\n3,\xeb\xa7\x91\xec\x9d\x8c\n",
        ("기온", "날씨"),
        "nc",
        {"bad_bytes": 1},
    ),
    "cut in a character": Case(
        "기온,날씨\n1,맑음\n2,비\n3,맑음".encode()[:-1], ("기온", "날씨"), "nt", {"bad_bytes": 1}
    ),
    "decomposed names": Case("기온,x\n1,2\n3,4\n", ("기온", "x"), "nn"),
    "NUL bytes": Case(b"a,b\n1,\x002\n3,4\n\0\0\0\0", ("a", "b"), "nn", {"nul_bytes": 5}),
    # portals
    "KMA hourly": Case(KMA, kinds="icdnn", first={"지점": [108], "일시": [pd.Timestamp("2021-11-22 01:00")]}),
    "KMA, dates behind tabs": Case("날짜,기온(℃)\n\t2021-01-01,1.5\n\t2021-01-02,2.5\n", kinds="dn"),
    "API hub": Case(
        HUB, ("YYMMDDHHMI", "STN", "WS", "TA"), "dinn", {"preamble": 4, "sentinels": None, "footer": 1}, 2, " "
    ),
    "AirKorea": Case(AIR, kinds="cidn", notes={"hour24": 1}, first={"측정일시": [pd.Timestamp("2021-10-01 01:00")]}),
    "KOSIS": Case(
        KOSIS,
        ("행정구역별", "2021 총인구수 (명)", "2021 세대수", "2022 총인구수 (명)"),
        "tnnn",
        {"multi_header": 2, "thousands": None, "footer": 2},
        1,
        rows=4,
    ),
    "Google Forms": Case(
        FORM, kinds="dtc", first={"타임스탬프": list(pd.to_datetime(["2021-11-22 13:05:33", "2021-11-22 00:10:01"]))}
    ),
    "everything at once": Case(
        EVERYTHING.encode("cp949"),
        ("지점", "일시", "일사", "기온"),
        "idnn",
        {"encoding": None, "preamble": 2, "units_row": 1, "thousands": 26, "footer": 2, "hour24": 1},
        3,
        encoding="cp949",
        rows=26,
    ),
    # layout
    "semicolons and decimal commas": Case(
        "a;b\n1,5;x\n1.234,5;y\n-0,25;x\n", kinds="nc", notes={"decimal_comma": 3, "thousands": 1}, delimiter=";"
    ),
    "quoted decimal commas": Case('a,b\n"1,5",x\n"2,5",y\n"3,25",x\n', kinds="nc", notes={"decimal_comma": 3}),
    "thousands that could be decimals": Case(
        "지역\t인구\n서울\t599,758\n부산\t123,456\n대구\t98,765\n", kinds="tn", notes={"thousands": 3}, delimiter="\t"
    ),
    "Swiss thousands": Case(
        "a;b\n1'234.50;x\n2'000.25;y\n12.50;x\n", kinds="nc", notes={"thousands": 2}, delimiter=";"
    ),
    "European thousands with a blank": Case(
        "a;b\n1\u00a0234,5;x\n12,5;y\n2\u00a0000,5;x\n",
        kinds="nc",
        notes={"thousands": 2, "decimal_comma": 3},
        delimiter=";",
    ),
    "sep line": Case("sep=;\na;b\n1;2\n3;4\n", ("a", "b"), "nn", {}, 1, ";"),
    "single quotes": Case("'a','b'\n'1.5','x, y'\n'2.5','z'\n'3.5','x, y'\n", ("a", "b"), "nc"),
    "a code in single quotes": Case("'a','코드'\n'1.5','00123'\n'2.5','00124'\n'3.5','10125'\n", kinds="ni"),
    "blanks and quotes behind tabs": Case('a\t b\n1\t "x"\n2\t "y"\n3\t "x"\n', ("a", "b"), "nc", delimiter="\t"),
    "title": Case("2021년 관측\n\n" + NUMBERS, ("a", "b"), "nc", {"preamble": 1}, 2),
    "title with commas": Case("이 자료는, 시험용이며, 공식이 아님\n\n" + NUMBERS, ("a", "b"), "nc", {"preamble": 1}, 2),
    "padded title": Case(
        "보고서,,\n작성자,김,\na,b,c\n1,2,3\n4,5,6\n7,8,9\n", ("a", "b", "c"), "nnn", {"preamble": 2}, 2
    ),
    "title above blanks": Case(
        "2021년 관측 자료\n날짜  기온  습도\n2021-01-01  1.5  40\n2021-01-02  2.5  41\n",
        kinds="dnn",
        notes={"preamble": 1},
        header=1,
        delimiter=" ",
    ),
    "merged cells over names": Case(
        ",관측,,보정,\n시각,기온,습도,기온,습도\n2021-01-01,1,2,3,4\n2021-01-02,5,6,7,8\n2021-01-03,5,6,7,9\n",
        ("시각", "관측 기온", "관측 습도", "보정 기온", "보정 습도"),
        "dnnnn",
        {"multi_header": 2},
        1,
    ),
    "units below the names": Case(
        "일시,기온,일사\n,(°C),(MJ/m2)\n2021-01-01,1,2\n2021-01-02,3,4\n",
        ("일시", "기온", "일사"),
        "dnn",
        {"units_row": 1},
    ),
    "delimiters at the ends of rows below units": Case(
        "일시,기온,일사\n,(°C),(MJ/m2)\n2021-01-01,1,2,\n2021-01-02,3,4,\n",
        ("일시", "기온", "일사"),
        "dnn",
        {"units_row": 1, "trailing_delimiter": 1},
    ),
    "row numbers over rows of delimiters": Case(
        ",a\n0,1.5\n1,2.5\n2,3.5\n,\n,\n", kinds="in", notes={"index_column": 1, "blank_rows": 2}, rows=3
    ),
    "decomposed Hangul in times": Case(
        "일시,v\n2022. 11. 5. \u110b\u1169\u110c\u1165\u11ab 12:30,1\n2022. 11. 5. 오후 1:30,2\n", kinds="dn"
    ),
    "entries over a wider table": Case(
        "지점,서울\n시작,2021-01-01\n종료,2021-12-31\n\na,b,c\n1,2,3\n4,5,6\n7,8,9\n",
        ("a", "b", "c"),
        "nnn",
        {"preamble": 3},
        4,
    ),
    "a row of delimiters below the names": Case("a,b\n,\n1,2\n3,4\n", kinds="nn", notes={"blank_rows": 1}, rows=2),
    "no header": Case("2021-01-01,1.5\n2021-01-02,2.5\n", ("col1", "col2"), "dn", {"no_header": None}, None),
    "years over places": Case("지역,2019,2020\n서울,1.5,2\n부산,3,4.5\n대구,5,6\n", ("지역", "2019", "2020"), "tnn"),
    "rounds over names": Case(
        "이름,1회,2회,3회\n김,50,60,70\n이,60,50,80\n박,61,51,81\n", ("이름", "1회", "2회", "3회"), "tnnn"
    ),
    "names twice": Case(
        "기온,기온,기온_2\n1,2,3\n4,5,6\n", ("기온", "기온_3", "기온_2"), "nnn", {"duplicate_names": 1}
    ),
    "blank name": Case("a,,c\n1,2,3\n4,5,7\n", ("a", "col2", "c"), "nnn", {"blank_names": 1}),
    "row numbers of pandas": Case(",a\n0,1.5\n1,2.5\n2,3.5\n", kinds="in", notes={"index_column": 1}),
    "row names of R": Case('"x","y"\n"a1",2.5,3\n"a2",3.5,4\n"a3",4.5,5\n', kinds="inn", notes={"index_column": 1}),
    "delimiters at line ends": Case("a,b,,\n1,2,,\n3,4,,\n", ("a", "b"), "nn", {"trailing_delimiter": 2}),
    "delimiters at the ends of rows": Case("a,b\n1,2,\n3,4,\n", ("a", "b"), "nn", {"trailing_delimiter": 1}),
    "total and mean": Case(
        "지역,값\n서울,1.5\n부산,3\n대구,5\n합계,9.5\n평균,3.2\n", kinds="tn", notes={"totals": 2}, rows=3
    ),
    "a category called total": Case("구분,값\n남,1\n합계,2\n남,3\n여,4\n여,5\n남,6\n", kinds="cn", rows=6),
    "notes below": Case(NUMBERS + "\n출처: 통계청, 2021\n※ 잠정치\n", kinds="nc", notes={"footer": 2}, rows=4),
    "padded notes below": Case(
        "지역,b,c\n서울,2,3\n부산,5,6\n대구,8,9\n,,\n잠정치임,,\n",
        kinds="tnn",
        notes={"footer": 1, "blank_rows": 1},
        rows=3,
    ),
    "a last row of gaps": Case("지점명,b,c\n가,2,3\n나,5,6\n다,,\n", kinds="tnn", rows=3),
    "short and long rows": Case(
        "a,b,c\n1,2,3\n4,5\n7,8,9,10\n1,1,1\n", kinds="nnn", notes={"ragged_short": 1, "ragged_long": 1}, rows=4
    ),
    "long rows of blanks": Case("a,b\n1,2\n3,4,,\n5,6\n", kinds="nn", notes={"ragged_long": 1}),
    "names over nothing": Case(
        "a,b,c\n1,2\n3,4\n5,6\n", ("a", "b", "c"), "nne", {"ragged_short": 3, "empty_columns": 1}
    ),
    "an open quote": Case('a,b,c\n1,"x,2\n2,y,3\n3,x,4\n4,y,5\n', kinds="ncn", notes={"bad_quotes": 1}, rows=4),
    "two open quotes": Case('a,b,c\n1,"x,2\n2,y,3\n3,z",4\n4,y,5\n', kinds="ncn", notes={"bad_quotes": None}, rows=4),
    "an open quote among quotes": Case(
        '"a","b","c"\n"1","x","2"\n"2","y,"3"\n"3","x","4"\n', kinds="ncn", notes={"bad_quotes": 1}, rows=3
    ),
    "a quoted line break": Case('a,b\n1,"x\ny"\n2,z\n', ("a", "b"), "nt", rows=2),
    "blank lines": Case("a,b\n1,2\n\n3,4\n,\n5,6\n\n\n", kinds="nn", notes={"blank_rows": 2}, rows=3),
    "a comment between rows": Case(
        "a,b,c\n1,2,3\n# recalibrated\n4,5,6\n7,8,9\n", kinds="nnn", notes={"footer": 1}, rows=3
    ),
    "old line ends": Case(NUMBERS.replace("\n", "\r"), kinds="nc"),
    "mixed line ends": Case("a,b\r\n1,2\n3,4\r\n5,6\n\x1a", kinds="nn", rows=3),
    "two tables": Case("a,b\n1,2\n3,4\n5,6\n\nx,y,z\n1,2,3\n4,5,6\n", ("a", "b"), "nn", {"two_tables": 2}, rows=3),
    "two tables, the first a summary": Case(
        "n,m\n3,4\n5,6\n7,8\n\nx,y,z\n" + "1.5,2,3\n4,5,6\n" * 30, ("x", "y", "z"), "nnn", {"two_tables": 2}, 5, rows=60
    ),
    "variables in rows": Case(
        "일시,2021-01-01,2021-01-02,2021-01-03,2021-01-04\n기온(°C),1,2,3,4\n습도(%),40,41,42,43\n",
        kinds="tnnnn",
        notes={"transposed": 2},
    ),
    "one column": Case("측정값\n1.5\n2.5\n3.5\n", ("측정값",), "n"),
    "one column of times": Case("일시\n2021-01-01 00:00\n2021-01-01 01:00\n2021-01-01 02:00\n", ("일시",), "d"),
    "constant and empty": Case(
        "a,b,c\n1,7,\n2,7,\n3,7,\n", kinds="nne", notes={"constant_columns": 1, "empty_columns": 1}
    ),
    "markdown": Case(
        "| a | b |\n|:--|--:|\n| 1.5 | x |\n| 3 | y |\n| 4 | x |\n",
        ("a", "b"),
        "nc",
        {"trailing_delimiter": None},
        delimiter="|",
    ),
    # cells
    "spellings of missing": Case("a,b\n1,x\nNA,y\n-,x\n결측,N/A\n…,y\n5,x\n", kinds="nc", first={"a": [1.0]}),
    "none is a value": Case(
        "이상,국가코드\n없음,NA\n있음!,KR\n없음,US\n있음!,NA\n",
        kinds="cc",
        first={"이상": ["없음"], "국가코드": ["NA"]},
    ),
    "a sentinel": Case("a,b\n1,x\n-999,y\n3,x\n4,y\n", kinds="nc", notes={"sentinels": 1}),
    "a sentinel below winter": Case("t,b\n-15.5,x\n35,y\n-99,x\n4,y\n", kinds="nc", notes={"sentinels": 1}),
    "frost": Case("t,b\n-12.3,x\n-9.0,y\n8.1,x\n4,y\n", kinds="nc"),
    "infinite": Case("a,b\n1,2\n1e999,3\n-inf,4\n4,5\n", kinds="nn", notes={"sentinels": 2}),
    "words among numbers": Case(
        "a,b\n" + "".join(f"{n},x\n" for n in range(1, 20)) + "측정불가,x\n", kinds="nc", notes={"constant_columns": 1}
    ),
    "percent and money": Case(
        'a,b\n12.5%,"₩1,000"\n5%,"₩2,500"\n7%,₩30\n',
        kinds="nn",
        notes={"percent": 3, "units": 3, "thousands": 2},
        first={"a": [12.5], "b": [1000.0]},
    ),
    "negatives of bookkeepers": Case(
        'a,b\n"(1,200)",x\n300,y\n−5,x\n', kinds="nc", notes={"thousands": 1}, first={"a": [-1200.0]}
    ),
    "classes with a number": Case(
        "학년,점수\n1학년,50점\n2학년,60점\n1학년,70점\n2학년,80점\n1학년,90점\n2학년,55점\n",
        kinds="cn",
        notes={"units": 6},
    ),
    "codes": Case(
        '우편번호,상품코드,긴,x\n="04524",A-01,1234567890123456789,1\n="04525",A-02,1234567890123456790,2\n',
        kinds="iiin",
        first={"우편번호": ["04524"]},
    ),
    "names that only end like codes": Case("humid,grid,valid\n40,3,1\n41,4,0\n45,3,1\n", kinds="nnn"),
    "mixed dates": Case(
        "날짜,v\n2021-01-13,1\n13/01/2021,2\n2021년 1월 14일,3\n20210115,4\n", kinds="dn", notes={"mixed_dates": 3}
    ),
    "no date among dates": Case(
        "날짜,v\n" + "".join(f"2021-01-{d:02d},{d}\n" for d in range(1, 21)) + "미정,9\n",
        kinds="dn",
        notes={"mixed_dates": 1},
    ),
    "day first by the order of rows": Case(
        "d,v\n01/02/2021,1\n02/02/2021,2\n01/03/2021,3\n", kinds="dn", first={"d": [pd.Timestamp("2021-02-01")]}
    ),
    "compact dates by their spacing": Case("x,v\n" + "".join(f"202111{d},{d}.5\n" for d in range(10, 20)), kinds="dn"),
    "numbers of eight digits": Case("매출,v\n20211122,1\n99999999,2\n20211123,3\n", kinds="nn"),
    "times with a zone": Case(
        "t,v\n2021-11-22T13:00:00+09:00,1\n2021-11-22T14:00:00+09:00,2\n",
        kinds="dn",
        notes={"zone": None},
        first={"t": [pd.Timestamp("2021-11-22 13:00")]},
    ),
    "durations": Case("d,v\n1:30,1\n2:45,2\n0:10,3\n", kinds="tn"),
    "answers": Case("응답,v\n예,1\n아니오,2\n아니요,3\n예,4\n", kinds="bn", first={"응답": [True, False]}),
    "formulas": Case("메모,v\n=cmd|x,1\n@SUM(A1),2\n+1+2,3\n확인,4\n", kinds="tn", notes={"formula": 3}),
    "telephone numbers": Case("tel,v\n+82-10-1234-5678,1\n+82-10-2222-3333,2\n", kinds="tn"),
}

# told of what is there: no repair
TOLD = {"encoding", "encoding_guess", "missing_words", "not_numbers", "not_times", "zone"}
TOLD |= {"empty_columns", "constant_columns"}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_what_arrives_is_read_as_expected(case):
    data = case.text if isinstance(case.text, bytes) else case.text.encode()
    table = read_table(data, "x.csv", ALONE)
    assert table.encoding == case.encoding
    assert table.delimiter == case.delimiter
    assert table.header_row == case.header
    assert not case.names or table.column_names == case.names
    assert "".join(column.kind[0] for column in table.columns) == case.kinds
    assert case.rows is None or table.rows == case.rows
    told = {}
    for note in table.notes:
        told[note.code] = told.get(note.code, 0) + note.count
    assert set(case.notes) <= set(told)
    assert set(told) - TOLD <= set(case.notes)
    assert all(count is None or told[code] == count for code, count in case.notes.items())
    for name, cells in case.first.items():
        assert table.frame[name].tolist()[: len(cells)] == cells
    for note in table.notes:
        for language in LANGUAGES:
            sentence = say(
                f"note.{note.code}", language, count=note.count, line=note.first_line, column="열", detail=note.detail
            )
            assert "None" not in sentence


@pytest.mark.filterwarnings("ignore:The 'future.infer_string' option is deprecated")
@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_what_arrives_is_read_alike_whether_pandas_takes_texts_as_version_2_or_as_version_3_does(case):
    data = case.text if isinstance(case.text, bytes) else case.text.encode()
    with pd.option_context("future.infer_string", False):
        older = read_table(data, "x.csv", ALONE)
    with pd.option_context("future.infer_string", True):
        newer = read_table(data, "x.csv", ALONE)
    assert older == newer
    pd.testing.assert_frame_equal(older.frame, newer.frame, check_column_type=False)


REFUSALS = {
    "a page of an API": (b"<response><header><code>30</code></header></response>", "is_html"),
    "a comment before a page": (b"<!-- saved -->\n<html></html>", "is_html"),
    "a page in cp949": ("<html><body>로그인, 하세요</body></html>".encode("cp949"), "is_html"),
    "lines of JSON": ('{"이름": "가", "v": 1}\n{"이름": "나", "v": 2}\n'.encode("cp949"), "is_json"),
    "rich text": (b"{\\rtf1\\ansi hello, world}", "is_binary"),
    "a pickle": (b"\x80\x05\x95\x10\x00\x00\x00\x00\x00\x00\x00]\x94(K\x01K\x02e.", "is_binary"),
    "parquet": (b"PAR1" + bytes(range(256)) * 3 + b"PAR1", "is_binary"),
    "names alone": ("지점,일시,기온\n".encode("cp949"), "no_rows"),
    "a letter": (b"Dear all,\nI send you the minutes of Monday, as we said.\n\nSee you soon.\nBest\n", "no_table"),
}


@pytest.mark.parametrize(("data", "code"), REFUSALS.values(), ids=REFUSALS)
def test_what_is_no_table_is_refused_by_its_name(data, code):
    with pytest.raises(TableError) as caught:
        read_table(data, "x.csv", ALONE)
    assert caught.value.code == code
    assert all(len(say_error(caught.value, language)) > 20 for language in LANGUAGES)
