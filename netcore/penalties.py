"""Penalties: what regularizers add to the loss of a batch, and to its gradients."""

import warnings
from collections.abc import Iterable
from typing import Any

import numpy as np

from netcore.config import Array
from netcore.data import batch_first
from netcore.errors import NetcoreWarning
from netcore.node import Node, Operation
from netcore.regularizers import Regularizer


class ActivityPenalty(Operation):
    """y = x, and a penalty on it: value(y) / n for a batch of n samples.

    Where time steps count as samples (in a model that TimeDistributed holds), n is still the number of samples.
    Backward: dx = dy + value'(y) / n. The penalty of the last forward lies in `node.scratch`.

    Args:
        regularizer: what is added for the outputs, batch axis in front as the program sees them.
        layer: that they are the outputs of.
        repeats: columns of the batch axis for each sample.
    """

    in_place = True
    needs_y = True
    keeps_mask = True
    identity = True

    def __init__(self, regularizer: Regularizer, layer: Any, repeats: int = 1) -> None:
        self.regularizer, self.layer, self._repeats = regularizer, layer, repeats

    def prepare(self, node: Node, *, training: bool) -> None:
        node.scratch = [0.0]

    def _seen(self, array: Array) -> Array:
        return array if self.regularizer.any_order else batch_first(array)

    def _share(self, node: Node) -> float:
        return self._repeats / int(node.y.shape[-1])

    def forward(self, node: Node, *, training: bool) -> None:
        if node.y is not node.x:
            np.copyto(node.y, node.x)
        node.scratch[0] = self.regularizer.value(self._seen(node.y)) * self._share(node)

    def backward(self, node: Node) -> None:
        if node.dx is not node.dy:
            np.copyto(node.dx, node.dy)
        self.regularizer.add_gradient(self._seen(node.y), self._seen(node.dx), self._share(node))


def warn_of_ignored_penalty(layer: Any, holder: Any) -> None:
    """Warn if a layer asks for a penalty on its outputs where Keras, whose numbers these are, does not add it."""
    if layer.activity_regularizer is not None:
        warnings.warn(
            NetcoreWarning(
                "layer.activity_ignored",
                "The activity_regularizer of {layer} has no effect inside {holder}, as in Keras. Put it on a layer "
                "behind it, such as Activation('linear', activity_regularizer=…).",
                layer=layer.name,
                holder=type(holder).__name__,
            ),
            stacklevel=4,
        )


def penalised_layers(steps: Iterable[Any]) -> list[Any]:
    """Of the steps of a graph: the layers whose outputs are under a penalty."""
    return [step.operation.layer for step in steps if isinstance(step.operation, ActivityPenalty)]


def note_activity(plan: Any) -> None:
    """After a forward: write down in each layer what was added for its outputs."""
    penalties = [
        (forward.__self__.layer, node.scratch[0])
        for forward, node in plan.forwards
        if isinstance(getattr(forward, "__self__", None), ActivityPenalty)
    ]
    for layer, _ in penalties:
        layer.activity_losses = []
    for layer, value in penalties:
        layer.activity_losses.append(value)


def add_weight_penalty(weight: Any) -> None:
    """Add the derivative of a weight's penalty to its gradient."""
    weight.regularizer.add_gradient(weight.value, weight.gradient)


class PenaltyMean:
    """The penalty of an epoch as Keras reports it: the mean over its batches, with the weights as they were then."""

    def __init__(self) -> None:
        self.sums: Array = np.zeros(2)  # of penalty * rows, and of rows

    def reset(self) -> None:
        """Forget what has been counted."""
        self.sums[...] = 0

    def count(self, penalty: float, rows: int) -> None:
        """Count the penalty of a batch of so many rows."""
        self.sums[1] += rows  # one by one: making an array of both takes longer than adding it
        if penalty:
            self.sums[0] += penalty * rows

    def result(self) -> float:
        """The mean penalty of a row."""
        total, rows = self.sums
        return float(total / rows) if rows else 0.0

    def apart(self, loss: float, before: str = "") -> dict[str, float]:
        """The loss taken apart: what the data give and what the penalty adds; nothing where there is no penalty."""
        if not self.sums[1]:
            return {}
        return {f"{before}data_loss": loss - self.result(), f"{before}penalty": self.result()}
