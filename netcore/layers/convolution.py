"""Convolution: a small kernel slides over a series or an image and gives the same weighted sum everywhere."""

import math
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy import add, copyto, matmul

from netcore.activations import ActivationFunction, Function
from netcore.arguments import Bool, Choice, Described, Int, Into, Ints
from netcore.config import Array
from netcore.errors import NetcoreValueError
from netcore.graph import Shape
from netcore.initializers import StartValue
from netcore.layers.kernel import KernelAndBias
from netcore.layers.layer import LAYERS
from netcore.node import Node
from netcore.params import ChoiceParam
from netcore.windows import Sweep, WindowGradient, Windows, sweep

KEPT = 1 << 20  # numbers in the columns of a node that are kept for the way back (4 MB in float32)
PART = 1 << 18  # beyond that they are made in parts of this size, which stay in the second-level cache
VIEW = 50  # numbers that a view takes the place of
COPYING = 10  # multiplications in the time in which a number is copied into the columns, and back on the way back

PADDINGS = ("valid", "same")
DATA_FORMAT = ChoiceParam(
    names=lambda: ("channels_last",), optional=True, advanced=True, about="accepted for Keras programs; channels last"
)


@dataclass(slots=True)
class Part:
    """Some of the windows: few enough that their columns stay in the cache.

    K = cells of a window * channels of a group.

    Attributes:
        windows: (groups, size…, channels, outputs…, n), a view of the image.
        columns: the same, copied: the first K rows of `matrix`.
        matrix: (groups, K + 1, windows * n); the last row holds ones, for the bias.
        z: (groups, filters of a group, windows * n): outputs, and on the way back their gradient.
        z_image, y, dy: z with the axes of y, and where it belongs in y and in dy.
        scattered: where each row of columns belongs in the gradient of the image.
    """

    windows: Array
    columns: Array
    matrix: Array
    z: Array
    z_image: Array
    y: Array
    dy: Any
    scattered: list[tuple[Array, Array]]


@dataclass(slots=True)
class Buffers:
    """Scratch of a node.

    Attributes:
        kernel: by groups, (groups, K, filters of a group); `across` has the bias as row K and is turned round.
        kernel_gradient: that of kernel and bias, (groups, K + 1, …); `more` is room for that of another part.
    """

    windows: Windows
    parts: list[Part]
    gradient: WindowGradient | None
    kernel: Array
    across: Array
    kernel_gradient: Any
    more: Any


