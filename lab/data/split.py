"""Which rows train, which validate, which stay sealed for the test.

Every way is seeded and puts no row into two parts; none is left out but by `SplitSpec.train_rows`. With a fold
(`SplitSpec.fold`) the test part is the one that there would be without, and another piece of the other rows validates.
"""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from lab.data.balance import balanced_piles, nearest_pile, shares_by_class
from lab.errors import DataError
from lab.spec.data import Fold, SplitSpec

Rows = npt.NDArray[np.int64]
TRAIN, VALIDATION, TEST = 0, 1, 2

TRAIN_WORDS = frozenset(("train", "training", "trn", "학습", "훈련", "학습용", "훈련용"))
VALIDATION_WORDS = frozenset(("valid", "val", "validation", "dev", "검증", "검증용"))
TEST_WORDS = frozenset(("test", "testing", "시험", "평가", "테스트", "시험용", "평가용", "테스트용"))


@dataclass(frozen=True)
class Split:
    """Row positions of the three parts; together every row at most once."""

    train: Rows
    validation: Rows
    test: Rows


@dataclass(frozen=True)
class RowFacts:
    """What a split may look at, for each of n rows; None where its way does not ask for it.

    Args:
        order: positions in time order; None if the rows already are.
        classes: number of the row's class, from 0.
        class_names: of those numbers, for refusals.
        groups: number of the row's group, from 0.
        parts: TRAIN, VALIDATION or TEST, as a column of the table says.
        in_series: samples hold rows behind one another, so that no row may be drawn.
    """

    order: Rows | None = None
    classes: Rows | None = None
    class_names: tuple[str, ...] = ()
    groups: Rows | None = None
    parts: Rows | None = None
    in_series: bool = False


def split_rows(n: int, spec: SplitSpec, seed: int, facts: RowFacts | None = None) -> Split:
    """Divide n rows as `SplitSpec` describes.

    Raises:
        DataError "data.too_few_rows": a part that was asked for would have no row; "data.stratified_…",
        "data.too_few_groups", "data.part_…", "data.fold_…": what else keeps the rows from being divided so.
    """
    facts = facts or RowFacts()
    random = np.random.default_rng(seed if spec.seed is None else spec.seed)
    if spec.order == "group":
        split = _by_group(n, spec, random, facts)
    elif spec.order == "column":
        split = _by_column(n, spec, random, facts)
    else:
        _check_counts(n, spec, *_counts(n, spec))
        if spec.order == "stratified":
            split = _stratified(n, spec, random, facts)
        elif spec.order == "time":
            split = _in_order(_time_order(n, facts), spec)
        else:
            split = _cut(random.permutation(n), spec)
    _check_asked(n, spec, split)
    return split if spec.train_rows is None else replace(split, train=_fewer(split.train, spec, facts))


def _fewer(train: Rows, spec: SplitSpec, facts: RowFacts) -> Rows:
    """As many rows for training as asked for, those next to the validation part where time counts."""
    in_order = spec.order == "time" or facts.in_series
    return train[-spec.train_rows :] if in_order and spec.train_rows else train[: spec.train_rows]


def fold_specs(spec: SplitSpec, folds: int) -> tuple[SplitSpec, ...]:
    """The same split once for each fold: experiments that differ in nothing else are a cross-validation.

    Raises:
        ExperimentError: fewer than two folds, or more than MOST_FOLDS.
    """
    first = Fold(index=0, folds=2).replace(folds=folds)
    return tuple(spec.replace(fold=first.replace(index=index)) for index in range(folds))


def round_half_up(value: float) -> int:
    """As people round: 2.5 rows are 3 (Python's round makes them 2)."""
    return int(np.floor(value + 0.5))


# --- drawn, or by time


def _counts(n: int, spec: SplitSpec) -> tuple[int, int, int]:
    """Rows for training, validation and test."""
    test, validation = (round_half_up(share * n) for share in (spec.test, spec.validation))
    return n - validation - test, validation, test


def _cut(order: Rows, spec: SplitSpec) -> Split:
    """Drawn rows: the first train, the next validate, the last are the test."""
    train, validation, _test = _counts(len(order), spec)
    rest, test = order[: train + validation], order[train + validation :]
    if spec.fold is None:
        return Split(rest[:train], rest[train:], test)
    return _one_piece(np.array_split(rest, spec.fold.folds), spec.fold, test)


def _in_order(order: Rows, spec: SplitSpec) -> Split:
    """Rows in time order: nothing is learned from the future, in no fold either."""
    train, validation, _test = _counts(len(order), spec)
    rest, test = order[: train + validation], order[train + validation :]
    if spec.fold is None:
        return Split(rest[:train], rest[train:], test)
    return _growing(rest, spec.fold, test)


def _growing(rest: Rows, fold: Fold, test: Rows) -> Split:
    """Fold i of k validates piece i + 1 of k + 1 and trains on all before it."""
    pieces = np.array_split(rest, fold.folds + 1)
    return Split(np.concatenate(pieces[: fold.index + 1]), pieces[fold.index + 1], test)


def _one_piece(pieces: list[Rows], fold: Fold, test: Rows) -> Split:
    others = [piece for index, piece in enumerate(pieces) if index != fold.index]
    return Split(np.concatenate(others), pieces[fold.index], test)


