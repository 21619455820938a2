"""What a verdict may say of two curves: each clause is a predicate on the evidence, true or not.

A sentence of the verdict is made of these clauses (`lab.verdict.verdict.RULES` says of which), and is said only where
all of them hold. Shares are shares of the baseline's loss, so that one set of thresholds serves every loss and unit:
`scale` on the validation rows, `train_scale` on the training rows.
"""

from lab.verdict.evidence import Evidence

RUNAWAY = 10.0
EXPLODED = 1e6
ABOVE = 1.02
CLIMBED = 1.05
TREMBLES = 0.01
JUMPS = 0.05
RISE = 0.11
RISE_OF_BASELINE = 0.033
SURE = 1.64  # standard errors: one-sided, 19 times out of 20
LIKELY_RISE = 1.0  # enough where the training loss fell on to FELL_TO of what it was: a second witness
FELL_TO = 0.7
WITNESS_ROWS = 40  # of fewer a single one gives such a rise
SURE_GAP = 0.5  # where the validation loss was never below the baseline, the gap only has to be no accident
LEARNED = 0.90
STILL_BETTER = 0.97
LEARNED_ROWS = 0.80
WAS_LOWER = 0.87
CAME_BACK = 0.10
MEMORISED = 0.15
STILL_FALLING = 0.05
FAR_FROM_IT = 0.10  # where as many epochs again would leave it above the baseline all the same
DRIFTED = 1.3
APART = 0.15
APART_OF_LOSS = 0.35
AGREE = 0.05
ROOM = 0.70
ONE_UNIT = 3  # parameters beyond one for each input: those of a single hidden unit and an output
EXTREME_RATE = 10.0
UNLEARNED = 0.15


# --- the steps


def ran_away(told: Evidence) -> bool:
    """The training loss ends more than RUNAWAY times above its lowest value, and above the baseline."""
    return told.end_loss > max(RUNAWAY * told.lowest_loss, told.train_scale)


def exploded(told: Evidence) -> bool:
    """The training loss once was more than EXPLODED times the baseline, and ends above the baseline."""
    return told.has_baseline and told.highest_loss > EXPLODED * told.train_scale and told.end_loss > told.train_scale


def ends_above_baseline(told: Evidence) -> bool:
    """The training loss ends above that of a forecast without a network."""
    return told.has_baseline and min(told.end_loss, told.last_loss) > ABOVE * told.train_scale


def jumps_or_climbed(told: Evidence) -> bool:
    """The training loss jumps from epoch to epoch, or ends above where it began: it is not just on its way down."""
    return told.loss_jitter > TREMBLES * told.train_scale or told.end_loss > CLIMBED * told.first_loss


def zigzags(told: Evidence) -> bool:
    """The training loss jumps from epoch to epoch by JUMPS, and by more than all of its gain on the baseline."""
    gained = told.train_scale - told.end_loss
    return told.has_baseline and told.loss_jitter > max(JUMPS * told.train_scale, gained)


def training_was_lower(told: Evidence) -> bool:
    """The training loss once was clearly below the baseline."""
    return told.has_baseline and told.lowest_loss < WAS_LOWER * told.train_scale


def training_ends_above_lowest(told: Evidence) -> bool:
    """The training loss ends clearly above its own lowest level."""
    return told.has_baseline and told.end_loss - told.lowest_loss > CAME_BACK * told.train_scale


def rate_is_high(told: Evidence) -> bool:
    """The learning rate is beyond what even well-scaled data bear."""
    return told.high_rate is not None


def rate_is_extreme(told: Evidence) -> bool:
    """The learning rate is beyond any that is in use."""
    return told.high_rate is not None and told.high_rate >= EXTREME_RATE


def training_stays_high(told: Evidence) -> bool:
    """The training loss ends clearly above zero."""
    return told.has_baseline and told.end_loss > UNLEARNED * told.train_scale


def training_not_learned(told: Evidence) -> bool:
    """The training loss is not clearly below the baseline either."""
    return told.has_baseline and told.end_loss >= LEARNED * told.train_scale


# --- whether anything was learned


def never_better_than_baseline(told: Evidence) -> bool:
    """The validation loss was at no epoch clearly below the baseline.

    Against persistence, a far better forecast than a mean, the question is only whether it got below it at all.
    """
    learned = 1.0 if told.baseline_kind == "persistence" else LEARNED
    return told.has_baseline and told.best_val_loss >= learned * told.scale


def was_better_than_baseline(told: Evidence) -> bool:
    """The validation loss once was below the baseline, clearly or beyond chance; true as well where there is none."""
    return not (never_better_than_baseline(told) and within_chance_of_baseline(told))


def within_chance_of_baseline(told: Evidence) -> bool:
    """Even the lowest validation loss is no further below the baseline than chance may take it."""
    return told.best_val_loss >= told.scale - max((1 - STILL_BETTER) * told.scale, SURE * told.uncertainty)


def not_better_at_end(told: Evidence) -> bool:
    """The validation loss ends not clearly below the baseline."""
    better = 1.0 if told.baseline_kind == "persistence" else STILL_BETTER
    sure = told.end_val_loss - told.level_error >= LEARNED * told.scale
    return told.has_baseline and told.end_val_loss >= better * told.scale and sure


