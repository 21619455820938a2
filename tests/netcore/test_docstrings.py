"""Docstrings teach: what is public has one, with shapes, equations and a source where there are some to give."""

import importlib
import inspect
import pkgutil
import re

import pytest

import netcore
from netcore.activations import ACTIVATIONS
from netcore.arguments import Arguments
from netcore.callbacks.callback import CALLBACKS
from netcore.constraints import CONSTRAINTS
from netcore.initializers import INITIALIZERS
from netcore.layers import LAYERS
from netcore.losses import LOSSES
from netcore.metrics import METRICS
from netcore.optimizers import OPTIMIZERS
from netcore.optimizers.schedules import SCHEDULES
from netcore.parameters import Weight
from netcore.regularizers import REGULARIZERS
from netcore.trace import Trace

MODULES = [importlib.import_module(found.name) for found in pkgutil.walk_packages(netcore.__path__, "netcore.")]
PARTS = [
    *(type(function) for function in ACTIVATIONS),
    *(cls for registry in (LAYERS, LOSSES, METRICS, OPTIMIZERS, INITIALIZERS) for cls in registry),
    *(cls for registry in (CALLBACKS, CONSTRAINTS, REGULARIZERS, SCHEDULES) for cls in registry),
]
BACKWARD = re.compile(
    r"[Bb]ackward|[Gg]radient|[Ss]lope|\bd\w+(/d\w+)? =|\bdy\b"
)  # the way back, in words or as an equation


def documented(thing):
    return bool((inspect.getdoc(thing) or "").strip())


def public(module):
    """Classes and functions that are written in the module."""
    found = [thing for name, thing in vars(module).items() if not name.startswith("_")]
    kinds = [thing for thing in found if inspect.isclass(thing) or inspect.isfunction(thing)]
    return [thing for thing in kinds if thing.__module__ == module.__name__]


def test_every_public_class_and_function_has_a_docstring():
    bare = [
        f"{m.__name__}.{thing.__name__}" for m in MODULES for thing in public(m) if not (thing.__doc__ or "").strip()
    ]
    assert bare == []


def test_every_method_that_programs_call_or_override_has_a_docstring():
    bases = [netcore.layers.Layer, netcore.losses.Loss, netcore.metrics.Metric, netcore.optimizers.Optimizer]
    used = [*bases, *PARTS, netcore.Model, netcore.Sequential, netcore.callbacks.History, Weight, Trace]
    methods = {
        f"{cls.__name__}.{name}": member
        for cls in used
        for name, member in inspect.getmembers(cls)
        if not name.startswith("_") and (isinstance(member, property) or inspect.isroutine(member))
    }
    assert len(methods) > 1000
    assert [name for name, member in methods.items() if not documented(member)] == []


@pytest.mark.parametrize("cls", PARTS, ids=lambda cls: cls.__name__)
def test_every_part_names_its_source(cls):
    assert re.search(r"Source:|as keras\.", inspect.getdoc(cls))


@pytest.mark.parametrize("cls", LAYERS, ids=lambda cls: cls.__name__)
def test_every_layer_writes_its_equations_and_shapes(cls):
    text = inspect.getdoc(cls)
    assert "Shapes" in text
    assert BACKWARD.search(text)


DESCRIBED = [cls for cls in PARTS if issubclass(cls, Arguments) and cls.__init__ is Arguments.__init__]


@pytest.mark.parametrize("cls", DESCRIBED, ids=lambda cls: cls.__name__)
def test_every_argument_is_explained_once_where_it_stands(cls):
    """In the class body, from where the section "Args" of the docstring is made."""
    shown = inspect.getdoc(cls).split("\nArgs:\n")
    if not inspect.signature(cls).parameters:
        assert len(shown) == 1
        return
    assert len(shown) == 2
    told = re.findall(r"^    (\w+): \S.*\.$", shown[1], re.MULTILINE)
    assert told == list(inspect.signature(cls).parameters)
    assert len(told) == len(shown[1].splitlines())


@pytest.mark.parametrize("cls", LOSSES, ids=lambda cls: cls.__name__)
def test_every_loss_writes_its_slope_and_shapes(cls):
    text = inspect.getdoc(cls)
    assert "Shapes" in text
    assert re.search(r"[Gg]radient|[Ss]lope", text)
