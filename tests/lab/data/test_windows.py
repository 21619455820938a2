"""Windows: rows in time order as samples, no row in two parts, nothing from the future."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.data.prepare import PART_NAMES, content_hash, prepare
from lab.data.prepare.recipe import circle
from lab.data.read import read_table
from lab.data.samples import load_sample
from lab.data.windows import cut_windows, window_starts
from lab.errors import DataError, ExperimentError
from lab.spec.data import DataSpec, InputGroup, SampleSource, SplitSpec, TargetSpec, WindowSpec
from lab.spec.limits import ALONE
from lab.spec.parts import PartSpec
from lab.starts import start
from lab.texts import LANGUAGES, say_error
from lab.verdict.baseline import baseline

SQUARED = PartSpec(type="MeanSquaredError")

BY_TIME = SplitSpec(order="time", validation=0.2, test=0.2)


def table_of(values, times=None):
    head = "time,a,b" if times is not None else "a,b"
    lines = [
        ",".join([*([times[row]] if times is not None else []), str(value), str(10 * row)])
        for row, value in enumerate(values)
    ]
    return read_table("\n".join([head, *lines]).encode(), "t.csv", ALONE)


def spec(**changes):
    fields = {
        "source": SampleSource(name="t"),
        "inputs": ("a", "b"),
        "target": "a",
        "task": "regression",
        "scaling": "none",
        "split": BY_TIME,
        "windows": WindowSpec(steps=3, horizon=2),
    }
    return DataSpec(**{**fields, **changes})


def hours(count, hole_after=None):
    start_at = np.datetime64("2024-01-01T00:00")
    stamps = [start_at + np.timedelta64(row + (5 if hole_after is not None and row > hole_after else 0), "h")
              for row in range(count)]  # fmt: skip
    return [str(stamp).replace("T", " ") for stamp in stamps]


def test_a_window_holds_the_rows_before_and_the_target_lies_ahead():
    values = [3.5, 1.0, 4.0, 1.5, 5.0, 9.0, 2.0, 6.0, 5.5, 3.0] * 3
    dataset = prepare(table_of(values), spec(), 0)
    assert dataset.input_shape == (3, 2)
    assert dataset.feature_names == ("a", "b")
    np.testing.assert_array_equal(dataset.train.x[0], [[3.5, 0], [1.0, 10], [4.0, 20]])
    assert dataset.train.target[0] == values[4]
    assert dataset.train.rows[0] == 4
    assert dataset.persistence["train"][0] == values[2]
    assert len(dataset.train.x) == 18 - 5 + 1


@given(
    rows=st.integers(1, 60),
    steps=st.integers(1, 8),
    horizon=st.integers(1, 8),
    every=st.integers(1, 9),
    first=st.integers(0, 40),
)
def test_no_window_leaves_its_part_and_all_that_fit_are_there(rows, steps, horizon, every, first):
    part = np.arange(first, first + rows)
    everywhere = np.ones(first + rows, bool)
    spec = WindowSpec(steps=steps, horizon=horizon, every=every)
    cut = cut_windows(part, window_starts(part, spec, everywhere, everywhere, None), spec)
    fitting = max(rows - steps - horizon + 1, 0)
    assert len(cut.now) == -(-fitting // every)
    assert cut.rows.shape == (len(cut.now), steps)
    assert all(row in part for row in [*cut.rows.ravel(), *cut.ahead])
    np.testing.assert_array_equal(cut.ahead - cut.now, np.full(len(cut.now), horizon))
    np.testing.assert_array_equal(cut.rows[:, -1], cut.now)


def test_the_parts_share_no_row_and_follow_each_other_in_time():
    dataset = prepare(table_of(np.arange(100) % 7), spec(), 0)
    seen = {name: set(dataset.part(name).x[:, :, 1].ravel() / 10) | set(dataset.part(name).rows) for name in PART_NAMES}
    assert max(seen["train"]) < min(seen["validation"])
    assert max(seen["validation"]) < min(seen["test"])


def test_statistics_come_from_the_training_rows():
    values = [*np.tile([1.0, 3.0], 30), *np.full(40, 1000.5)]
    data = spec(scaling="standard", target_scaling="standard")
    dataset = prepare(table_of(values), data, 0)
    assert (dataset.columns[0].mean, dataset.columns[0].scale) == (2.0, 1.0)
    assert dataset.target_mean == pytest.approx(2.0)
    # what lies in the future changes nothing of the training part
    other = prepare(table_of([*values[:60], *np.arange(40)]), data, 0)
    np.testing.assert_array_equal(other.train.x, dataset.train.x)


def test_windows_across_a_gap_in_values_or_in_time_are_left_out():
    values = [float(row % 5) for row in range(50)]
    whole = prepare(table_of(values), spec(), 0)
    values[10] = ""
    gaps = prepare(table_of(values), spec(), 0)
    assert len(whole.train.x) - len(gaps.train.x) == 3 + 1  # three windows hold the row, one has it as its target
    assert np.isfinite(gaps.train.x).all()
    filled = prepare(table_of(values), spec(missing="fill"), 0)
    assert len(whole.train.x) - len(filled.train.x) == 1
    split = SplitSpec(order="time", time_column="time")
    even = prepare(table_of([float(row % 5) for row in range(50)], hours(50)), spec(split=split), 0)
    uneven = prepare(table_of([float(row % 5) for row in range(50)], hours(50, hole_after=9)), spec(split=split), 0)
    assert len(even.train.x) == len(whole.train.x)
    assert len(even.train.x) - len(uneven.train.x) == 4


def test_rows_in_any_order_give_the_windows_of_their_times():
    values, times = [float(row * row % 11) for row in range(40)], hours(40)
    order = np.random.default_rng(0).permutation(40)
    split = SplitSpec(order="time", time_column="time")
    straight = prepare(table_of(values, times), spec(inputs=("a",), split=split), 0)
    mixed = prepare(table_of([values[row] for row in order], [times[row] for row in order]),
                    spec(inputs=("a",), split=split), 0)  # fmt: skip
    np.testing.assert_array_equal(straight.train.x, mixed.train.x)
    np.testing.assert_array_equal(straight.test.target, mixed.test.target)


def test_the_time_of_day_is_a_point_on_a_circle():
    four = circle(np.array([0.0, 6.0, 12.0, 18.0]) * 3600, "hour")
    np.testing.assert_allclose(four, [[0, 1], [1, 0], [0, -1], [-1, 0]], atol=1e-7)
    split = SplitSpec(order="time", time_column="time")
    data = spec(split=split, windows=WindowSpec(steps=3, horizon=2, clock=True))
    dataset = prepare(table_of([float(row % 5) for row in range(60)], hours(60)), data, 0)
    assert dataset.feature_names == ("a", "b", "time sin", "time cos")
    np.testing.assert_allclose(dataset.train.x[4, 2, 2:], [1, 0], atol=1e-6)  # 6 o'clock


def test_as_now_is_the_baseline_of_the_hourly_sample():
    experiment = start("hourly")
    dataset = prepare(load_sample("kr_hourly"), experiment.data, 0)
    rule = baseline(dataset, SQUARED)
    assert dataset.input_shape == (24, 5)
    assert rule.kind == "persistence"
    assert np.abs(rule.predictions["validation"] - dataset.validation.target).mean() == pytest.approx(2.95, abs=0.1)


def test_classes_and_several_groups_can_be_predicted_from_windows():
    values = [float(row % 2) for row in range(60)]
    binary = prepare(table_of(values), spec(task="binary"), 0)
    assert binary.targets_for("train", "BinaryCrossentropy", 1).shape == (len(binary.train.x), 1)
    assert baseline(binary, SQUARED).kind == "persistence"
    groups = (InputGroup(name="left", columns=("a",)), InputGroup(name="right", columns=("a", "b")))
    both = prepare(table_of(values), spec(groups=groups, more_targets=(TargetSpec(column="b", task="regression"),)), 0)
    assert both.input_shapes == {"left": (3, 1), "right": (3, 2)}
    np.testing.assert_array_equal(both.x_of("train", "right"), both.train.x)
    assert both.others[0].train.target[0] == 40


def refusal(values, data, times=None):
    with pytest.raises(DataError) as caught:
        prepare(table_of(values, times), data, 0)
    assert all(say_error(caught.value, language) for language in LANGUAGES)
    return caught.value.code


def test_windows_that_do_not_fit_are_refused():
    values = [float(row % 5) for row in range(30)]
    assert refusal(values, spec(windows=WindowSpec(steps=20, horizon=1))) == "data.too_few_windows"
    assert refusal(values, spec(windows=WindowSpec(steps=2, clock=True))) == "data.clock_without_times"
    with pytest.raises(ExperimentError) as caught:
        spec().replace(split=SplitSpec())
    assert caught.value.code == "experiment.windows_by_time"
    with pytest.raises(ExperimentError) as caught:
        spec().replace(task="sequence_labels")
    assert caught.value.code == "experiment.sequence_windows"


def test_a_spec_without_windows_keeps_its_hash():
    plain = spec(inputs=("b",), windows=None)
    table = table_of([float(row % 5) for row in range(30)])
    assert '"windows"' not in plain.model_dump_json(exclude_defaults=True)
    hashes = {content_hash(table, data, 0) for data in (plain, spec(), spec(windows=WindowSpec(steps=4, horizon=2)))}
    assert len(hashes) == 3