class Convolution(KernelAndBias):
    """What Conv1D and Conv2D share; see there.

    The windows are copied into columns, so that one matrix product serves all places and samples:
        forward   z = [kernel; bias]ᵀ [columns; 1]
        backward  d[kernel; bias] = [columns; 1] dzᵀ,  dcolumns = kernel dz, added up where windows overlap.
    """

    filters: int = Int(low=1, typical=(1, 64), about="channels of the output")
    kernel_size: Into[tuple[int, ...]] = Ints(
        low=1, per_axis=True, spread=True, typical=(3,), about="size of a window, one number or one for each axis"
    )
    strides: Into[tuple[int, ...]] = Ints(
        default=1, low=1, per_axis=True, spread=True, typical=(1,), about="steps from one window to the next, likewise"
    )
    padding: str = Choice(
        default="valid",
        names=lambda: PADDINGS,
        spelling=str.lower,
        about='"valid" windows lie inside only; "same" zeros around, the odd one behind, so that ceil(size / stride) '
        "windows come out along each axis",
    )
    data_format: str | None = Described(DATA_FORMAT, default=None)
    dilation_rate: Into[tuple[int, ...]] = Ints(
        default=1,
        low=1,
        per_axis=True,
        spread=True,
        typical=(1,),
        advanced=True,
        about="steps from one cell of a window to the next; not together with strides",
    )
    groups: int = Int(
        default=1,
        low=1,
        typical=(1, 4),
        advanced=True,
        about="the channels are split into so many groups, each with filters of its own",
    )
    activation: Into[Function] = ActivationFunction(default=None, about="name of an activation function, None for none")
    use_bias: bool = Bool(default=True, advanced=True, about="whether there is a bias")
    kernel_initializer: Any = StartValue(default="glorot_uniform", about="start value of the kernel")
    bias_initializer: Any = StartValue(default="zeros", about="start value of the bias")

    axes: ClassVar[int]
    min_ndim = 3

    def after_arguments(self) -> None:
        if self.filters % self.groups:
            raise NetcoreValueError(
                "conv.groups_filters",
                "{owner}: `filters` must be divisible by `groups`, but filters={filters} and groups={groups}.",
                owner=type(self).__name__,
                filters=self.filters,
                groups=self.groups,
            )
        if max(self.strides) > 1 and max(self.dilation_rate) > 1:
            raise NetcoreValueError(
                "conv.strides_and_dilation",
                "{owner}: `strides` and `dilation_rate` cannot both be above 1, but strides={strides} and "
                "dilation_rate={dilation_rate}. Set one of them to 1.",
                owner=type(self).__name__,
                strides=self.strides,
                dilation_rate=self.dilation_rate,
            )

    # --- shapes

    def build(self, input_shape: Shape) -> None:
        self.features = channels = self.features_of(input_shape)
        if channels % self.groups:
            raise NetcoreValueError(
                "conv.groups_channels",
                "Layer {name}: the number of input channels must be divisible by `groups`, but there are {channels} "
                "channels (shape {shape}) and groups={groups}.",
                name=self.name,
                channels=channels,
                shape=input_shape,
                groups=self.groups,
            )
        self.add_kernel_and_bias((*self.kernel_size, channels // self.groups, self.filters))

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        outputs = window_counts(self.name, input_shape, self._sweep)
        return self.activation.output_shape((input_shape[0], *outputs, self.filters))

    def _sweep(self, lengths: tuple[int, ...]) -> Sweep:
        return sweep(lengths, self.kernel_size, self.strides, self.padding, self.dilation_rate)

    def scratch_numbers(self, x: tuple[int, ...], y: tuple[int, ...], *, training: bool) -> int:
        """The padded image and its gradient, the sums, and the columns of one row of windows: more go in parts.

        Each part has a view for each cell of a window, which takes as much as some numbers.
        """
        plan = self._sweep(x[: self.axes])
        image = math.prod(plan.padded_lengths) * x[-1] * (2 if training else 1)
        columns = math.prod((*plan.size, *plan.outputs[1:])) * x[-1]
        views = math.prod(plan.size) * columns * plan.outputs[0] // PART if training else 0
        return image + math.prod(y) + columns + VIEW * views

    def multiplications(self, x: tuple[int, ...], y: tuple[int, ...]) -> int:
        """Each number of each window meets each filter of its group; to copy it takes as long as some of these."""
        windows = math.prod((*self._sweep(x[: self.axes]).size, *y[:-1])) * x[-1]
        return windows * (self.filters // self.groups + COPYING)

    # --- equations

    def prepare(self, node: Node, *, training: bool) -> None:
        plan = self._sweep(node.x.shape[: self.axes])
        windows = Windows(plan, node.x.shape, node.y.dtype, copy=True)
        gradient = WindowGradient(plan, node.dx) if node.dx is not None else None
        row = math.prod(plan.size) * self.features * math.prod(plan.outputs[1:]) * node.y.shape[-1]
        whole = row * plan.outputs[0] <= KEPT
        rows = plan.outputs[0] if whole else max(1, PART // row)
        height = self.kernel_and_bias.size // self.filters
        matrix = np.ones((self.groups, height, rows * self._places(plan, node)), node.y.dtype)
        parts = [
            self._part(plan, node, windows, gradient, matrix, first, min(rows, plan.outputs[0] - first))
            for first in range(0, plan.outputs[0], rows)
        ]
        across = self._by_group(self.kernel_and_bias).swapaxes(-1, -2)
        learnt = self._by_group(node.gradient["kernel_and_bias"]) if "kernel_and_bias" in node.gradient else None
        more = np.empty_like(learnt) if learnt is not None and len(parts) > 1 else None
        kernel = self._by_group(self.kernel_and_bias)[:, : height - self.use_bias]
        node.scratch = Buffers(windows, parts, gradient, kernel, across, learnt, more)

    def _places(self, plan: Sweep, node: Node) -> int:
        """Columns that one step along the first axis takes."""
        return math.prod((*plan.outputs[1:], node.y.shape[-1]))

    def _part(
        self,
        plan: Sweep,
        node: Node,
        windows: Windows,
        gradient: WindowGradient | None,
        matrix: Array,
        first: int,
        count: int,
    ) -> Part:
        outputs, n = (count, *plan.outputs[1:]), node.y.shape[-1]
        rows = slice(first, first + count)
        # (size…, outputs…, channels, n) -> (groups, size…, channels of a group, outputs…, n)
        source = self._grouped(plan.view(windows.image)[(slice(None),) * self.axes + (rows,)], 2 * self.axes)
        filled = matrix[:, :, : count * self._places(plan, node)]
        if filled.shape != matrix.shape:  # the last part is smaller: a matrix of its own, without gaps
            filled = np.ones(filled.shape, matrix.dtype)
        cells = math.prod(plan.size) * self.features // self.groups
        columns = filled[:, :cells].reshape(source.shape, copy=False)
        z = np.empty((self.groups, self.filters // self.groups, filled.shape[-1]), matrix.dtype)
        z_image = np.moveaxis(z.reshape(self.filters, *outputs, n), 0, -2)
        scattered = []
        if gradient is not None:
            for place, target in plan.cells(gradient.image, first, count):
                grouped = self._grouped(target, self.axes)  # (groups, channels of a group, outputs…, n)
                own = np.moveaxis(columns, 0, self.axes)[place]  # the rows of this cell, all groups
                scattered.append((grouped, own))
        dy = None if node.dy is None else node.dy[rows]
        return Part(source, columns, filled, z, z_image, node.y[rows], dy, scattered)

    def _grouped(self, view: Array, leading: int) -> Array:
        """(size…, outputs…, channels, n), `leading` axes in front, as (groups, size…, channels, outputs…, n)."""
        split = view.reshape((*view.shape[:-2], self.groups, self.features // self.groups, view.shape[-1]), copy=False)
        place = leading - self.axes  # where the axes of the outputs begin
        return np.moveaxis(split, (-3, -2), (0, place + 1))

    def forward(self, node: Node, *, training: bool) -> None:
        buffers: Buffers = node.scratch
        buffers.windows.of(node.x)
        for part in buffers.parts:
            copyto(part.columns, part.windows)
            matmul(buffers.across, part.matrix, part.z)  # (groups, f, K + 1) @ (groups, K + 1, windows * n)
            copyto(part.y, part.z_image)

    def backward(self, node: Node) -> None:
        buffers: Buffers = node.scratch
        kernel = buffers.kernel
        if buffers.gradient is not None:
            buffers.gradient.begin()
        for index, part in enumerate(buffers.parts):
            copyto(part.z_image, part.dy)
            if len(buffers.parts) > 1:
                copyto(part.columns, part.windows)  # another part has been here since
            if index == 0:
                matmul(part.matrix, part.z.swapaxes(-1, -2), buffers.kernel_gradient)
            else:
                matmul(part.matrix, part.z.swapaxes(-1, -2), buffers.more)
                add(buffers.kernel_gradient, buffers.more, buffers.kernel_gradient)
            if buffers.gradient is not None:
                matmul(kernel, part.z, part.matrix[:, : kernel.shape[1]])  # in the place of the columns
                for target, source in part.scattered:
                    if buffers.gradient.view is None:
                        add(target, source, target)
                    else:  # the windows tile the image: what stands there is of the batch before
                        copyto(target, source)
        if buffers.gradient is not None:
            buffers.gradient.end()

    def _by_group(self, kernel: Array) -> Array:
        """(…, filters) -> (groups, K, filters of a group), as a view."""
        return kernel.reshape(-1, self.groups, self.filters // self.groups).swapaxes(0, 1)


def window_counts(name: str, input_shape: Shape, plan: Any) -> tuple[int | None, ...]:
    """How many windows fit along each axis between batch and channels; None for an axis of open length.

    Raises:
        NetcoreValueError "layer.window_too_large": none fits.
    """
    lengths = tuple(1 << 20 if length is None else length for length in input_shape[1:-1])
    found: Sweep = plan(lengths)
    if min(found.outputs) < 1:
        raise NetcoreValueError(
            "layer.window_too_large",
            "Layer {name}: no window of {size} cells (dilation {dilation}) fits into the input of shape {shape}. Use "
            "a smaller window, or padding='same'.",
            name=name,
            size=found.size,
            dilation=found.dilation,
            shape=input_shape,
        )
    return tuple(None if length is None else o for length, o in zip(input_shape[1:-1], found.outputs, strict=True))


@LAYERS.add
class Conv1D(Convolution):
    """outputs[t, f] = activation(bias[f] + sum over i, c of kernel[i, c, f] * inputs[t * stride + i * dilation, c]).

    Shapes (n samples, t steps, c channels, u windows):
        inputs (n, t, c) -> outputs (n, u, filters); kernel (kernel_size, c / groups, filters); bias (filters,)

    Raises:
        NetcoreValueError "conv.groups_filters", "conv.groups_channels", "conv.strides_and_dilation",
        "layer.window_too_large", "layer.rank_exact".

    Source: as keras.layers.Conv1D (a cross-correlation: the kernel is not flipped); Waibel et al. (1989).

    Backward, with dz = dy * activation'(z) for the sum z inside the brackets: dbias[f] = sum over samples and t of
    dz[t, f]; dkernel[i, c, f] = sum over samples and t of inputs[t * stride + i * dilation, c] * dz[t, f];
    dx[t * stride + i * dilation, c] = sum over all such t, i and f of kernel[i, c, f] * dz[t, f].
    """

    padding: str = Choice(
        default="valid",
        names=lambda: (*PADDINGS, "causal"),
        spelling=str.lower,
        about='"valid" windows lie inside only; "same" zeros at both ends, so that ceil(t / stride) steps come out; '
        '"causal" zeros in front only, so that no output sees what comes later',
    )

    axes = 1
    ndim = 3
    aliases = ("Convolution1D",)


@LAYERS.add
class Conv2D(Convolution):
    """outputs[y, x, f] = activation(bias[f] + sum over i, j, c of
    kernel[i, j, c, f] * inputs[y * stride + i * dilation, x * stride + j * dilation, c]).

    Shapes (n images of h rows, w columns, c channels):
        inputs (n, h, w, c) -> outputs (n, u, v, filters); kernel (rows, columns, c / groups, filters); bias (filters,)

    Raises: as Conv1D.

    Source: as keras.layers.Conv2D (a cross-correlation: the kernel is not flipped); LeCun et al. (1989).

    Backward: as Conv1D, over windows of two axes: dbias = sum of dz, dkernel = sum of window times dz, dx = kernel
    times dz, put back where the window stood.
    """

    axes = 2
    ndim = 4
    aliases = ("Convolution2D",)
