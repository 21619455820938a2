"""Each clause of the verdict turns exactly at its threshold: below, at and above each of them.

A row takes the evidence of a plain good fit, puts every number in it far from the threshold that the row is about, and
moves one number over it.
"""

import math
from dataclasses import dataclass, replace

import pytest

from lab.verdict import clauses, verdict
from lab.verdict.evidence import MIN_PIECE, MIN_SMOOTHED, PIECES, Evidence, next_fall, smoothing_reach, weigh
from lab.verdict.verdict import MIN_EPOCHS, MIN_TRAIN_ROWS, MIN_VALIDATION_ROWS, RULES, WORTH_TELLING
from tests.lab.verdict.test_verdict import judged

BASELINE = 1.0
GOOD = {
    "epochs": 100,
    "train_rows": 200,
    "validation_rows": 100,
    "best_epoch": 90,
    "last_loss": 0.3,
    "last_val_loss": 0.3,
    "loss_then": 0.3,
    "lowest_val_loss": 0.3,
    "best_val_loss": 0.3,
    "end_val_loss": 0.3,
    "first_loss": 0.7,
    "lowest_loss": 0.3,
    "highest_loss": 0.7,
    "loss_at_best": 0.3,
    "end_loss": 0.3,
    "loss_jitter": 0.0,
    "gap_at_best": 0.0,
    "gap_at_end": 0.0,
    "rise": 0.0,
    "rise_error": 0.0,
    "uncertainty": 0.0,
    "gap_error": 0.0,
    "low": 0.2,
    "high": 0.4,
    "by_rows": True,
    "next_fall": 0.0,
    "jitter": 0.0,
    "baseline_loss": BASELINE,
    "baseline_kind": "mean",
}


@dataclass(frozen=True)
class Edge:
    """Where a clause turns: false on one side of `at`, true on the other.

    Args:
        of: the field of Evidence that is moved.
        above: whether it holds above the threshold (or below it).
        there: whether it holds at the threshold itself.
        others: fields that differ from those of a plain good fit.
    """

    clause: verdict.Clause
    of: str
    at: float
    above: bool
    there: bool
    others: dict[str, object]


def edge(clause: verdict.Clause, of: str, at: float, *, above: bool = True, there: bool = False, **others) -> Edge:
    return Edge(clause, of, at, above, there, others)


