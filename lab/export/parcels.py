"""The files that a person may take along of a run that has ended, each made when it is asked for."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import tzinfo
from functools import cache

from lab.data.prepare import Dataset
from lab.errors import LabError
from lab.export.curves_csv import curves_csv
from lab.export.notebook import notebook
from lab.export.npz import weights_file
from lab.export.package import keras_package
from lab.export.program import Program, program_of
from lab.export.report import report
from lab.insight.evaluate import Evaluation
from lab.runs.kept.record import RunRecord
from lab.runs.wire.checkpoints import Checkpoints
from lab.texts import Language, say_error
from lab.verdict.verdict import Verdict
from netcore.errors import NetcoreError

BINARY = "application/octet-stream"


@dataclass(frozen=True)
class Parcel:
    """One file.

    Args:
        name: its title stands at "take.<name>", what it is at "take.<name>.about".
        ending: of the file's name, behind the number of the run.
        make: its bytes; a file that cannot be made holds the sentence that says why, for a download has no page.
    """

    name: str
    ending: str
    mime: str
    make: Callable[[], bytes]


@dataclass(frozen=True)
class Kept:
    """Where the rest of a run comes from, when it is asked for."""

    checkpoints: Callable[[], Checkpoints]
    export: Callable[[], bytes]


def parcels_of(
    record: RunRecord,
    dataset: Dataset,
    evaluations: Mapping[str, Evaluation],
    verdict: Verdict,
    kept: Kept,
    language: Language,
    zone: tzinfo | None = None,
) -> list[Parcel]:
    """What there is to take; the report holds the evaluations given, and tells the time of that zone."""
    experiment = record.experiment_with_changes()

    @cache
    def program() -> Program:
        return program_of(record, kept.checkpoints(), dataset, language)

    def weights(best: bool) -> bytes:
        return weights_file(experiment, record.best_weights if best else record.weights, dataset)

    found = [
        Parcel(
            "report",
            "report.html",
            "text/html",
            lambda: report(record, dataset, evaluations, verdict, language, zone),
        ),
        Parcel("keras", "keras.zip", "application/zip", lambda: keras_package(program(), record, language)),
        Parcel(
            "notebook", "notebook.ipynb", "application/x-ipynb+json", lambda: notebook(program(), language).encode()
        ),
        Parcel("curves", "curves.csv", "text/csv", lambda: curves_csv(record)),
        Parcel("weights", "weights.npz", BINARY, lambda: weights(best=False)),
        *_best(record, lambda: weights(best=True)),
        Parcel("run", "run.npz", BINARY, kept.export),
        Parcel("experiment", "experiment.json", "application/json", lambda: experiment.to_json(indent=2).encode()),
    ]
    return [Parcel(one.name, one.ending, one.mime, _or_why_not(one.make, language)) for one in found]


def _best(record: RunRecord, make: Callable[[], bytes]) -> list[Parcel]:
    """The weights of the best epoch, where it is not the last."""
    if record.best_epoch == record.last_good_epoch:
        return []
    return [Parcel("best_weights", "best_weights.npz", BINARY, make)]


def _or_why_not(make: Callable[[], bytes], language: Language) -> Callable[[], bytes]:
    """A refusal is what the file holds."""

    def made() -> bytes:
        try:
            return make()
        except (LabError, NetcoreError) as refusal:
            return say_error(refusal, language).encode()

    return made
