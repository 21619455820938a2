"""Prepared rows come back in their own units: a sample can be shown as it stood in the table."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lab.data.prepare import prepare
from lab.data.samples import load_sample
from lab.spec.data import ColumnPlan, SplitSpec, WindowSpec
from lab.starts import STARTS, start
from tests.lab.data.tables import gaps_at, spec, table_of

HALVES = SplitSpec(order="time", validation=0.25, test=0.25)
sizes = st.sampled_from([1e-6, 1.0, 1e5])


@st.composite
def columns_and_plans(draw):
    """A column of each kind with a plan that suits it, and where its cells are empty."""
    n = draw(st.integers(12, 40))
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    size = draw(sizes)
    numbers = [float(f"{value:.6g}") for value in random.gamma(2.0, size, n)]
    words = [("가", "나", "다", "라")[i] for i in random.integers(0, 4, n)]
    columns = {
        "number": numbers,
        "word": [*words[:-4], "가", "나", "다", "라"],
        "truth": [("예", "아니오")[i] for i in random.permutation(np.arange(n) % 2)],
        "time": [f"2021-{1 + i % 12:02d}-{1 + i % 28:02d} {i % 24:02d}:30" for i in random.permutation(n)],
        "target": random.normal(size=n).round(3),
    }
    gaps = draw(st.sets(st.integers(0, n - 5), max_size=3))
    columns["number"] = gaps_at(columns["number"], *gaps)
    ordinal = draw(st.booleans())
    plans = (
        ColumnPlan(
            column="number",
            missing=draw(st.sampled_from(["mean", "median", "zero"])),
            indicator=draw(st.booleans()),
            scaling=draw(st.sampled_from(["standard", "min_max", "robust", "log", "constant", "none"])),
        ),
        ColumnPlan(
            column="word",
            encoding="ordinal" if ordinal else "one_hot",
            scaling=draw(st.sampled_from(["standard", "min_max", "none"])) if ordinal else None,
        ),
        ColumnPlan(column="time", date_parts=("year", "month", "day_of_year", "weekday", "hour")),
    )
    return columns, gaps, plans


@settings(max_examples=40)
@given(columns_and_plans())
def test_what_was_prepared_comes_back(drawn):
    columns, gaps, plans = drawn
    table = table_of(**columns)
    everything = SplitSpec(validation=0.0, test=0.0, order="time")
    data = spec(table, "target", "number", "word", "truth", "time", plans=plans, split=everything, scale_constant=3.0)
    dataset = prepare(table, data, 0)
    back = dataset.inverse_inputs(dataset.train.x)
    rows = dataset.train.rows
    known = ~np.isin(rows, sorted(gaps))
    numbers = table.frame["number"].to_numpy(float)[rows]
    spread = np.ptp(numbers[known]) + np.abs(numbers[known]).max()
    np.testing.assert_allclose(back["number"][known], numbers[known], rtol=1e-4, atol=1e-5 * spread)
    assert back["word"].tolist() == table.frame["word"].iloc[rows].tolist()
    assert back["truth"].tolist() == table.frame["truth"].iloc[rows].astype(bool).tolist()
    times = pd.DatetimeIndex(table.frame["time"].iloc[rows])
    assert np.allclose(back["time year"], times.year)
    assert np.allclose(back["time month"], times.month, atol=1e-3)
    assert np.allclose(back["time day_of_year"], times.day_of_year, atol=1e-2)
    assert np.allclose(back["time weekday"], times.day_of_week, atol=1e-3)
    assert np.allclose(back["time hour"], times.hour + 0.5, atol=1e-3)


@pytest.mark.parametrize("name", STARTS)
def test_the_samples_of_every_start_can_be_shown_in_their_units(name):
    data = start(name).data
    table = load_sample(data.source.name)
    dataset = prepare(table, data, 0)
    back = dataset.inverse_inputs(dataset.train.x[:5])
    column = table.column(back.columns[0])
    if data.windows is None and column.kind == "numeric":
        stood = table.frame[column.name].to_numpy(float)[dataset.train.rows[:5]]
        np.testing.assert_allclose(back[column.name], stood, rtol=1e-4, atol=1e-3)
    assert len(back) == 5 * (data.windows.steps if data.windows else 1)


def test_a_window_comes_back_row_by_row():
    values = [round(3 + np.sin(i), 3) for i in range(60)]
    table = table_of(x=values, y=values[::-1])
    dataset = prepare(table, spec(table, "y", "x", split=HALVES, windows=WindowSpec(steps=3, horizon=1)), 0)
    back = dataset.inverse_inputs(dataset.train.x[:2])
    assert back.index.tolist() == [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2)]
    np.testing.assert_allclose(back["x"], [*values[0:3], *values[1:4]], rtol=1e-5)


def test_what_is_not_known_comes_back_empty():
    table = table_of(w=["a", "b"] * 20 + ["c"] * 20, t=["2021-01-01"] * 59 + [""], y=[i * 0.5 for i in range(60)])
    plans = (ColumnPlan(column="t", date_parts=("month",), missing="zero"),)
    dataset = prepare(table, spec(table, "y", "w", "t", split=HALVES, plans=plans), 0)
    back = dataset.inverse_inputs(dataset.test.x)
    assert back["w"].isna().all()
    assert back["t month"].isna().tolist() == [False] * 14 + [True]


def test_several_targets_come_back_each_in_its_unit():
    experiment = start("two_in_two_out")
    dataset = prepare(load_sample(experiment.data.source.name), experiment.data, 0)
    for one in (dataset, *dataset.others):
        if one.task == "regression":
            y = one.targets_for("test", "MeanSquaredError", 1)
            np.testing.assert_allclose(one.inverse_target(y)[:, 0], one.test.target, rtol=1e-4, atol=1e-4)
