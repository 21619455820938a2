"""Registered parts of netcore as an Experiment keeps them: class name and arguments, checked and in one form."""

from typing import Annotated, Any, ClassVar, TypeVar

from pydantic import Field

from lab.errors import ExperimentError
from lab.spec.value import Value, short
from netcore.params import defaults
from netcore.registry import Registry


class PartSpec(Value):
    """A registered part of netcore (optimizer, loss): class name and the arguments that differ from the defaults."""

    path: ClassVar[str] = "compile"
    type: Annotated[str, Field(max_length=100)]
    params: dict[str, Any] = {}  # noqa: RUF012  # pydantic gives each part one of its own

    def filled(self, registry: Registry[Any]) -> dict[str, Any]:
        """All arguments, defaults included."""
        return {**defaults(registry.get(self.type)), **self.params}


class LayerSpec(PartSpec):
    """A layer; `id` stays with it when layers are moved, so that a widget can follow it."""

    path: ClassVar[str] = "model.layers"
    id: Annotated[str, Field(pattern="^[a-z0-9]{1,16}$")]


P = TypeVar("P", bound=PartSpec)


def checked_part(registry: Registry[Any], part: P, owner: str) -> P:
    """The part with its arguments checked and in one form: plain Python values, those equal to a default left out.

    Raises NetcoreValueError (unknown type, value out of range) or ExperimentError (unknown or missing argument).
    """
    cls = registry.get(part.type)
    known = defaults(cls)
    for name in part.params:
        if name not in cls.params:
            raise ExperimentError(
                "experiment.unknown_param", part=owner, name=short(name), choices=", ".join(cls.params)
            )
    missing = [name for name in cls.params if name not in known and name not in part.params]
    if missing:
        raise ExperimentError("experiment.missing_param", part=owner, names=", ".join(missing))
    values = {name: cls.params[name].check(owner, name, value) for name, value in part.params.items()}
    differing = {name: value for name, value in values.items() if name not in known or value != known[name]}
    return part.model_copy(update={"type": cls.__name__, "params": differing})
