"""Layer: arguments, weights, and the calls that put it into a graph or run it on an array."""

import difflib
import math
from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any, ClassVar, NamedTuple, dataclass_transform

import numpy as np

from netcore import config, constraints, initializers, regularizers
from netcore.activations import ActivationFunction, Function
from netcore.arguments import (
    Arguments,
    Bool,
    Choice,
    Described,
    Float,
    Given,
    Int,
    Into,
    Ints,
    Made,
    Margins,
    Numbers,
)
from netcore.config import Array
from netcore.constraints import Bounds
from netcore.errors import NetcoreAttributeError, NetcoreTypeError, NetcoreValueError
from netcore.graph import Graph, GraphNode, Shape, Tensor
from netcore.initializers import StartValue
from netcore.names import unique_name
from netcore.node import Operation
from netcore.parameters import ParameterVector, Weight, WeightArray, joined, spend
from netcore.parts import Part
from netcore.registry import Registry
from netcore.regularizers import Penalty


def whole(build: Callable[[Any, Any], None]) -> Callable[[Any, Any], None]:
    """`build` as a program may call it by itself: once, and with all that makes the layer ready to be used."""

    @wraps(build)
    def build_once(self: Any, input_shape: Any) -> None:
        if self._building:
            build(self, input_shape)
        else:
            self.ensure_built(input_shape)

    return build_once


@dataclass_transform(
    eq_default=False,
    field_specifiers=(
        Int,
        Float,
        Bool,
        Choice,
        Ints,
        Margins,
        Numbers,
        Given,
        Described,
        Made,
        ActivationFunction,
        StartValue,
        Penalty,
        Bounds,
    ),
)
class LayerArguments(Arguments):
    """What layers are made with: also functions, start values, penalties and bounds."""


class Demands(NamedTuple):
    """What training asks of a layer.

    Args:
        numbers: that it holds for one sample: outputs, their gradients, scratch.
        multiplications: for one sample on the way forward; the way back takes about twice as many.
        steps: made one after the other, however many samples a batch has.
    """

    numbers: int
    multiplications: int
    steps: int


