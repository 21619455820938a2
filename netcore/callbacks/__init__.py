"""Callbacks by Keras's names: a program's own code at fixed moments of a fit, and a few that everybody needs."""

from netcore.callbacks.callback import CALLBACKS, Callback, Callbacks, History
from netcore.callbacks.files import CSVLogger, ModelCheckpoint
from netcore.callbacks.monitors import EarlyStopping, ReduceLROnPlateau
from netcore.callbacks.simple import LambdaCallback, LearningRateScheduler, TerminateOnNaN

__all__ = [
    "CALLBACKS",
    "CSVLogger",
    "Callback",
    "Callbacks",
    "EarlyStopping",
    "History",
    "LambdaCallback",
    "LearningRateScheduler",
    "ModelCheckpoint",
    "ReduceLROnPlateau",
    "TerminateOnNaN",
]
