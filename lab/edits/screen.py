"""What a session has on its screen: one small state machine, which every page asks what it may show.

A result stands only under the data and the settings that made it. So nothing is wiped when something changes: which
run a session looked at last (`Screen`) and what the knobs show give the `Scene`, and the scene says what may be seen.
Whatever changes the data, in whatever order, leads to the same empty scene; and data that come back bring the run back.

    screen = Screen().with_run("a")                                # started, opened from the shelf, forked
    scene_of(told, wanted, active=False)                           # Scene.RESULT
    scene_of(told, wanted.with_data(scaling="none"), active=False)  # Scene.EMPTY: it is on the shelf now
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import Enum
from typing import Final, Literal, Self

from lab.edits.follow import commands_to_follow
from lab.spec.experiment import Experiment

Sight = Literal["curves", "verdict", "test"]


class Scene(Enum):
    """How the run looked at last stands to what the knobs show."""

    EMPTY = "empty"  # no run, or one on other data
    ASIDE = "aside"  # one on these data, of another network or of settings that it cannot follow
    TRAINING = "training"
    RESULT = "result"

    def shows(self, sight: Sight) -> bool:
        return sight in SHOWS[self]

    @property
    def has_run(self) -> bool:
        """Whether the run is the one that the knobs describe."""
        return self in (Scene.TRAINING, Scene.RESULT)


SHOWS: Final[dict[Scene, tuple[Sight, ...]]] = {
    Scene.EMPTY: (),
    Scene.ASIDE: (),  # but its curve grey behind the one that is to come
    Scene.TRAINING: ("curves",),
    Scene.RESULT: ("curves", "verdict", "test"),
}


@dataclass(frozen=True)
class Screen:
    """Args:
    run: id of the run that was started, opened or forked last; None before the first, and after a start over.
    behind: id of the one before it, whose curve is grey behind.
    """

    run: str | None = None
    behind: str | None = None

    def with_run(self, run: str) -> Self:
        """It was started or opened: the one before steps behind it."""
        behind = self.behind if self.run in (None, run) else self.run
        return replace(self, run=run, behind=None if behind == run else behind)

    def cleared(self) -> Self:
        """Back to the untrained network."""
        return replace(self, run=None, behind=self.run or self.behind)

    def without(self, run: str) -> Self:
        """It is deleted, or the server no longer knows it."""
        return replace(
            self, run=None if self.run == run else self.run, behind=None if self.behind == run else self.behind
        )

    def grey(self, scene: Scene) -> str | None:
        """The run whose curve is drawn behind."""
        return self.run if scene is Scene.ASIDE else self.behind


def scene_of(told: Experiment | None, wanted: Experiment, *, active: bool) -> Scene:
    """The scene.

    Args:
        told: what the run looked at last was started with, and the commands sent since; None if there is none.
        wanted: what the knobs show.
        active: it has not ended.
    """
    if told is None or told.data != wanted.data:
        return Scene.EMPTY
    if commands_to_follow(told, wanted) is None:
        return Scene.ASIDE
    return Scene.TRAINING if active else Scene.RESULT


def found_again(runs: Iterable[tuple[str, Experiment]], wanted: Experiment) -> Screen:
    """The screen of a new session (a reloaded page, a second tab, a link): the newest run that the knobs describe.

    Args:
        runs: id and what it was told, newest first; looked at only as far as needed.
    """
    newest: str | None = None
    found: str | None = None
    for run, told in runs:
        newest = newest or run
        if found is not None:
            if told.data == wanted.data:
                return Screen(found, run)
        elif scene_of(told, wanted, active=False).has_run:
            found = run
    return Screen(found or newest)
