"""Each threshold of the verdict turns it exactly where the module says: a row below, at and above each of them.

A row takes the evidence of a plain good fit, puts every number in it far from the threshold that the row is about, and
moves one number over it. A redesigned verdict needs new rows and no new test.
"""

import math
from dataclasses import dataclass, replace

import pytest

from lab.verdict import verdict
from lab.verdict.evidence import MIN_PIECE, MIN_SMOOTHED, PIECES, Evidence, next_fall, smoothing_reach, weigh
from lab.verdict.verdict import (
    APART,
    APART_OF_LOSS,
    EXPLODED,
    LEARNED,
    MEMORISED,
    MIN_EPOCHS,
    MIN_TRAIN_ROWS,
    MIN_VALIDATION_ROWS,
    RISE,
    RISE_OF_BASELINE,
    ROOM,
    RUNAWAY,
    SMALL_GAP,
    SMALL_NET,
    STILL_BETTER,
    STILL_FALLING,
    WORTH_TELLING,
    judge,
)

BASELINE = 1.0
GOOD = {
    "epochs": 100,
    "train_rows": 200,
    "validation_rows": 100,
    "best_epoch": 90,
    "best_val_loss": 0.3,
    "end_val_loss": 0.3,
    "end_loss": 0.3,
    "gap_at_best": 0.0,
    "gap_at_end": 0.0,
    "rise": 0.0,
    "uncertainty": 0.0,
    "next_fall": 0.0,
    "jitter": 0.0,
    "baseline_loss": BASELINE,
    "baseline_kind": "mean",
}


@dataclass(frozen=True)
class Edge:
    """Where a verdict turns.

    Args:
        of: the number that is moved: a field of Evidence, or "lowest", "highest" for those of the training loss.
        at: the threshold.
        below, above: the rule on either side of it.
        there: the rule at the threshold itself.
        others: fields that differ from those of a plain good fit.
    """

    of: str
    at: float
    below: str
    there: str
    above: str
    others: dict[str, object]


def edge(of: str, at: float, below: str, above: str, *, there: str, **others: object) -> Edge:
    return Edge(of, at, below, {"below": below, "above": above}[there], above, others)


RISING = {"rise": 0.2, "gap_at_end": 0.2}
LEARNED_NOTHING = {"best_val_loss": 0.95, "end_val_loss": 0.95}
SMALL = {"parameters": SMALL_NET, "inputs": 2, "end_loss": 0.8, "best_val_loss": 0.8, "end_val_loss": 0.8}
FITS, UNDERFITS = "close_and_low", "not_better_than_baseline"

EDGES = {
    "training loss, times its lowest": edge("end_loss", RUNAWAY * 0.5, FITS, "runaway", there="below", lowest=0.5),
    "training loss, the baseline": edge("end_loss", BASELINE, FITS, "runaway", there="below", lowest=0.01),
    "highest loss, times the baseline": edge(
        "highest", EXPLODED * BASELINE, FITS, "exploded", there="below", end_loss=1.5, lowest=0.5
    ),
    "training loss after an explosion": edge(
        "end_loss", BASELINE, FITS, "exploded", there="below", highest=2 * EXPLODED
    ),
    "training rows": edge("train_rows", MIN_TRAIN_ROWS, "few_train_rows", FITS, there="above"),
    "epochs": edge("epochs", MIN_EPOCHS, "few_epochs", FITS, there="above"),
    "rise, of the lowest": edge("rise", RISE * 0.8, FITS, "rise", there="below", best_val_loss=0.8, gap_at_end=0.1),
    "rise, of the baseline": edge(
        "rise", RISE_OF_BASELINE * BASELINE, FITS, "rise", there="below", best_val_loss=0.1, gap_at_end=0.1
    ),
    "rise, its jitter": edge("rise", 0.1, FITS, "rise", there="below", jitter=0.1, gap_at_end=0.1),
    "share of the rise that is not the training loss's": edge(
        "gap_at_end", 0.1 + 0.2 / 2, "unsettled", "rise", there="below", rise=0.2, gap_at_best=0.1
    ),
    "uncertainty, half of it": edge("uncertainty", 2 * 0.2, "rise", "uncertain", there="above", **RISING),
    "fall to come": edge("next_fall", STILL_FALLING * BASELINE, FITS, "still_falling", there="below"),
    "fall to come, its jitter": edge("next_fall", 0.2, FITS, "still_falling", there="below", jitter=0.2),
    "lowest loss": edge("best_val_loss", LEARNED * BASELINE, FITS, UNDERFITS, there="above"),
    "lowest loss beside persistence": edge(
        "best_val_loss", BASELINE, FITS, UNDERFITS, there="above", baseline_kind="persistence"
    ),
    "last loss": edge("end_val_loss", STILL_BETTER * BASELINE, FITS, UNDERFITS, there="above"),
    "last loss beside persistence": edge(
        "end_val_loss", BASELINE, FITS, UNDERFITS, there="above", baseline_kind="persistence"
    ),
    "gap of a network that learned nothing else": edge(
        "gap_at_end", MEMORISED * BASELINE, UNDERFITS, "memorised", there="below", **LEARNED_NOTHING
    ),
    "gap of such a network, its uncertainty": edge(
        "gap_at_end", 0.5, UNDERFITS, "memorised", there="below", uncertainty=0.5, **LEARNED_NOTHING
    ),
    "gap": edge("gap_at_end", APART * BASELINE, FITS, "apart", there="below"),
    "gap, of the loss": edge("gap_at_end", APART_OF_LOSS * 0.8, FITS, "apart", there="below", end_val_loss=0.8),
    "gap, its uncertainty": edge("gap_at_end", 0.5, FITS, "apart", there="below", uncertainty=0.5),
    "parameters for each input": edge("parameters", 2 * SMALL_NET, "room", FITS, there="above", **SMALL),
    "gap of a small network": edge("gap_at_end", SMALL_GAP * BASELINE, "room", FITS, there="above", **SMALL),
    "loss of a small network": edge("end_loss", ROOM * BASELINE, FITS, "room", there="below", **SMALL),
}


