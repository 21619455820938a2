"""Looking: what is told of columns is true, is never of the sealed rows, and is drawn from an honest sample."""

import numpy as np
import pandas as pd
import pytest

from lab.charts.thumbnail import draw_sample
from lab.data.look import (
    Boxes,
    Means,
    Shares,
    by_weight,
    column_look,
    correlations,
    course,
    image_shape_of,
    images,
    look_at,
    part_starts,
    points,
    relation,
    signals,
    tell_most,
    telling_pair,
    time_columns,
    views_of,
)
from lab.data.look.relation import share_told
from lab.data.look.visible import DRAWN, Look
from lab.data.prepare import prepare
from lab.data.propose import propose_data
from lab.data.samples import load_sample, picture, sample_names
from lab.edits.proposals import for_sample
from lab.spec.data import SampleSource, SplitSpec
from tests.lab.data.tables import gaps_at, spec, table_of

HUGE = 1e6


def of(name):
    """A sample, what is proposed for it, and the look at it."""
    table = load_sample(name)
    data = propose_data(table, source=SampleSource(name=name))
    return table, data, look_at(table, data, 0)


def everything(table):
    """All rows, as if there were no test part."""
    return Look(table, np.arange(table.rows), "")


# --- which rows


def test_nothing_of_the_sealed_rows_is_told_or_drawn():
    small = [v % 9 for v in range(80)]
    table = table_of(x=[*small, *[HUGE] * 20], y=[*small[::-1], *[HUGE] * 20], z=[*range(80), *[HUGE] * 20])
    data = spec(table, "y", "x", "z", split=SplitSpec(order="time"))
    look = look_at(table, data, 0)
    assert (look.visible, look.drawn) == (80, 80)
    for name in table.column_names:
        one = column_look(look, name)
        assert one.maximum < HUGE
        assert one.edges.max() < HUGE
        found = relation(look, data, name)
        assert found is None or found.lower.max() < HUGE
        assert course(look, None, name).high.max() < HUGE
    assert points(look, data, "x", "z").colour.max() < HUGE
    assert np.abs(correlations(look, ("x", "y")).matrix[0, 1]) < 0.5  # the sealed rows would make it 1


def test_a_look_is_kept_until_other_rows_are_seen():
    table = table_of(x=range(60), y=[v * 0.5 for v in range(60)])
    data = spec(table, "y", "x")
    look = look_at(table, data, 0)
    assert look_at(table, data.replace(scaling="none"), 0, look) is look
    assert look_at(table, data, 1, look) is not look


def test_many_rows_are_drawn_from_and_their_gaps_and_ends_counted_exactly():
    rows = 3 * DRAWN
    x = np.arange(rows, dtype=float)
    x[::100] = np.nan
    table = table_of(x=["" if np.isnan(v) else v for v in x], y=[v % 7 for v in range(rows)])
    look = everything(table)
    one = column_look(look, "x")
    assert (look.drawn, look.visible) == (DRAWN, rows)
    assert one.missing == rows // 100
    assert (one.minimum, one.maximum, one.mean) == (1.0, rows - 1.0, pytest.approx(np.nanmean(x)))
    assert sum(one.counts) == np.isfinite(look.numbers("x")).sum()
    assert everything(table).sample.tolist() == look.sample.tolist()


# --- columns


def test_a_bar_for_each_of_few_whole_numbers_and_for_each_name():
    table = table_of(n=[1, 2, 2, 4] * 5, kind=["a", "b", "b", "b"] * 5, yes=["yes", "no"] * 10, y=range(20))
    look = everything(table)
    assert column_look(look, "n").edges.tolist() == [0.5, 1.5, 2.5, 3.5, 4.5]
    assert column_look(look, "n").counts == (5, 10, 0, 5)
    assert (column_look(look, "kind").names, column_look(look, "kind").counts) == (("b", "a"), (15, 5))
    assert set(column_look(look, "yes").names) == {"yes", "no"}


