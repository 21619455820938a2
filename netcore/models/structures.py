"""One thing, a list by position, or a dict by name: how programs give inputs, outputs, losses and metrics."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from netcore.errors import NetcoreValueError
from netcore.graph import Tensor


def tensors_of(structure: Any) -> tuple[Tensor, ...]:
    """The tensors of a structure; those of a dict by the alphabet of their names."""
    if isinstance(structure, Tensor):
        return (structure,)
    return tuple([structure[name] for name in sorted(structure)] if isinstance(structure, dict) else structure)


def names_of(structure: Any, tensors: Sequence[Tensor]) -> list[str]:
    """Names of the tensors of a structure; those of a dict in the order of the alphabet, as Keras takes them."""
    if isinstance(structure, dict):
        return sorted(structure)
    names: list[str] = []
    for tensor in tensors:
        same = names.count(tensor.name)
        names.append(f"{tensor.name}_{same}" if same else tensor.name)
    return names


def per_input(x: Any, names: list[str]) -> list[Any]:
    """One entry for each input."""
    if isinstance(x, dict):
        missing = [name for name in names if name not in x]
        if missing:
            raise NetcoreValueError(
                "fit.input_missing",
                "The data has no entry for the input {name!r}. Inputs: {choices}.",
                name=missing[0],
                choices=", ".join(names),
            )
        return [x[name] for name in names]
    if len(names) == 1:
        return [x[0]] if _wrapped(x) and np.ndim(x[0]) > 1 else [x]
    if not isinstance(x, list | tuple) or len(x) != len(names):
        raise NetcoreValueError(
            "fit.input_count",
            "The model has {expected} inputs ({choices}): give a list of {expected} arrays, or a dict by name.",
            expected=len(names),
            choices=", ".join(names),
        )
    return list(x)


def per_output(what: str, given: Any, names: list[str], *, repeat: bool, data: bool = False) -> list[Any]:
    """One entry for each output. `repeat`: a single value counts for all outputs."""
    if isinstance(given, dict):
        unknown = [name for name in given if name not in names]
        if unknown:
            raise NetcoreValueError(
                "compile.unknown_output",
                "`{what}` names an output {name!r}, but the model's outputs are: {choices}.",
                what=what,
                name=unknown[0],
                choices=", ".join(names),
            )
        return [given.get(name) for name in names]
    if len(names) == 1 and (data or not isinstance(given, list | tuple)):
        return [given[0]] if _wrapped(given) and np.ndim(given[0]) > 0 else [given]
    if isinstance(given, list | tuple):
        if len(given) != len(names):
            raise NetcoreValueError(
                "compile.output_count",
                "`{what}` has {given} entries, but the model has {expected} outputs: {choices}.",
                what=what,
                given=len(given),
                expected=len(names),
                choices=", ".join(names),
            )
        return list(given)
    return [given if repeat else None] * len(names)


def _wrapped(given: Any) -> bool:
    """Whether this is a list of one array rather than a table of one row, which plain lists are."""
    return isinstance(given, list | tuple) and len(given) == 1 and not isinstance(given[0], list | tuple)


def metrics_per_output(what: str, given: Any, names: list[str]) -> list[list[Any]]:
    """The metrics of each output."""
    if given is None:
        return [[] for _ in names]
    if len(names) == 1 and not isinstance(given, dict):
        flat = given if isinstance(given, list | tuple) else [given]
        return [list(flat[0]) if len(flat) == 1 and isinstance(flat[0], list | tuple) else list(flat)]
    entries = per_output(what, given, names, repeat=False)
    return [[] if one is None else list(one) if isinstance(one, list | tuple) else [one] for one in entries]


def flat(structure: Any) -> list[Any]:
    """The leaves of a structure, None left out."""
    if isinstance(structure, dict):
        return [leaf for entry in structure.values() for leaf in flat(entry)]
    if isinstance(structure, list | tuple):
        return [leaf for entry in structure for leaf in flat(entry)]
    return [] if structure is None else [structure]
