"""What the netcore tests share: data for any loss, arguments for any registered part, a numerical derivative."""

from collections.abc import Callable
from typing import Any

import numpy as np

from netcore.params import defaults


def numerical_gradient(function: Callable[[], float], array: np.ndarray, step: float = 1e-6) -> np.ndarray:
    """Central differences of `function()` with respect to each number of `array`, which it reads."""
    gradient = np.zeros_like(array)
    for index in np.ndindex(array.shape):
        kept = array[index]
        array[index] = kept + step
        above = function()
        array[index] = kept - step
        below = function()
        array[index] = kept
        gradient[index] = (above - below) / (2 * step)
    return gradient


def ready_arguments(cls: type) -> dict[str, Any]:
    """Values for the arguments that have no default."""
    return {name: param.example() for name, param in cls.params.items() if name not in defaults(cls)}


def axes_for(cls: type) -> list[tuple[int, ...]]:
    """Sizes of the axes between batch and features that a layer can take, one tuple for each number of axes."""
    layer = cls(**ready_arguments(cls))
    if layer.takes_indices:
        return []  # nothing that could be moved a little
    exact, least = layer.ndim, layer.min_ndim
    tried = ((), (3,), (4, 5))
    return [axes for axes in tried if len(axes) + 2 == exact or (exact is None and least <= len(axes) + 2 < 4)]


def targets_for(loss: Any, rng: np.random.Generator, n: int, k: int) -> np.ndarray:
    """Targets (n, …) that suit the loss: class numbers, one-hot rows, zeros and ones, labels, or any numbers."""
    if loss.sequence:
        return np.minimum(rng.integers(0, 2, (n, 2)).cumprod(axis=1) * rng.integers(1, 9, (n, 2)), k - 1).astype(float)
    if loss.sparse:
        return rng.integers(0, k, n).astype(float)
    if loss.targets == "classes":
        return np.eye(k)[rng.integers(0, k, n)]
    if loss.targets == "yes_no":
        return rng.integers(0, 2, (n, k)).astype(float)
    return rng.normal(size=(n, k)) + 3 * rng.choice([-1, 1], (n, k))


def steps_for(loss: Any) -> tuple[int, ...]:
    """Axes between batch and outputs: a loss of whole sequences needs time steps."""
    return (4,) if loss.sequence else ()


def activation_for(loss: Any) -> str | None:
    """What the last layer ends in, so that its outputs suit the loss."""
    return "softplus" if loss.positive else loss.probabilities


def outputs_for(loss: Any, rng: np.random.Generator, n: int, k: int) -> np.ndarray:
    """Predictions (n, …, k) that suit the loss."""
    z = rng.normal(size=(n, *steps_for(loss), k))
    if loss.positive:
        return np.exp(z)
    if loss.probabilities == "softmax":
        p = np.exp(z)
        return 0.9 * p / p.sum(axis=1, keepdims=True)  # a lone 1.0 would stand where clipping begins
    return 1 / (1 + np.exp(-z)) if loss.probabilities == "sigmoid" else z
