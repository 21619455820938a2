"""Splits: every row in one part, each part of the size asked for, and what belongs together stays together."""

import itertools

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from lab.data.balance import balanced_piles, nearest_pile, shares_by_class
from lab.data.prepare import PART_NAMES, prepare, visible_rows
from lab.data.split import TEST, TRAIN, VALIDATION, RowFacts, fold_specs, part_of_word, round_half_up, split_rows
from lab.errors import DataError, ExperimentError
from lab.spec.data import MOST_FOLDS, ColumnPlan, Fold, SplitSpec, WindowSpec
from lab.texts import LANGUAGES, say_error
from tests.lab.data.tables import assert_sentences, gaps_at, refusal, spec, table_of

ORDERS = ("shuffled", "stratified", "time", "group", "column")
seeds = st.integers(0, 2**32 - 1)
shares = st.sampled_from([(0.2, 0.2), (0.3, 0.1), (0.0, 0.25), (0.25, 0.0), (0.4, 0.5)])


def facts(order, n, seed):
    """What a split of that kind looks at: four classes, twelve groups, words for all three parts."""
    random = np.random.default_rng(seed)
    return RowFacts(
        classes=random.integers(0, 4, n) if order == "stratified" else None,
        class_names=("a", "b", "c", "d"),
        groups=random.permutation(np.arange(n) % 12) if order == "group" else None,
        parts=random.permutation(np.arange(n) % 3) if order == "column" else None,
    )


def parts_of(split):
    return [vars(split)[name] for name in PART_NAMES]


@given(order=st.sampled_from(ORDERS), n=st.integers(60, 400), seed=seeds, share=shares)
def test_every_row_is_in_exactly_one_part(order, n, seed, share):
    validation, test = share
    split = split_rows(n, SplitSpec(order=order, validation=validation, test=test), seed, facts(order, n, seed))
    assert sorted(np.concatenate(parts_of(split))) == list(range(n))


@given(order=st.sampled_from(ORDERS), seed=seeds)
def test_the_seed_fixes_the_parts(order, seed):
    one, same = (split_rows(120, SplitSpec(order=order), seed, facts(order, 120, 7)) for _ in range(2))
    for part, again in zip(parts_of(one), parts_of(same), strict=True):
        np.testing.assert_array_equal(part, again)


@pytest.mark.parametrize("order", ["shuffled", "stratified", "group"])
def test_another_seed_draws_other_rows(order):
    one, other = (split_rows(120, SplitSpec(order=order), seed, facts(order, 120, 7)) for seed in (1, 2))
    assert set(one.test) != set(other.test)


@given(n=st.integers(10, 500), seed=seeds, share=shares)
def test_drawn_parts_have_the_rounded_share(n, seed, share):
    validation, test = share
    split = split_rows(n, SplitSpec(validation=validation, test=test), seed)
    assert len(split.test) == round_half_up(test * n)
    assert len(split.validation) == round_half_up(validation * n)


@pytest.mark.parametrize(("n", "validation", "test"), [(1, 0.2, 0.2), (2, 0.2, 0.2), (3, 0.1, 0.1), (1, 0.9, 0.0)])
def test_a_part_without_rows_is_refused(n, validation, test):
    with pytest.raises(DataError) as caught:
        split_rows(n, SplitSpec(validation=validation, test=test), 0)
    assert caught.value.code == "data.too_few_rows"
    assert all(str(n) in say_error(caught.value, language) for language in LANGUAGES)


def test_a_part_nobody_asked_for_may_be_empty():
    split = split_rows(10, SplitSpec(validation=0.0, test=0.0), 0)
    assert (len(split.train), len(split.validation), len(split.test)) == (10, 0, 0)


# --- stratified


@given(counts=st.lists(st.integers(3, 60), min_size=2, max_size=8), seed=seeds, share=shares)
def test_each_class_has_its_share_of_every_part_to_within_one_row(counts, seed, share):
    validation, test = share
    classes = np.random.default_rng(seed).permutation(np.repeat(np.arange(len(counts)), counts))
    n = len(classes)
    assume(n >= 12)
    names = tuple(map(str, range(len(counts))))
    look = RowFacts(classes=classes, class_names=names)
    split = split_rows(n, SplitSpec(order="stratified", validation=validation, test=test), seed, look)
    for part in parts_of(split):
        of_class = np.bincount(classes[part], minlength=len(counts))
        assert (np.abs(of_class - np.array(counts) * len(part) / n) < 1).all()
    assert len(split.test) == round_half_up(test * n)


