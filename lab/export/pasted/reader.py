"""Pasted Keras code → changes of an Experiment, and a list of what was mended, left out or not understood.

The counterpart of `keras_source`: what that writes, this reads back. The code is parsed and never executed, so that a
text from anywhere can be pasted. Understood are Sequential (as a list and by .add) and functional models (also shared
layers, models within models), every registered layer, loss, optimizer, metric and schedule, compile, fit and its
callbacks, train_test_split, set_random_seed, names that stand for numbers and lists, loops over what is known, and
functions that straightforwardly return a model or a tensor. Of everything else a finding says that it was left out.
"""

import functools
from collections.abc import Sequence
from dataclasses import dataclass

from lab.export.pasted.draft import Draft
from lab.export.pasted.statements import Reader
from lab.export.pasted.taking import Facts, applied, tried
from lab.export.pasted.text import Finding, parse_program
from lab.spec.experiment import Experiment

FINDINGS = 100  # told; of a text with more, the rest is only counted
RUN = 3  # lines one behind the other that have nothing to do with the model: from so many on they are told as one
NOTHING = Facts()


@dataclass(frozen=True)
class Proposal:
    """What pasted code asks for.

    Attributes:
        experiment: the present one with everything that was understood; what the code does not speak of is unchanged.
        findings: in the order of the lines.
        understood: whether the code said anything about model, compile or fit at all.
        hidden: how many findings there are beyond those listed.
        speaks_of: which of "model", "compile" and "fit" the code speaks of.
    """

    experiment: Experiment
    findings: tuple[Finding, ...]
    understood: bool
    hidden: int = 0
    speaks_of: frozenset[str] = frozenset()


def read_keras(text: str, experiment: Experiment, facts: Facts = NOTHING) -> Proposal:
    """What the pasted code means for `experiment`. Never raises, whatever the text is.

    Args:
        facts: about the data at hand.
    """
    program = parse_program(text)
    reader = Reader()
    reader.notes.extend(program.findings)
    reader.read_all(program.statements)
    draft = reader.chosen()
    if draft is not None:
        experiment = applied(draft, experiment, reader.notes, facts, reader.variables)
    if reader.apart is not None and (draft is None or draft.validation_split is None):
        share, line = reader.apart
        experiment = tried(experiment, line, reader.notes, functools.partial(_kept_apart, share=share))
    if reader.seed is not None:
        value, line = reader.seed
        experiment = tried(experiment, line, reader.notes, lambda one: one.replace(seed=value))
    listed, hidden = _weightiest(_together(_once(reader.notes), reader.lines))
    understood = draft is not None or reader.seed is not None or reader.apart is not None
    return Proposal(experiment, listed, understood, hidden, _speaks_of(draft))


def _kept_apart(experiment: Experiment, share: float) -> Experiment:
    return experiment.with_data(split=experiment.data.split.replace(validation=share))


def _speaks_of(draft: Draft | None) -> frozenset[str]:
    if draft is None:
        return frozenset()
    said = {"model": draft.layers or draft.outputs, "compile": draft.compiled, "fit": draft.fits}
    return frozenset(name for name, there in said.items() if there)


def _weightiest(findings: list[Finding]) -> tuple[tuple[Finding, ...], int]:
    """As many as are told, in the order of their lines, and how many are not."""
    weighty = sorted(findings, key=lambda finding: ("error", "warning", "note").index(finding.severity))
    listed = sorted(weighty[:FINDINGS], key=lambda finding: finding.line)
    return tuple(listed), len(weighty) - len(listed)


def _once(findings: Sequence[Finding]) -> list[Finding]:
    """What a loop finds in each turn is told once."""
    return list({(one.line, one.code, repr(one.values)): one for one in findings}.values())


def _together(findings: list[Finding], lines: Sequence[int]) -> list[Finding]:
    """Statements about other things, such as reading data, are told as one finding where there are many in a row.

    Args:
        lines: of all statements.
    """
    ignored = {one.line: one for one in findings if one.code == "paste.ignored"}
    kept = [one for one in findings if one.code != "paste.ignored"]
    run: list[Finding] = []
    for line in [*sorted({*lines, *ignored}), None]:
        if line in ignored:
            run.append(ignored[line])
            continue
        kept += run if len(run) < RUN else [_as_one(run)]
        run = []
    return kept


def _as_one(run: list[Finding]) -> Finding:
    return Finding("paste.ignored_lines", {"count": len(run), "last": run[-1].line}, run[0].line, "note")
