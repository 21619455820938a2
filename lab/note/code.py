"""Code of a snippet, as it stands or as a person changed it → an experiment on the snippet's data. Never executed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from lab.data.prepare import Dataset, prepare_cached
from lab.data.table import Table
from lab.errors import LabError
from lab.export.pasted.reader import Proposal, read_keras
from lab.export.pasted.taking import Facts
from lab.export.pasted.text import Finding
from lab.lessons.running import table_of
from lab.lessons.change import changed
from lab.model.problem import Problem, in_the_way
from lab.model.problems import model_problems
from lab.note.shelf import Place
from lab.note.table_lines import TableLines, read_table_lines, with_table
from lab.runs.orders.study import Cell
from lab.spec.experiment import Experiment
from netcore.errors import NetcoreError

MINE = "mine"  # the setting that the code itself makes


@dataclass(frozen=True, eq=False)
class Understood:
    """What a text says.

    Args:
        table, dataset: what X and Y stand for; the dataset is None where `refusal` says why there is none.
        lines: what the code says of a table, if it reads one.
        problems: of the network on these data, errors first.
        findings: of the reader, and what the note has to say of the code; in the order of the lines.
    """

    text: str
    proposal: Proposal
    table: Table
    dataset: Dataset | None
    refusal: LabError | None
    lines: TableLines | None
    problems: Sequence[Problem]
    findings: tuple[Finding, ...]

    @property
    def experiment(self) -> Experiment:
        return self.proposal.experiment

    @property
    def trains(self) -> bool:
        """Whether the code asks for a training; one that only builds or compiles has no curves."""
        return "fit" in self.proposal.speaks_of

    @property
    def builds(self) -> bool:
        return "model" in self.proposal.speaks_of

    @property
    def in_the_way(self) -> list[LabError | Problem]:
        """What keeps it from being trained."""
        return in_the_way(self.refusal, self.problems)


def understood(place: Place, text: str) -> Understood:
    """Never raises, whatever the text is."""
    base = place.base
    lines = read_table_lines(text)
    findings: list[Finding] = []
    if lines is not None:
        base = with_table(base, lines, findings)
    table = table_of(base)
    dataset, _ = _prepared(table, base)
    proposal = read_keras(text, base, Facts.of(dataset))
    dataset, refusal = _prepared(table, proposal.experiment)
    problems = model_problems(proposal.experiment, dataset)
    findings += [one for one in proposal.findings if not _told_by_table(one, lines)]
    findings += _of_the_note(proposal)
    ordered = tuple(sorted(findings, key=lambda one: one.line))
    return Understood(text, proposal, table, dataset, refusal, lines, problems, ordered)


def cells_of(place: Place, code: Understood) -> list[Cell]:
    """The code's own setting and, where they can be made of it, those beside it. Raises DataError."""
    if code.dataset is None:
        return []
    cells = [Cell(MINE, ((code.experiment, code.dataset),))]
    for one in place.snippet.beside:
        try:
            other = changed(code.experiment, one.change)
            dataset = prepare_cached(code.table, other.data, other.seed)
        except (LabError, NetcoreError):  # the code was changed into something that this change does not fit
            continue
        if other != code.experiment and not _has_errors(other, dataset):
            cells.append(Cell(one.key, ((other, dataset),)))
    return cells


def _has_errors(experiment: Experiment, dataset: Dataset) -> bool:
    return any(problem.blocks for problem in model_problems(experiment, dataset))


def _prepared(table: Table, experiment: Experiment) -> tuple[Dataset | None, LabError | None]:
    try:
        return prepare_cached(table, experiment.data, experiment.seed), None
    except LabError as refusal:
        return None, refusal.with_traceback(None)


def _told_by_table(finding: Finding, lines: TableLines | None) -> bool:
    """Lines about data are told beside the table, where there is one."""
    return lines is not None and finding.code in ("paste.ignored", "paste.ignored_lines")


def _of_the_note(proposal: Proposal) -> list[Finding]:
    """What Keras would refuse, or say a warning of, although it can be read here."""
    if "fit" in proposal.speaks_of and "compile" not in proposal.speaks_of:
        return [_note("note.no_compile")]
    return []


def _note(code: str, **values: Any) -> Finding:
    return Finding(code, values, 1, "note")
