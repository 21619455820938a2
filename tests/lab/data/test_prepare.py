"""Preparing: fitted on the training part alone, the same for the same seed, and every refusal names the column."""

from dataclasses import replace

import numpy as np
import pytest

from lab.data.prepare import PART_NAMES, Cache, find_persistence, mean_and_deviation, prepare, prepare_cached
from lab.data.read import read_table
from lab.data.samples import card, load_sample
from lab.errors import DataError
from lab.spec.data import SplitSpec
from lab.spec.limits import ALONE
from lab.spec.parts import PartSpec
from lab.texts import LANGUAGES, say, say_error
from lab.verdict.baseline import baseline
from netcore.losses import LOSSES
from tests.lab.data.tables import gaps_at, refusal, spec, table_of

SQUARED = PartSpec(type="MeanSquaredError")

N = 60
NUMBERS = [round(((i * 37) % 61) / 7 - 3, 3) for i in range(N)]
WORDS = [("맑음", "비", "눈")[i % 3] for i in range(N)]
DAYS = [f"2021-{1 + i // 28:02d}-{1 + i % 28:02d}" for i in range(N)]
HALVES = SplitSpec(order="time", validation=0.25, test=0.25)


# --- the split


def test_a_split_by_time_tests_on_the_last_rows():
    table = table_of(when=DAYS[::-1], x=NUMBERS, y=NUMBERS[::-1])
    data = spec(table, "y", "x", split=HALVES.replace(time_column="when"))
    dataset = prepare(table, data, 0)
    assert dataset.test.rows.tolist() == list(range(14, -1, -1))
    assert table.frame["when"][dataset.train.rows].max() < table.frame["when"][dataset.validation.rows].min()


def test_rows_of_the_same_time_stay_in_their_order():
    table = table_of(when=["2021-01-02", "2021-01-01"] * 30, x=NUMBERS, y=NUMBERS[::-1])
    dataset = prepare(table, spec(table, "y", "x", split=HALVES.replace(time_column="when")), 0)
    assert dataset.train.rows.tolist() == list(range(1, N, 2))


# --- inputs


def test_numbers_are_standardised_with_the_training_rows_only():
    values = [*NUMBERS[:30], *[1e6] * 30]  # validation and test are far away
    table = table_of(x=values, y=NUMBERS)
    dataset = prepare(table, spec(table, "y", "x", split=HALVES), 0)
    assert dataset.train.x.mean() == pytest.approx(0, abs=1e-6)
    assert dataset.train.x.std() == pytest.approx(1, abs=1e-5)
    assert dataset.columns[0].mean == pytest.approx(np.mean(NUMBERS[:30]))
    assert dataset.test.x.min() > 1e5


def test_a_constant_column_becomes_zero_even_where_it_is_not_constant_later():
    table = table_of(x=NUMBERS, c=[5.0] * 30 + [6.0] * 30, y=NUMBERS[::-1])
    dataset = prepare(table, spec(table, "y", "x", "c", split=HALVES), 0)
    assert all((dataset.part(name).x[:, 1] == 0).all() for name in PART_NAMES)
    assert [note.code for note in dataset.notes] == ["constant_inputs"]


def test_the_constant_of_a_card_divides():
    table = table_of(x=list(range(N)), y=NUMBERS)
    dataset = prepare(table, spec(table, "y", "x", scaling="constant", scale_constant=10.0, split=HALVES), 0)
    assert dataset.train.x[:, 0].tolist() == pytest.approx([i / 10 for i in range(30)])


def test_categories_are_those_of_the_training_rows_and_an_unseen_one_is_zeros():
    words = ["맑음", "비"] * 22 + ["맑음"] + ["눈"] * 15
    table = table_of(w=words, y=NUMBERS)
    dataset = prepare(table, spec(table, "y", "w", split=HALVES), 0)
    assert dataset.feature_names == ("w = 맑음", "w = 비")
    assert dataset.train.x[:2].tolist() == [[1, 0], [0, 1]]
    assert (dataset.test.x == 0).all()


def test_truth_values_become_zero_and_one():
    table = table_of(b=["예", "아니오"] * 30, y=NUMBERS)
    assert prepare(table, spec(table, "y", "b", split=HALVES), 0).train.x[:2, 0].tolist() == [1, 0]


