"""The graph of a model: symbolic tensors, and nodes that say which layer makes which tensor from which.

Calling a layer on a tensor adds a node; a layer called twice has two nodes and one set of weights.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from netcore.config import floatx
from netcore.errors import NetcoreValueError
from netcore.names import unique_name
from netcore.node import Operation
from netcore.penalties import ActivityPenalty
from netcore.regularizers import get as regularizer_of

if TYPE_CHECKING:
    from netcore.layers.layer import Layer

Shape: TypeAlias = tuple[int | None, ...]  # with the batch axis, None, in front
SIZES_KEPT = 64  # lengths of sequences (and other open sizes) whose graph is kept


@dataclass(eq=False)
class Tensor:
    """A place where an array will flow: shape (None, d) with the batch axis in front, and the graph node that makes it.

    `repeats` is how many columns of the batch axis one sample takes, more than 1 where time steps count as samples.
    """

    shape: Shape
    dtype: str
    name: str
    source: "GraphNode | None" = None
    repeats: int = 1

    @property
    def inner_shape(self) -> tuple[int, ...]:
        """Shape without the batch axis."""
        return tuple(size or 1 for size in self.shape[1:])

    @property
    def ndim(self) -> int:
        """Number of axes, batch axis included."""
        return len(self.shape)


@dataclass(eq=False)
class GraphNode:
    """One call of a layer; `listed` says whether it was given a list of tensors."""

    layer: "Layer | None"
    inputs: tuple[Tensor, ...]
    outputs: tuple[Tensor, ...] = ()
    listed: bool = False


@dataclass(eq=False)
class Step:
    """One operation in the order of computation; `layer` owns the weights that it uses.

    `mask_from` is the tensor whose mask counts, where that is not the first input.
    """

    operation: Operation
    layer: "Layer | None"
    inputs: tuple[Tensor, ...]
    outputs: tuple[Tensor, ...]
    mask_from: Tensor | None = None

    def masked_inputs(self, masked: set[int]) -> list[bool]:
        """Which inputs come with a mask, if the tensors with ids in `masked` do."""
        sources = self.inputs if self.mask_from is None else (self.mask_from,)
        return [id(tensor) in masked for tensor in sources]


@dataclass
class Graph:
    """Everything between `inputs` and `outputs`.

    Attributes:
        nodes: calls of layers, inputs before what uses them.
        layers: each layer once, in Keras's order (by distance from the output, then as met).
        stations: the same with the input tensors among them.

    Raises:
        NetcoreValueError "graph.disconnected": an output depends on a tensor that is not among the inputs.
    """

    inputs: tuple[Tensor, ...]
    outputs: tuple[Tensor, ...]
    nodes: list[GraphNode] = field(default_factory=list)
    layers: "list[Layer]" = field(default_factory=list)
    stations: "list[Layer | Tensor]" = field(default_factory=list)

    def __post_init__(self) -> None:
        self._sized: dict[tuple[tuple[int | None, ...], ...], Graph] = {}
        self._collect()
        self._order_layers()

    def _collect(self) -> None:
        """Depth-first from the outputs, without recursion: a thousand layers must not end in a RecursionError."""
        done: set[int] = set()
        stack: list[tuple[Tensor, bool]] = [(tensor, False) for tensor in reversed(self.outputs)]
        while stack:
            tensor, inputs_done = stack.pop()
            if any(tensor is known for known in self.inputs):
                continue
            node = tensor.source
            if node is None:
                raise NetcoreValueError(
                    "graph.disconnected",
                    "The output depends on the input {name!r}, which is not among the inputs of the model. "
                    "Add it to Model(inputs=…).",
                    name=tensor.name,
                )
            if id(node) in done:
                continue
            if inputs_done:
                done.add(id(node))
                self.nodes.append(node)
            else:
                stack.append((tensor, True))
                stack.extend((source, False) for source in reversed(node.inputs))

    def _order_layers(self) -> None:
        depth: dict[int, int] = {}  # distance of a node from the output
        for node in reversed(self.nodes):
            here = depth.setdefault(id(node), 0)
            for tensor in node.inputs:
                if tensor.source is not None:
                    depth[id(tensor.source)] = max(depth.get(id(tensor.source), 0), here + 1)
        entering = {id(tensor) for tensor in self.inputs}
        farthest: dict[int, int] = {id(tensor): 0 for tensor in self.inputs}  # inputs that nobody reads come last
        found: dict[int, Layer | Tensor] = {}
        for node in self.nodes:
            assert node.layer is not None  # noqa: S101  # inputs have no node in the list
            for tensor in node.inputs:
                if id(tensor) in entering:
                    found.setdefault(id(tensor), tensor)
                    farthest[id(tensor)] = max(farthest[id(tensor)], depth[id(node)] + 1)
            found.setdefault(id(node.layer), node.layer)
            farthest[id(node.layer)] = max(farthest.get(id(node.layer), 0), depth[id(node)])
        unread = [tensor for tensor in self.inputs if id(tensor) not in found]
        self.stations = sorted([*unread, *found.values()], key=lambda station: -farthest[id(station)])
        self.layers = [station for station in self.stations if not isinstance(station, Tensor)]
        # Keras runs nodes farthest from the output first, equally far ones as met from there: a BatchNormalization
        # that two branches share follows their batches in this order
        met = {node: place for place, node in enumerate(depth)}
        self.nodes.sort(key=lambda node: (-depth[id(node)], met[id(node)]))
        self._depths = [depth[id(node)] for node in self.nodes]

    def depths(self) -> list[int]:
        """For each of the nodes its distance from the output."""
        return self._depths

    def sized(self, shapes: Sequence[Shape]) -> "Graph":
        """The same calls of the same layers for inputs of those shapes, where this graph leaves sizes open (None)."""
        sizes = tuple(tuple(shape[1:]) for shape in shapes)
        if sizes == tuple(tuple(tensor.shape[1:]) for tensor in self.inputs):
            return self
        if sizes not in self._sized:
            if len(self._sized) >= SIZES_KEPT:
                self._sized.clear()
            self._sized[sizes] = self._resized(sizes)
        return self._sized[sizes]

    def _resized(self, sizes: Sequence[tuple[int | None, ...]]) -> "Graph":
        inputs = tuple(
            Tensor((None, *size), tensor.dtype, tensor.name) for size, tensor in zip(sizes, self.inputs, strict=True)
        )
        actual = {id(old): new for old, new in zip(self.inputs, inputs, strict=True)}
        for node in self.nodes:
            assert node.layer is not None  # noqa: S101
            made = GraphNode(node.layer, tuple(actual[id(tensor)] for tensor in node.inputs))
            shapes = [tensor.shape for tensor in made.inputs]
            alone = len(shapes) == 1 and not node.layer.several_inputs
            result = node.layer.compute_output_shape(shapes[0] if alone else shapes)
            made.outputs = tuple(
                Tensor(tuple(shape), old.dtype, old.name, made)
                for shape, old in zip(result if isinstance(result, list) else [result], node.outputs, strict=True)
            )
            actual |= {id(old): new for old, new in zip(node.outputs, made.outputs, strict=True)}
        return Graph(inputs, tuple(actual[id(tensor)] for tensor in self.outputs))

    def steps(self) -> list[Step]:
        """The operations in order; a layer may be several (Dense and its activation), a nested model many."""
        return _expand(self, {})


def _expand(graph: Graph, actual: dict[int, Tensor], repeats: int = 1, *, penalised: bool = True) -> list[Step]:
    """Steps of a graph; `actual` maps the tensors of a nested model to those of the model around it.

    `repeats` is how many samples one of the model around counts for inside; `penalised` says whether penalties on
    outputs count.
    """
    steps: list[Step] = []
    for node in graph.nodes:
        layer = node.layer
        assert layer is not None  # noqa: S101
        inputs = tuple(actual.get(id(tensor), tensor) for tensor in node.inputs)
        # every use of a nested model needs tensors of its own
        outputs = (
            tuple(actual.setdefault(id(tensor), twin(tensor, repeats)) for tensor in node.outputs)
            if actual
            else node.outputs
        )
        regularizer = regularizer_of(layer.output_penalty) if penalised else None
        plain = outputs if regularizer is None else tuple(twin(tensor, tensor.repeats) for tensor in outputs)
        inner: Graph | None = layer.inner_graph([tensor.shape for tensor in inputs])
        if inner is not None:
            steps += _inside(inner, inputs, plain, time_as_samples=layer.time_as_samples)
        else:
            for operation, after in _chain(layer.operations(), plain):
                steps.append(Step(operation, layer if operation is layer else None, inputs, after))
                inputs = after
        if regularizer is not None:
            penalty = ActivityPenalty(regularizer, layer, repeats)
            steps += [Step(penalty, None, (one,), (after,)) for one, after in zip(plain, outputs, strict=True)]
    return steps


def _inside(
    inner: Graph, inputs: tuple[Tensor, ...], outputs: tuple[Tensor, ...], *, time_as_samples: bool
) -> list[Step]:
    """Steps of a nested graph between tensors of the graph around it."""
    steps: list[Step] = []
    entering = list(inputs)
    if time_as_samples:
        for index, tensor in enumerate(inputs):
            repeats = tensor.repeats * (tensor.shape[1] or 1)
            entering[index] = Tensor((None, *tensor.shape[2:]), tensor.dtype, tensor.name, repeats=repeats)
            steps.append(Step(FOLD, None, (tensor,), (entering[index],)))
    names = {id(symbol): tensor for symbol, tensor in zip(inner.inputs, entering, strict=True)}
    # Keras's TimeDistributed takes the equations of its layer only, without the penalty on the layer's outputs
    steps += _expand(inner, names, entering[0].repeats, penalised=not time_as_samples)
    for symbol, tensor in zip(inner.outputs, outputs, strict=True):
        made = names[id(symbol)]
        if time_as_samples:
            steps.append(Step(UNFOLD, None, (made,), (tensor,), mask_from=inputs[0]))
        else:
            steps.append(Step(COPY, None, (made,), (tensor,)))
    return steps


def _chain(operations: list[Operation], outputs: tuple[Tensor, ...]) -> list[tuple[Operation, tuple[Tensor, ...]]]:
    """Each operation of a layer with the tensors that it makes; the last one makes `outputs`."""
    chain = [(operations[-1], outputs)]
    for before, operation in zip(operations[-2::-1], operations[:0:-1], strict=True):
        made = chain[0][1][0]
        tensor = Tensor(operation.shape_before(made.shape), made.dtype, made.name, repeats=made.repeats)
        chain.insert(0, (before, (tensor,)))
    return chain


def twin(tensor: Tensor, repeats: int) -> Tensor:
    """A tensor like that one, made by somebody else."""
    return Tensor(tensor.shape, tensor.dtype, tensor.name, repeats=repeats)


def masked_tensors(steps: Sequence[Step], given: Iterable[int] = ()) -> set[int]:
    """Ids of the tensors that come with a mask: those `given`, and what operations make of them or by themselves."""
    masked = set(given)
    for step in steps:
        if step.operation.masks_output(step.masked_inputs(masked)):
            masked.add(id(step.outputs[0]))
    return masked


class _Copy(Operation):
    """y = x, usually in the same place: the seam of a nested model."""

    in_place = True
    keeps_mask = True
    stackable = True
    identity = True
    taped = True

    def forward(self, node: Any, *, training: bool) -> None:
        if node.y is not node.x and not _same_memory(node.y, node.x):
            np.copyto(node.y, node.x)

    def backward(self, node: Any) -> None:
        if node.dx is not node.dy and not _same_memory(node.dx, node.dy):
            np.copyto(node.dx, node.dy)


def _same_memory(a: Any, b: Any) -> bool:
    return bool(a.__array_interface__["data"] == b.__array_interface__["data"])


class _Fold(Operation):
    """(t, …, n) -> (…, t * n): every time step of every sample becomes a sample of its own."""

    reads_mask = True

    def forward(self, node: Any, *, training: bool) -> None:
        np.copyto(_unfolded(node.y, len(node.x)), node.x)

    def backward(self, node: Any) -> None:
        np.copyto(node.dx, _unfolded(node.dy, len(node.dx)))


class _Unfold(Operation):
    """(…, t * n) -> (t, …, n): the way back."""

    keeps_mask = True

    def forward(self, node: Any, *, training: bool) -> None:
        np.copyto(node.y, _unfolded(node.x, len(node.y)))

    def backward(self, node: Any) -> None:
        np.copyto(_unfolded(node.dx, len(node.dy)), node.dy)


def _unfolded(array: Any, t: int) -> Any:
    """(…, t * n) seen as (t, …, n)."""
    return np.moveaxis(array.reshape(*array.shape[:-1], t, -1), -2, 0)


COPY, FOLD, UNFOLD = _Copy(), _Fold(), _Unfold()


def Input(
    shape: Sequence[int | None] | None = None,
    batch_size: int | None = None,
    dtype: str | None = None,
    sparse: bool | None = None,
    ragged: bool | None = None,
    batch_shape: Sequence[int | None] | None = None,
    name: str | None = None,
    tensor: Tensor | None = None,
    optional: bool = False,
) -> Tensor:
    """The place where data enters: `shape` without the batch axis, such as Input((4,)).

    `batch_size` (or `batch_shape`, which begins with it) says how many samples a batch will have; it shows in shapes
    and configs, and other batches are taken too. `sparse`, `ragged` and `optional` are accepted for Keras programs;
    without effect.

    Raises:
        NetcoreValueError "input.shape": no shape, or one with an entry that is not a positive whole number or None.
        NetcoreValueError "input.two_shapes": `shape` and `batch_shape`.
    """
    if tensor is not None:
        return tensor
    if batch_shape is not None:
        if shape is not None:
            raise NetcoreValueError("input.two_shapes", "Input: give either `shape` or `batch_shape`, not both.")
        batch_size, *shape = batch_shape
    listed = isinstance(shape, list | tuple)
    if not listed or not all(_is_size(size) for size in (batch_size, *shape)):  # type: ignore[misc]  # it is listed
        raise NetcoreValueError(
            "input.shape",
            "Input: `shape` must be a tuple of positive whole numbers without the batch axis, but got {value!r}. "
            "Try Input(shape=(4,)).",
            value=shape,
        )
    return Tensor((batch_size, *shape), dtype or floatx(), name or unique_name("InputLayer"))  # type: ignore[misc]


def _is_size(size: Any) -> bool:
    return size is None or (isinstance(size, int) and size > 0)
