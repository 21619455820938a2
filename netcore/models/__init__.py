"""Models: layers put together, compiled, trained, evaluated. `Sequential` is a list, `Model` any graph."""

from netcore.graph import Input
from netcore.models.describing import clone_model, model_from_config, model_from_json
from netcore.models.model import Model
from netcore.models.saving import load_model, save_model
from netcore.models.sequential import Sequential

__all__ = [
    "Input",
    "Model",
    "Sequential",
    "clone_model",
    "load_model",
    "model_from_config",
    "model_from_json",
    "save_model",
]
