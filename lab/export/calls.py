"""A registered part as it is called in a Keras program."""

from typing import Any

from lab.spec.experiment import PartSpec
from netcore.layers import LAYERS
from netcore.params import defaults
from netcore.registry import Registry


def call(registry: Registry[Any], part: PartSpec) -> str:
    """`Dense(32, activation='relu')`: what has no default comes first, without its name where that is clear."""
    cls = registry.get(part.type)
    known = defaults(cls)
    required = [name for name in cls.params if name not in known]
    plain = [_value(part.params[name]) for name in required[:1]]
    named = [
        f"{name}={_value(part.params[name])}" for name in cls.params if name in part.params and name not in required[:1]
    ]
    return f"{cls.__name__}({', '.join([*plain, *named])})"


def one_line(text: str) -> str:
    """A person's own text as part of a comment: nothing in it may begin a new line."""
    return "".join(letter if letter.isprintable() else " " for letter in text)


def _value(value: Any) -> str:
    """An argument as code; a layer within a layer, kept as {"class_name", "config"}, becomes a call again."""
    if isinstance(value, dict) and value.get("class_name") in LAYERS:
        cls = LAYERS.get(value["class_name"])
        known, config = defaults(cls), value["config"]
        params = {name: config[name] for name in cls.params if name in config and config[name] != known.get(name, ...)}
        return f"layers.{call(LAYERS, PartSpec(type=cls.__name__, params=params))}"
    return repr(value)
