"""A forked run in stages: the run it forks from up to the fork, then its own.

Each stage has a network of its own, which takes over from the one before what fits.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

from lab.errors import RunError
from lab.runs.wire.arrays import Arrays
from lab.runs.wire.spec import RunSpec


class Stage(NamedTuple):
    """A spec, and the epoch after which the next stage takes over; None for the last."""

    spec: RunSpec
    until: int | None


def stages_of(spec: RunSpec) -> list[Stage]:
    """The stages of a run in their order; one where it begins with start weights of its own."""
    stages = [Stage(spec, None)]
    while (origin := stages[0].spec.origin) is not None:
        stages.insert(0, Stage(origin.spec, origin.epoch))
    return stages


def taken_over(old: Arrays, new: Arrays, *, same_optimizer: bool) -> Arrays:
    """The state that a stage begins with: its own, with weights, random streams and position of the stage before.

    Args:
        old, new: states of both runs between two epochs, as `FitRun.get_state` gives them.
        same_optimizer: whether its memory (momentum and so on) goes on; learning rate and other settings are new.

    Raises:
        RunError "run.fork_weights": the two networks do not have the same weights.
    """
    if _shapes(old) != _shapes(new):
        raise RunError("run.fork_weights")
    state = dict(new)
    state["run.epoch"] = old["run.epoch"]
    for name, array in old.items():
        weights = name.startswith("weight.")
        stream = name.startswith("stream.") and name in new
        memory = same_optimizer and name.startswith("optimizer.slot.") and name in new
        if weights or stream or memory or (same_optimizer and name == "optimizer.calls"):
            state[name] = array
    return state


def _shapes(state: Arrays) -> list[tuple[int, ...]]:
    return [array.shape for _, array in _weights(state)]


def _weights(state: Arrays) -> Iterator[tuple[str, Any]]:
    return ((name, array) for name, array in state.items() if name.startswith("weight."))
