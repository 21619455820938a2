"""Bidirectional: a sequence read from both ends."""

from typing import Any

import numpy as np

from netcore.arguments import Choice, Described, Given
from netcore.errors import NetcoreValueError
from netcore.graph import Tensor
from netcore.layers.layer import LAYERS, Layer, plain
from netcore.layers.merging import Add, Average, Concatenate, Multiply
from netcore.layers.recurrent.recurrent import Recurrent
from netcore.layers.wrapper import LayerParam, Wrapper, layer_from
from netcore.node import Node


class Reversed(Layer):
    """outputs[:, s] = inputs[:, t - 1 - s]: a sequence that was read from its end, put in the order of the data again.

    Shapes: inputs (n, t, d) -> outputs (n, t, d); no weights. The mask is that of the data, in their order already.
    """

    keeps_mask = True

    def forward(self, node: Node, *, training: bool) -> None:
        np.copyto(node.y, node.x[::-1])

    def backward(self, node: Node) -> None:
        np.copyto(node.dx, node.dy[::-1])


MERGES: dict[str, type[Layer]] = {"concat": Concatenate, "sum": Add, "mul": Multiply, "ave": Average}


@LAYERS.add
class Bidirectional(Wrapper):
    """Two copies of a recurrent layer: one reads the sequence from its beginning, one from its end; answers merged.

    With return_sequences the answers of the way back are put in the order of the data before they are merged, and both
    are 0 at missing steps.

    Shapes (n = batch size, t = time steps): inputs (n, t, d) -> outputs (n, units) or (n, t, units), for "concat" twice
    as wide; with return_state then the states of the forward and of the backward layer; weights likewise.

    Raises:
        NetcoreValueError "param.layer": `layer` is no recurrent layer.
        NetcoreValueError "bidirectional.layers": the two layers read in the same direction or give different things.

    Source: Schuster & Paliwal (1997); as keras.layers.Bidirectional.
    """

    _given: Any = Described(
        LayerParam(typical="LSTM", base=Recurrent),
        alias="layer",
        about="recurrent layer; both directions are made from its arguments, each with weights of its own",
    )
    merge_mode: str | None = Choice(
        default="concat",
        names=lambda: tuple(MERGES),
        optional=True,
        about='"concat" side by side, "sum", "mul", "ave" (mean), or None for two outputs',
    )
    _start_weights: Any = Given(
        default=None,
        alias="weights",
        about="start values, those of the forward layer first; as `set_weights` takes them, for both together",
    )
    _given_back: Any = Described(
        LayerParam(typical="LSTM", options=(("go_backwards", True),), base=Recurrent, optional=True, advanced=True),
        default=None,
        alias="backward_layer",
        about="another layer for the way back; it needs go_backwards=True",
    )

    ndim = 3

    def after_arguments(self) -> None:
        self._given, (back, self._given_back) = plain(self._given), (self._given_back, plain(self._given_back))
        name = layer_from(self._given).name  # its own, or the next that is free where the dict gives none
        self.forward_layer = _recurrent(self._given, name=f"forward_{name.removeprefix('forward_')}")
        if back is None:
            own_name = f"backward_{name.removeprefix('backward_')}"
            self.backward_layer = _recurrent(self._given, name=own_name, go_backwards=True)
        else:
            self.backward_layer = back if isinstance(back, Recurrent) else _recurrent(back)
        self._inner = [self.forward_layer, self.backward_layer]
        self._check_pair()
        for one in (self.forward_layer, self.backward_layer):
            one.zero_output_for_mask = one.return_sequences

    def _check_pair(self) -> None:
        forward, backward = self.forward_layer, self.backward_layer
        same = ("stateful", "return_sequences", "return_state")
        differing = [argument for argument in same if getattr(forward, argument) != getattr(backward, argument)]
        if forward.go_backwards == backward.go_backwards or differing:
            raise NetcoreValueError(
                "bidirectional.layers",
                "{name}: forward and backward layer must read in opposite directions (go_backwards) and be alike in "
                "{same}. They do not fit together in: {arguments}.",
                name=self.name,
                same=", ".join(same),
                arguments=", ".join(differing or ["go_backwards"]),
            )

    @property
    def return_sequences(self) -> bool:
        """Whether all outputs come out, or the last one."""
        return self.forward_layer.return_sequences

    @property
    def return_state(self) -> bool:
        """Whether the last states come out, too."""
        return self.forward_layer.return_state

    @property
    def stateful(self) -> bool:  # type: ignore[override]  # told from the layers inside
        """Whether a batch starts where the last one ended."""
        return self.forward_layer.stateful

    def check_input(self, shapes: list[Any]) -> None:
        super().check_input(shapes[:1])

    def ensure_built(self, input_shape: Any) -> None:
        super().ensure_built(input_shape)
        if self._start_weights is not None:
            self.set_weights(self._start_weights)
            self._start_weights = None

    def draw(self, inputs: list[Tensor]) -> list[Tensor]:
        start, *states = inputs
        half = len(states) // 2
        there, *there_states = _listed(self.forward_layer(start, initial_state=states[:half] or None))
        back, *back_states = _listed(self.backward_layer(start, initial_state=states[half:] or None))
        if self.return_sequences:
            back = Reversed(name="reversed")(back)
        answers = [there, back] if self.merge_mode is None else [MERGES[self.merge_mode](name="merged")([there, back])]
        return [*answers, *there_states, *back_states]

    def __call__(  # type: ignore[override]  # Keras's own order of arguments
        self, inputs: Any, initial_state: Any = None, mask: Any = None, training: bool | None = None
    ) -> Any:
        """As a recurrent layer; `initial_state` lists the states of the forward layer, then of the backward layer."""
        given = inputs if initial_state is None else [inputs, *initial_state]
        return super().__call__(given, training=training, mask=mask)

    def reset_state(self) -> None:
        """Forget the states that stateful layers have kept."""
        self.forward_layer.reset_state()
        self.backward_layer.reset_state()

    def reset_states(self) -> None:
        """The same as `reset_state`."""
        self.reset_state()


def _recurrent(kept: dict[str, Any], **changes: Any) -> Recurrent:
    layer = layer_from(kept, **changes)
    assert isinstance(layer, Recurrent)  # noqa: S101  # `params` lets no other layer through
    return layer


def _listed(result: Any) -> list[Tensor]:
    return result if isinstance(result, list) else [result]
