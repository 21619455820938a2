"""The table that `model.summary()` prints: the same characters as Keras's."""

import math
import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from netcore.errors import NetcoreValueError
from netcore.layers.input_layer import InputLayer

COLUMNS = ("Layer (type)", "Output Shape", "Param #")
ENDS = (0.45, 0.8, 1.0)  # where the columns end, as shares of the line
ENDS_CONNECTED = (0.3, 0.56, 0.74, 1.0)
LENGTH, LENGTH_CONNECTED, LENGTH_TRAINABLE = 88, 108, 12  # of a line, and what one more column adds


@dataclass(frozen=True)
class Column:
    """A column of the table; `align` is "<", ">" or "^", `width` without the blank on each side."""

    title: str
    align: str
    width: int


def summary_text(
    model: Any,
    line_length: int | None = None,
    positions: Sequence[float] | None = None,
    *,
    expand_nested: bool = False,
    show_trainable: bool = False,
    layer_range: Sequence[str] | None = None,
) -> str:
    """Title, one row for each layer, and the totals, as text.

    Args:
        line_length: characters of a line; as many as the terminal has, up to 88 or 108, if left out.
        positions: where each column ends, as shares of the line.
        expand_nested: rows for the layers of nested models too.
        show_trainable: a column that says which layers learn.
        layer_range: names (or regular expressions) of the first and the last layer to show.
    """
    connected = _has_branches(model)
    columns = _columns(connected, show_trainable, line_length, positions)
    rows: list[list[str]] = []
    for layer in _chosen(model, layer_range):
        rows += _rows(layer, model, connected=connected, expand=expand_nested, trainable=show_trainable)
    return "\n".join([f'Model: "{model.name}"', *_table(columns, rows), *_totals(model)]) + "\n"


# --- what stands in the rows


def _listed(model: Any) -> list[Any]:
    return model.layers if model.graph is not None or model.sequential else []


def _chosen(model: Any, layer_range: Sequence[str] | None) -> list[Any]:
    layers = _listed(model)
    if layer_range is None:
        return layers
    first, last = layer_range
    starts = [index for index, layer in enumerate(layers) if re.match(first, layer.name)]
    stops = [index for index, layer in enumerate(layers) if re.match(last, layer.name)]
    if not starts or not stops:
        raise NetcoreValueError(
            "summary.layer_range",
            "`layer_range` must name the first and the last layer to show, but {given} are not among: {choices}.",
            given=", ".join(str(name) for name in layer_range),
            choices=", ".join(layer.name for layer in layers),
        )
    return layers[min(*starts, *stops) : max(*starts, *stops) + 1]


def _has_branches(model: Any) -> bool:
    """Whether the layers are more than a chain, so that the table has to say what is connected to what."""
    if model.sequential or model.graph is None:
        return False
    depths = model.graph.depths()
    alone = len(set(depths)) == len(depths) and len(model.graph.inputs) == 1
    return not alone or any(len(node.inputs) > 1 or len(model.calls_of(node.layer)) > 1 for node in model.graph.nodes)


def _rows(layer: Any, model: Any, *, connected: bool, expand: bool, trainable: bool, level: int = 0) -> list[list[str]]:
    before = f"{'   ' * level}└ " if level else ""
    parameters = f"{layer.count_params():,}" if layer.built else "0 (unbuilt)"
    row = [f"{before}{layer.name} ({layer.class_name()})", _shape(layer), parameters]
    if connected:
        row.append(_connections(layer, model) if level == 0 else "-")
    if trainable:
        row.append(("Y" if layer.trainable else "N") if layer.built and layer.weights else "-")
    rows = [row]
    for inner in _listed(layer) if expand and hasattr(type(layer), "layers") else []:
        rows += _rows(inner, layer, connected=connected, expand=expand, trainable=trainable, level=level + 1)
    return rows


def _shape(layer: Any) -> str:
    if isinstance(layer, InputLayer):
        return str(layer.output_shape)
    if layer.calls:
        shapes = [str(tensor.shape) for tensor in layer.calls[-1].outputs]
        return shapes[0] if len(shapes) == 1 else f"[{', '.join(shapes)}]"
    known = hasattr(type(layer), "layers") and layer.built
    return str(layer.output_shape) if known else "?"


def _connections(layer: Any, model: Any) -> str:
    """What the layer reads: name[number of the call][number of the output] of each input."""
    made = []
    for node in model.calls_of(layer):
        for tensor in node.inputs:
            if tensor.source is None or any(tensor is one for one in model.graph.inputs):
                made.append(f"{tensor.name}[0][0]")
                continue
            maker, source = tensor.source.layer, tensor.source
            call = next(number for number, one in enumerate(maker.calls) if one is source)
            output = next(number for number, one in enumerate(source.outputs) if one is tensor)
            made.append(f"{maker.name}[{call}][{output}]")
    return ", ".join(made) or "-"


