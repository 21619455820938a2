"""How sensible the proposals for real tables are, and how fast those tables are read.

    V/bin/python benchmarks/tables/collect.py DIR          # once, see requirements.txt
    python -m benchmarks.tables DIR [--save FILE]

Two sets of tables are labelled (`labels.py`); crashes, columns dropped in silence and speed are those of all of DIR.
"""

import argparse
import io
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.tables.judge import Outcome, outcome, tasks_of, wrong
from benchmarks.tables.labels import SETS, labels
from lab.data.read import read_table
from lab.errors import TableError

TURNS = 2


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--save", type=Path, help="the wrong proposals, as a Markdown table")
    parser.add_argument("--speed", action="store_true", help="measure the reading time as well")
    chosen = parser.parse_args()
    files = {str(path.relative_to(chosen.folder).with_suffix("")): path for path in chosen.folder.rglob("*.csv")}
    found, crashes = every(dict(sorted(files.items())))
    lines = [line for name in SETS for line in one_set(name, found)]
    for crash in crashes:
        print(f"crash {crash}")
    dropped = {name: sorted(one.silently_dropped) for name, one in found.items() if one.silently_dropped}
    for name, columns in dropped.items():
        print(f"silently dropped in {name}: {', '.join(columns[:5])}{' …' if len(columns) > 5 else ''}")
    refused = [one.refusal for one in found.values() if one.refusal]
    print(
        f"all {len(files)} tables: {len(crashes)} crashes, {len(refused)} refused, {len(dropped)} with usable columns"
    )
    print(f"dropped in silence ({sum(map(len, dropped.values()))} columns)")
    if chosen.save:
        chosen.save.write_text("\n".join(lines) + "\n", encoding="utf-8")
    if chosen.speed:
        speed(list(files.values()))


def every(files: dict[str, Path]) -> tuple[dict[str, Outcome], list[str]]:
    found, crashes = {}, []
    for name, path in files.items():
        try:
            found[name] = outcome(path, name)
        except Exception:  # noqa: BLE001 - what it is, is what is measured
            crashes.append(f"{name}: {traceback.format_exc(limit=-1).splitlines()[-1]}")
    return found, crashes


def one_set(name: str, found: dict[str, Outcome]) -> list[str]:
    """Prints the figures of a set; returns its wrong proposals as rows of a table."""
    rows = []
    known = labels(name)
    missing = [label.table for label in known if label.table not in found]
    judged = [label for label in known if label.table in found]
    for label in judged:
        one = found[label.table]
        if faults := wrong(one, label):
            proposed = "-" if one.data is None else f"{one.data.target} ({'/'.join(tasks_of(one.data))})"
            rows.append(f"| {name} | {label.table} | {proposed} | {'; '.join(faults)} |".replace("\n", " "))
    good = len(judged) - len(rows)
    print("\n".join(rows))
    print(f"{name}: {good} of {len(judged)} sensible ({100 * good / max(1, len(judged)):.1f} %), {missing} not there")
    return rows


def speed(files: list[Path]) -> None:
    """Processor time over all files, and the median of the files' own ratios, beside pandas' C parser, in turns."""
    ours, theirs = np.full(len(files), np.inf), np.full(len(files), np.inf)
    bodies = [path.read_bytes() for path in files]
    for _ in range(TURNS):
        for place, body in enumerate(bodies):
            theirs[place] = min(theirs[place], seconds(with_pandas, body))
            ours[place] = min(ours[place], seconds(with_us, body))
    size = sum(map(len, bodies)) / 1e6
    print(f"{len(files)} files, {size:.0f} MB: here {ours.sum():.2f} s, pandas {theirs.sum():.2f} s")
    print(f"ratio over the corpus {ours.sum() / theirs.sum():.2f}, median of the files {np.median(ours / theirs):.2f}")


def seconds(job: Callable[[bytes], Any], body: bytes) -> float:
    start = time.process_time()
    job(body)
    return time.process_time() - start


def with_pandas(body: bytes) -> Any:
    try:
        return pd.read_csv(io.BytesIO(body), encoding_errors="replace")
    except (pd.errors.ParserError, pd.errors.EmptyDataError):
        return None


def with_us(body: bytes) -> Any:
    try:
        return read_table(body, "t.csv")
    except TableError:
        return None


if __name__ == "__main__":
    main()
