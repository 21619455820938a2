"""Normalisation: features or samples brought to mean 0 and variance 1, then scaled and shifted as learnt."""

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from netcore import config
from netcore.arguments import Described, Float, Int, Ints, Made
from netcore.config import Array, scalar
from netcore.constraints import Bounds
from netcore.errors import NetcoreValueError
from netcore.graph import Shape
from netcore.initializers import StartValue
from netcore.layers.layer import LAYERS, Layer
from netcore.node import Node
from netcore.params import BoolParam, FloatParam
from netcore.regularizers import Penalty

AXIS = -9  # no array has more axes


def place_of(axis: int, shape: Shape, name: str) -> int:
    """Where an axis of Keras's counting (batch first) lies inside, where the batch axis is last.

    Raises:
        NetcoreValueError "layer.axis": there is no such axis, or it is that of the batch.
    """
    count = len(shape)
    if not -count <= axis < count or axis % count == 0:
        raise NetcoreValueError(
            "layer.axis",
            "Layer {name}: axis {axis} cannot be used with an input of shape {shape}. Axes count from 1, behind the "
            "batch axis; -1 is the last one, the features.",
            name=name,
            axis=axis,
            shape=shape,
        )
    return axis % count - 1


def size_of(shape: Shape, place: int, name: str) -> int:
    """Size of an axis that weights are made for.

    Raises:
        NetcoreValueError "layer.open_axis": it is not known.
    """
    size = shape[place + 1]
    if size is None:
        raise NetcoreValueError(
            "layer.open_axis",
            "Layer {name}: axis {axis} of the input must have a known size, but the input shape is {shape}.",
            name=name,
            axis=place + 1,
            shape=shape,
        )
    return size


EPSILON = FloatParam(
    low=0.0, open_low=True, typical=(1e-5, 1e-3), log=True, advanced=True, about="added to the variance"
)
CENTER = BoolParam(advanced=True, about="whether there is a beta")
SCALE = BoolParam(advanced=True, about="whether there is a gamma")


class Standardized:
    """Scratch of a node whose numbers are brought to mean 0 and variance 1 over some axes.

    With x̂ = (x - mean) / sqrt(variance + epsilon), m numbers in each mean, and dx̂ given:
        dx = (dx̂ - mean(dx̂) - x̂ mean(dx̂ x̂)) / sqrt(variance + epsilon)

    Where a mask calls time steps missing, sums and m leave them out, and in dx the two means are subtracted from the
    steps alone that are there.
    """

    def __init__(
        self,
        node: Node,
        axes: tuple[int, ...],
        epsilon: float,
        *,
        masked: bool = True,
        shape: tuple[int, ...] | None = None,
    ) -> None:
        shape, dtype = shape or node.x.shape, node.y.dtype
        self.axes = axes
        small = tuple(1 if axis in axes else size for axis, size in enumerate(shape))
        self.x_hat: Array = np.empty(shape, dtype)
        self.product: Array = np.empty(shape, dtype)
        self.mean, self.variance, self.rate, self.inner = (np.empty(small, dtype) for _ in range(4))
        self._share = scalar(1 / math.prod(shape[axis] for axis in axes), dtype)
        self._there: Array | None = None  # 1 where x counts, else 0
        if masked and node.mask is not None:
            self._there = np.empty(shape, dtype)
        self._epsilon = scalar(epsilon, dtype)

    def _average(self, values: Array, out: Array) -> None:
        np.add.reduce(values, self.axes, out=out, keepdims=True)
        np.multiply(out, self._share, out)

    def forward(self, x: Array, mask: Array | None = None) -> Array:
        """x̂ of x, with the variance that divides by m, not by m - 1."""
        if self._there is not None and mask is not None:
            self._there[...] = mask[(slice(None), *(np.newaxis,) * (x.ndim - 2))]
            count = np.add.reduce(self._there, self.axes, keepdims=True)
            self._share = np.asarray(1 / (count + config.epsilon()), x.dtype)
        self._average(self._counted(x), self.mean)
        np.subtract(x, self.mean, self.x_hat)
        np.multiply(self.x_hat, self._counted(self.x_hat), self.product)
        self._average(self.product, self.variance)
        self.set_rate(self.variance)
        np.multiply(self.x_hat, self.rate, self.x_hat)
        return self.x_hat

    def _counted(self, values: Array) -> Array:
        """The values, with 0 for steps that are missing."""
        return values if self._there is None else np.multiply(values, self._there, self.product)

    def with_known(self, x: Array, mean: Array, variance: Array) -> Array:
        """x̂ of x for a mean and variance from outside."""
        np.copyto(self.mean, mean)
        np.copyto(self.variance, variance)
        self.set_rate(variance)
        np.subtract(x, mean, self.x_hat)
        np.multiply(self.x_hat, self.rate, self.x_hat)
        return self.x_hat

    def set_rate(self, variance: Array) -> None:
        """The rate is 1 / sqrt(variance + epsilon), what x - mean is multiplied by."""
        np.add(variance, self._epsilon, self.rate)
        np.sqrt(self.rate, self.rate)
        np.reciprocal(self.rate, self.rate)

    def backward(self, gradient: Array, dx: Array) -> None:
        """dx from the gradient of x̂; both may be one array."""
        np.multiply(gradient, self.x_hat, self.product)
        self._average(self.product, self.inner)
        np.multiply(self.x_hat, self.inner, self.product)
        self._average(gradient, self.inner)
        np.add(self.product, self.inner, self.product)
        np.subtract(gradient, self._counted(self.product), dx)
        np.multiply(dx, self.rate, dx)


