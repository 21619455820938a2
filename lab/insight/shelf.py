"""A shelf of runs: what sets each apart, which of them are looked at in which order, what stands in their table."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal, NamedTuple

from lab.insight.differences import legends
from lab.runs.kept.positions import updates_at
from lab.runs.kept.record import Marks, RunSummary
from lab.runs.wire.messages import ENDED
from lab.spec.experiment import Experiment
from lab.starts import name_in
from lab.texts import Language, say
from lab.verdict.context import RunContext
from lab.verdict.words import say_word

Sort = Literal["newest", "best", "final", "gap"]
VALUES: Final = ("final_train", "final", "best", "test")  # of one quantity
COUNTS: Final = ("best_epoch", "epochs", "updates", "seconds", "opened")


@dataclass(frozen=True)
class Entry:
    """A run on the shelf.

    Args:
        experiment: as it ran, changes made on the way included.
        differs: what sets it apart from the run before it, or from the run that it forks from.
    """

    summary: RunSummary
    experiment: Experiment
    context: RunContext
    differs: str = ""

    @property
    def id(self) -> str:
        return self.summary.id

    @property
    def number(self) -> int:
        return self.summary.number

    @property
    def marks(self) -> Marks:
        return self.summary.marks

    @property
    def label(self) -> str:
        return f"#{self.number}"

    @property
    def name(self) -> str:
        """What sentences call it: its number, and the name that the person gave it."""
        return f"{self.label} {self.marks.name}".strip()

    def title(self, language: Language) -> str:
        """The name that the person gave it, else that of its experiment."""
        return name_in(self.summary.title, language)

    @property
    def ended(self) -> bool:
        return self.summary.state in ENDED

    def with_difference(self, differs: str) -> "Entry":
        return replace(self, differs=differs)

    def values(self, name: str) -> tuple[float | None, ...]:
        """As VALUES; None where there is none, or where it is sealed."""
        run = self.summary
        test = self.marks.test.get(name) if self.marks.opened else None
        return run.metrics.get(name), run.watched(run.metrics, name), run.watched(run.best, name), test

    @property
    def counts(self) -> tuple[float | None, ...]:
        """As COUNTS."""
        run = self.summary
        updates = updates_at(self.experiment, self.context.train_rows, run.epoch)
        return run.best_epoch or None, run.epoch, updates[-1] if updates else 0, run.compute_s, self.marks.opened


# --- what sets runs apart


def differs_in_words(entry: Entry, before: Sequence[Entry], language: Language) -> str:
    """What sets a run apart from the newest of the runs before it, or from the run that it forks from."""
    origin, parent = entry.experiment.origin, parent_of(entry, before)
    if origin is not None and parent is not None:
        told = legends(side_by_side([parent, entry]), language)[1]
        return say("shelf.forked", language, number=parent.number, epoch=f"{origin.epoch:,}", what=told or "–")
    if not before:
        return say("shelf.first", language)
    return legends([before[0].experiment, entry.experiment], language)[1] or say("shelf.alike", language)


def parent_of(entry: Entry, others: Iterable[Entry]) -> Entry | None:
    """The run that this one forks from, if it is on the shelf."""
    parent = entry.experiment.parent()
    if parent is None:
        return None
    return next((one for one in others if one.experiment.replace(name="") == parent), None)


def side_by_side(entries: Sequence[Entry]) -> list[Experiment]:
    """The experiments as a comparison reads them: a fork is held against its parent as that went on from the fork."""
    experiments = [entry.experiment for entry in entries]
    if len(entries) == 2:
        for parent, fork in ((0, 1), (1, 0)):
            origin = experiments[fork].origin
            if origin is not None and parent_of(entries[fork], [entries[parent]]) is not None:
                experiments[parent] = experiments[parent].forked(origin.epoch)
    return experiments


def newest_fork(entries: Sequence[Entry], entry: Entry, started: str | None) -> Entry | None:
    """The last run that forks from this one; of several the one with the id `started`."""
    forks = [one for one in entries if one.experiment.origin is not None and parent_of(one, [entry]) is not None]
    return next((one for one in forks if one.id == started), forks[0] if forks else None)


def on_same_rows(one: Experiment, two: Experiment) -> bool:
    """Whether both learn from and are judged by the same rows, with the same luck: data, split and seed."""
    return (one.data, one.seed) == (two.data, two.seed)


def same_question(one: Experiment, other: Experiment) -> bool:
    """The same table and targets, so that one may be trained on the other's split."""
    return (one.data.source, one.data.targets) == (other.data.source, other.data.targets)


