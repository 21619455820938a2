"""What the two curves say, in one word: overfit, underfit, good fit, or what keeps one from saying so.

A pure function of plain numbers: training and validation loss of each epoch, what was kept of the rows' own losses, the
loss of a forecast without a network (the baseline) in the same unit, row counts and the state of the run. It never sees
the test part.

The training loss is the one looked at after each epoch, as the validation loss is (without dropout, and with the
weights that the epoch ended with), where the run has it; both without the weight penalty, where there is one.

RULES is the whole of it, in the order of causes: first whether the steps are too large, then whether anything was
learned, then whether it holds for new rows. A rule is a word and the clauses (`lab.verdict.clauses`) that its sentence
says; the first rule all of whose clauses hold gives the verdict. So no sentence is said whose facts do not hold. The
last rule says only that nothing can be told.

Levels are read off smoothed curves (`lab.verdict.evidence`), so that one lucky epoch is not the lowest. Whether the
validation loss has risen is judged by the rows' own rises: the same rows are judged at both epochs, so most of their
scatter cancels. Runs kept before that was known are judged with half of loss / sqrt(rows) instead, and say so.

How often this is right is measured by `benchmarks/insight` on runs whose truth is known: docs/verdict.md.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

from lab.model.scales import MIN_TRAIN_ROWS, MIN_VALIDATION_ROWS
from lab.verdict import clauses
from lab.verdict.evidence import Curves, Evidence, weigh

if TYPE_CHECKING:
    from lab.verdict.context import RunContext

Kind = Literal[
    "good_fit",
    "overfit",
    "underfit",
    "no_signal",
    "drift",
    "too_large",
    "diverged",
    "not_finished",
    "not_enough_data",
]
Clause = Callable[[Evidence], bool]

MIN_EPOCHS = 5
WORTH_TELLING = 0.005


@dataclass(frozen=True)
class Rule:
    """A word, what it is said for, and the facts that its sentence states."""

    kind: Kind
    name: str
    clauses: tuple[Clause, ...]

    def holds(self, told: Evidence) -> bool:
        return all(clause(told) for clause in self.clauses)


NO_GAIN = (
    clauses.never_better_than_baseline,
    clauses.within_chance_of_baseline,
    clauses.training_learned,
    clauses.gap_is_wide,
)

TOO_EARLY = (clauses.lowest_before_learning, clauses.training_learned, clauses.not_better_at_end)

TURNED = (clauses.was_better_than_baseline, clauses.rose, clauses.rise_is_sure)

RULES: tuple[Rule, ...] = (
    Rule("too_large", "runaway", (clauses.ran_away,)),
    Rule("too_large", "exploded", (clauses.exploded,)),
    Rule("too_large", "above_baseline", (clauses.ends_above_baseline, clauses.jumps_or_climbed)),
    Rule("too_large", "zigzag", (clauses.zigzags,)),
    Rule("too_large", "stuck", (clauses.rate_is_high, clauses.training_not_learned)),
    Rule("too_large", "extreme_rate", (clauses.rate_is_extreme, clauses.training_stays_high)),
    Rule("too_large", "unsettled", (clauses.rose, clauses.training_rose_too)),
    Rule("drift", "does_not_carry_over", (clauses.in_time_order, *NO_GAIN)),
    Rule("no_signal", "training_rows_only", NO_GAIN),
    Rule("drift", "later_rows_differ", (clauses.later_rows_differ, clauses.lies_apart)),
    Rule("drift", "lowest_before_learning", (clauses.in_time_order, *TOO_EARLY)),
    Rule("no_signal", "lowest_before_learning", TOO_EARLY),
    Rule("not_finished", "still_falling", (clauses.still_falling,)),
    Rule("drift", "rise", (clauses.later_rows_differ, clauses.rose, clauses.training_fell_on, clauses.parted)),
    Rule("overfit", "rise", (*TURNED, clauses.training_fell_on, clauses.parted)),
    Rule("overfit", "parted", (*TURNED, clauses.training_hardly_rose, clauses.parted)),
    Rule("too_large", "lost_again", (clauses.training_was_lower, clauses.training_not_learned)),
    Rule("too_large", "came_back_up", (clauses.training_ends_above_lowest,)),
    Rule("no_signal", "not_better_at_end", (clauses.not_better_at_end, clauses.training_learned, clauses.gap_is_wide)),
    Rule("underfit", "never_better", (clauses.never_better_than_baseline,)),
    Rule("underfit", "not_better_at_end", (clauses.not_better_at_end,)),
    Rule("underfit", "training_not_learned", (clauses.training_not_learned,)),
    Rule("underfit", "room", (clauses.better_at_end, clauses.small_network, clauses.both_high, clauses.no_sure_rise)),
    Rule("good_fit", "rise_in_doubt", (clauses.better_at_end, clauses.rose, clauses.rise_may_be_chance)),
    Rule("good_fit", "apart", (clauses.better_at_end, clauses.lies_apart, clauses.did_not_rise)),
    Rule("good_fit", "close", (clauses.better_at_end, clauses.close, clauses.did_not_rise)),
    Rule("good_fit", "gap_in_doubt", (clauses.better_at_end, clauses.gap_may_be_chance, clauses.did_not_rise)),
    Rule("not_enough_data", "undecided", ()),
)


@dataclass(frozen=True)
class Verdict:
    """One verdict, the rule that gave it, its evidence (None when there is none to read), and what to try next.

    `causes` is filled where the steps were too large: code of a likely cause -> the number that makes it likely.
    """

    kind: Kind
    rule: str
    evidence: Evidence | None
    advice: tuple[str, ...]
    causes: Mapping[str, float] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "kind": self.kind,
            "rule": self.rule,
            "evidence": None if self.evidence is None else dict(vars(self.evidence)),
            "advice": list(self.advice),
            "causes": dict(self.causes),
        }


def judge(curves: Curves, context: "RunContext", state: str = "finished") -> Verdict:
    """The verdict on one run.

    Args:
        context: what is known of the run beside its curves.
        state: state of the run ("finished", "stopped", "running", "diverged", …).
    """
    loss, val_loss = curves.loss, curves.val_loss
    finite = all(math.isfinite(value) for value in (*loss, *val_loss))
    if state == "diverged" or not finite:
        return _diverged(context.causes)
    if not loss:
        return Verdict("not_finished", "few_epochs", None, ADVICE["not_finished"])
    if context.validation_rows < MIN_VALIDATION_ROWS or not val_loss:
        # "no_validation" when the person has set none aside, which more rows would not mend
        rule = "few_validation_rows" if context.validation_rows else "no_validation"
        return Verdict("not_enough_data", rule, None, ("larger_validation", "more_rows"))
    told = _told(curves, context)
    kind, rule = _decide(told)
    likely = dict(context.causes) if kind == "too_large" else {}
    advice = (*(REMEDIES[cause] for cause in likely), *_advice(kind, rule, told, context.test_rows))
    return Verdict(kind, rule, told, tuple(dict.fromkeys(advice)), likely)


def _told(curves: Curves, context: "RunContext") -> Evidence:
    """What is read off the curves, and beside it what the sentences say of the run itself."""
    rows, baseline = (context.train_rows, context.validation_rows), (context.baseline_loss, context.baseline_kind)
    return replace(
        weigh(curves.training, curves.val_loss, *rows, *baseline, curves.rows),
        baseline_train_loss=context.baseline_train_loss,
        parameters=context.parameters,
        inputs=context.inputs,
        evaluated=curves.training is not curves.loss,
        without_penalty=curves.without_penalty,
        in_time_order=context.in_time_order,
        high_rate=context.high_rate,
    )


def _decide(told: Evidence) -> tuple[Kind, str]:
    if told.train_rows < MIN_TRAIN_ROWS:
        return "not_enough_data", "few_train_rows"
    steps = [rule for rule in RULES if rule.kind == "too_large" and rule.name in ("runaway", "exploded")]
    if told.epochs < MIN_EPOCHS and not any(rule.holds(told) for rule in steps):
        return "not_finished", "few_epochs"
    found = next(rule for rule in RULES if rule.holds(told))
    return found.kind, found.name


def _diverged(causes: Mapping[str, float]) -> Verdict:
    advice = dict.fromkeys([*(REMEDIES[cause] for cause in causes), "lower_learning_rate"])
    return Verdict("diverged", "non_finite", None, tuple(advice), dict(causes))


REMEDIES = {
    "learning_rate": "lower_learning_rate",
    "unscaled_inputs": "standardise_inputs",
    "large_target": "standardise_target",
    "small_batch": "larger_batch",
}


def _advice(kind: Kind, rule: str, told: Evidence, test_rows: int | None) -> tuple[str, ...]:
    if kind != "good_fit":
        return ADVICE[kind]
    confirm = "keep_test" if test_rows == 0 else "open_test"
    since = told.best_epoch < told.epochs and told.rise > max(WORTH_TELLING * told.scale, told.jitter)
    earlier = ("fewer_epochs",) if since else ()
    if clauses.lies_apart(told):
        return ("more_rows", "smaller_net", "dropout", *earlier)
    if rule in IN_DOUBT:
        return (*earlier, "larger_validation", "more_rows")
    return (confirm, *earlier, "smaller_still")


IN_DOUBT = ("rise_in_doubt", "gap_in_doubt")  # more rows that judge would tell

ADVICE: dict[Kind, tuple[str, ...]] = {
    "too_large": ("lower_learning_rate", "larger_batch"),
    "not_finished": ("more_epochs", "raise_learning_rate"),
    "not_enough_data": ("more_rows", "other_seed"),
    "overfit": ("stop_at_best", "smaller_net", "dropout", "more_rows"),
    "no_signal": ("better_inputs", "smaller_net", "more_rows"),
    "drift": ("shuffled_split", "later_rows", "better_inputs"),
    "underfit": ("more_units", "raise_learning_rate", "better_inputs"),
}
