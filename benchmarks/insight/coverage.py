"""Does the loss of new rows lie where the verdict says it would, 19 times out of 20? Real tables, their rows left over.

    python -m benchmarks.insight.coverage                      the sample tables, three seeds each
    python -m benchmarks.insight.coverage DIR [--tables 60]    and tables that `benchmarks/tables/collect.py DIR` wrote
    … --keep runs.jsonl                                        and keep the runs
    … --from runs.jsonl                                        judge kept runs again
    … --beyond                                                 name the runs whose test loss lies outside

Each table is read, proposed for and trained on as the app would, its rows drawn at random: 60 % train, 20 % validate,
20 % test. The interval is that of the verdict; a run whose verdict states none (too large, drift, not finished) is not
counted. Beside it stand two bootstraps of the validation rows' own losses: of their mean alone, which is all that most
programs show, and of that mean and the mean of as many rows more, which is what the sentence speaks of.
"""

import os

for _name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_name] = "1"  # before NumPy is imported

import argparse  # noqa: E402
import warnings  # noqa: E402
from collections.abc import Iterator, Sequence  # noqa: E402
from dataclasses import dataclass  # noqa: E402
from multiprocessing import get_context  # noqa: E402
from pathlib import Path  # noqa: E402
from statistics import median  # noqa: E402
from typing import Any  # noqa: E402

import numpy as np  # noqa: E402

from benchmarks.insight.grid import judged_by, row_losses  # noqa: E402
from benchmarks.insight.kept import add_options, runs_of  # noqa: E402
from lab.data import Table, read_table  # noqa: E402
from lab.data.prepare import Dataset, prepare  # noqa: E402
from lab.data.propose import propose_data  # noqa: E402
from lab.data.samples import card, load_sample, sample_names  # noqa: E402
from lab.errors import LabError  # noqa: E402
from lab.runs.orders.run import run_spec  # noqa: E402
from lab.runs.work.trainer import Trainer  # noqa: E402
from lab.spec.data import DataSpec, SampleSource, SplitSpec, UploadSource  # noqa: E402
from lab.spec.experiment import Experiment  # noqa: E402
from lab.starts import propose_experiment  # noqa: E402
from lab.verdict.context import RunContext  # noqa: E402
from lab.verdict.judging import context_of  # noqa: E402
from lab.verdict.words import UNSURE  # noqa: E402

ROWS = (150, 3000)  # of a table: fewer leave no 30 rows to judge by, more take minutes
MOST_COLUMNS = 100
DRAWS = 2000


@dataclass(frozen=True)
class TableRun:
    """One run on a table.

    Args:
        validation, test: mean losses at the end.
        mean_only, both: 95 % bootstrap intervals of the validation rows' losses.
    """

    table: str
    seed: int
    state: str
    history: dict[str, list[float]]
    extras: dict[str, list[float]]
    context: dict[str, Any]
    validation: float
    test: float
    mean_only: tuple[float, float]
    both: tuple[float, float]

    def interval(self) -> tuple[float, float] | None:
        """What the verdict states; None where it states none."""
        verdict = RunContext.from_dict(self.context).judge(self.history, self.state, self.extras)
        told = verdict.evidence
        return None if told is None or verdict.kind in UNSURE else (told.low, told.high)


def table_run(task: tuple[str, int]) -> TableRun | None:
    """Train what is proposed for a table, a sample's name or a path; None where there is nothing to train on."""
    warnings.simplefilter("ignore")
    name, seed = task
    try:
        experiment, dataset = _experiment(name, seed)
        trainer = Trainer(*run_spec(experiment, dataset))
    except LabError:  # refused with a reason: `benchmarks.tables` counts those
        return None
    if len(dataset.validation.x) < ROWS[0] / 5 or len(dataset.test.x) < ROWS[0] / 5:
        return None
    trainer.advance(epochs=experiment.fit.epochs)
    if trainer.state == "diverged":
        return None
    rows = row_losses(trainer, run_spec(experiment, dataset)[1])
    test = row_losses(trainer, run_spec(experiment, judged_by(dataset, "test"))[1])
    mean_only, both = _bootstraps(rows, len(test), np.random.default_rng(seed))
    return TableRun(
        table=name,
        seed=seed,
        state="finished",
        history=trainer.history,
        extras=trainer.extras,
        context=context_of(experiment, dataset).as_dict(),
        validation=float(rows.mean()),
        test=float(test.mean()),
        mean_only=mean_only,
        both=both,
    )


