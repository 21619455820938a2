"""What can be chosen in the playground, out of the registries of netcore, in plain values for the page's script."""

from functools import lru_cache
from typing import Any, Final

from lab.data.playground import DATASETS, FEATURES, Generated, generated
from lab.data.prepare import Dataset
from lab.spec.data import DataSpec, PlaygroundSource
from lab.spec.experiment import Experiment
from lab.spec.limits import ALONE
from lab.spec.value import checked
from lab.texts import Language, has_text, say
from netcore.activations import ACTIVATIONS
from netcore.initializers import INITIALIZERS
from netcore.layers import LAYERS
from netcore.losses import LOSSES
from netcore.optimizers import OPTIMIZERS

# of a loss, by what its targets are: on which task it is offered, the usual one first
USUAL: Final = {
    "binary": "BinaryCrossentropy",
    "multiclass": "CategoricalCrossentropy",
    "regression": "MeanSquaredError",
}
TARGETS: Final = {"binary": ("yes_no", "numbers"), "multiclass": ("classes", "vectors"), "regression": ("numbers",)}
DRAWN: Final = {"name": "drawn", "problem": "classification", "inputs": 2, "classes": 2}
THUMBNAIL_POINTS: Final = 90
HALVING: Final = ("glu",)  # its units are not those of the next layer's inputs, so they cannot be drawn one by one
SPEEDS: Final = ("u1", "u10", "1", "10", "30", "100", "max")  # updates or epochs a second
# (lowest, highest, whether whole) of what a knob, a link or a file may ask for
LIMITS: Final[dict[str, Any]] = {
    "layers": (0, 8, True),
    "units": (1, 16, True),
    "noise": (0, 50, True),
    "points": (10, 2000, True),
    "drawn": ALONE.drawn_points,
    "percTrainData": (10, 90, True),
    "batchSize": (1, 1000, True),
    "learningRate": (0.0, 100.0, False),
    "regularizationRate": (0.0, 100.0, False),
    "dropout": (0.0, 0.9, False),
    "seed": (0, 99_999, True),
    "start": (0, 99_999, True),
    "reach": 6,  # of the picture, from -reach to reach
    "classes": 6,
    "epochs": ALONE.epochs,
}


def choices(language: Language) -> dict[str, Any]:
    """{"activations", "optimizers", "losses", "initializers", "speeds", "limits", …} with words in the language."""
    return {
        "activations": [name for name in ACTIVATIONS.names() if name not in HALVING],
        "optimizers": [{"name": name, "words": _name("optimizer", name, language)} for name in OPTIMIZERS.names()],
        "losses": {task: losses_of(task) for task in USUAL},
        "lossWords": {name: _name("loss", name, language) for name in LOSSES.names()},
        "initializers": startable(),
        "features": list(FEATURES),
        "datasets": [*tables(language), {**DRAWN, "words": say("generated.drawn", language)}],
        "speeds": list(SPEEDS),
        "limits": LIMITS,
    }


@lru_cache(maxsize=2)
def tables(language: Language) -> tuple[dict[str, Any], ...]:
    """Every generated table: {"name", "words", "problem", "inputs", "classes", "classNames", "thumbnail"}."""
    return tuple(_table(name, kind, language) for name, kind in DATASETS.items())


def _table(name: str, kind: Generated, language: Language) -> dict[str, Any]:
    frame = generated(checked(PlaygroundSource, {"dataset": name, "points": THUMBNAIL_POINTS})).frame
    labels = sorted(set(frame[kind.target])) if kind.kind == "classes" else []
    targets = [labels.index(value) for value in frame[kind.target]] if labels else frame[kind.target].round(2).tolist()
    places = [frame[feature].round(2).tolist() for feature in ("x1", "x2")[: kind.dimension]]
    return {
        "name": name,
        "words": say(f"generated.{name}", language),
        "problem": "classification" if kind.kind == "classes" else "regression",
        "inputs": kind.dimension,
        "classes": kind.classes,
        "classNames": [f"{label:+d}" if kind.classes == 2 else str(label) for label in labels],
        "thumbnail": [list(point) for point in zip(*places, targets, strict=True)],
    }


def losses_of(task: str) -> list[str]:
    """Names of the losses that a task can be learned by, the usual one first."""
    fitting = [loss.__name__ for loss in LOSSES if loss.targets in TARGETS[task]]
    return [USUAL[task], *(name for name in fitting if name != USUAL[task])]


def startable() -> list[str]:
    """Initializers that a dense layer can begin with by their name alone, as it is kept in an experiment."""
    return [
        str(LAYERS.get("Dense").params["kernel_initializer"].check("Dense", "kernel_initializer", name))
        for name in INITIALIZERS.names()
    ]


def _name(kind: str, name: str, language: Language) -> str:
    return say(f"{kind}.{name}", language) if has_text(f"{kind}.{name}") else name


# --- a person's own table


def own_columns(dataset: Dataset | None, data: DataSpec) -> tuple[str, ...]:
    """Inputs that could span the plane, being one number each; none where samples are something else."""
    if (
        dataset is None
        or data.task not in USUAL
        or data.groups
        or data.in_series
        or data.image_shape
        or data.more_targets
    ):
        return ()
    return tuple(one.name for one in dataset.columns if one.kind == "number" and one.name in data.inputs)


def own_table(experiment: Experiment, dataset: Dataset, columns: tuple[str, str], words: str) -> dict[str, Any]:
    """An own table as one of the playground's, by two of its columns; rows and parts are those of the experiment."""
    data = experiment.data
    split = data.split.replace(seed=experiment.seed) if data.split.seed is None else data.split
    chosen = data.replace(inputs=columns, split=split).model_dump(mode="json", exclude_defaults=True)
    chosen["source"]["kind"] = data.source.kind  # a default too, but a reader chooses the class by it
    return {
        "name": "own",
        "words": words,
        "problem": "regression" if data.task == "regression" else "classification",
        "inputs": 2,
        "classes": len(dataset.classes),
        "classNames": list(dataset.classes),
        "columns": list(columns),
        "data": chosen,
    }
