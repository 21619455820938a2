"""From what a program writes to a metric: names, classes, objects, functions."""

from typing import Any

from netcore.metrics.accuracy import BinaryAccuracy, CategoricalAccuracy, SparseCategoricalAccuracy
from netcore.metrics.mean import MeanMetricWrapper
from netcore.metrics.metric import METRICS, Metric


def get(identifier: Any) -> Metric:
    """A metric from a name, class, instance, a function (y_true, y_pred) -> (n,), or {"class_name": …, "config": …}.

    Raises:
        NetcoreValueError "registry.unknown": no metric has that name.
    """
    if isinstance(identifier, Metric):
        return identifier
    if isinstance(identifier, type) and issubclass(identifier, Metric):
        return identifier()
    if isinstance(identifier, dict):
        return METRICS.get(identifier["class_name"]).from_config(identifier["config"])
    if callable(identifier):
        return MeanMetricWrapper(identifier)
    return METRICS.get(identifier)()


def for_output(identifier: Any, target_width: int, width: int) -> Metric:
    """The metric of a compile string, which names it in the history; "accuracy" picks the variant that fits the shapes.

    Args:
        target_width, width: last axis of the targets and of the model's output.
    """
    if not isinstance(identifier, str):
        return get(identifier)
    if identifier.lower() in ("accuracy", "acc"):
        sparse = SparseCategoricalAccuracy if target_width != width else CategoricalAccuracy
        return BinaryAccuracy(identifier) if width == 1 else sparse(identifier)
    metric = METRICS.get(identifier)()
    metric.name = identifier
    return metric