class Layer(Operation, LayerArguments):
    """Base of all layers.

    A subclass writes its arguments in its body, makes its weights in `build`, says its output shape in
    `compute_output_shape` and writes its equations in `forward` and `backward`. A weight has the start value, the
    penalty (added to the loss) and the bounds (that it is brought back into after each update) of the arguments
    `<weight>_initializer`, `<weight>_regularizer` and `<weight>_constraint`.

    Raises:
        NetcoreValueError "layer.unknown_argument": an argument that the layer does not have.
        NetcoreValueError "layer.rank", "layer.rank_exact": called on an input with too few or too many axes.
        NetcoreAttributeError "layer.not_called": asked for its input or output before it was called.
    """

    activity_regularizer: Any = Penalty(
        default=None, kw_only=True, about="penalty on the outputs, divided by the batch size"
    )
    name: Into[str] = Given(default=None, kw_only=True, about="unique within a model; made from the class if left out")
    dtype: Into[str] = Given(
        default=None, kw_only=True, about="float type of the weights, `config.floatx()` if left out"
    )
    _trainable: bool = Given(default=True, kw_only=True, alias="trainable", about="False keeps the weights as they are")
    _sample_shape: Any = Given(
        default=None, kw_only=True, alias="input_shape", about="shape of one sample, for a first layer without Input"
    )
    input_dim: Any = Given(default=None, kw_only=True, about="the same for samples of one axis: its size")
    _batch_size: int | None = Given(
        default=None, kw_only=True, alias="batch_size", about="how many samples a batch will have, if that is known"
    )

    graph: Graph | None = Made(default=None)  # a model used as a layer has one
    ndim: int | None = Made(default=None)  # exact number of axes, where only one will do
    activity_losses: Sequence[float] = Made(default=())  # penalties on the outputs of the last call on arrays
    declared_shape: Shape | None = Made()
    time_as_samples: ClassVar[bool] = False  # what is inside takes every time step by itself
    min_ndim: ClassVar[int] = 1  # fewest axes of an input, batch axis included
    several_inputs: ClassVar[bool] = False  # called on a list of tensors
    training_only: ClassVar[bool] = False  # passes its inputs on as they are, except while training
    takes_indices: ClassVar[bool] = False  # inputs are whole numbers that stand for something; they have no gradient
    flattens: ClassVar[bool] = False  # gives all numbers of a sample in one row, however many axes they had

    def _set_up(self) -> None:
        self.name = self.name or unique_name(self.class_name())
        self.dtype = dtype_name(self.dtype)
        self.built = self._building = False
        self.declared_shape = self._declared()
        self._weights: list[Weight] = []
        self._views: dict[str, tuple[Weight, ...]] = {}
        self.gradients: dict[str, Array] = {}
        self.calls: list[GraphNode] = []

    def demands(self, input_shape: Any) -> Demands:
        """What training asks of it, about. The layer has been built.

        Only shapes are looked at; sizes that are left open count as 1. A list of shapes where it takes several inputs.
        """
        several = isinstance(input_shape, list)
        given, output = _inner(input_shape[0] if several else input_shape), self.compute_output_shape(input_shape)
        outputs = [_inner(shape) for shape in (output if isinstance(output, list) else [output])]
        numbers = 2 * sum(map(math.prod, outputs)) + self.scratch_numbers(given, outputs[0], training=True)
        return Demands(numbers, self.multiplications(given, outputs[0]), self.steps_in_turn(given))

    def steps_in_turn(self, x: tuple[int, ...]) -> int:
        """Steps made one after the other for samples of that shape, however many there are."""
        return 0

    def _declared(self) -> Shape | None:
        """The shape that the arguments tell, batch axis in front. They have served their purpose with that."""
        given = vars(self)
        sample, batch_size = given.pop("_sample_shape"), given.pop("_batch_size")
        features = None if "input_dim" in self.params else given.pop("input_dim")
        if features is not None:
            sample = (features,)
        if sample is None:
            return None
        return (batch_size, *((sample,) if isinstance(sample, int) else sample))

    def understand(self, unknown: dict[str, Any]) -> dict[str, Any]:
        name = next(iter(unknown))
        choices = [*self.params, "name", "dtype", "trainable", "input_shape", "input_dim"]
        near = difflib.get_close_matches(name, choices, n=1, cutoff=0.4)
        raise NetcoreValueError(
            "layer.unknown_argument",
            "Unrecognized keyword arguments passed to {owner}: {unknown}. Did you mean {nearest!r}? "
            "Arguments: {choices}.",
            owner=type(self).__name__,
            unknown=unknown,
            nearest=near[0] if near else choices[0],
            choices=", ".join(choices),
        )

    @staticmethod
    def _rank(name: str) -> int:  # as in Keras: penalties, that on the outputs, bounds
        return ("_regularizer" in name) + (name == "activity_regularizer") + 3 * name.endswith("_constraint")

    @property
    def trainable(self) -> bool:
        """Whether the weights learn."""
        return self._trainable

    @trainable.setter
    def trainable(self, value: bool) -> None:
        """For the layer and, as in Keras, for all layers inside."""
        self._trainable = value
        for layer in self.inner_layers():
            layer.trainable = value

    @classmethod
    def class_name(cls) -> str:
        """Keras's name of the class: in automatic names, summaries and configs."""
        return cls.__name__

    # --- what a subclass writes

    @whole
    def build(self, input_shape: Any) -> None:
        """Make the weights; `input_shape` has the batch axis (None) in front."""

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Shape of the output, batch axis in front; the same as the input's unless said otherwise."""
        return input_shape

    def carried(self) -> list[Array]:
        """What the layer has kept from batch to batch besides its weights, such as the state of a stateful one."""
        return []

    def set_carried(self, arrays: list[Array]) -> None:
        """Put back what `carried` gave."""

    def inner_layers(self) -> Sequence["Layer"]:
        """The layers that it is made of, in the order of their weights; none of most."""
        return () if self.graph is None else self.graph.layers

    @property
    def differs_in_training(self) -> bool:
        """Whether it computes something else while training: at random, or from the numbers of the whole batch."""
        return self.training_only or any(layer.differs_in_training for layer in self.inner_layers())

    def inner_graph(self, shapes: list[Shape]) -> Graph | None:
        """What the layer is made of, for inputs of those shapes, if it is made of other layers."""
        return None if self.graph is None else self.graph.sized(shapes)

    def operations(self) -> list[Operation]:
        """What is computed, in order: the layer itself, for some its activation function afterwards."""
        return [self]

    # --- weights

    def add_weight(
        self,
        name: str,
        shape: tuple[int, ...],
        initializer: Any,
        *,
        trainable: bool = True,
        regularizer: Any = None,
        constraint: Any = None,
    ) -> Weight:
        """A new weight; its numbers are reached as `self.<name>`.

        Its penalty and bounds are those of the layer's arguments by its name, unless given here.

        Raises:
            NetcoreValueError "initializer.gave": the initializer makes an array of another shape.
        """
        spend(shape)
        value = np.asarray(initializers.get(initializer)(shape, self.dtype), self.dtype)
        if value.shape != shape:
            raise NetcoreValueError(
                "initializer.gave",
                "{name}: the initializer of `{weight}` must give an array of shape {expected}, but gave {given}.",
                name=self.name,
                weight=name,
                expected=shape,
                given=value.shape,
            )
        weight = Weight(name, value, trainable=trainable)
        argument = name.removesuffix("_kernel")  # Keras's recurrent_regularizer is that of recurrent_kernel
        weight.regularizer = regularizers.get(regularizer or self.__dict__.get(f"{argument}_regularizer"))
        weight.constraint = constraints.get(constraint or self.__dict__.get(f"{argument}_constraint"))
        self._weights.append(weight)
        self._views[name] = (weight,)
        return weight

    def join(self, name: str, *weights: Weight) -> None:
        """One more view, over neighbouring weights: `self.<name>` is the matrix of them all."""
        self._views[name] = weights

    def bind(self) -> None:
        """Point `self.<name>` and `self.gradients[<name>]` at where the weights now lie."""
        for name, weights in self._views.items():
            value, gradient = (weights[0].value, weights[0].gradient) if len(weights) == 1 else joined(weights)
            setattr(self, name, value if len(weights) > 1 else value.view(WeightArray))
            self.gradients[name] = gradient

    def scratch_gradients(self) -> tuple[dict[str, Array], list[tuple[Array, Array]]]:
        """For a second use of the layer: views like `self.gradients` on scratch, and pairs (gradient, scratch)."""
        flat = np.zeros(sum(weight.size for weight in self._weights), self.dtype)
        starts, start = {}, 0
        for weight in self._weights:
            starts[weight.name] = start
            start += weight.size
        views = {}
        for name, weights in self._views.items():
            segment = flat[starts[weights[0].name] : starts[weights[-1].name] + weights[-1].size]
            views[name] = segment.reshape(self.gradients[name].shape)
        return views, [(weight.gradient, views[weight.name]) for weight in self._weights]

    def ensure_built(self, input_shape: Any) -> None:
        """Make the weights for inputs of that shape, unless they are there."""
        if not self.built:
            self._building = True
            try:
                self.build(input_shape)
            finally:
                self._building = False
            ParameterVector(self._weights, self.dtype)  # a home of its own, until a model's vector takes them in
            self.bind()
            self.built = True

    @property
    def weights(self) -> list[Weight]:
        """All weights in Keras's order: trainable ones, then the others."""
        return [*self.trainable_weights, *self.non_trainable_weights]

    @property
    def trainable_weights(self) -> list[Weight]:
        """The weights that learn."""
        return [weight for weight in self._weights if weight.trainable] if self.trainable else []

    @property
    def non_trainable_weights(self) -> list[Weight]:
        """The weights that do not learn: statistics, and all of a layer that is not trainable."""
        return [weight for weight in self._weights if not (weight.trainable and self.trainable)]

    @property
    def trainable_variables(self) -> list[Weight]:
        """The same as `trainable_weights`."""
        return self.trainable_weights

    @property
    def non_trainable_variables(self) -> list[Weight]:
        """The same as `non_trainable_weights`."""
        return self.non_trainable_weights

    @property
    def variables(self) -> list[Weight]:
        """The same as `weights`."""
        return self.weights

    @property
    def output_penalty(self) -> Any:
        """The penalty on the outputs that counts."""
        return self.activity_regularizer

    @property
    def losses(self) -> list[float]:
        """What regularizers add to the loss, one number for each.

        First those of outputs, if the last use was a call on arrays, then those of the weights that learn.
        """
        on_weights = [one.regularizer.value(one.value) for one in self.trainable_weights if one.regularizer is not None]
        return [*self.activity_losses, *on_weights]

    def get_weights(self) -> list[Array]:
        """Copies of the weights, in Keras's order and shapes."""
        return [weight.numpy() for weight in self.weights]

    def set_weights(self, weights: Sequence[Any]) -> None:
        """Put weights in, in the order of `get_weights`.

        Raises:
            NetcoreValueError "weights.count", "weights.shape": another number of arrays, or another shape.
        """
        if len(weights) != len(self.weights):
            raise NetcoreValueError(
                "weights.count",
                "You called set_weights on `{name}` with {given} arrays, but it has {expected} weights.",
                name=self.name,
                given=len(weights),
                expected=len(self.weights),
            )
        arrays = [np.asarray(value) for value in weights]
        for weight, value in zip(self.weights, arrays, strict=True):
            if weight.shape != value.shape:
                raise NetcoreValueError(
                    "weights.shape",
                    "{name}: the weight `{weight}` has shape {expected}, but the given array has shape {given}.",
                    name=self.name,
                    weight=weight.name,
                    expected=weight.shape,
                    given=value.shape,
                )
        for weight, value in zip(self.weights, arrays, strict=True):
            weight.assign(value)

    def count_params(self) -> int:
        """How many numbers the layer has learnt or will learn.

        Raises:
            NetcoreValueError "layer.not_built": the input shape is not known yet.
        """
        if not self.built:
            raise NetcoreValueError(
                "layer.not_built",
                "Layer {name}: the number of parameters is known once the input shape is. Put an Input first, or call "
                "build((None, features)).",
                name=self.name,
            )
        return sum(weight.size for weight in self.weights)

    # --- use

    @property
    def input_shape(self) -> Any:
        """Shape of the input with the batch axis None, once the layer is in a model."""
        return _shapes(self._first_call().inputs)

    @property
    def output_shape(self) -> Any:
        """Shape of the output with the batch axis None, once the layer is in a model."""
        return _shapes(self._first_call().outputs)

    @property
    def input(self) -> Any:
        """The tensor or tensors that the first call was given."""
        return _one_or_list(self._first_call().inputs)

    @property
    def output(self) -> Any:
        """The tensor or tensors that the first call made."""
        return _one_or_list(self._first_call().outputs)

    def _first_call(self) -> GraphNode:
        if not self.calls:
            raise NetcoreAttributeError(
                "layer.not_called",
                "The layer {name!r} has never been used, so it has no input and output yet. Put it into a model first.",
                name=self.name,
            )
        return self.calls[0]

    def __call__(self, inputs: Any, training: bool | None = None, mask: Any = None) -> Any:
        """On a tensor: add a node to the graph and return the new tensor. On an array: compute and return an array.

        `mask` (n, t) tells which time steps of an array are there; in a graph masks come along with the tensors.
        """
        tensors = inputs if isinstance(inputs, list | tuple) else [inputs]
        if not tensors or not all(isinstance(tensor, Tensor) for tensor in tensors):
            from netcore.inference import run_layer  # the frame knows layers; only this call goes the other way

            return run_layer(self, inputs, training=bool(training), mask=mask)
        if mask is not None:
            raise NetcoreTypeError(
                "layer.mask",
                "{name}: `mask` is for arrays. In a model the mask comes along with the tensor: put Masking or "
                "Embedding(mask_zero=True) in front.",
                name=self.name,
            )
        shapes = [tensor.shape for tensor in tensors]
        shape = shapes if isinstance(inputs, list | tuple) else shapes[0]
        self.check_input(shapes)
        self.ensure_built(shape)
        result = self.compute_output_shape(shape)
        shapes_out = result if isinstance(result, list) else [result]
        node = GraphNode(self, tuple(tensors), listed=isinstance(inputs, list | tuple))
        node.outputs = tuple(Tensor(tuple(one), self.dtype, self.name, node) for one in shapes_out)
        self.calls.append(node)
        return list(node.outputs) if isinstance(result, list) else node.outputs[0]

    def features_of(self, shape: Shape) -> int:
        """Size of the last axis of the input, for weights that are made for it.

        Raises:
            NetcoreValueError "layer.open_shape": it is not known.
        """
        features = shape[-1]
        if features is None:
            raise NetcoreValueError(
                "layer.open_shape",
                "Layer {name}: the last axis of the input must have a known size, but the input shape is {shape}.",
                name=self.name,
                shape=shape,
            )
        return features

    def check_features(self, shape: Shape, expected: int) -> None:
        """Refuse an input whose last axis is not what the weights were made for."""
        if shape[-1] != expected:
            raise wrong_features(self.name, expected, shape)

    def check_input(self, shapes: list[Shape]) -> None:
        """Refuse an input that this layer cannot take."""
        if len(shapes) > 1 and not self.several_inputs:
            raise NetcoreValueError(
                "layer.one_input",
                "Layer {name!r} expects 1 input, but got {count}: {shapes}. Give it one of them. In a Sequential model "
                "each layer but the last has one output: leave return_state=True out.",
                name=self.name,
                count=len(shapes),
                shapes=", ".join(str(shape) for shape in shapes),
            )
        for index, shape in enumerate(shapes):
            if self.ndim is not None and len(shape) != self.ndim:
                raise NetcoreValueError(
                    "layer.rank_exact",
                    "Input {index} does not fit the layer {name!r}: it needs {expected} axes, batch axis included, "
                    "but has {found}. Shape: {shape}.",
                    index=index,
                    name=self.name,
                    expected=self.ndim,
                    found=len(shape),
                    shape=shape,
                )
            if len(shape) < self.min_ndim:
                raise NetcoreValueError(
                    "layer.rank",
                    "Input {index} does not fit the layer {name!r}: it needs at least {expected} axes, batch axis "
                    "included, but has {found}. Shape: {shape}.",
                    index=index,
                    name=self.name,
                    expected=self.min_ndim,
                    found=len(shape),
                    shape=shape,
                )

    # --- description

    def get_config(self) -> dict[str, Any]:
        """The arguments, as JSON can hold them."""
        return {
            "name": self.name,
            "trainable": self.trainable,
            "dtype": self.dtype,
            **{name: plain(value) for name, value in self.arguments().items()},
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "Layer":
        """The layer of what `get_config` gave; its weights start afresh."""
        return cls(**config)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        found = getattr(type(self), name, None)
        if isinstance(found, property) and found.fget is not None:
            return found.fget(self)  # Python asks here again when a property has raised: let it say its own reason
        raise NetcoreAttributeError(
            "attribute.unknown",
            "{owner} has no attribute {name!r}. Did you mean {nearest!r}?",
            owner=type(self).__name__,
            name=name,
            nearest=self.nearest_name(name),
        )

    def nearest_name(self, name: str) -> str:
        """The public name that a program probably meant."""
        known = [name for name in dir(self) if not name.startswith("_")]
        near = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
        return near[0] if near else "get_config"

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        if "build" in cls.__dict__ and cls.ensure_built is Layer.ensure_built:
            cls.build = whole(cls.__dict__["build"])  # type: ignore[method-assign]
        if "call" in cls.__dict__:
            raise NetcoreTypeError(
                "layer.call",
                "{name} overrides `call`. netcore has no automatic derivative: write `forward` and `backward` instead "
                "(netcore/README.md shows one whole example).",
                name=cls.__name__,
            )

    def __repr__(self) -> str:
        return f"<{type(self).__name__} name={self.name}, built={self.built}>"


LAYERS: Registry[type[Layer]] = Registry("layer")


def wrong_features(name: str, expected: int | None, shape: Shape) -> NetcoreValueError:
    """The refusal of an input whose last axis is not what the layer of that name, or the model, takes."""
    return NetcoreValueError(
        "layer.features",
        "The input does not fit the layer {name!r}: its last axis must have size {expected}, but the input has shape "
        "{shape}. Change the number of input columns, or the Input.",
        name=name,
        expected=expected,
        shape=shape,
    )


def plain(value: Any) -> Any:
    """An argument as JSON can hold it: functions by their names, layers and own parts by their class and arguments."""
    if isinstance(value, Function):
        return value.name
    if isinstance(value, Layer):
        return {"class_name": type(value).__name__, "config": value.get_config()}
    if isinstance(value, Part | initializers.Initializer):
        own = getattr(value, "function", None) is not None
        return {"class_name": value.name if own else type(value).__name__, "config": value.get_config()}  # type: ignore[union-attr]
    return value


def dtype_name(dtype: Any) -> str:
    """Name of a float type, also from a Keras policy's config."""
    if isinstance(dtype, dict):
        dtype = (dtype.get("config") or {}).get("name")
    name = getattr(dtype, "name", dtype) or config.floatx()
    if name not in config.FLOATS:
        raise NetcoreValueError(
            "layer.dtype",
            "`dtype` must be one of {choices}, but got {value!r}.",
            choices=", ".join(config.FLOATS),
            value=dtype,
        )
    return str(name)


def _one_or_list(items: tuple[Any, ...]) -> Any:
    return items[0] if len(items) == 1 else list(items)


def _shapes(tensors: tuple[Tensor, ...]) -> Any:
    return _one_or_list(tuple(tensor.shape for tensor in tensors))


def _inner(shape: Shape) -> tuple[int, ...]:
    """Without the batch axis; what is left open counts as 1."""
    return tuple(size or 1 for size in shape[1:])
