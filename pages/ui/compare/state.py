"""What the compare page remembers of a session: how the chart is drawn, and which run is looked at closely."""

from dataclasses import dataclass

from lab.insight.shelf import Sort
from lab.runs.kept.positions import Axis
from lab.spec.data import DataSpec


@dataclass
class CompareView:
    """Args:
    chosen: id of the run that is looked at closely, asked for while the data `under` were those above.
    against: id of the run that it is compared with in words.
    axis, quantity, parts, logarithmic: of the chart; `quantity` is a history key without "val_".
    fair: only runs on the same data, split and seed as the chosen one are drawn.
    sort, words, screens: order and filter of the shelf, and how many times SCREEN runs it lists.
    look: what of the chosen run is shown.
    fork_epoch, fork_knob, forked: where and how to branch off, and the run that came of it last.
    """

    chosen: str | None = None
    under: DataSpec | None = None
    against: str | None = None
    axis: Axis = "epoch"
    quantity: str = "loss"
    parts: tuple[str, ...] = ("train", "validation")
    logarithmic: bool = False
    fair: bool = True
    sort: Sort = "newest"
    words: str = ""
    screens: int = 1
    look: str = "verdict"
    fork_epoch: int | None = None
    fork_knob: str = "learning_rate"
    forked: str | None = None

    def choose(self, run_id: str, under: DataSpec) -> None:
        self.chosen, self.under = run_id, under

    def chosen_under(self, data: DataSpec) -> str | None:
        """The run that was asked for; what was asked for under other data is over with them."""
        return self.chosen if self.under == data else None