class ScaledAndShifted(Layer):
    """What the two layers share: y = gamma x̂ + beta, dgamma = sum dy x̂, dbeta = sum dy, dx̂ = gamma dy."""

    beta_regularizer: Any = Penalty(default=None, kw_only=True, about="penalty on beta, added to the loss")
    gamma_regularizer: Any = Penalty(default=None, kw_only=True, about="penalty on gamma, added to the loss")
    beta_constraint: Any = Bounds(default=None, kw_only=True, about="bounds of beta, kept after each update")
    gamma_constraint: Any = Bounds(default=None, kw_only=True, about="bounds of gamma, kept after each update")
    gamma: Any = Made()  # None where the layer has none
    beta: Any = Made()
    weight_shape: tuple[int, ...] = Made()  # of gamma and beta among the axes of x, batch axis last

    keeps_mask = True

    def add_gamma_and_beta(self, shape: tuple[int, ...]) -> None:
        """Make the weights that scale and shift."""
        self.gamma = self.beta = None
        if self.scale:
            self.add_weight("gamma", shape, self.gamma_initializer)
        if self.center:
            self.add_weight("beta", shape, self.beta_initializer)

    def scale_and_shift(self, x_hat: Array, y: Array) -> None:
        """y = gamma * y + beta, as far as there are such weights."""
        if self.scale:
            np.multiply(x_hat, self.gamma.reshape(self.weight_shape), y)
        else:
            np.copyto(y, x_hat)
        if self.center:
            np.add(y, self.beta.reshape(self.weight_shape), y)

    def inside(self, node: Node) -> Iterator[tuple[str, str, Array]]:
        """The statistics in use and x̂; where time steps count as samples they have an axis more and are left out."""
        scratch: Standardized = node.scratch
        if node.repeats > 1:
            return
        for sign, array in (("mean", scratch.mean), ("variance", scratch.variance)):
            yield "statistic", sign, array
        yield "normalised", "xhat", scratch.x_hat

    def weight_gradients(self, node: Node, x_hat: Array, product: Array) -> None:
        """Write the gradients of gamma and beta."""
        axes = tuple(axis for axis, size in enumerate(self.weight_shape) if size == 1)
        if self.scale:
            np.multiply(node.dy, x_hat, product)
            np.add.reduce(product, axes, out=node.gradient["gamma"].reshape(self.weight_shape), keepdims=True)
        if self.center:
            np.add.reduce(node.dy, axes, out=node.gradient["beta"].reshape(self.weight_shape), keepdims=True)

    def x_hat_gradient(self, node: Node) -> Array:
        """dx̂, written to node.dx."""
        if self.scale:
            np.multiply(node.dy, self.gamma.reshape(self.weight_shape), node.dx)
        elif node.dx is not node.dy:
            np.copyto(node.dx, node.dy)
        dx: Array = node.dx
        return dx


