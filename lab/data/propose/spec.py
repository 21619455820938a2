"""A first DataSpec for a table: what to predict, from what, as which task, split how. All of it may be changed.

Every column that is left out is named with its reason, and every column that could be predicted with its own.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, TypeGuard

import numpy as np

from lab.data.propose.leaks import Leaks
from lab.data.propose.roles import USABLE, Reason, why_no_input
from lab.data.propose.targets import Candidate, Ranking
from lab.data.propose.tasks import guess_task, task_choices, usual_scaling
from lab.data.samples import card
from lab.data.table import Column, Table
from lab.data.windows import windows_every
from lab.errors import DataError, TableError
from lab.spec.data import DataSpec, SampleSource, Source, SplitSpec, Task, UploadSource, WindowSpec

LENGTH_NAME = re.compile(r"length|len|길이", re.IGNORECASE)
FEWEST_IN_COURSE = 12  # rows from which windows can be cut
MOST_STEPS = 24  # rows of a window
TRIED = 12  # candidates that are looked at for one with inputs


@dataclass(frozen=True)
class LeftOut:
    """A column that is no input.

    Args:
        can_return: whether it can be taken as an input all the same, as it is read.
    """

    column: str
    reason: Reason
    can_return: bool


@dataclass(frozen=True)
class Proposal:
    """
    Args:
        candidates: all columns that could be predicted, the best first.
        left_out: every column that is neither target nor input.
    """

    data: DataSpec
    candidates: tuple[Candidate, ...]
    left_out: tuple[LeftOut, ...]

    @property
    def chosen(self) -> Candidate | None:
        return next((one for one in self.candidates if one.column == self.data.target), None)

    @property
    def next_best(self) -> tuple[Candidate, ...]:
        return tuple(one for one in self.candidates if one.column != self.data.target)


def propose_data(table: Table, target: str | None = None, source: Source | None = None) -> DataSpec:
    """A sensible spec; see `propose`. What the card of a sample says is not weighed against other columns."""
    if source is not None and _is_told_by_card(source, target):
        _check_can_teach(table)
        return _of_card(source)
    return propose(table, target, source).data


def propose(table: Table, target: str | None = None, source: Source | None = None) -> Proposal:
    """A sensible spec with the reasons for it.

    Args:
        target: None for the card's, or the column for which most speaks.
        source: None for an upload of this table.

    Raises:
        DataError "data.no_target": no column can be predicted; "data.no_such_column".
        TableError "table.one_column", "table.only_text": there is nothing to learn from.
    """
    _check_can_teach(table)
    if source is None:
        source = UploadSource(name=table.name[:255], sha256=table.sha256, columns=table.column_names)
    ranked = Ranking(table).candidates()
    if _is_told_by_card(source, target):
        data = _of_card(source)
    elif target is not None and task_choices(table.column(target))[:1] == ("sequence_labels",):
        data = _of_label(table, table.column(target), source)
    else:
        data, ranked = _of_ranked(table, target, source, ranked)
    return Proposal(data, tuple(ranked), left_out(table, data))


def explain(table: Table, data: DataSpec) -> Proposal:
    """What speaks for the target that is chosen, for the others, and against each column that is left out."""
    return Proposal(data, tuple(Ranking(table).candidates()), left_out(table, data))


def _check_can_teach(table: Table) -> None:
    """A network needs an input and a target, and something to count with. Raises TableError."""
    useful = [column for column in table.columns if column.kind != "empty"]
    if len(useful) < 2:
        raise TableError("table.one_column")
    if not any(column.kind in USABLE for column in useful):
        raise TableError("table.only_text")


def _of_ranked(
    table: Table, target: str | None, source: Source, ranked: list[Candidate]
) -> tuple[DataSpec, list[Candidate]]:
    """The spec for a column; for the best one that anything can be learned of if none is named."""
    leaks = Leaks(table)
    names = [target] if target is not None else [candidate.column for candidate in ranked[:TRIED]]
    for name in names:
        column = table.column(name)
        task = guess_task(column)
        barred = _barred_by_card(source, name)
        inputs = tuple(one for one in _inputs(table, column, task, leaks) if one not in barred)
        if inputs:
            return _spec(table, column, task, inputs, source), ranked
        course = _in_course(table, column, source)
        if course is not None:
            ranked = [_with_course(one) if one.column == name else one for one in ranked]
            return course, ranked
    if not names:
        raise DataError("data.no_target")
    column = table.column(names[0])  # without inputs; read as another kind, a column may become one
    return _spec(table, column, guess_task(column), (), source), ranked


def _with_course(candidate: Candidate) -> Candidate:
    reasons = (Reason("course"), *candidate.reasons)
    return Candidate(candidate.column, candidate.task, candidate.points, reasons)


def _spec(table: Table, column: Column, task: Task, inputs: tuple[str, ...], source: Source) -> DataSpec:
    return DataSpec(
        source=source,
        inputs=inputs,
        target=column.name,
        task=task,
        target_scaling=usual_scaling(task),
        missing=_missing(table, inputs),
        split=propose_split(table),
    )


def _in_course(table: Table, column: Column, source: Source) -> DataSpec | None:
    """Windows over the column's own past, in the order of time; None if it holds no numbers, or too few."""
    said = table.rows - column.missing
    if column.kind != "numeric" or said < FEWEST_IN_COURSE:
        return None
    times = next((c.name for c in table.columns if c.kind == "datetime" and c.distinct > 2 and not c.missing), None)
    split = SplitSpec(order="time", time_column=times)
    judged = int(min(split.validation, split.test) * table.rows)
    steps = max(1, min(MOST_STEPS, judged // 2 - 2))  # so that some windows fit between the gaps beside each part
    return DataSpec(
        source=source,
        inputs=(column.name,),
        target=column.name,
        task="regression",
        target_scaling="standard",
        missing="fill" if column.missing else "drop",
        split=split,
        windows=WindowSpec(steps=steps, every=windows_every(table.rows)),
    )


# --- inputs


def usable_inputs(table: Table, target: str) -> tuple[str, ...]:
    """Columns to learn from: no row numbers, times, long texts or constants, and none that tells the target."""
    column = table.column(target)
    return _inputs(table, column, guess_task(column), Leaks(table))


def _inputs(table: Table, target: Column, task: Task, leaks: Leaks) -> tuple[str, ...]:
    possible = _possible(table, target)
    telling = leaks.of(target, possible, classes=task != "regression")
    copies = _copies(table, possible)
    told = telling if len(telling) < len(possible) or all(r.code == "same" for r in telling.values()) else {}
    return tuple(c.name for c in possible if c.name not in told and c.name not in copies)


def _possible(table: Table, target: Column) -> list[Column]:
    return [c for c in table.columns if c.name != target.name and c.kind in USABLE and why_no_input(table, c) is None]


def _copies(table: Table, columns: Iterable[Column]) -> dict[str, str]:
    """Column → an earlier one with the same cells."""
    seen: dict[tuple[object, ...], list[str]] = {}
    copies: dict[str, str] = {}
    for column in columns:
        if column.distinct <= 2:
            continue
        mark = (column.kind, column.minimum, column.maximum, column.mean, column.distinct, column.missing, column.top)
        twin = next((name for name in seen.get(mark, []) if table.frame[name].equals(table.frame[column.name])), None)
        if twin is not None:
            copies[column.name] = twin
        else:
            seen.setdefault(mark, []).append(column.name)
    return copies


def left_out(table: Table, data: DataSpec) -> tuple[LeftOut, ...]:
    """Every column that is neither predicted nor an input, with its reason."""
    used = {*data.inputs, *(target.column for target in data.targets)}
    rest = [column for column in table.columns if column.name not in used]
    if not rest:
        return ()
    target = table.column(data.target) if data.target in table.column_names else None
    telling, copies = {}, {}
    if target is not None and data.task != "sequence_labels":
        possible = _possible(table, target)
        telling = Leaks(table).of(target, possible, classes=data.task != "regression")
        telling = {name: telling[name] for name in telling if name not in used}
        copies = _copies(table, possible)
    return tuple(_left_out_one(table, column, data, telling, copies) for column in rest)


def _left_out_one(
    table: Table, column: Column, data: DataSpec, telling: dict[str, Reason], copies: dict[str, str]
) -> LeftOut:
    reason = why_no_input(table, column) or telling.get(column.name)
    if reason is None and column.name in copies:
        reason = Reason("copy", {"other": copies[column.name]})
    if reason is None:
        reason = Reason("length" if column.name == data.length_column else "by_hand")
    can_return = column.kind in USABLE or (column.kind == "id" and column.minimum is not None)
    return LeftOut(column.name, reason, can_return)


# --- samples, and texts to be read


def _barred_by_card(source: Source, target: str) -> tuple[str, ...]:
    """Columns that the sample's card knows to be no inputs for this target."""
    if source.kind != "sample":
        return ()
    about = card(source.name)
    return (*about.leave_out, about.target) if target in about.other_targets else about.leave_out


def _is_told_by_card(source: Source, target: str | None) -> TypeGuard[SampleSource]:
    return source.kind == "sample" and target in (None, card(source.name).target)


def _of_card(source: SampleSource) -> DataSpec:
    about = card(source.name)
    return DataSpec(
        source=source,
        inputs=about.inputs,
        target=about.target,
        task=about.task,
        scaling=about.scaling,
        scale_constant=about.scale_constant,
        target_scaling=about.target_scaling,
        missing=about.missing,
        persistence_column=about.persistence_column,
        split=SplitSpec(order="time" if about.time_column else "shuffled", time_column=about.time_column),
        windows=about.windows,
        length_column=about.length_column,
    )


def _of_label(table: Table, column: Column, source: Source) -> DataSpec:
    """Texts to be read from a row of numbers. Cells left empty at its end are no gaps: there the signal is over."""
    length = next((name for name in table.column_names if LENGTH_NAME.fullmatch(name)), None)
    inputs = tuple(
        other.name
        for other in table.columns
        if other.kind in ("numeric", "boolean") and other.minimum is not None and other.name != length
    )
    return DataSpec(
        source=source,
        inputs=inputs,
        target=column.name,
        task="sequence_labels",
        missing="fill",
        length_column=length,
        split=propose_split(table),
    )


# --- gaps, split


def _missing(table: Table, inputs: tuple[str, ...]) -> Literal["drop", "fill"]:
    """Dropping rows is simplest; where it would cost more than a tenth of them, gaps are filled."""
    gaps = np.zeros(table.rows, bool)
    for name in inputs:
        if table.column(name).missing:
            gaps |= table.frame[name].isna().to_numpy()
    return "fill" if gaps.sum() > 0.1 * table.rows else "drop"


def propose_split(table: Table) -> SplitSpec:
    """By time where a time column rises from row to row, else shuffled."""
    for column in table.columns:
        times = table.frame[column.name]
        if column.kind == "datetime" and column.distinct > 2 and times.dropna().is_monotonic_increasing:
            return SplitSpec(order="time", time_column=column.name)
    return SplitSpec()
