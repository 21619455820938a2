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
    cosine_similarity,
    huber,
    log_cosh,
    mean_absolute_error,
    mean_absolute_percentage_error,
    mean_squared_error,
    mean_squared_logarithmic_error,
)
from netcore.losses.crossentropy import (
    BinaryCrossentropy,
    CategoricalCrossentropy,
    Crossentropy,
    SparseCategoricalCrossentropy,
    binary_crossentropy,
    categorical_crossentropy,
    fitting_crossentropy,
    sparse_categorical_crossentropy,
)
from netcore.losses.focal import (
    BinaryFocalCrossentropy,
    CategoricalFocalCrossentropy,
    binary_focal_crossentropy,
    categorical_focal_crossentropy,
)
from netcore.losses.divergence import KLDivergence, Poisson, kl_divergence, poisson
from netcore.losses.hinge import CategoricalHinge, Hinge, SquaredHinge, categorical_hinge, hinge, squared_hinge
from netcore.losses.ctc import CTC, ctc
from netcore.losses.functions import get
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
