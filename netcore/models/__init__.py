"""Models: layers put together, compiled, trained, evaluated. `Sequential` is a list, `Model` any graph."""

from netcore.graph import Input
from netcore.models.model import Model
from netcore.models.sequential import Sequential

__all__ = ["Input", "Model", "Sequential"]
