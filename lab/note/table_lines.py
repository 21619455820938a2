"""What pasted code does with a table: which file it reads, and which columns it takes for X and for Y. Never executed.

Understood are `pd.read_csv("iris.csv")` and `np.loadtxt(…)` with the name of a sample's file, columns taken by place
(`data.iloc[:, 0:4].values`, `data[:, 8]`), by name (`data["species"]`) or by `drop`.
"""

import ast
from collections.abc import Iterator, MutableSequence, Sequence
from dataclasses import dataclass, replace
from typing import Final

from lab.data.propose import propose_data
from lab.data.samples import card, load_sample, sample_names
from lab.errors import LabError
from lab.export.pasted.text import Finding, excerpt, parse_program
from lab.lessons.change import begun_with
from lab.lessons.schema import Base
from lab.spec.data import SampleSource
from lab.spec.experiment import Experiment
from lab.starts import propose_experiment

READERS: Final = ("read_csv", "loadtxt", "genfromtxt", "read_table")
PLACED: Final = ("iloc", "loc", "values")  # what stands between a table and the brackets behind it
AS_IT_IS: Final = ("values", "to_numpy", "astype", "copy", "ravel")  # changes nothing of what is taken
SHOWN: Final = 6  # files that a sentence names


@dataclass(frozen=True)
class Cut:
    """Columns taken from a table; `rows` where the code takes rows too, or turns the table: None if not."""

    columns: tuple[str, ...]
    line: int
    rows: str | None = None


@dataclass(frozen=True)
class TableLines:
    """A file that the code reads.

    Args:
        file: as the code calls it. sample: the sample of that name; None if there is none.
        x, y: what it takes for X and for Y; None where it does not say so in a form that is understood.
    """

    file: str
    line: int
    sample: str | None
    x: Cut | None = None
    y: Cut | None = None


def read_table_lines(text: str) -> TableLines | None:
    """What the code says of the last table that it reads; None if it reads none. Never raises."""
    found: TableLines | None = None
    tables: dict[str, tuple[str, ...]] = {}  # name in the code -> columns
    for name, value in _assignments(parse_program(text).statements):
        file = _file_read(value)
        if file is not None:
            found = TableLines(excerpt(file), value.lineno, sample_of_file(file))
            tables[name] = () if found.sample is None else load_sample(found.sample).column_names
        elif found is not None:
            cut = _cut(value, tables)
            if cut is not None and name[:1] in ("X", "x"):
                found = replace(found, x=cut)
            elif cut is not None and name[:1] in ("Y", "y"):
                found = replace(found, y=cut)
    return found


def sample_of_file(file: str) -> str | None:
    """The sample whose file is called so, with or without a folder in front and `.gz` behind."""
    last = file.replace("\\", "/").rpartition("/")[2].lower()
    for name in sample_names():
        known = card(name).file.lower()
        if last in (known, known.removesuffix(".gz"), name, f"{name}.csv"):
            return name
    return None


def with_table(experiment: Experiment, lines: TableLines, findings: MutableSequence[Finding]) -> Experiment:
    """The experiment on the table that the code reads, with the columns that it takes; what cannot be is a finding."""
    for cut in (lines.x, lines.y):
        if cut is not None and cut.rows is not None:
            findings.append(Finding("note.rows_taken", {"text": cut.rows}, cut.line, "warning"))
    if lines.sample is None:
        files = ", ".join(card(name).file for name in sample_names()[:SHOWN])
        findings.append(Finding("note.no_such_file", {"file": lines.file, "files": files}, lines.line, "warning"))
        return experiment
    try:
        if lines.sample != experiment.data.source.name:
            experiment = begun_with(Base(sample=lines.sample))
        return _with_columns(experiment, lines, findings)
    except LabError as refusal:
        findings.append(Finding(refusal.code, refusal.values, lines.line, "error"))
        return experiment


def _with_columns(experiment: Experiment, lines: TableLines, findings: MutableSequence[Finding]) -> Experiment:
    data = experiment.data
    if lines.y is not None and len(lines.y.columns) == 1 and lines.y.columns[0] != data.target:
        table, source = load_sample(data.source.name), SampleSource(name=data.source.name)
        data = propose_data(table, lines.y.columns[0], source).replace(split=data.split)
        experiment = propose_experiment(table, source, data)
    if lines.x is None or not lines.x.columns:
        return experiment
    inputs = tuple(name for name in lines.x.columns if name != data.target)
    if len(inputs) < len(lines.x.columns):
        findings.append(Finding("note.target_in_x", {"target": excerpt(data.target)}, lines.x.line, "warning"))
    same = set(inputs) == set(data.inputs)
    return experiment if same or not inputs else experiment.replace(data=data.replace(inputs=inputs, image_shape=None))


# --- forms


