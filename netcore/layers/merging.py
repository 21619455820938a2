"""Merging: several tensors become one, number by number or side by side.

Shapes may differ where one of them has size 1, or has fewer axes: such a tensor counts for all places along that axis,
and its gradient is the sum over them.
"""

import math
from typing import Any, ClassVar

import numpy as np

from netcore import config
from netcore.arguments import Bool, Int, Ints
from netcore.config import Array, scalar
from netcore.errors import NetcoreValueError
from netcore.graph import Shape
from netcore.layers.layer import LAYERS, Layer
from netcore.layers.normalization import AXIS, place_of
from netcore.node import Node, spread_mask


class Merge(Layer):
    """Base of the layers that are called on a list of tensors.

    Raises:
        NetcoreValueError "merge.list": called on a single tensor.
        NetcoreValueError "merge.count": called on another number of tensors than the layer takes.
        NetcoreValueError "merge.shapes": the shapes do not fit together.
    """

    several_inputs = True
    keeps_mask = True
    joins_masks = True
    exactly: ClassVar[int | None] = None

    def check_input(self, shapes: list[Shape]) -> None:
        super().check_input(shapes)
        if self.exactly is not None and len(shapes) != self.exactly:
            raise NetcoreValueError(
                "merge.count",
                "{owner} takes exactly {expected} tensors, but got {given}: {shapes}.",
                owner=type(self).__name__,
                expected=self.exactly,
                given=len(shapes),
                shapes=", ".join(str(shape) for shape in shapes),
            )

    def build(self, input_shape: Any) -> None:
        if not isinstance(input_shape, list):
            raise NetcoreValueError(
                "merge.list",
                "A merge layer takes a list of tensors, but {name} got one tensor of shape {shape}. "
                "Try {owner}()([a, b]).",
                name=self.name,
                shape=input_shape,
                owner=type(self).__name__,
            )

    def refuse(self, shapes: list[Shape]) -> NetcoreValueError:
        """The error for shapes that do not fit together."""
        return NetcoreValueError(
            "merge.shapes",
            "Layer {name}: these shapes do not fit together: {shapes}.",
            name=self.name,
            shapes=", ".join(str(shape) for shape in shapes),
        )


def batch_of(shapes: list[Shape]) -> int | None:
    """The number of samples, if one of the shapes says it."""
    return next((shape[0] for shape in shapes if shape[0] is not None), None)


class Elementwise(Merge):
    """Base of the merges that work number by number."""

    def compute_output_shape(self, input_shape: Any) -> Shape:
        shapes: list[Shape] = input_shape
        found: list[int | None] = []
        longest = max(len(shape) for shape in shapes) - 1
        for place in range(-longest, 0):
            sizes = {shape[place] for shape in shapes if len(shape) - 1 >= -place} - {1}
            if len(sizes - {None}) > 1:
                raise self.refuse(shapes)
            found.append(None if None in sizes else next(iter(sizes), 1))
        return (batch_of(shapes), *found)

    def prepare(self, node: Node, *, training: bool) -> None:
        node.scratch = [
            None if dx is None else (_summed_axes(dx.shape, node.y.shape), np.empty(node.y.shape, node.y.dtype))
            for dx in node.dxs
        ]

    def forward(self, node: Node, *, training: bool) -> None:
        xs = self.seen(node)
        self.start(xs[0], xs[1] if len(xs) > 1 else None, node.y)
        for x in xs[2:]:
            self.start(node.y, x, node.y)

    def seen(self, node: Node) -> list[Array]:
        """The inputs as they count."""
        return node.xs

    def start(self, a: Array, b: Array | None, out: Array) -> None:
        """out from two inputs; b is None if there is only one."""
        raise NotImplementedError

    def share(self, node: Node, index: int, out: Array) -> None:
        """Gradient of input `index`, at every number of y."""
        raise NotImplementedError

    def backward(self, node: Node) -> None:
        for index, (dx, scratch) in enumerate(zip(node.dxs, node.scratch, strict=True)):
            if dx is None:
                continue
            axes, whole = scratch
            if axes:
                self.share(node, index, whole)
                dx[...] = whole.sum(axis=axes).reshape(dx.shape)
            else:
                self.share(node, index, dx)


def _summed_axes(small: tuple[int, ...], large: tuple[int, ...]) -> tuple[int, ...]:
    """Axes of `large` along which an array of shape `small` is repeated."""
    padded = (1,) * (len(large) - len(small)) + small
    return tuple(
        axis for axis, (a, b) in enumerate(zip(padded, large, strict=True)) if a != b or axis < len(large) - len(small)
    )


