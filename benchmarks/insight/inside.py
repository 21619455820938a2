"""What looking into a run costs: `python -m benchmarks.insight.inside`

Live: worker milliseconds and bytes of an event for five networks, and whether both stay flat over 20,000 epochs. At
rest: milliseconds of one look at an epoch, as the page makes some thirty of, and of one point of a slice of the loss.
"""

import time
from collections.abc import Callable

from benchmarks import threads

threads.pin()

from lab.data.prepare import Dataset, prepare_cached  # noqa: E402  # the number of threads comes before NumPy
from lab.data.samples import load_sample  # noqa: E402
from lab.insight.inside.landscape import loss_of  # noqa: E402
from lab.insight.inside.look import look_inside  # noqa: E402
from lab.insight.inside.rows import all_rows, rows_looked_at  # noqa: E402
from lab.runs.orders.run import run_spec  # noqa: E402
from lab.runs.work.inside import SHARE, Inside  # noqa: E402
from lab.runs.work.trainer import Trainer  # noqa: E402
from lab.spec.experiment import Experiment  # noqa: E402
from lab.spec.limits import CLASS  # noqa: E402
from lab.starts import start  # noqa: E402

NETWORKS = ("iris", "lecture", "digits_conv", "two_in_two_out", "hourly")
TIMES = 15
LONG, WINDOWS = 20_000, 5
GROWTH = 1.3  # the last window may cost so much more than the first


def main() -> None:
    print("network          event ms  bytes  look ms  rows  loss ms")
    for name in NETWORKS:
        print(f"{name:15}", *costs(name))
    ratio, sizes = growth()
    print(f"{'✓' if ratio <= GROWTH else '✗'} {LONG:,} epochs: last event / first {ratio:.2f}, bytes {sizes}")


def costs(name: str) -> tuple[str, ...]:
    """As the heading of the table says."""
    experiment = start(name)
    dataset = dataset_of(experiment)
    spec, arrays = run_spec(experiment, dataset)
    trainer, inside = Trainer(spec, arrays), Inside(arrays)
    trainer.advance(epochs=1)
    event, times = b"", []
    for _ in range(TIMES):
        event = inside.event(trainer.model, spec, 1, at_rest=True)
        times.append(ms(lambda: inside.event(trainer.model, spec, 1, at_rest=True)))
    rows, every = rows_looked_at(experiment, dataset, CLASS), all_rows(arrays)
    looks = [ms(lambda: look_inside(experiment, trainer, rows)) for _ in range(TIMES)]
    losses = [ms(lambda: loss_of(trainer.model, every)) for _ in range(TIMES)]
    told = (min(times), len(event), min(looks), len(rows), min(losses))
    return tuple(f"{value:8.2f}" if isinstance(value, float) else f"{value:6}" for value in told)


def dataset_of(experiment: Experiment) -> Dataset:
    table = load_sample(experiment.data.source.name, experiment.data.reading)
    return prepare_cached(table, experiment.data, experiment.seed)


def ms(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return 1000 * (time.process_time() - began)


def growth() -> tuple[float, list[int]]:
    """(cost of an event in the last window of a long run over that in the first, bytes of one in each)"""
    experiment = start("circle").with_fit(epochs=LONG, batch_size=240)
    spec, arrays = run_spec(experiment, dataset_of(experiment))
    trainer, inside = Trainer(spec, arrays), Inside(arrays)
    best, sizes = [], []
    for _ in range(WINDOWS):
        trainer.advance(epochs=LONG // WINDOWS)
        best.append(
            min(ms(lambda: inside.event(trainer.model, spec, trainer.epochs_done, at_rest=True)) for _ in range(TIMES))
        )
        sizes.append(len(inside.event(trainer.model, spec, trainer.epochs_done, at_rest=True)))
    return best[-1] / best[0], sizes


if __name__ == "__main__":
    print(f"an event may take {SHARE:.0%} of a worker's time at most, and comes twice a second at most")
    main()
