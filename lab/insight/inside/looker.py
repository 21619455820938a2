"""Who works out what is asked about a run: processes of their own on a server, else the caller's thread."""

import time
from collections.abc import Sequence
from typing import Any, Literal, Protocol

import numpy as np

from lab.aside.pool import AsidePool, Bounds
from lab.aside.progress import Tell
from lab.aside.wire import Arrays, Values
from lab.errors import LookError
from lab.insight.inside.course import course_of
from lab.insight.inside.job import Job, course, looks_in, packed, worked_out
from lab.insight.inside.look import EpochLook
from lab.runs.kept.replay import Past
from lab.runs.serve.singletons import Singleton
from lab.spec.limits import Limits, current_limits

Array = np.ndarray[Any, Any]

SMALL_S = 0.2  # what takes less is worked out where it is asked for


class Looker(Protocol):
    """Looks into runs."""

    def work_out(self, job: Job, tell: Tell) -> tuple[Values, Arrays]:
        """The answer, for one of the readers of `lab.insight.inside.job`.

        Raises:
            RunError "run.damaged"; LookError; and whatever `tell` raises, which ends the work.
        """

    def close(self) -> None:
        """Give up what is being worked on."""


class InlineLooker:
    """In the caller's thread: AppTest, a notebook."""

    def work_out(self, job: Job, tell: Tell) -> tuple[Values, Arrays]:
        """As `Looker` says."""
        return worked_out(job, tell)

    def close(self) -> None:
        """Nothing is held."""


class LookingPool:
    """In processes with bounds in time and memory, a few at once; see `lab.aside.pool`.

    Args:
        limits: those of the profile in force if None.
    """

    def __init__(self, limits: Limits | None = None) -> None:
        self._limits = limits or current_limits()
        bounds = Bounds(self._limits.looks, self._limits.look_s, self._limits.look_memory_bytes)
        self._aside = AsidePool("lab.insight.inside.process", bounds, self._refusal)

    def work_out(self, job: Job, tell: Tell) -> tuple[Values, Arrays]:
        """As `Looker` says."""
        return self._aside.ask(*packed(job), tell)

    @property
    def pids(self) -> list[int]:
        """Of the processes that are there, idle ones too."""
        return self._aside.pids

    def close(self) -> None:
        """End all processes."""
        self._aside.close()

    def _refusal(self, why: Literal["too_slow", "ended"]) -> LookError:
        return LookError(f"inside.{why}", seconds=f"{self._limits.look_s:g}")


def answer_to(job: Job, seconds: float, tell: Tell) -> tuple[Values, Arrays]:
    """The answer to a question that will take so long: of what is quick, here, else aside. Raises as `Looker`."""
    return worked_out(job, tell) if seconds < SMALL_S else looker().work_out(job, tell)


def looked_into(past: Past, places: Array, epochs: Sequence[int], tell: Tell) -> tuple[EpochLook, ...]:
    """The inside of a run at each of the epochs: where one look shows that all are quick, here, else aside.

    Args:
        places: the training rows it is looked into with.

    Raises:
        RunError, LookError: as `Looker.work_out`.
    """
    began = time.perf_counter()
    [(_, first)] = course_of(past, places, epochs[:1])
    rest = epochs[1:]
    asked = course(past, places, rest)
    answer = answer_to(asked, (time.perf_counter() - began) * len(rest), tell)
    return (first, *looks_in(*answer))


_SOLE: Singleton[Looker] = Singleton("_looker_of_this_process", InlineLooker)


def set_looker(looker: Looker | None) -> None:
    """Make `looker` the one that pages get; None forgets it."""
    _SOLE.put(looker)


def looker() -> Looker:
    """The one that app.py started; without a server one that works in the caller's thread."""
    return _SOLE.get()
