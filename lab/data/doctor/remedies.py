"""Remedies: changes of a DataSpec that are data themselves, can be undone, and can be told from the spec alone.

A remedy that is applied changes nothing more: so a spec from a link or a file shows which are in force, and no
other memory is needed. Undoing brings back what the fields were before where that is known, else their defaults.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

from lab.errors import ExperimentError
from lab.spec.data import ColumnPlan, DataSpec, InputGroup, Kind, KindChoice, ReadingSpec, SplitSpec

Changes = tuple[tuple[str, Any], ...]


@dataclass(frozen=True)
class Remedy:
    """One click; its label stands at "remedy.<code>".

    Args:
        columns: those it is about, in the order of the table.
        word: a column, a spelling or a kind for the label.
    """

    code: str
    columns: tuple[str, ...] = ()
    word: str = ""
    rereads: ClassVar[bool] = False  # the file has to be read again

    def change(self, data: DataSpec) -> DataSpec:
        """The spec with the remedy in force. Raises ExperimentError where it contradicts the rest."""
        raise NotImplementedError

    def undo(self, data: DataSpec, before: DataSpec | None = None) -> DataSpec:
        """The spec without it.

        Args:
            before: the spec that it was applied to; None if that is not known any more.
        """
        raise NotImplementedError

    def is_applied(self, data: DataSpec) -> bool:
        return self.is_possible(data) and self.change(data) == data

    def is_possible(self, data: DataSpec) -> bool:
        """Whether the rest of the spec allows it: no shuffling of time windows, no network without inputs."""
        try:
            return bool(self.change(data).inputs)
        except ExperimentError:
            return False


@dataclass(frozen=True)
class LeaveOut(Remedy):
    """Columns are no inputs.

    Args:
        order: all columns of the table, for putting these back at their place.
    """

    order: tuple[str, ...] = field(default=(), repr=False, compare=False)

    def change(self, data: DataSpec) -> DataSpec:
        return data.without_inputs(*self.columns)

    def undo(self, data: DataSpec, before: DataSpec | None = None) -> DataSpec:
        back = tuple(column for column in self.columns if column not in data.inputs)
        if not data.groups:
            was = before.inputs if before is not None else self.order
            return data.replace(inputs=_in_order([*data.inputs, *back], was))
        homes = {column: group.name for group in (before or data).groups for column in group.columns}
        home = {column: homes.get(column, data.groups[0].name) for column in back}
        return data.with_groups([self._with_back(group, home, before) for group in data.groups])

    def _with_back(self, group: InputGroup, home: Mapping[str, str], before: DataSpec | None) -> InputGroup:
        mine = [column for column, name in home.items() if name == group.name]
        was = next((old.columns for old in before.groups if old.name == group.name), ()) if before is not None else ()
        return group.replace(columns=_in_order([*group.columns, *mine], was or self.order))

    def is_applied(self, data: DataSpec) -> bool:
        return not set(self.columns) & set(data.inputs)


@dataclass(frozen=True)
class ChangePlan(Remedy):
    """Fields of the plans of some columns."""

    changes: Changes = ()

    def change(self, data: DataSpec) -> DataSpec:
        plans = _plans(data)
        plan_of = {column: plans.get(column, ColumnPlan(column=column)) for column in self.columns}
        return _with_plans(data, [plan.replace(**dict(self.changes)) for plan in plan_of.values()])

    def undo(self, data: DataSpec, before: DataSpec | None = None) -> DataSpec:
        now, then = _plans(data), _plans(before) if before is not None else {}
        plans = []
        for column in self.columns:
            none = ColumnPlan(column=column)
            was = then.get(column, none)
            back = {name: getattr(was, name) for name, _value in self.changes}
            plans.append(now.get(column, none).replace(**back))
        return _with_plans(data, plans)

    def is_applied(self, data: DataSpec) -> bool:
        plans = _plans(data)
        return all(
            column in plans and all(getattr(plans[column], name) == value for name, value in self.changes)
            for column in self.columns
        )


@dataclass(frozen=True)
class Together(Remedy):
    """Several by one click; each can be undone on its own."""

    parts: tuple[Remedy, ...] = ()

    def change(self, data: DataSpec) -> DataSpec:
        for part in self.parts:
            data = part.change(data)
        return data

    def undo(self, data: DataSpec, before: DataSpec | None = None) -> DataSpec:
        for part in reversed(self.parts):
            data = part.undo(data, before)
        return data


@dataclass(frozen=True)
class ChangeField(Remedy):
    """Fields of the spec itself, or of how its rows are split.

    Args:
        without: what the fields are where it is not in force; () for their defaults.
    """

    part: Literal["data", "split"] = "data"
    changes: Changes = ()
    without: Changes = ()

    def change(self, data: DataSpec) -> DataSpec:
        return _with_fields(data, self.part, dict(self.changes))

    def undo(self, data: DataSpec, before: DataSpec | None = None) -> DataSpec:
        part = DataSpec if self.part == "data" else SplitSpec
        default = {name: part.model_fields[name].default for name, _value in self.changes} | dict(self.without)
        was = default if before is None else {name: getattr(_part(before, self.part), name) for name in default}
        return _with_fields(data, self.part, was)


@dataclass(frozen=True)
class ScaleTarget(Remedy):
    """A regression's target is standardised; the network may have others beside it."""

    def change(self, data: DataSpec) -> DataSpec:
        return self._with(data, "standard")

    def undo(self, data: DataSpec, before: DataSpec | None = None) -> DataSpec:
        was = () if before is None else before.targets
        return self._with(data, next((target.scaling for target in was if target.column in self.columns), "none"))

    def _with(self, data: DataSpec, scaling: Literal["standard", "none"]) -> DataSpec:
        targets = [t.replace(scaling=scaling) if t.column in self.columns else t for t in data.targets]
        return data.with_targets(targets)


