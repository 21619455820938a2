"""Optimizers by Keras's names. Importing a module registers its optimizers; one line here is all that a new one needs."""

from netcore.optimizers.adam import Adam
from netcore.optimizers.optimizer import OPTIMIZERS, Optimizer, get
from netcore.optimizers.rmsprop import RMSprop
from netcore.optimizers.sgd import SGD

__all__ = ["OPTIMIZERS", "SGD", "Adam", "Optimizer", "RMSprop", "get"]
