"""Pooling: one number for each window of a series or an image, or for all of it."""

import math
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy import add, copyto, divide, equal, greater, maximum, multiply

from netcore.arguments import Bool, Choice, Described, Into, Ints
from netcore.config import Array, scalar
from netcore.graph import Shape
from netcore.layers.convolution import DATA_FORMAT, PADDINGS, window_counts
from netcore.layers.layer import LAYERS, Layer
from netcore.node import Node
from netcore.params import IntsParam
from netcore.windows import Sweep, WindowGradient, Windows, sweep


@dataclass(slots=True)
class Buffers:
    """Scratch of a pooling node.

    Attributes:
        cells: (cells of a window, outputs…, channels, n): all windows, copied; on the way back their gradient.
        spread: the same array with the axes of the windows' view.
        found: like cells, of bool: where the largest number stands.
        taken: which windows have found theirs.
        share: 1 / number of real cells of each window.
    """

    windows: Windows
    cells: Array
    spread: Array
    gradient: WindowGradient | None
    found: Any = None
    taken: Any = None
    share: Any = None


POOL_SIZE = IntsParam(
    low=1, per_axis=True, spread=True, typical=(2,), about="size of a window, one number or one for each axis"
)


class Pooling(Layer):
    """What the pooling layers over windows share: copying the windows, and bringing gradients back to the input."""

    pool_size: Into[tuple[int, ...]] = Described(POOL_SIZE)
    strides: Into[tuple[int, ...]] = Ints(
        default=None,
        low=1,
        per_axis=True,
        spread=True,
        optional=True,
        typical=(2,),
        about="steps from one window to the next, one number or one for each axis; left out: pool_size",
    )
    padding: str = Choice(
        default="valid",
        names=lambda: PADDINGS,
        spelling=str.lower,
        about='"valid" windows lie inside only, "same" ones may stand out; what is outside never counts',
    )
    data_format: str | None = Described(DATA_FORMAT, default=None)

    axes: ClassVar[int]
    fill: ClassVar[float] = 0.0

    def after_arguments(self) -> None:
        if self.strides is None:
            self.strides = self.pool_size

    def _sweep(self, lengths: tuple[int, ...]) -> Sweep:
        return sweep(lengths, self.pool_size, self.strides, self.padding)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        return (input_shape[0], *window_counts(self.name, input_shape, self._sweep), input_shape[-1])

    def scratch_numbers(self, x: tuple[int, ...], y: tuple[int, ...], *, training: bool) -> int:
        """The padded image and its gradient, and the cells of all windows, each as often as windows overlap there."""
        plan = self._sweep(x[: self.axes])
        image = math.prod(plan.padded_lengths) * x[-1] * (2 if training else 1)
        return image + math.prod(plan.size) * math.prod(y)

    def prepare(self, node: Node, *, training: bool) -> None:
        plan = self._sweep(node.x.shape[: self.axes])
        windows = Windows(plan, node.x.shape, node.y.dtype, self.fill)
        spread = np.empty((*plan.size, *node.y.shape), node.y.dtype)
        cells = spread.reshape(-1, *node.y.shape)
        gradient = WindowGradient(plan, node.dx) if node.dx is not None else None
        node.scratch = Buffers(windows, cells, spread, gradient)
        self.prepare_more(node, plan)

    def prepare_more(self, node: Node, plan: Sweep) -> None:
        """What a kind of pooling needs besides."""

    def copy_windows(self, node: Node) -> Array:
        """The cells of all windows, copied to where they lie together."""
        buffers: Buffers = node.scratch
        copyto(buffers.spread, buffers.windows.of(node.x))
        return buffers.cells

    def give_back(self, node: Node) -> None:
        """node.dx from the gradient of each cell."""
        buffers: Buffers = node.scratch
        gradient = buffers.gradient
        if gradient is None:
            return
        gradient.begin()
        if gradient.view is not None:
            copyto(gradient.view, buffers.spread)
        else:
            for place, target in gradient.cells:
                add(target, buffers.spread[place], target)
        gradient.end()


