"""The table of hazards: what each touches, when it is applied, how many variants it has."""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import TypeVar

from benchmarks.reader.draft import Draft, Unfit

CELLS, HEAD, ROWS, LINES, TEXT, BYTES = range(6)  # the stages, in the order in which a file is made
PLAIN = ("kma_daily", "kma_hourly", "airkorea", "public_data", "passengers", "flowers", "survey", "sensor", "rentals")
KOREAN = ("kma_daily", "kma_hourly", "airkorea", "public_data", "survey", "sensor")


T = TypeVar("T")


@dataclass(frozen=True)
class Hazard:
    """Args:
    variants: how many forms it has; `apply` gets the number of one.
    touches: what it changes; two hazards that touch the same are never combined.
    portals: the tables it may befall.
    """

    name: str
    stage: int
    variants: int
    touches: frozenset[str]
    portals: tuple[str, ...]
    alone: bool
    apply: Callable[[Draft, Random, int], None]


HAZARDS: dict[str, Hazard] = {}


def hazard(
    stage: int,
    *touches: str,
    variants: int = 1,
    portals: tuple[str, ...] = PLAIN,
    alone: bool = False,
) -> Callable[[Callable[[Draft, Random, int], None]], Callable[[Draft, Random, int], None]]:
    """Register a hazard; `alone` keeps it out of combinations, where its truth would be a matter of taste."""

    def register(function: Callable[[Draft, Random, int], None]) -> Callable[[Draft, Random, int], None]:
        name = function.__name__
        HAZARDS[name] = Hazard(name, stage, variants, frozenset(touches), portals, alone, function)
        return function

    return register


def some_of(random: Random, found: list[T], count: int) -> list[T]:
    """So many different ones. Raises Unfit if there are fewer."""
    if len(found) < count:
        raise Unfit
    return random.sample(found, count)


def one_of(random: Random, found: list[T]) -> T:
    """A random one. Raises Unfit if there is none."""
    if not found:
        raise Unfit
    return random.choice(found)
