"""What a fit run tells: small frozen values, in the order in which things happen."""

from dataclasses import dataclass, field

from netcore.config import Array


@dataclass(frozen=True, slots=True)
class BatchEnded:
    """One update was made (or as many as FitRun.batches_per_event says), the last of them number `batch` of `epoch`,
    both from 0; `size` is the number of rows since the event before."""

    epoch: int
    batch: int
    size: int


@dataclass(frozen=True, slots=True)
class ValidationStep:
    """`rows` of the validation rows have been looked at after epoch `epoch` (from 0)."""

    epoch: int
    rows: int


@dataclass(frozen=True, slots=True)
class EpochEnded:
    """An epoch is over. `logs` holds what History keeps: loss, metrics, then the same with val_ before the name.

    Where regularizers add a penalty to the loss, `extras` holds both apart: data_loss, penalty, val_data_loss,
    val_penalty. Only the data losses tell how well the network fits. With `evaluate_training` it also holds loss and
    metrics of the training rows with the weights that the epoch ended with and no random layer at work, as those of the
    validation rows are: evaluated_loss and so on. With `row_losses`, `row_losses` holds the loss of each row by itself,
    (n,), of the validation rows ("val_loss") and, with `evaluate_training`, of the training rows ("evaluated_loss").
    """

    epoch: int
    logs: dict[str, float] = field(default_factory=dict)
    extras: dict[str, float] = field(default_factory=dict)
    row_losses: dict[str, Array] = field(default_factory=dict, compare=False)


Event = BatchEnded | ValidationStep | EpochEnded
