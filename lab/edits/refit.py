"""The same wishes on another reading of the file: what still fits stays, what does not is named."""

from dataclasses import dataclass
from typing import Any

from lab.data.prepare.chosen_columns import check_input
from lab.data.propose import propose_data, task_choices, usable_inputs
from lab.data.table import Table
from lab.errors import DataError
from lab.spec.data import DataSpec, InputGroup, UploadSource


@dataclass(frozen=True)
class Refit:
    """A spec for the table as it is read now.

    Args:
        lost: columns that the spec spoke of and that are no more, or can't be what they were.
        gained: new inputs, which could not be any before.
        new_target: the target could not stay, so that target, task and inputs are proposed anew.
    """

    data: DataSpec
    lost: tuple[str, ...] = ()
    gained: tuple[str, ...] = ()
    new_target: bool = False


def refit(data: DataSpec, before: Table, after: Table) -> Refit:
    """Adapt a spec, whose `reading` is the new one already.

    Args:
        before: the table that the spec was made for.
        after: the table of the new reading.

    Raises:
        DataError "data.no_target": nothing in the table can be predicted any more.
    """
    source = data.source
    if isinstance(source, UploadSource):
        source = UploadSource(name=source.name, sha256=source.sha256, columns=after.column_names)
    named = _named(data)
    if not _target_stays(data, after):
        proposed = _proposed(data, after, source)
        return Refit(proposed, tuple(name for name in named if name not in after.column_names), new_target=True)
    fits = {name for name in after.column_names if _can_be_input(after, name, data)}
    gained = tuple(
        name
        for name in usable_inputs(after, data.target)
        if name not in before.column_names or not _can_be_input(before, name, data)
    )
    wanted = {name for name in data.inputs if name in fits} | set(gained)
    order = after.column_names if _follows(data.inputs, before.column_names) else (*data.inputs, *gained)
    inputs = tuple(dict.fromkeys(name for name in order if name in wanted))
    lost = tuple(name for name in named if name not in after.column_names or (name in data.inputs and name not in fits))
    changes: dict[str, Any] = {"source": source, "inputs": inputs, **_still_there(data, after.column_names)}
    if data.groups:
        changes["groups"] = _grouped(data.groups, inputs, gained)
    return Refit(data.replace(**changes), lost, tuple(name for name in gained if name not in data.inputs))


def _named(data: DataSpec) -> tuple[str, ...]:
    """Every column that the spec speaks of, each once."""
    split = data.split
    single = (data.persistence_column, data.length_column, split.time_column, split.group_column, split.part_column)
    planned = [plan.column for plan in data.plans]
    names = [*data.inputs, *(target.column for target in data.targets), *planned, *filter(None, single)]
    return tuple(dict.fromkeys(names))


def _target_stays(data: DataSpec, table: Table) -> bool:
    return all(
        target.column in table.column_names and target.task in task_choices(table.column(target.column))
        for target in data.targets
    )


def _proposed(data: DataSpec, table: Table, source: Any) -> DataSpec:
    """Everything about columns anew; how many rows each part gets, and how the file is read, stay."""
    proposed = propose_data(table, None if source.kind == "upload" else _last_target(table), source)
    split = proposed.split.replace(validation=data.split.validation, test=data.split.test)
    return proposed.replace(reading=data.reading, split=split)


def _last_target(table: Table) -> str:
    """A sample's card speaks of the sample as it is read by itself."""
    for column in reversed(table.columns):
        if task_choices(column):
            return column.name
    raise DataError("data.no_target")


def _can_be_input(table: Table, name: str, data: DataSpec) -> bool:
    if name not in table.column_names:
        return False
    try:
        check_input(table.column(name), data.plan_of(name), data)
    except DataError:
        return False
    return True


def _follows(columns: tuple[str, ...], order: tuple[str, ...]) -> bool:
    """Whether they stand in the order of the table."""
    place = {column: position for position, column in enumerate(order)}
    places = [place.get(column, -1) for column in columns]
    return places == sorted(places)


def _still_there(data: DataSpec, names: tuple[str, ...]) -> dict[str, Any]:
    """Plans, split, and single columns, without those that are no more."""
    known = set(names)
    split = data.split
    gone: dict[str, Any] = {
        field: None
        for field in ("time_column", "group_column", "part_column")
        if getattr(split, field) is not None and getattr(split, field) not in known
    }
    if ("group_column" in gone and split.order == "group") or ("part_column" in gone and split.order == "column"):
        gone["order"] = "shuffled"
    return {
        "plans": tuple(plan for plan in data.plans if plan.column in known),
        "split": split.replace(**gone),
        "persistence_column": data.persistence_column if data.persistence_column in known else None,
        "length_column": data.length_column if data.length_column in known else None,
    }


def _grouped(
    groups: tuple[InputGroup, ...], inputs: tuple[str, ...], gained: tuple[str, ...]
) -> tuple[InputGroup, ...]:
    """New inputs enter with the first group."""
    kept = [group.replace(columns=tuple(name for name in group.columns if name in inputs)) for group in groups]
    new = tuple(name for name in gained if all(name not in group.columns for group in kept))
    return (kept[0].replace(columns=(*kept[0].columns, *new)), *kept[1:])