@given(rows=st.lists(st.integers(0, 40), min_size=1, max_size=9), cut=st.tuples(st.floats(0, 1), st.floats(0, 1)))
def test_a_table_is_rounded_to_the_sums_of_its_rows_and_columns(rows, cut):
    assume(sum(rows))
    n = sum(rows)
    low, high = sorted(int(share * n) for share in cut)
    totals = (low, high - low, n - high)
    found = shares_by_class(np.array(rows), totals)
    assert found.sum(axis=1).tolist() == rows
    assert tuple(found.sum(axis=0)) == totals
    assert (np.abs(found - np.array(rows)[:, None] * np.array(totals) / n) < 1).all()


def test_a_class_with_one_row_cannot_be_in_every_part():
    look = RowFacts(classes=np.array([0] * 29 + [1]), class_names=("흔함", "드묾"))
    with pytest.raises(DataError) as caught:
        split_rows(30, SplitSpec(order="stratified"), 0, look)
    assert caught.value.code == "data.stratified_small_class"
    assert all("드묾" in say_error(caught.value, language) for language in LANGUAGES)
    split_rows(30, SplitSpec(order="stratified", validation=0.0, test=0.0), 0, look)


def test_the_classes_are_those_of_the_first_target_that_has_any():
    table = table_of(x=range(60), y=[v * 0.5 for v in range(60)], c=["a", "b", "b"] * 20)
    data = spec(table, "c", "x", task="multiclass", split=SplitSpec(order="stratified"))
    dataset = prepare(table, data, 0)
    assert [np.bincount(dataset.part(name).target).tolist() for name in PART_NAMES] == [[12, 24], [4, 8], [4, 8]]
    assert refusal(table, spec(table, "y", "x", split=SplitSpec(order="stratified"))) == "data.stratified_needs_classes"


# --- by group


@given(
    sizes=st.lists(st.integers(1, 30), min_size=3, max_size=25),
    seed=seeds,
    share=st.sampled_from([(0.2, 0.2), (0.3, 0.3), (0.0, 0.25)]),
)
def test_no_group_is_in_two_parts_and_no_part_is_empty(sizes, seed, share):
    validation, test = share
    groups = np.random.default_rng(seed).permutation(np.repeat(np.arange(len(sizes)), sizes))
    spec_of = SplitSpec(order="group", validation=validation, test=test)
    split = split_rows(len(groups), spec_of, seed, RowFacts(groups=groups))
    inside = [set(groups[part]) for part in parts_of(split)]
    assert all(not one & other for one, other in itertools.combinations(inside, 2))
    assert all(inside[place] for place, share in enumerate((1.0, validation, test)) if share > 0)


@given(sizes=st.lists(st.integers(1, 30), min_size=4, max_size=9), seed=seeds)
def test_the_test_part_is_as_near_to_its_share_as_whole_groups_allow(sizes, seed):
    drawn = np.random.default_rng(seed).permutation(len(sizes))
    wanted = round_half_up(0.25 * sum(sizes))
    piles = [
        sum(sizes[group] for group in pile)
        for count in range(1, len(sizes) - 1)
        for pile in itertools.combinations(range(len(sizes)), count)
    ]
    best = min(abs(pile - wanted) for pile in piles)
    found = sum(sizes[group] for group in nearest_pile(np.array(sizes), drawn, wanted, spare=2))
    assert abs(found - wanted) == best


def test_of_many_groups_the_parts_are_exact_and_of_few_rows_each():
    groups = np.repeat(np.arange(5000), 4)
    split = split_rows(len(groups), SplitSpec(order="group"), 3, RowFacts(groups=groups))
    assert (len(split.train), len(split.validation), len(split.test)) == (12_000, 4_000, 4_000)


def test_fewer_groups_than_parts_are_refused():
    table = table_of(x=range(60), y=[v * 0.5 for v in range(60)], who=["김", "이"] * 30)
    by_person = SplitSpec(order="group", group_column="who")
    assert refusal(table, spec(table, "y", "x", split=by_person)) == "data.too_few_groups"
    assert refusal(table, spec(table, "y", "x", split=SplitSpec(order="group"))) == "data.group_column_needed"
    missing = by_person.replace(group_column="nobody")
    assert refusal(table, spec(table, "y", "x", split=missing)) == "data.group_column_missing"
    two = prepare(table, spec(table, "y", "x", split=by_person.replace(validation=0.0)), 0)
    assert {len(set(table.frame["who"][two.part(name).rows])) for name in ("train", "test")} == {1}


