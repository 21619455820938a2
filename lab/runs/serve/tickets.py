"""Tickets: what a page gives its script, so that it may ask for runs without a script run. Each is its owner's right.

A ticket is made by a page of the owner for as long as this server lives, and may do what that page may, nothing else.
"""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from inspect import ismethod
from threading import Lock
from typing import Final
from weakref import WeakMethod

from lab.data.table import Table
from lab.errors import LabError
from lab.runs.serve.keys import new_key
from lab.runs.serve.singletons import Singleton
from lab.spec.data import ReadingSpec, UploadSource
from lab.texts import Language

MOST: Final = 2_000  # of all owners; who has asked nothing for longest gets a new one with the next page
Tables = Callable[[UploadSource, ReadingSpec], Table]


@dataclass
class Ticket:
    """Args: `language` of refusals; `tables` finds the owner's own tables, None where the page has none."""

    owner: str
    language: Language
    tables: Tables | None = None


class Tickets:
    """Every ticket that holds."""

    def __init__(self) -> None:
        self._by_key: OrderedDict[str, Ticket] = OrderedDict()
        self._keys: dict[tuple[str, Language], str] = {}
        self._lock = Lock()

    def of(self, owner: str, language: Language, tables: Tables | None = None) -> str:
        """The ticket of an owner whose page speaks that language, 192 random bits; the same at every call."""
        with self._lock:
            key = self._keys.setdefault((owner, language), new_key())
            self._by_key[key] = Ticket(owner, language, _while_there(tables) if ismethod(tables) else tables)
            self._by_key.move_to_end(key)
            while len(self._by_key) > MOST:
                gone = self._by_key.popitem(last=False)[1]
                del self._keys[gone.owner, gone.language]
            return key

    def get(self, key: str) -> Ticket | None:
        """Whose ticket that is; None if it never held, or holds no more."""
        with self._lock:
            ticket = self._by_key.get(key)
            if ticket is not None:
                self._by_key.move_to_end(key)
            return ticket


def _while_there(tables: Tables) -> Tables:
    """The same without a hold on whose method it is: a ticket outlives the files of an owner who has left."""
    held = WeakMethod(tables)

    def find(source: UploadSource, reading: ReadingSpec) -> Table:
        there = held()
        if there is None:
            raise LabError("data_page.own_file_missing", name=source.name)
        return there(source, reading)

    return find


_SOLE = Singleton("_tickets_of_this_process", Tickets)


def tickets() -> Tickets:
    """Those of this process, the same for pages and routes."""
    return _SOLE.get()


def play_ticket(owner: str, language: Language, tables: Tables | None = None) -> str:
    """What a page gives its script: the rest of the address `play/…` that it may send to."""
    return tickets().of(owner, language, tables)
