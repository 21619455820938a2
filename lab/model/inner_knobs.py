"""Which knobs a network has that can be turned while it learns, told from the experiment alone."""

from collections.abc import Iterator
from typing import Any, Final, Literal

from lab.spec.experiment import Experiment, GraphSpec, LayerSpec
from netcore.layers import LAYERS
from netcore.optimizers import OPTIMIZERS
from netcore.optimizers.optimizer import Momentum
from netcore.regularizers import REGULARIZERS

KERNEL_PENALTY: Final = "kernel_regularizer"
FACTORS: Final[tuple[Literal["l1", "l2"], ...]] = ("l1", "l2")


def has_knob(experiment: Experiment, name: str, layer: str = "") -> bool:
    """Whether there is something to turn.

    Args:
        name: "l1", "l2", "dropout", "momentum", "weight".
        layer: which one is meant, by place or id; "" for any. Of one that is meant the kernel may come under a penalty
            of "l1" or "l2" that it was made without.
    """
    if name == "momentum":
        return issubclass(OPTIMIZERS.get(experiment.compile.optimizer.type), Momentum)
    meant = [one for key, one in named_layers(experiment) if layer in ("", key)]
    if name == "weight":
        return bool(meant) and layer != ""
    if layer and name in FACTORS and any(kernel_factors(one) is not None for one in meant):
        return True
    return any(holds(one, name) for one in meant)


def named_layers(experiment: Experiment) -> Iterator[tuple[str, LayerSpec]]:
    """Each layer with what a turned knob calls it: its place, in a functional model its id."""
    by_id = isinstance(experiment.model, GraphSpec)
    for place, layer in enumerate(experiment.model.layers):
        yield (layer.id if by_id else str(place)), layer


def holds(layer: LayerSpec, name: str) -> bool:
    """Whether a layer was made with the knob."""
    params = layer.filled(LAYERS)
    if name == "dropout":
        return "rate" in params
    return any(name in _made(value).params for value in _penalties(params).values() if value is not None)


def _penalties(params: dict[str, Any]) -> dict[str, Any]:
    """Those on weights, as netcore describes them, by the arguments of a layer."""
    return {
        name: value
        for name, value in params.items()
        if name.endswith("_regularizer") and name != "activity_regularizer"
    }


def _made(described: Any) -> Any:
    name, config = (described, {}) if isinstance(described, str) else (described["class_name"], described["config"])
    return REGULARIZERS.get(name)(**config)


def kernel_factors(layer: LayerSpec) -> tuple[float, float] | None:
    """(l1, l2) of what weighs on a layer's kernel, where both can be turned while it learns; None where not.

    That is: there is a kernel, and no other weight is under a penalty.
    """
    penalties = _penalties(layer.filled(LAYERS))
    if KERNEL_PENALTY not in penalties:
        return None
    kernel = penalties.pop(KERNEL_PENALTY)
    if any(value is not None for value in penalties.values()):
        return None
    return (0.0, 0.0) if kernel is None else (_made(kernel).l1, _made(kernel).l2)


def with_kernel_factors(layer: LayerSpec, l1: float, l2: float) -> LayerSpec:
    """The layer with both penalties, or with none where both factors are 0."""
    bare = layer.replace(params={name: value for name, value in layer.params.items() if name != KERNEL_PENALTY})
    config = {"l1": float(l1), "l2": float(l2)}
    return bare.with_params(**{KERNEL_PENALTY: {"class_name": "L1L2", "config": config}}) if l1 or l2 else bare
