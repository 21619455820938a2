"""Registries: one list for each kind of part (layers, losses, optimizers, …), filled where the part is defined."""

import difflib
from collections.abc import Iterator
from typing import Any, Generic, TypeVar

from netcore.errors import NetcoreValueError

T = TypeVar("T")


class Registry(Generic[T]):
    """Classes (or functions) by name, in the order in which they were defined.

    `aliases` on a class are the further strings that Keras accepts for it, such as "mse".
    Iterating gives the classes; a form, an exporter or a shared test never has to name one.
    """

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self._by_name: dict[str, T] = {}
        self._aliases: dict[str, T] = {}

    def add(self, part: T) -> T:
        """Register a class or function under its name and aliases; used as a decorator."""
        name = part.__name__  # type: ignore[attr-defined]  # classes and functions have one
        self._by_name[name] = part
        for alias in (name, name.lower(), *getattr(part, "aliases", ())):
            self._aliases[alias] = part
        return part

    def get(self, name: str) -> T:
        """The part of that name or alias.

        Raises:
            NetcoreValueError "registry.unknown": no part has that name; says the nearest one and all choices.
        """
        part = self._aliases.get(name)
        if part is None:
            near = difflib.get_close_matches(str(name), self._aliases, n=1, cutoff=0.5)
            raise NetcoreValueError(
                "registry.unknown",
                "Unknown {kind}: {name}. Did you mean {nearest!r}? Choices: {choices}.",
                kind=self.kind,
                name=name,
                nearest=near[0] if near else next(iter(self._by_name)),
                choices=", ".join(self._by_name),
            )
        return part

    def names(self) -> tuple[str, ...]:
        """Names of the parts, in the order in which they were defined."""
        return tuple(self._by_name)

    def __contains__(self, name: Any) -> bool:
        return isinstance(name, str) and name in self._aliases

    def __iter__(self) -> Iterator[T]:
        return iter(self._by_name.values())

    def __len__(self) -> int:
        return len(self._by_name)
