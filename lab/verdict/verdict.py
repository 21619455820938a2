"""What the two curves say: underfit, good fit, overfit, diverged, not finished, or not enough data to say.

A pure function of plain numbers: training and validation loss of each epoch, the loss of a forecast without a
network (the baseline) in the same unit, row counts and the state of the run. It never sees the test part.

The training loss is the one looked at after each epoch, as the validation loss is (without dropout, and with the
weights that the epoch ended with), where the run has it; both without the weight penalty, where there is one.

The rules, tried in this order; the first that holds gives the verdict. "Baseline" stands for the baseline's loss on
the validation rows: all shares below are shares of it, so that one set of thresholds serves every loss and unit.
Without a baseline the lowest validation loss takes its place.

1.  diverged         A loss is NaN or infinite, the run says so itself, or the training loss ends RUNAWAY times above
                     its lowest value and above the baseline, or was EXPLODED times the baseline in some epoch and
                     never came below the baseline again (units that such a step has killed learn nothing more).
2.  not_enough_data  Fewer than MIN_TRAIN_ROWS training rows or MIN_VALIDATION_ROWS validation rows.
3.  not_finished     Fewer than MIN_EPOCHS epochs.
4.  overfit, rise    The validation loss has risen since its lowest epoch by more than RISE of its lowest value, by
                     more than RISE_OF_BASELINE of the baseline, by more than it jumps from epoch to epoch, and by more
                     than half its uncertainty (the same rows are judged at both epochs, so much of their scatter
                     cancels), and at least half of that rise is not shared by the training loss. The thresholds are
                     low: a good fit called overfit is stopped a little early, an overfit called good is believed.
5.  not_finished     (a) The validation loss falls so fast at the end that as many epochs again would take it down by
                     more than STILL_FALLING of the baseline (and by more than its own jitter); or
                     (b) it has risen as in 4, but the training loss has risen with it: the steps are too large for
                     the place they have come to, and nothing is being memorised.
6.  overfit,         The validation loss never got below LEARNED of the baseline, but the training loss lies
    memorised        MEMORISED of the baseline below the validation loss.
7.  not_enough_data  Rule 4 would hold but for the uncertainty: too few validation rows to call it.
8.  underfit         The validation loss never got below LEARNED of the baseline, or ends above STILL_BETTER of it.
                     Persistence is a far better forecast than a mean, so that against it the question is only
                     whether the loss got below it at all.
9.  good_fit         Everything else: better than the baseline, and not rising. The sentence and the advice differ
                     where (a) training and validation loss lie APART of the baseline and APART_OF_LOSS of the
                     validation loss: more rows or a smaller network may gain something; or (b) the network is small
                     (fewer than SMALL_NET parameters for each input), both losses lie close together (SMALL_GAP) and
                     above ROOM of the baseline: a larger network may learn more, if the data hold more. Curves
                     alone cannot tell that from noise.

Uncertainty: the validation loss is a mean over few rows. The loss of single rows scatters about as widely as its
mean is large (true of squared errors and of cross-entropy within a factor of two), so the mean of n rows is known
to about loss / sqrt(n). Curves are smoothed (median of SMOOTHING of the epochs) before a level is read off, so that
one lucky epoch is not the lowest (`lab.verdict.evidence`).

How often this is right is measured by `benchmarks/insight/verdict.py` on runs whose true risk is known; docs/verdict.md
has the confusion matrix.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from lab.texts import Language, has_text, say
from lab.verdict.evidence import BaselineKind, Evidence, smoothing_reach, weigh

Kind = Literal["underfit", "good_fit", "overfit", "diverged", "not_finished", "not_enough_data"]

MIN_TRAIN_ROWS = 20
MIN_VALIDATION_ROWS = 20
FEW_VALIDATION_ROWS = 100  # below: the verdict is given, and how often such verdicts are wrong is said with it
MIN_EPOCHS = 5
RUNAWAY = 10.0
EXPLODED = 1e6
RISE = 0.06
RISE_OF_BASELINE = 0.018
LEARNED = 0.90
STILL_BETTER = 0.97
MEMORISED = 0.20
STILL_FALLING = 0.05
WORTH_TELLING = 0.005
APART = 0.15
APART_OF_LOSS = 0.35
ROOM = 0.70
SMALL_GAP = 0.05
SMALL_NET = 10


@dataclass(frozen=True)
class Verdict:
    """One verdict, the rule that gave it, its evidence (None when there is none to read), and what to try next.

    `causes` is filled for a diverged run only: code of a likely cause -> the number that makes it likely.
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


