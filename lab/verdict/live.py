"""The verdict's thresholds for a browser that marks two curves while they are drawn (pages/ui/js/marks.js).

It marks what the verdict's clauses state (was_better_than_baseline, rose, rise_is_sure; lies_apart), by the numbers of
this run; the word itself is said when the run rests.
"""

from lab.model.scales import MIN_TRAIN_ROWS, MIN_VALIDATION_ROWS
from lab.verdict import clauses
from lab.verdict.context import RunContext
from lab.verdict.evidence import MIN_SMOOTHED, SMOOTHING

LEAST_EPOCHS = MIN_SMOOTHED  # before, a level is a single epoch, and it is too early for any claim


def live_rules(context: RunContext) -> dict[str, float | str | None] | None:
    """Thresholds, and what of the run they are held against; None where there are too few rows to say anything."""
    if context.train_rows < MIN_TRAIN_ROWS or context.validation_rows < MIN_VALIDATION_ROWS:
        return None
    return {
        "least_epochs": LEAST_EPOCHS,
        "smoothing": SMOOTHING,
        "least_smoothed": MIN_SMOOTHED,
        "rise": clauses.RISE,
        "rise_of_baseline": clauses.RISE_OF_BASELINE,
        "sure": clauses.SURE,
        "likely_rise": clauses.LIKELY_RISE,
        "fell_to": clauses.FELL_TO,
        "witness_rows": clauses.WITNESS_ROWS,
        "apart": clauses.APART,
        "apart_of_loss": clauses.APART_OF_LOSS,
        "learned": clauses.LEARNED,
        "still_better": clauses.STILL_BETTER,
        "train_rows": context.train_rows,
        "validation_rows": context.validation_rows,
        "baseline": context.baseline_loss,
        "baseline_kind": context.baseline_kind,
        "high_rate": context.high_rate,
    }
