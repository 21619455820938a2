"""The table that `model.summary()` prints."""

import math
from typing import Any

HEADINGS = ("Layer (type)", "Output Shape", "Param #")


def summary_text(model: Any, line_length: int | None = None) -> str:
    """Title, one row for each layer, and the totals, as text."""
    table = [HEADINGS, *(_row(layer) for layer in model.layers)]
    widths = [max(len(row[column]) for row in table) for column in range(3)]
    if line_length is not None:
        widths[0] = max(widths[0], line_length - sum(widths[1:]) - 4)
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in table]
    rule = "─" * (sum(widths) + 4)
    return "\n".join([f'Model: "{model.name}"', rule, lines[0], rule, *lines[1:], rule, *_totals(model)])


def _row(layer: Any) -> tuple[str, str, str]:
    shape = str(layer.output_shape) if layer.calls else "?"
    parameters = f"{layer.count_params():,}" if layer.built else "0 (unbuilt)"
    return f"{layer.name} ({type(layer).__name__})", shape, parameters


def _totals(model: Any) -> list[str]:
    learning, fixed = _numbers(model.trainable_weights), _numbers(model.non_trainable_weights)
    lines = [
        _total("Total params", learning + fixed, model.dtype),
        _total("Trainable params", learning, model.dtype),
        _total("Non-trainable params", fixed, model.dtype),
    ]
    slots = getattr(model.optimizer, "slots", {})
    if slots:
        lines.append(_total("Optimizer params", sum(slot.size for slot in slots.values()) + 2, model.dtype))
    return lines


def _numbers(weights: list[Any]) -> int:
    return sum(math.prod(weight.shape) for weight in weights)


def _total(title: str, numbers: int, dtype: str) -> str:
    size, unit = float(numbers * (8 if dtype == "float64" else 4)), "B"
    for larger in ("KB", "MB", "GB"):
        if size < 1024:
            break
        size, unit = size / 1024, larger
    return f"{title}: {numbers:,} ({size:.2f} {unit})"
