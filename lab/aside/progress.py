"""How far something is that is worked out aside, and who wants to know."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Progress:
    """How far it is.

    Args:
        stage: what is being done, the last part of a key of the catalogue.
        share: of the work that is done, 0 to 1.
        before: others that come first; while there are any, nothing is done for this one.
    """

    stage: str = "starting"
    share: float = 0.0
    before: int = 0


Tell = Callable[[Progress], None]  # called every now and then; what it raises ends the work


def silently(progress: Progress) -> None:
    """Nobody looks."""
