"""How the data of an exported program were prepared, as comments: the formula of each feature and of the target."""

from lab.data.prepare import Dataset
from lab.data.prepare.recipe import PreparedColumn
from lab.export.calls import one_line
from lab.texts import Language, say

SHOWN = 40  # features; an image has hundreds, all prepared alike


def preparation_lines(dataset: Dataset, language: Language) -> list[str]:
    """What was done to the columns of the file before the arrays were made."""
    lines = [say("export.prepared", language, train=len(dataset.train.x), validation=len(dataset.validation.x))]
    lines += [f"  {one_line(column.source)}: {_formula(column)}" for column in dataset.columns[:SHOWN]]
    if len(dataset.columns) > SHOWN:
        lines.append(f"  … ({len(dataset.columns)})")
    for target in (dataset, *dataset.others):
        lines.append(f"  {one_line(target.target_name)} -> {_target(target)}")
    return [f"# {line}" for line in lines]


def _formula(column: PreparedColumn) -> str:
    """The arithmetic of one column, with the numbers of the training part."""
    if column.kind == "one_hot":
        return one_line(" | ".join(column.categories))
    if not column.is_scaled:
        return ", ".join(one_line(name) for name in column.features)
    if column.scale == 0.0:
        return "0"
    value = "x"
    if column.categories:
        value = f"index(x, {one_line(' < '.join(column.categories))})"
    if column.fill is not None:
        value = f"fill({value}, {column.fill:.10g})"
    if column.low is not None or column.high is not None:
        value = f"clip({value}, {column.low}, {column.high})"
    if column.log:
        value = f"log(1 + {value})"
    return (
        value if (column.mean, column.scale) == (0.0, 1.0) else f"({value} - {column.mean:.10g}) / {column.scale:.10g}"
    )


def _target(dataset: Dataset) -> str:
    if dataset.classes:
        return one_line(", ".join(f"{place} = {name}" for place, name in enumerate(dataset.classes[:SHOWN])))
    if (dataset.target_mean, dataset.target_scale) == (0.0, 1.0):
        return "y"
    return f"(y - {dataset.target_mean:.10g}) / {dataset.target_scale:.10g}"
