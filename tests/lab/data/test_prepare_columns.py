"""Plans of columns: each does what it says, with the numbers of the training rows, and the unfit ones are refused."""

import numpy as np
import pytest

from lab.data.prepare import PART_NAMES, content_hash, prepare
from lab.data.samples import load_sample
from lab.errors import ExperimentError
from lab.spec.data import ColumnPlan, InputGroup, SplitSpec, TargetSpec, WindowSpec
from lab.starts import start
from lab.texts import LANGUAGES, say
from tests.lab.data.tables import assert_sentences, gaps_at, refusal, spec, table_of

N = 60
X = [round(((i * 37) % 61) / 7, 3) for i in range(N)]
Y = [round(((i * 23) % 59) / 5, 3) for i in range(N)]
WORDS = [("맑음", "비", "눈")[i % 3] for i in range(N)]
DAYS = [f"2021-{1 + i // 28:02d}-{1 + i % 28:02d} {i % 24:02d}:00" for i in range(N)]
HALVES = SplitSpec(order="time", validation=0.25, test=0.25)
TRAIN = slice(0, 30)


def prepared(table, *inputs, plans=(), **changes):
    return prepare(table, spec(table, "y", *inputs, plans=plans, **{"split": HALVES, **changes}), 0)


def plan(column, **wishes):
    return ColumnPlan(column=column, **wishes)


def notes(dataset):
    for note in dataset.notes:
        for language in LANGUAGES:
            say(f"note.{note.code}", language, count=note.count, line=None, column=note.column, detail=note.detail)
    return [note.code for note in dataset.notes]


# --- scaling


def test_each_scaling_uses_the_training_rows_alone():
    table = table_of(x=[*X[:30], *[1e4] * 30], y=Y)
    training = np.array(X[:30])
    quarter, middle, three = np.percentile(training, [25, 50, 75])
    expected = {
        "standard": (training - training.mean()) / training.std(),
        "min_max": (training - training.min()) / np.ptp(training),
        "robust": (training - middle) / (three - quarter),
        "log": (np.log1p(training) - np.log1p(training).mean()) / np.log1p(training).std(),
        "constant": training / 4,
        "none": training,
    }
    for scaling, values in expected.items():
        for dataset in (
            prepared(table, "x", scaling=scaling, scale_constant=4.0),
            prepared(table, "x", plans=(plan("x", scaling=scaling),), scale_constant=4.0),
        ):
            np.testing.assert_allclose(dataset.train.x[:, 0], values, rtol=1e-5, atol=1e-6)
            assert dataset.columns[0].scaling == scaling


def test_a_plan_is_for_its_column_alone():
    table = table_of(a=X, b=X, y=Y)
    dataset = prepared(table, "a", "b", plans=(plan("b", scaling="none"),))
    assert dataset.train.x[:, 0].std() == pytest.approx(1, abs=1e-5)
    np.testing.assert_allclose(dataset.train.x[:, 1], X[TRAIN], rtol=1e-6)


@pytest.mark.parametrize("scaling", ["standard", "min_max", "robust", "log"])
def test_a_constant_column_becomes_zero_and_is_named(scaling):
    table = table_of(c=[5.0] * 30 + [6.0] * 30, y=Y)
    dataset = prepared(table, "c", scaling=scaling)
    assert all((dataset.part(name).x == 0).all() for name in PART_NAMES)
    assert notes(dataset) == ["constant_inputs"]


def test_a_column_that_is_mostly_one_value_has_no_quartiles_to_scale_or_clip_by():
    rain = [0.0] * 24 + [float(i) for i in range(1, 7)]
    table = table_of(rain=rain * 2, y=Y)
    dataset = prepared(table, "rain", plans=(plan("rain", scaling="robust", clip=True),))
    assert notes(dataset) == ["clip_without_width", "robust_without_width"]
    assert dataset.train.x.std() == pytest.approx(1, abs=1e-5)


def test_truth_values_stay_0_and_1_unless_a_plan_scales_them():
    table = table_of(b=["예", "아니오"] * 30, y=Y)
    assert set(prepared(table, "b", scaling="min_max").train.x[:, 0]) == {0, 1}
    scaled = prepared(table, "b", plans=(plan("b", scaling="standard"),))
    assert set(scaled.train.x[:, 0]) == {-1, 1}


def test_values_beyond_the_fences_are_set_to_the_fence():
    table = table_of(x=[*X[:29], 500.0, *X[30:59], -400.0], y=Y)
    dataset = prepared(table, "x", plans=(plan("x", clip=True, scaling="none"),))
    quarter, three = np.percentile([*X[:29], 500.0], [25, 75])
    assert dataset.train.x.max() == pytest.approx(three + 3 * (three - quarter))
    assert dataset.test.x.min() == pytest.approx(quarter - 3 * (three - quarter))
    assert [(note.code, note.count, note.detail) for note in dataset.notes] == [("clipped", 1, "x")]
    notes(dataset)


