"""Equal experiments, and parts of them, held once.

Whoever turns a knob gets an experiment of their own, and a class turns the same ones: each takes four kilobytes, in a
session, on a desk, and in each run. Nothing is kept here that nobody else holds.
"""

import hashlib
from typing import Final, TypeVar
from weakref import WeakValueDictionary

from lab.spec.experiment import Experiment

PARTS: Final = ("data", "model", "compile", "fit")
T = TypeVar("T")

_held: WeakValueDictionary[bytes, object] = WeakValueDictionary()


def shared(experiment: Experiment) -> Experiment:
    """This experiment, or one that is equal to it; one that nobody else has shares the parts that others have."""
    parts = {name: one_of(part, part.model_dump_json()) for name in PARTS if (part := getattr(experiment, name))}
    return one_of(experiment.model_copy(update=parts), experiment.model_dump_json())


def one_of(value: T, text: str) -> T:
    """
    Args:
        value: nobody may change it.
        text: all of it, letter by letter, but for what the two sides of `==` tell apart.
    """
    key = hashlib.sha256(f"{type(value).__qualname__} {text}".encode()).digest()
    known = _held.setdefault(key, value)
    return known if type(known) is type(value) and known == value else value
