"""Embedding: a learnt vector for each word of a vocabulary."""

from typing import Any, ClassVar

import numpy as np

from netcore.config import Array
from netcore.errors import NetcoreValueError
from netcore.initializers import start_value
from netcore.layers.layer import LAYERS, Layer
from netcore.node import Node
from netcore.params import Bool, Int


@LAYERS.add
class Embedding(Layer):
    """outputs = embeddings[inputs]: each whole number is replaced by the row of that number.

    Backward: the gradient of a row is the sum of dy at all places where it was used; the inputs get none.

    Args:
        input_dim: size of the vocabulary; inputs are whole numbers 0 … input_dim - 1.
        output_dim: length of the vectors.
        embeddings_initializer: start values; "uniform" is U(-0.05, 0.05).
        mask_zero: 0 stands for "nothing here": the layers behind skip such a time step.
        weights: start values as an array (input_dim, output_dim), perhaps in a list.
        input_length: accepted for older Keras programs; without effect.

    Shapes (n = batch size, t = time steps):
        inputs (n, t) -> outputs (n, t, output_dim); embeddings (input_dim, output_dim)

    Raises:
        NetcoreValueError "embedding.range": an input is no whole number from 0 to input_dim - 1.

    Source: Bengio et al. (2003); as keras.layers.Embedding.
    """

    params: ClassVar = {
        "input_dim": Int(low=1, typical=(10, 1000)),
        "output_dim": Int(low=1, typical=(2, 64)),
        "embeddings_initializer": start_value(),
        "mask_zero": Bool(),
    }
    takes_indices = True
    input_dim: int
    output_dim: int
    embeddings_initializer: Any
    mask_zero: bool
    embeddings: Array

    def __init__(
        self,
        input_dim: int,
        output_dim: int,
        embeddings_initializer: Any = "uniform",
        mask_zero: bool = False,
        weights: Any = None,
        input_length: int | None = None,
        **keywords: Any,
    ) -> None:
        super().__init__(**keywords)
        self.set_arguments(
            input_dim=input_dim,
            output_dim=output_dim,
            embeddings_initializer=embeddings_initializer,
            mask_zero=mask_zero,
        )
        self.makes_mask = self.mask_zero
        self._start_weights = weights

    def build(self, input_shape: Any) -> None:
        weight = self.add_weight("embeddings", (self.input_dim, self.output_dim), self.embeddings_initializer)
        if self._start_weights is not None:
            given = self._start_weights
            weight.assign(given[0] if isinstance(given, list | tuple) and len(given) == 1 else given)

    def compute_output_shape(self, input_shape: Any) -> Any:
        return (*input_shape, self.output_dim)

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> Array | None:
        """(n, t) -> (n, t), False where an input is 0; None without `mask_zero`."""
        return np.asarray(inputs) != 0 if self.mask_zero else None

    def prepare(self, node: Node, *, training: bool) -> None:
        node.scratch = np.zeros(node.x.shape, np.intp)

    def forward(self, node: Node, *, training: bool) -> None:
        numbers = node.scratch
        np.copyto(numbers, node.x, casting="unsafe")
        if numbers.min() < 0 or numbers.max() >= self.input_dim or (numbers != node.x).any():
            self._refuse_number(node.x)
        np.copyto(node.y, np.moveaxis(self.embeddings[numbers], -1, -2))
        if node.y_mask is not None:
            np.not_equal(numbers, 0, out=node.y_mask)

    def _refuse_number(self, x: Array) -> None:
        wrong = x[~((x >= 0) & (x < self.input_dim) & (x == np.floor(x)))]
        raise NetcoreValueError(
            "embedding.range",
            "{name}: inputs must be whole numbers from 0 to {high}, but one is {value:g}. Give input_dim as the "
            "largest number plus 1.",
            name=self.name,
            high=self.input_dim - 1,
            value=float(wrong[0]),
        )

    def backward(self, node: Node) -> None:
        numbers = node.scratch.ravel()
        rows = np.moveaxis(node.dy, -2, -1).reshape(-1, self.output_dim)
        order = np.argsort(numbers, kind="stable")  # equal numbers become neighbours, whose gradients add up
        used, starts = np.unique(numbers[order], return_index=True)
        gradient = node.gradient["embeddings"]
        gradient.fill(0)
        gradient[used] = np.add.reduceat(rows[order], starts, axis=0)
        if node.dx is not None:
            node.dx.fill(0)