def _experiment(name: str, seed: int) -> tuple[Experiment, Dataset]:
    table, data, source = _sample(name) if name in sample_names() else _file(Path(name))
    split = SplitSpec(validation=0.2, test=0.2, seed=seed)
    base = propose_experiment(table, source, data.replace(split=split, windows=None)).replace(seed=seed)
    return base, prepare(table, base.data, seed)


def _sample(name: str) -> tuple[Table, DataSpec, SampleSource]:
    table, source = load_sample(name), SampleSource(name=name)
    return table, propose_data(table, source=source), source


def _file(path: Path) -> tuple[Table, DataSpec, UploadSource]:
    table = read_table(path.read_bytes(), path.name)
    source = UploadSource(name=path.name, columns=table.column_names, sha256=table.sha256)
    return table, propose_data(table), source


def _bootstraps(rows: Any, new_rows: int, random: np.random.Generator) -> tuple[tuple[float, float], ...]:
    means = random.choice(rows, (DRAWS, len(rows))).mean(axis=1)
    others = random.choice(rows, (DRAWS, new_rows)).mean(axis=1)
    alone, both = means, rows.mean() + (others - means)
    low, high = np.percentile(alone, [2.5, 97.5])
    low_both, high_both = np.percentile(both, [2.5, 97.5])
    return (float(low), float(high)), (float(low_both), float(high_both))


# --- the report


def report(runs: Sequence[TableRun], *, beyond: bool) -> str:
    """Share of test losses within each interval, and how wide they are beside one another."""
    stated = [(run, interval) for run in runs if (interval := run.interval()) is not None]
    lines = []
    for run, (low, high) in stated:
        if beyond and not low <= run.test <= high:
            lines.append(
                f"{Path(run.table).stem}/{run.seed}: {low:.3g} to {high:.3g}, validation {run.validation:.3g},"
                f" test {run.test:.3g}"
            )
    tables = {run.table for run, _ in stated}
    lines.append(f"{len(runs)} runs, {len(stated)} with an interval, of {len(tables)} tables")
    for name, intervals in {
        "stated": [interval for _, interval in stated],
        "bootstrap of the validation mean": [run.mean_only for run, _ in stated],
        "bootstrap of both means": [run.both for run, _ in stated],
    }.items():
        inside = [low <= run.test <= high for (run, _), (low, high) in zip(stated, intervals, strict=True)]
        lines.append(f"{name:>33}: {sum(inside)} of {len(inside)} test losses within it ({np.mean(inside):.1%})")
    for name, others in {
        "validation mean": [run.mean_only for run, _ in stated],
        "both means": [run.both for run, _ in stated],
    }.items():
        ratios = [
            (high - low) / (upper - lower)
            for (_, (low, high)), (lower, upper) in zip(stated, others, strict=True)
            if upper > lower
        ]
        lines.append(f"median width of the stated one, over that of the bootstrap of the {name}: {median(ratios):.2f}")
    return "\n".join(lines)


def names(folder: Path | None, count: int) -> list[str]:
    """The samples, and files of a folder of a size that is told by looking at them, spread over it evenly."""
    samples = [name for name in sample_names() if card(name).task != "sequence_labels" and card(name).rows <= ROWS[1]]
    samples = [name for name in samples if card(name).rows >= ROWS[0] and card(name).columns <= MOST_COLUMNS]
    if folder is None:
        return samples
    files = [path for path in sorted(folder.rglob("*.csv")) if _fits(path)]
    step = max(len(files) / count, 1.0)
    return samples + [str(files[int(place * step)]) for place in range(min(count, len(files)))]


def _fits(path: Path) -> bool:
    lines = path.read_bytes().splitlines()
    return ROWS[0] < len(lines) <= ROWS[1] and lines[0].count(b",") < MOST_COLUMNS


def trained(tasks: Sequence[tuple[str, int]], processes: int) -> Iterator[TableRun]:
    with get_context("spawn").Pool(processes) as pool:
        for run in pool.imap(table_run, tasks, chunksize=2):
            if run is not None:
                yield run


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--tables", type=int, default=60)
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2])
    add_options(parser)
    parser.add_argument("--beyond", action="store_true")
    options = parser.parse_args()
    tasks = [(name, seed) for name in names(options.folder, options.tables) for seed in options.seeds]
    runs = runs_of(options, TableRun, lambda: trained(tasks, options.processes))
    print(report(runs, beyond=options.beyond))


if __name__ == "__main__":
    main()