def test_rows_with_gaps_are_dropped_or_filled_with_what_the_training_rows_say():
    table = table_of(x=gaps_at(NUMBERS, 3, 50), w=gaps_at(WORDS, 4, 51), y=NUMBERS[::-1])
    dropped = prepare(table, spec(table, "y", "x", "w", split=HALVES), 0)
    assert dropped.dropped_rows == 4
    assert {3, 4, 50, 51}.isdisjoint(np.concatenate([dropped.part(name).rows for name in PART_NAMES]).tolist())
    filled = prepare(table, spec(table, "y", "x", "w", missing="fill", split=HALVES), 0)
    assert filled.dropped_rows == 0
    assert filled.feature_names[-1] == "w = ?"
    assert filled.train.x[3, 0] == pytest.approx(0, abs=1e-6)  # the training mean, standardised
    assert filled.train.x[4, 1:].tolist() == [0, 0, 0, 1]
    assert np.isfinite(filled.test.x).all()


def test_a_row_without_target_is_always_dropped():
    table = table_of(x=NUMBERS, y=gaps_at(NUMBERS[::-1], 7))
    assert prepare(table, spec(table, "y", "x", missing="fill"), 0).dropped_rows == 1


def test_huge_and_tiny_numbers_are_standardised_without_overflow():
    assert mean_and_deviation(np.array([1e300, 3e300])) == pytest.approx((2e300, 1e300))
    assert mean_and_deviation(np.array([0.1 + 0.2, 0.3])) == (pytest.approx(0.3), 0.0)
    assert mean_and_deviation(np.array([1e-300, 3e-300])) == pytest.approx((2e-300, 1e-300))


def test_the_arrays_are_what_the_network_wants():
    table = table_of(x=NUMBERS, w=WORDS, y=NUMBERS[::-1])
    dataset = prepare(table, spec(table, "y", "x", "w"), 0)
    for name in PART_NAMES:
        part = dataset.part(name)
        assert part.x.dtype == np.float32
        assert part.x.flags.c_contiguous
        assert len(part.x) == len(part.target) == len(part.rows)
    assert dataset.input_shape == (4,) == (len(dataset.feature_names),)


def test_names_that_are_markup_come_through_unchanged():
    table = read_table(("<b>,`y`\n" + "".join(f"{v},{i}\n" for i, v in enumerate(NUMBERS))).encode(), "t", ALONE)
    assert prepare(table, spec(table, "`y`", "<b>"), 0).feature_names == ("<b>",)


# --- targets


def test_classes_are_sorted_and_targets_are_their_indices():
    table = table_of(x=NUMBERS, w=WORDS)
    dataset = prepare(table, spec(table, "w", "x", task="multiclass", split=HALVES), 0)
    assert dataset.classes == ("눈", "맑음", "비")
    assert dataset.train.target[:3].tolist() == [1, 2, 0]
    assert dataset.targets_for("train", "CategoricalCrossentropy", 3)[:2].tolist() == [[0, 1, 0], [0, 0, 1]]
    assert dataset.targets_for("train", "SparseCategoricalCrossentropy", 3)[:3].tolist() == [1, 2, 0]


def test_a_binary_target_fits_one_output_or_two():
    table = table_of(x=NUMBERS, b=[0, 1] * 30)
    dataset = prepare(table, spec(table, "b", "x", task="binary", split=HALVES), 0)
    assert dataset.targets_for("train", "BinaryCrossentropy", 1)[:2].tolist() == [[0], [1]]
    assert dataset.targets_for("train", "CategoricalCrossentropy", 2)[:2].tolist() == [[1, 0], [0, 1]]
    with pytest.raises(DataError) as caught:
        dataset.targets_for("train", "BinaryCrossentropy", 3)
    assert all(say_error(caught.value, language) for language in LANGUAGES)


def test_the_second_of_two_classes_is_the_positive_one_and_keeps_its_word():
    table = table_of(x=NUMBERS, answer=["예", "아니오"] * 30)
    dataset = prepare(table, spec(table, "answer", "x", task="binary", split=HALVES), 0)
    assert dataset.classes == ("아니오", "예")
    assert dataset.train.target[:2].tolist() == [1, 0]


def test_a_standardised_target_comes_back_in_its_unit():
    table = table_of(x=NUMBERS, y=[20 + 3 * v for v in NUMBERS])
    dataset = prepare(table, spec(table, "y", "x", target_scaling="standard"), 0)
    scaled = dataset.targets_for("train", "MeanSquaredError", 1)
    assert scaled.mean() == pytest.approx(0, abs=1e-6)
    assert dataset.inverse_target(scaled)[:, 0] == pytest.approx(dataset.train.target, rel=1e-5)
    plain = prepare(table, spec(table, "y", "x"), 0)
    assert (plain.target_mean, plain.target_scale) == (0.0, 1.0)


