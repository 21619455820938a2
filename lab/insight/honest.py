"""The curves of one run told apart: what is measured while the weights still change, and what afterwards."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lab.spec.experiment import Experiment
from netcore.layers import LAYERS

Columns = Mapping[str, Sequence[float]]
EARLY = 3  # epochs at the beginning, where a running mean lags most


@dataclass(frozen=True)
class Honesty:
    """What the curves of a run say about how training loss is measured.

    Args:
        epochs: with all three numbers.
        below_running: of these, the epochs in which the validation loss lies below the running training loss.
        below_evaluated: those in which it lies below the training loss that was looked at after the epoch.
        lag: running minus evaluated training loss in the first epochs, on average.
        random_layers: layers that act in training alone, by their class names.
        best_total, best_data: epochs of lowest validation loss with and without the weight penalty; None without one.
        penalty_share: of the validation loss at the end; None without a penalty.
    """

    epochs: int
    below_running: int
    below_evaluated: int
    lag: float
    random_layers: tuple[str, ...]
    best_total: int | None = None
    best_data: int | None = None
    penalty_share: float | None = None


def honesty(experiment: Experiment, history: Columns, extras: Columns) -> Honesty | None:
    """Read it off the curves; None where the run did not look back, or has no validation part."""
    running, validation = history.get("loss", ()), history.get("val_loss", ())
    evaluated = extras.get("evaluated_loss", ())
    if not running or not validation or not evaluated:
        return None
    rows = list(zip(running, evaluated, validation, strict=False))
    lags = [before - after for before, after, _ in rows[:EARLY]]
    data, penalty = extras.get("val_data_loss"), extras.get("val_penalty")
    return Honesty(
        epochs=len(rows),
        below_running=sum(value < before for before, _, value in rows),
        below_evaluated=sum(value < after for _, after, value in rows),
        lag=sum(lags) / len(lags),
        random_layers=random_layers(experiment),
        best_total=_lowest(validation) if data else None,
        best_data=_lowest(data) if data else None,
        penalty_share=penalty[-1] / validation[-1] if penalty and validation[-1] else None,
    )


def ways_of_measuring(history: Columns, extras: Columns) -> dict[str, Sequence[float]]:
    """The loss of a run, measured in three ways; only where `honesty` finds something."""
    return {"running": history["loss"], "evaluated": extras["evaluated_loss"], "validation": history["val_loss"]}


def penalty_apart(history: Columns, extras: Columns) -> dict[str, Sequence[float]]:
    """What the errors cost and what the weights cost; only of a run with a penalty."""
    return {
        "data_evaluated": extras.get("evaluated_data_loss", extras.get("data_loss", ())),
        "data_validation": extras["val_data_loss"],
        "total_validation": history["val_loss"],
        "penalty": extras["val_penalty"],
    }


def random_layers(experiment: Experiment) -> tuple[str, ...]:
    """Class names of layers that act in training alone: at random, or on the statistics of the batch."""
    return tuple(
        dict.fromkeys(layer.type for layer in experiment.model.layers if layer.built(LAYERS).differs_in_training)
    )


def is_penalised(experiment: Experiment) -> bool:
    """Whether something is added to the loss for the size of weights or outputs."""
    return any(
        value is not None
        for layer in experiment.model.layers
        for name, value in layer.params.items()
        if name.endswith("_regularizer")
    )


def _lowest(values: Sequence[float]) -> int:
    return min(range(len(values)), key=values.__getitem__) + 1