# --- empty cells


@pytest.mark.parametrize(("missing", "value"), [("mean", np.mean), ("median", np.median), ("zero", lambda v: 0.0)])
def test_empty_numbers_become_what_the_training_rows_say(missing, value):
    table = table_of(x=gaps_at(X, 3, 50), y=Y)
    known = [v for i, v in enumerate(X[:30]) if i != 3]
    for changes in ({"plans": (plan("x", missing=missing),)}, {"missing": {"mean": "fill"}.get(missing, missing)}):
        dataset = prepared(table, "x", scaling="none", **changes)
        assert dataset.train.x[3, 0] == dataset.test.x[5, 0] == pytest.approx(value(known), abs=1e-6)
        assert dataset.dropped_rows == 0


def test_one_column_is_filled_and_the_gaps_of_another_drop_their_rows():
    table = table_of(a=gaps_at(X, 3), b=gaps_at(X, 7), w=gaps_at(WORDS, 9), y=Y)
    dataset = prepared(table, "a", "b", "w", plans=(plan("a", missing="median"), plan("w", missing="category")))
    assert dataset.dropped_rows == 1
    assert 7 not in dataset.train.rows
    assert dataset.feature_names[-1] == "w = ?"


def test_an_indicator_marks_empty_cells():
    table = table_of(x=gaps_at(X, 3, 50), z=X, y=Y)
    one = prepared(table, "x", "z", plans=(plan("x", missing="mean", indicator=True),))
    for dataset in (one, prepared(table, "x", "z", missing="fill", missing_indicator=True)):
        assert dataset.feature_names == ("x", "x = ?", "z")
        assert np.flatnonzero(dataset.train.x[:, 1]).tolist() == [3]
        assert dataset.test.x[:, 1].sum() == 1


def test_a_category_of_its_own_is_its_own_indicator():
    table = table_of(w=gaps_at(WORDS, 4), y=Y)
    dataset = prepared(table, "w", missing="fill", missing_indicator=True)
    assert dataset.feature_names == ("w = 눈", "w = 맑음", "w = 비", "w = ?")


def test_in_windows_too_a_gap_is_filled_with_the_training_mean():
    table = table_of(x=gaps_at(X, 3), y=Y)
    dataset = prepared(table, "x", missing="fill", windows=WindowSpec(steps=4, horizon=1))
    assert dataset.train.x[0, 3, 0] == pytest.approx(0, abs=1e-6)


# --- categories


def test_ordinal_categories_are_places_in_the_order_given_or_sorted():
    sizes = [("중", "대", "소")[i % 3] for i in range(N)]
    table = table_of(s=sizes, y=Y)
    plans = (plan("s", encoding="ordinal", order=("소", "중", "대"), scaling="none"),)
    assert prepared(table, "s", plans=plans).train.x[:3, 0].tolist() == [1, 2, 0]
    plans = (plan("s", encoding="ordinal", scaling="none"),)
    assert prepared(table, "s", plans=plans).train.x[:3, 0].tolist() == [2, 0, 1]
    scaled = prepared(table, "s", plans=(plan("s", encoding="ordinal"),))
    assert scaled.train.x.std() == pytest.approx(1, abs=1e-5)


def test_a_category_that_training_never_saw_takes_the_mean_place():
    table = table_of(w=["a", "c"] * 22 + ["a"] + ["b"] * 15, y=Y)
    dataset = prepared(table, "w", plans=(plan("w", encoding="ordinal", scaling="none"),))
    assert dataset.test.x[:, 0].tolist() == [0.5] * 15


def test_an_empty_cell_may_be_the_last_place():
    table = table_of(w=gaps_at(WORDS, 4), y=Y)
    dataset = prepared(table, "w", plans=(plan("w", encoding="ordinal", missing="category", scaling="none"),))
    assert dataset.train.x[4, 0] == 3


# --- dates


def test_a_date_becomes_an_input_by_its_parts():
    table = table_of(t=DAYS, y=Y)
    parts = ("month", "day_of_year", "weekday", "hour", "year")
    dataset = prepared(table, "t", plans=(plan("t", date_parts=parts, scaling="none"),))
    assert dataset.feature_names[:2] == ("t month sin", "t month cos")
    assert dataset.feature_names[-1] == "t year"
    january = dataset.train.x[:28, :2]
    np.testing.assert_allclose(january, [[0, 1]] * 28, atol=1e-6)
    np.testing.assert_allclose(dataset.train.x[28, :2], [np.sin(np.pi / 6), np.cos(np.pi / 6)], atol=1e-6)
    assert dataset.train.x[6, 6:8] == pytest.approx([1, 0], abs=1e-6)  # six o'clock
    assert set(dataset.train.x[:, 8]) == {2021}
    weekday = np.arctan2(dataset.train.x[0, 4], dataset.train.x[0, 5]) / (2 * np.pi) * 7
    assert weekday % 7 == pytest.approx(4, abs=1e-5)  # 2021-01-01 was a Friday


