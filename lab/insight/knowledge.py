"""What a page needs to draw what a network knows while it learns: rows and axes, which stand still, as plain values.

What moves comes from elsewhere: the weights of a small dense network, with which the browser computes, or the answers
of any other to the same rows (`lab.runs.work.answers`). The test part is in it only where it was opened.
"""

from base64 import b64encode
from typing import Any

import numpy as np

from lab.data.prepare import PART_NAMES, Dataset, PartName
from lab.data.sequences import read_label
from lab.insight.evaluate import views_of
from lab.insight.try_it import part_to_pick_from
from lab.model.drawn_units import MOST_PARAMETERS
from lab.model.layer_table import layer_rows, parameter_count
from lab.model.pixels import images_of
from lab.model.plain_layers import plain_layers
from lab.model.probe import MOST_TEXTS, between_rows, ends, evenly
from lab.spec.experiment import Experiment, GraphSpec
from netcore.layers import LAYERS

Array = np.ndarray[Any, Any]

MOST_AXES = 24  # inputs of which two can be chosen; more would have to be sent for each row
MOST_POINTS = 400  # rows drawn of the training part
MOST_PIXELS = 60_000  # of all images together
ROOM = 0.15  # of the range of the targets, left above and below


def knowledge(experiment: Experiment, dataset: Dataset, *, test_is_open: bool = False) -> dict[str, Any] | None:
    """Plain values for pages/ui/run/what_it_knows.js; None of a network whose answers it cannot draw.

    Keys: "outputs" (what each is to say to the rows), "rows" of "of" rows of "part"; "layers" that a browser computes,
    or None; "x" of the rows where it does; "axes", "rest" and "points" of numbers that can be drawn over a plane or
    along a line; "grid", the number of answers between the rows that a worker tells of others; "image".
    """
    if dataset.task == "sequence_labels" and not isinstance(experiment.model, GraphSpec) and experiment.model.layers:
        return _texts(dataset)
    views = views_of(experiment, dataset)
    if any(seen.task == "sequence_labels" or not one.model.layers for one, seen in views.values()):
        return None
    part = part_to_pick_from(dataset)
    rows = evenly(len(dataset.part(part).x))
    x = dataset.part(part).x[rows]
    layers = layers_for_browser(experiment, dataset)
    image = _image(experiment, dataset, x)
    axes = [] if image else _axes(dataset)
    between = 0 if layers or isinstance(experiment.model, GraphSpec) else len(_between(dataset))
    drawn = bool(axes) and bool(layers or between)
    parts = [name for name in PART_NAMES if len(dataset.part(name).x) and (name != "test" or test_is_open)]
    return {
        "outputs": [_output(name, *view, part, rows) for name, view in views.items()],
        "part": part,
        "rows": len(rows),
        "of": len(dataset.part(part).x),
        "layers": layers,
        "x": packed(x) if layers else None,
        "axes": axes if drawn else [],
        "rest": _rest(dataset) if drawn else [],
        "points": {name: _points(experiment, dataset, name) for name in parts} if drawn else {},
        "grid": between,
        "image": image,
    }


def _texts(dataset: Dataset) -> dict[str, Any]:
    """Of a network that reads texts: a few rows. An answer has a class for each time step, of which 0 is the blank."""
    part = part_to_pick_from(dataset)
    rows = evenly(len(dataset.part(part).x))[:MOST_TEXTS]
    output = {
        "name": "",
        "title": dataset.target_name,
        "task": "text",
        "classes": list(dataset.classes),
        "unit": "",
        "logits": True,
        "targets": [read_label(label, dataset.classes) for label in dataset.part(part).target[rows]],
        "numbers": [int(row) + 1 for row in dataset.part(part).rows[rows]],
    }
    held = {"outputs": [output], "part": part, "rows": len(rows), "of": len(dataset.part(part).x)}
    still: dict[str, Any] = {"layers": None, "x": None, "axes": [], "rest": [], "points": {}, "grid": 0, "image": None}
    return held | still


def layers_for_browser(experiment: Experiment, dataset: Dataset) -> list[dict[str, Any]] | None:
    """Those of a network that a browser computes from its weights; None of any other."""
    layers = plain_layers(experiment) if len(dataset.input_shape) == 1 else None
    if not layers or parameter_count(layer_rows(experiment, dataset)) > MOST_PARAMETERS:
        return None
    return layers


