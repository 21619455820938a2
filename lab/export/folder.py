"""An experiment trained and written down without a browser: all that the evaluate page offers to take away."""

from pathlib import Path

from lab.data.prepare import Dataset
from lab.export.curves_csv import curves_csv
from lab.export.notebook import notebook
from lab.export.npz import weights_file
from lab.export.package import EXPERIMENT_FILE, keras_package
from lab.export.program import program_of
from lab.export.report import report
from lab.insight.evaluate import evaluate_outputs, evaluate_run
from lab.runs.serve.engine import RunRequest
from lab.runs.serve.inline import InlineEngine
from lab.spec.experiment import Experiment, GraphSpec
from lab.texts import Language

OWNER = "command-line"


def write_files(experiment: Experiment, dataset: Dataset, folder: Path, language: Language) -> list[Path]:
    """Train the experiment and write its files into a folder, which is made if it is not there.

    Raises:
        OSError: the folder cannot be written to.
        LabError, NetcoreError: the experiment cannot be trained.
    """
    engine = InlineEngine()
    run_id = engine.start(RunRequest(experiment, dataset), OWNER)
    engine.advance()
    record = engine.record(run_id, OWNER)
    program = program_of(record, engine.checkpoints(run_id, OWNER), dataset, language)
    evaluations = {}
    if record.last_good_epoch:
        graph = isinstance(experiment.model, GraphSpec)
        evaluations = evaluate_outputs(record, dataset) if graph else {"": evaluate_run(record, dataset)}
    files = {
        "report.html": report(record, dataset, evaluations, record.verdict, language),
        "keras.zip": keras_package(program, record, language),
        "notebook.ipynb": notebook(program, language).encode(),
        "curves.csv": curves_csv(record),
        "weights.npz": weights_file(experiment, record.weights, dataset),
        "run.npz": engine.export(run_id, OWNER),
        EXPERIMENT_FILE: experiment.to_json(indent=2).encode(),
    }
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return [folder / name for name in files]
