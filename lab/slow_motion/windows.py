"""The window of an input that one number of a convolution or a pooling layer is made from."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from netcore.windows import Sweep, sweep

Array = np.ndarray[Any, Any]
Index = tuple[int, ...]


@dataclass(frozen=True)
class WindowCells:
    """Cells of one window in the order of the kernel.

    Args:
        places: of each cell in the input, without the channel; None in the padding.
        size: of the window; channels: those of the input that are read.
        values: (cells, channels), 0 in the padding.
    """

    places: tuple[Index | None, ...]
    size: Index
    channels: tuple[int, ...]
    values: Array

    @property
    def inside(self) -> list[int]:
        """The cells that lie in the input, and not in the padding."""
        return [cell for cell, place in enumerate(self.places) if place is not None]

    def largest(self, layer: Any, index: Index) -> Index:
        """The cell that counts most for the output at `index`: the largest one, of a convolution with its weight."""
        size = self.values if not hasattr(layer, "filters") else np.abs(self.values * self.weights(layer, index[-1]))
        inside = np.array([place is not None for place in self.places])
        size = np.where(inside[:, None], size, -np.inf)
        cell, channel = np.unravel_index(int(np.argmax(size)), size.shape)
        place = self.places[int(cell)]
        assert place is not None  # noqa: S101  # a window holds at least one cell of the input
        return (*place, self.channels[int(channel)])

    def weights(self, layer: Any, output: int) -> Array:
        """(cells, channels) of a convolution: the kernel that makes one of its filters."""
        kernel = np.asarray(layer.kernel)
        return kernel[..., output].reshape(-1, kernel.shape[-2])


def window_of(layer: Any, x: Array, index: Index) -> WindowCells | None:
    """The window of one sample that makes the output at `index`; None for a layer without windows.

    Args:
        x: (lengths…, channels).
    """
    axes = getattr(layer, "axes", None)
    size = _size_of(layer)
    if isinstance(axes, int) and size is None:  # a global pooling: all of it is one window
        places = tuple(itertools.product(*(range(length) for length in x.shape[:-1])))
        channel = (index[-1],)
        return WindowCells(places, x.shape[:-1], channel, np.stack([x[place][list(channel)] for place in places]))
    if size is None or not isinstance(axes, int):
        return None
    plan = plan_of(layer, x.shape[:-1])
    channels = channels_of(layer, x.shape[-1], index[-1])
    found = tuple(source_of(plan, index[:-1], cell) for cell in cells_of(plan))
    values = [np.zeros(len(channels), x.dtype) if place is None else x[place][list(channels)] for place in found]
    return WindowCells(found, tuple(plan.size), channels, np.stack(values))


def _size_of(layer: Any) -> Any:
    return getattr(layer, "kernel_size", None) or getattr(layer, "pool_size", None)


def plan_of(layer: Any, lengths: Index) -> Sweep:
    """How the windows of a layer lie on an input of those lengths."""
    return sweep(lengths, _size_of(layer), layer.strides, layer.padding, getattr(layer, "dilation_rate", None))


def cells_of(plan: Sweep) -> Iterator[Index]:
    """The cells of a window in the order of the kernel."""
    return itertools.product(*(range(size) for size in plan.size))


def source_of(plan: Sweep, window: Index, cell: Index) -> Index | None:
    """Which number of the input a cell of a window reads; None in the padding."""
    found = tuple(
        at * stride + one * dilation - before
        for at, stride, one, dilation, before in zip(
            window, plan.strides, cell, plan.dilation, plan.before, strict=True
        )
    )
    return found if all(0 <= at < length for at, length in zip(found, plan.lengths, strict=True)) else None


def channels_of(layer: Any, count: int, output: int) -> tuple[int, ...]:
    """Which channels of the input make that one of the output: its group's, of pooling its own."""
    if not hasattr(layer, "filters"):
        return (output,)
    each = count // layer.groups
    group = output // (layer.filters // layer.groups)
    return tuple(range(group * each, (group + 1) * each))
