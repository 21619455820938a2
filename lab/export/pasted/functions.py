"""Functions that pasted code defines: read line by line at each call, as far as their course is known."""

import ast
from collections.abc import Callable, Sequence
from typing import Any

from lab.export.pasted.expressions import evaluate
from lab.export.pasted.values import Argument, Names, Network, Unknown


class Function(Network):
    """A function of the code.

    Args:
        read: reads its body with these names given, and says what it returns.
        names: what names stand for outside it.
    """

    def __init__(self, node: ast.FunctionDef, read: Callable[["Function", dict[str, Any]], Any], names: Names) -> None:
        self.node, self._read, self._names = node, read, names
        self.was_called = False

    def called_on(self, arguments: Sequence[Argument], node: ast.Call) -> Any:
        values = self._bound(arguments)
        result = None if values is None else self._run(values)
        return Unknown(node) if result is None else result

    def result(self, *numbers: float) -> Any:
        parameters = [one.arg for one in self.node.args.args]
        return self._run(dict(zip(parameters, numbers, strict=True))) if len(parameters) == len(numbers) else None

    def _run(self, values: dict[str, Any]) -> Any:
        self.was_called = True
        return self._read(self, values)

    def _bound(self, arguments: Sequence[Argument]) -> dict[str, Any] | None:
        """Its parameters with what they are given; None if that cannot be told."""
        given = self.node.args
        names = [one.arg for one in (*given.posonlyargs, *given.args)]
        keywords = [one.arg for one in given.kwonlyargs]
        positional = [one for one in arguments if one.name is None]
        named = {one.name or "": one.value for one in arguments if one.name is not None}
        if given.vararg or given.kwarg or len(positional) > len(names) or not set(named) <= {*names, *keywords}:
            return None
        values = dict(zip(names[len(names) - len(given.defaults) :], given.defaults, strict=True))
        values |= {name: one for name, one in zip(keywords, given.kw_defaults, strict=True) if one is not None}
        known = {name: evaluate(default, self._names) for name, default in values.items()}
        known |= dict(zip(names, (one.value for one in positional), strict=False)) | named
        return known if set(known) == {*names, *keywords} else None
