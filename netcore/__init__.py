"""A neural-network library in pure NumPy with the names and the meaning of Keras 3.

from netcore import Sequential, layers
model = Sequential([layers.Input((2,)), layers.Dense(4, activation="tanh"), layers.Dense(1)])
model.compile(optimizer="sgd", loss="mse")
history = model.fit(x, y, batch_size=10, epochs=100)
"""

from netcore import (
    activations,
    callbacks,
    config,
    constraints,
    ensemble,
    initializers,
    layers,
    losses,
    metrics,
    models,
    optimizers,
    regularizers,
    utils,
)
from netcore.ensemble import fit_seeds, iter_fit_seeds
from netcore.graph import Input
from netcore.models import Model, Sequential

__all__ = [
    "Input",
    "Model",
    "Sequential",
    "activations",
    "callbacks",
    "config",
    "constraints",
    "ensemble",
    "fit_seeds",
    "initializers",
    "iter_fit_seeds",
    "layers",
    "losses",
    "metrics",
    "models",
    "optimizers",
    "regularizers",
    "utils",
]
