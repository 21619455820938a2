"""From the plain description of a run to a compiled network. Imports netcore only: workers use it."""

import warnings
from typing import Any

from netcore import Sequential
from netcore.errors import NetcoreWarning
from netcore.layers import LAYERS, Input
from netcore.losses import LOSSES
from netcore.optimizers import OPTIMIZERS
from netcore.utils import set_random_seed


def build_model(spec: dict[str, Any]) -> Any:
    """The compiled netcore model of `spec` (see `lab.runs.spec.run_spec`); same spec, same start weights.

    Advice that `compile` gives as a NetcoreWarning is left out here: the pages show it before a run is started.

    Raises:
        NetcoreError: an argument or a shape does not fit.
    """
    set_random_seed(spec["seed"])
    layers = [LAYERS.get(layer["type"])(**layer["params"]) for layer in spec["layers"]]
    model = Sequential([Input(tuple(spec["input_shape"])), *layers])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NetcoreWarning)
        model.compile(
            optimizer=OPTIMIZERS.get(spec["optimizer"]["type"])(**spec["optimizer"]["params"]),
            loss=LOSSES.get(spec["loss"]["type"])(**spec["loss"]["params"]),
            metrics=list(spec["metrics"]),
        )
    return model
