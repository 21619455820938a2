"""Many things on a screen: so many beside each other, or so many on a page."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

T = TypeVar("T")


def in_rows(items: Iterable[T], abreast: int) -> Iterator[tuple[T, ...]]:
    """The items, so many at a time; the last row may be shorter."""
    rest = iter(items)
    while row := tuple(islice(rest, abreast)):
        yield row
