"""Losses, metrics, optimizers and schedules that are compared with Keras: what both sides are given."""

import zlib
from typing import Any

import numpy as np

N = 6


def rng_of(name: str) -> np.random.Generator:
    return np.random.default_rng(zlib.crc32(name.encode()))


# --- data, by the kind of answer: (targets, outputs)


def numbers(rng: np.random.Generator, shape: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
    return rng.normal(size=shape), rng.normal(size=shape)


def positive(rng: np.random.Generator, shape: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
    return rng.integers(0, 5, shape).astype(float), np.exp(rng.normal(size=shape))


def yes_no(rng: np.random.Generator, shape: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
    return rng.integers(0, 2, shape).astype(float), rng.uniform(0.02, 0.98, shape)


def yes_no_logits(rng: np.random.Generator, shape: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
    return rng.integers(0, 2, shape).astype(float), 3 * rng.normal(size=shape)


def shares(rng: np.random.Generator, shape: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
    """One-hot targets; outputs that do not quite add up to 1."""
    return np.eye(shape[-1])[rng.integers(0, shape[-1], shape[:-1])], rng.uniform(0.05, 1, shape)


def class_logits(rng: np.random.Generator, shape: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
    return np.eye(shape[-1])[rng.integers(0, shape[-1], shape[:-1])], 3 * rng.normal(size=shape)


def distributions(rng: np.random.Generator, shape: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
    return rng.dirichlet(np.ones(shape[-1]), shape[:-1]), rng.dirichlet(np.ones(shape[-1]), shape[:-1])


def class_numbers(rng: np.random.Generator, shape: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
    return rng.integers(0, shape[-1], shape[:-1]).astype(float), rng.uniform(0.05, 1, shape)


def class_number_logits(rng: np.random.Generator, shape: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
    return rng.integers(0, shape[-1], shape[:-1]).astype(float), 3 * rng.normal(size=shape)


def labels(rng: np.random.Generator, shape: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
    """Labels of 0 to 3 classes, some with equal neighbours, padded with 0; logits for more time steps than that."""
    given = rng.integers(1, shape[-1], (shape[0], 3))
    given[::3, 1] = given[::3, 0]
    given *= np.arange(3) < rng.integers(0, 4, (shape[0], 1))
    return given.astype(float), 2 * rng.normal(size=shape)


def both_signs(rng: np.random.Generator, shape: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
    return rng.choice([-1.0, 1.0], shape), rng.normal(size=shape)


def ties(rng: np.random.Generator, shape: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
    """Outputs that often stand on a threshold, or equal each other."""
    return rng.integers(0, 2, shape).astype(float), rng.integers(0, 5, shape) / 4


# --- losses: class, arguments, data, shape of the outputs

FLAT, STEPS = (N, 3), (N, 4, 3)
LOSSES: dict[str, tuple[str, dict[str, Any], Any, tuple[int, ...]]] = {
    "mse": ("MeanSquaredError", {}, numbers, FLAT),
    "mse steps": ("MeanSquaredError", {}, numbers, STEPS),
    "mae": ("MeanAbsoluteError", {}, numbers, FLAT),
    "mape": ("MeanAbsolutePercentageError", {}, numbers, FLAT),
    "mape of zeros": ("MeanAbsolutePercentageError", {}, yes_no, FLAT),
    "msle": ("MeanSquaredLogarithmicError", {}, positive, FLAT),
    "msle below 0": ("MeanSquaredLogarithmicError", {}, numbers, FLAT),
    "huber": ("Huber", {}, numbers, FLAT),
    "huber delta": ("Huber", {"delta": 0.3}, numbers, STEPS),
    "log_cosh": ("LogCosh", {}, numbers, FLAT),
    "cosine": ("CosineSimilarity", {}, numbers, FLAT),
    "cosine steps": ("CosineSimilarity", {}, numbers, STEPS),
    "bce": ("BinaryCrossentropy", {}, yes_no, FLAT),
    "bce one": ("BinaryCrossentropy", {"label_smoothing": 0.2}, yes_no, (N, 1)),
    "bce logits": ("BinaryCrossentropy", {"from_logits": True}, yes_no_logits, FLAT),
    "bce shares": ("BinaryCrossentropy", {"from_logits": True, "label_smoothing": 0.1}, distributions, STEPS),
    "binary focal": ("BinaryFocalCrossentropy", {}, yes_no, FLAT),
    "binary focal balanced": (
        "BinaryFocalCrossentropy",
        {"apply_class_balancing": True, "alpha": 0.4, "gamma": 1.5, "label_smoothing": 0.1},
        yes_no,
        FLAT,
    ),
    "binary focal logits": (
        "BinaryFocalCrossentropy",
        {"apply_class_balancing": True, "from_logits": True, "gamma": 3.0},
        yes_no_logits,
        STEPS,
    ),
    "cce": ("CategoricalCrossentropy", {}, shares, FLAT),
    "cce smooth": ("CategoricalCrossentropy", {"label_smoothing": 0.2}, shares, STEPS),
    "cce logits": ("CategoricalCrossentropy", {"from_logits": True, "label_smoothing": 0.2}, class_logits, FLAT),
    "cce distributions": ("CategoricalCrossentropy", {}, distributions, FLAT),
    "categorical focal": ("CategoricalFocalCrossentropy", {}, shares, FLAT),
    "categorical focal smooth": (
        "CategoricalFocalCrossentropy",
        {"alpha": 0.6, "gamma": 1.3, "label_smoothing": 0.1},
        shares,
        STEPS,
    ),
    "categorical focal logits": ("CategoricalFocalCrossentropy", {"from_logits": True}, class_logits, FLAT),
    "scce": ("SparseCategoricalCrossentropy", {}, class_numbers, FLAT),
    "scce logits": ("SparseCategoricalCrossentropy", {"from_logits": True}, class_number_logits, STEPS),
    "scce ignore": ("SparseCategoricalCrossentropy", {"ignore_class": 1}, class_numbers, FLAT),
    "scce ignore steps": (
        "SparseCategoricalCrossentropy",
        {"from_logits": True, "ignore_class": 2},
        class_number_logits,
        STEPS,
    ),
    "kld": ("KLDivergence", {}, distributions, FLAT),
    "kld one-hot": ("KLDivergence", {}, shares, STEPS),
    "poisson": ("Poisson", {}, positive, FLAT),
    "hinge": ("Hinge", {}, both_signs, FLAT),
    "hinge 0 1": ("Hinge", {}, yes_no_logits, FLAT),
    "squared hinge": ("SquaredHinge", {}, both_signs, STEPS),
    "squared hinge 0 1": ("SquaredHinge", {}, yes_no_logits, FLAT),
    "categorical hinge": ("CategoricalHinge", {}, class_logits, FLAT),
    "ctc": ("CTC", {}, labels, (9, 8, 4)),
    "ctc long": ("CTC", {}, labels, (7, 40, 9)),
}
REDUCTIONS = ("sum_over_batch_size", "sum", "mean", "mean_with_sample_weight")
REDUCED = ("mse", "mse steps", "bce one", "scce", "scce ignore", "scce ignore steps", "ctc")


def loss_data(name: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Targets, outputs, sample weights."""
    rng = rng_of(name)
    _, _, data, shape = LOSSES[name]
    y, p = data(rng, shape)
    return y, p, rng.uniform(0.2, 2, shape[0])


# --- metrics: class, arguments, data, shape of the outputs

METRICS: dict[str, tuple[str, dict[str, Any], Any, tuple[int, ...]]] = {
    "accuracy": ("Accuracy", {}, ties, FLAT),
    "binary accuracy": ("BinaryAccuracy", {"threshold": 0.25}, ties, FLAT),
    "binary accuracy steps": ("BinaryAccuracy", {}, yes_no, STEPS),
    "categorical accuracy": ("CategoricalAccuracy", {}, shares, FLAT),
    "sparse accuracy": ("SparseCategoricalAccuracy", {}, class_numbers, STEPS),
    "top 2": ("TopKCategoricalAccuracy", {"k": 2}, shares, FLAT),
    "sparse top 2": ("SparseTopKCategoricalAccuracy", {"k": 2}, class_numbers, FLAT),
    "mse": ("MeanSquaredError", {}, numbers, FLAT),
    "rmse": ("RootMeanSquaredError", {}, numbers, STEPS),
    "mae": ("MeanAbsoluteError", {}, numbers, STEPS),
    "mape": ("MeanAbsolutePercentageError", {}, numbers, FLAT),
    "msle": ("MeanSquaredLogarithmicError", {}, positive, FLAT),
    "logcosh": ("LogCoshError", {}, numbers, FLAT),
    "cosine": ("CosineSimilarity", {}, numbers, FLAT),
    "kld": ("KLDivergence", {}, distributions, FLAT),
    "poisson": ("Poisson", {}, positive, FLAT),
    "hinge": ("Hinge", {}, yes_no_logits, FLAT),
    "squared hinge": ("SquaredHinge", {}, both_signs, FLAT),
    "categorical hinge": ("CategoricalHinge", {}, class_logits, FLAT),
    "bce": ("BinaryCrossentropy", {"label_smoothing": 0.1}, yes_no, FLAT),
    "cce": ("CategoricalCrossentropy", {"from_logits": True}, class_logits, FLAT),
    "scce": ("SparseCategoricalCrossentropy", {}, class_numbers, FLAT),
    "scce ignore": ("SparseCategoricalCrossentropy", {"ignore_class": 0}, class_numbers, FLAT),
    "precision": ("Precision", {}, yes_no, (N, 1)),
    "precision thresholds": ("Precision", {"thresholds": [0.75, 0.25, 0.5]}, ties, FLAT),
    "precision top": ("Precision", {"top_k": 2}, ties, (9, 4)),
    "precision class": ("Precision", {"class_id": 1, "top_k": 1}, shares, (9, 4)),
    "recall": ("Recall", {"thresholds": 0.3}, yes_no, FLAT),
    "recall class": ("Recall", {"class_id": 2, "thresholds": [0.0, 0.5, 1.0]}, ties, FLAT),
    "recall top": ("Recall", {"top_k": 2}, ties, (9, 4)),
    "true positives": ("TruePositives", {}, ties, FLAT),
    "true negatives": ("TrueNegatives", {"thresholds": [0.2, 0.7]}, yes_no, FLAT),
    "false positives": ("FalsePositives", {"thresholds": [0.25, 0.5]}, ties, FLAT),
    "false negatives": ("FalseNegatives", {}, yes_no, FLAT),
    "auc": ("AUC", {}, yes_no, (20, 1)),
    "auc ties": ("AUC", {"num_thresholds": 5}, ties, (20, 1)),
    "auc minoring": ("AUC", {"summation_method": "minoring", "num_thresholds": 20}, yes_no, (20, 2)),
    "auc majoring": ("AUC", {"summation_method": "majoring", "num_thresholds": 20}, ties, (20, 2)),
    "auc pr": ("AUC", {"curve": "PR"}, yes_no, (20, 1)),
    "auc pr majoring": ("AUC", {"curve": "pr", "summation_method": "majoring"}, ties, (20, 1)),
    "auc gains": ("AUC", {"curve": "PRGAIN", "num_thresholds": 30}, yes_no, (20, 1)),
    "auc thresholds": ("AUC", {"thresholds": [0.7, 0.1, 0.25]}, ties, (20, 2)),
    "auc logits": ("AUC", {"from_logits": True}, yes_no_logits, (20, 1)),
    "auc labels": ("AUC", {"multi_label": True}, yes_no, (20, 3)),
    "auc label weights": (
        "AUC",
        {"multi_label": True, "num_labels": 3, "label_weights": [1.0, 2.0, 0.5]},
        ties,
        (20, 3),
    ),
    "auc pr labels": ("AUC", {"multi_label": True, "curve": "PR", "label_weights": [1.0, 2.0, 0.5]}, ties, (20, 3)),
    "auc columns": ("AUC", {"label_weights": [1.0, 2.0, 0.5]}, yes_no, (20, 3)),
    "f1": ("F1Score", {}, shares, (9, 3)),
    "f1 micro": ("F1Score", {"average": "micro", "threshold": 0.4}, yes_no, (9, 3)),
    "f1 macro": ("F1Score", {"average": "macro"}, shares, (9, 3)),
    "f1 weighted": ("F1Score", {"average": "weighted", "threshold": 0.5}, ties, (9, 3)),
    "f2": ("FBetaScore", {"beta": 2.0, "average": "macro"}, shares, (9, 3)),
    "r2": ("R2Score", {}, numbers, (9, 2)),
    "r2 each": ("R2Score", {"class_aggregation": None}, numbers, (9, 2)),
    "r2 variance": ("R2Score", {"class_aggregation": "variance_weighted_average"}, numbers, (9, 2)),
    "r2 adjusted": ("R2Score", {"num_regressors": 3}, numbers, (9, 2)),
    "binary iou": ("BinaryIoU", {}, yes_no, (9, 4)),
    "binary iou 1": ("BinaryIoU", {"target_class_ids": [1], "threshold": 0.25}, ties, (9, 4)),
    "iou": ("IoU", {"num_classes": 3, "target_class_ids": [0, 2], "sparse_y_pred": False}, class_numbers, STEPS),
    "mean iou": ("MeanIoU", {"num_classes": 3, "ignore_class": 1, "sparse_y_pred": False}, class_numbers, STEPS),
}
UNWEIGHTED = ("iou", "mean iou", "binary iou", "binary iou 1")  # Keras makes whole numbers of their weights


def metric_data(name: str) -> list[tuple[np.ndarray, np.ndarray, np.ndarray | None]]:
    """Three updates of different lengths: targets, outputs, and in the second and third weights."""
    rng = rng_of(f"metric {name}")
    _, _, data, shape = METRICS[name]
    updates = []
    for length in (shape[0], shape[0] - 2, 1):
        y, p = data(rng, (length, *shape[1:]))
        updates.append((y, p, rng.uniform(0.2, 2, length) if updates and name not in UNWEIGHTED else None))
    return updates


# --- optimizers: class, arguments (a schedule as its class and arguments)

OPTIMIZERS: dict[str, tuple[str, dict[str, Any]]] = {
    "sgd": ("SGD", {"learning_rate": 0.1}),
    "sgd momentum": ("SGD", {"learning_rate": 0.1, "momentum": 0.9}),
    "sgd nesterov": ("SGD", {"learning_rate": 0.1, "momentum": 0.9, "nesterov": True}),
    "rmsprop": ("RMSprop", {"learning_rate": 0.01, "rho": 0.8, "momentum": 0.5}),
    "rmsprop centered": ("RMSprop", {"learning_rate": 0.01, "centered": True, "epsilon": 1e-3, "use_ema": True}),
    "adam": ("Adam", {"learning_rate": 0.01}),
    "adam amsgrad": ("Adam", {"learning_rate": 0.05, "amsgrad": True, "beta_2": 0.5, "epsilon": 0.1}),
    "adamw": ("AdamW", {"learning_rate": 0.01}),
    "adamw decay": ("AdamW", {"learning_rate": 0.05, "weight_decay": 0.3, "beta_1": 0.5}),
    "nadam": ("Nadam", {"learning_rate": 0.05}),
    "nadam betas": ("Nadam", {"learning_rate": 0.05, "beta_1": 0.5, "beta_2": 0.7, "epsilon": 0.01}),
    "adamax": ("Adamax", {"learning_rate": 0.05}),
    "adamax betas": ("Adamax", {"learning_rate": 0.05, "beta_1": 0.5, "beta_2": 0.3, "epsilon": 0.1}),
    "adagrad": ("Adagrad", {"learning_rate": 0.1}),
    "adagrad start": ("Adagrad", {"learning_rate": 0.1, "initial_accumulator_value": 0.0, "epsilon": 0.01}),
    "adadelta": ("Adadelta", {"learning_rate": 1.0}),
    "adadelta rho": ("Adadelta", {"learning_rate": 0.5, "rho": 0.7, "epsilon": 0.01}),
    "ftrl": ("Ftrl", {"learning_rate": 0.1}),
    "ftrl penalties": (
        "Ftrl",
        {
            "learning_rate": 0.2,
            "learning_rate_power": -0.7,
            "initial_accumulator_value": 0.3,
            "l1_regularization_strength": 0.4,
            "l2_regularization_strength": 0.2,
            "l2_shrinkage_regularization_strength": 0.3,
            "beta": 0.1,
        },
    ),
    "lion": ("Lion", {"learning_rate": 0.01}),
    "lion betas": ("Lion", {"learning_rate": 0.01, "beta_1": 0.3, "beta_2": 0.6, "weight_decay": 0.1}),
    "clipnorm": ("SGD", {"learning_rate": 0.1, "clipnorm": 0.5}),
    "clipvalue": ("Adam", {"learning_rate": 0.1, "clipvalue": 0.1}),
    "global_clipnorm": ("SGD", {"learning_rate": 0.1, "momentum": 0.5, "global_clipnorm": 0.7}),
    "weight_decay": ("SGD", {"learning_rate": 0.1, "weight_decay": 0.2}),
    "ema": ("SGD", {"learning_rate": 0.1, "use_ema": True, "ema_momentum": 0.7}),
    "ema overwrites": (
        "Adam",
        {"learning_rate": 0.1, "use_ema": True, "ema_momentum": 0.7, "ema_overwrite_frequency": 3},
    ),
    "gathered": ("Adam", {"learning_rate": 0.1, "gradient_accumulation_steps": 3}),
    "gathered nadam": ("Nadam", {"learning_rate": 0.1, "gradient_accumulation_steps": 2, "clipnorm": 0.3}),
    "gathered ema": (
        "SGD",
        {
            "learning_rate": 0.1,
            "momentum": 0.9,
            "gradient_accumulation_steps": 2,
            "use_ema": True,
            "ema_momentum": 0.6,
            "ema_overwrite_frequency": 2,
            "weight_decay": 0.1,
        },
    ),
    "schedule": (
        "Adam",
        {"learning_rate": ("ExponentialDecay", {"initial_learning_rate": 0.1, "decay_steps": 3, "decay_rate": 0.5})},
    ),
    "schedule gathered": (
        "SGD",
        {
            "learning_rate": ("PolynomialDecay", {"initial_learning_rate": 0.1, "decay_steps": 5}),
            "gradient_accumulation_steps": 2,
            "weight_decay": 0.1,
        },
    ),
}
SHAPES = ((3, 2), (2,), (2, 4))
UPDATES = 7


def optimizer_data(name: str) -> tuple[list[np.ndarray], list[list[np.ndarray]]]:
    """Start weights, and the gradients of each step."""
    rng = rng_of(f"optimizer {name}")
    return [rng.normal(size=shape) for shape in SHAPES], [
        [rng.normal(size=shape) for shape in SHAPES] for _ in range(UPDATES)
    ]


def made_optimizer(name: str, library: Any) -> Any:
    cls, arguments = OPTIMIZERS[name]
    rate = arguments["learning_rate"]
    if isinstance(rate, tuple):
        rate = getattr(library.optimizers.schedules, rate[0])(**rate[1])
    return getattr(library.optimizers, cls)(**{**arguments, "learning_rate": rate})


# --- schedules

SCHEDULES: dict[str, tuple[str, dict[str, Any]]] = {
    "exponential": ("ExponentialDecay", {"initial_learning_rate": 0.1, "decay_steps": 10, "decay_rate": 0.9}),
    "exponential stairs": (
        "ExponentialDecay",
        {"initial_learning_rate": 0.1, "decay_steps": 10, "decay_rate": 0.9, "staircase": True},
    ),
    "inverse": ("InverseTimeDecay", {"initial_learning_rate": 0.1, "decay_steps": 7, "decay_rate": 0.5}),
    "inverse stairs": (
        "InverseTimeDecay",
        {"initial_learning_rate": 0.1, "decay_steps": 7, "decay_rate": 0.5, "staircase": True},
    ),
    "piecewise": ("PiecewiseConstantDecay", {"boundaries": [3, 10, 21], "values": [1.0, 0.5, 0.2, 0.1]}),
    "piecewise one": ("PiecewiseConstantDecay", {"boundaries": [10], "values": [1.0, 0.5]}),
    "polynomial": ("PolynomialDecay", {"initial_learning_rate": 0.1, "decay_steps": 15, "power": 2.0}),
    "polynomial cycle": (
        "PolynomialDecay",
        {"initial_learning_rate": 0.1, "decay_steps": 6, "end_learning_rate": 0.02, "cycle": True},
    ),
    "cosine": ("CosineDecay", {"initial_learning_rate": 0.1, "decay_steps": 20, "alpha": 0.1}),
    "cosine warmup": (
        "CosineDecay",
        {"initial_learning_rate": 0.01, "decay_steps": 12, "warmup_target": 0.2, "warmup_steps": 5},
    ),
    "restarts": (
        "CosineDecayRestarts",
        {"initial_learning_rate": 0.1, "first_decay_steps": 4, "m_mul": 0.8, "alpha": 0.05},
    ),
    "restarts even": (
        "CosineDecayRestarts",
        {"initial_learning_rate": 0.1, "first_decay_steps": 5, "t_mul": 1.0, "m_mul": 0.5},
    ),
}
STEPS_ASKED = range(30)
