"""Losses as functions: `mean_squared_error(y_true, y_pred)` gives the value of each sample, (n, k) -> (n,).

Arguments of the class follow, in its order: `huber(y_true, y_pred, 0.5)`. `compile(loss=…)` takes one like its class.
"""

from collections.abc import Callable
from typing import Any

from netcore.config import Array
from netcore.losses.crossentropy import BinaryCrossentropy, CategoricalCrossentropy, SparseCategoricalCrossentropy
from netcore.losses.ctc import CTC
from netcore.losses.divergence import KLDivergence, Poisson
from netcore.losses.focal import BinaryFocalCrossentropy, CategoricalFocalCrossentropy
from netcore.losses.hinge import CategoricalHinge, Hinge, SquaredHinge
from netcore.losses.loss import LOSSES, Loss, loss_of
from netcore.losses.regression import (
    CosineSimilarity,
    Huber,
    LogCosh,
    MeanAbsoluteError,
    MeanAbsolutePercentageError,
    MeanSquaredError,
    MeanSquaredLogarithmicError,
)
from netcore.names import snake_case

FUNCTIONS: dict[Any, Callable[..., Array]] = {}  # of each loss class


def per_sample(cls: Callable[..., Loss]) -> Callable[..., Array]:
    """The function of a loss class."""

    def function(y_true: Any, y_pred: Any, *arguments: Any, **keywords: Any) -> Array:
        return cls(*arguments, **keywords, reduction="none").per_sample(y_true, y_pred)[0]

    function.__name__ = function.__qualname__ = snake_case(cls.__name__)
    function.__doc__ = cls.__doc__
    function.loss_class = cls  # type: ignore[attr-defined]  # how `loss_of` finds back
    FUNCTIONS[cls] = function
    return function


mean_squared_error = per_sample(MeanSquaredError)
mean_absolute_error = per_sample(MeanAbsoluteError)
mean_absolute_percentage_error = per_sample(MeanAbsolutePercentageError)
mean_squared_logarithmic_error = per_sample(MeanSquaredLogarithmicError)
huber = per_sample(Huber)
log_cosh = per_sample(LogCosh)
cosine_similarity = per_sample(CosineSimilarity)
binary_crossentropy = per_sample(BinaryCrossentropy)
binary_focal_crossentropy = per_sample(BinaryFocalCrossentropy)
categorical_crossentropy = per_sample(CategoricalCrossentropy)
categorical_focal_crossentropy = per_sample(CategoricalFocalCrossentropy)
sparse_categorical_crossentropy = per_sample(SparseCategoricalCrossentropy)
kl_divergence = per_sample(KLDivergence)
poisson = per_sample(Poisson)
hinge = per_sample(Hinge)
squared_hinge = per_sample(SquaredHinge)
categorical_hinge = per_sample(CategoricalHinge)
ctc = per_sample(CTC)


def get(identifier: Any) -> Any:
    """What Keras gives for it: the function for a name in small letters or for short ("mse"), else a loss object.

    Args:
        identifier: a name, a class, a loss or a function of this package, a {"class_name", "config"} dict, or None.

    Raises:
        NetcoreValueError "registry.unknown": no loss has that name.
    """
    if identifier is None or hasattr(identifier, "loss_class"):
        return identifier
    if isinstance(identifier, str) and identifier != LOSSES.get(identifier).__name__:
        return FUNCTIONS[LOSSES.get(identifier)]
    return loss_of(identifier)
