"""All that Keras needs of a run in one archive, and the way back: an experiment out of whatever file holds one."""

import io
import zipfile
import zlib
from collections.abc import Mapping

from lab.errors import ExperimentError
from lab.experiment import Experiment
from lab.export.curves_csv import curves_csv
from lab.export.notebook import notebook
from lab.export.npz import npz
from lab.export.program import DATA_FILE, WEIGHTS_FILE, Program
from lab.limits import ALONE
from lab.runs.record import RunRecord
from lab.texts import Language

PROGRAM_FILE, EXPERIMENT_FILE = "keras_program.py", "experiment.json"
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
    """The experiment of a saved file: JSON, or the archive that `keras_package` makes.

    Raises:
        ExperimentError, NetcoreError: it holds none.
    """
    if not zipfile.is_zipfile(io.BytesIO(content)):
        return Experiment.from_json(content)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if archive.getinfo(EXPERIMENT_FILE).file_size > ALONE.experiment_characters:
                raise ExperimentError("experiment.not_json")
            text = archive.read(EXPERIMENT_FILE)
    except (zipfile.BadZipFile, KeyError, OSError, RuntimeError, NotImplementedError, EOFError, zlib.error):
        raise ExperimentError("experiment.not_json") from None
    return Experiment.from_json(text)