# --- the same again


def test_the_same_seed_gives_the_same_arrays_and_another_seed_others():
    table = table_of(x=NUMBERS, y=NUMBERS[::-1])
    data = spec(table, "y", "x")
    one, same, other = prepare(table, data, 1), prepare(table, data, 1), prepare(table, data, 2)
    assert (one.train.x == same.train.x).all()
    assert one.content_hash == same.content_hash != other.content_hash
    assert prepare(table, data.replace(missing="fill"), 1).content_hash != one.content_hash


def test_prepared_data_is_remembered_within_bounds():
    table = table_of(x=NUMBERS, y=NUMBERS[::-1])
    data = spec(table, "y", "x")
    assert prepare_cached(table, data, 1) is prepare_cached(table, data, 1)
    cache = Cache(prepare, lambda dataset: dataset.train.x.nbytes, entries=2)
    first = cache.get(table, data, 0)
    assert cache.get(table, data, 0) is first
    for seed in (1, 2):
        cache.get(table, data, seed)
    assert cache.get(table, data, 0) is not first


# --- baselines


def test_a_column_that_is_the_target_one_row_later_is_found():
    assert find_persistence(load_sample("kr_tmax_tomorrow"), "내일최고기온(°C)") == "최고기온(°C)"
    assert find_persistence(load_sample("seattle_tomorrow"), "temp_max_tomorrow") == "temp_max"
    assert find_persistence(load_sample("seattle_tomorrow"), "rain_tomorrow") == "rained_today"
    assert find_persistence(load_sample("iris"), "species") is None


def test_the_baseline_of_a_forecast_is_tomorrow_as_today():
    name = "kr_tmax_tomorrow"
    about, table = card(name), load_sample(name)
    dataset = prepare(table, spec(table, about.target, *about.inputs, split=HALVES), 0)
    rule = baseline(dataset, SQUARED)
    assert (rule.kind, rule.column) == ("persistence", "최고기온(°C)")
    error = np.mean([np.abs(rule.predictions[part] - dataset.part(part).target).mean() for part in PART_NAMES])
    assert error == pytest.approx(2.0, abs=0.1)  # as the card says


@pytest.mark.parametrize("scaling", ["none", "standard"])
@pytest.mark.parametrize(
    ("loss", "kind"),
    [("MeanSquaredError", "mean"), ("MeanAbsoluteError", "median"), ("MeanAbsolutePercentageError", "least")],
)
def test_no_other_number_beats_the_baseline_by_the_loss_that_the_network_learns_with(loss, kind, scaling):
    table = table_of(x=NUMBERS, y=[v * v for v in NUMBERS])
    dataset = prepare(table, spec(table, "y", "x", target_scaling=scaling), 0)
    rule = baseline(dataset, PartSpec(type=loss))
    assert rule.kind == kind
    measure, right = LOSSES.get(loss)(), dataset.targets_for("train", loss, 1)

    def cost(numbers):
        return float(measure(right, dataset.scaled_target(numbers)[:, None].astype(np.float32)))

    others = [cost(np.full(len(right), one)) for one in dataset.train.target]
    assert cost(rule.predictions["train"]) <= min(others) * (1 + 1e-5)


def test_persistence_has_to_beat_the_simple_rule_by_the_same_loss():
    """Tomorrow's maximum as today's misses by 2 degrees, near 0 °C by thousands of per cent."""
    about, table = card("kr_tmax_tomorrow"), load_sample("kr_tmax_tomorrow")
    dataset = prepare(table, spec(table, about.target, *about.inputs, split=HALVES), 0)
    kinds = [baseline(dataset, PartSpec(type=loss)).kind for loss in ("mae", "mape")]
    assert kinds == ["persistence", "least"]


def test_without_persistence_the_baseline_is_the_mean_or_the_commonest_class():
    table = table_of(x=NUMBERS, y=[v * v for v in NUMBERS], w=["a"] * 40 + ["b"] * 20)
    mean = baseline(prepare(table, spec(table, "y", "x"), 0), SQUARED)
    assert mean.kind == "mean"
    assert len(set(mean.predictions["test"])) == 1
    dataset = prepare(table, spec(table, "w", "x", task="binary"), 0)
    majority = baseline(dataset, SQUARED)
    assert (majority.kind, set(majority.predictions["test"])) == ("majority", {0})
    assert majority.probabilities.sum() == pytest.approx(1)