@LAYERS.add
class Add(Elementwise):
    """outputs = a + b + …; each input gets the gradient as it is.

    Shapes: list of (n, …) -> (n, …); no weights. Raises: as Merge. Source: as keras.layers.Add; He et al. (2015).
    """

    def start(self, a: Array, b: Array | None, out: Array) -> None:
        np.add(a, 0 if b is None else b, out)

    def share(self, node: Node, index: int, out: Array) -> None:
        np.copyto(out, node.dy)


@LAYERS.add
class Subtract(Elementwise):
    """outputs = a - b, for exactly two inputs; the gradient of b is -dy.

    Shapes: list of two (n, …) -> (n, …); no weights. Raises: as Merge. Source: as keras.layers.Subtract.
    """

    exactly = 2

    def start(self, a: Array, b: Array | None, out: Array) -> None:
        np.subtract(a, b, out)  # type: ignore[arg-type]  # there are exactly two

    def share(self, node: Node, index: int, out: Array) -> None:
        if index == 0:
            np.copyto(out, node.dy)
        else:
            np.negative(node.dy, out)


class OfThoseThere(Elementwise):
    """Base of the merges in which a time step that the mask of an input calls missing leaves it to the others."""

    neutral: ClassVar[float]  # what changes nothing: 1 in a product, -inf among numbers of which the largest is taken

    def seen(self, node: Node) -> list[Array]:
        return [
            x if mask is None else np.where(spread_mask(mask, x.ndim), x, x.dtype.type(self.neutral))
            for x, mask in zip(node.xs, node.masks, strict=True)
        ]

    def nowhere(self, node: Node) -> Array | None:
        """(t, …, n) of bool: the steps that no input has; None where some input has them all."""
        masks = [mask for mask in node.masks if mask is not None]
        if len(masks) < len(node.xs):
            return None
        there: Array = np.logical_or.reduce(np.broadcast_arrays(*[spread_mask(mask, node.y.ndim) for mask in masks]))
        return ~there


@LAYERS.add
class Multiply(OfThoseThere):
    """outputs = a * b * …; the gradient of each input is dy times the product of the others.

    A missing time step of one input counts as 1; where all have it missing, outputs = 0.

    Shapes: list of (n, …) -> (n, …); no weights. Raises: as Merge. Source: as keras.layers.Multiply.
    """

    neutral = 1.0

    def forward(self, node: Node, *, training: bool) -> None:
        super().forward(node, training=training)
        nowhere = self.nowhere(node)
        if nowhere is not None:
            np.copyto(node.y, 0, where=nowhere)

    def start(self, a: Array, b: Array | None, out: Array) -> None:
        np.multiply(a, 1 if b is None else b, out)

    def share(self, node: Node, index: int, out: Array) -> None:
        np.copyto(out, node.dy)
        for other, x in enumerate(self.seen(node)):
            if other != index:
                np.multiply(out, x, out)
        mask = node.masks[index]
        if mask is not None:
            np.multiply(out, spread_mask(mask, out.ndim), out)


@LAYERS.add
class Average(Elementwise):
    """outputs = (a + b + …) / k for k inputs; each gets dy / k.

    Shapes: list of (n, …) -> (n, …); no weights. Raises: as Merge. Source: as keras.layers.Average.

    Backward: d(each input) = dy / k.
    """

    def forward(self, node: Node, *, training: bool) -> None:
        super().forward(node, training=training)
        np.multiply(node.y, scalar(1 / len(node.xs), node.y.dtype), node.y)

    def start(self, a: Array, b: Array | None, out: Array) -> None:
        np.add(a, 0 if b is None else b, out)

    def share(self, node: Node, index: int, out: Array) -> None:
        np.multiply(node.dy, scalar(1 / len(node.xs), out.dtype), out)


class Extreme(OfThoseThere):
    """Base of Maximum and Minimum: with more than two inputs, one after the other, as Keras does.

    The gradient goes to the input whose number was taken; where two tie, half to each. Where no input has a time step,
    the first is taken.
    """

    choose: ClassVar[Any]
    beats: ClassVar[Any]

    def seen(self, node: Node) -> list[Array]:
        first, *others = super().seen(node)
        nowhere = self.nowhere(node)
        return [first if nowhere is None else np.where(nowhere, node.x, first), *others]

    def start(self, a: Array, b: Array | None, out: Array) -> None:
        type(self).choose(a, a if b is None else b, out=out)

    def share(self, node: Node, index: int, out: Array) -> None:
        np.copyto(out, node.dy)
        best, *others = self.seen(node)
        for other, x in enumerate(others, start=1):
            if other > index:
                np.multiply(out, _won(type(self).beats, best, x), out)
            elif other == index:
                np.multiply(out, _won(type(self).beats, x, best), out)
            best = type(self).choose(best, x)


