"""Runs of a benchmark on disk, one JSON object a line: trained once, judged as often as rules change."""

import argparse
import json
from collections.abc import Callable, Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any, TypeVar

Run = TypeVar("Run")


def add_options(parser: argparse.ArgumentParser) -> None:
    """`--keep` writes the runs down, `--from` judges written ones."""
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--from", type=Path, dest="kept", nargs="+")


def runs_of(options: argparse.Namespace, kind: Callable[..., Run], train: Callable[[], Iterable[Run]]) -> list[Run]:
    """The runs that were written down, else trained ones.

    Args:
        kind: the dataclass of a run.
    """
    lines = [line for path in options.kept or () for line in path.read_text(encoding="utf-8").splitlines()]
    runs = [kind(**json.loads(line)) for line in lines] if options.kept else list(train())
    if options.keep:
        kept: list[Any] = runs
        options.keep.write_text("".join(json.dumps(asdict(run)) + "\n" for run in kept), encoding="utf-8")
    return runs