@dataclass(frozen=True)
class ReadOtherwise(Remedy):
    """Something that the person decides about the file instead of the reader."""

    rereads: ClassVar[bool] = True
    changes: Changes = ()

    def change(self, data: DataSpec) -> DataSpec:
        return data.replace(reading=data.reading.replace(**dict(self.changes)))

    def undo(self, data: DataSpec, before: DataSpec | None = None) -> DataSpec:
        was = before.reading if before is not None else ReadingSpec()
        return data.replace(reading=data.reading.replace(**{name: getattr(was, name) for name, _ in self.changes}))


@dataclass(frozen=True)
class ReadAsKind(Remedy):
    """A column is read as another kind."""

    rereads: ClassVar[bool] = True
    kind: Kind = "category"

    def change(self, data: DataSpec) -> DataSpec:
        kinds = data.reading.kinds
        for column in self.columns:
            kinds = with_kind(kinds, column, self.kind)
        return data.replace(reading=data.reading.replace(kinds=kinds))

    def undo(self, data: DataSpec, before: DataSpec | None = None) -> DataSpec:
        was = {} if before is None else {choice.column: choice.kind for choice in before.reading.kinds}
        kinds = data.reading.kinds
        for column in self.columns:
            kinds = with_kind(kinds, column, was.get(column))
        return data.replace(reading=data.reading.replace(kinds=kinds))


@dataclass(frozen=True)
class ReadAsMissing(Remedy):
    """A spelling stands for "no value"; it is `word`."""

    rereads: ClassVar[bool] = True

    def change(self, data: DataSpec) -> DataSpec:
        words = data.reading.missing_words
        return data if self.word in words else _with_words(data, (*words, self.word))

    def undo(self, data: DataSpec, before: DataSpec | None = None) -> DataSpec:
        return _with_words(data, tuple(word for word in data.reading.missing_words if word != self.word))


def with_kind(kinds: tuple[KindChoice, ...], column: str, kind: Kind | None) -> tuple[KindChoice, ...]:
    """The choices with another one for this column; None leaves it to the reader."""
    if kind is None:
        return tuple(choice for choice in kinds if choice.column != column)
    new = KindChoice(column=column, kind=kind)
    if any(choice.column == column for choice in kinds):
        return tuple(new if choice.column == column else choice for choice in kinds)
    return (*kinds, new)


# --- parts of a spec


def _in_order(columns: Iterable[str], order: tuple[str, ...]) -> tuple[str, ...]:
    """Columns at their place; those that `order` does not know come last."""
    place = {column: position for position, column in enumerate(order)}
    return tuple(sorted(columns, key=lambda column: place.get(column, len(place))))


def _plans(data: DataSpec) -> dict[str, ColumnPlan]:
    return {plan.column: plan for plan in data.plans}


def _with_plans(data: DataSpec, plans: Iterable[ColumnPlan]) -> DataSpec:
    """Other plans for their columns, each at its place; a plan without wishes is none."""
    by_column = _plans(data) | {plan.column: plan for plan in plans}
    kept = tuple(plan for plan in by_column.values() if plan != ColumnPlan(column=plan.column))
    return data.replace(plans=kept)