def test_columns_with_nothing_to_draw_say_so():
    table = table_of(
        same=[7] * 40,
        text=[f"note no. {v} on {v * 7}" for v in range(40)],
        empty=[""] * 40,
        day=[f"2021-01-{1 + v % 28:02d}" for v in range(40)],
        y=gaps_at(range(40), 3),
    )
    look = everything(table)
    assert column_look(look, "same").counts == (40,)
    assert column_look(look, "text").many
    assert column_look(look, "empty").missing_share == 1.0
    assert column_look(look, "day").minimum is None
    assert sum(column_look(look, "day").counts) == 40
    assert column_look(look, "y").missing == 1


@pytest.mark.parametrize("values", [[1e308, -1e308], [5e-324, 0.0], [1.0, 1.0 + 2**-52]])
def test_edges_of_extreme_numbers_rise(values):
    look = everything(table_of(x=values * 10, y=range(20)))
    one = column_look(look, "x")
    assert (np.diff(one.edges) > 0).all()
    assert sum(one.counts) == 20


def test_numbers_near_the_largest_float_are_drawn_without_an_overflow():
    table = table_of(x=[1e308, -1e308, 5, ""] * 20, z=range(80), y=[v * 1e296 for v in range(80)])
    look, data = everything(table), spec(table, "y", "x", "z")
    assert column_look(look, "x").maximum == 1e308
    for name in ("x", "z"):
        found = relation(look, data, name)
        assert np.isfinite([found.means, found.lower, found.upper]).all()
    assert relation(look, data, "z").told > 0.5
    assert np.isfinite(course(look, None, "x").mean).all()
    assert np.isfinite(correlations(look, ("x", "y", "z")).matrix).all()


# --- against the target


def test_what_a_column_tells_lies_between_nothing_and_all():
    random = np.random.default_rng(0)
    codes = random.integers(0, 4, 4000)
    assert share_told(codes, codes.astype(float), 0) == pytest.approx(1.0)
    assert share_told(codes, codes, 4) == pytest.approx(1.0)
    assert share_told(codes, random.normal(size=4000), 0) < 0.01
    assert share_told(codes, np.ones(4000), 0) == 0.0


def test_relations_fit_the_kinds_and_the_most_telling_column_comes_first():
    _table, data, look = of("penguins")
    assert tell_most(look, data)[0] == "flipper_length_mm"
    assert isinstance(relation(look, data, "bill_depth_mm"), Boxes)
    shares = relation(look, data, "island")
    assert isinstance(shares, Shares)
    assert shares.shares.sum(axis=1) == pytest.approx(1.0)
    assert shares.shares[shares.names.index("Torgersen"), shares.classes.index("Adelie")] == 1.0
    mass = data.replace(target="body_mass_g", task="regression", inputs=("flipper_length_mm", "sex"))
    means = relation(look, mass, "flipper_length_mm")
    assert isinstance(means, Means)
    assert means.means[-1] > means.means[0]
    assert (means.lower <= means.upper).all()
    boxes = relation(look, mass, "sex")
    assert isinstance(boxes, Boxes)
    assert boxes.of_target
    assert boxes.five[boxes.names.index("male"), 2] > boxes.five[boxes.names.index("female"), 2]


def test_a_target_that_cannot_be_learned_has_no_relation():
    table = table_of(x=range(60), y=[1] * 60)
    assert relation(everything(table), spec(table, "y", "x"), "x") is None


# --- pairs


def test_correlations_are_those_of_the_rows_that_have_both():
    random = np.random.default_rng(1)
    x = random.normal(size=200)
    y = 2 * x + random.normal(size=200)
    table = table_of(a=gaps_at(x, 3, 4, 5), b=gaps_at(y, 5, 6), c=[7] * 200, d=random.normal(1e9, 1, 200))
    names = ("a", "b", "c", "d")
    found = correlations(everything(table), names)
    expected = pd.DataFrame({name: table.frame[name].astype(float) for name in names}).corr().to_numpy()
    assert found.matrix == pytest.approx(expected, abs=1e-6, nan_ok=True)
    assert found.strongest[:2] == ("a", "b")


