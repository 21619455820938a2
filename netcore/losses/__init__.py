"""Losses by Keras's names: classes, and functions that give one value per sample.

Importing a module registers its losses; one line here is all that a new one needs.
"""

# simple ones first: the order of the registry, which forms show
# isort: off
from netcore.losses.loss import LOSSES, REDUCTIONS, Loss, loss_of, public_shape, reduce
from netcore.losses.regression import (
    CosineSimilarity,
    Huber,
    LogCosh,
    MeanAbsoluteError,
    MeanAbsolutePercentageError,
    MeanSquaredError,
    MeanSquaredLogarithmicError,
)
from netcore.losses.crossentropy import (
    BinaryCrossentropy,
    CategoricalCrossentropy,
    Crossentropy,
    SparseCategoricalCrossentropy,
    fitting_crossentropy,
)
from netcore.losses.focal import BinaryFocalCrossentropy, CategoricalFocalCrossentropy
from netcore.losses.divergence import KLDivergence, Poisson
from netcore.losses.hinge import CategoricalHinge, Hinge, SquaredHinge
from netcore.losses.ctc import CTC
from netcore.losses.functions import (
    binary_crossentropy,
    binary_focal_crossentropy,
    categorical_crossentropy,
    categorical_focal_crossentropy,
    categorical_hinge,
    cosine_similarity,
    ctc,
    get,
    hinge,
    huber,
    kl_divergence,
    log_cosh,
    mean_absolute_error,
    mean_absolute_percentage_error,
    mean_squared_error,
    mean_squared_logarithmic_error,
    poisson,
    sparse_categorical_crossentropy,
    squared_hinge,
)
# isort: on

__all__ = [
    "CTC",
    "LOSSES",
    "REDUCTIONS",
    "BinaryCrossentropy",
    "BinaryFocalCrossentropy",
    "CategoricalCrossentropy",
    "CategoricalFocalCrossentropy",
    "CategoricalHinge",
    "CosineSimilarity",
    "Crossentropy",
    "Hinge",
    "Huber",
    "KLDivergence",
    "LogCosh",
    "Loss",
    "MeanAbsoluteError",
    "MeanAbsolutePercentageError",
    "MeanSquaredError",
    "MeanSquaredLogarithmicError",
    "Poisson",
    "SparseCategoricalCrossentropy",
    "SquaredHinge",
    "binary_crossentropy",
    "binary_focal_crossentropy",
    "categorical_crossentropy",
    "categorical_focal_crossentropy",
    "categorical_hinge",
    "cosine_similarity",
    "ctc",
    "fitting_crossentropy",
    "get",
    "hinge",
    "huber",
    "kl_divergence",
    "log_cosh",
    "loss_of",
    "mean_absolute_error",
    "mean_absolute_percentage_error",
    "mean_squared_error",
    "mean_squared_logarithmic_error",
    "poisson",
    "public_shape",
    "reduce",
    "sparse_categorical_crossentropy",
    "squared_hinge",
]
