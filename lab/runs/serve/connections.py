"""How many connections there are, and which of them give way: those that ask for nothing.

Anybody may open connections and say nothing on them, or half a request. Each takes a descriptor, of which a process
has a thousand on many systems, and without one nobody comes in, no file is opened and no run begins.
"""

from collections import Counter, OrderedDict
from typing import Generic, Protocol, TypeVar

from lab.runs.serve.sessions import HERE


class Connection(Protocol):
    """What can be ended."""

    def give_way(self) -> None: ...


C = TypeVar("C", bound=Connection)


class Connections(Generic[C]):
    """Of one server, those of pages (websockets) not among them.

    Args:
        most: of all. One address has half of them, a proxy on this machine all: it counts addresses itself.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._address: dict[C, str] = {}
        self._open: Counter[str] = Counter()
        self._idle: dict[str, OrderedDict[C, None]] = {}  # those of an address that ask for nothing, longest first

    def come(self, connection: C, address: str) -> bool:
        """One more, for which another one gives way where there are enough; False if none does."""
        if self._open[address] >= (self._most if address == HERE else self._most // 2):
            found = self._give_way(address)
        elif len(self._address) >= self._most:
            found = self._give_way(max(self._idle, key=self._open.__getitem__, default=address))
        else:
            found = True
        if found:
            self._address[connection] = address
            self._open[address] += 1
        return found

    def wait(self, connection: C) -> None:
        """It asks for nothing from now on."""
        if connection in self._address:
            self._idle.setdefault(self._address[connection], OrderedDict())[connection] = None

    def ask(self, connection: C) -> None:
        """It has asked for something."""
        address = self._address.get(connection, "")
        idle = self._idle.get(address, OrderedDict())
        if connection in idle:
            del idle[connection]
            if not idle:
                del self._idle[address]

    def go(self, connection: C) -> None:
        """It is there no more, or has become a page."""
        self.ask(connection)
        address = self._address.pop(connection, None)
        if address is not None:
            self._open[address] -= 1
            if not self._open[address]:
                del self._open[address]

    def _give_way(self, address: str) -> bool:
        idle = next(iter(self._idle.get(address, ())), None)
        if idle is None:
            return False
        self.go(idle)
        idle.give_way()
        return True