def test_the_first_pair_does_not_show_the_same_twice():
    _table, data, look = of("kr_tmax_tomorrow")
    pair = telling_pair(look, data)
    assert abs(correlations(look, pair).matrix[0, 1]) < 0.9


# --- time


def test_stretches_hold_every_row_and_parts_begin_where_they_do():
    table, data, look = of("kr_hourly")
    found = course(look, "일시", "기온(°C)")
    values = table.frame["기온(°C)"].iloc[look.rows]
    assert len(found.mean) <= 800
    assert (found.low.min(), found.high.max()) == (values.min(), values.max())
    dataset = prepare(table, data, 0)
    starts = part_starts(look, dataset, "일시")
    assert list(starts) == ["validation", "test"]
    assert starts["validation"] < found.times[-1] <= starts["test"]


def test_years_count_as_time_and_mixed_parts_begin_nowhere():
    table, data, look = of("sunspots_yearly")
    assert time_columns(look, data) == ("year",)
    assert course(look, "year", "sunspots").times[0] == 1700
    table, data, look = of("iris")
    assert part_starts(look, prepare(table, data, 0), None) == {}


# --- images, signals, pictures


def test_digits_are_images_in_the_order_of_their_labels():
    _table, data, look = of("digits_8x8")
    assert image_shape_of(look, data) == (8, 8)
    found = images(look, data, (8, 8))
    assert found.pixels.shape == (40, 8, 8)
    assert list(found.labels) == sorted(found.labels)
    assert (found.pixels.min(), found.pixels.max()) == (0.0, 1.0)
    assert image_shape_of(of("wine")[2], of("wine")[1]) is None


def test_digits_without_one_of_their_pixels_are_no_images():
    _table, data, look = of("digits_8x8")
    without = data.replace(inputs=data.inputs[1:])
    assert "images" in views_of(look, data)
    assert "images" not in views_of(look, without)


def test_a_signal_ends_where_the_row_says():
    table, data, look = of("ctc_morse")
    for one in signals(look, data):
        assert one.label == table.frame["label"][one.row]
        assert one.length == table.frame["length"][one.row]
        assert not np.any(one.values[one.length :])  # noqa: PD011


def test_every_sample_has_the_picture_that_is_drawn_of_it():
    assert all(picture(name).startswith("<svg ") for name in sample_names())
    for name in ("iris", "digits_8x8", "ctc_morse", "sunspots_yearly", "outliers_1d"):
        assert draw_sample(name) == picture(name)


# --- which views there are


@pytest.mark.parametrize(
    ("sample", "views"),
    [
        ("iris", ("columns", "target", "scatter", "correlation", "table")),
        ("co2_weekly", ("columns", "target", "time", "table")),
        ("digits_8x8", ("images", "columns", "target", "scatter", "correlation", "table")),
        ("ctc_morse", ("signals", "columns", "scatter", "correlation", "table")),
    ],
)
def test_a_table_is_looked_at_in_the_views_it_has_something_for(sample, views):
    table = load_sample(sample)
    data = for_sample(sample, table).data
    assert views_of(look_at(table, data, 0), data) == views


def test_columns_are_looked_at_target_first_then_inputs_then_the_rest():
    table = load_sample("iris")
    data = propose_data(table).replace(inputs=table.column_names[2:4])
    first = (data.target, *data.inputs)
    assert by_weight(table, data)[: len(first)] == first
    assert sorted(by_weight(table, data)) == sorted(table.column_names)
    gone = data.replace(inputs=(*data.inputs, "no such column"))
    assert by_weight(table, gone) == by_weight(table, data)
