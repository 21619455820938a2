"""InputLayer: the place where data enters, as a layer: it stands in a model's list of layers and computes nothing."""

from collections.abc import Sequence
from typing import Any

from netcore.graph import Input, Shape, Tensor
from netcore.layers.layer import Layer


class InputLayer(Layer):
    """What `Input` stands for in `model.layers`, `summary` and `get_config`.

    Args:
        shape, batch_size, dtype, batch_shape, name: as for Input.
        tensor: the tensor that it stands for, if that is there already.
    """

    def __init__(
        self,
        shape: Sequence[int | None] | None = None,
        batch_size: int | None = None,
        dtype: Any = None,
        batch_shape: Sequence[int | None] | None = None,
        name: str | None = None,
        tensor: Tensor | None = None,
        **ignored: Any,
    ) -> None:
        self.tensor = Input(shape, batch_size, dtype, batch_shape=batch_shape, name=name, tensor=tensor)
        super().__init__(name=self.tensor.name)
        self.dtype = self.tensor.dtype
        self.built = True

    @property
    def batch_shape(self) -> Shape:
        """Shape of the input with the batch axis in front."""
        return self.tensor.shape

    @property
    def input_shape(self) -> Any:
        return self.tensor.shape

    @property
    def output_shape(self) -> Any:
        return self.tensor.shape

    @property
    def input(self) -> Any:
        """The tensor itself."""
        return self.tensor

    @property
    def output(self) -> Any:
        """The tensor itself."""
        return self.tensor

    def get_config(self) -> dict[str, Any]:
        return {"batch_shape": self.tensor.shape, "dtype": self.dtype, "name": self.name}
