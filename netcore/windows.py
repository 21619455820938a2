"""Windows: how a kernel or a pool sweeps over the axes between batch and features.

Everything here is shapes and views; the arithmetic stands in the layers. Arrays are (length…, channels, n) with one or
two lengths, as everywhere with the batch axis last.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from netcore.config import Array

Sizes = tuple[int, ...]


@dataclass(frozen=True)
class Sweep:
    """Windows of `size` cells along each axis; cells lie `dilation` apart, windows `strides` apart.

    Attributes:
        lengths: of the axes swept over.
        before, after: cells added at both ends of each axis.
        outputs: how many windows fit along each axis; not above 0 where none does.
    """

    lengths: Sizes
    size: Sizes
    strides: Sizes
    dilation: Sizes
    before: Sizes
    after: Sizes
    outputs: Sizes

    @property
    def padded(self) -> bool:
        """Whether anything is added around."""
        return any(self.before) or any(self.after)

    @property
    def padded_lengths(self) -> Sizes:
        """Lengths of the axes with what is added."""
        return tuple(b + length + a for b, length, a in zip(self.before, self.lengths, self.after, strict=True))

    @property
    def inside(self) -> tuple[slice, ...]:
        """Where the axes lie within the padded ones."""
        return tuple(slice(b, b + length) for b, length in zip(self.before, self.lengths, strict=True))

    @property
    def tiles(self) -> bool:
        """Whether the windows cover every cell once, without overlap or gap."""
        alone = self.size == self.strides and set(self.dilation) == {1}
        return alone and all(s * o == n for s, o, n in zip(self.size, self.outputs, self.padded_lengths, strict=True))

    def view(self, image: Array) -> Array:
        """All windows of a padded image (padded_lengths…, C, n) as a view (size…, outputs…, C, n)."""
        axes = range(len(self.lengths))
        cell_steps = [image.strides[axis] * self.dilation[axis] for axis in axes]
        window_steps = [image.strides[axis] * self.strides[axis] for axis in axes]
        return np.lib.stride_tricks.as_strided(
            image,
            (*self.size, *self.outputs, *image.shape[-2:]),
            (*cell_steps, *window_steps, *image.strides[-2:]),
        )

    def cells(self, image: Array, first: int = 0, count: int | None = None) -> list[tuple[Sizes, Array]]:
        """For each place in a window: (place, what lies there in all windows), (outputs…, C, n), as views.

        `first` and `count` choose some of the windows along the first axis.
        """
        outputs = (self.outputs[0] if count is None else count, *self.outputs[1:])
        found = []
        for place in itertools.product(*(range(size) for size in self.size)):
            starts = [p * d for p, d in zip(place, self.dilation, strict=True)]
            starts[0] += first * self.strides[0]
            slices = tuple(
                slice(start, start + stride * (count - 1) + 1, stride)
                for start, stride, count in zip(starts, self.strides, outputs, strict=True)
            )
            found.append((place, image[slices]))
        return found


def sweep(lengths: Sequence[int], size: Sizes, strides: Sizes, padding: str, dilation: Sizes | None = None) -> Sweep:
    """The sweep over axes of those lengths.

    Args:
        padding: "valid" adds nothing; "same" as much as makes ceil(length / stride) windows, the odd cell behind;
            "causal" in front only, so that no window sees what comes later.
    """
    dilation = dilation or (1,) * len(size)
    before, after, outputs = [], [], []
    for n, k, s, d in zip(lengths, size, strides, dilation, strict=True):
        reach = (k - 1) * d + 1
        if padding == "same":
            total = max((-(-n // s) - 1) * s + reach - n, 0)
            before.append(total // 2)
            after.append(total - total // 2)
        else:
            before.append(reach - 1 if padding == "causal" else 0)
            after.append(0)
        outputs.append((before[-1] + n + after[-1] - reach) // s + 1)
    return Sweep(tuple(lengths), size, strides, dilation, tuple(before), tuple(after), tuple(outputs))


class Windows:
    """The windows of the input of one node: a view of the input itself, or of a padded copy.

    Args:
        plan: how they lie.
        shape: of the input, (lengths…, C, n).
        fill: what the padding holds.
        copy: have a copy in any case; a batch given from outside has its batch axis apart, and is read faster so.
    """

    def __init__(self, plan: Sweep, shape: Sizes, dtype: Any, fill: float = 0.0, copy: bool = False) -> None:
        self._sweep = plan
        self._input: Array | None = None
        self._copies = copy or plan.padded
        if self._copies:
            self.image: Array = np.full((*plan.padded_lengths, *shape[-2:]), fill, dtype)
            self._inside = self.image[plan.inside]
            self._view = plan.view(self.image)

    def of(self, x: Array) -> Array:
        """The windows of x, (size…, outputs…, C, n)."""
        if self._copies:
            np.copyto(self._inside, x)
        elif x is not self._input:  # a view is made once for each array, and arrays are few
            self._input, self._view = x, self._sweep.view(x)
        return self._view


class WindowGradient:
    """Collects what flows back from windows into the input of one node.

    `cells` are the places that `add` adds to; a padded copy catches what falls into the padding.
    """

    def __init__(self, plan: Sweep, dx: Array) -> None:
        self._dx = dx
        self.image: Array = np.empty((*plan.padded_lengths, *dx.shape[-2:]), dx.dtype) if plan.padded else dx
        self._inside = self.image[plan.inside]
        self.view = plan.view(self.image) if plan.tiles else None  # each cell in one window: simply written
        self.cells = plan.cells(self.image)

    def begin(self) -> None:
        """Before the first window: nothing has been given back."""
        if self.view is None:
            self.image.fill(0)

    def end(self) -> None:
        """After the last window: dx is what lies within the padding."""
        if self.image is not self._dx:
            np.copyto(self._dx, self._inside)
