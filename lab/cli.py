"""The command line: run an experiment file and print what a page would show.

    python -m lab run examples/iris.json            epoch table and verdict
    python -m lab run examples/iris.json --json     one JSON document with history and verdict
    python -m lab run mine.json --table mine.csv    an experiment on an own CSV
    python -m lab export examples/iris.json         report, Keras program, notebook, curves, weights of its run
    python -m lab schema                            JSON schema of an experiment file
    python -m lab docs                              write docs/reference.md anew from the registries

Exit status: 0 when the run was made (a diverged one too: the verdict says so), 1 on a refusal, which is one sentence
on standard error, 2 when the command itself was mistyped. A person's Ctrl-C gives 130.
"""

import argparse
import json
import math
import os
import sys
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import Any, get_args

from lab import reference
from lab.data.prepare import Dataset, prepare
from lab.data.read import read_table
from lab.data.samples import load_sample
from lab.data.table import Table
from lab.errors import LabError
from lab.export.package import experiment_of
from lab.insight.evaluate import evaluate
from lab.model.problem import say_problem
from lab.model.problems import model_problems, updates_arithmetic
from lab.runs.orders.run import run_spec
from lab.runs.work.trainer import Trainer
from lab.spec.experiment import Experiment, check_limits
from lab.spec.limits import current_limits
from lab.texts import Language, say, say_error
from lab.verdict.judging import judge_outputs, judge_run
from lab.verdict.verdict import Verdict, say_advice, say_kind, say_verdict
from netcore.errors import NetcoreError

