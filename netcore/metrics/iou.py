"""IoU: by how much predicted and right regions overlap, for a class at each place of an image (or each sample)."""

import numpy as np

from netcore import config
from netcore.arguments import Arguments, Bool, Float, Int, Into, Ints, Made
from netcore.config import Array
from netcore.errors import NetcoreValueError
from netcore.metrics.metric import METRICS, Metric, spread


class Classes(Arguments):
    """Which classes there are, and which of them are looked at."""

    num_classes: int = Int(low=2, typical=(2, 10), about="how many classes there are")
    target_class_ids: Into[tuple[int, ...]] = Ints(
        low=0,
        typical=(0, 1),
        about="the classes to look at; those that neither prediction nor truth ever says are left out",
    )


@METRICS.add
class IoU(Metric, Classes):
    """Mean over some classes of (places where prediction and truth say the class) / (places where either says it).

    With dtype="float32" sample weights count as they are; left out, their whole parts count, as in Keras.

    Raises:
        NetcoreValueError "metric.class_ids": a class of target_class_ids that does not exist.

    Source: as keras.metrics.IoU.
    """

    ignore_class: int | None = Int(
        default=None,
        low=-(2**31),
        typical=(-1, 0),
        optional=True,
        about="places where the truth is this number do not count",
    )
    sparse_y_true: bool = Bool(default=True, about="whether the truth is class numbers, or one score per class")
    sparse_y_pred: bool = Bool(default=True, about="whether the prediction is class numbers, or one score per class")
    axis: int = Int(default=-1, low=-10, high=10, typical=(-1, -1), about="where the scores of the classes lie")

    def after_arguments(self) -> None:
        self.check_class_ids()

    def check_class_ids(self) -> None:
        """Refuse classes that do not exist."""
        if max(self.target_class_ids) >= self.num_classes:
            raise NetcoreValueError(
                "metric.class_ids",
                "{owner}: `target_class_ids` holds {value}, but {classes} classes are numbered from 0 to {high}.",
                owner=type(self).__name__,
                value=max(self.target_class_ids),
                classes=self.num_classes,
                high=self.num_classes - 1,
            )

    def state_shape(self, width: int) -> tuple[int, ...]:
        return (self.num_classes, self.num_classes)  # rows: the truth, columns: the prediction

    def count(self, y_true: Array, y_pred: Array, weight: Array | None) -> None:
        true = (y_true if self.sparse_y_true else y_true.argmax(axis=self.axis)).astype(np.intp)
        pred = (y_pred if self.sparse_y_pred else y_pred.argmax(axis=self.axis)).astype(np.intp)
        each = np.ones(true.size) if weight is None else spread(weight, true.shape).ravel()
        if "float" not in str(self.dtype):
            each = np.trunc(each)
        true, pred = true.ravel(), pred.ravel()
        counts = (true >= 0) & (true < self.num_classes) & (pred >= 0) & (pred < self.num_classes)
        if self.ignore_class is not None:
            counts &= true != self.ignore_class
        np.add.at(self.state, (true[counts], pred[counts]), each[counts])

    def result(self) -> float:
        classes = list(self.target_class_ids)
        overlap = np.diag(self.state)[classes]
        either = self.state.sum(axis=0)[classes] + self.state.sum(axis=1)[classes] - overlap
        there, tiny = either > 1e-9, config.epsilon()
        return float(np.sum(np.where(there, overlap / (either + tiny), 0)) / (there.sum() + tiny))


class Threshold(Classes):
    """For two classes that are told by one output."""

    threshold: float = Float(
        default=0.5, low=0.0, high=1.0, typical=(0.5, 0.5), about="an output of that much or more says class 1"
    )


@METRICS.add
class BinaryIoU(IoU, Threshold):
    """IoU of two classes told by one output: at `threshold` and above it is class 1.

    Source: as keras.metrics.BinaryIoU.
    """

    num_classes: int = Made(default=2)
    target_class_ids: Into[tuple[int, ...]] = Ints(
        default=(0, 1), low=0, typical=(0, 1), about="the classes to look at, 0 or 1 or both"
    )
    ignore_class: int | None = Made(default=None)
    sparse_y_true: bool = Made(default=True)
    sparse_y_pred: bool = Made(default=True)
    axis: int = Made(default=-1)

    def count(self, y_true: Array, y_pred: Array, weight: Array | None) -> None:
        super().count(y_true, np.asarray(y_pred >= self.threshold), weight)


@METRICS.add
class MeanIoU(IoU):
    """IoU of all classes.

    Source: as keras.metrics.MeanIoU.
    """

    target_class_ids: tuple[int, ...] = Made()

    def after_arguments(self) -> None:
        self.target_class_ids = tuple(range(self.num_classes))