def can_be_made_alike(entry: Entry, chosen: Entry) -> bool:
    """Whether a run that cannot be compared with the chosen one could be trained again so that it can."""
    one, other = entry.experiment, chosen.experiment
    return entry.ended and not on_same_rows(one, other) and same_question(one, other)


def alike(one: Experiment, chosen: Experiment) -> Experiment:
    """One run's settings on the data, split and seed of another."""
    return one.replace(data=chosen.data, seed=chosen.seed, origin=None, name="")


# --- which of them, in which order


def arranged(entries: Sequence[Entry], words: str, sort: Sort, language: Language) -> list[Entry]:
    """Those in which all the words are found, in that order, pinned ones first."""
    wanted = words.casefold().split()
    chosen = [entry for entry in entries if all(word in searched(entry, language) for word in wanted)]
    return sorted(chosen, key=lambda entry: (not entry.marks.pinned, _place(entry.summary, sort)))


def searched(entry: Entry, language: Language) -> str:
    """What a filter looks through: number, name, what differs, and the verdict."""
    kind = entry.summary.verdict
    verdict = "" if kind is None else say_word(kind, language)
    return f"{entry.label} {entry.summary.title} {entry.differs} {verdict}".casefold()


def _place(run: RunSummary, sort: Sort) -> float:
    nan = float("nan")
    if sort == "best":
        value = run.watched(run.best)
    elif sort == "final":
        value = run.watched(run.metrics)
    elif sort == "gap":
        value = run.metrics.get("loss", nan) - run.metrics.get("val_loss", nan)  # the widest first
    else:
        value = -run.number
    return float("inf") if value is None or value != value else value  # NaN goes last


class Drawn(NamedTuple):
    """The runs in a chart, how many are left out for not being comparable, and how many for want of room."""

    entries: list[Entry]
    unfair: int
    too_many: int


def drawn(entries: Sequence[Entry], chosen: Entry, most: int, *, fair: bool) -> Drawn:
    """Which of the shown runs a chart has.

    Args:
        most: runs that it has room for.
        fair: only those on the data, split and seed of the chosen one.
    """
    shown = [entry for entry in entries if entry.marks.shown]
    kept = [entry for entry in shown if on_same_rows(entry.experiment, chosen.experiment)] if fair else shown
    return Drawn(kept[:most], len(shown) - len(kept), max(0, len(kept) - most))


def opponents(ended: Sequence[Entry], chosen: Entry, against: str | None) -> tuple[Entry, Entry, list[Entry]]:
    """(the run that is held against, the other, whom it could be held against), oldest first.

    Of two the older is held against; of more the chosen one is the other, and it is held against the run with the id
    `against`, else against the one before it.
    """
    by_number = sorted(ended, key=lambda entry: entry.number)
    if len(by_number) == 2:
        first, other = by_number
        return first, other, [first]
    other = next((entry for entry in ended if entry.id == chosen.id), ended[0])
    rest = [entry for entry in by_number if entry.id != other.id]
    before = [entry for entry in rest if entry.number < other.number]
    wished = [entry for entry in rest if entry.id == against]
    return (*wished, *before[-1:], rest[0])[0], other, rest


def openings(runs: Iterable[RunSummary]) -> int:
    """How often the test parts of these runs were looked at."""
    return sum(run.marks.opened for run in runs)
