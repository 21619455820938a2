"""Tape: what an operation asks of NumPy, written down once and then played, so that a step is one flat list of calls.

In a small network a step spends more time on Python's way to the arithmetic (functions that call functions, attributes
looked up) than on the arithmetic itself. Yet with every batch the same functions get the same arrays. So an operation
that says so (`taped`) is run once on arrays that write down each function of NumPy that gets them, and change nothing;
from then on the calls are played one after the other. Its equations stay where they are, written once.

    multiply(y, y, out); subtract(ONE, out, out)   ->   [(multiply, (y, y, out)), (subtract, (ONE, out, out))]
"""

import copy
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any

import numpy as np

from netcore.config import Array
from netcore.node import Buffers, Node
from netcore.parameters import WeightArray

Call = tuple[Callable[..., Any], tuple[Any, ...]]

KEYWORD_OUT = (np.maximum, np.minimum)  # where NumPy wants `out` by its name
MADE_OF_UFUNCS = (np.clip, np.sum)  # functions in Python around what is written down anyway


class NotRepeatable(Exception):
    """The operation does something that a tape cannot hold."""


class Noted(WeightArray):
    """A view of an array: whatever function of NumPy gets it is written down on its tape, in place of being done.

    NumPy asks the class furthest down what a function shall do, so this one has to come after that of the weights.
    """

    tape: "Tape"
    plain: Array | None = None  # the array itself, None for a view made on the way

    def __array_finalize__(self, other: Any) -> None:
        if isinstance(other, Noted):
            self.tape = other.tape

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, out: Any = None, **options: Any) -> Any:
        arguments = [self.tape.plain(one) for one in inputs]
        function = ufunc if method == "__call__" else getattr(ufunc, method)
        if out is None:  # what NumPy makes now is the room for it from now on
            result = function(*arguments, **options)
            if not isinstance(result, np.ndarray):
                raise NotRepeatable(f"{ufunc.__name__} gives a number")
            room, told = result, self.tape.noted(result)
        else:
            (told,) = out
            room = self.tape.plain(told)
        self.tape.note_ufunc(ufunc, function, arguments, room, options)
        return told

    def __array_function__(self, function: Any, types: Any, arguments: Any, options: Any) -> Any:
        if function in MADE_OF_UFUNCS:
            return super().__array_function__(function, types, arguments, options)
        if options or (function, len(arguments)) not in ((np.dot, 3), (np.copyto, 2)):
            raise NotRepeatable(function.__name__)
        self.tape.note(function, tuple(self.tape.plain(one) for one in arguments))
        return arguments[2] if function is np.dot else None

    def __setitem__(self, place: Any, value: Any) -> None:
        raise NotRepeatable("an assignment")

    def fill(self, value: Any) -> None:
        raise NotRepeatable("fill")

    def dot(self, other: Any, out: Any = None) -> Any:
        return np.dot(self, other, out)


class Tape:
    """Calls in order.

    Args:
        changing: arrays that stand for what comes with each batch; a view of one would stay behind.
    """

    def __init__(self, changing: Iterable[Array] = ()) -> None:
        self.calls: list[Call] = []
        self._changing = list(changing)
        self._known: dict[int, Noted] = {}

    def noted(self, thing: Any) -> Any:
        """The same thing with Noted in place of arrays: one for each array, so that what was the same remains so."""
        if isinstance(thing, list | tuple):
            return type(thing)(self.noted(one) for one in thing)
        if isinstance(thing, dict):
            return {name: self.noted(one) for name, one in thing.items()}
        if isinstance(thing, Buffers):
            noted = copy.copy(thing)
            noted.__dict__ = {name: self.noted(one) for name, one in thing.__dict__.items()}
            return noted
        if not isinstance(thing, np.ndarray):
            return thing
        if id(thing) not in self._known:
            view = thing.view(Noted)
            view.tape, view.plain = self, thing
            self._known[id(thing)] = view
        return self._known[id(thing)]

    def plain(self, thing: Any) -> Any:
        if not isinstance(thing, Noted):
            return thing
        if thing.plain is not None:
            return thing.plain
        view = thing.view(np.ndarray)
        if any(np.may_share_memory(view, one) for one in self._changing):
            raise NotRepeatable("a view of what comes with the batch")
        return view

    def note(self, function: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
        self.calls.append((function, arguments))

    def note_ufunc(
        self, ufunc: Any, function: Any, arguments: Sequence[Any], out: Any, options: dict[str, Any]
    ) -> None:
        if function is ufunc and not options and ufunc not in KEYWORD_OUT:
            self.note(function, (*arguments, out))
        elif function is not ufunc and not options.keys() - {"axis", "dtype", "keepdims"}:  # a reduction
            more = options.get("axis", 0), options.get("dtype"), out, options.get("keepdims", False)
            self.note(function, (*arguments, *more))
        else:
            self.note(partial(function, out=out, **options), tuple(arguments))


def record(function: Callable[..., Any], *arguments: Any, changing: Iterable[Array] = (), **options: Any) -> list[Call]:
    """What `function` asks of NumPy when it gets those arrays (or nodes, or lists of arrays).

    Raises:
        NotRepeatable: something that a tape cannot hold.
    """
    tape = Tape(changing)
    given = [_noted_node(tape, one) if isinstance(one, Node) else tape.noted(one) for one in arguments]
    with np.errstate(all="ignore"):
        function(*given, **options)
    return tape.calls


def _noted_node(tape: Tape, node: Node) -> Node:
    noted = Node.__new__(Node)
    for name in Node.__slots__:
        setattr(noted, name, tape.noted(getattr(node, name)))
    return noted


def bound(call: Call) -> Call:
    """The same call in the form that Python makes fastest."""
    function, arguments = call
    if function is np.dot:
        return arguments[0].dot, arguments[1:]
    if function is np.copyto:
        return arguments[0].__setitem__, (Ellipsis, arguments[1])
    return call
