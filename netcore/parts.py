"""Parts that are described by their arguments alone, such as penalties: by name, by config, or as objects."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from netcore.arguments import Named
from netcore.errors import NetcoreValueError
from netcore.own import own_class
from netcore.params import ChoiceParam, defaults, nearest_of
from netcore.registry import Registry

P = TypeVar("P", bound="Part")


class Part(Named):
    """Base of what is nothing but its arguments and its equation."""

    def get_config(self) -> dict[str, Any]:
        """The arguments, as JSON can hold them."""
        return self.arguments()

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        """The part of what `get_config` gave."""
        return cls(**config)

    def __repr__(self) -> str:
        arguments = ", ".join(f"{name}={value!r}" for name, value in self.get_config().items())
        return f"{type(self).__name__}({arguments})"


def find(
    registry: Registry[type[P]], base: type[P], identifier: Any, own: Callable[[Any], P] | None = None
) -> P | None:
    """The part of a name, a {"class_name", "config"} dict, a class, an instance or a function; None stays None.

    Args:
        own: makes a part of a program's own function.

    Raises:
        NetcoreValueError "registry.unknown": no part has that name, in the package or among the program's own classes.
    """
    if identifier is None or isinstance(identifier, base):
        return identifier
    if isinstance(identifier, dict):
        name = str(identifier.get("class_name"))
        cls = own_class(base, name) if name not in registry else None
        return (cls or registry.get(name)).from_config(identifier.get("config") or {})  # type: ignore[no-any-return]
    if isinstance(identifier, type) and issubclass(identifier, base):
        return identifier()
    if own is not None and callable(identifier):
        return own(identifier)
    return registry.get(identifier)()


def described(part: Part) -> str | dict[str, Any]:
    """The class's name where that says all, else {"class_name", "config"}; `find` reads both."""
    cls, config = type(part), part.get_config()
    return cls.__name__ if config == defaults(cls) else {"class_name": cls.__name__, "config": config}


@dataclass(frozen=True, kw_only=True)
class PartParam(ChoiceParam):
    """An argument that is such a part, or None; kept as `described` says, for JSON, unless the part is the program's
    own: then itself."""

    registry: Registry[Any]
    base: type[Part]
    own: Callable[[Any], Any] | None = None
    optional: bool = True
    advanced: bool = True

    def _check(self, owner: str, name: str, value: Any) -> Any:
        if not self._knows(value):
            raise NetcoreValueError(
                "param.part",
                "Could not interpret {name} identifier: {value!r}. {owner}: `{name}` must be None or one of {choices} "
                "(a name, or an object such as {typical}()). Did you mean {nearest!r}?",
                owner=owner,
                name=name,
                choices=", ".join(self.names()),
                typical=self.names()[0],
                value=value,
                nearest=nearest_of(value, self.names()),
            )
        part = find(self.registry, self.base, value, self.own)
        return part if part is None or type(part) not in list(self.registry) else described(part)

    def _knows(self, value: Any) -> bool:
        if isinstance(value, dict):
            name = value.get("class_name")
            return isinstance(name, str) and (name in self.registry or own_class(self.base, name) is not None)
        if isinstance(value, type):
            return issubclass(value, self.base)
        return value in self.registry if isinstance(value, str) else callable(value)

    def invalid(self) -> tuple[Any, ...]:
        unknown = {"class_name": self.names()[0], "config": {"no_such_argument": 1}}
        return ("no-such-part", 0.01, {"class_name": "NoSuchPart", "config": {}}, unknown)

    def example(self) -> Any:
        return self.names()[0]