def test_persistence_of_a_class_is_read_through_its_name():
    table = table_of(x=NUMBERS, today=WORDS, tomorrow=[*WORDS[1:], "맑음"])
    dataset = prepare(table, spec(table, "tomorrow", "x", task="multiclass"), 0)
    assert dataset.persistence_column == "today"
    today = [dataset.classes[int(code)] for code in dataset.persistence["train"]]
    assert today == [WORDS[row] for row in dataset.train.rows]


# --- refusals


BAD = table_of(
    x=NUMBERS,
    w=WORDS,
    one=[1] * N,
    name=[f"station number {i}" for i in range(N)],
    day=DAYS,
    code=[f"{i:05d}" for i in range(N)],
    empty=[""] * N,
    gaps=gaps_at(NUMBERS, *range(0, N, 2)),
    others=gaps_at(NUMBERS, *range(1, N, 2)),
    huge=[v * 1e300 for v in NUMBERS],
)


@pytest.mark.parametrize(
    ("target", "inputs", "changes", "code"),
    [
        ("nowhere", ["x"], {}, "data.target_missing"),
        ("empty", ["x"], {}, "data.target_empty"),
        ("w", [], {}, "data.no_inputs"),
        ("x", ["nowhere"], {}, "data.input_missing"),
        ("x", ["x"], {}, "data.target_is_input"),
        ("one", ["x"], {}, "data.target_one_value"),
        ("one", ["x"], {"task": "binary"}, "data.target_one_value"),
        ("name", ["x"], {"task": "multiclass"}, "data.target_all_different"),
        ("name", ["x"], {}, "data.target_not_numeric"),
        ("w", ["x"], {}, "data.target_not_numeric"),
        ("w", ["x"], {"task": "binary"}, "data.target_not_binary"),
        ("day", ["x"], {"task": "multiclass"}, "data.target_datetime"),
        ("day", ["x"], {}, "data.target_not_numeric"),
        ("x", ["name"], {}, "data.input_text"),
        ("x", ["day"], {}, "data.input_datetime"),
        ("x", ["code"], {}, "data.input_id"),
        ("x", ["empty"], {}, "data.input_empty"),
        ("w", ["gaps", "others"], {"task": "multiclass"}, "data.all_rows_dropped"),
        ("x", ["huge"], {"scaling": "none"}, "data.number_too_large"),
        ("x", ["w"], {"split": HALVES.replace(time_column="nowhere")}, "data.time_column_missing"),
        ("x", ["w"], {"split": HALVES.replace(time_column="name")}, "data.time_column_kind"),
        ("x", ["w"], {"persistence_column": "nowhere"}, "data.persistence_missing"),
        ("x", ["w"], {"persistence_column": "x"}, "data.persistence_is_target"),
        ("x", ["w"], {"persistence_column": "w"}, "data.persistence_not_numeric"),
    ],
)
def test_what_cannot_be_prepared_is_refused_with_the_column_named(target, inputs, changes, code):
    assert refusal(BAD, spec(BAD, target, *inputs, **changes)) == code


def test_limits_of_classes_and_of_size_are_enforced():
    table = table_of(x=NUMBERS, c=[i % 20 for i in range(N)])
    few = replace(ALONE, classes=10, train_values=10)
    assert refusal(table, spec(table, "c", "x", task="multiclass"), limits=few) == "data.too_many_classes"
    assert refusal(table, spec(table, "c", "x"), limits=few) == "data.too_many_values"


def test_too_few_rows_are_refused():
    table = table_of(x=[1, 2], y=[3, 4])
    assert refusal(table, spec(table, "y", "x")) == "data.too_few_rows"


def test_a_class_that_training_never_sees_is_noted():
    table = table_of(x=NUMBERS, w=["a", "b"] * 25 + ["c"] * 10)
    dataset = prepare(table, spec(table, "w", "x", task="multiclass", split=HALVES), 0)
    (note,) = dataset.notes
    assert (note.code, note.detail) == ("class_not_in_training", "c")
    for language in LANGUAGES:
        assert "c" in say("note.class_not_in_training", language, count=1, line=None, column="w", detail=note.detail)