def test_a_row_without_a_group_belongs_nowhere():
    people = gaps_at([f"사람{i % 6}" for i in range(60)], 5, 6)
    table = table_of(x=range(60), y=[v * 0.5 for v in range(60)], who=people)
    dataset = prepare(table, spec(table, "y", "x", split=SplitSpec(order="group", group_column="who")), 0)
    assert dataset.dropped_rows == 2


# --- as a column says


@pytest.mark.parametrize(
    ("part", "words"),
    [
        (TRAIN, "train, Training ,학습,훈련"),
        (VALIDATION, "VALID,val,validation,검증"),
        (TEST, "test,시험,평가"),
        (None, "eval!,,0,기타"),
    ],
)
def test_words_name_parts_in_both_languages(part, words):
    assert {part_of_word(word) for word in words.split(",")} == {part}


def by_column(words, **changes):
    table = table_of(x=range(len(words)), y=[v * 0.5 for v in range(len(words))], part=words)
    return table, spec(table, "y", "x", split=SplitSpec(order="column", part_column="part", **changes))


def test_a_column_says_which_rows_are_which():
    words = ["훈련", "train", "검증", "시험"] * 15
    table, data = by_column(words, validation=0.0, test=0.0)
    dataset = prepare(table, data, 0)
    for name, meant in (("train", {"훈련", "train"}), ("validation", {"검증"}), ("test", {"시험"})):
        assert {words[row] for row in dataset.part(name).rows} == meant
    assert len(dataset.train.rows) == 30


def test_without_a_word_for_validation_its_share_is_drawn_from_the_training_rows():
    words = ["train", "train", "test"] * 20
    table, data = by_column(words, validation=0.25, test=0.0)
    one, same, other = prepare(table, data, 1), prepare(table, data, 1), prepare(table, data, 2)
    assert (len(one.train.rows), len(one.validation.rows), len(one.test.rows)) == (30, 10, 20)
    assert {words[row] for row in one.validation.rows} == {"train"}
    assert (one.validation.rows == same.validation.rows).all()
    assert set(one.validation.rows) != set(other.validation.rows)
    assert set(one.test.rows) == set(other.test.rows)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["train", "rest"] * 30, "data.part_words_unknown"),
        (["val", "test"] * 30, "data.part_without_train"),
    ],
)
def test_words_that_name_no_part_are_refused_by_name(words, code):
    table, data = by_column(words)
    assert refusal(table, data) == code
    with pytest.raises(DataError) as caught:
        prepare(table, data, 0)
    assert ("rest" in say_error(caught.value, "ko")) == ("rest" in words)


def test_the_column_of_the_parts_is_asked_for_and_is_no_input():
    table, data = by_column(["train", "test"] * 30)
    dataset = prepare(table, data.replace(inputs=("x", "part")), 0)
    assert dataset.feature_names == ("x",)
    assert [note.code for note in dataset.notes] == ["part_column_no_input"]
    assert refusal(table, data.replace(inputs=("part",))) == "data.no_inputs"
    for name, code in ((None, "data.part_column_needed"), ("nowhere", "data.part_column_missing")):
        assert refusal(table, data.replace(split=data.split.replace(part_column=name))) == code


# --- folds


@given(order=st.sampled_from(["shuffled", "stratified", "group", "column"]), folds=st.integers(2, 6), seed=seeds)
def test_folds_validate_every_row_once_and_share_one_test_part(order, folds, seed):
    n, look = 120, facts(order, 120, seed)
    if order == "column":
        look = RowFacts(parts=np.where(np.arange(n) % 5, TRAIN, TEST))
    plain = SplitSpec(order=order)
    splits = [split_rows(n, one, seed, look) for one in fold_specs(plain, folds)]
    test = set(split_rows(n, plain, seed, look).test)
    assert all(set(split.test) == test for split in splits)
    assert sorted(np.concatenate([split.validation for split in splits])) == sorted(set(range(n)) - test)
    for split in splits:
        assert sorted(np.concatenate(parts_of(split))) == list(range(n))


@given(folds=st.integers(2, 6), n=st.integers(30, 90))
def test_in_time_order_a_fold_learns_only_from_what_lies_before_it(folds, n):
    splits = [split_rows(n, one, 0) for one in fold_specs(SplitSpec(order="time"), folds)]
    for split in splits:
        assert max(split.train) < min(split.validation)
        assert max(split.validation) < min(split.test)
    assert [len(split.train) for split in splits] == sorted({len(split.train) for split in splits})


