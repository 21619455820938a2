"""What a measure of a run is: its unit, and whether more of it is better."""

from netcore.callbacks.monitors import goes_up


def larger_is_better(name: str) -> bool:
    """Whether a history key, with or without "val_" and the name of an output, is a score rather than an error."""
    return goes_up(name)


def metric_unit(name: str, target_unit: str) -> str:
    """Unit of a metric of a target with that unit; a metric that is not known here has none."""
    if name.lower() in ("mape", "mean_absolute_percentage_error"):
        return "%"
    if not target_unit:
        return ""
    if name.lower() in ("mse", "mean_squared_error"):
        return f"({target_unit})²" if len(target_unit) > 2 else f"{target_unit}²"
    linear = ("mae", "mean_absolute_error", "rmse", "root_mean_squared_error")
    return target_unit if name.lower() in linear else ""
