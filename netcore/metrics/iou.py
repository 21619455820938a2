"""IoU: by how much predicted and right regions overlap, for a class at each place of an image (or each sample)."""

from typing import Any, ClassVar

import numpy as np

from netcore import config
from netcore.arguments import Bool, Float, Int, Ints
from netcore.config import Array
from netcore.errors import NetcoreValueError
from netcore.metrics.metric import METRICS, Metric, spread
from netcore.params import Param

CLASSES = Int(low=2, typical=(2, 10))
TARGETS = Ints(low=0, typical=(0, 1))
LAYOUT: dict[str, Param] = {
    "ignore_class": Int(low=-(2**31), typical=(-1, 0), optional=True),
    "sparse_y_true": Bool(),
    "sparse_y_pred": Bool(),
    "axis": Int(low=-10, high=10, typical=(-1, -1)),
}


@METRICS.add
class IoU(Metric):
    """Mean over some classes of (places where prediction and truth say the class) / (places where either says it).

    Args:
        num_classes: how many classes there are.
        target_class_ids: the classes to look at; those that neither prediction nor truth ever says are left out.
        dtype: "float32" to count sample weights as they are; left out, their whole parts count, as in Keras.
        ignore_class: places where the truth is this number do not count.
        sparse_y_true, sparse_y_pred: True for class numbers, False for one score per class along `axis`.

    Raises:
        NetcoreValueError "metric.class_ids": a class of target_class_ids that does not exist.

    Source: as keras.metrics.IoU.
    """

    params: ClassVar[dict[str, Param]] = {"num_classes": CLASSES, "target_class_ids": TARGETS, **LAYOUT}
    num_classes: int = 2
    target_class_ids: tuple[int, ...]
    ignore_class: int | None = None
    sparse_y_true: bool = True
    sparse_y_pred: bool = True
    axis: int = -1

    def __init__(
        self,
        num_classes: int,
        target_class_ids: Any,
        name: str | None = None,
        dtype: str | None = None,
        ignore_class: int | None = None,
        sparse_y_true: bool = True,
        sparse_y_pred: bool = True,
        axis: int = -1,
    ) -> None:
        super().__init__(
            name,
            dtype,
            num_classes=num_classes,
            target_class_ids=target_class_ids,
            ignore_class=ignore_class,
            sparse_y_true=sparse_y_true,
            sparse_y_pred=sparse_y_pred,
            axis=axis,
        )
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


@METRICS.add
class BinaryIoU(IoU):
    """IoU of two classes told by one output: at `threshold` and above it is class 1.

    Source: as keras.metrics.BinaryIoU.
    """

    params: ClassVar[dict[str, Param]] = {
        "target_class_ids": TARGETS,
        "threshold": Float(low=0.0, high=1.0, typical=(0.5, 0.5)),
    }
    threshold: float

    def __init__(
        self,
        target_class_ids: Any = (0, 1),
        threshold: float = 0.5,
        name: str | None = None,
        dtype: str | None = None,
    ) -> None:
        Metric.__init__(self, name, dtype, target_class_ids=target_class_ids, threshold=threshold)
        self.check_class_ids()

    def count(self, y_true: Array, y_pred: Array, weight: Array | None) -> None:
        super().count(y_true, np.asarray(y_pred >= self.threshold), weight)


@METRICS.add
class MeanIoU(IoU):
    """IoU of all classes.

    Source: as keras.metrics.MeanIoU.
    """

    params: ClassVar[dict[str, Param]] = {"num_classes": CLASSES, **LAYOUT}

    def __init__(
        self,
        num_classes: int,
        name: str | None = None,
        dtype: str | None = None,
        ignore_class: int | None = None,
        sparse_y_true: bool = True,
        sparse_y_pred: bool = True,
        axis: int = -1,
    ) -> None:
        Metric.__init__(
            self,
            name,
            dtype,
            num_classes=num_classes,
            ignore_class=ignore_class,
            sparse_y_true=sparse_y_true,
            sparse_y_pred=sparse_y_pred,
            axis=axis,
        )
        self.target_class_ids = tuple(range(self.num_classes))
