"""A snippet that is being trained: its own setting and those beside it as one study, and what has come out so far."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from lab.note.code import MINE, Understood
from lab.runs.orders.study import Cell, RunOutcome, StudyView
from lab.runs.wire.messages import ENDED


@dataclass
class NoteRun:
    """A study that was started for a snippet.

    Args:
        code: as it was when it was started.
        cells: what is trained, by its key; the code's own setting first.
        outcomes: of each cell that has begun, in the same order.
        state: of the study; "lost" if the engine no longer knows it.
    """

    code: Understood
    study_id: str
    cells: Mapping[str, Cell] = field(repr=False)
    outcomes: Mapping[str, RunOutcome] = field(default_factory=dict, repr=False)
    state: str = "running"

    @classmethod
    def of(cls, code: Understood, study_id: str, cells: list[Cell]) -> "NoteRun":
        return cls(code, study_id, {cell.key: cell for cell in cells})

    @property
    def going_on(self) -> bool:
        return self.state == "running"

    @property
    def mine(self) -> RunOutcome | None:
        """What came of the code itself."""
        return self.outcomes.get(MINE)

    def seen(self, view: StudyView) -> None:
        """Where it is now."""
        begun = {key: runs[0] for key, runs in view.outcomes.items() if runs and runs[0].history}
        self.outcomes = {key: begun[key] for key in self.cells if key in begun}
        if view.state in ENDED:
            self.state = view.state

    def lost(self) -> None:
        """The engine no longer knows it."""
        self.state = "lost"
