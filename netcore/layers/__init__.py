"""Layers by Keras's names. Importing a module registers its layers; one line here is all that a new one needs."""

from netcore.graph import Input
from netcore.layers.activation import Activation
from netcore.layers.dense import Dense
from netcore.layers.dropout import Dropout
from netcore.layers.layer import LAYERS, Layer

__all__ = ["LAYERS", "Activation", "Dense", "Dropout", "Input", "Layer"]
