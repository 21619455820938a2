"""How well each class of a part is found: precision, recall, F1, and their means over the classes."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class ClassScore:
    """One class of a part. Shares from 0 to 1; None where there is nothing to divide by.

    Args:
        rows: that are of this class.
        predicted: rows that were predicted to be.
        right: rows that are and were predicted to be.
    """

    name: str
    rows: int
    predicted: int
    right: int

    @property
    def precision(self) -> float | None:
        """Of the rows predicted as this class, those that are; None if it was never predicted."""
        return self.right / self.predicted if self.predicted else None

    @property
    def recall(self) -> float | None:
        """Of the rows of this class, those that were found; None if the part has none."""
        return self.right / self.rows if self.rows else None

    @property
    def f1(self) -> float | None:
        """Harmonic mean of both, 2 right / (rows + predicted); None if the class is neither there nor predicted."""
        return 2 * self.right / (self.rows + self.predicted) if self.rows + self.predicted else None


def class_scores(confusion: Sequence[Sequence[int]], classes: Sequence[str]) -> tuple[ClassScore, ...]:
    """Each class by itself.

    Args:
        confusion: counts (K, K), row = actual, column = predicted.
    """
    columns = list(zip(*confusion, strict=True))
    return tuple(
        ClassScore(name, sum(confusion[place]), sum(columns[place]), confusion[place][place])
        for place, name in enumerate(classes)
    )


def macro(scores: Sequence[ClassScore], name: str) -> float | None:
    """The mean over the classes that have a "precision", "recall" or "f1", each class counting the same."""
    known = [value for value in (getattr(score, name) for score in scores) if value is not None]
    return sum(known) / len(known) if known else None
