"""What tables from real packages and programs hold, and no generator thought of."""

import pytest

from lab.data.propose import propose_data
from lab.data.read import read_table
from lab.spec.limits import ALONE

ROWS = range(24)


def read(text):
    return read_table(text.encode(), "t.csv", ALONE)


def lines(head, row):
    return head + "\n" + "".join(row(i) + "\n" for i in ROWS)


def kinds(table):
    return {column.name: column.kind for column in table.columns}


@pytest.mark.parametrize(
    "numbers", [[3 * i + i // 4 for i in ROWS], [(7 * i) % 24 + 1 for i in ROWS], [*range(1, 24), ""]]
)
def test_a_first_column_without_a_name_numbers_the_rows_with_gaps_and_shuffled_too(numbers):
    table = read(lines(",x,y", lambda i: f"{numbers[i]},{i % 7}.5,{i * 5 % 11}"))
    assert kinds(table)["col1"] == "id"


def test_a_first_column_without_a_name_that_repeats_is_a_column_like_others():
    assert kinds(read(lines(",x", lambda i: f"{i % 5},{i}.5")))["col1"] == "numeric"


def test_sodium_is_no_missing_value():
    table = read(
        "symbol,mass\n" + "".join(f"{s},{m}\n" for m, s in enumerate(["H", "He", "Li", "Be", "B", "Na", "Mg", "Al"]))
    )
    assert table.column("symbol").missing == 0
    assert read(lines("x,y", lambda i: f"{'Na' if i == 3 else i},{i}")).column("x").missing == 1


def test_one_and_two_are_no_number_with_a_unit():
    table = read(lines("who,x", lambda i: f"{1 + i % 3} and 2,{i}"))
    assert kinds(table)["who"] == "category"
    assert table.original(0, "who") == "1 and 2"
    assert read(lines("area,x", lambda i: f"{i} m2,{i}")).column("area").unit == "m2"


@pytest.mark.parametrize("corner", ["", "sex"])
def test_quoted_numbers_over_a_table_of_counts_are_its_names(corner):
    table = read(f'"{corner}","5","10","20"\n"a",3,4,5\n"b",4,5,6\n"c",7,8,2\n')
    assert table.column_names[1:] == ("5", "10", "20")
    assert table.rows == 3


def test_a_turned_table_with_a_row_of_classes_is_recognised():
    head = "name," + ",".join(f"s{i}" for i in range(12))
    rows = ["class," + ",".join("ab"[i % 2] for i in range(12))]
    rows += [f"v{j}," + ",".join(f"{i * j % 7}.{i}" for i in range(12)) for j in range(1, 5)]
    assert "transposed" in [note.code for note in read("\n".join([head, *rows]) + "\n").notes]


@pytest.mark.parametrize(
    ("name", "cell", "first"),
    [
        ("date", lambda i: f"21.11.{1 + i:02d}", "2021-11-01"),
        ("date", lambda i: f"{1 + i}/11/98", "1998-11-01"),
        ("date", lambda i: f"1/{1 + i}/98", "1998-01-01"),
        ("date", lambda i: f"{1 + i}-Jan-03", "2003-01-01"),
        ("Month", lambda i: f"{1 + i % 12:02d}/{98 + i // 12}", "1998-01-01"),
        ("date", lambda i: f"8{i // 12}{1 + i % 12:02d}15", "1980-01-15"),
    ],
)
def test_years_of_two_digits_are_read_and_told(name, cell, first):
    table = read(lines(f"{name},x", lambda i: f"{cell(i)},{i % 7}"))
    assert kinds(table)[name] == "datetime"
    assert str(table.frame[name].iloc[0].date()) == first
    assert "short_years" in [note.code for note in table.notes]


def test_months_of_years_versions_and_plain_numbers_are_no_short_years():
    months = read(lines("date,x", lambda i: f"{2001 + i // 12}{1 + i % 12:02d},{i}"))
    assert kinds(months)["date"] == "numeric"
    assert kinds(read(lines("version,x", lambda i: f"{i % 7}.{i % 3}.{10 + i * 7 % 60},{i}")))["version"] != "datetime"


@pytest.mark.parametrize("sign", ["||", "::"])
def test_cells_between_double_signs_are_cells(sign):
    table = read(lines(sign.join("abc"), lambda i: sign.join((f"{i}", f"x{i % 3}", f"{i / 7:.2f}"))))
    assert kinds(table) == {"a": "numeric", "b": "category", "c": "numeric"}
    assert table.original(2, "c") == f"{2 / 7:.2f}"
    assert "wide_delimiter" in [note.code for note in table.notes]


def test_a_quote_behind_a_backslash_belongs_to_the_text():
    table = read(lines("nr,text,y", lambda i: f'{i},"he said \\"hi, {i}\\" to me",{i % 4}'))
    assert table.column_names == ("nr", "text", "y")
    assert table.frame["text"].iloc[3] == 'he said "hi, 3" to me'
    assert table.original(3, "text") == 'he said "hi, 3" to me'


def test_a_path_that_ends_in_a_backslash_is_left_as_it_is():
    table = read(lines("path,y", lambda i: f'"C:\\data{i}\\",{i % 4}'))
    assert table.frame["path"].iloc[0] == "C:\\data0\\"


def test_the_names_in_a_comment_are_those_right_above_the_rows():
    comments = "# Station 42, hourly means\n# made by foo 1.2\n#\n# YEAR MONTH TEMP RAIN"
    table = read(lines(comments, lambda i: f"  {1990 + i // 12}  {1 + i % 12:4d}  {i / 3:6.2f} {i % 5:5.1f}"))
    assert table.column_names == ("YEAR", "MONTH", "TEMP", "RAIN")


def test_plus_and_minus_are_two_answers():
    column = read(lines("found,x", lambda i: f"{'+-'[i % 2]},{i}")).column("found")
    assert (column.kind, column.missing) == ("boolean", 0)


def test_row_names_are_never_proposed():
    table = read(lines(",height,weight", lambda i: f"{2 * i + i // 5},{150 + i * 7 % 31},{50 + i * 5 % 29}"))
    assert propose_data(table).inputs == ("height",)
