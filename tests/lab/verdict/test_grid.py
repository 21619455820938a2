"""A fixed part of the grid of `benchmarks.insight.grid`: small runs trained here, and the words that its rule expects.

The rule looks at what the verdict never sees: test rows, twice the epochs, other learning rates. How often the words
are right on the whole grid stands in docs/verdict.md.
"""

from typing import get_args

import pytest

from benchmarks.insight.cases import cases
from benchmarks.insight.grid import AGREE, expected, grid_run, verdict_on
from lab.verdict.verdict import Kind

PART = {
    ("start", "iris", "adam"),
    ("start", "penguins", "momentum"),
    ("start", "circle", "sgd"),
    ("start", "overfitting", "rmsprop"),
    ("noise", "noise_300", "sgd"),
    ("duplicates", "sine_3", "adam"),
    ("tiny", "iris_tiny", "adam"),
    ("drift", "level_shift", "sgd"),
}


@pytest.fixture(scope="module")
def judged():
    """The case, the words that are right, and the verdict on each run."""
    runs = [grid_run(case) for case in cases(seeds=(1,)) if (case.family, case.table, case.optimizer) in PART]
    families = {}
    for run in runs:
        families.setdefault(run.key, {})[run.case["rate"]] = run
    return [(run.case, expected(run, families[run.key]), verdict_on(run)) for run in runs]


def test_nineteen_of_twenty_words_are_right(judged):
    wrong = [
        (case, sorted(words), verdict.kind, verdict.rule)
        for case, words, verdict in judged
        if verdict.kind not in words
    ]
    assert len(judged) == 54
    assert len(wrong) <= 0.05 * len(judged), wrong


def test_the_part_brings_out_every_word(judged):
    said = {verdict.kind for _, _, verdict in judged}
    assert said == set(get_args(Kind))


def test_no_good_fit_is_worse_than_the_baseline(judged):
    told = [verdict.evidence for _, _, verdict in judged if verdict.kind == "good_fit"]
    assert told
    assert all(one.end_val_loss < one.baseline_loss and one.last_val_loss < one.baseline_loss for one in told)


def test_no_overfit_has_curves_that_agree(judged):
    told = [verdict.evidence for _, _, verdict in judged if verdict.kind == "overfit"]
    assert told
    assert all(one.gap_at_end > AGREE * one.scale for one in told)
