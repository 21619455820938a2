"""All that Keras needs of a run in one archive, and the way back: an experiment out of whatever file holds one."""

import io
import zipfile
from collections.abc import Mapping
from typing import Final

from lab.archives import opened
from lab.charts.markup import SAVED
from lab.errors import ExperimentError
from lab.export.curves_csv import curves_csv
from lab.export.notebook import notebook
from lab.export.npz import npz
from lab.export.program import DATA_FILE, WEIGHTS_FILE, Program
from lab.runs.kept.record import RunRecord
from lab.spec.experiment import Experiment
from lab.spec.limits import ALONE
from lab.texts import Language

PROGRAM_FILE, EXPERIMENT_FILE = "keras_program.py", "experiment.json"
SAVED_AT: Final = f'<code id="{SAVED}">'  # as `lab.export.report` writes it, and a browser that saves the page again
ENTITIES: Final = (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&nbsp;", "\xa0"), ("&amp;", "&"))
ESCAPED: Final = 6  # letters for one, at most
WRITTEN = (1980, 1, 1, 0, 0, 0)  # the same run gives the same file, whenever it is asked for


def keras_package(program: Program, record: RunRecord, language: Language) -> bytes:
    """Program, notebook, data, start weights, the run's curves to compare with, and the experiment, as a ZIP file."""
    return _zipped(
        {
            PROGRAM_FILE: program.text(language).encode(),
            "notebook.ipynb": notebook(program, language).encode(),
            DATA_FILE: npz(program.data),
            WEIGHTS_FILE: npz(program.start_weights),
            "curves.csv": curves_csv(record),
            EXPERIMENT_FILE: record.experiment_with_changes().to_json(indent=2).encode(),
        }
    )


def _zipped(files: Mapping[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, WRITTEN), content, zipfile.ZIP_DEFLATED)
    return target.getvalue()


def experiment_of(content: bytes) -> Experiment:
    """The experiment of a saved file: JSON, a report, or the archive that `keras_package` makes.

    Raises:
        ExperimentError, NetcoreError: it holds none.
    """
    if zipfile.is_zipfile(io.BytesIO(content)):
        return Experiment.from_json(_member(content))
    if content.lstrip()[:14].lower() == b"<!doctype html":
        return Experiment.from_json(_in_report(content.decode(errors="replace")))
    return Experiment.from_json(content)


def _member(archive: bytes) -> bytes:
    """The experiment's file in an archive."""
    try:
        with opened(io.BytesIO(archive)) as file:
            if file.getinfo(EXPERIMENT_FILE).file_size > ALONE.experiment_characters:
                raise ExperimentError("experiment.not_json")
            return file.read(EXPERIMENT_FILE)
    except (ValueError, KeyError, OSError):
        raise ExperimentError("experiment.not_json") from None


def _in_report(page: str) -> str:
    """The text of the element that holds the experiment. It may be a stranger's page: it is searched, not parsed."""
    behind = page.partition(SAVED_AT)[2]
    text = behind[: ESCAPED * ALONE.experiment_characters].partition("<")[0]
    for name, letter in ENTITIES:
        text = text.replace(name, letter)
    return text
