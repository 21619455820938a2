"""Which weights of a run are worth keeping, and when early stopping has waited long enough."""

from lab.runs.wire.points import Points
from lab.runs.wire.snapshot import Weights
from lab.runs.wire.spec import EarlyStopping

FALLBACK = {"val_data_loss": "val_loss", "val_loss": "loss"}  # no penalty to leave out; no validation part


def watched(points: Points, stopping: EarlyStopping | None) -> list[float]:
    """The loss whose lowest value makes the best epoch: early stopping's, else of the validation part if any."""
    name = "val_loss" if stopping is None else stopping.monitor
    while name not in points.history and name not in points.extras:
        name = FALLBACK[name]
    return points.history.get(name) or points.extras[name]


class Best:
    """The weights at the end of the last good epoch and of the best one.

    Args:
        weights: those that the run begins with.
    """

    def __init__(self, weights: Weights) -> None:
        self.last_good_epoch = 0  # the last one whose numbers were all finite
        self.best_epoch = 0  # the one of lowest watched loss
        self.patient_since = 0  # epoch from which early stopping counts: its stop may have been overruled
        self.good_weights = self.best_weights = weights

    def end_epoch(self, epoch: int, weights: Weights, values: list[float], stopping: EarlyStopping | None) -> None:
        """An epoch has ended well.

        Args:
            values: of the watched loss, one for each epoch so far.
        """
        self.last_good_epoch, self.good_weights = epoch, weights
        min_delta = 0.0 if stopping is None else stopping.min_delta
        if self.best_epoch == 0 or values[-1] < values[self.best_epoch - 1] - min_delta:
            self.best_epoch, self.best_weights = epoch, weights

    def out_of_patience(self, epoch: int, stopping: EarlyStopping | None) -> bool:
        """As keras.callbacks.EarlyStopping: patience counts epochs since the best one."""
        return stopping is not None and epoch - max(self.best_epoch, self.patient_since) >= stopping.patience

    def restore_best(self) -> None:
        """The run ends with the weights of its best epoch."""
        self.good_weights = self.best_weights

    def begin_at(self, epoch: int, weights: Weights) -> None:
        """Of a run that goes on from a checkpoint the epochs before are not judged again."""
        self.last_good_epoch = self.best_epoch = epoch
        self.good_weights = self.best_weights = weights
