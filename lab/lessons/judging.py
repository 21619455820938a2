"""Which sentences of "explain" are true of these very runs, and what a prediction is worth beside them."""

from collections.abc import Mapping, Sequence

import numpy as np

from lab.lessons.arithmetic import names_in, worked_out
from lab.lessons.figures import Array, means_of
from lab.lessons.record import Worth
from lab.lessons.schema import Lesson, Sentence


def asked_by(sentence: Sentence) -> tuple[str, ...]:
    """The figures that its comparison is about; none of one about a refusal."""
    return names_in(sentence.when) if sentence.when else ()


def true_of(sentence: Sentence, values: Mapping[str, Array]) -> bool:
    """Whether the sentence may be said: for the means of the seeds, or for enough of them one by one.

    That what it shows is refused was seen when the lesson was opened.
    """
    if not sentence.when:
        return True
    if sentence.seeds == "mean":
        return bool(worked_out(sentence.when, means_of(values)))
    held = np.atleast_1d(worked_out(sentence.when, values))
    asked = {"every": len(held), "most": len(held) // 2 + 1}.get(str(sentence.seeds), sentence.seeds)
    return bool(held.sum() >= int(asked))


def held_of(sentence: Sentence, values: Mapping[str, Array]) -> tuple[int, int]:
    """In how many of the seeds, each by itself, its formula holds; and how many there are: none for a refusal."""
    if not sentence.when:
        return 0, 0
    held = np.atleast_1d(worked_out(sentence.when, values))
    seeds = max((len(values[name]) for name in asked_by(sentence)), default=1)
    held = np.broadcast_to(held, seeds) if held.size == 1 else held
    return int(held.sum()), len(held)


def said_of(lesson: Lesson, values: Mapping[str, Array]) -> list[Sentence]:
    """The sentences that hold; one that speaks of a setting that was not run is not said."""
    return [sentence for sentence in lesson.explain if _known(sentence, values) and true_of(sentence, values)]


def _known(sentence: Sentence, values: Mapping[str, Array]) -> bool:
    return all(name in values and len(values[name]) for name in asked_by(sentence))


def right_choices(lesson: Lesson, values: Mapping[str, Array]) -> list[str]:
    """Keys of the choices that the means bear out."""
    means = means_of(values)
    return [choice.key for choice in lesson.prediction.choices if worked_out(choice.right, means)]


def answer_of(lesson: Lesson, values: Mapping[str, Array]) -> float:
    """The number that was asked for, as the mean over the seeds."""
    return float(np.mean(worked_out(lesson.prediction.value or "0", values)))


def worth_of(lesson: Lesson, predicted: str | float | Sequence[float], values: Mapping[str, Array]) -> Worth:
    """What a prediction is worth beside what happened; a drawn curve is looked at, not judged."""
    if lesson.prediction.choices:
        return "right" if predicted in right_choices(lesson, values) else "far"
    if lesson.prediction.value is not None and isinstance(predicted, int | float):
        answer = answer_of(lesson, values)
        return (
            "unknown" if np.isnan(answer) else "close" if abs(predicted - answer) <= lesson.prediction.close else "far"
        )
    return "unknown"
