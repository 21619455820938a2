"""Edits of how columns are prepared and rows divided that change more than one field, so that the rest still fits.

Each function returns a new experiment and raises ExperimentError where it contradicts the rest.
"""

from typing import Any

from lab.data.prepare.settings import fitting_wishes
from lab.data.split import part_of_word
from lab.data.table import Column, Table
from lab.edits.layers import with_fitting_front
from lab.edits.typed import share_of
from lab.spec.data import ColumnPlan, DataSpec, ImageShape
from lab.spec.experiment import Experiment

LONGEST_SIDE = 4  # times the other: longer strips of pixels are no images
SMALLEST_IMAGE = 16  # pixels
MOST_ORDERED = 200  # categories that are put in order by hand


# --- plans


def with_plan(experiment: Experiment, column: Column, plan: ColumnPlan, table: Table) -> Experiment:
    """Another plan for a column. A date is an input while it has parts, a target while it has lags."""
    data = experiment.data.with_plan(plan)
    if column.kind == "datetime":
        data = _as_input(data, column.name, table, wanted=bool(plan.date_parts))
    elif only_by_its_past(column, data):
        data = _as_input(data, column.name, table, wanted=bool(plan.lags))
    return experiment.replace(data=data)


def with_wish(experiment: Experiment, column: Column, wish: str, value: Any, table: Table) -> Experiment:
    """One field of a column's plan changed; several values come as a list."""
    value = tuple(value) if isinstance(value, list) else value
    return with_plan(experiment, column, experiment.data.plan_of(column.name).replace(**{wish: value}), table)


def without_plans(experiment: Experiment, table: Table) -> Experiment:
    """No column has a plan of its own."""
    for plan in experiment.data.plans:
        none = ColumnPlan(column=plan.column)
        if plan.column in table.column_names:
            experiment = with_plan(experiment, table.column(plan.column), none, table)
        else:
            experiment = experiment.replace(data=experiment.data.with_plan(none))
    return experiment


def _as_input(data: DataSpec, name: str, table: Table, *, wanted: bool) -> DataSpec:
    """A column among the inputs or not; in groups it goes to the first."""
    if wanted == (name in data.inputs):
        return data
    if not wanted:
        return data.without_inputs(name)
    if data.groups:
        first = data.groups[0]
        return data.with_group(first.name, columns=(*first.columns, name))
    chosen = {*data.inputs, name}
    return data.replace(inputs=tuple(one for one in table.column_names if one in chosen))


def wishes_for(column: Column, data: DataSpec) -> frozenset[str]:
    """Which fields of a plan mean something for a column, as the rest is now: what a form shows."""
    plan = data.plan_of(column.name)
    # a target is no input beside its lags
    wishes = frozenset(("lags",)) if only_by_its_past(column, data) else fitting_wishes(column, plan)
    return wishes - {"lags"} if data.split.draws_rows or data.task == "sequence_labels" else wishes


def planned_columns(data: DataSpec, table: Table) -> list[str]:
    """Columns that a plan can say something about: inputs, dates that may become some, targets whose past may."""
    named = {*data.inputs, *(target.column for target in data.targets)}
    chosen = [column for column in table.columns if column.name in named or column.kind == "datetime"]
    return [column.name for column in chosen if wishes_for(column, data)]


def only_by_its_past(column: Column, data: DataSpec) -> bool:
    """Whether a column is a target that may be an input by its lags alone."""
    return data.windows is None and any(column.name == target.column for target in data.targets)


def gaps_for(column: Column) -> tuple[str, ...]:
    """What an empty cell of such a column may become."""
    return ("drop", "category") if column.kind == "category" else ("drop", "mean", "median", "zero")


def categories_to_order(column: Column, plan: ColumnPlan) -> list[str]:
    """Those that a person may put in order; of very many the first."""
    return sorted({*plan.order, *(value for value, _count in column.top)})[:MOST_ORDERED]


# --- rows


def order_columns(data: DataSpec, table: Table) -> list[str]:
    """Columns that may say in which order the rows stand: dates, and the one that is in force."""
    wanted = data.split.time_column
    return [column.name for column in table.columns if column.kind == "datetime" or column.name == wanted]


def dividing_columns(table: Table) -> list[str]:
    """Columns by whose values rows may be divided: those that differ from row to row."""
    return [column.name for column in table.columns if column.distinct > 1]


def other_numbers(data: DataSpec, table: Table) -> list[str]:
    """Columns of numbers beside the target."""
    return [column.name for column in table.columns if column.kind == "numeric" and column.name != data.target]


def numbers_beside_inputs(data: DataSpec, table: Table) -> list[str]:
    """Columns of numbers that are no inputs."""
    return [column.name for column in table.columns if column.kind == "numeric" and column.name not in data.inputs]


def with_part_share(experiment: Experiment, part: str, percent: float | None) -> Experiment:
    """So many percent of the rows for the validation or the test part. Raises LabError, ExperimentError."""
    return experiment.with_data(split=experiment.data.split.replace(**{part: share_of(percent)}))


def with_order(experiment: Experiment, table: Table, order: str) -> Experiment:
    """Another way to divide the rows; a column that names the parts is looked for, and is no input then."""
    data = experiment.data
    split = data.split.replace(order=order)
    if order == "column" and split.part_column not in table.column_names:
        split = split.replace(part_column=find_part_column(table))
    if order == "column" and split.part_column is not None:
        data = _as_input(data, split.part_column, table, wanted=False)
    return experiment.replace(data=data.replace(split=split))


def find_part_column(table: Table) -> str | None:
    """The first column in which every word names a part."""
    for column in table.columns:
        words = [word for word, _count in column.top]
        if 2 <= column.distinct == len(words) <= 3 and all(part_of_word(word) is not None for word in words):
            return column.name
    return None


# --- images


def image_shapes(pixels: int) -> tuple[ImageShape, ...]:
    """(height, width) of the images that so many pixels can be, the squarest first; none for too few."""
    if pixels < SMALLEST_IMAGE:
        return ()
    heights = [height for height in range(2, pixels // 2 + 1) if pixels % height == 0]
    shapes = [(height, pixels // height) for height in heights]
    fitting = [shape for shape in shapes if max(shape) <= LONGEST_SIDE * min(shape)]
    return tuple(sorted(fitting, key=lambda shape: (abs(shape[0] - shape[1]), shape)))


def image_choices(pixels: int, shape: ImageShape | None) -> list[ImageShape]:
    """Shapes to choose from, and the one in force."""
    shapes = list(image_shapes(pixels))
    return shapes if shape is None or shape in shapes else [*shapes, shape]


def with_image_shape(experiment: Experiment, shape: ImageShape | None) -> Experiment:
    """The inputs as an image, or as numbers side by side; the front of the network follows."""
    return with_fitting_front(experiment.with_data(image_shape=shape))


def with_group_image(experiment: Experiment, name: str, shape: ImageShape | None) -> Experiment:
    """One input of a functional model as an image, or as numbers side by side."""
    return experiment.replace(data=experiment.data.with_group(name, image_shape=shape))
