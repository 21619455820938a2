"""What compile does: an optimizer for the network, and a head (loss, weight, metrics) for each of its outputs."""

from typing import Any

from netcore import activations, losses, optimizers
from netcore.errors import NetcoreValueError
from netcore.graph import Tensor
from netcore.heads import Head
from netcore.metrics.choosing import named
from netcore.models.advice import advise, last_activation, maker
from netcore.models.network import Network
from netcore.models.structures import flat, metrics_per_output, per_output
from netcore.nested import is_nested


class Compiled(Network):
    """A network that knows what it is to learn."""

    def __init__(self, inputs: Any = None, outputs: Any = None, name: str | None = None, **keywords: Any) -> None:
        self.combine_losses = "sum"
        self._compiled: dict[str, Any] | None = None
        super().__init__(inputs, outputs, name, **keywords)

    def graph_changed(self) -> None:
        if self._compiled is not None:
            self._make_heads()

    def compile(
        self,
        optimizer: Any = "rmsprop",
        loss: Any = None,
        loss_weights: Any = None,
        metrics: Any = None,
        weighted_metrics: Any = None,
        run_eagerly: bool = False,
        steps_per_execution: int = 1,
        jit_compile: Any = "auto",
        auto_scale_loss: bool = True,
        *,
        combine_losses: str = "sum",
    ) -> None:
        """Choose optimizer, loss and metrics.

        Args:
            optimizer: name or object.
            loss: name or object; one for all outputs, a list by output, a dict by output name, or in the form of nested
                outputs; metrics likewise.
            loss_weights: numbers that the losses of several outputs are multiplied with.
            metrics, weighted_metrics: names or objects; the latter count with sample weights.
            combine_losses: "sum" as in Keras, or "mean" of the outputs' losses as in the lecture note.
            run_eagerly, steps_per_execution, jit_compile, auto_scale_loss: accepted for Keras programs; without effect.

        Raises:
            NetcoreValueError "registry.unknown": an unknown name; says the nearest one.
        """
        self.optimizer = optimizers.get(optimizer)
        if combine_losses not in ("sum", "mean"):
            raise NetcoreValueError(
                "compile.combine_losses",
                "`combine_losses` must be 'sum' or 'mean', but got {value!r}.",
                value=combine_losses,
            )
        self.combine_losses = combine_losses
        self._compiled = {
            "loss": loss,
            "loss_weights": loss_weights,
            "metrics": metrics,
            "weighted_metrics": weighted_metrics,
        }
        check_names(loss, metrics, weighted_metrics)
        if self.graph is not None:
            self._make_heads()

    @property
    def compile_given(self) -> dict[str, Any]:
        """Loss, loss weights and metrics as compile got them."""
        return dict(self._compiled or {})

    @property
    def loss(self) -> Any:
        """The loss as compile got it."""
        return self.compile_given.get("loss")

    @property
    def compiled(self) -> bool:
        """Whether compile has been called."""
        return self._compiled is not None

    def _make_heads(self) -> None:
        given = self._compiled or {}
        names, structure = self.output_keys, self.output_structure
        makers = self.output_names if is_nested(structure) else names
        count = len(names)
        chosen = per_output("loss", given["loss"], names, structure, repeat=True)
        if isinstance(given["loss"], dict) and not isinstance(structure, dict):
            refuse_missing(given["loss"], makers)
        weights = per_output("loss_weights", given["loss_weights"], names, structure, repeat=False)
        plain = metrics_per_output("metrics", given["metrics"], names, structure)
        weighted = metrics_per_output("weighted_metrics", given["weighted_metrics"], names, structure)
        share = 1 / count if self.combine_losses == "mean" else 1.0
        self.heads = []
        for index, tensor in enumerate(self.outputs):
            last = maker(self._steps, tensor)
            identifier = fitting_crossentropy(chosen[index], tensor)
            head = Head(
                names[index],
                tensor.inner_shape,
                None if identifier is None else losses.loss_of(identifier),
                share * (1.0 if weights[index] is None else float(weights[index])),
                plain[index],
                weighted[index],
                last.operation if last is not None and isinstance(last.operation, activations.Function) else None,
                id(tensor) in self._masked,
                prefix=makers[index],
            )
            self.heads.append(head)
            layer = tensor.source.layer.name if tensor.source and tensor.source.layer else names[index]
            advise(head, layer, last_activation(self._steps, tensor))
        self._plans.clear()

    def require_loss(self) -> None:
        """Refuse to train without anything to make small."""
        self.require_compiled()
        if not any(one is not None for one in flat(self.compile_given["loss"])):
            raise NetcoreValueError(
                "compile.no_loss",
                "There is no loss to make smaller. Give one: model.compile(optimizer='adam', loss='mse').",
            )

    def require_compiled(self) -> None:
        """Refuse to go on before compile.

        Raises:
            NetcoreValueError "model.not_compiled".
        """
        if self._compiled is None:
            raise NetcoreValueError(
                "model.not_compiled",
                "You must call compile() before using the model. "
                "Try model.compile(optimizer='adam', loss='mse') first.",
            )


def check_names(loss: Any, metrics: Any, weighted_metrics: Any) -> None:
    """Unknown names are refused at compile, not at the first fit."""
    for name in flat(loss):
        if name not in ("crossentropy", "ce"):
            losses.loss_of(name)
    for name in flat([metrics, weighted_metrics]):
        if isinstance(name, str):
            named(name)


def refuse_missing(loss: dict[str, Any], names: list[str]) -> None:
    """Refuse a dict that says nothing of an output: a forgotten one would never be trained."""
    missing = [name for name in names if name not in loss]
    if missing:
        raise NetcoreValueError(
            "compile.loss_missing",
            "`loss` has no entry for the output {name!r}. Give one for each of: {choices}; None for an output that is "
            "not to be trained.",
            name=missing[0],
            choices=", ".join(names),
        )


def fitting_crossentropy(identifier: Any, tensor: Tensor) -> Any:
    """The loss as compile got it, or the cross-entropy that fits the output for "crossentropy" and "ce"."""
    if identifier in ("crossentropy", "ce"):
        return losses.fitting_crossentropy(tensor.inner_shape[-1])
    return identifier