@LAYERS.add
class BatchNormalization(ScaledAndShifted):
    """outputs = gamma * (inputs - mean) / sqrt(variance + epsilon) + beta, for each feature.

    While training, mean and variance are those of the batch, and the moving ones follow them:
    moving = momentum * moving + (1 - momentum) * batch. Time steps that a mask calls missing do not count.
    Predicting uses the moving ones, and so does training with `trainable = False`.
    Inside TimeDistributed each time step is a batch of its own, which the moving ones follow one after the other.
    With x̂ = (inputs - mean) / sqrt(variance + epsilon) and means over all but the features:
        dgamma = sum dy x̂,  dbeta = sum dy,
        dinputs = gamma / sqrt(variance + epsilon) * (dy - mean(dy) - x̂ mean(dy x̂)).

    Shapes (d features): inputs (n, …, d) -> outputs of the same shape; gamma, beta, moving_mean, moving_variance (d,)

    Raises: NetcoreValueError "layer.axis", "layer.open_axis".

    Source: Ioffe & Szegedy (2015); the moving variance is the biased one, as in Keras.
    """

    axis: int = Int(default=-1, low=AXIS, typical=(-1, -1), advanced=True, about="the axis of the features")
    momentum: float = Float(
        default=0.99, low=0.0, high=1.0, typical=(0.9, 0.99), about="memory of the moving mean and variance"
    )
    epsilon: float = Described(EPSILON, default=0.001)
    center: bool = Described(CENTER, default=True)
    scale: bool = Described(SCALE, default=True)
    beta_initializer: Any = StartValue(default="zeros", about="start value of beta")
    gamma_initializer: Any = StartValue(default="ones", about="start value of gamma")
    moving_mean_initializer: Any = StartValue(default="zeros", about="start value of the moving mean")
    moving_variance_initializer: Any = StartValue(default="ones", about="start value of the moving variance")

    min_ndim = 2
    reads_mask = True
    differs_in_training = True

    def build(self, input_shape: Shape) -> None:
        self._place = place = place_of(self.axis, input_shape, self.name)
        size = size_of(input_shape, place, self.name)
        self.weight_shape = (*(size if index == place else 1 for index in range(len(input_shape) - 1)), 1)
        self.add_gamma_and_beta((size,))
        self.add_weight("moving_mean", (size,), self.moving_mean_initializer, trainable=False)
        self.add_weight("moving_variance", (size,), self.moving_variance_initializer, trainable=False)

    def prepare(self, node: Node, *, training: bool) -> None:
        shape = _by_step(node, node.x).shape
        kept = (self._place,) if node.repeats == 1 else (self._place, len(shape) - 2)
        axes = tuple(axis for axis in range(len(shape)) if axis not in kept)
        node.scratch = Standardized(node, axes, self.epsilon, shape=shape)

    def forward(self, node: Node, *, training: bool) -> None:
        scratch: Standardized = node.scratch
        mean, variance = self.moving_mean.reshape(self.weight_shape), self.moving_variance.reshape(self.weight_shape)
        x = _by_step(node, node.x)
        if training and self.trainable:
            x_hat = scratch.forward(x, node.mask)
            for moving, batch in ((mean, scratch.mean), (variance, scratch.variance)):
                for one in (batch,) if node.repeats == 1 else np.moveaxis(batch, -2, 0):
                    _follow(moving, one, self.momentum)
        elif node.repeats == 1:
            x_hat = scratch.with_known(x, mean, variance)
        else:
            x_hat = scratch.with_known(x, mean[..., np.newaxis], variance[..., np.newaxis])
        self.scale_and_shift(x_hat.reshape(node.y.shape), node.y)

    def backward(self, node: Node) -> None:
        scratch: Standardized = node.scratch
        self.weight_gradients(node, scratch.x_hat.reshape(node.y.shape), scratch.product.reshape(node.y.shape))
        if node.dx is None:
            return
        gradient, dx = _by_step(node, self.x_hat_gradient(node)), _by_step(node, node.dx)
        if self.trainable:
            scratch.backward(gradient, dx)
        else:  # mean and variance are constants
            np.multiply(gradient, scratch.rate, dx)


def _by_step(node: Node, array: Array) -> Array:
    """(…, n) as it is; where time steps count as samples (…, t, n), a view, since each step is a batch of its own."""
    if node.repeats == 1:
        return array
    return array.reshape(*array.shape[:-1], node.repeats, -1, copy=False)


def _follow(moving: Array, batch: Array, momentum: float) -> None:
    moving *= momentum
    moving += (1 - momentum) * batch


@LAYERS.add
class LayerNormalization(ScaledAndShifted):
    """outputs = gamma * (inputs - mean) / sqrt(variance + epsilon) + beta, over the axes of each sample.

    The same while training and predicting. The gradient is that of BatchNormalization with means over those axes.

    Shapes: inputs (n, …, d) -> outputs of the same shape; gamma, beta: sizes of the axes.

    Raises: NetcoreValueError "layer.axis", "layer.open_axis".

    Source: Ba, Kiros & Hinton (2016); as keras.layers.LayerNormalization.
    """

    axis: Any = Ints(
        default=-1,
        low=AXIS,
        single=True,
        typical=(-1,),
        advanced=True,
        about="the axis or axes that one mean is taken over",
    )
    epsilon: float = Described(EPSILON, default=0.001)
    center: bool = Described(CENTER, default=True)
    scale: bool = Described(SCALE, default=True)
    beta_initializer: Any = StartValue(default="zeros", about="start value of beta")
    gamma_initializer: Any = StartValue(default="ones", about="start value of gamma")

    min_ndim = 2

    def build(self, input_shape: Shape) -> None:
        axes = self.axis if isinstance(self.axis, tuple) else (self.axis,)
        self._places = tuple(sorted(place_of(axis, input_shape, self.name) for axis in axes))
        shape = tuple(size_of(input_shape, place, self.name) for place in self._places)
        sizes = dict(zip(self._places, shape, strict=True))
        self.weight_shape = (*(sizes.get(index, 1) for index in range(len(input_shape) - 1)), 1)
        self.add_gamma_and_beta(shape)

    def prepare(self, node: Node, *, training: bool) -> None:
        node.scratch = Standardized(node, self._places, self.epsilon, masked=False)

    def forward(self, node: Node, *, training: bool) -> None:
        self.scale_and_shift(node.scratch.forward(node.x), node.y)

    def backward(self, node: Node) -> None:
        scratch: Standardized = node.scratch
        self.weight_gradients(node, scratch.x_hat, scratch.product)
        if node.dx is not None:
            scratch.backward(self.x_hat_gradient(node), node.dx)
