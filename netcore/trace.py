"""Trace: every number of one update, in the order in which it is computed, named as in the equations.

    x -> z1 = x W1 + b1 -> a1 = f(z1) -> … -> l (one number per sample) -> L
    dL/da2, dL/dz2, dL/dW2, dL/db2 -> dL/da1, …
    W1 + delta W1 = W1 after

A recurrent layer is opened: the sums, gates and states of all its steps, (n, t, units), stand before its output, named
as in its equations: z_i1, z_f1, z_g1, z_o1 -> i1, f1, g1, o1 -> c1, h1 of an LSTM; z_z1, z_r1, z_g1 -> z1, r1, g1 -> h1
of a GRU; z_h1 -> h1 of a SimpleRNN. Steps come in the order in which they are read.

Other layers with a middle show it as well: keep1, what Dropout multiplies with; mean1, variance1 and xhat1 of a
BatchNormalization, and its moving statistics where they have moved. What the optimizer remembers stands before and
after (m W1, m W1 after), and so does a gradient that it does not take as it came (clipped, gathered: g W1).

The model stays as it is: weights, optimizer and random streams are put back afterwards, so that the next update of a
running training can be looked at, and comes out bit for bit as the trace said.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from netcore.config import Array
from netcore.data import batch_first
from netcore.errors import NetcoreValueError
from netcore.graph import Step
from netcore.heads import Targets, Tracker, fuses, logs_of
from netcore.node import Node
from netcore.plan import Plan
from netcore.program import head_step

if TYPE_CHECKING:
    from netcore.models import Model

# how the equations write the weights of most layers; any other weight keeps its Keras name
SIGNS = {"kernel": "W", "bias": "b", "recurrent_kernel": "U"}


@dataclass(frozen=True)
class Quantity:
    """One line of a trace.

    Attributes:
        kind: "input", "pre_activation", "activation", "mask", "statistic", "normalised", "moving", "moving_after",
            "target", "sample_weight", "sample_loss", "penalty", "loss", "gradient", "learning_rate", "taken_gradient",
            "slot", "slot_after", "parameter", "update" or "parameter_after".
        name: as in the equations: "z1", "dL/dW1", "delta W1", "i2" for the input gate of an LSTM. The number is that
            of the layer in the model, inputs not counted.
        layer: name of the layer it belongs to; empty for inputs, targets and losses.
        value: tensors (n, …) with the samples in front, parameters in Keras's shapes, single numbers ().
        reads: of what a layer or a function made: names of what it was made from; of a loss, output and target.
    """

    kind: str
    name: str
    layer: str
    value: Array
    reads: tuple[str, ...] = ()

    def __str__(self) -> str:
        shape = f" {self.value.shape}" if self.value.ndim else ""
        return f"{self.name}{shape} = {np.array2string(self.value, precision=6, threshold=50)}"


@dataclass(frozen=True)
class Trace:
    """The quantities of one update in order; `trace["z1"]` is the array of that name.

    Attributes:
        fused: activations whose function the way back leaves out, since the loss gives the gradient before it, p - t.
    """

    quantities: tuple[Quantity, ...]
    fused: frozenset[str] = frozenset()

    def __iter__(self) -> Iterator[Quantity]:
        return iter(self.quantities)

    def __len__(self) -> int:
        return len(self.quantities)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the quantities, in order."""
        return tuple(quantity.name for quantity in self.quantities)

    def of_kind(self, kind: str) -> tuple[Quantity, ...]:
        """The quantities of one kind, in order."""
        return tuple(quantity for quantity in self.quantities if quantity.kind == kind)

    def __getitem__(self, name: str) -> Array:
        """Raises NetcoreValueError "trace.unknown": nothing of that name; lists the names."""
        for quantity in self.quantities:
            if quantity.name == name:
                return quantity.value
        raise NetcoreValueError(
            "trace.unknown",
            "The trace has nothing called {name!r}. It has: {choices}.",
            name=name,
            choices=", ".join(self.names),
        )

    def __str__(self) -> str:
        return "\n".join(str(quantity) for quantity in self.quantities)


