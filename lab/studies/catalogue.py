"""The one-click experiments, in the order of the lessons. Adding one is an entry here and its texts."""

from functools import partial

from lab.spec.experiment import Experiment
from lab.studies import axes, bases, conclude
from lab.studies.definition import Study


def _validates(experiment: Experiment) -> str | None:
    """Everything is compared on validation rows."""
    return None if experiment.data.split.validates else "studies.no_validation"


def _one_target(experiment: Experiment) -> str | None:
    if experiment.data.more_targets or experiment.data.task == "sequence_labels":
        return "studies.no_scores"
    return _validates(experiment)


ALL: tuple[Study, ...] = (
    Study(
        "batch_size",
        "L10",
        bases.tomorrows_maximum,
        (axes.batch_size(1, 10, 100),),
        ("curves", "costs"),
        conclude.batch_size,
        fits=_validates,
    ),
    Study(
        "learning_rate",
        "L07",
        bases.maximum_in_degrees,
        (axes.learning_rate(0.00001, 0.0001, 0.001, 0.01, 0.1, 1.0),),
        ("sweep", "curves"),
        conclude.learning_rate,
        measure="mae",
        fits=_validates,
    ),
    Study(
        "optimizers",
        "L07",
        bases.digits,
        (axes.optimizers(),),
        ("bars", "curves"),
        conclude.ranking,
        measure="accuracy",
        fits=_validates,
    ),
    Study(
        "losses",
        "L06",
        bases.rain_amount,
        (axes.losses(),),
        ("scores",),
        conclude.losses,
        predicts=True,
        asks="score_total_ratio",
        fits=_one_target,
    ),
    Study(
        "losses_classes",
        "L06",
        bases.digits,
        (axes.losses(),),
        ("scores", "curves"),
        conclude.losses,
        measure="accuracy",
        predicts=True,
        asks="score_accuracy",
        fits=_one_target,
    ),
    Study(
        "outliers",
        "L06",
        bases.broken_sensor,
        (axes.losses(),),
        ("scores",),
        conclude.losses,
        predicts=True,
        asks="score_bias",
        fits=_one_target,
    ),
    Study(
        "class_weight",
        "L06",
        bases.heavy_rain,
        (axes.balanced_classes(),),
        ("scores",),
        conclude.losses,
        predicts=True,
        asks="score_recall",
        fits=_one_target,
    ),
    Study(
        "epochs", "L09", partial(bases.rainy_days, (32, 32), 200, 150), (), ("band",), conclude.epochs, fits=_validates
    ),
    Study(
        "split",
        "L11",
        bases.time_trap,
        (axes.split_order(),),
        ("bars",),
        conclude.ranking,
        measure="accuracy",
        fits=_validates,
    ),
    Study(
        "leak",
        "L11",
        bases.leak,
        (axes.leaving_out(),),
        ("bars",),
        conclude.ranking,
        measure="accuracy",
        asks="worst",
        fits=_validates,
    ),
    Study(
        "circle",
        "L12",
        bases.circle,
        (axes.width(1, 2, 3, 4, 8),),
        ("sweep",),
        conclude.capacity,
        measure="accuracy",
        asks="fewest",
        fits=_validates,
    ),
    Study(
        "width",
        "L12",
        bases.weather_types,
        (axes.width(1, 2, 4, 8, 32, 128),),
        ("sweep",),
        conclude.capacity,
        fits=_validates,
    ),
    Study(
        "depth",
        "L12",
        bases.noisy_circle,
        (axes.depth(0, 1, 2, 3, 4),),
        ("sweep",),
        conclude.capacity,
        fits=_validates,
    ),
    Study(
        "train_rows",
        "L13",
        bases.rainy_days,
        (axes.train_rows(30, 60, 120, 240, 480, 960),),
        ("sweep",),
        conclude.learning_curve,
        fits=_validates,
    ),
    Study(
        "remedies", "L14", bases.rainy_days, (axes.remedies(),), ("bars", "curves"), conclude.remedies, fits=_validates
    ),
    Study(
        "rate_and_batch",
        "L10",
        bases.tomorrows_maximum,
        (axes.learning_rate(0.001, 0.01, 0.1, 1.0), axes.batch_size(1, 10, 100)),
        ("map",),
        conclude.heat_map,
        seeds=3,
        fits=_validates,
    ),
    Study(
        "width_and_rows",
        "L13",
        partial(bases.weather_types, 40),
        (axes.width(1, 4, 16, 64), axes.train_rows(80, 160, 320, 640)),
        ("map",),
        conclude.heat_map,
        seeds=3,
        fits=_validates,
    ),
    Study("luck", "L09", bases.rainy_days, (), ("band",), conclude.band, seeds=20, fits=_validates),
)

STUDIES: dict[str, Study] = {one.name: one for one in ALL}


def study(name: str) -> Study:
    """Raises KeyError for a name that none has."""
    return STUDIES[name]
