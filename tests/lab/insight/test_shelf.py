"""The shelf of runs: what sets each apart, order and filter, what is drawn, whom a run is held against."""

import math
from dataclasses import replace

import pytest

from lab.charts.compare import MOST_RUNS
from lab.insight.golf import played
from lab.insight.shelf import (
    COUNTS,
    VALUES,
    Entry,
    alike,
    arranged,
    can_be_made_alike,
    differs_in_words,
    drawn,
    newest_fork,
    on_same_rows,
    openings,
    opponents,
    parent_of,
    side_by_side,
)
from lab.runs.kept.record import Marks, RunSummary
from lab.spec.experiment import Experiment
from lab.starts import start
from lab.texts import LANGUAGES, say
from lab.verdict.context import RunContext
from lab.verdict.words import say_word
from tests.lab.runs.runs import iris

CONTEXT = RunContext(train_rows=90, validation_rows=30, baseline_loss=1.1)


def entry(number: int, experiment: Experiment | None = None, **changes) -> Entry:
    """A run of ten epochs that ended."""
    values = {"state": "finished", "metrics": {"loss": 0.5, "val_loss": 0.6}, "best": {"loss": 0.4, "val_loss": 0.5}}
    values |= {"best_epoch": 8, "verdict": "good_fit", "compute_s": 1.5}
    summary = RunSummary(f"run{number}", number, "", epoch=10, epochs=10, created=0.0, **{**values, **changes})
    return Entry(summary, iris(10) if experiment is None else experiment, CONTEXT)


def numbers(entries) -> list[int]:
    return [one.number for one in entries]


# --- what sets runs apart


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_run_says_in_what_it_differs_from_the_one_before_or_from_its_parent(language):
    first, same = entry(1), entry(2)
    other = entry(3, iris(10, shuffle=False))
    fork = entry(4, iris(10).forked(4).with_learning_rate(0.5))
    assert differs_in_words(first, [], language) == say("shelf.first", language)
    assert differs_in_words(same, [first], language) == say("shelf.alike", language)
    assert say("field.fit.shuffle", language) in differs_in_words(other, [same, first], language)
    forked = differs_in_words(fork, [other, same, first], language)
    assert "0.5" in forked
    assert "#2" in forked or "2" in forked


def test_a_fork_is_held_against_its_parent_as_that_went_on():
    parent, fork = entry(1), entry(2, iris(10).forked(4).with_fit(batch_size=5))
    assert parent_of(fork, [parent]) is parent
    assert parent_of(parent, [fork]) is None
    one, other = side_by_side([parent, fork])
    assert one == parent.experiment.forked(4)
    assert other == fork.experiment
    assert side_by_side([fork, parent])[1] == one
    assert side_by_side([parent, entry(3)])[0] == parent.experiment


def test_of_several_forks_the_newest_or_the_one_just_started_is_shown():
    parent = entry(1)
    forks = [entry(number, iris(10).forked(4).with_fit(batch_size=number)) for number in (3, 2)]
    assert newest_fork([*forks, parent], parent, None) is forks[0]
    assert newest_fork([*forks, parent], parent, "run2") is forks[1]
    assert newest_fork([parent], parent, "run2") is None


def test_a_run_on_other_rows_can_be_trained_again_on_the_chosen_ones():
    chosen, other = entry(1), entry(2, iris(10).replace(seed=9))
    assert not on_same_rows(chosen.experiment, other.experiment)
    assert can_be_made_alike(other, chosen)
    assert not can_be_made_alike(entry(3), chosen)
    assert not can_be_made_alike(entry(4, start("penguins")), chosen)
    assert not can_be_made_alike(replace(other, summary=replace(other.summary, state="running")), chosen)
    assert on_same_rows(alike(other.experiment, chosen.experiment), chosen.experiment)


# --- order, filter, chart