def better_at_end(told: Evidence) -> bool:
    """The validation loss ends below the baseline."""
    return told.has_baseline and not not_better_at_end(told) and told.last_val_loss < told.scale


def training_learned(told: Evidence) -> bool:
    """The training loss ends clearly below the baseline."""
    return told.has_baseline and told.end_loss + told.train_level_error < LEARNED_ROWS * told.train_scale


def lowest_before_learning(told: Evidence) -> bool:
    """Where the validation loss was lowest, the training loss was not clearly below the baseline yet."""
    return told.has_baseline and told.loss_at_best >= LEARNED * told.train_scale


def gap_is_wide(told: Evidence) -> bool:
    """The validation loss ends far above the training loss."""
    return told.gap_at_end > max(MEMORISED * told.scale, SURE_GAP * told.gap_error)


def still_falling(told: Evidence) -> bool:
    """The validation loss falls so fast at the end that as many epochs again would gain clearly more.

    More is asked of a fall that would not lead below the baseline: what has learned nothing yet is also underfit.
    """
    in_sight = not told.has_baseline or told.end_val_loss - told.next_fall < LEARNED * told.scale
    enough = STILL_FALLING if in_sight else FAR_FROM_IT
    return told.next_fall > max(enough * told.scale, 2 * told.level_error)


# --- whether it holds for new rows


def rose(told: Evidence) -> bool:
    """The validation loss ends above its lowest level, by more than its jumps from epoch to epoch."""
    smooth = told.rise > max(RISE * told.best_val_loss, RISE_OF_BASELINE * told.scale, 2 * told.level_error)
    return smooth and told.last_val_loss > told.lowest_val_loss


def rise_is_sure(told: Evidence) -> bool:
    """The rows' own rises are larger than chance; less has to be shown where the training loss fell far meanwhile.

    Not so of few rows, and at a high rate, where single rows may jump at any time.
    """
    fell_far = told.end_loss < FELL_TO * told.loss_at_best
    calm = told.high_rate is None and told.validation_rows >= WITNESS_ROWS
    return told.rise > (LIKELY_RISE if fell_far and calm else SURE) * told.rise_error


def training_fell_on(told: Evidence) -> bool:
    """The training loss fell on after the best epoch."""
    return told.end_loss < told.loss_at_best and told.last_loss < told.loss_then


def training_rose_too(told: Evidence) -> bool:
    """The training loss has risen since the best epoch as well, by at least half as much."""
    return told.end_loss - told.loss_at_best >= told.rise / 2 > 0 and told.last_loss > told.loss_then


def training_hardly_rose(told: Evidence) -> bool:
    """The training loss has not risen with the validation loss."""
    return told.end_loss - told.loss_at_best < told.rise / 2


def parted(told: Evidence) -> bool:
    """The two curves have parted since the best epoch, and end apart by more than AGREE of the baseline."""
    gap_then, gap_now = told.lowest_val_loss - told.loss_then, told.last_val_loss - told.last_loss
    return told.gap_at_end > max(told.gap_at_best, AGREE * told.scale) and gap_now > gap_then


def in_time_order(told: Evidence) -> bool:
    """The validation rows are later than the training rows."""
    return told.in_time_order


def later_rows_differ(told: Evidence) -> bool:
    """The forecast without a network, made from the training rows, is far worse on the later validation rows."""
    return told.in_time_order and told.has_baseline and told.scale > DRIFTED * told.train_scale


def rise_may_be_chance(told: Evidence) -> bool:
    """The rows' own rises are no larger than chance may make them."""
    return not rise_is_sure(told)


def did_not_rise(told: Evidence) -> bool:
    """The validation loss has not clearly risen since its lowest epoch."""
    return not rose(told)


def no_sure_rise(told: Evidence) -> bool:
    """The validation loss has not risen, or no more than chance may make it rise."""
    return did_not_rise(told) or rise_may_be_chance(told)


def lies_far_above(told: Evidence) -> bool:
    """The validation loss ends far above the training loss, as the chart shows them."""
    return told.gap_at_end > max(APART * told.scale, APART_OF_LOSS * told.end_val_loss)


def close(told: Evidence) -> bool:
    """The two losses end close together."""
    return not lies_far_above(told)


def lies_apart(told: Evidence) -> bool:
    """The two losses end far from each other, and farther than chance may take them."""
    return lies_far_above(told) and told.gap_at_end > SURE * told.gap_error


def gap_may_be_chance(told: Evidence) -> bool:
    """The two losses end far from each other, but no farther than chance may take them."""
    return lies_far_above(told) and not lies_apart(told)


def small_network(told: Evidence) -> bool:
    """The network has no more parameters than a single hidden unit needs."""
    return told.parameters is not None and told.parameters <= (told.inputs or 1) + ONE_UNIT


def both_high(told: Evidence) -> bool:
    """Both losses are still near the baseline, and close together."""
    near = abs(told.gap_at_end) < max(AGREE * told.scale, told.gap_error)
    calm = told.level_error < AGREE * told.scale
    return told.has_baseline and near and calm and told.end_loss > ROOM * told.train_scale