def packed(values: Array) -> str:
    """(n, d) as base64 of float32, feature by feature."""
    return b64encode(np.ascontiguousarray(values.T, np.float32).tobytes()).decode()


# --- outputs


def _output(name: str, experiment: Experiment, dataset: Dataset, part: PartName, rows: Array) -> dict[str, Any]:
    is_number = dataset.task == "regression"
    target = dataset.part(part).target[rows]
    return {
        "name": name,
        "title": dataset.target_name,
        "task": "number" if is_number else "classes",
        "classes": list(dataset.classes),
        "unit": dataset.target_unit,
        "mean": dataset.target_mean,
        "scale": dataset.target_scale,
        "logits": bool(experiment.compile.loss.params.get("from_logits", False)),
        "targets": target.tolist(),
        "range": _range(dataset) if is_number else None,
    }


def _range(dataset: Dataset) -> list[float]:
    """Of the targets that a network may see; they set the scale, since one that has learned nothing may be far away."""
    values = np.concatenate([dataset.train.target, dataset.validation.target])
    low, high = float(values.min()), float(values.max())
    room = ROOM * (high - low or 1.0)
    return [low - room, high + room]


# --- the plane and the line


def _axes(dataset: Dataset) -> list[dict[str, Any]]:
    """Inputs that are numbers, so that what lies between two rows has a meaning, with how they are prepared."""
    if dataset.train.x.ndim != 2 or dataset.input_shape[0] > MOST_AXES:
        return []
    return [
        {
            "place": features.start,
            "name": column.source,
            **_ends(dataset, features.start),
            "mean": column.mean,
            "scale": column.scale,
            "log": column.log,
        }
        for column, features in dataset.columns_with_features()
        if column.kind == "number" and column.scale != 0
    ]


def _ends(dataset: Dataset, place: int) -> dict[str, float]:
    low, high = ends(dataset.train.x[:, place], dataset.validation.x[:, place])
    return {"low": low, "high": high}


def _between(dataset: Dataset) -> Array:
    return between_rows(dataset.train.x, dataset.validation.x)


def _rest(dataset: Dataset) -> list[float]:
    """Prepared values of the inputs that are no axis: the median, and of categories the most frequent one."""
    x = dataset.train.x
    values = np.median(x, axis=0)
    for column, features in dataset.columns_with_features():
        if column.kind == "one_hot":
            values[features] = np.eye(features.stop - features.start)[x[:, features].mean(axis=0).argmax()]
    rest: list[float] = values.tolist()
    return rest


def _points(experiment: Experiment, dataset: Dataset, part: PartName) -> dict[str, Any]:
    """Rows of a part, with what is right for each output."""
    rows = evenly(len(dataset.part(part).x), MOST_POINTS)
    targets = {name: view.part(part).target[rows].tolist() for name, (_, view) in views_of(experiment, dataset).items()}
    return {"x": packed(dataset.part(part).x[rows]), "targets": targets}


# --- images


def _image(experiment: Experiment, dataset: Dataset, x: Array) -> dict[str, Any] | None:
    """Of samples that are an image each: some of them in shades of grey; the shape of what a first unit sees."""
    images = images_of(dataset, x)
    if len(images) != 1 or isinstance(experiment.model, GraphSpec):
        return None
    count, height, width = images[0].shape
    count = min(count, MOST_PIXELS // (height * width))
    grey = (255 * images[0][:count]).round().astype(np.uint8)
    return {
        "height": height,
        "width": width,
        "count": count,
        "pixels": b64encode(grey.tobytes()).decode(),
        "first": _first_shape(experiment, height, width),
    }


def _first_shape(experiment: Experiment, height: int, width: int) -> list[int] | None:
    """(height, width) of the weights of a unit of the first layer that has any, where they can be seen as an image."""
    for layer in experiment.model.layers:
        if layer.type == "Dense":
            return [height, width]
        if layer.type == "Conv2D":
            size = layer.filled(LAYERS)["kernel_size"]
            return [size, size] if isinstance(size, int) else [int(side) for side in size]
        if LAYERS.get(layer.type).params.get("units") is not None:
            return None
    return None
