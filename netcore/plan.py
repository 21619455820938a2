"""Plan: all buffers of a graph for one batch size, and the operations that run on them, forward and backward.

Everything is allocated once; a step only fills it. The same rules for every graph:

* Operations that may work in place (activations, reshapes) get one buffer for input and output.
* A tensor that some operation wants with a row of ones lies in a block one row higher; its producer writes the rest.
* The first use of a tensor or weight, in backward order, writes its gradient; later uses write into scratch, which is
  added.
* A mask is one (t, n) array, filled where it arises and seen by all operations that it reaches.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from netcore.config import Array
from netcore.graph import Step, Tensor, masked_tensors
from netcore.node import Node, Operation, spread_mask
from netcore.parameters import Weight
from netcore.penalties import ActivityPenalty, add_weight_penalty


class Buffer:
    """Where a tensor lies: `value` has its shape, the batch axis last; `block` may be a row of ones higher."""

    def __init__(self, shape: tuple[int, ...], with_ones: bool, dtype: Any) -> None:
        rows = shape[-2] + 1 if with_ones else shape[-2]
        self.block: Array = np.empty((*shape[:-2], rows, shape[-1]), dtype)
        if with_ones:
            self.block[..., -1, :] = 1
        self.value: Array = self.block[..., : shape[-2], :]


class Plan:
    """The training or inference step of a graph for `n` samples.

    Args:
        steps: operations in order.
        inputs, outputs: the graph's tensors.
        n: batch size.
        training: whether gradients are wanted and dropout is on.
        fused: for each output, whether the gradient of the loss will be given with respect to what enters
            the last activation, which is then left out of the way back.
        input_masks: masks (t, n) that the first inputs come with, None for those without.

    Attributes:
        outputs: what the model computes, each (k, n).
        output_gradients: where the gradient of the loss goes, None where no weight depends on it.
        step_masks: for each output the mask (t, n) of its time steps, or None.
        output_masks: the same, with one axis for each of the output's but the features', (t, 1, …, n).
        penalised: whether regularizers add something to the loss.
        fused: as the argument, False where the graph does not allow it.
    """

    def __init__(
        self,
        steps: Sequence[Step],
        inputs: Sequence[Tensor],
        outputs: Sequence[Tensor],
        n: int,
        *,
        training: bool,
        dtype: Any,
        fused: Sequence[bool] = (),
        input_masks: Sequence[Array | None] = (),
    ) -> None:
        self.training = training
        self._n, self._dtype = n, dtype
        self._inputs = list(inputs)
        self._uses = Counter(id(tensor) for step in steps for tensor in step.inputs)
        self._uses.update(id(tensor) for tensor in outputs)
        self._wants_ones = {id(step.inputs[0]) for step in steps if step.operation.wants_ones}
        self._kept = {id(tensor) for step in steps if step.operation.needs_y for tensor in step.outputs}
        self._buffers: dict[int, Buffer] = {}
        self._gradients: dict[int, Array] = {}
        self._make_buffers(steps, outputs)
        self.outputs = [self._buffers[id(tensor)].value for tensor in outputs]
        self.fused = [False] * len(outputs)
        self._nodes = [self._make_node(step) for step in steps]
        self.forwards: list[tuple[Callable[..., None], Any]] = []
        given = {id(one): mask for one, mask in zip(inputs, input_masks, strict=False) if mask is not None}
        masks = self._plan_forward(steps, given)
        self.step_masks = [masks.get(id(tensor)) for tensor in outputs]
        self.output_masks = [
            None if mask is None else spread_mask(mask, output.ndim - 1)
            for mask, output in zip(self.step_masks, self.outputs, strict=True)
        ]
        self.backwards: list[tuple[Callable[[Any], None], Any]] = []
        self.output_gradients: list[Any] = [None] * len(outputs)
        if training:
            self._plan_backward(steps, outputs, fused)
        for step, node in zip(steps, self._nodes, strict=True):
            step.operation.prepare(node, training=training)
        layers = {id(step.layer): step.layer for step in steps if step.layer is not None}.values()
        self._penalised_weights = [weight for layer in layers for weight in penalised_weights(layer)]
        self._penalised_nodes = [
            node for step, node in zip(steps, self._nodes, strict=True) if isinstance(step.operation, ActivityPenalty)
        ]
        self.penalised = bool(self._penalised_weights or self._penalised_nodes)
        self._feeds = [
            (node, slot, position, step.operation.wants_ones)
            for step, node in zip(steps, self._nodes, strict=True)
            for slot, tensor in enumerate(step.inputs)
            for position, source in enumerate(inputs)
            if tensor is source
        ]

    # --- one step

    def feed(self, blocks: Sequence[tuple[Array, Array]]) -> None:
        """Point the graph at a batch: for each input (with a row of ones if wanted, without)."""
        for node, slot, position, wants_ones in self._feeds:
            x = blocks[position][0 if wants_ones else 1]
            node.xs[slot] = x
            if slot == 0:
                node.x = x

    def reading_inputs(self) -> list[Node]:
        """The nodes that `feed` points at the batch."""
        return [node for node, *_ in self._feeds]

    def forward(self) -> None:
        training = self.training
        for forward, node in self.forwards:
            forward(node, training=training)

    def backward(self) -> None:
        for backward, argument in self.backwards:
            backward(argument)

    def penalty(self) -> float:
        """What the regularizers add to the loss of the batch of the last forward."""
        on_weights = sum(weight.regularizer.value(weight.value) for weight in self._penalised_weights)
        return float(on_weights + sum(node.scratch[0] for node in self._penalised_nodes))

    # --- building

    def _shape(self, tensor: Tensor) -> tuple[int, ...]:
        return (*tensor.inner_shape, self._n * tensor.repeats)

    def _is_input(self, tensor: Tensor) -> bool:
        return any(tensor is source for source in self._inputs)

    def _shares(self, step: Step) -> bool:
        """Whether input and output of a step may lie in the same place."""
        x = step.inputs[0]
        alone = not self._is_input(x) and self._uses[id(x)] == 1
        return step.operation.in_place and alone and not (self.training and id(x) in self._kept)

    def _make_buffers(self, steps: Sequence[Step], outputs: Sequence[Tensor]) -> None:
        for tensor in outputs:
            self._ensure(tensor)
        for step in reversed(steps):
            for tensor in step.outputs:
                self._ensure(tensor)
            if self._shares(step):
                x, y = step.inputs[0], step.outputs[0]
                shared = object.__new__(Buffer)
                shared.value = shared.block = self._buffers[id(y)].value.reshape(self._shape(x))
                self._buffers[id(x)] = shared
        for tensor in self._inputs:
            self._ensure(tensor)

    def _ensure(self, tensor: Tensor) -> None:
        if id(tensor) in self._buffers:
            return
        shape = self._shape(tensor)
        if self._is_input(tensor):  # stands in until `feed`; holds no memory
            placeholder = object.__new__(Buffer)
            placeholder.value = np.broadcast_to(np.zeros((), self._dtype), shape)
            placeholder.block = np.broadcast_to(np.zeros((), self._dtype), (*shape[:-2], shape[-2] + 1, shape[-1]))
            self._buffers[id(tensor)] = placeholder
        else:
            self._buffers[id(tensor)] = Buffer(shape, id(tensor) in self._wants_ones, self._dtype)

    def _make_node(self, step: Step) -> Node:
        found = [self._buffers[id(tensor)] for tensor in step.inputs]
        xs = [buffer.block if step.operation.wants_ones else buffer.value for buffer in found]
        ys = [self._buffers[id(tensor)].value for tensor in step.outputs]
        node = Node(xs, ys, [None] * len(xs), [])
        node.repeats = step.inputs[0].repeats
        return node

    def _plan_forward(self, steps: Sequence[Step], masks: dict[int, Array]) -> dict[int, Array]:
        """Put the operations in order, and add to `masks`, tensor by tensor, those that they make and hand on."""
        masked = masked_tensors(steps, set(masks))
        for step, node in zip(steps, self._nodes, strict=True):
            sources = step.inputs if step.mask_from is None else (step.mask_from,)
            node.masks = [masks.get(id(tensor)) for tensor in sources]
            node.mask = node.masks[0]
            self.forwards.append((step.operation.forward, node))
            made = step.outputs[0]
            if id(made) not in masked:
                continue
            if step.operation.makes_mask:
                node.y_mask = np.ones((*node.y.shape[:-2], node.y.shape[-1]), bool)
                masks[id(made)] = node.y_mask
            elif step.operation.joins_masks:
                masks[id(made)] = self._joined(step.operation, node)
            else:
                masks[id(made)] = next(one for one in node.masks if one is not None)
        return masks

    def _joined(self, operation: Operation, node: Node) -> Array:
        """The mask of a merge, which a forward of its own fills, or that of its inputs if they share one."""
        axes = max(one.ndim for one in node.masks if one is not None)
        shape = (*node.y.shape[: axes - 1], node.y.shape[-1])
        if node.mask is not None and node.mask.shape == shape and all(one is node.mask for one in node.masks):
            return node.mask
        joined = np.ones(shape, bool)
        self.forwards.append((_join_masks, (operation, node, joined)))
        return joined

    def _plan_backward(self, steps: Sequence[Step], outputs: Sequence[Tensor], fused: Sequence[bool]) -> None:
        needed: set[int] = set()
        for step in steps:
            learns = step.layer is not None and bool(step.layer.trainable_weights)
            if learns or any(id(tensor) in needed for tensor in step.inputs):
                needed.update(id(tensor) for tensor in step.outputs)
        self._make_gradients(steps, outputs, needed)
        skipped = self._fuse(steps, outputs, fused, needed)
        written: set[int] = {id(tensor) for tensor in outputs}
        used: set[int] = set()
        for step, node in reversed(list(zip(steps, self._nodes, strict=True))):
            if id(step.outputs[0]) not in needed:
                continue
            node.dys = [self._gradients[id(tensor)] for tensor in step.outputs]
            additions = [] if step in skipped else self._point_gradients(step, node, needed, written)
            penalised = [] if step.layer is None or id(step.layer) in used else penalised_weights(step.layer)
            additions += self._point_weights(step, node, used)
            node.dx, node.dy = node.dxs[0], node.dys[0]
            if step not in skipped:
                self.backwards.append((step.operation.backward, node))
            self.backwards += [(add_up, pair) for pair in additions]
            self.backwards += [(add_weight_penalty, weight) for weight in penalised]

    def _make_gradients(self, steps: Sequence[Step], outputs: Sequence[Tensor], needed: set[int]) -> None:
        for tensor in outputs:
            if id(tensor) in needed and id(tensor) not in self._gradients:
                self._gradients[id(tensor)] = np.zeros(self._shape(tensor), self._dtype)
        for step in reversed(steps):
            for tensor in (*step.outputs, *step.inputs):
                if id(tensor) not in needed or id(tensor) in self._gradients:
                    continue
                if tensor is step.inputs[0] and self._shares(step):
                    gradient = self._gradients[id(step.outputs[0])].reshape(self._shape(tensor))
                else:
                    gradient = np.zeros(self._shape(tensor), self._dtype)
                self._gradients[id(tensor)] = gradient

    def _fuse(
        self, steps: Sequence[Step], outputs: Sequence[Tensor], fused: Sequence[bool], needed: set[int]
    ) -> list[Step]:
        """Decide where the loss writes; the steps that it makes unnecessary."""
        skipped = []
        for index, tensor in enumerate(outputs):
            if id(tensor) not in needed:
                continue
            self.output_gradients[index] = self._gradients[id(tensor)]
            if not (index < len(fused) and fused[index]):
                continue
            last = next(step for step in steps if any(tensor is made for made in step.outputs))
            before = last.inputs[0]
            if self._uses[id(tensor)] == 1 and self._uses[id(before)] == 1 and id(before) in needed:
                self.output_gradients[index] = self._gradients[id(before)]
                self.fused[index] = True
                skipped.append(last)
        return skipped

    def _point_gradients(
        self, step: Step, node: Node, needed: set[int], written: set[int]
    ) -> list[tuple[Array, Array]]:
        """Tell the node where the gradients of its inputs go; what has to be added afterwards."""
        additions = []
        for slot, tensor in enumerate(step.inputs):
            if id(tensor) not in needed:
                continue
            target = self._gradients[id(tensor)]
            if id(tensor) in written:
                node.dxs[slot] = np.zeros_like(target)
                additions.append((target, node.dxs[slot]))
            else:
                node.dxs[slot] = target
                written.add(id(tensor))
        return additions  # type: ignore[return-value]  # every listed slot has just been filled

    def _point_weights(self, step: Step, node: Node, used: set[int]) -> list[tuple[Array, Array]]:
        """Tell the node where the gradients of the layer's weights go."""
        if step.layer is None:
            return []
        if id(step.layer) not in used:
            used.add(id(step.layer))
            node.gradient = dict(step.layer.gradients)
            return []
        node.gradient, additions = step.layer.scratch_gradients()
        return additions


def penalised_weights(layer: Any) -> list[Any]:
    """The weights of a layer that learn under a penalty."""
    weights: list[Weight] = layer.trainable_weights
    return [weight for weight in weights if weight.regularizer is not None]


def _join_masks(merge: tuple[Operation, Node, Array], *, training: bool) -> None:
    """Forward of a merge's mask."""
    operation, node, joined = merge
    operation.join_masks(node, joined)


def add_up(pair: tuple[Array, Array]) -> None:
    """total += scratch: what a later use of a tensor or weight adds to its gradient."""
    total, scratch = pair
    np.add(total, scratch, total)
