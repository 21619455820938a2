"""The verdict on a comparison: what was tried, what it changed against chance, and what to try next.

    found = compare([Judged("#1", record.experiment_with_changes(), record.verdict), Judged("#2", …), …])
    say_tried(found, language), [say_against(found, one, language) for one in found.against], say_next(found, language)

The first run is the one that the others are held against. Like the verdict on one run it never sees the test part.

What is compared is the validation loss at the end, as the verdicts read it (smoothed). Where the data differ it is
taken as a share of each run's own forecast without a network, since rows and unit may be others; runs with different
losses are not compared by number. A difference counts when it is larger than its uncertainty: that of the validation
loss of one run where both are judged on the same rows (the rows' luck is then largely shared), that of both together
where they are not, and `luck`, what other start weights alone change, where somebody measured it over several seeds.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import hypot
from typing import Final, Literal

from lab.edits.layers import dropping_layers
from lab.insight.differences import Difference, differences, say_value
from lab.spec.experiment import Experiment
from lab.texts import Language, say
from lab.verdict.evidence import Evidence
from lab.verdict.verdict import Verdict
from lab.verdict.words import say_advice_code, say_title

STOPPING: Final = "fit.early_stopping"
Outcome = Literal["better", "worse", "alike", "other_loss", "no_numbers"]


@dataclass(frozen=True)
class Judged:
    """A run to be compared: what the page calls it, what it was started with, and the verdict on it."""

    name: str
    experiment: Experiment
    verdict: Verdict


@dataclass(frozen=True)
class Against:
    """One run against the first.

    Args:
        end, best: its validation loss minus that of the first run, at the end and at their lowest; 0 without numbers.
        uncertainty: a smaller difference at the end may be chance.
        shares: all three are shares of the forecast without a network, not in the unit of the loss.
    """

    run: Judged
    outcome: Outcome
    end: float = 0.0
    best: float = 0.0
    uncertainty: float = 0.0
    shares: bool = False


@dataclass(frozen=True)
class Comparison:
    """What a comparison says.

    Args:
        tried: what is set differently and is not data or luck.
        unfair: the data settings or the seed, should they differ too.
        against: each run but the first.
        leader: the run with the lowest validation loss of those that can be compared with the first.
        next: what to try next, the most informative first: codes of "comparison.next." or of the verdict's advice.
    """

    runs: tuple[Judged, ...]
    tried: tuple[Difference, ...]
    unfair: tuple[Difference, ...]
    against: tuple[Against, ...]
    leader: Judged
    next: tuple[str, ...]


def compare(runs: Sequence[Judged], *, luck: float = 0.0) -> Comparison:
    """The verdict on two or more runs.

    Args:
        luck: standard deviation of the validation loss over seeds, in the unit of the loss; 0 if it is not known.
    """
    found = differences([run.experiment for run in runs])
    tried = tuple(one for one in found if not one.unfair)
    unfair = tuple(one for one in found if one.unfair)
    against = tuple(_against(runs[0], run, luck) for run in runs[1:])
    leading = min(against, key=lambda one: one.end if one.outcome in ("better", "worse", "alike") else 0.0)
    leader = leading.run if leading.end < 0 else runs[0]
    return Comparison(tuple(runs), tried, unfair, against, leader, _next(runs, tried, unfair, against, leader))


def _against(first: Judged, run: Judged, luck: float) -> Against:
    if first.experiment.compile.loss != run.experiment.compile.loss or _output_losses(first) != _output_losses(run):
        return Against(run, "other_loss")
    one, other = first.verdict.evidence, run.verdict.evidence
    if one is None or other is None or "diverged" in (first.verdict.kind, run.verdict.kind):
        return Against(run, "no_numbers")
    shares = first.experiment.data != run.experiment.data and bool(one.baseline_loss and other.baseline_loss)
    scales = [(evidence.baseline_loss if shares else None) or 1.0 for evidence in (one, other)]
    end, best = (
        getattr(other, name) / scales[1] - getattr(one, name) / scales[0] for name in ("end_val_loss", "best_val_loss")
    )
    chances = [evidence.uncertainty / scale for evidence, scale in zip((one, other), scales, strict=True)]
    rows = max(chances) if _same_rows(first.experiment, run.experiment) else hypot(*chances)
    uncertainty = hypot(rows, *(2**0.5 * luck / scale for scale in scales[:1]))
    outcome: Outcome = "alike" if abs(end) <= uncertainty else "better" if end < 0 else "worse"
    return Against(run, outcome, end, best, uncertainty, shares)


def _output_losses(run: Judged) -> object:
    """Of a functional model each output has its own loss, and they are combined."""
    outputs = getattr(run.experiment.model, "outputs", ())
    return run.experiment.compile.combine_losses, [(one.loss, one.weight) for one in outputs]


def _same_rows(one: Experiment, other: Experiment) -> bool:
    return one.data == other.data and (one.seed == other.seed or one.data.split.seed is not None)


# --- what to try next


def _next(
    runs: Sequence[Judged],
    tried: Sequence[Difference],
    unfair: Sequence[Difference],
    against: Sequence[Against],
    leader: Judged,
) -> tuple[str, ...]:
    if not tried and not unfair:
        return ("other_seed",)
    if tried and unfair:  # other data or seeds alone may be what was tried
        return ("same_rows_and_seed",)
    if len(runs) == 2 and len({_turn(one.knob.path) for one in tried}) > 1:
        return ("one_at_a_time",)
    if any(one.outcome == "other_loss" for one in against):
        return ("common_metric",)
    found = ["over_seeds"] if any(one.outcome == "alike" for one in against) else []
    if leader is not runs[0] and leader.verdict.kind not in ("good_fit", "not_enough_data"):
        found.append("further")
    open_questions = [
        code for code in leader.verdict.advice if code != "open_test" and not _was_tried(code, tried, runs)
    ]
    found += open_questions or ["over_seeds"]
    return tuple(dict.fromkeys(found))[:2]


def _turn(path: str) -> str:
    """Arguments of one part that come or go with it are one change, not several."""
    return next((part for part in (STOPPING, "compile.optimizer") if path.startswith(part)), path)


def _was_tried(advice: str, tried: Sequence[Difference], runs: Sequence[Judged]) -> bool:
    """Whether the knob that an advice speaks of is among those that differ."""
    knobs = ADVISED_KNOBS.get(advice, ())
    paths = {one.knob.path for one in tried} | {one.knob.argument for one in tried}
    if "model" in paths:  # layers were added or taken away: which ones?
        drops = {len(dropping_layers(run.experiment)) for run in runs}
        paths.add("rate" if len(drops) > 1 else "units")
    return any(path == knob or path.startswith(f"{knob}.") for path in paths for knob in knobs)


ADVISED_KNOBS = {
    "stop_at_best": ("fit.early_stopping", "fit.epochs"),
    "fewer_epochs": ("fit.early_stopping", "fit.epochs"),
    "more_epochs": ("fit.epochs",),
    "smaller_net": ("units", "filters"),
    "smaller_still": ("units", "filters"),
    "more_units": ("units", "filters"),
    "dropout": ("rate",),
    "raise_learning_rate": ("learning_rate",),
    "lower_learning_rate": ("learning_rate",),
    "larger_batch": ("fit.batch_size",),
}


# --- in words


def say_tried(comparison: Comparison, language: Language, plain: Callable[[str], str] = str) -> list[str]:
    """What differs, one sentence for what was tried and one, a warning, for what makes it hard to compare."""
    if not comparison.tried and not comparison.unfair:
        return [say("comparison.nothing_differs", language)]
    tried, unfair = (_named(found, language, plain) for found in (comparison.tried, comparison.unfair))
    if not tried:
        return [say("comparison.tried", language, what=unfair)]
    also = [say("comparison.unfair", language, what=unfair)] if unfair else []
    return [say("comparison.tried", language, what=tried), *also]


def _named(found: Sequence[Difference], language: Language, plain: Callable[[str], str]) -> str:
    told: dict[str, None] = {}
    for one in found:
        label, values = one.knob.label(language), one.values
        if one.knob.path.startswith(STOPPING) and None in values:  # it comes with all its settings: say so once
            label, values = say(f"field.{STOPPING}", language), tuple(value is not None for value in values)
        told[f"{label} {' → '.join(plain(say_value(value, language)) for value in values)}"] = None
    return "; ".join(told)


def say_against(comparison: Comparison, one: Against, language: Language, plain: Callable[[str], str] = str) -> str:
    """One run against the first: the difference, what chance alone may do, and how the verdict changed."""
    first = comparison.runs[0]
    verdicts = [say_title(run.verdict, language) for run in (first, one.run)]
    changed = "comparison.verdict_same" if verdicts[0] == verdicts[1] else "comparison.verdict_changed"
    unit = "share" if one.shares else "loss"
    by, chance = (f"{value:.1%}" if one.shares else f"{value:.3g}" for value in (abs(one.end), one.uncertainty))
    measured = say(
        f"comparison.{one.outcome}",
        language,
        name=plain(one.run.name),
        first=plain(first.name),
        by=by,
        chance=chance,
        what=say(f"comparison.of_{unit}", language),
    )
    told = [measured, say(changed, language, before=verdicts[0], after=verdicts[1])]
    if one.outcome == "better" and first.verdict.rule == "room" and _larger(one.run, first):
        told.append(say("comparison.was_underfit", language, first=plain(first.name)))
    return " ".join(told)


def _larger(run: Judged, other: Judged) -> bool:
    """Whether one network has more parameters than another."""
    sizes = [one.verdict.evidence.parameters or 0 for one in (run, other) if one.verdict.evidence is not None]
    return len(sizes) == 2 and sizes[0] > sizes[1]


def say_next(comparison: Comparison, language: Language, plain: Callable[[str], str] = str) -> list[str]:
    """What to try next, the most informative first."""
    evidence: Evidence | None = comparison.leader.verdict.evidence
    name = plain(comparison.leader.name)
    return [
        say(f"comparison.next.{code}", language, name=name)
        if code in NEXT
        else say("comparison.next.as_advised", language, name=name, advice=say_advice_code(code, evidence, language))
        for code in comparison.next
    ]


NEXT = ("other_seed", "same_rows_and_seed", "one_at_a_time", "common_metric", "over_seeds", "further")
