"""Noise: random changes while training, so that no single number is relied upon."""

from typing import Any

import numpy as np

from netcore.arguments import Described, Float
from netcore.layers.layer import LAYERS, Layer
from netcore.node import Node
from netcore.streams import SEED, next_stream


@LAYERS.add
class GaussianNoise(Layer):
    """While training outputs = inputs + normal noise; else outputs = inputs. The gradient passes as it is.

    Shapes: inputs (n, …) -> outputs of the same shape; no weights. Source: Bishop (1995).
    """

    stddev: float = Float(
        low=0.0, typical=(0.05, 0.5), about="standard deviation of the noise, in the unit of the inputs"
    )
    seed: int | None = Described(SEED, default=None)

    in_place = True
    keeps_mask = True
    stackable = True
    training_only = True

    def build(self, input_shape: Any) -> None:
        self.stream = next_stream("random layer", self.seed)

    def prepare(self, node: Node, *, training: bool) -> None:
        if training:
            node.scratch = np.empty(node.y.shape, node.y.dtype)

    def forward(self, node: Node, *, training: bool) -> None:
        if training:
            noise = node.scratch
            self.stream.generator.standard_normal(out=noise, dtype=noise.dtype)
            np.multiply(noise, self.stddev, noise)
            np.add(node.x, noise, node.y)
        elif node.y is not node.x:
            np.copyto(node.y, node.x)

    def backward(self, node: Node) -> None:
        if node.dx is not node.dy:
            np.copyto(node.dx, node.dy)
