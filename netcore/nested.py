"""Lists, tuples and dicts that hold others: their leaves in one row, and a row of things in their form again."""

from collections import OrderedDict
from collections.abc import Iterator
from typing import Any


def keys_of(structure: dict[Any, Any]) -> list[Any]:
    """The keys of a dict in Keras's order: by the alphabet, those of an OrderedDict as written."""
    return list(structure) if isinstance(structure, OrderedDict) else sorted(structure)


def leaves(structure: Any) -> list[tuple[tuple[Any, ...], Any]]:
    """(path, thing) of whatever stands in a structure; a path is made of keys and places."""
    if isinstance(structure, dict):
        entries = [(key, structure[key]) for key in keys_of(structure)]
    elif isinstance(structure, list | tuple):
        entries = list(enumerate(structure))
    else:
        return [((), structure)]
    return [((key, *path), leaf) for key, entry in entries for path, leaf in leaves(entry)]


def packed(structure: Any, found: Iterator[Any], *, as_written: bool = False) -> Any:
    """A structure of the same form that holds what was found, in the order of the leaves.

    Args:
        as_written: keep the order in which dicts were written; otherwise their entries stand in that of the leaves.
    """
    if isinstance(structure, dict):
        made = {key: packed(structure[key], found, as_written=as_written) for key in keys_of(structure)}
        ordered = {key: made[key] for key in structure} if as_written else made
        return OrderedDict(ordered) if isinstance(structure, OrderedDict) else ordered
    if isinstance(structure, list | tuple):
        entries = [packed(one, found, as_written=as_written) for one in structure]
        return getattr(type(structure), "_make", type(structure))(entries)  # a named tuple takes a list there
    return next(found)


def is_nested(structure: Any) -> bool:
    """Whether a list or dict holds others."""
    return any(len(path) > 1 for path, _ in leaves(structure))


def order_in(given: Any, structure: Any) -> list[int]:
    """Numbers of the leaves in the order in which `given`, something in the same form, writes the dicts down."""
    return list(_order(packed(structure, iter(range(len(leaves(structure))))), given))


def _order(numbers: Any, given: Any) -> Iterator[int]:
    if isinstance(numbers, dict):
        alike = isinstance(given, dict) and set(given) <= set(numbers)
        for key in given if alike else numbers:
            yield from _order(numbers[key], given[key] if alike else None)
    elif isinstance(numbers, list | tuple):
        alike = isinstance(given, list | tuple) and len(given) == len(numbers)
        for one, entry in zip(numbers, given if alike else [None] * len(numbers), strict=True):
            yield from _order(one, entry)
    else:
        yield numbers