c = clauses
TURNED = {"last_val_loss": 0.5}
EDGES = {
    "ran away, of the lowest": edge(c.ran_away, "end_loss", c.RUNAWAY * 0.5, lowest_loss=0.5),
    "ran away, of the baseline": edge(c.ran_away, "end_loss", BASELINE, lowest_loss=0.01),
    "exploded, highest": edge(c.exploded, "highest_loss", c.EXPLODED * BASELINE, end_loss=1.5),
    "exploded, end": edge(c.exploded, "end_loss", BASELINE, highest_loss=2 * c.EXPLODED),
    "above the baseline": edge(c.ends_above_baseline, "end_loss", c.ABOVE * BASELINE, last_loss=2.0),
    "above the baseline on the chart": edge(c.ends_above_baseline, "last_loss", c.ABOVE * BASELINE, end_loss=2.0),
    "trembles": edge(c.jumps_or_climbed, "loss_jitter", c.TREMBLES * BASELINE),
    "climbed": edge(c.jumps_or_climbed, "end_loss", c.CLIMBED * 0.7),
    "zigzag, of the baseline": edge(c.zigzags, "loss_jitter", c.JUMPS * BASELINE, end_loss=0.98),
    "zigzag, of the gain": edge(c.zigzags, "loss_jitter", BASELINE - 0.3),
    "was lower": edge(c.training_was_lower, "lowest_loss", c.WAS_LOWER * BASELINE, above=False),
    "came back up": edge(c.training_ends_above_lowest, "end_loss", 0.5 + c.CAME_BACK * BASELINE, lowest_loss=0.5),
    "extreme rate": edge(c.rate_is_extreme, "high_rate", c.EXTREME_RATE, there=True),
    "training stays high": edge(c.training_stays_high, "end_loss", c.UNLEARNED * BASELINE),
    "training not learned": edge(c.training_not_learned, "end_loss", c.LEARNED * BASELINE, there=True),
    "never better": edge(c.never_better_than_baseline, "best_val_loss", c.LEARNED * BASELINE, there=True),
    "never better than persistence": edge(
        c.never_better_than_baseline, "best_val_loss", BASELINE, there=True, baseline_kind="persistence"
    ),
    "within chance, of the baseline": edge(
        c.within_chance_of_baseline, "best_val_loss", BASELINE - (1 - c.STILL_BETTER) * BASELINE, there=True
    ),
    "within chance, of the rows": edge(
        c.within_chance_of_baseline, "best_val_loss", BASELINE - c.SURE * 0.25, there=True, uncertainty=0.25
    ),
    "not better at the end": edge(c.not_better_at_end, "end_val_loss", c.STILL_BETTER * BASELINE, there=True),
    "not better than persistence": edge(
        c.not_better_at_end, "end_val_loss", BASELINE, there=True, baseline_kind="persistence"
    ),
    "better on the chart": edge(c.better_at_end, "last_val_loss", BASELINE, above=False),
    "training learned": edge(c.training_learned, "end_loss", c.LEARNED_ROWS * BASELINE, above=False),
    "lowest before learning": edge(c.lowest_before_learning, "loss_at_best", c.LEARNED * BASELINE, there=True),
    "gap is wide": edge(c.gap_is_wide, "gap_at_end", c.MEMORISED * BASELINE),
    "gap is wide, chance": edge(c.gap_is_wide, "gap_at_end", c.SURE_GAP * 0.5, gap_error=0.5),
    "still falling": edge(c.still_falling, "next_fall", c.STILL_FALLING * BASELINE),
    "still falling, far from it": edge(c.still_falling, "next_fall", c.FAR_FROM_IT * BASELINE, end_val_loss=1.2),
    "rose, of the lowest": edge(c.rose, "rise", c.RISE * 0.8, best_val_loss=0.8, **TURNED),
    "rose, of the baseline": edge(c.rose, "rise", c.RISE_OF_BASELINE * BASELINE, best_val_loss=0.1, **TURNED),
    "rose on the chart": edge(c.rose, "last_val_loss", 0.3, rise=0.2),
    "rise is sure": edge(c.rise_is_sure, "rise", c.SURE * 0.1, rise_error=0.1),
    "rise is likely, and training fell far": edge(
        c.rise_is_sure, "rise", c.LIKELY_RISE * 0.1, rise_error=0.1, loss_at_best=0.9
    ),
    "training fell far": edge(
        c.rise_is_sure, "end_loss", c.FELL_TO * 0.5, above=False, loss_at_best=0.5, rise=0.12, rise_error=0.1
    ),
    "rows of a second witness": edge(
        c.rise_is_sure, "validation_rows", c.WITNESS_ROWS, there=True, loss_at_best=0.9, rise=0.12, rise_error=0.1
    ),
    "training fell on": edge(c.training_fell_on, "end_loss", 0.4, above=False, loss_at_best=0.4, loss_then=0.4),
    "training rose too": edge(
        c.training_rose_too, "end_loss", 0.5, there=True, loss_at_best=0.25, rise=0.5, last_loss=0.5
    ),
    "training hardly rose": edge(c.training_hardly_rose, "end_loss", 0.5, above=False, loss_at_best=0.25, rise=0.5),
    "parted": edge(c.parted, "gap_at_end", c.AGREE * BASELINE, **TURNED),
    "parted since": edge(c.parted, "gap_at_end", 0.2, gap_at_best=0.2, **TURNED),
    "later rows differ": edge(
        c.later_rows_differ, "baseline_train_loss", BASELINE / c.DRIFTED, above=False, in_time_order=True
    ),
    "apart": edge(c.lies_apart, "gap_at_end", c.APART * BASELINE),
    "far above": edge(c.lies_far_above, "gap_at_end", c.APART * BASELINE, gap_error=9.0),
    "apart, of the loss": edge(c.lies_apart, "gap_at_end", c.APART_OF_LOSS * 0.8, end_val_loss=0.8),
    "apart, chance": edge(c.lies_apart, "gap_at_end", c.SURE * 0.5, gap_error=0.5),
    "small network": edge(c.small_network, "parameters", 2 + c.ONE_UNIT + 1, above=False, inputs=2),
    "both high": edge(c.both_high, "end_loss", c.ROOM * BASELINE),
}


