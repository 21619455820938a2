"""The ready-made experiments of the studies: those of the lessons, on which the effect shows over five seeds."""

from functools import cache
from typing import Any

from lab.data.propose import class_count, propose_data
from lab.data.samples import load_sample
from lab.spec.data import SampleSource, SplitSpec
from lab.spec.experiment import CompileSpec, Experiment, FitSpec, PartSpec
from lab.starts import adam, dense_layers, ending_in, propose_output, sgd


def experiment(
    sample: str,
    hidden: tuple[int, ...],
    *,
    optimizer: PartSpec,
    epochs: int,
    batch_size: int,
    judged: int,
    rows: int | None = None,
    activation: str = "relu",
    **data: Any,
) -> Experiment:
    """A small network on a sample; its output, loss and metric are those that fit the task.

    Args:
        judged: rows that validate; all others may be learned from.
        rows: of those that are learned from; None for all.
        data: fields of DataSpec other than the card proposes.
    """
    table = load_sample(sample)
    spec = propose_data(table, source=SampleSource(name=sample))
    split = SplitSpec(validation=judged / table.rows, test=0.0, train_rows=rows)
    output, loss, metrics = propose_output(spec.task, class_count(table, spec))
    return Experiment(
        data=spec.replace(**{"split": split, **data}),
        model=ending_in(output, dense_layers(hidden, activation)),
        compile=CompileSpec(optimizer=optimizer, loss=loss, metrics=metrics),
        fit=FitSpec(epochs=epochs, batch_size=batch_size),
    )


@cache
def tomorrows_maximum() -> Experiment:
    """L10: 1,000 days, the target standardised."""
    return experiment(
        "kr_tmax_tomorrow",
        (16,),
        optimizer=sgd(0.02),
        epochs=20,
        batch_size=10,
        judged=800,
        rows=1000,
        target_scaling="standard",
    )


@cache
def maximum_in_degrees() -> Experiment:
    """L07 b: the target in °C as it is, which makes large gradients."""
    return experiment(
        "kr_tmax_tomorrow",
        (16,),
        optimizer=sgd(0.01),
        epochs=20,
        batch_size=32,
        judged=624,
        rows=1200,
        target_scaling="none",
    )


@cache
def digits() -> Experiment:
    """L06 a, L07 a: 1,200 pictures of 8 × 8 points."""
    return experiment(
        "digits_8x8",
        (32,),
        optimizer=sgd(0.1),
        epochs=20,
        batch_size=32,
        judged=597,
        image_shape=None,
    )


@cache
def rain_amount() -> Experiment:
    """L06 b: amounts of rain near zero."""
    return experiment(
        "rain_amount",
        (16,),
        optimizer=adam(0.01),
        epochs=60,
        batch_size=10,
        judged=300,
        target_scaling="none",
    )


@cache
def heavy_rain() -> Experiment:
    """L06 c: 3.4 % of the days are events."""
    return experiment(
        "imbalanced_heavy_rain",
        (16,),
        optimizer=adam(0.003),
        epochs=20,
        batch_size=32,
        judged=1000,
    )


@cache
def broken_sensor() -> Experiment:
    """L06 d: a straight line through points of which 8 % are wrong by far."""
    return experiment(
        "outliers_1d",
        (),
        optimizer=adam(0.1),
        epochs=100,
        batch_size=10,
        judged=90,
        target_scaling="none",
    )


@cache
def rainy_days(hidden: tuple[int, ...] = (128, 128), rows: int = 60, epochs: int = 200) -> Experiment:
    """L13, L14: so few days that a large network learns them by heart; 600 others judge it."""
    return experiment(
        "kr_rain_tomorrow",
        hidden,
        optimizer=adam(0.001),
        epochs=epochs,
        batch_size=10,
        judged=600,
        rows=rows,
    )


@cache
def circle() -> Experiment:
    """L12: a ring that straight lines must fence in."""
    return experiment(
        "circle",
        (4,),
        optimizer=adam(0.03),
        epochs=100,
        batch_size=10,
        judged=120,
    )


@cache
def weather_types(epochs: int = 100) -> Experiment:
    """Five kinds of weather: a narrow layer cannot tell them apart, a wide one learns the few days by heart."""
    return experiment(
        "kr_weather_type",
        (16,),
        optimizer=adam(0.01),
        epochs=epochs,
        batch_size=10,
        judged=600,
        rows=300,
    )


@cache
def noisy_circle() -> Experiment:
    """A ring, some of whose points carry the wrong label. All seeds learn the same 60, lest these be the luck."""
    base = experiment(
        "circle_noisy",
        (16,),
        optimizer=adam(0.01),
        epochs=200,
        batch_size=10,
        judged=200,
        rows=60,
    )
    return base.with_data(split=base.data.split.replace(seed=2))


@cache
def time_trap() -> Experiment:
    """L11: blocks of days alike, so that a drawn row has its neighbours among those learned from."""
    return experiment(
        "time_trap",
        (64, 64),
        optimizer=adam(0.003),
        epochs=60,
        batch_size=32,
        judged=500,
    )


@cache
def leak() -> Experiment:
    """L11: a column that was measured after the rain."""
    return experiment(
        "leaky_rain",
        (16,),
        optimizer=adam(0.003),
        epochs=30,
        batch_size=10,
        judged=300,
    )
