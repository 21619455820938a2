"""What compile was given, as a dict that JSON can hold: names where they say all, else class and arguments."""

from collections.abc import Callable
from typing import Any

from netcore import losses, metrics
from netcore.names import snake_case
from netcore.own import name_of


def compile_arguments(model: Any) -> dict[str, Any]:
    """Arguments with which `model.compile` comes out the same, as plain values."""
    given = model.compile_given
    optimizer = model.optimizer
    return {
        "optimizer": {"class_name": type(optimizer).__name__, "config": optimizer.get_config()},
        **{name: plain(value) for name, value in given.items()},
        "combine_losses": model.combine_losses,
    }


def plain(value: Any) -> Any:
    """Names and numbers as they are, objects as {"class_name", "config"}, lists and dicts entry by entry.

    A class or a function becomes its name, such as "mean_squared_error"; one of this package is found by it again.
    """
    if isinstance(value, dict):
        return {name: plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    if value is None or isinstance(value, str | int | float):
        return value
    if isinstance(value, type) or not hasattr(value, "get_config"):
        return snake_case(name_of(value))
    return {"class_name": type(value).__name__, "config": value.get_config()}


def restored(arguments: dict[str, Any]) -> dict[str, Any]:
    """The arguments of compile from what `compile_arguments` gave."""
    made = dict(arguments)
    made["loss"] = _objects(made.get("loss"), losses.loss_of)
    for name in ("metrics", "weighted_metrics"):
        made[name] = _objects(made.get(name), metrics.get)
    return made


def _objects(value: Any, get: Callable[[Any], Any]) -> Any:
    if isinstance(value, dict):
        if set(value) == {"class_name", "config"}:
            return get(value)
        return {name: _objects(one, get) for name, one in value.items()}
    return [_objects(one, get) for one in value] if isinstance(value, list) else value