def holds(edge: Edge, value: float) -> bool:
    return edge.clause(Evidence(**{**GOOD, **edge.others, edge.of: value}))


@pytest.mark.parametrize("name", EDGES)
def test_a_clause_turns_at_its_threshold(name):
    edge = EDGES[name]
    whole = edge.of in ("parameters", "validation_rows")
    below, above = (
        (edge.at - 1, edge.at + 1) if whole else (math.nextafter(edge.at, -math.inf), math.nextafter(edge.at, math.inf))
    )
    sides = [holds(edge, value) for value in (below, edge.at, above)]
    at = edge.there if edge.above else False
    if edge.clause is clauses.later_rows_differ:  # a quotient: the threshold itself is a matter of rounding
        sides[1] = at
    assert sides == [not edge.above, at, edge.above]


def test_every_clause_of_a_rule_has_an_edge_or_is_the_opposite_of_one_that_has():
    opposites = {clauses.close, clauses.did_not_rise, clauses.no_sure_rise, clauses.rise_may_be_chance}
    opposites |= {clauses.gap_may_be_chance, clauses.was_better_than_baseline}
    opposites |= {clauses.in_time_order, clauses.rate_is_high}
    assert {clause for rule in RULES for clause in rule.clauses} - opposites <= {edge.clause for edge in EDGES.values()}


@pytest.mark.parametrize(("rows", "rule"), [(MIN_TRAIN_ROWS - 1, "few_train_rows"), (MIN_TRAIN_ROWS, "close")])
def test_training_rows_are_enough_from_their_number_on(rows, rule):
    assert verdict._decide(Evidence(**{**GOOD, "train_rows": rows}))[1] == rule


@pytest.mark.parametrize(("epochs", "rule"), [(MIN_EPOCHS - 1, "few_epochs"), (MIN_EPOCHS, "close")])
def test_epochs_are_enough_from_their_number_on(epochs, rule):
    assert verdict._decide(Evidence(**{**GOOD, "epochs": epochs}))[1] == rule


def test_the_verdict_rests_on_the_validation_rows_that_it_names():
    curve = [0.7 * 0.9**epoch for epoch in range(100)]
    rows = {"train_rows": 200, "baseline_loss": BASELINE, "baseline_kind": "mean"}
    assert judged(curve, curve, validation_rows=MIN_VALIDATION_ROWS - 1, **rows).rule == "few_validation_rows"
    assert judged(curve, curve, validation_rows=MIN_VALIDATION_ROWS, **rows).rule == "close"


@pytest.mark.parametrize(("rise", "told"), [(WORTH_TELLING * BASELINE, False), (1.001 * WORTH_TELLING, True)])
def test_a_small_rise_is_worth_an_advice_from_its_threshold_on(rise, told):
    evidence = Evidence(**{**GOOD, "rise": rise})
    assert ("fewer_epochs" in verdict._advice("good_fit", "close", evidence, 50)) is told
    restless = replace(evidence, jitter=rise)
    assert "fewer_epochs" not in verdict._advice("good_fit", "close", restless, 50)


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


def test_nothing_is_promised_to_fall_below_zero():
    line = [1.0 - 0.02 * epoch for epoch in range(50)]  # to 0.02: as many epochs again would end at -0.96
    assert 0 < next_fall(line) < 0.3