ROWS = 20  # lines of the epoch table; a longer run is thinned out


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line says and give the exit status."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8")  # a Windows console may be set to a code page without Korean
    options = _parser().parse_args(arguments)
    language: Language = options.language or language_of_environment()
    try:
        if options.command == "schema":
            print(json.dumps(Experiment.model_json_schema(), ensure_ascii=False, indent=2))
        elif options.command == "docs":
            reference.FILE.write_text(reference.reference(), encoding="utf-8", newline="\n")
            print(say("cli.docs_written", language, file=reference.FILE.name))
        elif options.command == "export":
            export(Path(options.file), options.table and Path(options.table), Path(options.to), language)
        else:
            run(Path(options.file), options.table and Path(options.table), language, as_json=options.json)
    except (LabError, NetcoreError) as refusal:
        print(say_error(refusal, language), file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # `| head` has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


def language_of_environment() -> Language:
    """Korean if the system speaks it, else English."""
    spoken = next((os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), "")
    return "ko" if spoken.lower().startswith("ko") else "en"


class CliError(LabError):
    """A file that is not there, or not what the command needs."""


def run(file: Path, table_file: Path | None, language: Language, *, as_json: bool) -> None:
    """Train the experiment of a file and print what came of it. Raises LabError or NetcoreError."""
    experiment, dataset = _laid_out(file, table_file, language)
    trainer = Trainer(*run_spec(experiment, dataset))
    trainer.advance()
    verdict = judge_run(experiment, dataset, trainer.history, trainer.state, trainer.extras)
    outputs = judge_outputs(experiment, dataset, trainer.history, trainer.state)
    scores = _letter_scores(experiment, dataset, trainer)
    if as_json:
        document = _document(experiment, trainer, verdict, outputs) | ({"scores": scores} if scores else {})
        print(json.dumps(document, ensure_ascii=False))
    else:
        print(_report(experiment, dataset, trainer, verdict, outputs, language))
        for part, score in scores.items():
            print(say("sequences.scores", language, part=say(f"part.{part}", language), **score))


def export(file: Path, table_file: Path | None, folder: Path, language: Language) -> None:
    """Train the experiment of a file and write what can be taken away. Raises LabError or NetcoreError."""
    from lab.export.folder import write_files  # pictures need Plotly's colours, which no other command waits for

    experiment, dataset = _laid_out(file, table_file, language)
    try:
        files = write_files(experiment, dataset, folder, language)
    except OSError:
        raise CliError("cli.no_folder", folder=str(folder)) from None
    print(say("cli.exported", language, folder=str(folder), files=", ".join(one.name for one in files)))


def _laid_out(file: Path, table_file: Path | None, language: Language) -> tuple[Experiment, Dataset]:
    """The experiment of a file and its data; what speaks against it is a refusal, or said on standard error."""
    experiment = experiment_of(_read(file))
    check_limits(experiment, current_limits())
    table = _table(experiment, table_file)
    for warning in _warnings_about(experiment, table):
        print(say_error(warning, language), file=sys.stderr)
    dataset = prepare(table, experiment.data, experiment.seed)
    for problem in model_problems(experiment, dataset):
        if problem.severity == "error":
            raise CliError(problem.code, **problem.values)
        print(say_problem(problem, language), file=sys.stderr)
    return experiment, dataset


def _letter_scores(experiment: Experiment, dataset: Dataset, trainer: Trainer) -> dict[str, dict[str, float]]:
    """How well texts are read, by part; empty for other tasks. The test part stays sealed."""
    if dataset.task != "sequence_labels" or experiment.model.kind != "sequential":
        return {}
    return {
        part: score.metrics
        for part, score in evaluate(experiment, trainer.weights, dataset, ("train", "validation")).scores.items()
    }


# --- what goes in


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError:
        raise CliError("cli.no_file", file=str(file)) from None


def _table(experiment: Experiment, file: Path | None) -> Table:
    """The table that the experiment is about, or the one given in its place."""
    source = experiment.data.source
    if file is not None:
        return read_table(_read(file), file.name, current_limits(), experiment.data.reading)
    if source.kind == "upload":
        raise CliError("cli.table_needed", name=source.name)
    return load_sample(source.name, experiment.data.reading)


def _warnings_about(experiment: Experiment, table: Table) -> list[LabError]:
    """Another table than the one the experiment was made on may be meant; the person should know all the same."""
    source = experiment.data.source
    if source.kind == "upload" and source.sha256 != table.sha256:
        return [CliError("cli.another_table", name=table.name, expected=source.name)]
    if source.kind == "sample" and table is not load_sample(source.name, experiment.data.reading):
        return [CliError("cli.not_the_sample", name=table.name, expected=source.name)]
    return []


# --- what comes out


def _document(
    experiment: Experiment, trainer: Trainer, verdict: Verdict, outputs: dict[str, Verdict]
) -> dict[str, Any]:
    """Everything as plain data. A loss that is no number is null: JSON has no NaN."""
    document = {
        "experiment": json.loads(experiment.to_json()),
        "state": trainer.state,
        "epochs": trainer.epochs_done,
        "history": {name: [_number(value) for value in values] for name, values in trainer.history.items()},
        "changes": trainer.log,
        "verdict": _told(verdict),
        "compute_s": trainer.compute_s,
    }
    if outputs:
        document["outputs"] = {name: _told(one) for name, one in outputs.items()}
    return document


def _told(verdict: Verdict) -> dict[str, Any]:
    return verdict.as_dict() | {"text": {language: say_verdict(verdict, language) for language in get_args(Language)}}


def _number(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _report(
    experiment: Experiment,
    dataset: Dataset,
    trainer: Trainer,
    verdict: Verdict,
    outputs: dict[str, Verdict],
    language: Language,
) -> str:
    rows, fit = len(dataset.train.x), experiment.fit
    per_epoch, updates = updates_arithmetic(rows, fit.batch_size, fit.epochs)
    advice = set(say_advice(verdict, language))
    said = [line for line in say_verdict(verdict, language) if line not in advice]
    return "\n".join(
        [
            experiment.name,
            say(
                "cli.rows" if len(dataset.test.rows) else "cli.rows_without_test",
                language,
                train=rows,
                validation=len(dataset.validation.x),
                test=len(dataset.test.x),
                batch_size=min(fit.batch_size, rows),
                per_epoch=per_epoch,
                epochs=fit.epochs,
                updates=updates,
            ),
            *(line for one in (dataset, *dataset.others) for line in _unit_of_losses(one, language)),
            "",
            *epoch_table(trainer.history, language),
            "",
            *said,
            *(f"{name}: {say_kind(one, language)}" for name, one in outputs.items()),
            say("cli.next", language),
            *(f"  - {line}" for line in say_advice(verdict, language)),
        ]
    )


def _unit_of_losses(dataset: Dataset, language: Language) -> list[str]:
    """Loss and metrics of a standardised target are in its standard deviations: say how large one is."""
    if dataset.task != "regression" or dataset.target_scale == 1.0:
        return []
    one = f"{dataset.target_scale:.4g} {dataset.target_unit}".rstrip()
    return [say("cli.standardised", language, target=dataset.target_name, one=one)]


def epoch_table(history: dict[str, list[float]], language: Language) -> list[str]:
    """The history as lines of text: every epoch of a short run, at most ROWS of a long one, always first and last."""
    names = list(history)
    epochs = len(history[names[0]]) if names else 0
    widths = [max(len(name), 10) for name in names]
    head = "  ".join(name.rjust(width) for name, width in zip(names, widths, strict=True))
    lines = [f"{right(say('cli.epoch', language), 6)}  {head}"]
    for epoch in shown_epochs(epochs):
        cells = (f"{history[name][epoch]:{width}.4f}" for name, width in zip(names, widths, strict=True))
        lines.append(f"{epoch + 1:>6}  {'  '.join(cells)}")
    return lines


def right(text: str, width: int) -> str:
    """The text moved right to end at a column; a Hangul syllable is two columns wide."""
    columns = sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)
    return " " * (width - columns) + text


def shown_epochs(epochs: int) -> list[int]:
    """0-based epochs to print, at most ROWS of them, closer together at the start, where curves bend most."""
    if epochs <= ROWS:
        return list(range(epochs))
    ratio = epochs ** (1 / (ROWS - 1))
    return sorted({min(round(ratio**step), epochs) - 1 for step in range(ROWS)} | {0, epochs - 1})


def _parser() -> argparse.ArgumentParser:
    language = language_of_environment()
    parser = argparse.ArgumentParser(prog="python -m lab", description=say("cli.about", language))
    commands = parser.add_subparsers(dest="command", required=True)
    run_command = commands.add_parser("run", help=say("cli.about_run", language))
    run_command.add_argument("file", help="examples/iris.json")
    run_command.add_argument("--table", metavar="CSV", help=say("cli.about_table", language))
    run_command.add_argument("--json", action="store_true", help=say("cli.about_json", language))
    export_command = commands.add_parser("export", help=say("cli.about_export", language))
    export_command.add_argument("file", help="examples/iris.json")
    export_command.add_argument("--table", metavar="CSV", help=say("cli.about_table", language))
    export_command.add_argument("--to", metavar="FOLDER", default="taken", help=say("cli.about_to", language))
    schema = commands.add_parser("schema", help=say("cli.about_schema", language))
    docs = commands.add_parser("docs", help=say("cli.about_docs", language))
    for command in (run_command, export_command, schema, docs):
        command.add_argument("--language", choices=get_args(Language))
    return parser