def _time_order(n: int, facts: RowFacts) -> Rows:
    return np.arange(n) if facts.order is None else facts.order


# --- each class, each group


def _stratified(n: int, spec: SplitSpec, random: np.random.Generator, facts: RowFacts) -> Split:
    """Each class has its share of every part, to within one row."""
    if facts.classes is None:
        raise DataError("data.stratified_needs_classes")
    rows_of = np.bincount(facts.classes)
    parts = 1 + (spec.validation > 0) + (spec.test > 0)
    small = np.flatnonzero((rows_of > 0) & (rows_of < parts))
    if len(small):
        name, rows = facts.class_names[small[0]], int(rows_of[small[0]])
        raise DataError("data.stratified_small_class", name=name, rows=rows, parts=parts)
    shares = shares_by_class(rows_of, _counts(n, spec))
    drawn = random.permutation(n)
    by_class = drawn[np.argsort(facts.classes[drawn], kind="stable")]
    part = np.empty(n, np.int64)
    part[by_class] = np.repeat(np.tile([TRAIN, VALIDATION, TEST], len(shares)), shares.ravel())
    if spec.fold is None:
        return _of_parts(part, drawn)
    rest = by_class[part[by_class] != TEST]
    pieces = [rest[index :: spec.fold.folds] for index in range(spec.fold.folds)]  # dealt like cards, class by class
    return _one_piece([random.permutation(piece) for piece in pieces], spec.fold, drawn[part[drawn] == TEST])


def _of_parts(part: Rows, order: Rows) -> Split:
    """The parts of rows that know theirs, each in this order."""
    return Split(*(order[part[order] == name] for name in (TRAIN, VALIDATION, TEST)))


def _by_group(n: int, spec: SplitSpec, random: np.random.Generator, facts: RowFacts) -> Split:
    """Whole groups: first the test part, then validation, each as near to its share as groups allow."""
    if facts.groups is None:
        raise DataError("data.group_column_needed")
    sizes = np.bincount(facts.groups)
    drawn = random.permutation(len(sizes))
    folds = spec.fold.folds if spec.fold else 1 + (spec.validation > 0)
    needed = folds + (spec.test > 0)
    if len(sizes) < needed:
        raise DataError("data.too_few_groups", groups=len(sizes), needed=needed)
    _train, validation, test = _counts(n, spec)
    part_of = np.full(len(sizes), TRAIN)
    if spec.test > 0:
        part_of[nearest_pile(sizes, drawn, test, spare=folds)] = TEST
    rest = drawn[part_of[drawn] != TEST]
    if spec.fold is not None:
        part_of[balanced_piles(sizes, rest, spec.fold.folds)[spec.fold.index]] = VALIDATION
    elif spec.validation > 0:
        part_of[nearest_pile(sizes, rest, validation, spare=1)] = VALIDATION
    order = _time_order(n, facts) if facts.in_series else random.permutation(n)
    return _of_parts(part_of[facts.groups], order)


# --- as a column says


def part_of_word(word: str) -> int | None:
    """TRAIN, VALIDATION or TEST; None if the word names no part."""
    plain = word.strip().casefold()
    for part, words in ((TRAIN, TRAIN_WORDS), (VALIDATION, VALIDATION_WORDS), (TEST, TEST_WORDS)):
        if plain in words:
            return part
    return None


def _by_column(n: int, spec: SplitSpec, random: np.random.Generator, facts: RowFacts) -> Split:
    """Parts that the column does not name are taken from its rows for training: drawn, or in a series the last."""
    if facts.parts is None:
        raise DataError("data.part_column_needed")
    order = _time_order(n, facts) if facts.in_series else random.permutation(n)
    named = _of_parts(facts.parts, order)
    if not len(named.train):
        raise DataError("data.part_without_train")
    if spec.fold is not None and len(named.validation):
        raise DataError("data.fold_of_named_parts")
    open_spec = spec.replace(
        validation=0.0 if len(named.validation) else spec.validation, test=0.0 if len(named.test) else spec.test
    )
    divided = (_in_order if facts.in_series else _cut)(named.train, open_spec)
    return Split(
        divided.train,
        named.validation if len(named.validation) else divided.validation,
        named.test if len(named.test) else divided.test,
    )


# --- what cannot be divided


def _check_counts(n: int, spec: SplitSpec, train: int, validation: int, test: int) -> None:
    asked = [(train, 1.0), (validation, spec.validation), (test, spec.test)]
    if any(count < 1 for count, share in asked if share > 0):
        raise DataError("data.too_few_rows", rows=n, train=max(train, 0), validation=validation, test=test)


def _check_asked(n: int, spec: SplitSpec, split: Split) -> None:
    train, validation, test = (len(rows) for rows in (split.train, split.validation, split.test))
    if spec.fold is not None and not (train and validation):
        raise DataError("data.too_few_rows_for_folds", rows=n - test, folds=spec.fold.folds)
    if not train or (spec.validation > 0 and not validation) or (spec.test > 0 and not test):
        raise DataError("data.too_few_rows", rows=n, train=train, validation=validation, test=test)
