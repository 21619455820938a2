"""What the server remembers for an owner between two sessions: the draft and the uploaded tables.

A reloaded page is a new session. Its runs are kept by the engine; here lie the experiment that was not trained yet
and the person's own tables and files, bounded in bytes over all owners, and gone with the server.
"""

from collections import OrderedDict
from collections.abc import MutableMapping
from dataclasses import dataclass, field
from threading import RLock
from typing import Final, Protocol
from weakref import WeakValueDictionary

import streamlit as st

from lab.aside.progress import Tell, silently
from lab.data.doctor import Remedy, TrainingRemedy
from lab.data.table import Table
from lab.errors import LabError
from lab.homework.work import Homework
from lab.lessons.progress import Learner
from lab.reading.file import Wish
from lab.reading.host import reader
from lab.reading.room import bytes_held, first_to_go
from lab.reading.stored import StoredFile, file_folder
from lab.runs.kept.disk import Lost
from lab.spec.data import AS_FOUND, DataSpec, ReadingSpec, UploadSource
from lab.spec.experiment import Experiment
from lab.spec.limits import current_limits
from lab.studies.asked import Asked
from lab.studies.trial import Tried
from lab.texts import Language

OWNERS = 300
FILES_PER_OWNER = 2
TABLES_PER_OWNER = 3  # of one file there may be several readings
TREATMENTS = 20
TRIALS = 20

_ONE_AT_A_TIME: Final = RLock()  # every session's thread counts, and clears, the files of all owners


@dataclass(frozen=True)
class OwnFile:
    """A person's file as it was uploaded, and what came of it."""

    name: str
    content: bytes = field(repr=False)
    table: Table
    reading: ReadingSpec = AS_FOUND


@dataclass(frozen=True)
class KeptFile:
    """What a table is read from."""

    name: str
    stored: StoredFile


@dataclass(frozen=True)
class Treatment:
    """The experiment before and after a remedy of the doctor, so that undoing it brings back the very same.

    Args:
        after: None if the remedy was one of several by one click.
    """

    before: Experiment
    after: Experiment | None


class Screen(Protocol):
    """A session of the owner."""

    def forget_tables(self) -> None:
        """Let go of what was worked out from a table."""


