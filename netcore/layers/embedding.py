"""Embedding: a learnt vector for each word of a vocabulary."""

from typing import Any

import numpy as np

from netcore.arguments import Bool, Given, Int
from netcore.config import Array
from netcore.constraints import Bounds
from netcore.errors import NetcoreValueError
from netcore.initializers import StartValue
from netcore.layers.layer import LAYERS, Layer
from netcore.node import Node
from netcore.regularizers import Penalty


@LAYERS.add
class Embedding(Layer):
    """outputs = embeddings[inputs]: each whole number is replaced by the row of that number.

    Backward: the gradient of a row is the sum of dy at all places where it was used; the inputs get none.

    Shapes (n = batch size, t = time steps):
        inputs (n, t) -> outputs (n, t, output_dim); embeddings (input_dim, output_dim)

    Raises:
        NetcoreValueError "embedding.range": an input is no whole number from 0 to input_dim - 1.

    Source: Bengio et al. (2003); as keras.layers.Embedding.
    """

    input_dim: int = Int(
        low=1, typical=(10, 1000), about="size of the vocabulary; inputs are whole numbers 0 … input_dim - 1"
    )
    output_dim: int = Int(low=1, typical=(2, 64), about="length of the vectors")
    embeddings_initializer: Any = StartValue(default="uniform", about='start values; "uniform" is U(-0.05, 0.05)')
    embeddings_regularizer: Any = Penalty(default=None, kw_only=True, about="penalty on the vectors, added to the loss")
    embeddings_constraint: Any = Bounds(default=None, kw_only=True, about="bounds of the vectors")
    mask_zero: bool = Bool(
        default=False, kw_only=True, about='0 stands for "nothing here": the layers behind skip such a time step'
    )
    _start_weights: Any = Given(
        default=None,
        kw_only=True,
        alias="weights",
        about="start values as an array (input_dim, output_dim), perhaps in a list",
    )
    input_length: int | None = Given(
        default=None, kw_only=True, about="accepted for older Keras programs; without effect"
    )

    takes_indices = True

    def after_arguments(self) -> None:
        self.makes_mask = self.mask_zero

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
