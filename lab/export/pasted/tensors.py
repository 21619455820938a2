"""Layers called on tensors, in all the ways in which functional programs write it; each gives a Tensor."""

import ast
from collections.abc import Sequence

from lab.export.pasted.values import Argument, Called, Tensor, tensors_in
from netcore.activations import ACTIVATIONS
from netcore.layers import LAYERS

MAKE_MODELS = ("Model", "Functional", "Sequential")
OPERATORS: dict[type, str] = {ast.Add: "Add", ast.Sub: "Subtract", ast.Mult: "Multiply"}  # a + b of two tensors
MERGES = {cls.__name__.lower(): cls.__name__ for cls in LAYERS if cls.several_inputs}  # concatenate([a, b])


def layer_called(layer: Called, arguments: Sequence[Argument], line: int) -> Tensor | None:
    """`layers.Dense(3)(x)`, `layers.Add()([a, b])`; None unless what it is called on are tensors."""
    first = next((one for one in arguments if one.name in (None, "inputs")), None)
    reads = None if first is None else tensors_in(first.value)
    if reads is None:
        return None
    return Tensor(layer, reads, line, tuple(one for one in arguments if one is not first))


def function_called(called: Called) -> Tensor | None:
    """`Input((4,))`, `concatenate([a, b])`, `activations.relu(x)`; None if no tensor comes out.

    What else is called on tensors gives a tensor too, of a layer that nobody knows: whoever reads the graph says so.
    """
    if called.name == "Input":
        return Tensor(called, (), called.line)
    read = [one for one in called.arguments if one.name in (None, "inputs") and tensors_in(one.value)]
    if not read or called.name in MAKE_MODELS:
        return None
    if called.name in MERGES and isinstance(read[0].value, Tensor) and len(read) == 1:
        return None  # add(Input((4,))) of a model that the text does not make
    reads = tuple(tensor for one in read for tensor in tensors_in(one.value) or ())
    further = tuple(one for one in called.arguments if one not in read)
    path = called.path
    if called.name in MERGES:
        path = (MERGES[called.name],)
    elif called.name in ACTIVATIONS and not further:
        path, further = ("Activation",), (Argument(None, called.name, called.node),)
    elif len(path) > 1 and path[-2] != "layers":
        path = (f"{'.'.join(path)}()",)  # no slip for the layer whose name is like it: tf.reshape means something else
    return Tensor(Called(path, further, called.node), reads, called.line)


def combined(operation: ast.operator, left: object, right: object, node: ast.expr) -> Tensor | None:
    """`a + b` of two tensors is an Add layer."""
    if isinstance(left, Tensor) and isinstance(right, Tensor) and type(operation) in OPERATORS:
        return Tensor(Called((OPERATORS[type(operation)],), (), node), (left, right), node.lineno)
    return None
