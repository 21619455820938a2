"""Which knobs a network has that can be turned while it learns, told from the experiment alone."""

from collections.abc import Iterator
from typing import Any

from lab.spec.experiment import Experiment, GraphSpec, LayerSpec
from netcore.layers import LAYERS
from netcore.optimizers import OPTIMIZERS
from netcore.regularizers import REGULARIZERS


def has_knob(experiment: Experiment, name: str, layer: str = "") -> bool:
    """Whether there is something to turn.

    Args:
        name: "l1", "l2", "dropout", "momentum", "weight".
        layer: which one is meant, by place or id; "" for any.
    """
    if name == "momentum":
        return hasattr(OPTIMIZERS.get(experiment.compile.optimizer.type), "set_momentum")
    meant = [one for key, one in _named(experiment) if layer in ("", key)]
    if name == "weight":
        return bool(meant) and layer != ""
    return any(_holds(one, name) for one in meant)


def _named(experiment: Experiment) -> Iterator[tuple[str, LayerSpec]]:
    by_id = isinstance(experiment.model, GraphSpec)
    for place, layer in enumerate(experiment.model.layers):
        yield (layer.id if by_id else str(place)), layer


def _holds(layer: LayerSpec, name: str) -> bool:
    params = layer.filled(LAYERS)
    if name == "dropout":
        return "rate" in params
    kept = (value for key, value in params.items() if key.endswith("_regularizer") and key != "activity_regularizer")
    return any(name in _factors(value) for value in kept)


def _factors(described: Any) -> Any:
    """Names of the factors of a penalty that is kept as netcore describes one."""
    if described is None:
        return ()
    return REGULARIZERS.get(described["class_name"] if isinstance(described, dict) else described).params