class MaxPooling(Pooling):
    """y = largest number of each window and channel; the gradient goes to where it stands, to the first of several."""

    pool_size: Into[tuple[int, ...]] = Described(POOL_SIZE, default=2)

    fill = -np.inf
    needs_y = True
    takes_largest = True

    def prepare_more(self, node: Node, plan: Sweep) -> None:
        if node.dx is not None:
            node.scratch.found = np.empty(node.scratch.cells.shape, bool)
            node.scratch.taken = np.empty(node.y.shape, bool)

    def forward(self, node: Node, *, training: bool) -> None:
        maximum.reduce(self.copy_windows(node), 0, out=node.y)

    def backward(self, node: Node) -> None:
        buffers: Buffers = node.scratch
        found, taken = buffers.found, buffers.taken
        equal(buffers.cells, node.y, found)
        if np.count_nonzero(found) > node.y.size:  # some windows hold their largest number several times
            copyto(taken, found[0])
            for place in found[1:]:
                greater(place, taken, place)  # found here and not taken before
                np.logical_or(taken, place, taken)
        copyto(buffers.cells, found)
        multiply(buffers.cells, node.dy, buffers.cells)
        self.give_back(node)


class AveragePooling(Pooling):
    """y = mean of each window and channel; cells in the padding do not count. Each cell gets its share."""

    def prepare_more(self, node: Node, plan: Sweep) -> None:
        real = np.zeros((*plan.padded_lengths, 1, 1))
        real[plan.inside] = 1
        counts = plan.view(real).sum(axis=tuple(range(self.axes)))
        node.scratch.share = (
            (1 / counts).astype(node.y.dtype) if plan.padded else scalar(1 / counts.flat[0], node.y.dtype)
        )

    def forward(self, node: Node, *, training: bool) -> None:
        add.reduce(self.copy_windows(node), 0, out=node.y)
        multiply(node.y, node.scratch.share, node.y)

    def backward(self, node: Node) -> None:
        buffers: Buffers = node.scratch
        multiply(node.dy, buffers.share, buffers.cells)  # the same for each cell of a window
        self.give_back(node)


@LAYERS.add
class MaxPooling1D(MaxPooling):
    """outputs[u, c] = largest of inputs[u * strides … u * strides + pool_size - 1, c].

    The gradient goes to where that number stands, to the first place if it stands in several.

    Shapes: inputs (n, t, c) -> outputs (n, u, c); no weights.

    Raises: NetcoreValueError "layer.window_too_large", "layer.rank_exact".

    Source: as keras.layers.MaxPooling1D.
    """

    axes = 1
    ndim = 3
    aliases = ("MaxPool1D",)


@LAYERS.add
class MaxPooling2D(MaxPooling):
    """outputs[u, v, c] = largest number of inputs[…, …, c] in a window of pool_size, as in MaxPooling1D.

    Shapes: inputs (n, h, w, c) -> outputs (n, u, v, c); no weights.

    Raises: NetcoreValueError "layer.window_too_large", "layer.rank_exact".

    Source: as keras.layers.MaxPooling2D; LeCun et al. (1998) used the mean, Ranzato et al. (2007) the maximum.

    Backward: the gradient of an output goes to where its number stands, to the first place if it stands in several.
    """

    axes = 2
    ndim = 4
    aliases = ("MaxPool2D",)


@LAYERS.add
class AveragePooling1D(AveragePooling):
    """outputs[u, c] = mean of inputs[u * strides … u * strides + pool_size - 1, c]; each gets 1 / count back.

    Only real cells count, not those of the padding.

    Shapes: inputs (n, t, c) -> outputs (n, u, c); no weights.

    Raises: NetcoreValueError "layer.window_too_large", "layer.rank_exact".

    Source: as keras.layers.AveragePooling1D.

    Backward: each cell of a window gets dy / count, count being the real cells of the window.
    """

    axes = 1
    ndim = 3
    aliases = ("AvgPool1D",)


@LAYERS.add
class AveragePooling2D(AveragePooling):
    """outputs[u, v, c] = mean of inputs[…, …, c] in a window of pool_size, as in AveragePooling1D.

    Shapes: inputs (n, h, w, c) -> outputs (n, u, v, c); no weights.

    Raises: NetcoreValueError "layer.window_too_large", "layer.rank_exact".

    Source: as keras.layers.AveragePooling2D.

    Backward: each cell of a window gets dy / count, count being the real cells of the window.
    """

    axes = 2
    ndim = 4
    aliases = ("AvgPool2D",)


class GlobalPooling(Layer):
    """One number for each channel of the whole series or image."""

    data_format: str | None = Described(DATA_FORMAT, default=None)
    keepdims: bool = Bool(
        default=False, advanced=True, about="keep an axis of length 1 in place of each that is pooled over"
    )

    axes: ClassVar[int]

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        return (input_shape[0], *((1,) * self.axes if self.keepdims else ()), input_shape[-1])

    def prepare(self, node: Node, *, training: bool) -> None:
        # all places in front as one axis, and the output without axes of length 1: both are views
        y = node.y if not self.keepdims else node.y[(0,) * self.axes]
        dy = None if node.dy is None else node.dy.reshape(y.shape)
        node.scratch = (tuple(range(self.axes)), y, dy, self.more_scratch(node))

    def more_scratch(self, node: Node) -> Any:
        """What a kind of pooling needs besides."""
        return None


