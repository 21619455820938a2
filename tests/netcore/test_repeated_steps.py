"""Nothing of one step is left over in the next: with a learning rate of 0 every step has the gradients of the first."""

import numpy as np
import pytest

from netcore import Input, Model, layers, optimizers
from netcore.layers import LAYERS
from tests.netcore.helpers import axes_for, ready_arguments

LAYERS_HERE = [cls for cls in LAYERS if not cls.training_only and not cls.takes_indices]
POOLS = {3: layers.GlobalAveragePooling1D, 4: layers.GlobalAveragePooling2D}

# windows that cover an image once, with gaps, and overlapping; the first two write each cell of dx once
WINDOWS = {
    "1x1": lambda: layers.Conv2D(3, 1),
    "tiles": lambda: layers.Conv2D(3, 2, strides=2),
    "padded tiles": lambda: layers.Conv2D(3, 3, strides=3, padding="same"),
    "gaps": lambda: layers.Conv2D(3, 1, strides=2),
    "overlap": lambda: layers.Conv2D(3, 3, padding="same"),
    "max": lambda: layers.MaxPooling2D(2),
    "max with a rest": lambda: layers.MaxPooling2D(3),
    "mean with a rest": lambda: layers.AveragePooling2D(3),
}


def flattened(tensor):
    tensor = tensor[0] if isinstance(tensor, list) else tensor
    return POOLS[len(tensor.shape)]()(tensor) if len(tensor.shape) in POOLS else tensor


def assert_every_step_is_the_first(build, x):
    """`build` makes what reads a hidden tensor, which something else reads as well, before it and after."""
    first = Input(x.shape[1:])
    hidden = layers.Dense(4)(first)
    outputs = [flattened(hidden), flattened(build(hidden)), flattened(layers.Activation("tanh")(hidden))]
    model = Model(first, layers.Dense(2)(layers.Concatenate()([layers.Dense(3)(one) for one in outputs])))
    model.compile(optimizers.SGD(0.0), "mse")
    y = np.random.default_rng(1).normal(size=(len(x), 2))
    found = []
    for _ in range(3):
        model.fit(x, y, batch_size=len(x), shuffle=False, verbose=0)
        found.append([weight.gradient.copy() for weight in model.trainable_weights])
    for later in found[1:]:
        for one, other in zip(found[0], later, strict=True):
            np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("name", WINDOWS)
def test_windows_leave_nothing_in_the_gradient_of_their_input(name):
    x = np.random.default_rng(3).normal(size=(4, 8, 8, 2))
    assert_every_step_is_the_first(WINDOWS[name](), x)


@pytest.mark.parametrize("cls", LAYERS_HERE, ids=lambda cls: cls.__name__)
def test_a_layer_leaves_nothing_in_the_gradient_of_its_input(cls):
    x = np.random.default_rng(3).normal(size=(4, *(axes_for(cls) or [()])[-1], 3))
    layer = cls(**ready_arguments(cls))
    build = (lambda hidden: layer([hidden, layers.Dense(4)(hidden)])) if layer.several_inputs else layer
    assert_every_step_is_the_first(build, x)
