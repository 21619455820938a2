"""Random models, drawn from everything that is registered, trained for three steps on Keras and on netcore.

More of them than usual: NETCORE_RANDOM_MODELS=300 pytest tests/netcore/test_random_models.py
"""

import os

os.environ.setdefault("KERAS_BACKEND", "jax")

import keras
import numpy as np
import pytest

import netcore
from netcore.activations import ACTIVATIONS
from netcore.errors import NetcoreValueError
from netcore.layers import LAYERS
from netcore.losses import LOSSES
from netcore.optimizers import OPTIMIZERS
from netcore.params import defaults
from tests.netcore.helpers import activation_for, steps_for, targets_for

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")  # masks that end: both libraries say so

COUNT = min(int(os.environ.get("NETCORE_RANDOM_MODELS", 30)), 100_000)
EACH_TIME = 8
SEEDS = [seed if seed < EACH_TIME else pytest.param(seed, marks=pytest.mark.slow) for seed in range(COUNT)]
ROWS, STEPS, FEATURES = 6, 8, 3
ALONE = ("Normalization", "Softmax")  # need a preparation of their own; Softmax: no mask
ROUGH = (
    "exponential",
    "hard_shrink",
    "soft_shrink",
    "threshold",
    "sparsemax",
    "glu",
)  # jump, change widths, or grow beyond measure
LEARNING_RATES = {"Adadelta": 0.5, "SGD": 0.05, "Ftrl": 0.05}


class Draw:
    """One random model: what to build, as names and arguments that both libraries understand."""

    def __init__(self, seed):
        self.rng = np.random.default_rng([seed, 11])
        self.loss = self.one_of(LOSSES.names())
        self.optimizer = self.one_of(OPTIMIZERS.names())
        loss = netcore.losses.loss_of(self.loss)
        self.sequence = bool(steps_for(loss))
        self.last = activation_for(loss)
        self.width = 3 if self.last != "sigmoid" or loss.sparse else self.one_of((1, 2))
        count = self.rng.integers(1, 5)
        while not self.fits_together(count):
            pass

    def fits_together(self, count):
        """Draw the layers; whether windows and the like are not too large for what comes before them."""
        self.layers = [self.layer() for _ in range(count)]
        try:
            self.build(netcore)
        except NetcoreValueError:
            return False
        return True

    def one_of(self, choices):
        return choices[self.rng.integers(len(choices))]

    def layer(self):
        """(class, arguments) of a layer that takes sequences (n, t, d) and gives sequences."""
        kinds = [cls.__name__ for cls in LAYERS if self.fits(cls)]
        name = self.one_of(kinds)
        return name, self.arguments(LAYERS.get(name))

    def fits(self, cls):
        """Layers with one input for which a sequence will do, that make a sequence again."""
        drawn = cls.training_only  # at random: the libraries draw other numbers
        if cls.__name__ in ALONE or drawn or cls.several_inputs or cls.takes_indices:
            return False
        try:
            made = cls(**self.minimal(cls))
            if made.ndim not in (None, 3):
                return False
            shape = made(netcore.Input((STEPS, FEATURES))).shape
        except (ValueError, TypeError):
            return False
        return len(shape) == 3 and None not in shape[1:] and 0 not in shape[1:]

    def minimal(self, cls):
        given = {name: param.example() for name, param in cls.params.items() if name not in defaults(cls)}
        return given | ({"return_sequences": True} if "return_sequences" in cls.params else {})

    def arguments(self, cls):
        """The necessary arguments, an activation, a penalty, bounds."""
        given = self.minimal(cls)
        for name in cls.params:
            if name == "activation":
                given[name] = self.one_of([n for n in usable(cls) if n not in ROUGH])
            if name == "units":
                given[name] = int(self.rng.integers(1, 5))
            if name.endswith("_regularizer") and self.rng.random() < 0.2:
                given[name] = self.one_of(("L2", "L1"))
            if name.endswith("kernel_constraint") and self.rng.random() < 0.2:
                given[name] = self.one_of(("MaxNorm", "UnitNorm"))
        return given

    def build(self, library):
        layers = library.layers
        stack = [layers.Input((STEPS, FEATURES)), *(self.made(layers, *one) for one in self.layers)]
        if not self.sequence:
            stack.append(layers.Flatten())
        stack.append(layers.Dense(self.width, activation=self.last))
        model = library.Sequential(stack)
        optimizer = getattr(library.optimizers, self.optimizer)(LEARNING_RATES.get(self.optimizer, 0.01))
        model.compile(optimizer, getattr(library.losses, self.loss)())
        return model

    def made(self, layers, name, arguments):
        """Layers inside others are described by their class and arguments."""
        plain = {}
        for key, value in arguments.items():
            inside = isinstance(value, dict) and "class_name" in value and value["class_name"] in LAYERS
            plain[key] = self.inside(layers, value) if inside else value
        return getattr(layers, name)(**plain)

    @staticmethod
    def inside(layers, described):
        cls = LAYERS.get(described["class_name"])
        needed = {name: described["config"][name] for name in cls.params if name not in defaults(cls)}
        sequences = {"return_sequences": True} if "return_sequences" in cls.params else {}
        return getattr(layers, described["class_name"])(**needed, **sequences)

    def __str__(self):
        return f"{self.optimizer} {self.loss} {self.layers}"


def usable(cls):
    """Names of activation functions that the layer takes."""
    return [name for name in cls.params["activation"].names() if name in ACTIVATIONS.names()]


@pytest.mark.parametrize("seed", SEEDS)
def test_three_steps_are_those_of_keras(seed):
    draw = Draw(seed)
    ours, theirs = draw.build(netcore), draw.build(keras)
    rng = np.random.default_rng(seed)
    start = [rng.normal(size=weight.shape) * 0.5 for weight in ours.get_weights()]
    start = [
        np.abs(one) + 0.1 if "variance" in weight.name else one for one, weight in zip(start, ours.weights, strict=True)
    ]
    for model in (ours, theirs):
        model.set_weights(start)
    x = rng.normal(size=(ROWS, STEPS, FEATURES)).astype("float32")
    y = targets_for(netcore.losses.loss_of(draw.loss), rng, ROWS, draw.width).astype("float32")
    if draw.loss == "MeanSquaredLogarithmicError":
        y = np.abs(y)
    losses = [[float(np.ravel(model.train_on_batch(x, y))[0]) for _ in range(3)] for model in (ours, theirs)]
    np.testing.assert_allclose(losses[0], losses[1], rtol=2e-3, atol=1e-4, err_msg=str(draw))
    np.testing.assert_allclose(ours.predict(x), theirs.predict(x, verbose=0), rtol=5e-3, atol=2e-3, err_msg=str(draw))