@pytest.mark.parametrize(
    ("sort", "order"),
    [("newest", [4, 3, 2, 1]), ("best", [2, 1, 3, 4]), ("final", [2, 1, 3, 4]), ("gap", [2, 3, 1, 4])],
)
def test_runs_are_sorted_and_one_without_numbers_goes_last(sort, order):
    shelf = [
        entry(4, metrics={}, best={}),
        entry(3, metrics={"loss": 0.7, "val_loss": 0.9}, best={"val_loss": 0.8}),
        entry(2, metrics={"loss": 0.1, "val_loss": 0.4}, best={"val_loss": 0.3}),
        entry(1, metrics={"loss": 0.45, "val_loss": 0.5}, best={"val_loss": 0.5}),
    ]
    assert numbers(arranged(shelf, "", sort, "en")) == order
    pinned = [replace(one, summary=replace(one.summary, marks=Marks(pinned=one.number == 1))) for one in shelf]
    assert numbers(arranged(pinned, "", sort, "en"))[0] == 1


def test_a_run_whose_loss_is_no_number_goes_last():
    shelf = [entry(2, metrics={"loss": math.nan, "val_loss": math.nan}), entry(1)]
    assert numbers(arranged(shelf, "", "final", "en")) == [1, 2]


def test_the_filter_finds_number_name_difference_and_verdict():
    shelf = [entry(2, marks=Marks(name="Wide one"), verdict="overfit"), replace(entry(1), differs="batch size 5")]
    for words, found in (("#2", [2]), ("wide", [2]), ("BATCH 5", [1]), ("nothing like it", [])):
        assert numbers(arranged(shelf, words, "newest", "en")) == found
    assert numbers(arranged(shelf, say_word("overfit", "ko"), "newest", "ko")) == [2]


def test_a_chart_leaves_out_hidden_runs_unfair_ones_and_those_it_has_no_room_for():
    chosen = entry(1)
    others = [entry(2, marks=Marks(shown=False)), entry(3, iris(10).replace(seed=9))]
    assert numbers(drawn([*others, chosen], chosen, MOST_RUNS, fair=True).entries) == [1]
    assert drawn([*others, chosen], chosen, MOST_RUNS, fair=True)[1:] == (1, 0)
    assert numbers(drawn([*others, chosen], chosen, MOST_RUNS, fair=False).entries) == [3, 1]
    many = [entry(number) for number in range(MOST_RUNS + 3)]
    found = drawn(many, many[0], MOST_RUNS, fair=True)
    assert (len(found.entries), found.unfair, found.too_many) == (MOST_RUNS, 0, 3)


def test_of_two_runs_the_older_is_held_against_and_of_more_the_one_before_the_chosen():
    one, two, three = entry(1), entry(2), entry(3)
    assert opponents([two, one], two, None) == (one, two, [one])
    assert opponents([two, one], one, None) == (one, two, [one])
    shelf = [three, two, one]
    assert opponents(shelf, three, None)[:2] == (two, three)
    assert opponents(shelf, three, "run1") == (one, three, [one, two])
    assert opponents(shelf, one, None)[:2] == (two, one)
    assert opponents(shelf, one, "run1")[:2] == (two, one)  # a run is not held against itself


# --- numbers


def test_test_values_stay_out_of_the_table_while_the_part_is_sealed():
    sealed = entry(1, marks=Marks(test={"loss": 0.7}))
    assert dict(zip(VALUES, sealed.values("loss"), strict=True)) == {
        "final_train": 0.5,
        "final": 0.6,
        "best": 0.5,
        "test": None,
    }
    opened = entry(1, marks=Marks(opened=2, test={"loss": 0.7}))
    assert opened.values("loss")[-1] == 0.7
    assert opened.values("accuracy") == (None, None, None, None)
    counts = dict(zip(COUNTS, opened.counts, strict=True))
    assert counts == {"best_epoch": 8, "epochs": 10, "updates": 90, "seconds": 1.5, "opened": 2}
    assert openings([sealed.summary, opened.summary, opened.summary]) == 4


def test_only_runs_that_have_ended_are_played():
    shelf = [entry(3, state="running"), entry(2, state="diverged"), entry(1, state="stopped")]
    assert [(one.number, one.diverged) for one in played(shelf)] == [(2, True), (1, False)]
