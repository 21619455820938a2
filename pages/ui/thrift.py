"""What Streamlit gathers again for each widget of a page, looked up where it is asked for."""

from collections.abc import Callable, Iterator, Mapping
from functools import cache, partial
from typing import Any

from streamlit.runtime.state import SafeSessionState

PARTS = ("_state", "_lock")  # of Streamlit 1.67


class Looked(Mapping[str, Any]):
    """What a session's widgets show, each looked up when it is asked for.

    A number field and a selectbox ask Streamlit for all of it, to look at the one value that is theirs: with nine of
    them among forty widgets that was 18 % of the train page's script.

    Args:
        gather: all of it at once, as Streamlit does it.
    """

    def __init__(self, gather: Callable[[SafeSessionState], dict[str, Any]], state: SafeSessionState) -> None:
        self._gather, self._state = gather, state

    def __getitem__(self, key: str) -> Any:
        with self._state._lock:
            return self._state._state[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._gather(self._state))

    def __len__(self) -> int:
        return len(self._gather(self._state))


@cache
def look_up_widgets_one_by_one() -> None:
    """Once for the process, before any page is drawn. A Streamlit that does it otherwise stays as it is."""
    gathered: Any = getattr(SafeSessionState, "filtered_state", None)
    if isinstance(gathered, property) and all(part in SafeSessionState.__annotations__ for part in PARTS):
        gather: Any = gathered.fget
        looked: Any = property(partial(Looked, gather))
        SafeSessionState.filtered_state = looked  # type: ignore[method-assign]
