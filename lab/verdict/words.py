"""The verdict in words: a headline, at most three plain sentences, what to try next, and the numbers behind it."""

from collections.abc import Collection
from typing import Any, Final

from lab.texts import Language, has_text, say
from lab.verdict.evidence import Evidence
from lab.verdict.verdict import Verdict

ONE_NUMBER: Final = ("mean", "median", "least")  # kinds of baseline: the best one by the loss, and by it alone


def say_title(verdict: Verdict, language: Language) -> str:
    """A few words: "과적합 (overfit)". The same wherever the verdict is told."""
    return say_word(verdict.kind, language)


def say_word(kind: str, language: Language) -> str:
    """The words of a kind of verdict."""
    return say(f"verdict.{kind}", language)


def say_kind(verdict: Verdict, language: Language) -> str:
    """One sentence: why it is so. The word itself stands in the headline."""
    return say(f"verdict.{verdict.kind}.{verdict.rule}", language, **_values(verdict, language))


def say_summary(verdict: Verdict, language: Language) -> list[str]:
    """At most three sentences: the verdict and why, where the losses stand, how sure that is for other rows."""
    told = verdict.evidence
    if told is None:
        return [say_kind(verdict, language)]
    levels = "levels" if told.baseline_loss is None else "levels_and_baseline"
    interval = ["interval" if told.by_rows else "interval_rough"] if verdict.kind not in UNSURE else []
    values = _values(verdict, language)
    return [say_kind(verdict, language), *(say(f"verdict.{key}", language, **values) for key in [levels, *interval])]


UNSURE = ("too_large", "drift", "not_finished")  # other rows, or other weights, are to be expected: no interval is said


def say_details(verdict: Verdict, language: Language) -> list[str]:
    """Further numbers, one sentence each; for a divergence its likely causes."""
    causes = [say(f"verdict.cause.{cause}", language, value=value) for cause, value in verdict.causes.items()]
    told = verdict.evidence
    if told is None:
        return causes
    keys = ["lowest"] if told.best_epoch < told.epochs else []
    keys += [("rise" if told.by_rows else "rise_rough")] if keys and told.rise > 0 else []
    keys += ["gap", "jumps"]
    keys += ["next_fall"] if told.next_fall > 0 and verdict.rule != "still_falling" else []
    keys += ["without_penalty"] if told.without_penalty else []
    keys += ["later_rows"] if told.in_time_order and told.baseline_train_loss and told.baseline_loss else []
    values = _values(verdict, language)
    return [*(say(f"verdict.evidence.{key}", language, **values) for key in keys), *causes]


def say_advice(verdict: Verdict, language: Language) -> list[str]:
    """What to try next, the most telling first."""
    return [say_advice_code(code, verdict.evidence, language) for code in verdict.advice]


def say_advice_code(code: str, evidence: Evidence | None, language: Language) -> str:
    """One advice, for a run with this evidence."""
    values = {} if evidence is None else {"best_epoch": evidence.best_epoch}
    return say(f"verdict.advice.{code}", language, **values)


def say_baseline(kind: str, metrics: Collection[str], language: Language) -> str:
    """What the forecast beside a network's scores is; where metrics judge it too, by what it was chosen.

    Args:
        metrics: that stand beside the loss.
    """
    told = say("evaluate_page.baseline", language, kind=say(f"baseline.{kind}", language))
    return f"{told} {say('evaluate_page.baseline_by_loss', language)}" if metrics and kind in ONE_NUMBER else told


def _values(verdict: Verdict, language: Language) -> dict[str, Any]:
    """What the sentences' blanks are filled with."""
    told = verdict.evidence
    if told is None:
        return {}
    kind = f"baseline.{told.baseline_kind}"
    return {**vars(told), "baseline": say(kind, language) if has_text(kind) else ""}
