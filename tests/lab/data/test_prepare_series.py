"""Rows behind one another: lags and windows look back in time only, and never out of their series."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.data.prepare import PART_NAMES, prepare
from lab.data.windows import unbroken
from lab.spec.data import ColumnPlan, InputGroup, SplitSpec, TargetSpec, WindowSpec
from lab.spec.parts import PartSpec
from lab.verdict.baseline import baseline
from tests.lab.data.tables import gaps_at, refusal, spec, table_of

SQUARED = PartSpec(type="MeanSquaredError")

N = 60
X = [float(i * i % 47) for i in range(N)]
Y = [round(10 + 3 * np.sin(i / 3), 3) for i in range(N)]
BY_TIME = SplitSpec(order="time", validation=0.25, test=0.25)


def lags(column, *rows, **wishes):
    return ColumnPlan(column=column, lags=rows, **wishes)


def days(*numbers):
    return [str(np.datetime64("2021-01-01") + np.timedelta64(int(number), "D")) for number in numbers]


def everything(dataset):
    """Features by row of the table."""
    return {
        int(row): x for name in PART_NAMES for row, x in zip(dataset.part(name).rows, dataset.part(name).x, strict=True)
    }


def test_a_lag_is_the_value_so_many_rows_earlier():
    table = table_of(x=X, y=Y)
    data = spec(table, "y", "x", plans=(lags("x", 0, 1, 3),), scaling="none", split=BY_TIME)
    dataset = prepare(table, data, 0)
    assert dataset.feature_names == ("x", "x (t-1)", "x (t-3)")
    for row, x in everything(dataset).items():
        assert x.tolist() == [X[row], X[row - 1], X[row - 3]]
    assert [(note.code, note.count, note.detail) for note in dataset.notes] == [("rows_without_past", 3, "3")]


def test_a_target_is_an_input_by_its_own_past_alone():
    table = table_of(x=X, y=Y)
    data = spec(table, "y", "y", "x", plans=(lags("y", 2),), scaling="none", split=BY_TIME)
    dataset = prepare(table, data, 0)
    for row, x in everything(dataset).items():
        assert x == pytest.approx([Y[row - 2], X[row]], abs=1e-5)
    assert refusal(table, data.replace(plans=(lags("y", 0, 2),))) == "data.target_is_input"
    assert refusal(table, data.replace(plans=())) == "data.target_is_input"


def test_with_its_past_among_the_inputs_as_then_is_the_baseline():
    table = table_of(x=X, y=Y)
    dataset = prepare(table, spec(table, "y", "y", plans=(lags("y", 1, 2),), split=BY_TIME), 0)
    rule = baseline(dataset, SQUARED)
    assert (rule.kind, rule.column) == ("persistence", "y")
    assert rule.predictions["test"] == pytest.approx([Y[row - 1] for row in dataset.test.rows])


@given(order=st.permutations(list(range(20))), lag=st.integers(1, 5))
def test_the_order_of_the_rows_in_the_file_does_not_matter(order, lag):
    table = table_of(t=days(*order), x=[X[i] for i in order], y=[Y[i] for i in order])
    by_time = BY_TIME.replace(time_column="t")
    dataset = prepare(table, spec(table, "y", "x", plans=(lags("x", lag),), scaling="none", split=by_time), 0)
    found = {order[row]: x[0] for row, x in everything(dataset).items()}
    assert found == {i: X[i - lag] for i in range(lag, 20)}


def test_nothing_of_the_future_reaches_back():
    """Other values after the training part change nothing in it."""
    before, after = [*X[:30], *X[30:]], [*X[:30], *np.add(X[30:], 1e4)]
    for plans in ((lags("x", 0, 1, 2),), (lags("x", 1, clip=True, scaling="robust"),)):
        one, other = (
            prepare(table, spec(table, "y", "x", plans=plans, split=BY_TIME), 0)
            for table in (table_of(x=before, y=Y), table_of(x=after, y=Y))
        )
        same = [row < 30 for row in one.train.rows]
        np.testing.assert_array_equal(one.train.x[same], other.train.x[same])


def test_a_gap_earlier_on_is_dropped_or_filled_like_any_other():
    table = table_of(x=gaps_at(X, 10), y=Y)
    dropped = prepare(table, spec(table, "y", "x", plans=(lags("x", 0, 2),), split=BY_TIME), 0)
    assert set(range(2, N)) - set(everything(dropped)) == {10, 12}
    plans = (lags("x", 0, 2, missing="zero", indicator=True, scaling="none"),)
    filled = everything(prepare(table, spec(table, "y", "x", plans=plans, split=BY_TIME), 0))
    assert filled[12].tolist() == [X[12], 0, 0, 1]
    assert filled[10].tolist() == [0, 1, X[8], 0]


def test_categories_have_a_past_too():
    words = ["맑음", "비", "눈"] * 20
    table = table_of(w=words, y=Y)
    dataset = prepare(table, spec(table, "y", "w", plans=(lags("w", 1),), split=BY_TIME), 0)
    assert dataset.feature_names == ("w (t-1) = 눈", "w (t-1) = 맑음", "w (t-1) = 비")
    back = dataset.inverse_inputs(dataset.test.x)
    assert back["w (t-1)"].tolist() == [words[row - 1] for row in dataset.test.rows]


def test_lags_go_with_groups_of_inputs_and_several_targets():
    table = table_of(a=X, b=Y, y=[v + 1 for v in Y], z=[v * 2 for v in X])
    groups = (InputGroup(name="first", columns=("a", "y")), InputGroup(name="second", columns=("b",)))
    data = spec(
        table,
        "y",
        "a",
        "y",
        "b",
        groups=groups,
        more_targets=(TargetSpec(column="z", task="regression"),),
        plans=(lags("a", 0, 1), lags("y", 1)),
        split=BY_TIME,
    )
    dataset = prepare(table, data, 0)
    assert dataset.input_shapes == {"first": (3,), "second": (1,)}
    assert dataset.of_target("z").train.x is dataset.train.x


def test_lags_stand_in_windows():
    table = table_of(x=X, y=Y)
    windows = WindowSpec(steps=3, horizon=1)
    data = spec(table, "y", "x", plans=(lags("x", 0, 2),), scaling="none", split=BY_TIME, windows=windows)
    dataset = prepare(table, data, 0)
    assert dataset.train.x[0].tolist() == [[X[2], X[0]], [X[3], X[1]], [X[4], X[2]]]
    assert dataset.train.rows[0] == 5


# --- series of their own


def stations(**changes):
    """Three stations, their days mixed: 30 days each, station number times 100 plus the day."""
    order = np.random.default_rng(0).permutation(90)
    table = table_of(
        t=days(*(order // 3)),
        station=[f"지점{row % 3}" for row in order],
        x=[float(100 * (row % 3) + row // 3) for row in order],
        y=[float(row // 3 % 7) for row in order],
    )
    split = SplitSpec(order="time", time_column="t", group_column="station").replace(**changes)
    return table, spec(table, "y", "x", scaling="none", split=split)


@pytest.mark.parametrize("order", ["time", "group"])
def test_a_lag_never_leaves_its_series(order):
    table, data = stations(order=order)
    dataset = prepare(table, data.replace(plans=(lags("x", 0, 1),)), 0)
    for now, before in everything(dataset).values():
        assert now - before == 1
        assert now // 100 == before // 100
    assert dataset.dropped_rows == 3


@pytest.mark.parametrize("order", ["time", "group"])
def test_a_window_never_leaves_its_series_nor_its_part(order):
    table, data = stations(order=order)
    dataset = prepare(table, data.replace(windows=WindowSpec(steps=4, horizon=1)), 0)
    for name in PART_NAMES:
        x = dataset.part(name).x[:, :, 0]
        assert (np.diff(x, axis=1) == 1).all()
        targets = table.frame["x"].to_numpy()[dataset.part(name).rows]
        np.testing.assert_array_equal(targets, x[:, -1] + 1)
    if order == "time":
        assert max(dataset.train.x.ravel() % 100) < min(dataset.validation.x.ravel() % 100)
        assert len(dataset.train.x) == 3 * (18 - 4)
    else:
        assert all(len({value // 100 for value in dataset.part(name).x.ravel()}) == 1 for name in PART_NAMES)


def test_times_that_repeat_ask_for_the_column_of_the_series():
    table, data = stations()
    mixed = data.replace(plans=(lags("x", 1),), split=data.split.replace(group_column=None))
    assert refusal(table, mixed) == "data.lag_times_repeat"


def test_a_hole_in_time_is_said():
    table = table_of(t=days(*range(30), *range(40, 70)), x=X, y=Y)
    by_time = BY_TIME.replace(time_column="t")
    dataset = prepare(table, spec(table, "y", "x", plans=(lags("x", 0, 1, 2),), split=by_time), 0)
    assert [(note.code, note.count) for note in dataset.notes] == [("rows_without_past", 2), ("lags_over_gaps", 2)]


def test_parts_named_by_a_column_may_be_series_too():
    words = ["train"] * 30 + ["test"] * 15 + ["train"] * 15
    table = table_of(part=words, x=X, y=Y)
    by_column = SplitSpec(order="column", part_column="part", validation=0.2, test=0.0)
    windows = prepare(
        table, spec(table, "y", "x", scaling="none", split=by_column, windows=WindowSpec(steps=3, horizon=1)), 0
    )
    inside = {name: set(windows.part(name).rows) for name in PART_NAMES}
    assert inside["train"] == {*range(3, 30), *range(48, 51)}
    assert inside["test"] == set(range(33, 45))
    assert inside["validation"] == set(range(54, 60))
    lagged = prepare(table, spec(table, "y", "x", plans=(lags("x", 1),), split=by_column), 0)
    assert 45 not in everything(lagged)  # a training row that would look at a test row
    assert 30 in everything(lagged)


def test_a_lag_longer_than_the_series_is_refused():
    table = table_of(x=X, y=Y)
    assert refusal(table, spec(table, "y", "x", plans=(lags("x", 60),), split=BY_TIME)) == "data.lag_too_long"
    late = BY_TIME.replace(time_column="nowhere")
    assert refusal(table, spec(table, "y", "x", plans=(lags("x", 1),), split=late)) == "data.time_column_missing"


def test_stretches_without_a_break():
    found = unbroken(np.array([3, 4, 5, 7, 8, 9]), np.array([0, 0, 0, 0, 0, 1]))
    assert found == [slice(0, 3), slice(3, 5), slice(5, 6)]
    assert unbroken(np.empty(0, np.int64), None) == []
