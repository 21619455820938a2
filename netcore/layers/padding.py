"""Padding: zeros around a series or an image."""

import numpy as np

from netcore.arguments import Described, Into, Ints, Margins
from netcore.graph import Shape
from netcore.layers.convolution import DATA_FORMAT
from netcore.layers.layer import LAYERS, Layer
from netcore.node import Node


class ZeroPadding(Layer):
    """y = x with zeros around; dx = the inner part of dy."""

    def margins(self) -> tuple[tuple[int, int], ...]:
        """(before, after) for each axis between batch and channels."""
        raise NotImplementedError

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        lengths = (
            None if length is None else before + length + after
            for length, (before, after) in zip(input_shape[1:-1], self.margins(), strict=True)
        )
        return (input_shape[0], *lengths, input_shape[-1])

    def prepare(self, node: Node, *, training: bool) -> None:
        inside = tuple(
            slice(before, before + length)
            for length, (before, _) in zip(node.x.shape[:-2], self.margins(), strict=True)
        )
        node.scratch = node.y[inside], None if node.dy is None else node.dy[inside]

    def forward(self, node: Node, *, training: bool) -> None:
        node.y.fill(0)  # each time: what comes next may work in the same place
        np.copyto(node.scratch[0], node.x)

    def backward(self, node: Node) -> None:
        np.copyto(node.dx, node.scratch[1])


@LAYERS.add
class ZeroPadding1D(ZeroPadding):
    """Zeros before and after a series.

    Shapes: inputs (n, t, c) -> outputs (n, before + t + after, c); no weights. Source: as keras.layers.ZeroPadding1D.

    Backward: dx = dy without the steps that were added.
    """

    padding: Into[tuple[int, int]] = Ints(
        default=1, low=0, length=2, spread=True, typical=(1, 1), about="steps added at each end, or (before, after)"
    )
    data_format: str | None = Described(DATA_FORMAT, default=None)

    ndim = 3

    def margins(self) -> tuple[tuple[int, int], ...]:
        return (self.padding,)


@LAYERS.add
class ZeroPadding2D(ZeroPadding):
    """Zeros around an image.

    Shapes: inputs (n, h, w, c) -> outputs (n, top + h + bottom, left + w + right, c); no weights.
    Source: as keras.layers.ZeroPadding2D.

    Backward: dx = dy without the cells that were added.
    """

    padding: Into[tuple[tuple[int, int], ...]] = Margins(
        default=(1, 1),
        about="cells added on all sides, or (above and below, left and right), or ((top, bottom), (left, right))",
    )
    data_format: str | None = Described(DATA_FORMAT, default=None)

    ndim = 4

    def margins(self) -> tuple[tuple[int, int], ...]:
        return self.padding
