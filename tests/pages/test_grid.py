"""A table of rows comes to the browser as it did by way of Pandas."""

import math

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

ROWS = [
    {"run": "#1", "loss": 0.25, "best": 3, "test": None},
    {"run": "손실", "loss": math.nan, "best": None, "test": None},
    {"run": "", "loss": None, "best": 12, "test": None},
]


def shown(rows: list[dict[str, object]], names: list[str]) -> pd.DataFrame:
    def page(rows, names):
        from pages.ui.grid import show_rows

        show_rows((dict(row) for row in rows), names, key="table")

    at = AppTest.from_function(page, args=(rows, names)).run()
    assert not at.exception
    return at.dataframe[0].value


def cells(table: pd.DataFrame) -> list[list[object]]:
    return [[None if pd.isna(cell) else cell for cell in table[name].tolist()] for name in table.columns]


@pytest.mark.parametrize("rows", [ROWS, ROWS[:1], ROWS[1:2]])
def test_a_table_of_rows_has_their_cells_and_nothing_where_there_is_no_number(rows):
    table, wanted = shown(rows, []), pd.DataFrame(rows)
    assert list(table.columns) == list(wanted.columns)
    assert cells(table) == cells(wanted)


def test_where_there_is_no_row_the_columns_still_have_names():
    assert list(shown([], ["layer", "output"]).columns) == ["layer", "output"]
    assert shown([], []).empty


def test_whole_numbers_that_no_browser_counts_are_shown_as_they_are_written():
    table = shown([{"parameters": 2**70}, {"parameters": None}, {"parameters": 12}], [])
    assert cells(table) == [[f"{2**70:,}", None, "12"]]
