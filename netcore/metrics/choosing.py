"""From what a program writes to a metric: names, classes, objects, functions."""

from typing import Any

from netcore.errors import NetcoreValueError
from netcore.losses.functions import function_of
from netcore.losses.loss import LOSSES
from netcore.metrics.accuracy import BinaryAccuracy, CategoricalAccuracy, SparseCategoricalAccuracy
from netcore.metrics.mean import MeanMetricWrapper
from netcore.metrics.metric import METRICS, Metric
from netcore.params import defaults


def get(identifier: Any) -> Metric:
    """A metric from a name, class, instance, a function (y_true, y_pred) -> (n,), or {"class_name": …, "config": …}.

    The name of a loss that no metric has is the mean of that loss.

    Raises:
        NetcoreValueError "registry.unknown": no metric has that name.
        NetcoreValueError "metric.needs_arguments": one that cannot be made from its name alone.
    """
    if isinstance(identifier, Metric):
        return identifier
    if isinstance(identifier, dict):
        return METRICS.get(identifier["class_name"]).from_config(identifier["config"])
    found = named(identifier) if isinstance(identifier, str) else identifier
    if not (isinstance(found, type) and issubclass(found, Metric)):
        return MeanMetricWrapper(found) if callable(found) else METRICS.get(identifier)()
    missing = [name for name in found.params if name not in defaults(found)]
    if missing:
        raise NetcoreValueError(
            "metric.needs_arguments",
            "{name} cannot be made from its name alone: write metrics.{name}({arguments}).",
            name=found.__name__,
            arguments=", ".join(f"{name}=…" for name in missing),
        )
    return found()


def named(name: str) -> Any:
    """The metric class of that name, or the function of the loss, where no metric has it.

    Raises:
        NetcoreValueError "registry.unknown": neither has that name.
    """
    if name in METRICS or name not in LOSSES:
        return METRICS.get(name)
    loss_class: Any = LOSSES.get(name)
    return function_of(loss_class)


def for_output(identifier: Any, target_width: int, width: int) -> Metric:
    """The metric of a compile string, which names it in the history; "accuracy" picks the variant that fits the shapes.

    Args:
        target_width, width: last axis of the targets and of the model's output.
    """
    if isinstance(identifier, str) and identifier.lower() in ("accuracy", "acc"):
        sparse = SparseCategoricalAccuracy if target_width != width else CategoricalAccuracy
        return BinaryAccuracy(identifier) if width == 1 else sparse(identifier)
    metric = get(identifier)
    if isinstance(identifier, str):
        metric.name = identifier
    metric.build(width)
    return metric