@given(counts=st.lists(st.integers(6, 40), min_size=2, max_size=5), folds=st.integers(2, 5), seed=seeds)
def test_stratified_folds_have_the_same_classes_to_within_one_row(counts, folds, seed):
    classes = np.repeat(np.arange(len(counts)), counts)
    look = RowFacts(classes=classes, class_names=tuple(map(str, range(len(counts)))))
    stratified = SplitSpec(order="stratified")
    found = [
        np.bincount(classes[split_rows(len(classes), one, seed, look).validation], minlength=len(counts))
        for one in fold_specs(stratified, folds)
    ]
    assert (np.ptp(found, axis=0) <= 1).all()


def test_groups_of_folds_are_of_nearly_the_same_size():
    piles = balanced_piles(np.array([5, 5, 5, 3, 3, 3]), np.arange(6), 3)
    assert sorted(map(len, piles)) == [2, 2, 2]
    assert {sum([5, 5, 5, 3, 3, 3][group] for group in pile) for pile in piles} == {8}


@pytest.mark.parametrize("folds", [1, MOST_FOLDS + 1])
def test_one_fold_is_none(folds):
    with pytest.raises(ExperimentError) as caught:
        fold_specs(SplitSpec(), folds)
    assert_sentences(caught.value)


def test_folds_that_do_not_fit_are_refused():
    with pytest.raises(ExperimentError) as caught:
        Fold(index=1, folds=5).replace(index=5)
    assert caught.value.code == "experiment.no_such_fold"
    assert_sentences(caught.value)
    table, data = by_column(["train", "val", "test"] * 20)
    folded = data.replace(split=data.split.replace(fold=Fold(index=0, folds=3)))
    assert refusal(table, folded) == "data.fold_of_named_parts"
    short = table_of(x=range(5), y=[1.5, 2, 4, 3, 1])
    few = SplitSpec(fold=Fold(index=4, folds=5))
    assert refusal(short, spec(short, "y", "x", split=few)) == "data.too_few_rows_for_folds"


# --- what previews may see


def test_the_sealed_rows_are_not_visible_and_all_others_are():
    table = table_of(x=gaps_at(range(60), 3), y=[v * 0.5 for v in range(60)])
    data = spec(table, "y", "x")
    dataset = prepare(table, data, 4)
    seen = visible_rows(table, data, 4)
    assert set(seen) == set(range(60)) - set(dataset.test.rows)
    assert 3 in seen  # dropped for its gap, so in no part
    assert visible_rows(table, data, 4) is seen


def test_rows_that_only_stand_in_test_windows_are_sealed_too():
    table = table_of(x=[v % 7 for v in range(60)], y=[v * 0.5 for v in range(60)])
    data = spec(table, "y", "x", split=SplitSpec(order="time"), windows=WindowSpec(steps=3, horizon=2))
    assert visible_rows(table, data, 0).tolist() == list(range(48))


def test_while_rows_cannot_be_divided_all_may_be_seen():
    table = table_of(x=range(60), y=[1] * 60)
    assert len(visible_rows(table, spec(table, "y", "x"), 0)) == 60


# --- rows behind one another


def test_what_needs_time_order_is_refused_where_rows_are_drawn():
    table = table_of(x=range(60), y=[v * 0.5 for v in range(60)])
    for order in ("shuffled", "stratified"):
        with pytest.raises(ExperimentError) as caught:
            spec(table, "y", "x").replace(plans=(ColumnPlan(column="x", lags=(0, 1)),), split=SplitSpec(order=order))
        assert caught.value.code == "experiment.lags_by_time"
        assert_sentences(caught.value)


# --- fewer rows to learn from, and a drawing of its own


@given(order=st.sampled_from(ORDERS), seed=seeds, rows=st.integers(1, 20))
def test_fewer_training_rows_leave_the_other_parts_as_they_are(order, seed, rows):
    whole = split_rows(120, SplitSpec(order=order), seed, facts(order, 120, 7))
    few = split_rows(120, SplitSpec(order=order, train_rows=rows), seed, facts(order, 120, 7))
    expected = whole.train[-rows:] if order == "time" else whole.train[:rows]
    np.testing.assert_array_equal(few.train, expected)
    np.testing.assert_array_equal(few.validation, whole.validation)
    np.testing.assert_array_equal(few.test, whole.test)


@pytest.mark.parametrize("order", ORDERS)
def test_with_a_seed_of_its_own_a_split_is_the_same_for_every_seed(order):
    spec = SplitSpec(order=order, seed=5)
    one, other, own = (
        split_rows(120, at, seed, facts(order, 120, 7))
        for at, seed in ((spec, 1), (spec, 2), (SplitSpec(order=order), 5))
    )
    for a, b, c in zip(parts_of(one), parts_of(other), parts_of(own), strict=True):
        np.testing.assert_array_equal(a, b)
        np.testing.assert_array_equal(a, c)
