"""Small helpers that word a step; every sentence itself stands in lab/texts/slow_motion.toml."""

from typing import Any

from lab.slow_motion.ops import Index, Op
from lab.slow_motion.view import places_text
from lab.studies.words import Words
from lab.texts import has_text


def layer_name(op: Op) -> Words:
    """ "2. Dense", in the words of the menus; of a functional model with the node's own name."""
    return Words("slow.layer", {"label": op.label, "type": named("layer", op.type)})


def named(kind: str, part: str) -> Words | str:
    """A registered part in the words of the menus; its Keras word where they have none."""
    key = f"{kind}.{part}"
    return Words(key) if has_text(key) else part


def titled(name: str, op: Op, **values: Any) -> Words:
    return Words(f"slow.{name}.title", {"layer": layer_name(op), **values})


def said(name: str, **values: Any) -> Words:
    return Words(f"slow.{name}", values)


def unit(index: Index) -> str:
    """Number of a unit as a person counts it; of an image "row, column, channel"."""
    return places_text(index).replace(",", ", ")
