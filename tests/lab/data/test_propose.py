"""Proposals: a sensible start for any table, and no column that gives the target away."""

import pytest

from lab.data.propose import default_target, guess_task, propose_data, task_choices
from lab.data.read import read_table
from lab.data.samples import load_sample
from lab.errors import DataError
from lab.spec.data import SampleSource
from lab.spec.limits import ALONE


def table_of(**columns):
    rows = zip(*columns.values(), strict=True)
    text = ",".join(columns) + "\n" + "".join(",".join(map(str, row)) + "\n" for row in rows)
    return read_table(text.encode(), "t.csv", ALONE)


N = 40
NOISE = [(i * 37) % 101 / 7 for i in range(N)]
DAYS = [f"2021-{1 + i // 28:02d}-{1 + i % 28:02d}" for i in range(N)]


@pytest.mark.parametrize(
    ("name", "values", "task"),
    [
        ("rain", [0, 1] * 20, "binary"),
        ("sex", ["male", "female"] * 20, "binary"),
        ("answer", ["예", "아니오"] * 20, "binary"),
        ("size", [1, 2] * 20, "binary"),
        ("weather", ["a", "b", "c", "d"] * 10, "multiclass"),
        ("digit", [0, 1, 2, 3] * 10, "multiclass"),
        ("등급", [1, 2, 3, 4] * 10, "multiclass"),
        ("rooms", [1, 2, 3, 4] * 10, "regression"),
        ("y", NOISE, "regression"),
    ],
)
def test_the_task_follows_from_the_target(name, values, task):
    column = table_of(x=NOISE, **{name: values}).column(name)
    assert guess_task(column) == task
    assert task_choices(column)[0] == task


def test_a_column_of_dates_or_of_one_value_is_no_target():
    table = table_of(day=DAYS, one=[1] * N, x=NOISE)
    assert task_choices(table.column("day")) == ()
    assert task_choices(table.column("one")) == ()


def test_the_target_is_the_last_column_that_can_be_one():
    table = table_of(x=NOISE, y=NOISE[::-1], day=DAYS, one=[3] * N)
    assert default_target(table).name == "y"


def test_a_table_without_any_target_is_refused():
    table = table_of(one=[1] * N, day=DAYS)
    with pytest.raises(DataError) as caught:
        propose_data(table)
    assert caught.value.code == "data.no_target"


def test_useless_columns_and_copies_of_the_target_are_no_inputs():
    celsius = NOISE
    table = table_of(
        번호=range(1, N + 1),
        day=DAYS,
        one=[1] * N,
        name=[f"station {i}" for i in range(N)],
        x=NOISE[::-1],
        fahrenheit=[round(c * 1.8 + 32, 6) for c in celsius],
        celsius=celsius,
    )
    assert propose_data(table, "celsius").inputs == ("x",)


def test_a_class_under_another_name_is_no_input():
    table = table_of(x=NOISE, code=[1, 2, 3, 4] * 10, weather=["a", "b", "c", "d"] * 10)
    assert propose_data(table, "weather").inputs == ("x",)


def test_rows_in_time_order_are_split_by_time():
    split = propose_data(table_of(day=DAYS, x=NOISE, y=NOISE[::-1])).split
    assert (split.order, split.time_column) == ("time", "day")
    shuffled = propose_data(table_of(day=DAYS[5:] + DAYS[:5], x=NOISE, y=NOISE[::-1])).split
    assert shuffled.order == "shuffled"


def test_gaps_are_filled_where_dropping_would_cost_many_rows():
    few = ["" if i == 3 else v for i, v in enumerate(NOISE)]
    many = ["" if i % 5 == 3 else v for i, v in enumerate(NOISE)]
    assert propose_data(table_of(x=few, y=NOISE[::-1])).missing == "drop"
    assert propose_data(table_of(x=many, y=NOISE[::-1])).missing == "fill"


def test_the_second_target_of_a_sample_never_becomes_an_input_of_the_first():
    table, source = load_sample("seattle_tomorrow"), SampleSource(name="seattle_tomorrow")
    assert "temp_max_tomorrow" not in propose_data(table, source=source).inputs
    other = propose_data(table, "temp_max_tomorrow", source)
    assert "rain_tomorrow" not in other.inputs
    assert other.task == "regression"


def test_an_upload_is_recognised_again_by_what_was_in_it():
    table = table_of(x=NOISE, y=NOISE[::-1])
    source = propose_data(table).source
    assert source.kind == "upload"
    assert (source.sha256, source.columns) == (table.sha256, ("x", "y"))
