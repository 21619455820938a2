"""What the two curves say: underfit, good fit, overfit, diverged, not finished, or not enough data to say.

A pure function of plain numbers: training and validation loss of each epoch, the loss of a forecast without a
network (the baseline) in the same unit, row counts and the state of the run. It never sees the test part.

The rules, tried in this order; the first that holds gives the verdict. "Baseline" stands for the baseline's loss on
the validation rows: all shares below are shares of it, so that one set of thresholds serves every loss and unit.
Without a baseline the first epoch's validation loss takes its place.

1.  diverged         A loss is NaN or infinite, the run says so itself, or the training loss ends RUNAWAY times above
                     its lowest value and above the baseline, or was EXPLODED times the baseline in some epoch and
                     never came below the baseline again (units that such a step has killed learn nothing more).
2.  not_enough_data  Fewer than MIN_TRAIN_ROWS training rows or MIN_VALIDATION_ROWS validation rows.
3.  not_finished     Fewer than MIN_EPOCHS epochs.
4.  overfit          (a) The validation loss has risen since its lowest epoch by more than RISE of its lowest value,
                     by more than RISE_OF_BASELINE of the baseline and by more than half its uncertainty (the same
                     rows are judged at both epochs, so much of their scatter cancels), and at least half of that rise
                     is not shared by the training loss; or
                     (b) the gap between validation and training loss at the end is more than GAP of the baseline,
                     GAP_OF_LOSS of the validation loss, and the uncertainty; or
                     (c) the validation loss never got clearly below the baseline (LEARNED), but the training loss
                     lies MEMORISED of the baseline below the validation loss.
5.  not_finished     The validation loss falls so fast at the end that as many epochs again would take it down by
                     more than STILL_FALLING of the baseline (and by more than its own jitter).
6.  not_enough_data  Rule 4a or 4b would hold but for the uncertainty: too few validation rows to call it.
7.  underfit         (a) The network is small (fewer than SMALL_NET parameters for each input, or its size is not
                     known), its training loss ends above LITTLE_LEARNED of the baseline and lies within SMALL_GAP
                     of the validation loss: nothing is being memorised, so there is room for more capacity. (With
                     a larger network such curves mean that the data hold no more: noise. Curves alone cannot
                     tell the two apart.) Or
                     (b) the training loss ends above HARDLY_LEARNED of the baseline, whatever else; or
                     (c) the validation loss never got clearly below the baseline (LEARNED), or ends above it.
                     Persistence is a far better forecast than a mean, so that (a), (b) and (c) then ask whether
                     the loss got below it at all.
8.  good_fit         Everything else.

Uncertainty: the validation loss is a mean over few rows. The loss of single rows scatters about as widely as its
mean is large (true of squared errors and of cross-entropy within a factor of two), so the mean of n rows is known
to about loss / sqrt(n). Curves are smoothed (median of SMOOTHING of the epochs) before a level is read off, so that
one lucky epoch is not the lowest.

How often this is right is measured by `benchmarks/insight/verdict.py` on runs whose true risk is known.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from statistics import mean, median
from typing import Any, Literal

from lab.texts import Language, say

Kind = Literal["underfit", "good_fit", "overfit", "diverged", "not_finished", "not_enough_data"]
BaselineKind = Literal[
    "majority", "mean", "persistence", "letters", "outputs"
]  # "outputs": those of all outputs, combined

MIN_TRAIN_ROWS = 20
MIN_VALIDATION_ROWS = 20
MIN_EPOCHS = 5
SMOOTHING = 0.05
RUNAWAY = 10.0
EXPLODED = 1e6
RISE = 0.10
RISE_OF_BASELINE = 0.02
GAP = 0.15
GAP_OF_LOSS = 0.35
LEARNED = 0.95
MEMORISED = 0.20
STILL_FALLING = 0.05
LITTLE_LEARNED = 0.70
HARDLY_LEARNED = 0.90
SMALL_GAP = 0.05
SMALL_NET = 10


@dataclass(frozen=True)
class Evidence:
    """The numbers a verdict rests on. Losses are in the unit of the run's loss; epochs count from 1."""

    epochs: int
    train_rows: int
    validation_rows: int
    best_epoch: int  # of the lowest validation loss (smoothed)
    best_val_loss: float
    end_val_loss: float
    end_loss: float
    gap_at_best: float  # validation minus training loss
    gap_at_end: float
    rise: float  # of the validation loss since its lowest epoch
    uncertainty: float  # of the validation loss, from the number of validation rows
    next_fall: float  # what as many epochs again would gain, by the falls of the last two quarters
    baseline_loss: float | None
    baseline_kind: BaselineKind | None
    parameters: int | None = None  # of the network
    inputs: int | None = None  # features of a sample


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
    baseline_loss: float | None = None,
    baseline_kind: BaselineKind | None = None,
    parameters: int | None = None,
    inputs: int | None = None,
    state: str = "finished",
    causes: Mapping[str, float] | None = None,
) -> Verdict:
    """The verdict on one run.

    Args:
        loss, val_loss: training and validation loss of each epoch; `val_loss` is empty without a validation part.
        train_rows, validation_rows: rows of the two parts.
        baseline_loss: loss on the validation rows of a forecast without a network, in the same unit.
        baseline_kind: what that forecast is.
        parameters, inputs: size of the network: its parameters, and the features of a sample.
        state: state of the run ("finished", "stopped", "running", "diverged", …).
        causes: likely causes should it have diverged, from `lab.insight.diverged.likely_causes`.
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
    evidence = replace(
        weigh(loss, val_loss, train_rows, validation_rows, baseline_loss, baseline_kind),
        parameters=parameters,
        inputs=inputs,
    )
    kind, rule = _decide(evidence, min(loss), max(loss), _jitter(val_loss))
    if kind == "diverged":
        return _diverged(rule, evidence, causes)
    return Verdict(kind, rule, evidence, _advice(kind, evidence))


def weigh(
    loss: Sequence[float],
    val_loss: Sequence[float],
    train_rows: int,
    validation_rows: int,
    baseline_loss: float | None = None,
    baseline_kind: BaselineKind | None = None,
) -> Evidence:
    """Read the evidence off the curves (finite, at least one epoch, equally long)."""
    train, validation = smooth(loss), smooth(val_loss)
    best = min(range(len(validation)), key=validation.__getitem__)
    lowest, end = validation[best], validation[-1]
    return Evidence(
        epochs=len(val_loss),
        train_rows=train_rows,
        validation_rows=validation_rows,
        best_epoch=best + 1,
        best_val_loss=lowest,
        end_val_loss=end,
        end_loss=train[-1],
        gap_at_best=lowest - train[best],
        gap_at_end=end - train[-1],
        rise=end - lowest,
        uncertainty=end / math.sqrt(validation_rows),
        next_fall=min(_next_fall(loss), _next_fall(val_loss)),
        baseline_loss=baseline_loss,
        baseline_kind=baseline_kind,
    )


def smooth(curve: Sequence[float]) -> list[float]:
    """Running median over SMOOTHING of the epochs, narrower towards the ends so that nothing is shifted."""
    reach = smoothing_reach(len(curve))
    result = []
    for place in range(len(curve)):
        near = min(reach, place, len(curve) - 1 - place)
        # at the end a level is wanted, not one epoch: look back instead of narrowing to a single value
        start = place - reach if place == len(curve) - 1 else place - near
        result.append(float(median(curve[max(start, 0) : place + near + 1])))
    return result


def smoothing_reach(epochs: int) -> int:
    """Epochs on either side that a smoothed value looks at; at the end of the curve, before it only."""
    return round(epochs * SMOOTHING / 2)


def _decide(evidence: Evidence, lowest_loss: float, highest_loss: float, jitter: float) -> tuple[Kind, str]:
    scale = evidence.baseline_loss or evidence.best_val_loss or 1.0
    rows = evidence.train_rows
    if evidence.end_loss > max(RUNAWAY * lowest_loss, scale):
        return "diverged", "runaway"
    if evidence.end_loss > scale and highest_loss > EXPLODED * scale:
        return "diverged", "exploded"
    if rows < MIN_TRAIN_ROWS:
        return "not_enough_data", "few_train_rows"
    if evidence.epochs < MIN_EPOCHS:
        return "not_finished", "few_epochs"

    rises = evidence.rise > max(RISE * evidence.best_val_loss, RISE_OF_BASELINE * scale)
    gapes = evidence.gap_at_end > max(GAP * scale, GAP_OF_LOSS * evidence.end_val_loss)
    parts = evidence.gap_at_end - evidence.gap_at_best > evidence.rise / 2
    if rises and parts and evidence.rise > evidence.uncertainty / 2:
        return "overfit", "rise"
    if gapes and evidence.gap_at_end > evidence.uncertainty:
        return "overfit", "gap"
    never_learned = evidence.best_val_loss > LEARNED * scale
    if never_learned and evidence.gap_at_end > max(MEMORISED * scale, evidence.uncertainty):
        return "overfit", "memorised"
    if evidence.next_fall > max(STILL_FALLING * scale, jitter):
        return "not_finished", "still_falling"
    if (rises and parts) or gapes:
        return "not_enough_data", "uncertain"
    persistence = evidence.baseline_kind == "persistence"
    little, hardly, clearly = (1.0, 1.0, 1.0) if persistence else (LITTLE_LEARNED, HARDLY_LEARNED, LEARNED)
    small = evidence.parameters is None or evidence.parameters < SMALL_NET * (evidence.inputs or 1)
    room = small and evidence.gap_at_end < SMALL_GAP * scale
    if evidence.end_loss > (little if room else hardly) * scale:
        return "underfit", "little_learned"
    if evidence.best_val_loss >= clearly * scale or evidence.end_val_loss >= scale:
        return "underfit", "not_better_than_baseline"
    return "good_fit", "close_and_low"


def _next_fall(curve: Sequence[float]) -> float:
    """What as many epochs again would gain, from the mean levels of the last three quarters of the curve.

    With v(t) = floor + a * r ** (t / quarter), the two falls between these levels have the ratio r, and
    v(T) - v(2 T) is the last fall times r ** 1.5 * (1 + r + r ** 2 + r ** 3); a straight line is the case r = 1.
    """
    quarter = len(curve) // 4
    if quarter == 0:
        return 0.0
    second, third, fourth = (mean(curve[len(curve) - k * quarter :][:quarter]) for k in (3, 2, 1))
    earlier, last = second - third, third - fourth
    if last <= 0:
        return 0.0
    ratio = min(last / earlier, 1.0) if earlier > 0 else 1.0
    gain = last * ratio**1.5 * (1 + ratio + ratio**2 + ratio**3)
    return float(min(gain, fourth))  # no loss gets below 0


def _jitter(curve: Sequence[float]) -> float:
    """Median change from epoch to epoch, either way, after its common slope is taken away."""
    steps = [after - before for before, after in pairwise(curve)]
    if not steps:
        return 0.0
    slope = median(steps)
    return float(median(abs(step - slope) for step in steps))


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


def _advice(kind: Kind, evidence: Evidence) -> tuple[str, ...]:
    if kind == "good_fit":
        earlier = ("fewer_epochs",) if evidence.rise > 0 else ()
        return ("open_test", *earlier, "smaller_still")
    return ADVICE[kind]


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
    """One or two words: "과적합 (overfit)"."""
    return say(f"verdict.{verdict.kind}", language)


def say_evidence(verdict: Verdict, language: Language) -> list[str]:
    """The numbers behind it, one sentence each; for a divergence its likely causes."""
    causes = [say(f"verdict.cause.{cause}", language, value=value) for cause, value in verdict.causes.items()]
    if verdict.evidence is None:
        return causes
    values = dict(vars(verdict.evidence))
    values["last"] = smoothing_reach(verdict.evidence.epochs) + 1
    smoothed = ["smoothed"] if values["last"] > 1 else []
    keys = ["levels", *smoothed, "rise" if verdict.evidence.rise > 0 else "lowest_at_end", "gap", "uncertainty"]
    if verdict.rule == "still_falling":
        keys.append("next_fall")
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