def test_december_and_january_are_neighbours_and_june_is_far():
    days = [f"{1990 + i // 12}-{i % 12 + 1:02d}-15" for i in range(N)]
    table = table_of(t=days, y=Y)
    x = prepared(table, "t", plans=(plan("t", date_parts=("month",)),)).train.x
    assert np.linalg.norm(x[0] - x[11]) == pytest.approx(np.linalg.norm(x[0] - x[1]), abs=1e-6)
    assert np.linalg.norm(x[0] - x[6]) == pytest.approx(2)


def test_a_missing_date_is_nowhere_on_the_circle():
    table = table_of(t=gaps_at(DAYS, 3), y=Y)
    wished = plan("t", date_parts=("hour",), missing="mean", indicator=True)
    x = prepared(table, "t", plans=(wished,)).train.x
    assert x[3].tolist() == [0, 0, 1]
    dropped = prepared(table, "t", plans=(plan("t", date_parts=("hour",)),))
    assert dropped.dropped_rows == 1


# --- images


def test_pixels_become_an_image_row_by_row():
    data = start("iris").data
    dataset = prepare(load_sample("iris"), data.replace(image_shape=(2, 2)), 0)
    flat = prepare(load_sample("iris"), data, 0)
    assert dataset.input_shape == (2, 2, 1)
    assert dataset.input_shapes == {"inputs": (2, 2, 1)}
    np.testing.assert_array_equal(dataset.train.x[:, 1, 0, 0], flat.train.x[:, 2])
    np.testing.assert_array_equal(dataset.x_of("train", "inputs"), dataset.train.x)


def test_one_group_may_be_an_image_beside_others():
    table = table_of(**{f"p{i}": np.roll(X, i).tolist() for i in range(6)}, z=X, y=Y)
    groups = (
        InputGroup(name="picture", columns=tuple(f"p{i}" for i in range(6)), image_shape=(2, 3)),
        InputGroup(name="beside", columns=("z",)),
    )
    data = spec(
        table, "y", *groups[0].columns, "z", groups=groups, more_targets=(TargetSpec(column="w", task="binary"),)
    )
    assert refusal(table, data) == "data.target_missing"
    data = data.replace(more_targets=())
    dataset = prepare(table, data, 0)
    assert dataset.input_shapes == {"picture": (2, 3, 1), "beside": (1,)}
    assert dataset.x_of("train", "picture").shape == (36, 2, 3, 1)
    np.testing.assert_array_equal(dataset.x_of("train", "picture").reshape(36, 6), dataset.train.x[:, :6])
    with pytest.raises(ExperimentError) as caught:
        data.replace(image_shape=(2, 3))
    assert_sentences(caught.value)


def test_windows_of_images_keep_their_time_steps():
    table = table_of(a=X, b=X, c=X, d=X, y=Y)
    dataset = prepared(table, "a", "b", "c", "d", image_shape=(2, 2), windows=WindowSpec(steps=3, horizon=1))
    assert dataset.input_shape == (3, 2, 2, 1)
    assert len(dataset.inverse_inputs(dataset.train.x)) == 3 * len(dataset.train.x)


# --- duplicates


def test_of_rows_alike_in_inputs_and_targets_the_first_stays():
    table = table_of(x=[*X[:30], *X[:30]], other=range(N), y=[*Y[:30], *Y[:29], 999.5])
    dataset = prepared(table, "x", drop_duplicates=True)
    assert sorted(np.concatenate([dataset.part(name).rows for name in PART_NAMES])) == [*range(30), 59]
    assert [(note.code, note.count) for note in dataset.notes] == [("duplicates_dropped", 29)]
    notes(dataset)


# --- what cannot be


BAD = table_of(
    x=X,
    negative=[v - 4 for v in X],
    gaps=gaps_at(X, 3),
    w=gaps_at(WORDS, 3),
    b=["예", "아니오"] * 30,
    t=DAYS,
    y=Y,
)


