"""Runs to be exported, made in the test's own process."""

from copy import copy
from dataclasses import replace
from functools import cache

from lab.data.given import given_table
from lab.data.prepare import Dataset, prepare
from lab.export.program import program_of
from lab.runs.kept.record import RunRecord
from lab.runs.serve.engine import RunRequest
from lab.runs.serve.inline import InlineEngine
from lab.spec.experiment import Experiment

OWNER = "o" * 32


class Made:
    """An experiment that was run: its record, its dataset and its checkpoints."""

    def __init__(self, experiment: Experiment, engine: InlineEngine | None = None) -> None:
        engine = engine or InlineEngine()
        self.experiment = experiment
        data = experiment.data
        self.dataset: Dataset = prepare(given_table(data.source, data.reading), data, experiment.seed)
        self.id = engine.start(RunRequest(experiment, self.dataset), OWNER)
        engine.advance()
        self.record: RunRecord = engine.record(self.id, OWNER)
        self.checkpoints = engine.checkpoints(self.id, OWNER)

    @classmethod
    def of(cls, other: "Made", *, dataset: Dataset | None = None, name: str = "") -> "Made":
        """The same run under another name, with other words in its data."""
        run = copy(other)
        run.dataset = dataset or other.dataset
        run.record = replace(other.record, name=name)
        return run

    def program(self, language="en"):
        return program_of(self.record, self.checkpoints, self.dataset, language)


@cache
def made(experiment: Experiment) -> Made:
    """Run once in a test session."""
    return Made(experiment)
