"""Masking: say which time steps are missing."""

from typing import Any

import numpy as np

from netcore.arguments import Float
from netcore.config import Array
from netcore.layers.layer import LAYERS, Layer
from netcore.node import Node


@LAYERS.add
class Masking(Layer):
    """A time step whose features are all `mask_value` counts as missing: outputs = inputs, but 0 at missing steps.

    The layers behind learn of it by the mask that comes along with the tensor: recurrent layers skip a missing step
    (their state stays), losses and means leave it out. The gradient goes through where a step is there.

    Shapes (n = batch size, t = time steps, d = features):
        inputs (n, t, d) -> outputs (n, t, d), mask (n, t); no weights.

    Source: as keras.layers.Masking.
    """

    mask_value: float = Float(
        default=0.0, typical=(0.0, -1.0), about="what the data holds where there is nothing, in their own unit"
    )

    min_ndim = 3
    makes_mask = True

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> Array:
        """(n, t, d) -> (n, t), False where a step is missing."""
        return np.asarray(np.any(np.asarray(inputs) != self.mask_value, axis=-1))

    def forward(self, node: Node, *, training: bool) -> None:
        np.any(node.x != self.mask_value, axis=-2, out=node.y_mask)
        np.multiply(node.x, node.y_mask[..., np.newaxis, :], node.y)  # type: ignore[index]  # there: `makes_mask`

    def backward(self, node: Node) -> None:
        np.multiply(node.dy, node.y_mask[..., np.newaxis, :], node.dx)  # type: ignore[index]
