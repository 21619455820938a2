"""Advice: warnings about models that run but will surprise the learner."""

import warnings

from netcore import activations
from netcore.errors import Advice, NetcoreWarning
from netcore.graph import Step, Tensor
from netcore.heads import Head, Targets
from netcore.parameters import Weight


def maker(steps: list[Step], tensor: Tensor) -> Step | None:
    """The step that makes a tensor; None for an input."""
    return next((step for step in steps if any(tensor is made for made in step.outputs)), None)


def last_activation(steps: list[Step], tensor: Tensor) -> str:
    """Name of the function that shapes an output; what changes nothing behind it is looked through."""
    step = maker(steps, tensor)
    while step is not None and (step.operation is activations.linear or step.operation.identity):
        step = maker(steps, step.inputs[0])
    function = None if step is None else step.operation
    return function.name if isinstance(function, activations.Function) else "linear"


def advise(head: Head, layer: str, activation: str) -> None:
    """Warn about outputs that do not suit the loss."""
    if head.loss is None:
        return
    if activation == "softmax" and head.width == 1:
        found: Advice | None = Advice(
            "advice.one_unit_softmax",
            "The last layer {layer!r} has one unit with softmax, which is always 1. Use activation='sigmoid'.",
        )
    else:
        found = head.loss.advice(activation, head.width)
    if found is not None:
        loss, function = type(head.loss).__name__, getattr(head.loss, "function", "")
        warnings.warn(
            NetcoreWarning(*found, loss=loss, layer=layer, activation=activation, function=function), stacklevel=4
        )


def advise_on_targets(heads: list[Head], targets: list[Targets]) -> None:
    """Warn about targets that do not suit the loss."""
    for head, one in zip(heads, targets, strict=True):
        found = None if head.loss is None else head.loss.target_advice(one.raw.ordered)
        if found is not None:
            warnings.warn(NetcoreWarning(*found, loss=type(head.loss).__name__), stacklevel=4)


def advise_on_penalty(weights: list[Weight]) -> None:
    """Warn where val_loss will hold more than the data say."""
    under = [weight.name for weight in weights if weight.regularizer is not None]
    if under:
        warnings.warn(
            NetcoreWarning(
                "advice.penalty_in_val_loss",
                "`loss` and `val_loss` hold the penalty on the weights as well ({weights}), so they do not tell how "
                "well the network fits. Look at the metrics, or at history.extras: data_loss and val_data_loss.",
                weights=", ".join(dict.fromkeys(under)),
            ),
            stacklevel=4,
        )


def advise_on_masks(steps: list[Step], masked: set[int]) -> None:
    """Warn where a mask ends although nobody has read it: what comes after would take the missing steps for data."""
    for step in steps:
        operation = step.operation
        if any(step.masked_inputs(masked)) and not (
            operation.keeps_mask or operation.reads_mask or operation.makes_mask
        ):
            name = step.layer.name if step.layer is not None else type(operation).__name__
            warnings.warn(
                NetcoreWarning(
                    "advice.mask_destroyed",
                    "The layer {layer!r} gets a mask of missing time steps, but does not support masks: "
                    "the layers behind it take every step for data.",
                    layer=name,
                ),
                stacklevel=4,
            )