def _won(beats: Any, mine: Array, other: Array) -> Array:
    """1 where mine was taken, ½ where they tie, else 0."""
    half: Array = 0.5 * (mine == other)
    return np.asarray(beats(mine, other) + half)


@LAYERS.add
class Maximum(Extreme):
    """outputs = largest of a, b, …, number by number; dy goes to the input that had it, halved where two tie.

    A missing time step of one input leaves it to the others.

    Shapes: list of (n, …) -> (n, …); no weights. Raises: as Merge. Source: as keras.layers.Maximum.

    Backward: d(input) = dy where that input was the largest, else 0; 1/2 of it each where two tie.
    """

    choose, beats, neutral = np.maximum, np.greater, -np.inf


@LAYERS.add
class Minimum(Extreme):
    """outputs = smallest of a, b, …, number by number; dy goes to the input that had it, halved where two tie.

    A missing time step of one input leaves it to the others.

    Shapes: list of (n, …) -> (n, …); no weights. Raises: as Merge. Source: as keras.layers.Minimum.

    Backward: d(input) = dy where that input was the smallest, else 0; 1/2 of it each where two tie.
    """

    choose, beats, neutral = np.minimum, np.less, np.inf


@LAYERS.add
class Concatenate(Merge):
    """Inputs side by side along one axis; each gets its part of the gradient.

    Masks go along: a step of the output is there if an input has it there.

    Shapes: list of (n, …, d1), (n, …, d2), … -> (n, …, d1 + d2 + …); all other axes alike; no weights.

    Raises: NetcoreValueError "layer.axis", and as Merge.

    Source: as keras.layers.Concatenate.
    """

    axis: int = Int(default=-1, low=AXIS, typical=(-1, -1), advanced=True, about="along which; -1 is the features")

    taped = True

    def compute_output_shape(self, input_shape: Any) -> Shape:
        first = input_shape[0]
        place = place_of(self.axis, first, self.name) + 1
        others = {shape[1:place] + shape[place + 1 :] for shape in input_shape}
        if len({len(shape) for shape in input_shape}) > 1 or len(others) > 1:
            raise self.refuse(input_shape)
        sizes = [shape[place] for shape in input_shape]
        total = None if None in sizes else sum(sizes)
        return (batch_of(input_shape), *first[1:place], total, *first[place + 1 :])

    def prepare(self, node: Node, *, training: bool) -> None:
        place = place_of(self.axis, (None,) * node.y.ndim, self.name)
        front = (slice(None),) * place
        stops = np.cumsum([x.shape[place] for x in node.xs])
        parts = [(*front, slice(stop - x.shape[place], stop)) for stop, x in zip(stops, node.xs, strict=True)]
        node.scratch = (
            [node.y[part] for part in parts],
            [(dx, node.dy[part]) for dx, part in zip(node.dxs, parts, strict=True) if dx is not None],
        )

    def masks_output(self, masked: list[bool]) -> bool:
        return any(masked)

    def join_masks(self, node: Node, out: Array) -> None:
        place = place_of(self.axis, (None,) * node.y.ndim, self.name)
        if place >= out.ndim - 1:  # side by side at each step: there if any input is, and one without a mask always is
            out.fill(True)
            if all(mask is not None for mask in node.masks):
                super().join_masks(node, out)
            return
        start, front = 0, (slice(None),) * place
        for x, mask in zip(node.xs, node.masks, strict=True):
            stop = start + x.shape[place]
            out[(*front, slice(start, stop))] = True if mask is None else spread_mask(mask, out.ndim)
            start = stop

    def forward(self, node: Node, *, training: bool) -> None:
        for part, x in zip(node.scratch[0], node.xs, strict=True):
            np.copyto(part, x)

    def backward(self, node: Node) -> None:
        for dx, part in node.scratch[1]:
            np.copyto(dx, part)


