"""What a long look into a run costs the process that asks: worked out there, and aside (docs/adr/0026).

For each look the processor time of this process, and the longest that another thread of it, which wakes each half
millisecond as an event loop would, had to wait. `python -m benchmarks.insight.looking`
"""

import threading
import time
from collections.abc import Callable

from benchmarks.insight.inside import dataset_of
from lab.aside.progress import silently
from lab.insight.inside.course import epochs_looked_into
from lab.insight.inside.job import Job, bad_update, course, rows_cut_off, slice_of_loss, way_back, worked_out
from lab.insight.inside.looker import LookingPool
from lab.insight.inside.rows import rows_looked_at
from lab.runs.kept.replay import past_of
from lab.runs.serve.engine import RunRequest
from lab.runs.serve.inline import InlineEngine
from lab.spec.experiment import Experiment
from lab.spec.limits import CLASS
from lab.starts import start

WAKES_S = 0.0005
WILD = {"type": "SGD", "params": {"learning_rate": 1e30}}


def main() -> None:
    pool = LookingPool(CLASS)
    print("                           here             aside")
    print("network   look        cpu ms  wait ms   cpu ms  wait ms", flush=True)
    for name, experiment in networks().items():
        for look, make in looks(experiment).items():
            pool.work_out(make(), silently)  # a process that is warm
            here = cost(lambda make=make: worked_out(make(), silently))  # type: ignore[misc]
            aside = cost(lambda make=make: pool.work_out(make(), silently))  # type: ignore[misc]
            print(
                f"{name:9} {look:9}", *(f"{value:8.1f}" for value in here), "  ", *(f"{value:8.1f}" for value in aside)
            )
    pool.close()


def networks() -> dict[str, Experiment]:
    """Two small dense ones, and a convolution over 784 pixels."""
    lecture, digits = start("lecture"), start("digits_conv")
    images = lecture.replace(
        data=lecture.data.model_copy(update={"image_shape": (28, 28)}), model=digits.model, compile=digits.compile
    )
    return {
        "iris": start("iris").with_fit(epochs=100),
        "spiral": start("spiral").with_fit(epochs=300),
        "784 conv": images.with_fit(epochs=8, batch_size=32),
    }


def looks(experiment: Experiment) -> dict[str, Callable[[], Job]]:
    """Each as a page asks for it; the way back begins at the start weights."""
    engine, dataset = InlineEngine(), dataset_of(experiment)
    run = engine.start(RunRequest(experiment, dataset), "me")
    engine.advance()
    record, kept = engine.record(run, "me"), engine.checkpoints(run, "me")
    places = rows_looked_at(experiment, dataset, CLASS).places
    last, bounds = record.last_good_epoch, {"seconds": CLASS.landscape_s, "numbers": CLASS.inside_numbers}

    def landscape() -> Job:
        return slice_of_loss(past_of(record, kept, dataset), places, "path", last, **bounds)  # type: ignore[arg-type]

    start = past_of(record, {}, dataset).trainer_at(0).snapshot()
    wild = engine.start(RunRequest(experiment.with_compile(optimizer=WILD), dataset), "me")
    engine.advance()
    gone = engine.record(wild, "me")
    gone_past = past_of(gone, engine.checkpoints(wild, "me"), dataset)

    return {
        "way back": lambda: way_back(past_of(record, {}, dataset), last, record.compute_s),
        "course": lambda: course(past_of(record, kept, dataset), places, epochs_looked_into(kept, last)),
        "landscape": landscape,
        "NaN check": lambda: bad_update(gone_past, gone.epochs_done - 1, 0.0),
        "cut off": lambda: rows_cut_off(past_of(record, kept, dataset), start),
    }


def cost(work: Callable[[], object]) -> tuple[float, float]:
    """Milliseconds of processor time, and the longest wait of another thread."""
    done, waits = threading.Event(), [0.0]

    def wake() -> None:
        before = time.perf_counter()
        while not done.is_set():
            time.sleep(WAKES_S)
            now = time.perf_counter()
            waits.append(now - before)
            before = now

    other = threading.Thread(target=wake)
    other.start()
    began = time.process_time()
    work()
    took = time.process_time() - began
    done.set()
    other.join()
    return 1000 * took, 1000 * max(waits)


if __name__ == "__main__":
    main()
