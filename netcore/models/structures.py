"""One thing, a list by position, a dict by name, or these in one another: how programs give inputs, outputs, losses."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from netcore.errors import NetcoreValueError
from netcore.graph import Tensor
from netcore.nested import is_nested, keys_of, leaves, packed


def tensors_of(what: str, structure: Any) -> tuple[Tensor, ...]:
    """The tensors of a structure; those of a dict by the alphabet of their names.

    Raises:
        NetcoreValueError "structure.tensors": something else stands in it, or a key that is no text.
    """
    refused = [key for key in _keys(structure) if not isinstance(key, str)]
    refused = refused or [leaf for _, leaf in leaves(structure) if not isinstance(leaf, Tensor)]
    if refused:
        raise NetcoreValueError(
            "structure.tensors",
            "`{what}` must be tensors that come from Input or a layer, alone or in lists, tuples and dicts whose keys "
            "are texts, but something of type {found} stands there.",
            what=what,
            found=type(refused[0]).__name__,
        )
    return tuple(tensor for _, tensor in leaves(structure))


def _keys(structure: Any) -> list[Any]:
    entries = list(structure.values() if isinstance(structure, dict) else structure) if _holds(structure) else []
    own = list(structure) if isinstance(structure, dict) else []
    return own + [key for entry in entries for key in _keys(entry)]


def _holds(structure: Any) -> bool:
    return isinstance(structure, dict | list | tuple)


def names_of(structure: Any, tensors: Sequence[Tensor]) -> list[str]:
    """Names of the tensors of a structure: keys of a dict, else the tensors' own.

    In a nested one they are paths, such as "weather/rain", with the tensor's name for a place at the end.
    """
    if isinstance(structure, dict) and not is_nested(structure):
        return keys_of(structure)
    names: list[str] = []
    for (path, _), tensor in zip(leaves(structure), tensors, strict=True):
        last = path[-1] if path and isinstance(path[-1], str) else tensor.name
        name = "/".join([*map(str, path[:-1]), last])
        same = names.count(name)
        names.append(f"{name}_{same}" if same else name)
    return names


def along(structure: Any, what: str, given: Any) -> list[Any]:
    """What is given for each tensor of a nested structure, in the same form; None for what is left out.

    A flat list goes by position, and a dict by the names of the tensors.

    Raises:
        NetcoreValueError "structure.form": it has another form.
    """
    names = [tensor.name for _, tensor in leaves(structure)]
    by_name = isinstance(given, dict) and not (isinstance(structure, dict) and set(given) <= set(structure))
    if by_name and set(given) <= set(names) and len(set(names)) == len(names):
        return [given.get(name) for name in names]
    if isinstance(given, list | tuple) and len(given) == len(names) and not any(_holds(one) for one in given):
        return list(given)
    found = _along(structure, given)
    if found is None:
        raise NetcoreValueError(
            "structure.form",
            "`{what}` must have the form of the model's own lists and dicts: {expected}.",
            what=what,
            expected=packed(structure, iter(names)),
        )
    return found


def _along(structure: Any, given: Any) -> list[Any] | None:
    """What is given for each leaf; None for another form."""
    if not _holds(structure):
        return [given]
    if given is None:
        return [None] * len(leaves(structure))
    if isinstance(structure, dict):
        if not isinstance(given, dict) or not set(given) <= set(structure):
            return None
        pairs = [(structure[key], given.get(key)) for key in keys_of(structure)]
    else:
        if not isinstance(given, list | tuple) or len(given) != len(structure):
            return None
        pairs = list(zip(structure, given, strict=True))
    found = [_along(one, entry) for one, entry in pairs]
    return None if any(one is None for one in found) else [leaf for one in found for leaf in one or ()]


def per_input(x: Any, names: list[str], structure: Any) -> list[Any]:
    """One entry for each input of a model whose inputs have that structure."""
    if is_nested(structure) and _holds(x):
        found = zip(names, along(structure, "x", x), strict=True)
        x = {name: one for name, one in found if one is not None}
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


def per_output(
    what: str, given: Any, names: list[str], structure: Any, *, repeat: bool, data: bool = False
) -> list[Any]:
    """One entry for each output of a model whose outputs have that structure.

    Args:
        repeat: a single value counts for all outputs.
        data: a list for a single output is a table rather than a list of one.
    """
    if is_nested(structure) and _holds(given):
        return along(structure, what, given)
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


def metrics_per_output(what: str, given: Any, names: list[str], structure: Any) -> list[list[Any]]:
    """The metrics of each output."""
    if given is None:
        return [[] for _ in names]
    if len(names) == 1 and not isinstance(given, dict):
        flat = given if isinstance(given, list | tuple) else [given]
        return [list(flat[0]) if len(flat) == 1 and isinstance(flat[0], list | tuple) else list(flat)]
    entries = per_output(what, given, names, structure, repeat=False)
    return [[] if one is None else list(one) if isinstance(one, list | tuple) else [one] for one in entries]


def flat(structure: Any) -> list[Any]:
    """The leaves of a structure, None left out."""
    return [leaf for _, leaf in leaves(structure) if leaf is not None]