@LAYERS.add
class Dot(Merge):
    """outputs = sum over one axis of a * b, for each pair of the other places; with `normalize` a cosine.

    da = dy b, db = dy a, summed over the places of the other input. Normalised, â = a / |a|, and
    da = (dâ - â (â · dâ)) / |a|. Lengths below 1e-7 count as 1e-7.

    Shapes: [(n, d), (n, d)] -> (n, 1); [(n, t, d), (n, u, d)] with axes=2 -> (n, t, u); no weights.

    Raises: NetcoreValueError "layer.axis", and as Merge.

    Source: as keras.layers.Dot.
    """

    axes: Any = Ints(
        low=AXIS,
        length=2,
        single=True,
        typical=(1, 1),
        about="the axis summed over, one number for both inputs or (axis of a, axis of b)",
    )
    normalize: bool = Bool(default=False, advanced=True, about="scale both to length 1 along that axis first")

    exactly = 2
    keeps_mask = False
    min_ndim = 2

    def _places(self, shapes: list[Shape]) -> list[int]:
        axes = self.axes if isinstance(self.axes, tuple) else (self.axes, self.axes)
        return [place_of(axis, shape, self.name) for axis, shape in zip(axes, shapes, strict=True)]

    def compute_output_shape(self, input_shape: Any) -> Shape:
        places = self._places(input_shape)
        summed = [shape[place + 1] for shape, place in zip(input_shape, places, strict=True)]
        if summed[0] != summed[1]:
            raise self.refuse(input_shape)
        rest = [
            size
            for shape, place in zip(input_shape, places, strict=True)
            for index, size in enumerate(shape[1:])
            if index != place
        ]
        return (batch_of(input_shape), *(rest or [1]))

    def prepare(self, node: Node, *, training: bool) -> None:
        places = self._places([(None,) * x.ndim for x in node.xs])
        node.scratch = places, [None, None]

    def _rows(self, array: Array, place: int) -> Array:
        """(…, n) -> (n, other places, summed axis)."""
        moved = np.moveaxis(array, (-1, place), (0, -1))
        return moved.reshape(moved.shape[0], math.prod(moved.shape[1:-1]), moved.shape[-1])

    def forward(self, node: Node, *, training: bool) -> None:
        places, kept = node.scratch
        for index, (x, place) in enumerate(zip(node.xs, places, strict=True)):
            rows = self._rows(x, place)
            length = (
                np.maximum(np.linalg.norm(rows, axis=-1, keepdims=True), config.epsilon()) if self.normalize else None
            )
            kept[index] = rows if length is None else rows / length, length
        (a, _), (b, _) = kept
        product = a @ b.swapaxes(-1, -2)  # (n, places of a, summed) @ (n, summed, places of b)
        np.copyto(node.y, np.moveaxis(product.reshape(len(a), *node.y.shape[:-1]), 0, -1))

    def backward(self, node: Node) -> None:
        places, ((a, length_a), (b, length_b)) = node.scratch
        dy = np.moveaxis(node.dy, -1, 0).reshape(len(a), a.shape[1], b.shape[1])
        for dx, place, own, length, gradient in (
            (node.dxs[0], places[0], a, length_a, dy @ b),
            (node.dxs[1], places[1], b, length_b, dy.swapaxes(-1, -2) @ a),
        ):
            if dx is None:
                continue
            if length is not None:
                gradient = (gradient - own * (own * gradient).sum(-1, keepdims=True)) / length
            moved = np.moveaxis(dx, (-1, place), (0, -1))
            np.copyto(moved, gradient.reshape(moved.shape))


def add(inputs: list[Any], **keywords: Any) -> Any:
    """`Add()` called on the inputs."""
    return Add(**keywords)(inputs)


def subtract(inputs: list[Any], **keywords: Any) -> Any:
    """`Subtract()` called on the inputs."""
    return Subtract(**keywords)(inputs)


def multiply(inputs: list[Any], **keywords: Any) -> Any:
    """`Multiply()` called on the inputs."""
    return Multiply(**keywords)(inputs)


def average(inputs: list[Any], **keywords: Any) -> Any:
    """`Average()` called on the inputs."""
    return Average(**keywords)(inputs)


def maximum(inputs: list[Any], **keywords: Any) -> Any:
    """`Maximum()` called on the inputs."""
    return Maximum(**keywords)(inputs)


def minimum(inputs: list[Any], **keywords: Any) -> Any:
    """`Minimum()` called on the inputs."""
    return Minimum(**keywords)(inputs)


def concatenate(inputs: list[Any], axis: int = -1, **keywords: Any) -> Any:
    """`Concatenate(axis)` called on the inputs."""
    return Concatenate(axis=axis, **keywords)(inputs)


def dot(inputs: list[Any], axes: Any = -1, **keywords: Any) -> Any:
    """`Dot(axes)` called on the inputs."""
    return Dot(axes=axes, **keywords)(inputs)
