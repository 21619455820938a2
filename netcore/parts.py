"""Parts that are described by their arguments alone, such as penalties: by name, by config, or as objects."""

from dataclasses import dataclass
from typing import Any, ClassVar, TypeVar

from netcore.errors import NetcoreValueError
from netcore.names import snake_case
from netcore.params import Choice, Param, defaults, nearest_of
from netcore.registry import Registry

P = TypeVar("P", bound="Part")


class Part:
    """Base: arguments are checked against `params` and kept; `get_config` gives them back."""

    params: ClassVar[dict[str, Param]] = {}
    aliases: ClassVar[tuple[str, ...]] = ()

    def __init__(self, **arguments: Any) -> None:
        for name, value in arguments.items():
            setattr(self, name, self.params[name].check(type(self).__name__, name, value))

    def __init_subclass__(cls) -> None:
        cls.aliases = (*cls.__dict__.get("aliases", ()), snake_case(cls.__name__))

    def get_config(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.params}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        return cls(**config)

    def __repr__(self) -> str:
        arguments = ", ".join(f"{name}={value!r}" for name, value in self.get_config().items())
        return f"{type(self).__name__}({arguments})"


def find(registry: Registry[type[P]], base: type[P], identifier: Any) -> P | None:
    """The part of a name, a {"class_name", "config"} dict, a class or an instance; None stays None.

    Raises:
        NetcoreValueError "registry.unknown": no part has that name.
    """
    if identifier is None or isinstance(identifier, base):
        return identifier
    if isinstance(identifier, dict):
        return registry.get(str(identifier.get("class_name"))).from_config(identifier.get("config") or {})  # type: ignore[no-any-return]
    if isinstance(identifier, type) and issubclass(identifier, base):
        return identifier()
    return registry.get(identifier)()


def described(part: Part) -> str | dict[str, Any]:
    """The class's name where that says all, else {"class_name", "config"}; `find` reads both."""
    cls, config = type(part), part.get_config()
    return cls.__name__ if config == defaults(cls) else {"class_name": cls.__name__, "config": config}


@dataclass(frozen=True, kw_only=True)
class PartParam(Choice):
    """An argument that is such a part, or None; kept as `described` says, for JSON."""

    registry: Registry[Any]
    base: type[Part]
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
        part = find(self.registry, self.base, value)
        return None if part is None else described(part)

    def _knows(self, value: Any) -> bool:
        if isinstance(value, self.base):
            return type(value) in list(self.registry)
        if isinstance(value, type):
            return value in list(self.registry)
        named = value.get("class_name") if isinstance(value, dict) else value
        return isinstance(named, str) and named in self.registry

    def invalid(self) -> tuple[Any, ...]:
        return ("no-such-part", 0.01, {"class_name": "NoSuchPart", "config": {}})

    def example(self) -> Any:
        return self.names()[0]
