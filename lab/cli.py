"""The command line: run an experiment file and print what a page would show.

    python -m lab run examples/iris.json            epoch table and verdict
    python -m lab run examples/iris.json --json     one JSON document with history and verdict
    python -m lab run mine.json --table mine.csv    an experiment on an own CSV
    python -m lab export examples/iris.json         report, Keras program, notebook, curves, weights of its run
    python -m lab lesson list                       the lessons; `run 09`, `check FOLDER`, `pack FOLDER` of one
    python -m lab homework check TASK HANDIN…       hand-ins of a homework, each run made again from its seeds
    python -m lab schema                            JSON schema of an experiment file
    python -m lab docs                              write anew what stands elsewhere already: reference, sample tables

Exit status: 0 when the run was made (a diverged one too: the verdict says so), 1 on a refusal, which is one sentence
on standard error, 2 when the command itself was mistyped. A person's Ctrl-C gives 130.
"""

import argparse
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import get_args

from lab.data.given import given_table
from lab.data.prepare import Dataset, prepare
from lab.data.read import read_table
from lab.data.table import Table
from lab.errors import LabError, RunError
from lab.export.lines import run_document, run_lines
from lab.export.package import experiment_of
from lab.model.problem import say_problem
from lab.model.problems import model_problems
from lab.runs.kept.record import RunRecord
from lab.runs.serve.engine import RunRequest
from lab.runs.serve.inline import InlineEngine
from lab.spec.experiment import Experiment, check_limits
from lab.spec.limits import current_limits
from lab.texts import Language, say, say_error
from netcore.errors import NetcoreError

OWNER = "command-line"


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
            write_docs(language)
        elif options.command == "export":
            export(Path(options.file), options.table and Path(options.table), Path(options.to), language)
        elif options.command == "lesson":
            return lesson(options.what, options.of, language)
        elif options.command == "homework":
            return homework(options, language)
        else:
            run(Path(options.file), options.table and Path(options.table), language, as_json=options.json)
    except (LabError, NetcoreError) as refusal:
        print(_said(refusal, language), file=sys.stderr)
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


def _said(refusal: LabError | NetcoreError, language: Language) -> str:
    """Its sentence; that of a lesson names the file."""
    own = getattr(refusal, "say", None)
    return own(language) if own else say_error(refusal, language)


class CliError(LabError):
    """A file that is not there, or not what the command needs."""


def run(file: Path, table_file: Path | None, language: Language, *, as_json: bool) -> None:
    """Train the experiment of a file and print what came of it. Raises LabError or NetcoreError."""
    experiment, dataset = _laid_out(file, table_file, language)
    _engine, record = _trained(experiment, dataset)
    if as_json:
        print(json.dumps(run_document(record, dataset), ensure_ascii=False))
    else:
        print("\n".join(run_lines(record, dataset, language)))


def export(file: Path, table_file: Path | None, folder: Path, language: Language) -> None:
    """Train the experiment of a file and write what can be taken away. Raises LabError or NetcoreError."""
    from lab.export.folder import write_files  # pictures need Plotly's colours, which no other command waits for

    experiment, dataset = _laid_out(file, table_file, language)
    engine, record = _trained(experiment, dataset)
    try:
        files = write_files(engine, record, dataset, folder, language)
    except OSError:
        raise CliError("cli.no_folder", folder=str(folder)) from None
    print(say("cli.exported", language, folder=str(folder), files=", ".join(one.name for one in files)))


def write_docs(language: Language) -> None:
    """Write anew every page and picture that is made from what is defined elsewhere."""
    from lab.reference import pages  # pictures need Plotly's colours too

    for file, text in pages().items():
        if not file.is_file() or file.read_text(encoding="utf-8") != text:
            file.write_text(text, encoding="utf-8", newline="\n")
            print(say("cli.docs_written", language, file=file.name))


def lesson(what: str, of: str, language: Language) -> int:
    """What was asked of a lesson. Raises LabError or NetcoreError."""
    from lab.lessons import command  # with the scores and the samples, which no other command waits for

    return command.WHAT[what](of, language)


def homework(options: argparse.Namespace, language: Language) -> int:
    """What was handed in, made again. Raises LabError or NetcoreError."""
    from lab.homework import command  # as of a lesson

    files = [Path(name) for name in options.hand_ins]
    return command.check(Path(options.task), files, options.table and Path(options.table), language)


def _laid_out(file: Path, table_file: Path | None, language: Language) -> tuple[Experiment, Dataset]:
    """The experiment of a file and its data; what speaks against it is a refusal, or said on standard error."""
    experiment = experiment_of(_read(file))
    check_limits(experiment, current_limits())
    table = _table(experiment, table_file)
    for warning in _warnings_about(experiment, table):
        print(say_error(warning, language), file=sys.stderr)
    dataset = prepare(table, experiment.data, experiment.seed)
    for problem in model_problems(experiment, dataset):
        if problem.blocks:
            raise CliError(problem.code, **problem.values)
        print(say_problem(problem, language), file=sys.stderr)
    return experiment, dataset


def _trained(experiment: Experiment, dataset: Dataset) -> tuple[InlineEngine, RunRecord]:
    """The run from start to end, and the engine that it was made in."""
    engine = InlineEngine()
    run_id = engine.start(RunRequest(experiment, dataset), OWNER)
    engine.advance()
    record = engine.record(run_id, OWNER)
    if record.state == "failed" and record.reason is not None:
        raise RunError(record.reason.code, **record.reason.values)
    return engine, record


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
    return given_table(source, experiment.data.reading)


def _warnings_about(experiment: Experiment, table: Table) -> list[LabError]:
    """Another table than the one the experiment was made on may be meant; the person should know all the same."""
    source = experiment.data.source
    if source.kind == "upload" and source.sha256 != table.sha256:
        return [CliError("cli.another_table", name=table.name, expected=source.name)]
    if source.kind != "upload" and table is not given_table(source, experiment.data.reading):
        return [CliError("cli.not_the_sample", name=table.name, expected=source.name)]
    return []


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
    of_lessons = commands.add_parser("lesson", help=say("cli.about_lesson", language))
    lessons = of_lessons.add_subparsers(dest="what", required=True)
    lesson_commands = [lessons.add_parser("list", help=say("cli.about_lesson_list", language))]
    lesson_commands[0].set_defaults(of="")
    for name, example in (("run", "09"), ("check", "lessons/09-epochs"), ("pack", "lessons/09-epochs")):
        lesson_commands.append(lessons.add_parser(name, help=say(f"cli.about_lesson_{name}", language)))
        lesson_commands[-1].add_argument("of", help=example)
    of_homework = commands.add_parser("homework", help=say("cli.about_homework", language))
    homeworks = of_homework.add_subparsers(dest="what", required=True)
    check_command = homeworks.add_parser("check", help=say("cli.about_homework_check", language))
    check_command.add_argument("task", metavar="TASK", help="task.teacher.json")
    check_command.add_argument("hand_ins", metavar="HANDIN", nargs="+", help="name.hand-in.json")
    check_command.add_argument("--table", metavar="CSV", help=say("cli.about_homework_table", language))
    schema = commands.add_parser("schema", help=say("cli.about_schema", language))
    docs = commands.add_parser("docs", help=say("cli.about_docs", language))
    for command in (run_command, export_command, *lesson_commands, check_command, schema, docs):
        command.add_argument("--language", choices=get_args(Language))
    return parser
