"""Dropout: switch random units off while training."""

from typing import Any, ClassVar

import numpy as np

from netcore.layers.layer import LAYERS, Layer
from netcore.node import Node
from netcore.params import Float, Int
from netcore.streams import Stream, next_stream


@LAYERS.add
class Dropout(Layer):
    """While training each number becomes 0 with probability `rate`, the others are divided by 1 - rate.

    Otherwise outputs = inputs. The division keeps the mean, so that prediction needs no change.

    Args:
        rate: share of numbers to drop, 0 … 1.
        seed: fixes this layer's random numbers.

    Shapes: inputs (n, …) -> outputs of the same shape; no weights.

    Source: Srivastava et al. (2014).
    """

    params: ClassVar = {
        "rate": Float(low=0.0, high=1.0, typical=(0.2, 0.5)),
        "seed": Int(low=0, optional=True, advanced=True),
    }
    in_place = True
    keeps_mask = True
    rate: float
    seed: int | None
    stream: Stream

    def __init__(self, rate: float, seed: int | None = None, **keywords: Any) -> None:
        super().__init__(**keywords)
        self.set_arguments(rate=rate, seed=seed)

    def build(self, input_shape: Any) -> None:
        self.stream = next_stream("random layer", self.seed)

    def prepare(self, node: Node, *, training: bool) -> None:
        if training:
            node.scratch = np.empty_like(node.y, order="C")

    def forward(self, node: Node, *, training: bool) -> None:
        if training:
            keep = node.scratch
            self.stream.generator.random(out=keep, dtype=keep.dtype)
            np.greater_equal(keep, self.rate, out=keep)
            np.multiply(keep, 1 / (1 - self.rate) if self.rate < 1 else 0.0, keep)
            np.multiply(node.x, keep, node.y)
        elif node.y is not node.x:
            np.copyto(node.y, node.x)

    def backward(self, node: Node) -> None:
        np.multiply(node.dy, node.scratch, node.dx)
