"""The picture of a verdict as plain numbers: the curves that were judged, the best epoch, the rise, the gap at the end.

Every place draws it from these: `lab.charts.verdict` on pages, `lab.export.pictures` in a report.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lab.texts import Language, say
from lab.verdict.context import RunContext, judged_curves
from lab.verdict.evidence import Evidence, smoothing_reach
from lab.verdict.verdict import Verdict

Columns = Mapping[str, Sequence[float]]


@dataclass(frozen=True)
class Area:
    """What is shaded: between two curves over some epochs, which count from 1."""

    epochs: tuple[int, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]


@dataclass(frozen=True)
class VerdictPicture:
    """Args:
    training, validation: loss after each epoch, as it was judged; validation may be empty.
    best_epoch: of the lowest validation loss; None if nothing was read off the curves.
    rise: between the lowest validation loss and the validation curve since then; None if it has not risen.
    gap: between the two curves at the end; None if there is only one.
    baseline: loss of a forecast without a network; None if there is none.
    """

    training: tuple[float, ...]
    validation: tuple[float, ...]
    best_epoch: int | None
    rise: Area | None
    gap: Area | None
    baseline: float | None


def picture_of(
    verdict: Verdict, context: RunContext, history: Columns, extras: Columns | None = None
) -> VerdictPicture:
    """What to draw of a run on which there is this verdict."""
    curves, told = judged_curves(history, extras or {}), verdict.evidence
    training = curves.training if told is not None and told.evaluated else curves.loss
    validation = curves.val_loss
    return VerdictPicture(
        training=tuple(training),
        validation=tuple(validation),
        best_epoch=None if told is None else told.best_epoch,
        rise=None if told is None else _rise(told, validation),
        gap=None if told is None else _gap(training, validation),
        baseline=context.baseline_loss,
    )


def _rise(told: Evidence, validation: Sequence[float]) -> Area | None:
    if told.rise <= 0 or told.last_val_loss <= told.lowest_val_loss:  # at the lowest epoch itself nothing has risen
        return None
    epochs = range(told.best_epoch, told.epochs + 1)
    high = tuple(max(validation[epoch - 1], told.lowest_val_loss) for epoch in epochs)
    return Area(tuple(epochs), (told.lowest_val_loss,) * len(epochs), high)


def _gap(training: Sequence[float], validation: Sequence[float]) -> Area | None:
    """Over the epochs whose level is told as the end."""
    count = len(validation)
    first = max(count - max(smoothing_reach(count), 1), 1)
    if first == count:
        return None
    pairs = [sorted(pair) for pair in zip(training[first - 1 :], validation[first - 1 :], strict=True)]
    return Area(tuple(range(first, count + 1)), tuple(low for low, _ in pairs), tuple(high for _, high in pairs))


def say_picture(picture: VerdictPicture, language: Language) -> str:
    """The picture in words, for those who cannot see it."""
    told = [say("verdict.picture.curves", language, epochs=len(picture.training))]
    if picture.best_epoch is not None:
        told.append(say("verdict.picture.best", language, epoch=picture.best_epoch))
    told += [say("verdict.picture.rise_alt", language)] if picture.rise is not None else []
    told += [say("verdict.picture.gap_alt", language)] if picture.gap is not None else []
    return " ".join(told)
