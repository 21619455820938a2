"""No sentence without its facts: what the verdict says of curves drawn at random, held against the sentence alone.

The predicates here are written from the English sentences in lab/texts/verdict.toml, on the curves as they are on the
chart, and know nothing of clauses or smoothing. "Clearly" is taken as a tenth of the baseline, up to a tenth of that.
"""

import math
from itertools import pairwise
from statistics import median

import numpy as np
import pytest

from lab.texts import say
from lab.verdict.evidence import RowCurves
from lab.verdict.verdict import RULES
from tests.lab.verdict.test_verdict import judged

CLEARLY = 0.9
HAIR = 1.1


def level(curve, place=-1):
    """A curve about an epoch, by eye: the middle of some neighbours."""
    place %= len(curve)
    reach = max(1, len(curve) // 14)
    return median(curve[max(place - reach, 0) : place + reach + 1])


def about(value):
    return 0.01 + HAIR * value


def jumps(curve):
    half = curve[len(curve) // 2 :]
    return max(abs(after - before) for before, after in pairwise(half))


class Facts:
    """The curves, and what the sentences speak of."""

    def __init__(self, loss, val_loss, known, verdict):
        self.loss, self.val_loss, self.known = loss, val_loss, known
        self.baseline, self.on_training = known["baseline_loss"], known["baseline_train_loss"]
        self.best = verdict.evidence.best_epoch - 1

    def never_clearly_below(self):
        return min(level(self.val_loss, place) for place in range(len(self.val_loss))) * HAIR > 0.85 * self.baseline

    def training_clearly_below(self):
        return level(self.loss) < CLEARLY * self.on_training

    def later_baseline_far_worse(self):
        return self.known["in_time_order"] and self.baseline > 1.25 * self.on_training

    def rose_since_best(self):
        return self.val_loss[-1] > self.val_loss[self.best]

    def training_fell_since_best(self):
        return self.loss[-1] < self.loss[self.best]

    def parted(self):
        return self.val_loss[-1] - self.loss[-1] > self.val_loss[self.best] - self.loss[self.best]

    def below_at_end(self):
        return self.val_loss[-1] < self.baseline

    def lowest_too_early(self):
        at_best = about(max(level(self.loss, self.best), self.loss[self.best])) > CLEARLY * self.on_training
        return at_best and self.training_clearly_below() and HAIR * level(self.val_loss) > CLEARLY * self.baseline

    def far_apart(self):
        return level(self.val_loss) - level(self.loss) > 0.1 * min(self.baseline, level(self.val_loss))

    def near(self):
        gap, end = level(self.val_loss) - level(self.loss), level(self.val_loss)
        return gap < max(0.2 * self.baseline, 0.4 * end) + jumps(self.val_loss)

    def clearly_risen(self):
        rise = level(self.val_loss) - level(self.val_loss, self.best)
        return rise > 0.15 * level(self.val_loss, self.best) + 0.05 * self.baseline + 2 * jumps(self.val_loss)

    def training_above(self):
        return self.loss[-1] > self.on_training


SAYS = {
    "too_large.runaway": lambda f: about(level(f.loss)) > 10 * min(f.loss),
    "too_large.exploded": lambda f: max(f.loss) > 1e6 * f.on_training and about(level(f.loss)) > f.on_training,
    "too_large.above_baseline": lambda f: (
        f.training_above() and (jumps(f.loss) > 0 or level(f.loss) > level(f.loss, 0))
    ),
    "too_large.zigzag": lambda f: about(jumps(f.loss)) > f.on_training - level(f.loss),
    "too_large.came_back_up": lambda f: about(level(f.loss)) > min(f.loss) + 0.08 * f.on_training,
    "too_large.lost_again": lambda f: min(f.loss) < CLEARLY * f.on_training < about(level(f.loss)),
    "too_large.stuck": lambda f: f.known["high_rate"] is not None and about(level(f.loss)) > CLEARLY * f.on_training,
    "too_large.extreme_rate": lambda f: (f.known["high_rate"] or 0) >= 10 and about(level(f.loss)) > f.on_training / 10,
    "too_large.unsettled": lambda f: f.rose_since_best() and not f.training_fell_since_best(),
    "drift.does_not_carry_over": lambda f: (
        f.known["in_time_order"] and f.never_clearly_below() and f.training_clearly_below()
    ),
    "no_signal.training_rows_only": lambda f: f.never_clearly_below() and f.training_clearly_below(),
    "drift.lowest_before_learning": lambda f: f.known["in_time_order"] and f.lowest_too_early(),
    "no_signal.lowest_before_learning": lambda f: f.lowest_too_early(),
    "no_signal.not_better_at_end": lambda f: (
        f.training_clearly_below() and HAIR * level(f.val_loss) > CLEARLY * f.baseline
    ),
    "drift.later_rows_differ": lambda f: f.later_baseline_far_worse() and f.far_apart(),
    "drift.rise": lambda f: f.later_baseline_far_worse() and f.rose_since_best(),
    "not_finished.still_falling": lambda f: level(f.val_loss) < level(f.val_loss, len(f.val_loss) // 4),
    "underfit.never_better": lambda f: f.never_clearly_below(),
    "underfit.not_better_at_end": lambda f: HAIR * level(f.val_loss) > CLEARLY * f.baseline,
    "underfit.training_not_learned": lambda f: about(level(f.loss)) > CLEARLY * f.on_training,
    "underfit.room": lambda f: level(f.loss) > 0.65 * f.on_training and f.known["parameters"] < 2 * f.known["inputs"],
    "overfit.rise": lambda f: f.rose_since_best() and f.training_fell_since_best() and f.parted(),
    "overfit.parted": lambda f: f.rose_since_best() and f.parted(),
    "good_fit.rise_in_doubt": lambda f: f.below_at_end() and f.rose_since_best(),
    "good_fit.apart": lambda f: f.below_at_end() and f.far_apart() and not f.clearly_risen(),
    "good_fit.close": lambda f: f.below_at_end() and f.near() and not f.clearly_risen(),
    "good_fit.gap_in_doubt": lambda f: f.below_at_end() and f.far_apart() and not f.clearly_risen(),
    "not_enough_data.undecided": lambda _: True,
}


def drawn(seed):
    """Two curves and what is known beside them: falls, turns, jumps, climbs and steps of any size."""
    random = np.random.default_rng(seed)
    epochs = int(random.integers(5, 150))
    t = np.linspace(0, 1, epochs)

    def curve(turn):
        start, floor, pace = random.uniform(0.5, 2), random.uniform(0, 1.2), 10 ** random.uniform(-1, 2)
        values = floor + (start - floor) * np.exp(-pace * t)
        values = values + turn * np.maximum(t - random.uniform(0, 1), 0) * random.uniform(0, 2)
        values = values + 10 ** random.uniform(-4, 0) * random.normal(size=epochs) * (random.random() < 0.7)
        return np.abs(values) + 1e-3

    loss = curve(random.random() < 0.15)
    val_loss = curve(random.random() < 0.5) if random.random() < 0.7 else loss + np.abs(random.normal()) * 0.1
    if random.random() < 0.05:
        loss[int(random.integers(epochs))] *= 10 ** random.uniform(1, 8)
    known = {
        "train_rows": int(random.integers(20, 2000)),
        "validation_rows": int(random.integers(20, 1000)),
        "baseline_loss": float(random.uniform(0.3, 1.5)),
        "baseline_kind": "mean",
        "parameters": int(random.integers(3, random.choice([8, 200]))),
        "inputs": 4,
        "in_time_order": bool(random.random() < 0.3),
        "high_rate": 10.0 if random.random() < 0.2 else None,
    }
    known["baseline_train_loss"] = known["baseline_loss"] * float(random.choice([1.0, 1.05, 0.6]))
    spread = float(random.uniform(0, 1))
    if random.random() < 0.2:
        known["validation_rows"], spread = int(random.integers(20, 40)), float(random.uniform(0.5, 2))
    rows = RowCurves(*([value] * epochs for value in (spread, spread / 20, spread)))
    return loss.tolist(), val_loss.tolist(), known, rows if random.random() < 0.8 else None


def test_a_predicate_stands_here_for_every_sentence():
    assert set(SAYS) == {f"{rule.kind}.{rule.name}" for rule in RULES}


@pytest.mark.parametrize("block", range(10))
def test_every_sentence_that_is_said_is_true_of_the_curves(block):
    wrong = []
    for seed in range(300 * block, 300 * (block + 1)):
        loss, val_loss, known, rows = drawn(seed)
        verdict = judged(loss, val_loss, rows=rows, **known)
        name = f"{verdict.kind}.{verdict.rule}"
        if verdict.evidence is not None and name in SAYS and not SAYS[name](Facts(loss, val_loss, known, verdict)):
            wrong.append((seed, say(f"verdict.{name}", "en", **vars(verdict.evidence))))
    assert not wrong


def test_the_drawn_curves_bring_every_sentence_out():
    said = set()
    for seed in range(3000):
        loss, val_loss, known, rows = drawn(seed)
        verdict = judged(loss, val_loss, rows=rows, **known)
        said.add(f"{verdict.kind}.{verdict.rule}")
    assert set(SAYS) - said <= {"too_large.exploded"}


def test_numbers_in_sentences_are_numbers():
    for seed in range(200):
        loss, val_loss, known, rows = drawn(seed)
        told = judged(loss, val_loss, rows=rows, **known).evidence
        assert math.isfinite(told.low)
        assert told.low <= told.last_val_loss <= told.high