def rule(edge: Edge, value: float) -> str:
    changed = {**edge.others, edge.of: value}
    lowest, highest = changed.pop("lowest", 0.3), changed.pop("highest", 0.7)
    return verdict._decide(Evidence(**{**GOOD, **changed}), lowest, highest)[1]


@pytest.mark.parametrize("name", EDGES)
def test_the_verdict_turns_at_its_threshold(name):
    edge = EDGES[name]
    whole = edge.of in ("train_rows", "epochs", "parameters")
    below, above = (
        (edge.at - 1, edge.at + 1) if whole else (math.nextafter(edge.at, -math.inf), math.nextafter(edge.at, math.inf))
    )
    assert rule(edge, below) == edge.below
    assert rule(edge, edge.at) == edge.there
    assert rule(edge, above) == edge.above


def test_the_verdict_rests_on_the_validation_rows_that_it_names():
    curve = [0.7 * 0.9**epoch for epoch in range(100)]
    rows = {"train_rows": 200, "baseline_loss": BASELINE, "baseline_kind": "mean"}
    assert judge(curve, curve, validation_rows=MIN_VALIDATION_ROWS - 1, **rows).rule == "few_validation_rows"
    assert judge(curve, curve, validation_rows=MIN_VALIDATION_ROWS, **rows).rule == FITS


@pytest.mark.parametrize(("rise", "told"), [(WORTH_TELLING * BASELINE, False), (1.001 * WORTH_TELLING, True)])
def test_a_small_rise_is_worth_an_advice_from_its_threshold_on(rise, told):
    evidence = Evidence(**{**GOOD, "rise": rise})
    assert ("fewer_epochs" in verdict._advice("good_fit", FITS, evidence, 50)) is told
    restless = replace(evidence, jitter=rise)
    assert "fewer_epochs" not in verdict._advice("good_fit", FITS, restless, 50)


# --- what the evidence is read off


@pytest.mark.parametrize(
    ("epochs", "reach"), [(1, 0), (MIN_SMOOTHED - 1, 0), (MIN_SMOOTHED, 1), (42, 1), (43, 2), (100, 4)]
)
def test_a_smoothed_value_looks_at_its_share_of_the_epochs(epochs, reach):
    assert smoothing_reach(epochs) == reach


def test_the_mean_of_n_rows_is_known_to_its_size_over_the_root_of_n():
    evidence = weigh([0.5] * 20, [0.4] * 20, 90, 25)
    assert evidence.uncertainty == pytest.approx(0.4 / 5)
    assert evidence.gap_at_end == evidence.gap_at_best == pytest.approx(-0.1)


def test_the_jitter_is_what_is_left_of_the_steps_without_their_slope():
    steps = [-0.03, -0.01] * 20  # a slope of either, and 0.02 from the one to the other
    curve = [1.0]
    for step in [*steps, -0.03]:
        curve.append(curve[-1] + step)
    assert weigh(curve, curve, 90, 30).jitter == pytest.approx(0.0, abs=1e-12)  # more than half of them are the slope
    zigzag = [1.0 + 0.1 * (epoch % 2) - 0.01 * epoch for epoch in range(41)]  # 0.09 up, 0.11 down, and again
    assert weigh(zigzag, zigzag, 90, 30).jitter == pytest.approx(0.1)


def test_a_finer_look_at_the_end_needs_its_epochs_for_each_piece():
    """Both curves lie still for six epochs: two of the finer pieces, which promise nothing more."""
    assert next_fall(falling_then_still(PIECES[1] * MIN_PIECE)) == 0.0
    assert next_fall(falling_then_still(PIECES[1] * MIN_PIECE - 1)) > 1e-4


def falling_then_still(epochs: int) -> list[float]:
    return [5.0 - 0.1 * min(epoch, epochs - 7) for epoch in range(epochs)]