@dataclass
class Desk:
    """One owner's unfinished work."""

    draft: Experiment | None = None
    language: Language | None = None
    files: OrderedDict[str, KeptFile] = field(default_factory=OrderedDict)  # SHA-256 -> file
    tables: OrderedDict[tuple[str, ReadingSpec], Table] = field(default_factory=OrderedDict)
    treatments: dict[tuple[str, tuple[str, ...]], Treatment] = field(default_factory=dict)  # (remedy, its columns)
    study: Asked | None = None  # the one-click experiment that was started last
    trials: OrderedDict[str, Tried] = field(default_factory=OrderedDict)  # run -> the advice that was tried on it last
    lessons: Learner = field(default_factory=Learner)
    homework: Homework = field(default_factory=Homework)
    screens: MutableMapping[int, Screen] = field(default_factory=WeakValueDictionary)

    @property
    def size_bytes(self) -> int:
        """Of files and tables."""
        with _ONE_AT_A_TIME:
            return bytes_held((file.stored for file in self.files.values()), self.tables.values())

    @property
    def is_empty(self) -> bool:
        """Nobody would miss it."""
        began = (self.draft, self.files, self.study, self.lessons.lessons, self.lessons.own, self.trials)
        return not any(began) and self.homework == Homework()

    def seat(self, screen: Screen) -> None:
        """One more session of the owner, for as long as it lasts."""
        with _ONE_AT_A_TIME:
            self.screens[id(screen)] = screen

    def forget_files(self) -> None:
        """Others need the room: the experiment stays, and asks for its file again."""
        with _ONE_AT_A_TIME:
            self.files.clear()
            self.tables.clear()
            for screen in list(self.screens.values()):
                screen.forget_tables()

    def leave(self) -> None:
        """Nobody sits here: a table is read again when its owner is back. It takes ten times what its file does."""
        with _ONE_AT_A_TIME:
            if not self.screens:
                self.tables.clear()

    def keep_file(self, file: OwnFile) -> None:
        sha256 = file.table.sha256
        stored = file_folder().keep(file.content)  # others need not wait for the disk
        with _ONE_AT_A_TIME:
            self.files[sha256] = KeptFile(file.name, stored)
            self.files.move_to_end(sha256)
            while len(self.files) > FILES_PER_OWNER:
                gone, _file = self.files.popitem(last=False)
                self.tables = OrderedDict((key, table) for key, table in self.tables.items() if key[0] != gone)
            self._keep_table(file.table, file.reading)

    def table(self, source: UploadSource, reading: ReadingSpec, tell: Tell = silently) -> Table:
        """An own file in a certain reading; another reading than before reads it again.

        Args:
            tell: is told how far that is.

        Raises:
            LabError "data_page.own_file_missing": it is not here; "data_page.own_file_lost": not any more; TableError:
            not to be read in this way; RunError "disk.…": not now.
        """
        file = self.files.get(source.sha256)
        if file is None:
            raise LabError("data_page.own_file_missing", name=source.name)
        known = self.tables.get((source.sha256, reading))
        if known is None:
            try:
                content = file.stored.read()
            except Lost:
                self._lose(source.sha256)
                raise LabError("data_page.own_file_lost", name=source.name) from None
            known = reader().read(content, Wish(file.name, reading, strictly=True), tell).table
        self._keep_table(known, reading)
        return known

    def forget_views(self) -> None:
        """A page has been drawn from its tables: see `Table.forget_views`."""
        with _ONE_AT_A_TIME:
            for table in self.tables.values():
                table.forget_views()

    def keep_treatment(self, remedy: Remedy | TrainingRemedy, treatment: Treatment) -> None:
        self.treatments[remedy.code, remedy.columns] = treatment
        while len(self.treatments) > TREATMENTS:
            del self.treatments[next(iter(self.treatments))]

    def keep_trial(self, tried: Tried) -> None:
        """The engine knows one study at a time: a trial that still went on is over."""
        self.trials = OrderedDict((run, one) for run, one in self.trials.items() if one.result is not None)
        self.trials[tried.run_id] = tried
        while len(self.trials) > TRIALS:
            self.trials.popitem(last=False)

    def treatment(self, remedy: Remedy | TrainingRemedy, data: DataSpec) -> Treatment | None:
        """The last use of this remedy on the same file, which is then forgotten."""
        kept = self.treatments.pop((remedy.code, remedy.columns), None)
        return None if kept is None or kept.before.data.source.name != data.source.name else kept

    def _lose(self, sha256: str) -> None:
        """Nothing is read from that file any more; a table that has been is there as before."""
        with _ONE_AT_A_TIME:
            if not any(of == sha256 for of, _reading in self.tables):
                self.files.pop(sha256, None)

    def _keep_table(self, table: Table, reading: ReadingSpec) -> None:
        with _ONE_AT_A_TIME:
            self.tables[table.sha256, reading] = table
            self.tables.move_to_end((table.sha256, reading))
            while len(self.tables) > TABLES_PER_OWNER:
                self.tables.popitem(last=False)
            make_room(self)


@st.cache_resource
def _desks() -> OrderedDict[str, Desk]:
    return OrderedDict()


def desk_of(owner: str) -> Desk:
    """The owner's desk, made at the first call; one at which nobody sits may give way to it."""
    desks = _desks()
    with _ONE_AT_A_TIME:
        if owner not in desks:
            for other in desks.values():
                other.leave()
        desk = desks.setdefault(owner, Desk())
        use_desk(owner, desk)
    return desk


def use_desk(owner: str, desk: Desk) -> None:
    """It is the one used last, and there again if it had given way. Of those at which nobody sits the one unused for
    longest gives way, an empty one first.
    """
    desks = _desks()
    with _ONE_AT_A_TIME:
        desks.setdefault(owner, desk)
        desks.move_to_end(owner)
        if len(desks) <= OWNERS:
            return
        left = [name for name, other in desks.items() if name != owner and not other.screens]
        left.sort(key=lambda name: not desks[name].is_empty)
        while left and len(desks) > OWNERS:
            del desks[left.pop(0)]


def make_room(keeps: Desk) -> None:
    """Files of all owners together take so much memory and no more: those unused for longest go, this owner's stay."""
    with _ONE_AT_A_TIME:
        desks = [*(desk for desk in _desks().values() if desk is not keeps), keeps]
        for desk in desks[: first_to_go([desk.size_bytes for desk in desks], current_limits().desk_bytes)]:
            desk.forget_files()
