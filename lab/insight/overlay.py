"""The curves of several runs in one picture: which there are, which a run has, and what stands beside each."""

import re
from collections.abc import Mapping, Sequence
from typing import Final

from lab.insight.differences import legends
from lab.insight.honest import is_penalised
from lab.insight.shelf import Entry, side_by_side
from lab.model.quantities import quantity
from lab.runs.kept.record import RunView
from lab.texts import Language, say

DATA_LOSS: Final = "data_loss"  # the loss without the weight penalty; a run without one has it as its loss
PARTS: Final = {"train": "{}", "validation": "val_{}", "evaluated": "evaluated_{}"}
ROOM: Final = 48  # letters that a legend has room for
KERAS_NAME = re.compile(r" \([a-z_.]+\)")


def quantities(entries: Sequence[Entry]) -> list[str]:
    """History keys that one of the runs has, the loss first; with a weight penalty the loss without it too."""
    found = dict.fromkeys(name.removeprefix("val_") for entry in entries for name in entry.summary.metrics)
    apart = [DATA_LOSS] if any(is_penalised(entry.experiment) for entry in entries) else []
    return ["loss", *apart, *(name for name in found if name != "loss")]


def kept_name(name: str) -> str:
    """The quantity under which final and best values, and forecasts without a network, are kept."""
    return "loss" if name == DATA_LOSS else name


def said_quantity(name: str, entries: Sequence[Entry], language: Language) -> str:
    """A quantity in words."""
    if name == DATA_LOSS:
        return say("compare.data_loss", language)
    return quantity(name, language, entries[0].experiment)


def curves_of(run: RunView, name: str, parts: Sequence[str]) -> dict[str, list[float]]:
    """Part -> the curve of that quantity, for the parts that the run has."""
    columns = {**run.extras, **run.history}
    found = name if name in columns else kept_name(name)
    keys = {part: key.format(found) for part, key in PARTS.items() if part in parts}
    return {part: columns[key] for part, key in keys.items() if columns.get(key)}


def fork_place(places: Sequence[Sequence[float]], epoch: int) -> float | None:
    """Where on the x axis a fork begins: at the end of that epoch, by the first run that has it."""
    return next((place[epoch - 1] for place in places if len(place) >= epoch), None)


def legend_lines(entries: Sequence[Entry], language: Language, longest: int) -> list[str]:
    """Each run's line in the legend: its number, a name that not all have, and what it alone is set to.

    Args:
        longest: letters; where more differ, what sets a run apart from the one before it is said, as on the shelf.
    """
    told = legends(side_by_side(entries), language)
    if max(map(len, told)) > ROOM:  # the argument's Keras name can be read on the shelf
        told = tuple(KERAS_NAME.sub("", words) for words in told)
    if max(map(len, told)) > longest:
        told = tuple(KERAS_NAME.sub("", entry.differs) for entry in entries)
    alike = len({entry.summary.title for entry in entries}) == 1
    titles = ["" if alike else entry.summary.title for entry in entries]
    lines = zip((entry.label for entry in entries), titles, told, strict=True)
    return [" · ".join(part for part in line if part) for line in lines]


def baselines(entries: Sequence[Entry], name: str) -> Mapping[float, str]:
    """Level of a forecast without a network -> the runs that it belongs to, "" if to all."""
    found: dict[float, list[str]] = {}
    for entry in entries:
        level = entry.context.baselines.get(kept_name(name))  # it has no weights that could be penalised
        if level is not None:
            found.setdefault(float(f"{level:.6g}"), []).append(entry.label)
    named = {level: runs[0] if len(runs) == 1 else f"{runs[0]} +{len(runs) - 1}" for level, runs in found.items()}
    return named if len(named) > 1 else dict.fromkeys(named, "")