# --- the table


def _columns(
    connected: bool, trainable: bool, line_length: int | None, positions: Sequence[float] | None
) -> list[Column]:
    ends = list(positions or (ENDS_CONNECTED if connected else ENDS))
    titles = [*COLUMNS, *(["Connected to"] if connected else [])]
    aligns = ["<", "<", ">", *(["<"] if connected else [])]
    longest = LENGTH_CONNECTED if connected else LENGTH
    if trainable:
        longest += LENGTH_TRAINABLE
        ends = [end * 0.9 for end in ends] + [1.0]
        titles.append("Trainable")
        aligns.append("^")
    length = line_length or min(longest, shutil.get_terminal_size().columns - 4)
    stops = [int(end * length) for end in ends]
    widths = [stop - start + 2 for start, stop in zip([0, *stops[:-1]], stops, strict=True)]
    if min(widths) < 6:
        raise NetcoreValueError(
            "summary.width", "A line of {length} characters is too short for the table.", length=length
        )
    # the lines between the columns and the blanks beside them take their room from all columns alike
    excess, left = sum(widths) + len(widths) + 1 - length, len(widths)
    for index in range(len(widths)):
        taken = round(excess / left)
        widths[index], excess, left = widths[index] - taken, excess - taken, left - 1
    return [Column(title, align, width - 2) for title, align, width in zip(titles, aligns, widths, strict=True)]


def _table(columns: list[Column], rows: list[list[str]]) -> list[str]:
    lines = [_rule(columns, "┏━┳┓"), *_cells(columns, [column.title for column in columns], "┃")]
    lines.append(_rule(columns, "┡━╇┩"))
    for index, row in enumerate(rows):
        if index:
            lines.append(_rule(columns, "├─┼┤"))
        lines += _cells(columns, row, "│")
    return [*lines, _rule(columns, "└─┴┘")]


def _rule(columns: list[Column], signs: str) -> str:
    left, line, middle, right = tuple(signs)
    return left + middle.join(line * (column.width + 2) for column in columns) + right


def _cells(columns: list[Column], row: list[str], edge: str) -> list[str]:
    """One row of the table, on as many lines as its longest cell needs."""
    cells = [_wrapped(text, column.width) for text, column in zip(row, columns, strict=True)]
    lines = []
    for number in range(max(len(cell) for cell in cells)):
        texts = [cell[number] if number < len(cell) else "" for cell in cells]
        padded = [f" {text:{column.align}{column.width}} " for text, column in zip(texts, columns, strict=True)]
        lines.append(edge + edge.join(padded) + edge)
    return lines


def _wrapped(text: str, width: int) -> list[str]:
    """Broken at blanks; a word that is too long is cut."""
    lines: list[str] = []
    line = ""
    for word in re.findall(r"\s*\S+\s*", text):
        if line and len((line + word).rstrip()) > width:
            lines.append(line)
            line = word
        else:
            line += word
    lines.append(line)
    stripped = [one.rstrip() for one in lines]
    return [one if len(one) <= width else one[: width - 1] + "…" for one in stripped]


# --- totals


def _totals(model: Any) -> list[str]:
    learning, fixed = _sizes(model.trainable_weights), _sizes(model.non_trainable_weights)
    slots = getattr(model.optimizer, "slots", {})
    built = getattr(model.optimizer, "vector", None) is not None
    kept = [(slot.size, slot.dtype.itemsize) for slot in slots.values()]
    kept += [(1, 4), (1, 4)] if built else []  # its counter and its learning rate
    lines = [
        _total("Total params", [*learning, *fixed, *kept]),
        _total("Trainable params", learning),
        _total("Non-trainable params", fixed),
    ]
    return [*lines, _total("Optimizer params", kept)] if built else lines


def _sizes(weights: list[Any]) -> list[tuple[int, int]]:
    """(numbers, bytes of each) of every weight."""
    return [(math.prod(weight.shape), np.dtype(weight.dtype).itemsize) for weight in weights]


def _total(title: str, parts: list[tuple[int, int]]) -> str:
    size, unit = float(sum(numbers * each for numbers, each in parts)), "B"
    for larger in ("KB", "MB", "GB", "TB"):
        if size < 1024:
            break
        size, unit = size / 1024, larger
    return f" {title}: {sum(numbers for numbers, _ in parts):,} ({size:.2f} {unit})"