def _assignments(statements: Sequence[ast.stmt]) -> Iterator[tuple[str, ast.expr]]:
    """(name, value), also of `X, Y = a, b`."""
    for statement in statements:
        if not isinstance(statement, ast.Assign) or len(statement.targets) != 1:
            continue
        match statement.targets[0], statement.value:
            case ast.Name(id=name), value:
                yield name, value
            case ast.Tuple(elts=names), ast.Tuple(elts=values) if len(names) == len(values):
                pairs = zip(names, values, strict=True)
                yield from ((one.id, value) for one, value in pairs if isinstance(one, ast.Name))


def _file_read(node: ast.expr) -> str | None:
    match node:
        case ast.Call(func=ast.Attribute(attr=name) | ast.Name(id=name), args=[ast.Constant(value=str() as file), *_]):
            return file if name in READERS else None
    return None


def _cut(node: ast.expr, tables: dict[str, tuple[str, ...]]) -> Cut | None:
    """The columns that an expression takes of a table."""
    node = _without_changes(node)
    match node:
        case ast.Subscript(value=owner, slice=place):
            columns = _columns_of(owner, tables)
            return None if columns is None else _placed(node, place, columns)
        case ast.Call(func=ast.Attribute(value=owner, attr="drop")):
            columns = _columns_of(owner, tables)
            gone = _dropped(node)
            return None if columns is None or gone is None else Cut(_left(columns, gone), node.lineno)
        case ast.Call(func=ast.Attribute(value=owner, attr="pop"), args=[ast.Constant(value=str() as name)]):
            columns = _columns_of(owner, tables)
            return None if columns is None or name not in columns else Cut((name,), node.lineno)
        case ast.Attribute(value=owner, attr="T"):
            return None if _columns_of(owner, tables) is None else Cut((), node.lineno, excerpt(ast.unparse(node)))
    return None


def _without_changes(node: ast.expr) -> ast.expr:
    while True:
        match node:
            case ast.Attribute(value=inner, attr=name) if name in AS_IT_IS and not isinstance(inner, ast.Name):
                node = inner
            case ast.Call(func=ast.Attribute(value=inner, attr=name)) if name in AS_IT_IS:
                node = inner
            case _:
                return node


def _columns_of(owner: ast.expr, tables: dict[str, tuple[str, ...]]) -> tuple[str, ...] | None:
    """The columns of the table that a name, `name.iloc` or `name.values` stands for."""
    while isinstance(owner, ast.Attribute) and owner.attr in PLACED:
        owner = owner.value
    return tables.get(owner.id) if isinstance(owner, ast.Name) else None


def _placed(node: ast.Subscript, place: ast.expr, columns: tuple[str, ...]) -> Cut | None:
    if isinstance(place, ast.Tuple) and len(place.elts) == 2:
        rows, which = place.elts
        every = isinstance(rows, ast.Slice) and rows.lower is rows.upper is rows.step is None
        taken = _named(which, columns)
        return None if taken is None else Cut(taken, node.lineno, None if every else excerpt(ast.unparse(node)))
    if isinstance(place, ast.Slice):
        return Cut((), node.lineno, excerpt(ast.unparse(node)))
    taken = _named(place, columns)
    return None if taken is None else Cut(taken, node.lineno)


def _named(node: ast.expr, columns: tuple[str, ...]) -> tuple[str, ...] | None:
    """Columns by place or by name."""
    if isinstance(node, ast.Slice):
        bounds = [None if one is None else _plain(one) for one in (node.lower, node.upper, node.step)]
        whole = [one for one in bounds if one is None or type(one) is int]
        return columns[slice(*whole)] if len(whole) == len(bounds) and whole[2] != 0 else None
    value = _plain(node)
    several = value if isinstance(value, list) else [value]
    try:
        return tuple(columns[one] if isinstance(one, int) else columns[columns.index(one)] for one in several)
    except (IndexError, ValueError, TypeError):  # no such column: what it would take is not known
        return None


def _plain(node: ast.expr) -> object:
    """A number, a text or a list of them as the code writes it; None for anything else."""
    match node:
        case ast.Constant(value=int() | str() as value):
            return value
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() as value)):
            return -value
        case ast.List(elts=entries) | ast.Tuple(elts=entries):
            return [_plain(entry) for entry in entries]
    return None


def _dropped(call: ast.Call) -> list[str] | None:
    """The names in `drop("species", axis=1)` and `drop(columns=["species"])`; None where rows are dropped."""
    named = {one.arg: one.value for one in call.keywords}
    columns = named.get("columns")
    if columns is None and call.args:
        axis = _plain(call.args[1] if len(call.args) > 1 else named.get("axis", ast.Constant(0)))
        columns = call.args[0] if axis in (1, "columns") else None
    value = None if columns is None else _plain(columns)
    several = value if isinstance(value, list) else [value]
    return [one for one in several if isinstance(one, str)] if columns is not None else None


def _left(columns: Sequence[str], gone: Sequence[str]) -> tuple[str, ...]:
    return tuple(name for name in columns if name not in gone)
