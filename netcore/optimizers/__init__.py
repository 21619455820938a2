"""Optimizers by Keras's names. Importing a module registers its optimizers; a new one needs one line here."""

# simple ones first: the order of the registry, which forms show
# isort: off
from netcore.optimizers import schedules
from netcore.optimizers.schedules import SCHEDULES
from netcore.optimizers.optimizer import OPTIMIZERS, Optimizer, get
from netcore.optimizers.optimizer import get as deserialize
from netcore.optimizers.optimizer import serialize_optimizer as serialize
from netcore.optimizers.sgd import SGD
from netcore.optimizers.rmsprop import RMSprop
from netcore.optimizers.adam import Adam, Adamax, AdamW, Nadam
from netcore.optimizers.adagrad import Adadelta, Adagrad
from netcore.optimizers.ftrl import Ftrl
from netcore.optimizers.lion import Lion
# isort: on

__all__ = [
    "OPTIMIZERS",
    "SCHEDULES",
    "SGD",
    "Adadelta",
    "Adagrad",
    "Adam",
    "AdamW",
    "Adamax",
    "Ftrl",
    "Lion",
    "Nadam",
    "Optimizer",
    "RMSprop",
    "deserialize",
    "get",
    "schedules",
    "serialize",
]
