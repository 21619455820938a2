"""A finished run written down: all that the evaluate page offers to take away."""

from pathlib import Path

from lab.data.prepare import Dataset
from lab.export.curves_csv import curves_csv
from lab.export.notebook import notebook
from lab.export.npz import weights_file
from lab.export.package import EXPERIMENT_FILE, keras_package
from lab.export.program import program_of
from lab.export.report import report
from lab.insight.evaluate import evaluate_run
from lab.runs.kept.record import RunRecord
from lab.runs.serve.engine import Engine
from lab.texts import Language


def write_files(engine: Engine, record: RunRecord, dataset: Dataset, folder: Path, language: Language) -> list[Path]:
    """Write the files of a run into a folder, which is made if it is not there.

    Args:
        engine: that the run was made in.

    Raises:
        OSError: the folder cannot be written to.
    """
    experiment = record.experiment
    program = program_of(record, engine.checkpoints(record.id, record.owner), dataset, language)
    evaluations = evaluate_run(record, dataset) if record.last_good_epoch else {}
    files = {
        "report.html": report(record, dataset, evaluations, record.verdict, language),
        "keras.zip": keras_package(program, record, language),
        "notebook.ipynb": notebook(program, language).encode(),
        "curves.csv": curves_csv(record),
        "weights.npz": weights_file(experiment, record.weights, dataset),
        "run.npz": engine.export(record.id, record.owner),
        EXPERIMENT_FILE: experiment.to_json(indent=2).encode(),
    }
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return [folder / name for name in files]
