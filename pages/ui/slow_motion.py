"""Slow motion on a page: a step at a time, forward and back by keys; the browser has them all and asks for nothing."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from lab.slow_motion.equation import Role
from lab.slow_motion.update import Update
from lab.texts import Language, say
from pages.ui.component import component

WORDS = ("back", "on", "step", "keys", "drawing", "lit")
Source = Literal["asked", "run", "start"]
PHASES = ("batch", "forward", "loss", "backward", "update")

_component = component(__file__, shared=("elements", "mount"))


def _nothing() -> Update:
    raise LookupError("no update has been chosen")


@dataclass
class MotionView:
    """What the page remembers of a session.

    Args:
        source: whose update is looked at: that of the run that was asked for, of the run on the screen, or the first
            epoch of the experiment.
        run, epoch: that were asked for on another page; "" for none.
        sample: place in the batch; chosen: quantity -> the number of it that is followed.
        find: gives the update, which may be too large to be remembered.
    """

    source: Source = "run"
    run: str = ""
    epoch: int = 1
    sample: int = 0
    chosen: dict[str, tuple[int, ...]] = field(default_factory=dict)
    find: Callable[[], Update] = _nothing

    def ask(self, run: str, epoch: int) -> None:
        """Show this epoch of this run."""
        self.source, self.run, self.epoch = "asked", run, epoch

    def choose(self, name: str, index: tuple[int, ...]) -> None:
        self.chosen = {**self.chosen, name: index}


def slow_motion(data: dict[str, Any], language: Language, key: str, *, on_pick: Callable[[], None]) -> Any:
    """Show the steps of an update.

    Args:
        data: of `lab.charts.slow_motion.motion_data`.
        on_pick: called when a unit of the drawing is clicked.

    Returns:
        An object whose `pick` is the unit, {"node": …, "unit": …}, in the script run after such a click.
    """
    texts = {name: say(f"slow_page.{name}", language) for name in WORDS}
    phases = {name: say(f"slow.phase.{name}", language) for name in PHASES}
    roles = {name: say(f"slow.role.{name}", language) for name in get_args(Role)}
    given = {**data, "texts": texts, "phases": phases, "roles": roles}
    return _component(data=given, key=key, on_pick_change=on_pick)