def judge(
    loss: Sequence[float],
    val_loss: Sequence[float],
    *,
    train_rows: int,
    validation_rows: int,
    evaluated_loss: Sequence[float] | None = None,
    without_penalty: bool = False,
    baseline_loss: float | None = None,
    baseline_kind: BaselineKind | None = None,
    parameters: int | None = None,
    inputs: int | None = None,
    in_time_order: bool = False,
    test_rows: int | None = None,
    state: str = "finished",
    causes: Mapping[str, float] | None = None,
) -> Verdict:
    """The verdict on one run.

    Args:
        loss, val_loss: training and validation loss of each epoch; `val_loss` is empty without a validation part.
        train_rows, validation_rows: rows of the two parts.
        evaluated_loss: training loss looked at after each epoch; taken instead of `loss` if it is there for all.
        without_penalty: the losses are those without the weight penalty.
        baseline_loss: loss on the validation rows of a forecast without a network, in the same unit.
        baseline_kind: what that forecast is.
        parameters, inputs: size of the network: its parameters, and the features of a sample.
        in_time_order: the validation rows are later than the training rows.
        test_rows: rows of the sealed test part, to know whether there is anything to open; None if not known.
        state: state of the run ("finished", "stopped", "running", "diverged", …).
        causes: likely causes should it have diverged, from `lab.verdict.suspects.likely_causes`.
    """
    finite = all(math.isfinite(value) for value in (*loss, *val_loss))
    if state == "diverged" or not finite:
        return _diverged("non_finite", None, causes)
    if not loss:
        return Verdict("not_finished", "few_epochs", None, ADVICE["not_finished"])
    if validation_rows < MIN_VALIDATION_ROWS or not val_loss:
        # "no_validation" when the person has set none aside, which more rows would not mend
        rule = "few_validation_rows" if validation_rows else "no_validation"
        return Verdict("not_enough_data", rule, None, ("larger_validation", "more_rows"))
    evaluated = bool(evaluated_loss) and len(evaluated_loss or ()) == len(loss)
    training = evaluated_loss if evaluated and evaluated_loss and all(map(math.isfinite, evaluated_loss)) else loss
    evidence = replace(
        weigh(training, val_loss, train_rows, validation_rows, baseline_loss, baseline_kind),
        parameters=parameters,
        inputs=inputs,
        evaluated=training is not loss,
        without_penalty=without_penalty,
        in_time_order=in_time_order,
    )
    kind, rule = _decide(evidence, min(training), max(training))
    if kind == "diverged":
        return _diverged(rule, evidence, causes)
    return Verdict(kind, rule, evidence, _advice(kind, rule, evidence, test_rows))


def _decide(evidence: Evidence, lowest_loss: float, highest_loss: float) -> tuple[Kind, str]:
    scale = evidence.scale
    if evidence.end_loss > max(RUNAWAY * lowest_loss, scale):
        return "diverged", "runaway"
    if evidence.end_loss > scale and highest_loss > EXPLODED * scale:
        return "diverged", "exploded"
    if evidence.train_rows < MIN_TRAIN_ROWS:
        return "not_enough_data", "few_train_rows"
    if evidence.epochs < MIN_EPOCHS:
        return "not_finished", "few_epochs"

    rises = evidence.rise > max(RISE * evidence.best_val_loss, RISE_OF_BASELINE * scale, evidence.jitter)
    alone = evidence.gap_at_end - evidence.gap_at_best > evidence.rise / 2  # training does not rise with it
    if rises and alone and evidence.rise > evidence.uncertainty / 2:
        return "overfit", "rise"
    if evidence.next_fall > max(STILL_FALLING * scale, evidence.jitter):
        return "not_finished", "still_falling"
    if rises and not alone:
        return "not_finished", "unsettled"
    persistence = evidence.baseline_kind == "persistence"
    learned, better = (1.0, 1.0) if persistence else (LEARNED, STILL_BETTER)
    never_learned = evidence.best_val_loss >= learned * scale
    if never_learned and evidence.gap_at_end > max(MEMORISED * scale, evidence.uncertainty):
        return "overfit", "memorised"
    if rises:
        return "not_enough_data", "uncertain"
    if never_learned or evidence.end_val_loss >= better * scale:
        return "underfit", "not_better_than_baseline"
    return "good_fit", _how_good(evidence)