def _part(data: DataSpec, part: str) -> DataSpec | SplitSpec:
    return data.split if part == "split" else data


def _with_fields(data: DataSpec, part: str, changes: dict[str, Any]) -> DataSpec:
    return data.replace(split=data.split.replace(**changes)) if part == "split" else data.replace(**changes)


def _with_words(data: DataSpec, words: tuple[str, ...]) -> DataSpec:
    return data.replace(reading=data.reading.replace(missing_words=words))


# --- what is in force


def remedies_in_force(data: DataSpec) -> tuple[Remedy, ...]:
    """Every remedy that the spec alone tells of: of reading first, then of rows, then of columns.

    Left out columns are not among them, since the spec does not say which columns the table has; nor is what is so
    by default, such as standardised inputs.
    """
    return (*_of_reading(data.reading), *_of_rows(data), *_of_plans(data))


def _of_reading(reading: ReadingSpec) -> Iterable[Remedy]:
    if reading.transpose:
        yield TRANSPOSE
    for name in ("encoding", "delimiter", "header_row", "decimal", "table"):
        value = getattr(reading, name)
        if value != ReadingSpec.model_fields[name].default:
            decided = ReadOtherwise("decided", word=name, changes=((name, value),))
            yield next((one for one in (FIRST_LINE_NAMES, OTHER_TABLE) if one.changes == decided.changes), decided)
    for choice in reading.kinds:
        yield ReadAsKind("read_as", (choice.column,), kind=choice.kind)
    for word in reading.missing_words:
        yield ReadAsMissing("read_as_missing", word=word)


def _of_rows(data: DataSpec) -> Iterable[Remedy]:
    if data.drop_duplicates:
        yield DROP_DUPLICATES
    if LARGER_PARTS.is_applied(data):
        yield LARGER_PARTS
    if data.split.order == "time":
        yield split_by_time(data.split.time_column)
    elif data.split.order == "stratified":
        yield STRATIFIED
    elif data.split.order == "group" and data.split.group_column:
        yield split_by_group(data.split.group_column)
    elif data.split.order == "column" and data.split.part_column:
        yield split_by_column(data.split.part_column)


def _of_plans(data: DataSpec) -> Iterable[Remedy]:
    for code, changes in PLANS.items():
        columns = tuple(
            plan.column for plan in data.plans if all(getattr(plan, name) == value for name, value in changes)
        )
        if columns:
            yield ChangePlan(code, columns, changes=changes)


PLANS: dict[str, Changes] = {
    "drop_rows": (("missing", "drop"),),
    "fill_zero": (("missing", "zero"),),
    "fill_median": (("missing", "median"), ("indicator", True)),
    "own_category": (("missing", "category"),),
    "clip": (("clip", True),),
    "robust": (("scaling", "robust"),),
    "log": (("scaling", "log"),),
}


def plan(code: str, columns: Iterable[str]) -> ChangePlan:
    """One of PLANS for these columns."""
    return ChangePlan(code, tuple(columns), changes=PLANS[code])


TRANSPOSE = ReadOtherwise("transpose", changes=(("transpose", True),))
OTHER_TABLE = ReadOtherwise("other_table", changes=(("table", 1),))
FIRST_LINE_NAMES = ReadOtherwise("first_line_names", changes=(("header_row", 0),))
DROP_DUPLICATES = ChangeField("drop_duplicates", changes=(("drop_duplicates", True),))
STRATIFIED = ChangeField("stratified", part="split", changes=(("order", "stratified"),))
LARGER_PARTS = ChangeField("larger_parts", part="split", changes=(("validation", 0.3), ("test", 0.3)))
STANDARDISE = ChangeField("standardise", changes=(("scaling", "standard"),), without=(("scaling", "none"),))


def split_by_time(column: str | None) -> ChangeField:
    """None: the rows stand in time order."""
    changes = (("order", "time"), ("time_column", column))
    return ChangeField("split_by_time", (column,) if column else (), part="split", changes=changes)


def split_by_group(column: str) -> ChangeField:
    changes = (("order", "group"), ("group_column", column))
    return ChangeField("split_by_group", (column,), column, part="split", changes=changes)


def split_by_column(column: str) -> ChangeField:
    changes = (("order", "column"), ("part_column", column))
    return ChangeField("split_by_column", (column,), column, part="split", changes=changes)
