"""Penalties: what regularizers add to the loss of a batch, and to its gradients."""

from typing import Any

import numpy as np

from netcore.config import Array
from netcore.node import Node, Operation
from netcore.regularizers import Regularizer


class ActivityPenalty(Operation):
    """y = x, and a penalty on it: value(y) / n for a batch of n samples.

    Backward: dx = dy + value'(y) / n. The penalty of the last forward lies in `node.scratch`.
    """

    in_place = True
    needs_y = True
    keeps_mask = True
    identity = True

    def __init__(self, regularizer: Regularizer) -> None:
        self.regularizer = regularizer

    def prepare(self, node: Node, *, training: bool) -> None:
        node.scratch = [0.0]

    def forward(self, node: Node, *, training: bool) -> None:
        if node.y is not node.x:
            np.copyto(node.y, node.x)
        node.scratch[0] = self.regularizer.value(node.y) / node.y.shape[-1]

    def backward(self, node: Node) -> None:
        if node.dx is not node.dy:
            np.copyto(node.dx, node.dy)
        self.regularizer.add_gradient(node.y, node.dx, 1 / node.y.shape[-1])


def add_weight_penalty(weight: Any) -> None:
    """Add the derivative of a weight's penalty to its gradient."""
    weight.regularizer.add_gradient(weight.value, weight.gradient)


class PenaltyMean:
    """The penalty of an epoch as Keras reports it: the mean over its batches, with the weights as they were then."""

    def __init__(self) -> None:
        self.sums: Array = np.zeros(2)  # of penalty * rows, and of rows

    def reset(self) -> None:
        self.sums[...] = 0

    def count(self, penalty: float, rows: int) -> None:
        self.sums += penalty * rows, rows

    def result(self) -> float:
        total, rows = self.sums
        return float(total / rows) if rows else 0.0

    def apart(self, loss: float, before: str = "") -> dict[str, float]:
        """The loss taken apart: what the data give and what the penalty adds; nothing where there is no penalty."""
        if not self.sums[1]:
            return {}
        return {f"{before}data_loss": loss - self.result(), f"{before}penalty": self.result()}