def _how_good(evidence: Evidence) -> str:
    scale = evidence.scale
    if evidence.gap_at_end > max(APART * scale, APART_OF_LOSS * evidence.end_val_loss, evidence.uncertainty):
        return "apart"
    small = evidence.parameters is not None and evidence.parameters < SMALL_NET * (evidence.inputs or 1)
    if small and evidence.gap_at_end < SMALL_GAP * scale and evidence.end_loss > ROOM * scale:
        return "room"
    return "close_and_low"


def _diverged(rule: str, evidence: Evidence | None, causes: Mapping[str, float] | None) -> Verdict:
    advice = [REMEDIES[cause] for cause in causes or {}]
    return Verdict(
        "diverged", rule, evidence, tuple(dict.fromkeys([*advice, "lower_learning_rate"])), dict(causes or {})
    )


REMEDIES = {
    "learning_rate": "lower_learning_rate",
    "unscaled_inputs": "standardise_inputs",
    "large_target": "standardise_target",
    "small_batch": "larger_batch",
}


def _advice(kind: Kind, rule: str, evidence: Evidence, test_rows: int | None) -> tuple[str, ...]:
    if rule == "unsettled":
        return ("lower_learning_rate", "stop_at_best")
    if kind != "good_fit":
        return ADVICE[kind]
    confirm = "keep_test" if test_rows == 0 else "open_test"
    earlier = ("fewer_epochs",) if evidence.rise > max(WORTH_TELLING * evidence.scale, evidence.jitter) else ()
    if rule == "apart":
        return ("more_rows", "smaller_net", "dropout", *earlier)
    if rule == "room":
        return ("more_units", *earlier, confirm)
    return (confirm, *earlier, "smaller_still")


ADVICE: dict[Kind, tuple[str, ...]] = {
    "not_finished": ("more_epochs", "raise_learning_rate"),
    "not_enough_data": ("more_rows", "other_seed"),
    "overfit": ("stop_at_best", "more_rows", "smaller_net", "dropout"),
    "underfit": ("more_units", "raise_learning_rate", "better_inputs"),
}


# --- in words


def say_verdict(verdict: Verdict, language: Language) -> list[str]:
    """The verdict in sentences: what it is, the evidence, what to try next."""
    return [say_kind(verdict, language), *say_evidence(verdict, language), *say_advice(verdict, language)]


def say_kind(verdict: Verdict, language: Language) -> str:
    """One sentence: the verdict and why."""
    return say(f"verdict.{verdict.kind}.{verdict.rule}", language)


def say_title(verdict: Verdict, language: Language) -> str:
    """A few words: "과적합 (overfit)"; a rule may have its own."""
    own = f"verdict.{verdict.kind}.{verdict.rule}.title"
    return say(own if has_text(own) else f"verdict.{verdict.kind}", language)


def say_evidence(verdict: Verdict, language: Language) -> list[str]:
    """The numbers behind it, one sentence each; for a divergence its likely causes."""
    causes = [say(f"verdict.cause.{cause}", language, value=value) for cause, value in verdict.causes.items()]
    if verdict.evidence is None:
        return causes
    values = dict(vars(verdict.evidence))
    values["last"] = smoothing_reach(verdict.evidence.epochs) + 1
    smoothed = ["smoothed"] if values["last"] > 1 else []
    measured = ["evaluated"] if verdict.evidence.evaluated else []
    penalty = ["without_penalty"] if verdict.evidence.without_penalty else []
    turn = "rise" if verdict.evidence.rise > 0 else "lowest_at_end"
    keys = ["levels", *measured, *penalty, *smoothed, turn, "gap", "uncertainty"]
    if verdict.evidence.validation_rows < FEW_VALIDATION_ROWS:
        keys.append("few_rows")
    if verdict.rule == "still_falling":
        keys.append("next_fall")
    if verdict.evidence.in_time_order and verdict.kind in ("overfit", "underfit"):
        keys.append("drift")
    if verdict.evidence.baseline_loss is not None:
        values["baseline"] = say(f"baseline.{verdict.evidence.baseline_kind}", language)
        better = verdict.evidence.end_val_loss < verdict.evidence.baseline_loss
        keys.append("better_than_baseline" if better else "not_better_than_baseline")
    return [*(say(f"verdict.evidence.{key}", language, **values) for key in keys), *causes]


def say_advice(verdict: Verdict, language: Language) -> list[str]:
    """What to try next, the most telling first."""
    return [say_advice_code(code, verdict.evidence, language) for code in verdict.advice]


def say_advice_code(code: str, evidence: Evidence | None, language: Language) -> str:
    """One advice, for a run with this evidence."""
    values = {} if evidence is None else {"best_epoch": evidence.best_epoch}
    return say(f"verdict.advice.{code}", language, **values)