class GlobalMaxPooling(GlobalPooling):
    """y = largest number of each channel; several equal ones share the gradient."""

    needs_y = True

    def more_scratch(self, node: Node) -> Any:
        if node.dx is None:
            return None
        return np.empty(node.x.shape, bool), np.empty(node.y.shape[-2:], node.y.dtype)

    def forward(self, node: Node, *, training: bool) -> None:
        axes, y, _, _ = node.scratch
        maximum.reduce(node.x, axes, out=y)

    def backward(self, node: Node) -> None:
        axes, y, dy, (found, share) = node.scratch
        equal(node.x, y, found)
        np.sum(found, axis=axes, out=share)
        divide(dy, share, share)
        multiply(found, share, node.dx)


class GlobalAveragePooling(GlobalPooling):
    """y = mean of each channel; each place gets 1 / places of the gradient."""

    keeps_mask = False

    def more_scratch(self, node: Node) -> Any:
        places = int(np.prod(node.x.shape[: self.axes]))
        return scalar(1 / places, node.y.dtype)

    def forward(self, node: Node, *, training: bool) -> None:
        axes, y, _, share = node.scratch
        add.reduce(node.x, axes, out=y)
        multiply(y, share, y)

    def backward(self, node: Node) -> None:
        _, _, dy, share = node.scratch
        multiply(dy, share, node.dx)


@LAYERS.add
class GlobalMaxPooling1D(GlobalMaxPooling):
    """outputs[c] = largest of inputs[:, c]; steps that tie for it share the gradient.

    Shapes: inputs (n, t, c) -> outputs (n, c), or (n, 1, c); no weights. Source: as keras.layers.GlobalMaxPooling1D.
    """

    axes = 1
    ndim = 3
    aliases = ("GlobalMaxPool1D",)


@LAYERS.add
class GlobalMaxPooling2D(GlobalMaxPooling):
    """outputs[c] = largest of inputs[:, :, c]; places that tie for it share the gradient.

    Shapes: inputs (n, h, w, c) -> outputs (n, c), or (n, 1, 1, c); no weights.
    Source: as keras.layers.GlobalMaxPooling2D.
    """

    axes = 2
    ndim = 4
    aliases = ("GlobalMaxPool2D",)


@LAYERS.add
class GlobalAveragePooling1D(GlobalAveragePooling):
    """outputs[c] = mean of inputs[:, c]; each of the t steps gets 1 / t of the gradient.

    Steps that a mask calls missing do not count: the mean is over the others.

    Shapes: inputs (n, t, c) -> outputs (n, c), or (n, 1, c); no weights.
    Source: as keras.layers.GlobalAveragePooling1D.
    """

    axes = 1
    ndim = 3
    reads_mask = True
    aliases = ("GlobalAvgPool1D",)

    def __call__(  # type: ignore[override]  # Keras's own order of arguments
        self, inputs: Any, mask: Any = None, training: bool | None = None
    ) -> Any:
        """As any layer; `mask` (n, t) is for arrays only (in a graph, masks come along with the tensors)."""
        return super().__call__(inputs, training=training, mask=mask)

    def forward(self, node: Node, *, training: bool) -> None:
        if node.mask is None:
            super().forward(node, training=training)
            return
        _, y, _, _ = node.scratch
        divide(np.einsum("tcn,tn->cn", node.x, node.mask), node.mask.sum(axis=0), y)

    def backward(self, node: Node) -> None:
        if node.mask is None:
            super().backward(node)
            return
        dy = node.scratch[2]
        multiply(dy / node.mask.sum(axis=0), node.mask[:, np.newaxis], node.dx)


@LAYERS.add
class GlobalAveragePooling2D(GlobalAveragePooling):
    """outputs[c] = mean of inputs[:, :, c]; each of the h * w places gets 1 / (h * w) of the gradient.

    Shapes: inputs (n, h, w, c) -> outputs (n, c), or (n, 1, 1, c); no weights.
    Source: as keras.layers.GlobalAveragePooling2D; Lin et al. (2014).
    """

    axes = 2
    ndim = 4
    aliases = ("GlobalAvgPool2D",)
