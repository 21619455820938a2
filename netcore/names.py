"""Names as Keras makes them: snake_case of the class, then _1, _2, … for further ones."""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager


def snake_case(name: str) -> str:
    """LeakyReLU -> leaky_re_lu, Conv1D -> conv1d, LSTM -> lstm."""
    name = re.sub("(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub("([a-z])([A-Z])", r"\1_\2", name).lower()


class _Counters(threading.local):
    def __init__(self) -> None:
        self.used: dict[str, int] = {}


_counters = _Counters()


def unique_name(class_name: str) -> str:
    """dense, dense_1, dense_2, … within this thread, until `clear_session`."""
    name = snake_case(class_name)
    number = _counters.used.get(name, 0)
    _counters.used[name] = number + 1
    return f"{name}_{number}" if number else name


@contextmanager
def kept_counters() -> Iterator[None]:
    """What is named within it leaves no trace: the next thing gets the name that the first one within got."""
    kept = dict(_counters.used)
    try:
        yield
    finally:
        _counters.used = kept


@contextmanager
def counted_anew() -> Iterator[None]:
    """What is named within it gets the names that it would have in a program of its own."""
    with kept_counters():
        clear_session()
        yield


def clear_session() -> None:
    """Start counting names from the beginning again."""
    _counters.used = {}
