"""Plain JSON values as the dataclasses that they were: checked by type, whoever wrote them.

`json.dumps` and `dataclasses.asdict` write; this reads. Workers import it, so it needs the standard library alone.
"""

from collections.abc import Callable, Hashable
from dataclasses import MISSING, fields, is_dataclass
from functools import cache
from types import NoneType, UnionType
from typing import Any, Literal, TypeVar, Union, cast, get_args, get_origin, get_type_hints

T = TypeVar("T")
Reader = Callable[[Any], Any]  # raises TypeError or ValueError


def typed(kind: type[T], value: Any) -> T:
    """`value` as the dataclass that `kind` is.

    Lists become tuples where a field wants one; of a union of dataclasses that one is made whose fields are there.

    Raises:
        TypeError, ValueError: a field is missing, unknown, or of another type.
    """
    made: T = _dataclass(cast("Hashable", kind))(value)
    return made


@cache
def _reader(kind: Any) -> Reader:
    origin, arguments = get_origin(kind), get_args(kind)
    if kind is Any:
        return lambda value: value
    if origin in (Union, UnionType):
        return _union(arguments)
    if origin is Literal:
        return _literal(arguments)
    if origin in (tuple, list):
        return _sequence(origin, _reader(arguments[0]))
    if origin is dict:
        return _mapping(_reader(arguments[1]))
    if is_dataclass(kind):
        return _dataclass(cast("Hashable", kind))
    return _named_tuple(kind) if hasattr(kind, "_make") else _plain(kind)


def _plain(kind: type) -> Reader:
    kinds = (int, float) if kind is float else (kind,)  # JSON writes 1.0 as it likes

    def read(value: Any) -> Any:
        if type(value) not in kinds:
            raise TypeError(f"{value!r} is no {kind.__name__}")
        return value

    return read


def _literal(choices: tuple[Any, ...]) -> Reader:
    def read(value: Any) -> Any:
        if value not in choices:
            raise ValueError(f"{value!r} is none of {choices}")
        return value

    return read


def _sequence(kind: type, read_item: Reader) -> Reader:
    def read(value: Any) -> Any:
        if not isinstance(value, list | tuple):
            raise TypeError(f"{value!r} is no list")
        return kind(read_item(item) for item in value)

    return read


def _named_tuple(kind: Any) -> Reader:
    readers = tuple(map(_reader, get_type_hints(kind).values()))

    def read(value: Any) -> Any:
        if not isinstance(value, list | tuple) or len(value) != len(readers):
            raise TypeError(f"{value!r} is no {kind.__name__}")
        return kind(*[reader(item) for reader, item in zip(readers, value, strict=True)])

    return read


def _mapping(read_item: Reader) -> Reader:
    def read(value: Any) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise TypeError(f"{value!r} is no object")
        return {str(name): read_item(item) for name, item in value.items()}

    return read


def _union(kinds: tuple[Any, ...]) -> Reader:
    classes = [kind for kind in kinds if is_dataclass(kind)]
    others = [kind for kind in kinds if kind is not NoneType and kind not in classes]

    def read(value: Any) -> Any:
        if value is None and NoneType in kinds:
            return None
        if not isinstance(value, dict) and others:
            return _reader(others[0])(value)
        return _dataclass(_whose(classes, value))(value)

    return read


def _whose(classes: list[Any], value: Any) -> Any:
    """The class whose fields these are."""
    for kind in classes:
        names = {field.name for field in fields(kind)}
        if isinstance(value, dict) and _needed(kind) <= value.keys() <= names:
            return kind
    raise TypeError(f"{value!r} is none of {', '.join(kind.__name__ for kind in classes)}")


def _needed(kind: Any) -> set[str]:
    return {field.name for field in fields(kind) if field.default is MISSING and field.default_factory is MISSING}


@cache
def _dataclass(kind: Any) -> Reader:
    known: dict[str, Reader] = {}  # found at the first use: a class may speak of itself

    def read(value: Any) -> Any:
        if type(value) is kind:
            return value
        if not isinstance(value, dict):
            raise TypeError(f"{value!r} is no {kind.__name__}")
        if not known:
            known.update({name: _reader(hint) for name, hint in get_type_hints(kind).items()})
        return kind(**{name: known[name](item) if name in known else item for name, item in value.items()})

    return read
