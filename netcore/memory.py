"""How much memory training takes: what the model keeps, and what a step of so many rows needs besides."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, is_dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from netcore.config import Array
from netcore.fit import BATCH_SIZE
from netcore.graph import Shape
from netcore.heads import fuses
from netcore.node import Operation
from netcore.parameters import Weight
from netcore.plan import Plan
from netcore.reorder import pooled_before_relu

if TYPE_CHECKING:
    from netcore.models import Model


@dataclass(frozen=True)
class Memory:
    """Bytes that training takes with batches of `batch_size` rows.

    Attributes:
        parameters: all weights, those that do not learn among them.
        gradients: of the weights that learn.
        optimizer: what it remembers of each weight (Adam twice as much as there are weights), and its scratch.
        activations: what the layers compute for the batch, the gradients of it, and their scratch.
        rows: the batch's inputs, targets and outputs; these two grow with the batch.
    """

    batch_size: int
    parameters: int
    gradients: int
    optimizer: int
    activations: int
    rows: int

    @property
    def model(self) -> int:
        """What the model keeps between steps, whatever the batch size."""
        return self.parameters + self.gradients + self.optimizer

    @property
    def peak(self) -> int:
        """The most that a step takes: the model's own, and all that hangs on the batch."""
        return self.model + self.activations + self.rows


def memory(model: "Model", batch_size: int, shapes: Sequence[Shape] | None = None) -> Memory:
    """As Model.memory. The buffers are laid out as training lays them out, and not filled.

    Left out is what some functions of NumPy take for a moment, such as `where` in an elu: a fifth at the most.
    """
    batch_size = BATCH_SIZE.check("memory", "batch_size", batch_size)
    model.ready_to_train()
    graph = model.sized(shapes or [tensor.shape for tensor in model.inputs])
    fused = [fuses(head.activation, head.loss) for head in model.heads]
    steps = pooled_before_relu(graph.steps(), graph.outputs)
    plan = Plan(steps, graph.inputs, graph.outputs, batch_size, training=True, dtype=model.dtype, fused=fused)
    counted: set[int] = set()

    def new_bytes(thing: Any) -> int:
        owners = _owners(thing)
        size = sum(array.nbytes for key, array in owners.items() if key not in counted)
        counted.update(owners)
        return size

    numbers = sum(np.prod(tensor.inner_shape) for tensor in (*graph.inputs, *graph.outputs, *graph.outputs))
    item = np.dtype(model.dtype).itemsize
    return Memory(
        batch_size,
        parameters=new_bytes(model.weights),
        gradients=new_bytes(model.optimizer.vector.gradients),
        optimizer=new_bytes(model.optimizer),
        activations=new_bytes(plan),
        rows=int(numbers) * batch_size * item,
    )


def _owners(thing: Any) -> dict[int, Array]:
    """The arrays that own the memory of all arrays in a thing, by their ids, each once."""
    found: dict[int, Array] = {}
    seen: set[int] = set()
    waiting = [thing]
    while waiting:
        one = waiting.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        if isinstance(one, np.ndarray):
            owner = _owner(one)
            found[id(owner)] = owner
        else:
            waiting += _inside(one)
    return found


def _owner(array: Array) -> Array:
    owner, base = array, array.base
    while base is not None:  # a strided view stands on an object that is no array, which stands on one
        owner = base if isinstance(base, np.ndarray) else owner
        base = getattr(base, "base", None)
    return owner


def _inside(thing: Any) -> Iterator[Any]:
    """What may hold arrays in a list, a dict, or an object of this package; layers and functions keep their own."""
    if isinstance(thing, list | tuple):
        yield from thing
    elif isinstance(thing, dict):
        yield from thing.values()
    elif isinstance(thing, Weight):
        yield thing.value
    elif is_dataclass(thing):
        yield from (getattr(thing, field.name) for field in fields(thing))
    elif type(thing).__module__.startswith("netcore.") and not isinstance(thing, Operation | type):
        yield from vars(thing).values() if hasattr(thing, "__dict__") else ()
        yield from (getattr(thing, name, None) for name in getattr(type(thing), "__slots__", ()))
