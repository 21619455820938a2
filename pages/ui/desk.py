"""What the server remembers for an owner between two sessions: the draft and the uploaded tables.

A reloaded page is a new session. Its runs are kept by the engine; here lie the experiment that was not trained yet
and the person's own tables, in memory only, bounded, and gone with the server.
"""

from collections import OrderedDict
from dataclasses import dataclass, field

import streamlit as st

from lab.data.table import Table
from lab.experiment import Experiment
from lab.texts import Language

OWNERS = 500
TABLES_PER_OWNER = 2


@dataclass
class Desk:
    """One owner's unfinished work."""

    draft: Experiment | None = None
    language: Language | None = None
    tables: OrderedDict[str, Table] = field(default_factory=OrderedDict)  # SHA-256 of the file -> table
    opened: dict[str, list[int]] = field(default_factory=dict)  # content of the data -> runs whose test part was opened

    def keep_table(self, table: Table) -> None:
        self.tables[table.sha256] = table
        self.tables.move_to_end(table.sha256)
        while len(self.tables) > TABLES_PER_OWNER:
            self.tables.popitem(last=False)


@st.cache_resource
def _desks() -> OrderedDict[str, Desk]:
    return OrderedDict()


def desk_of(owner: str) -> Desk:
    """The owner's desk, made at the first call; the one unused for longest gives way to a new one."""
    desks = _desks()
    desk = desks.setdefault(owner, Desk())
    desks.move_to_end(owner)
    while len(desks) > OWNERS:
        desks.popitem(last=False)
    return desk
