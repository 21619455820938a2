"""Dropout: switch random units off while training."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy import copyto, greater_equal, multiply

from netcore.arguments import Described, Float, Into, Ints
from netcore.config import Array
from netcore.errors import NetcoreValueError
from netcore.graph import Shape
from netcore.layers.layer import LAYERS, Layer
from netcore.node import Node
from netcore.streams import SEED, next_stream


@LAYERS.add
class Dropout(Layer):
    """While training each number becomes 0 with probability `rate`, the others are divided by 1 - rate.

    Otherwise outputs = inputs. The division keeps the mean, so that prediction needs no change.

    `noise_shape` has the batch axis first: along an axis with 1 all numbers share one draw, along one with None each
    has its own. (None, 1, None) drops a feature for all steps of a series at once.

    Shapes: inputs (n, …) -> outputs of the same shape; no weights.

    Raises: NetcoreValueError "dropout.noise_shape": it does not fit the input.

    Source: Srivastava et al. (2014).

    Backward: dx = dy / (1 - rate) for what stayed, 0 for what was dropped.
    """

    rate: float = Float(low=0.0, high=1.0, typical=(0.2, 0.5), about="share of numbers to drop, 0 … 1")
    noise_shape: Into[tuple[int | None, ...] | None] = Ints(
        default=None,
        low=1,
        gaps=True,
        optional=True,
        typical=(1,),
        advanced=True,
        about="where to draw anew",
    )
    seed: int | None = Described(SEED, default=None)

    in_place = True
    keeps_mask = True
    training_only = True

    def after_arguments(self) -> None:
        self.stackable = self.noise_shape is None

    def check_input(self, shapes: list[Shape]) -> None:
        super().check_input(shapes)
        drawn, shape = self.noise_shape, shapes[0]
        if drawn is None:
            return
        pairs = list(zip(drawn[1:], shape[1:], strict=False))
        if len(drawn) != len(shape) or any(have not in (1, None, size) for have, size in pairs):
            raise NetcoreValueError(
                "dropout.noise_shape",
                "Layer {name}: each entry of noise_shape must be 1, None or the size of the axis, but it is "
                "{noise_shape} and the input has shape {shape}. Try {example}.",
                name=self.name,
                noise_shape=drawn,
                shape=shape,
                example=(None,) + (1,) * (len(shape) - 2) + (None,) * (len(shape) > 1),
            )

    def build(self, input_shape: Any) -> None:
        self.stream = next_stream("random layer", self.seed)

    def prepare(self, node: Node, *, training: bool) -> None:
        if training:
            batch_last = (
                (None,) * node.y.ndim if self.noise_shape is None else self.noise_shape[1:] + self.noise_shape[:1]
            )
            drawn = tuple(1 if one == 1 else size for one, size in zip(batch_last, node.y.shape, strict=True))
            node.scratch = np.empty(drawn, node.y.dtype)

    def forward(self, node: Node, *, training: bool) -> None:
        if training:
            keep = node.scratch
            self.stream.generator.random(out=keep, dtype=keep.dtype)
            greater_equal(keep, self.rate, out=keep)
            multiply(keep, 1 / (1 - self.rate) if self.rate < 1 else 0.0, keep)
            multiply(node.x, keep, node.y)
        elif node.y is not node.x:
            copyto(node.y, node.x)

    def inside(self, node: Node) -> Iterator[tuple[str, str, Array]]:
        """What each number is multiplied with: 0 where it was dropped, 1 / (1 - rate) where it stayed."""
        yield "mask", "keep", np.broadcast_to(node.scratch, node.y.shape)

    def backward(self, node: Node) -> None:
        multiply(node.dy, node.scratch, node.dx)
