"""Optimizers by Keras's names. Importing a module registers its optimizers; a new one needs one line here."""

from netcore.optimizers.adam import Adam
from netcore.optimizers.optimizer import OPTIMIZERS, Optimizer, get
from netcore.optimizers.rmsprop import RMSprop
from netcore.optimizers.sgd import SGD

__all__ = ["OPTIMIZERS", "SGD", "Adam", "Optimizer", "RMSprop", "get"]