def trace(model: "Model", arrays: Sequence[Array], targets: Sequence[Targets]) -> Trace:
    """Make the next update with these rows as one batch, write every number down, and put the model back.

    Args:
        model: compiled.
        arrays: checked inputs (n, …), one for each input of the model.
        targets: of the same rows, one for each output.
    """
    model.ready_to_train()
    before = model.training_state()
    try:
        tracer = _Tracer(model, arrays, targets)
        return Trace(tuple(tracer.run()), tracer.fused)
    finally:
        model.set_training_state(before)


class _Tracer:
    """A plan of its own for the batch, run step by step; each buffer is copied before a later step may overwrite it."""

    def __init__(self, model: "Model", arrays: Sequence[Array], targets: Sequence[Targets]) -> None:
        self.model, self.arrays, self.targets = model, arrays, targets
        graph = model.sized([(None, *array.shape[1:]) for array in arrays])
        steps = graph.steps()
        fused = [
            one.fusable and fuses(head.activation, head.loss) for one, head in zip(targets, model.heads, strict=True)
        ]
        self.plan = Plan(
            steps, graph.inputs, graph.outputs, len(arrays[0]), training=True, dtype=model.dtype, fused=fused
        )
        nodes = [node for _, node in self.plan.forwards if isinstance(node, Node)]
        self._step_of = {id(node): step for node, step in zip(nodes, steps, strict=True)}
        self._numbers = {layer.name: number for number, layer in enumerate(graph.layers, start=1)}
        self._used: Counter[str] = Counter()
        self._inner: dict[tuple[int, str], str] = {}  # id of a node, sign in its equations -> name
        self._tensors = self._name_tensors(steps)
        self._readable = self._name_readable(steps, graph.inputs)
        self._outputs = [id(tensor) for tensor in graph.outputs]
        self._weights = self._name_weights(steps)
        self.fused = frozenset(
            self._readable[output] for output, joint in zip(self._outputs, self.plan.fused, strict=True) if joint
        )

    # --- names

    def _name_tensors(self, steps: Sequence[Step]) -> dict[int, tuple[str, str, str]]:
        """Id of each tensor -> (kind, name, layer); a copy at the seam of a nested model is nothing of its own."""
        inside = {  # read by the activation function of the layer that made it
            id(step.inputs[0])
            for step in steps
            if step.layer is None and not step.operation.identity and step.inputs[0].name == step.outputs[0].name
        }
        named = {}
        for step in steps:
            if step.operation.identity:
                continue
            for tensor in step.outputs:
                kind, sign = ("pre_activation", "z") if id(tensor) in inside else ("activation", "a")
                named[id(tensor)] = (kind, self._free(f"{sign}{self._number(tensor.name)}"), tensor.name)
        return named

    def _name_readable(self, steps: Sequence[Step], inputs: Sequence[Any]) -> dict[int, str]:
        """Id of each tensor -> name of what it holds; what an identity makes has the name of what went in."""
        names = {id(one): self._one_of("x", index, len(inputs)) for index, one in enumerate(inputs)}
        for step in steps:
            for tensor in step.outputs:
                known = self._tensors.get(id(tensor))
                names[id(tensor)] = names[id(step.inputs[0])] if known is None else known[1]
        return names

    def _name_weights(self, steps: Sequence[Step]) -> list[tuple[str, Any, Any]]:
        """(name, weight, layer) of all that learns, in the order of the forward pass."""
        learning = {id(weight) for weight in self.model.trainable_weights}
        owners = {id(step.layer): step.layer for step in steps if step.layer is not None}.values()
        return [
            (self._free(f"{SIGNS.get(weight.name, weight.name)}{self._number(layer.name)}"), weight, layer)
            for layer in owners
            for weight in layer.trainable_weights
            if id(weight) in learning
        ]

    def _number(self, layer: str) -> int:
        """Place of the layer in the model; layers inside others follow."""
        return self._numbers.setdefault(layer, len(self._numbers) + 1)

    def _free(self, name: str) -> str:
        """The name, with a number where it is taken: a layer used twice has two outputs."""
        self._used[name] += 1
        return name if self._used[name] == 1 else f"{name}({self._used[name]})"

    def _inside_name(self, node: Node, sign: str) -> str:
        """Name of what the equations of one use of a layer call `sign`."""
        if (id(node), sign) not in self._inner:
            self._inner[id(node), sign] = self._free(f"{sign}{self._number(self._layer_of(node))}")
        return self._inner[id(node), sign]

    def _layer_of(self, node: Node) -> str:
        return self._step_of[id(node)].outputs[0].name

    @staticmethod
    def _one_of(sign: str, index: int, count: int) -> str:
        return sign if count == 1 else f"{sign}{index + 1}"

    # --- the update

    def run(self) -> Iterator[Quantity]:
        with np.errstate(all="ignore"):
            yield from self._forward()
            yield from self._losses()
            yield from self._backward()
            yield from self._update()

    def _forward(self) -> Iterator[Quantity]:
        for index, array in enumerate(self.arrays):
            yield Quantity("input", self._one_of("x", index, len(self.arrays)), "", array.copy())
        self.plan.feed([rows.batch(0, len(self.arrays[0])) for rows in self.model.rows(self.arrays)])
        for forward, node in self.plan.forwards:
            step = self._step_of.get(id(node))
            moving = [] if step is None or step.layer is None else _statistics(step.layer)
            before = [weight.numpy() for weight in moving]
            forward(node, training=True)
            if step is None:
                continue
            for kind, sign, array in step.operation.inside(node):
                yield Quantity(kind, self._inside_name(node, sign), self._layer_of(node), batch_first(array).copy())
            reads = tuple(self._readable[id(tensor)] for tensor in step.inputs)
            for tensor, y in zip(step.outputs, node.ys, strict=True):
                if id(tensor) in self._tensors:
                    yield Quantity(*self._tensors[id(tensor)], batch_first(y).copy(), reads)
            for weight, old in zip(moving, before, strict=True):
                yield from self._moved(weight, old, node)

    def _moved(self, weight: Any, old: Array, node: Node) -> Iterator[Quantity]:
        """A statistic that followed the batch, before and after."""
        if np.array_equal(weight.value, old, equal_nan=True):
            return
        name, layer = self._free(f"{weight.name}{self._number(self._layer_of(node))}"), self._layer_of(node)
        yield Quantity("moving", name, layer, old)
        yield Quantity("moving_after", f"{name} after", layer, weight.numpy())

    def _losses(self) -> Iterator[Quantity]:
        heads, count = self.model.heads, len(self.model.heads)
        trackers = [Tracker(head, own_metrics=True) for head in heads]
        for index, (head, one) in enumerate(zip(heads, self.targets, strict=True)):
            output = self.plan.outputs[index]
            trackers[index].update(one, output, 0, np.zeros(1, np.intp), self.plan.output_masks[index])
            if head.loss is None:
                continue
            names = self._readable[self._outputs[index]], self._one_of("y_true", index, count)
            yield Quantity("target", names[1], "", batch_first(one.encoded.ordered).copy())
            if one.weight is not None:
                weight = np.moveaxis(one.weight.ordered, -1, 0).copy()
                yield Quantity("sample_weight", self._one_of("sample_weight", index, count), "", weight)
            values = np.empty(head.loss.value_shape(output.shape), output.dtype)
            head.loss.values(one.encoded.ordered, output, values)
            values = np.moveaxis(values, -1, 0).copy()
            yield Quantity("sample_loss", self._one_of("l", index, count), "", values, names)
            if count > 1:
                yield Quantity("loss", f"L{index + 1}", "", np.array(trackers[index].loss()))
        if self.plan.penalised:
            yield Quantity("penalty", "penalty", "", np.array(self.plan.penalty()))
        yield Quantity("loss", "L", "", np.array(logs_of(trackers, self.plan.penalty())["loss"]))

    def _backward(self) -> Iterator[Quantity]:
        for index, targets in enumerate(self.targets):
            yield from self._of_loss(index, targets)
        groups = self._ways_back()
        steps = [self._step_of[id(node)] for node, _ in groups]
        last_use = {id(step.layer): place for place, step in enumerate(steps)}
        for place, ((node, calls), step) in enumerate(zip(groups, steps, strict=True)):
            for tensor, dy in zip(step.outputs, node.dys, strict=True):
                if id(tensor) in self._tensors:
                    yield self._gradient_of(id(tensor), dy)
            for backward, argument in calls:
                backward(argument)
            for sign, array in step.operation.inside_gradients(node):
                name = f"dL/d{self._inside_name(node, sign)}"
                yield Quantity("gradient", name, self._layer_of(node), batch_first(array).copy())
            for name, weight, layer in self._weights:
                if last_use.get(id(layer)) == place:
                    yield Quantity("gradient", f"dL/d{name}", layer.name, weight.gradient.copy())

    def _of_loss(self, index: int, targets: Targets) -> Iterator[Quantity]:
        """Where the way back begins: the gradient of the loss of one output, which is written for the steps."""
        head = head_step(self.model, self.plan, index, targets, 0, len(self.arrays[0]))
        if head is None:
            return
        head.weight.fill()
        yield self._share_of(index, head.weight.value)
        if self.plan.fused[index]:  # the update takes dL/dz = p - t at once; the gradient it passes by, for the eye
            loss, slope = self.model.heads[index].loss, np.empty_like(head.y_pred)
            loss.gradient(head.y_true, head.y_pred, head.weight.value, slope)  # type: ignore[union-attr]
            yield self._gradient_of(self._outputs[index], slope)
        head.write()

    def _ways_back(self) -> list[tuple[Node, list[Any]]]:
        """(node, calls) of each step's way back: its own, and the additions to what an earlier one wrote."""
        found: list[tuple[Node, list[Any]]] = []
        for call in self.plan.backwards:
            if isinstance(call[1], Node):
                found.append((call[1], []))
            found[-1][1].append(call)
        return found

    def _share_of(self, index: int, weight: Array) -> Quantity:
        """dL/dl, by which each value counts in L: 1 / n, times the weights of sample and loss."""
        head, output = self.model.heads[index], self.plan.outputs[index]
        factor = head.loss.gradient_factor(head.width)  # type: ignore[union-attr]  # a head that learns has a loss
        values = weight[..., 0, :] if weight.ndim else weight
        share = np.broadcast_to(values / factor, head.loss.value_shape(output.shape))  # type: ignore[union-attr]
        name = self._one_of("l", index, len(self.model.heads))
        return Quantity("gradient", f"dL/d{name}", "", np.moveaxis(share, -1, 0).copy())

    def _gradient_of(self, tensor: int, dy: Array) -> Quantity:
        _, name, layer = self._tensors[tensor]
        return Quantity("gradient", f"dL/d{name}", layer, batch_first(dy).copy())

    def _update(self) -> Iterator[Quantity]:
        optimizer = self.model.optimizer
        yield Quantity("learning_rate", "learning_rate", "", np.array(float(optimizer.learning_rate)))
        before = [weight.numpy() for _, weight, _ in self._weights]
        came = [weight.gradient.copy() for _, weight, _ in self._weights]
        slots = [self._slots_of(weight) for _, weight, _ in self._weights]
        taken: list[Array] = []
        optimizer.apply(lambda: taken.extend(weight.gradient.copy() for _, weight, _ in self._weights))
        for index, (name, weight, layer) in enumerate(self._weights):
            if taken and not np.array_equal(taken[index], came[index], equal_nan=True):
                yield Quantity("taken_gradient", f"g {name}", layer.name, taken[index])
            after = self._slots_of(weight)
            for slot, old in slots[index].items():
                yield Quantity("slot", f"{slot} {name}", layer.name, old)
                yield Quantity("slot_after", f"{slot} {name} after", layer.name, after[slot])
            yield Quantity("parameter", name, layer.name, before[index])
            yield Quantity("update", f"delta {name}", layer.name, weight.value - before[index])
            yield Quantity("parameter_after", f"{name} after", layer.name, weight.numpy())

    def _slots_of(self, weight: Any) -> dict[str, Array]:
        """What the optimizer remembers of a weight, as its equations call and count it."""
        optimizer, here = self.model.optimizer, slice(weight.offset, weight.offset + weight.size)
        return {
            name: (slot[here] * optimizer.slot_scale(name)).reshape(weight.shape)
            for name, slot in optimizer.slots.items()
        }


def _statistics(layer: Any) -> list[Any]:
    """The weights of a layer that follow the batches instead of learning."""
    return [weight for weight in layer.non_trainable_weights if not weight.trainable]
