"""The verdict is a pure function of the curves: each rule on curves drawn for it, and what must hold for any curve."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.texts import LANGUAGES, has_text
from lab.verdict.context import RunContext
from lab.verdict.evidence import Curves, RowCurves, smooth, weigh
from lab.verdict.intervals import new_rows_interval
from lab.verdict.story import story
from lab.verdict.verdict import REMEDIES, judge
from lab.verdict.words import say_advice, say_details, say_summary, say_title

SHARES_ONLY = 0.60  # loss of a forecast by class shares, the baseline of these curves


def all_said(verdict, language):
    """Every sentence that is told of it anywhere, the headline first."""
    told = story(verdict, {}, language)
    return [told.headline, *told.sentences, *told.details, *say_advice(verdict, language)]


def fall(start, floor, pace, epochs):
    """An exponential fall from `start` to `floor`, a `pace` of the rest in each epoch."""
    return [floor + (start - floor) * (1 - pace) ** epoch for epoch in range(epochs)]


CURVES = (
    (fall(0.7, 0.10, 0.1, 100), fall(0.7, 0.12, 0.1, 100)),
    (fall(0.7, 0.01, 0.1, 100), fall(0.7, 0.45, 0.1, 100)),
    (fall(0.7, 0.55, 0.1, 100), fall(0.7, 0.56, 0.1, 100)),
    (fall(0.7, 0.10, 0.05, 100), [*fall(0.7, 0.50, 0.4, 11), *[0.50 + 0.005 * step for step in range(1, 90)]]),
    (fall(0.7, 0.44, 0.1, 100), fall(0.7, 0.60, 0.1, 100)),
)


KNOWN = {"train_rows": 200, "validation_rows": 100, "baseline_loss": SHARES_ONLY, "baseline_kind": "majority"}


def judged(loss, val_loss, *, state="finished", evaluated_loss=None, rows=None, **known):
    """The verdict on curves; the context is that of KNOWN but for what is given."""
    return judge(Curves(loss, val_loss, evaluated_loss, rows), RunContext(**{**KNOWN, **known}), state)


def test_low_and_close_curves_are_a_good_fit():
    verdict = judged(fall(0.7, 0.10, 0.1, 100), fall(0.7, 0.12, 0.1, 100))
    assert (verdict.kind, verdict.rule) == ("good_fit", "close")
    assert "open_test" in verdict.advice


def test_validation_loss_that_turns_and_rises_is_overfit_and_the_turn_is_named():
    val_loss = [*fall(0.7, 0.50, 0.4, 11), *[0.50 + 0.005 * step for step in range(1, 90)]]
    verdict = judged(fall(0.7, 0.10, 0.05, 100), val_loss)
    assert (verdict.kind, verdict.rule) == ("overfit", "rise")
    assert abs(verdict.evidence.best_epoch - 11) <= 2
    assert verdict.evidence.rise == pytest.approx(0.445, abs=0.02)
    assert verdict.advice[0] == "stop_at_best"


def test_a_wide_gap_without_a_turn_is_a_good_fit_that_more_rows_may_better():
    verdict = judged(fall(0.7, 0.01, 0.1, 100), fall(0.7, 0.45, 0.1, 100))
    assert (verdict.kind, verdict.rule) == ("good_fit", "apart")
    assert verdict.advice[0] == "more_rows"


def test_what_may_be_chance_on_few_rows_is_neither_called_close_nor_said_not_to_have_risen():
    """Iris, 484 epochs: 0.07 rises to 0.27 with one of 30 flowers, and the training loss goes to 0."""
    turned = [*fall(1.1, 0.07, 0.2, 80), *np.linspace(0.07, 0.27, 404)]
    level = [*fall(1.1, 0.27, 0.2, 484)]
    few = {"train_rows": 90, "validation_rows": 30, "baseline_loss": 1.1}
    rows = RowCurves(*([value] * 484 for value in (0.99, 0.14, 0.01)))
    for val_loss, rule in ((turned, "rise_in_doubt"), (level, "gap_in_doubt")):
        verdict = judged(fall(1.1, 0.001, 0.1, 484), val_loss, rows=rows, **few)
        assert (verdict.kind, verdict.rule) == ("good_fit", rule)
        assert "larger_validation" in verdict.advice
        assert "30 validation rows" in say_summary(verdict, "en")[0]


def test_where_only_the_training_rows_were_learned_the_inputs_do_not_predict_the_target():
    verdict = judged(fall(0.7, 0.44, 0.1, 100), fall(0.7, 0.60, 0.1, 100))
    assert (verdict.kind, verdict.rule) == ("no_signal", "training_rows_only")
    later = judged(fall(0.7, 0.44, 0.1, 100), fall(0.7, 0.60, 0.1, 100), in_time_order=True)
    assert (later.kind, later.rule, later.advice[0]) == ("drift", "does_not_carry_over", "shuffled_split")


def test_a_small_net_whose_curves_stay_high_and_together_looks_underfit():
    """Curves alone cannot tell: with a larger network they mean that the data hold no more."""
    curves = fall(0.7, 0.45, 0.1, 100), fall(0.7, 0.46, 0.1, 100)
    small = judged(*curves, parameters=5, inputs=2)
    assert (small.kind, small.rule, small.advice[0]) == ("underfit", "room", "more_units")
    assert judged(*curves, parameters=4000, inputs=2).rule == "close"


def test_loss_that_stays_near_the_baseline_is_underfit():
    verdict = judged(fall(0.7, 0.55, 0.1, 100), fall(0.7, 0.56, 0.1, 100))
    assert (verdict.kind, verdict.rule) == ("underfit", "never_better")


@pytest.mark.parametrize(("lowest", "end"), [(0.585, 0.59), (0.556, 0.5822)])
def test_a_validation_loss_that_is_not_clearly_below_the_baseline_is_never_a_good_fit(lowest, end):
    rows = {"train_rows": 60, "validation_rows": 20}  # the little that the training loss fell is no overfitting yet
    verdict = judged(fall(0.7, 0.51, 0.1, 100), [0.7, *[lowest] * 20, *[end] * 79], **rows)
    assert verdict.kind in ("underfit", "not_enough_data")


def test_no_better_than_the_persistence_forecast_is_underfit():
    arguments = {"baseline_loss": 4.0, "baseline_kind": "persistence"}
    assert judged(fall(90, 5.0, 0.3, 100), fall(90, 5.0, 0.3, 100), **arguments).kind == "underfit"
    assert judged(fall(90, 3.3, 0.3, 100), fall(90, 3.4, 0.3, 100), **arguments).kind == "good_fit"


@pytest.mark.parametrize("worst", [math.nan, math.inf, -math.inf])
def test_losses_that_are_no_numbers_are_diverged_and_the_causes_come_first(worst):
    verdict = judged([0.7, worst], [0.7, 0.7], causes={"unscaled_inputs": 4000.0})
    assert (verdict.kind, verdict.rule) == ("diverged", "non_finite")
    assert verdict.advice == ("standardise_inputs", "lower_learning_rate")
    assert "4000" in " ".join(all_said(verdict, "en"))


def test_a_run_that_the_engine_stopped_as_diverged_is_diverged_although_its_kept_losses_are_numbers():
    assert judged([0.7, 0.6], [0.7, 0.6], state="diverged").kind == "diverged"


def test_a_loss_that_grows_without_bound_is_diverged_before_it_is_infinite():
    assert judged([1.0, 50.0, 4e6], [1.0, 50.0, 4e6]).rule == "runaway"


def test_a_loss_that_exploded_and_left_a_dead_network_had_steps_too_large():
    verdict = judged([1e21, 1e14, 1e7, 2.0, 1.0, 0.9], [1e15, 1e8, 3.0, 2.0, 1.0, 0.9])
    assert (verdict.kind, verdict.rule) == ("too_large", "exploded")


def test_a_start_far_above_the_baseline_is_not_a_divergence():
    """An unscaled target (mean 1013 hPa) starts at a loss a thousand times its variance."""
    verdict = judged(fall(1e6, 3e4, 0.02, 50), fall(1e6, 3e4, 0.02, 50), baseline_loss=64.0, baseline_kind="mean")
    assert verdict.kind == "not_finished"


def test_few_epochs_are_not_finished():
    assert judged([0.7, 0.6, 0.5], [0.7, 0.6, 0.5]).rule == "few_epochs"


def test_a_curve_that_still_falls_is_not_finished():
    line = [0.7 - 0.004 * epoch for epoch in range(50)]
    assert judged(line, line).rule == "still_falling"


def test_a_slow_tail_is_finished():
    assert judged(fall(0.7, 0.1, 0.1, 40), fall(0.7, 0.12, 0.1, 40)).kind == "good_fit"


def test_few_rows_are_not_enough():
    curve = fall(0.7, 0.1, 0.1, 100)
    assert judged(curve, curve, validation_rows=19).rule == "few_validation_rows"
    assert judged(curve, curve, train_rows=19).rule == "few_train_rows"
    assert judged(curve, [], validation_rows=0).rule == "no_validation"


def test_a_rise_within_chance_is_no_overfit():
    val_loss = [*fall(0.7, 0.50, 0.4, 11), *[0.50 + 0.00075 * step for step in range(1, 90)]]
    loss = fall(0.6, 0.49, 0.05, 100)
    assert judged(loss, val_loss, validation_rows=20).kind != "overfit"
    assert judged(loss, val_loss, validation_rows=2000).kind == "overfit"


def test_curves_that_rise_together_are_not_overfit_but_not_settled():
    """As after a learning rate that was turned up too far: the gap does not widen."""
    rising = [*fall(0.7, 0.20, 0.3, 20), *[0.20 + 0.004 * step for step in range(1, 31)]]
    verdict = judged(rising, [value + 0.02 for value in rising])
    assert (verdict.kind, verdict.rule) == ("too_large", "unsettled")
    assert verdict.advice[0] == "lower_learning_rate"


def test_a_fall_that_has_come_to_rest_promises_nothing_however_steep_it_was():
    curve = [*fall(0.7, 0.3, 0.01, 90), *[0.3] * 60]
    assert weigh(curve, curve, 100, 100).next_fall < 0.005


def test_the_training_loss_looked_at_after_each_epoch_is_the_one_that_is_judged():
    """With dropout the running loss stays high although the rows are learned by heart."""
    val_loss = [*fall(0.7, 0.50, 0.4, 11), *[0.50 + 0.005 * step for step in range(1, 90)]]
    running, evaluated = [value + 0.02 for value in val_loss], fall(0.7, 0.10, 0.05, 100)
    assert judged(running, val_loss).kind == "too_large"
    verdict = judged(running, val_loss, evaluated_loss=evaluated)
    assert (verdict.kind, verdict.evidence.end_loss) == ("overfit", pytest.approx(evaluated[-1], abs=1e-3))
    assert judged(running, val_loss, evaluated_loss=evaluated[:50]).kind == "too_large"  # not there for all epochs


def test_a_weight_penalty_is_left_out_of_what_is_judged():
    data, penalty = fall(0.7, 0.10, 0.1, 100), 0.8
    history = {"loss": [value + penalty for value in data], "val_loss": [value + 0.02 + penalty for value in data]}
    extras = {"data_loss": data, "val_data_loss": [value + 0.02 for value in data], "evaluated_data_loss": data}
    context = RunContext(200, 100, SHARES_ONLY, "majority")
    assert context.judge(history, "finished").kind == "underfit"
    verdict = context.judge(history, "finished", extras)
    assert verdict.kind == "good_fit"
    assert any("weight penalty" in sentence for sentence in say_details(verdict, "en"))


def test_a_good_fit_asks_for_the_test_part_only_where_there_is_one():
    curves = fall(0.7, 0.10, 0.1, 100), fall(0.7, 0.12, 0.1, 100)
    assert judged(*curves, test_rows=50).advice[0] == "open_test"
    without = judged(*curves, test_rows=0)
    assert without.advice[0] == "keep_test"
    assert "no test part" in " ".join(all_said(without, "en"))


def test_where_the_baseline_itself_does_worse_on_later_rows_the_data_have_drifted():
    val_loss = [*fall(0.7, 0.50, 0.4, 11), *[0.50 + 0.005 * step for step in range(1, 90)]]
    curves = fall(0.7, 0.10, 0.2, 100), val_loss
    drifted = judged(*curves, in_time_order=True, baseline_train_loss=0.4)
    assert (drifted.kind, drifted.rule) == ("drift", "later_rows_differ")
    assert any("0.4 on the training rows" in sentence for sentence in say_details(drifted, "en"))
    assert judged(*curves, in_time_order=True, baseline_train_loss=0.58).kind == "overfit"
    assert judged(*curves, baseline_train_loss=0.4).kind == "overfit"  # rows drawn at random are of one kind


def rows(count, spread, rise_error):
    return RowCurves([spread] * count, [rise_error] * count, [spread] * count)


def test_a_rise_is_judged_by_the_rows_own_rises():
    val_loss = [*fall(0.7, 0.40, 0.4, 11), *[0.40 + 0.001 * step for step in range(1, 90)]]
    curves = fall(0.7, 0.10, 0.05, 100), val_loss
    assert judged(*curves, validation_rows=25, rows=rows(100, 0.5, 0.01)).kind == "overfit"
    assert judged(*curves, validation_rows=25, rows=rows(100, 0.5, 0.12)).kind == "good_fit"


def test_where_the_training_loss_fell_far_meanwhile_a_rise_has_less_to_show():
    val_loss = [*fall(0.7, 0.40, 0.4, 11), *[0.40 + 0.001 * step for step in range(1, 90)]]
    unsure = {"validation_rows": 40, "rows": rows(100, 0.5, 0.07)}
    assert judged(fall(0.7, 0.10, 0.05, 100), val_loss, **unsure).kind == "overfit"
    assert judged(fall(0.7, 0.35, 0.3, 100), val_loss, **unsure).kind != "overfit"
    assert judged(fall(0.7, 0.10, 0.05, 100), val_loss, high_rate=2.0, **unsure).kind != "overfit"
    assert judged(fall(0.7, 0.10, 0.05, 100), val_loss, **unsure | {"validation_rows": 39}).kind != "overfit"


def test_what_never_was_better_than_the_baseline_is_no_overfit():
    val_loss = [0.69 + 0.002 * step for step in range(100)]
    assert judged(fall(0.7, 0.6, 0.05, 100), val_loss).rule == "never_better"
    assert judged(fall(0.7, 0.1, 0.05, 100), val_loss).kind == "no_signal"


def test_what_has_not_learned_its_training_rows_is_no_good_fit_however_easy_the_validation_rows_are():
    curves = fall(0.7, 0.57, 0.1, 100), fall(0.6, 0.5, 0.1, 100)
    assert (judged(*curves).kind, judged(*curves).rule) == ("underfit", "training_not_learned")


def test_a_validation_loss_that_was_lowest_by_luck_before_anything_was_learned_is_no_overfit():
    """As where later rows follow the opposite rule: a network that answers at random is best."""
    curves = fall(0.9, 0.2, 0.1, 100), [0.45, *fall(0.5, 1.2, 0.1, 99)]
    assert (judged(*curves).kind, judged(*curves).rule) == ("no_signal", "lowest_before_learning")
    assert judged(*curves, in_time_order=True).kind == "drift"
    assert judged(fall(0.4, 0.2, 0.1, 100), curves[1]).kind == "overfit"


def test_at_an_extreme_rate_a_training_loss_that_stays_up_is_of_the_rate():
    curves = fall(0.7, 0.3, 0.1, 100), fall(0.7, 0.32, 0.1, 100)
    verdict = judged(*curves, high_rate=100.0)
    assert (verdict.kind, verdict.rule) == ("too_large", "extreme_rate")
    assert "as large as 100" in " ".join(say_summary(verdict, "en"))
    assert judged(*curves, high_rate=1.5).kind == "good_fit"
    assert judged(fall(0.7, 0.01, 0.1, 100), fall(0.7, 0.02, 0.1, 100), high_rate=100.0).kind == "good_fit"


def test_where_few_rows_hold_most_of_the_loss_new_rows_may_lie_far_off():
    curves = fall(0.7, 0.10, 0.1, 100), fall(0.7, 0.12, 0.1, 100)
    calm, heavy = (judged(*curves, rows=rows(100, *told)).evidence for told in ((0.12, 0.01), (1.0, 0.01)))
    assert calm.high < 0.2 < heavy.high
    assert calm.low <= 0.12 <= calm.high


def test_a_run_of_before_says_that_its_uncertainty_is_rough():
    curves = fall(0.7, 0.10, 0.1, 100), fall(0.7, 0.12, 0.1, 100)
    assert "before the losses of single rows were kept" in " ".join(say_summary(judged(*curves), "en"))
    assert "19 times out of 20" in " ".join(say_summary(judged(*curves, rows=rows(100, 0.1, 0.01)), "en"))


@pytest.mark.parametrize("pace", [0.0, 0.005, 0.02, 0.05])
def test_what_as_many_epochs_again_would_gain_is_exact_for_a_line_and_an_exponential(pace):
    epochs = 100
    line = [5.0 - 0.01 * epoch for epoch in range(2 * epochs)]
    curve = fall(5.0, 1.0, pace, 2 * epochs) if pace else line
    gain = curve[epochs - 1] - curve[2 * epochs - 1]
    assert weigh(curve[:epochs], curve[:epochs], 100, 100).next_fall == pytest.approx(gain, rel=0.05, abs=0.01)


def test_one_lucky_epoch_is_not_the_lowest():
    val_loss = fall(0.7, 0.3, 0.05, 100)
    val_loss[20] = 0.0
    assert judged(fall(0.7, 0.28, 0.05, 100), val_loss).evidence.best_epoch > 80


losses = st.floats(1e-6, 1e6)


@given(
    curves=st.integers(1, 60).flatmap(
        lambda n: st.tuples(st.lists(losses, min_size=n, max_size=n), st.lists(losses, min_size=n, max_size=n))
    ),
    baseline=st.one_of(st.none(), losses),
    rows=st.tuples(st.integers(0, 500), st.integers(0, 500)),
)
def test_any_curves_get_one_verdict_and_sentences_in_both_languages(curves, baseline, rows):
    verdict = judged(
        *curves,
        train_rows=rows[0],
        validation_rows=rows[1],
        baseline_loss=baseline,
        baseline_kind=None if baseline is None else "mean",
    )
    for language in LANGUAGES:
        assert say_title(verdict, language)
        assert all("{" not in sentence for sentence in all_said(verdict, language))


@given(scale=st.floats(1e-3, 1e4))
def test_the_unit_of_the_loss_changes_no_verdict(scale):
    for loss, val_loss in CURVES:
        plain = judged(loss, val_loss)
        scaled = judged([scale * v for v in loss], [scale * v for v in val_loss], baseline_loss=scale * SHARES_ONLY)
        assert (scaled.kind, scaled.rule) == (plain.kind, plain.rule)


@given(st.lists(losses, min_size=1, max_size=80))
def test_smoothing_keeps_the_length_and_the_range(curve):
    smoothed = smooth(curve)
    assert len(smoothed) == len(curve)
    assert min(curve) <= min(smoothed)
    assert max(smoothed) <= max(curve)


def test_the_losses_that_are_told_are_those_of_the_chart():
    loss = [*fall(0.7, 0.1, 0.1, 55), 0.3, 0.1, 0.5]
    verdict = judged(loss, loss)
    assert verdict.evidence.end_loss == 0.3 != loss[-1]  # what is judged is smooth
    assert "0.5 in training, 0.5 in validation" in " ".join(say_summary(verdict, "en"))


def test_at_most_three_sentences_stand_under_the_headline():
    for curves in CURVES:
        assert len(say_summary(judged(*curves), "ko")) <= 3


@given(st.lists(losses, min_size=1, max_size=80))
def test_the_rise_is_never_negative_and_the_evidence_adds_up(curve):
    evidence = weigh(curve, curve, 100, 100)
    assert evidence.rise >= 0
    assert evidence.gap_at_end == 0
    assert 1 <= evidence.best_epoch <= len(curve)


def test_every_cause_and_remedy_has_its_sentence():
    for cause, remedy in REMEDIES.items():
        assert has_text(f"verdict.cause.{cause}")
        assert has_text(f"verdict.advice.{remedy}")


def test_the_interval_of_new_rows_is_as_wide_as_two_means_scatter():
    low, high = new_rows_interval(0.5, 0.1, 400, 400)
    assert high - low == pytest.approx(2 * 1.96 * 0.1 * math.sqrt(2 / 400), rel=0.02)
    alone = new_rows_interval(0.5, 0.1, 400, 10**9)
    assert high - low == pytest.approx(math.sqrt(2) * (alone[1] - alone[0]), rel=0.01)


def test_where_one_row_holds_the_loss_hardly_anything_is_known_of_others():
    losses = np.array([1.0, *[0.001] * 39])
    low, high = new_rows_interval(losses.mean(), losses.std(ddof=1), 40, 40)
    assert low == 0
    assert high > 8 * losses.mean()


def test_new_rows_lie_within_their_interval_nineteen_times_of_twenty():
    """Squares of normal errors, of which each sample of rows has a mean and a spread of its own."""
    random = np.random.default_rng(0)
    squares = random.normal(size=(2, 2000, 60)) ** 2
    seen, new = squares[0], squares[1].mean(axis=1)
    intervals = [new_rows_interval(row.mean(), row.std(ddof=1), 60, 60) for row in seen]
    inside = [low <= value <= high for (low, high), value in zip(intervals, new, strict=True)]
    assert 0.93 < np.mean(inside) < 0.97


def test_validation_rows_that_happen_to_be_calm_take_the_spread_of_the_training_rows():
    curve = fall(0.7, 0.12, 0.1, 100)
    calm, wild = [0.05] * 100, [0.4] * 100
    both, met_more = (judged(curve, curve, rows=RowCurves(calm, [0.01] * 100, of)).evidence for of in (calm, wild))
    assert met_more.high > 1.8 * both.high
    assert judged(curve, curve, rows=RowCurves(wild, [0.01] * 100, calm)).evidence.high == met_more.high