@pytest.mark.parametrize(
    ("column", "wishes", "changes", "code"),
    [
        ("x", {"encoding": "ordinal"}, {}, "data.plan_unfit"),
        ("x", {"date_parts": ("year",)}, {}, "data.plan_unfit"),
        ("x", {"order": ("1", "2")}, {}, "data.plan_unfit"),
        ("w", {"scaling": "standard"}, {}, "data.plan_unfit"),
        ("w", {"clip": True}, {}, "data.plan_unfit"),
        ("w", {"order": ("비", "눈")}, {}, "data.plan_unfit"),
        ("b", {"clip": True}, {}, "data.plan_unfit"),
        ("t", {"date_parts": ("month",), "scaling": "none"}, {}, "data.plan_unfit"),
        ("t", {"date_parts": ("month",), "lags": (0, 1)}, {}, "data.plan_unfit"),
        ("t", {}, {}, "data.input_datetime"),
        ("gaps", {"missing": "category"}, {}, "data.category_of_numbers"),
        ("w", {"missing": "mean"}, {}, "data.fill_of_categories"),
        ("gaps", {"indicator": True}, {}, "data.indicator_of_dropped"),
        ("gaps", {}, {"missing_indicator": True}, "data.indicator_without_fill"),
        ("negative", {"scaling": "log"}, {}, "data.log_of_negative"),
        ("negative", {}, {"scaling": "log"}, "data.log_of_negative"),
        ("w", {"encoding": "ordinal", "order": ("비", "눈")}, {}, "data.order_incomplete"),
        ("x", {}, {"image_shape": (2, 3)}, "data.image_size"),
        ("w", {}, {"image_shape": (1, 1)}, "data.image_size"),
    ],
)
def test_what_cannot_be_done_with_a_column_is_refused(column, wishes, changes, code):
    data = spec(BAD, "y", column, plans=(plan(column, **wishes),), split=HALVES, **changes)
    assert refusal(BAD, data) == code


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"plans": (plan("x"), plan("x", clip=True))}, "experiment.plan_twice"),
        ({"drop_duplicates": True, "windows": WindowSpec(steps=2)}, "experiment.duplicates_in_series"),
        ({"drop_duplicates": True, "plans": (plan("x", lags=(1,)),)}, "experiment.duplicates_in_series"),
        ({"plans": (plan("x", lags=(1,)),), "split": SplitSpec()}, "experiment.lags_by_time"),
        ({"task": "sequence_labels", "image_shape": (1, 1)}, "experiment.sequence_image"),
    ],
)
def test_what_contradicts_itself_is_no_experiment(changes, code):
    with pytest.raises(ExperimentError) as caught:
        spec(BAD, "y", "x", split=HALVES).replace(**changes)
    assert caught.value.code == code
    assert_sentences(caught.value)


def test_a_signal_is_prepared_as_one():
    data = start("ctc_morse").data
    table = load_sample("ctc_morse")
    planned = data.replace(plans=(plan(data.inputs[0], clip=True),))
    assert refusal(table, planned) == "data.plan_in_signal"
    assert refusal(table, data.replace(scaling="log")) == "data.log_of_negative"
    for scaling in ("min_max", "robust", "standard"):
        x = prepare(table, data.replace(scaling=scaling), 0).train.x
        assert np.isfinite(x).all()
        assert x.any()


# --- the same as ever


KNOWN = {
    "iris": "445c704f2aec00ba1880abe55da21d590efaa16d7e96b1fc9572049a12b8e5f4",
    "hourly": "508aa6141e8ef046c9b5dff2d6edbe9b0ed1f831d3ac0cb2a914c7f2ba0e2f32",
}


@pytest.mark.parametrize("name", KNOWN)
def test_experiments_from_before_there_were_plans_keep_their_hash(name):
    data = start(name).data
    assert content_hash(load_sample(data.source.name), data, start(name).seed) == KNOWN[name]


def test_every_new_choice_changes_the_hash():
    table = table_of(x=X, y=Y)
    data = spec(table, "y", "x")
    others = [
        data,
        data.replace(plans=(plan("x", clip=True),)),
        data.replace(drop_duplicates=True),
        data.replace(image_shape=(1, 1)),
        data.replace(missing_indicator=True),
        data.replace(reading=data.reading.replace(decimal=",")),
        *(data.replace(split=data.split.replace(**{name: "x"})) for name in ("group_column", "part_column")),
        data.replace(split=data.split.replace(fold={"index": 0, "folds": 3})),
        data.replace(groups=(InputGroup(name="a", columns=("x",)),)),
        data.replace(groups=(InputGroup(name="a", columns=("x",), image_shape=(1, 1)),)),
    ]
    assert len({content_hash(table, other, 0) for other in others}) == len(others)


def test_a_plan_without_wishes_is_none():
    table = table_of(x=X, y=Y)
    data = spec(table, "y", "x").with_plan(plan("x", clip=True))
    assert data.plan_of("x").clip
    assert not data.with_plan(plan("x")).plans
    assert data.plan_of("nothing") == plan("nothing")
