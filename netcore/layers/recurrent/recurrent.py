"""Recurrent: what SimpleRNN, LSTM and GRU share. A subclass writes one step of its cell, forward and backward.

Inside, x is (t, d, n): t time steps, d features, n samples. Step s reads the s-th column block of the sequence
(counted from its end with `go_backwards`) and the state that the step before has left.
"""

from collections.abc import Iterator
from typing import Any, ClassVar

import numpy as np
from numpy import add, copyto, greater_equal, matmul, multiply

from netcore.activations import ActivationFunction, Elementwise
from netcore.arguments import Bool, Described, Int, Into, Made
from netcore.config import Array
from netcore.constraints import Bounds
from netcore.errors import NetcoreValueError
from netcore.initializers import StartValue
from netcore.layers.layer import Layer
from netcore.layers.recurrent.gates import elementwise_names
from netcore.node import Buffers, Node
from netcore.params import FloatParam
from netcore.regularizers import Penalty
from netcore.streams import SEED, next_stream

PRODUCT_NUMBERS = (
    1_000_000  # numbers of weight gradients kept apart, one set for each time step, before they are summed
)

RATE = FloatParam(low=0.0, high=1.0, typical=(0.1, 0.5), advanced=True)


class Run(Buffers):
    """Buffers of one use of a recurrent layer.

    Attributes:
        block: (t + 1, d + units + ones, n); block s is what step s multiplies with the weights: x, state h, ones.
        x, h: the rows of `block` with the inputs (t, d, n) and with the state (t + 1, units, n), dropout applied.
        states: for each kind of state (t + 1, units, n): before the first step, and after each step.
        keep_x, keep_h: dropout masks (d, n), (units, n) of this batch, which are the same at all steps; or None.
        there: (t, n) of bool in the order of the steps, or None without a mask; `holes` says which steps have gaps.
        d_states: gradient of the loss with respect to each state, (units, n), at the step that is being looked at.
        passed: room for that part of it which passes by a missing step.
        forward_steps, backward_steps: for each step the views that the cell's equations need.
    """

    def __init__(self, layer: "Recurrent", node: Node, *, training: bool) -> None:
        t, d, n = node.x.shape
        units, dtype = layer.units, node.y.dtype
        ones = layer.rows_of_ones
        self.training = training
        self.block: Array = np.zeros((t + 1, d + units + ones, n), dtype)
        self.block[:, d + units :] = 1
        self.x: Array = self.block[:t, :d]
        self.h: Array = self.block[:, d : d + units]
        self.keep_x: Array | None = np.empty((d, n), dtype) if training and layer.dropout > 0 else None
        self.keep_h: Array | None = np.empty((units, n), dtype) if training and layer.recurrent_dropout > 0 else None
        shape = (t + 1, units, n)
        plain = self.h if self.keep_h is None else np.zeros(shape, dtype)
        self.states: list[Array] = [plain, *(np.zeros(shape, dtype) for _ in range(layer.state_count - 1))]
        self.there: Array | None = None
        self.holes: list[bool] = [False] * t
        self.d_states: list[Array] = [np.empty((units, n), dtype) for _ in range(layer.state_count)]
        self.passed: list[Array] = [np.empty((units, n), dtype) for _ in range(layer.state_count)]
        self.forward_steps: list[Any] = []
        self.backward_steps: list[Any] = []

    def for_each_step(self, shape: tuple[int, ...]) -> Array:
        """Room for something of that shape at each step; where nothing is learnt, all steps share the same room."""
        t, dtype = len(self.x), self.block.dtype
        if self.training:
            return np.empty((t, *shape), dtype)
        room = np.empty((1, *shape), dtype)
        return np.lib.stride_tricks.as_strided(room, (t, *shape), (0, *room.strides[1:]))


class Recurrent(Layer):
    """Base of the recurrent layers.

    A subclass names its number of `gates` and of states and the class of its Run, and writes
        begin(run): what can be computed for all steps before the first,
        step(run, views): state before and input -> state after,
        begin_backward(run): derivative factors of all steps,
        step_back(run, views): run.d_states after the step -> gradient of the sums, run.d_states before the step,
        end_backward(run, node): gradients of the weights and, where wanted, of x,
        opened(run): for those who explain, how far each gate was open.
    """

    kernel_regularizer: Any = Penalty(default=None, kw_only=True, about="penalty on the kernel, added to the loss")
    recurrent_regularizer: Any = Penalty(default=None, kw_only=True, about="penalty on the recurrent kernel")
    bias_regularizer: Any = Penalty(default=None, kw_only=True, about="penalty on the bias")
    kernel_constraint: Any = Bounds(default=None, kw_only=True, about="bounds of the kernel, kept after each update")
    recurrent_constraint: Any = Bounds(default=None, kw_only=True, about="bounds of the recurrent kernel")
    bias_constraint: Any = Bounds(default=None, kw_only=True, about="bounds of the bias")
    dropout: float = Described(
        RATE, default=0.0, kw_only=True, about="share of x that is switched off while training, the same at all steps"
    )
    recurrent_dropout: float = Described(RATE, default=0.0, kw_only=True, about="likewise the share of h")
    return_sequences: bool = Bool(default=False, kw_only=True, about="all outputs instead of the last one")
    return_state: bool = Bool(
        default=False, kw_only=True, advanced=True, about="the last state as further output, or outputs"
    )
    go_backwards: bool = Bool(
        default=False, kw_only=True, advanced=True, about="read the sequence from its end; outputs come in that order"
    )
    stateful: bool = Bool(
        default=False,
        kw_only=True,
        advanced=True,
        about="start a batch where the last one ended, until `reset_state()`",
    )
    unroll: bool = Bool(default=False, kw_only=True, advanced=True, about="accepted for Keras programs; without effect")
    zero_output_for_mask: bool = Bool(
        default=False, kw_only=True, advanced=True, about="output 0 at missing steps instead of the output before"
    )
    seed: int | None = Described(SEED, default=None, kw_only=True, about="fixes what is dropped")
    bias: Any = Made()  # None where the layer has none

    ndim = 3
    reads_mask = True
    gates: ClassVar[int] = 1
    gate_signs: ClassVar[tuple[str, ...]] = ("h",)  # of the equations, in the order of the weights' columns
    state_count: ClassVar[int] = 1
    run_class: ClassVar[type[Run]] = Run

    def after_arguments(self) -> None:
        self.states: list[Array] | None = None  # (n, units) each, kept from batch to batch if stateful

    # --- shapes and weights

    @property
    def rows_of_ones(self) -> int:
        """Rows of ones below x and h, for the bias as last row of the weights."""
        return int(self.use_bias)

    @property
    def differs_in_training(self) -> bool:
        """Whether something is dropped."""
        return self.dropout > 0 or self.recurrent_dropout > 0

    def build(self, input_shape: Any) -> None:
        features = self.features_of(_sequence_shape(input_shape))
        columns = self.gates * self.units
        weights = [
            self.add_weight("kernel", (features, columns), self.kernel_initializer),
            self.add_weight("recurrent_kernel", (self.units, columns), self.recurrent_initializer),
        ]
        if self.use_bias:
            weights.append(self.add_bias(columns))
        else:
            self.bias = None
        self.join("all_weights", *weights)
        if self.differs_in_training:
            self.stream = next_stream("random layer", self.seed)

    def add_bias(self, columns: int) -> Any:
        """Make the bias for so many columns of sums."""
        return self.add_weight("bias", (columns,), self.bias_initializer)

    def compute_output_shape(self, input_shape: Any) -> Any:
        batch, steps = _sequence_shape(input_shape)[:2]
        output = (batch, steps, self.units) if self.return_sequences else (batch, self.units)
        return [output, *[(batch, self.units)] * self.state_count] if self.return_state else output

    def check_input(self, shapes: list[Any]) -> None:
        super().check_input(shapes[:1])
        if self.built:
            self.check_features(shapes[0], len(self.kernel))
        fitting = all(len(shape) == 2 and shape[-1] == self.units for shape in shapes[1:])
        if len(shapes) > 1 and not (fitting and len(shapes) == 1 + self.state_count):
            raise NetcoreValueError(
                "recurrent.initial_state",
                "{name}: `initial_state` must hold {count} tensor(s) of shape {expected}, but got {given}.",
                name=self.name,
                count=self.state_count,
                expected=(None, self.units),
                given=", ".join(str(shape) for shape in shapes[1:]),
            )

    def masks_output(self, masked: list[bool]) -> bool:
        return self.return_sequences and masked[0]

    def __call__(  # type: ignore[override]  # Keras's own order of arguments
        self, inputs: Any, initial_state: Any = None, mask: Any = None, training: bool | None = None
    ) -> Any:
        """A sequence (n, t, d) -> its last output (n, units), or all of them.

        Args:
            initial_state: state before the first step, one (n, units) or a list of them; zeros if left out.
            mask: (n, t), False where a step is missing; arrays only (in a graph, masks come along with the tensors).
            training: whether dropout is on; arrays only.
        """
        if initial_state is None:
            return super().__call__(inputs, training=training, mask=mask)
        states = initial_state if isinstance(initial_state, list | tuple) else [initial_state]
        return super().__call__([inputs, *states], training=training, mask=mask)

    # --- state from batch to batch

    def reset_state(self) -> None:
        """Forget the state that a stateful layer has kept: the next batch starts from zeros."""
        self.states = None

    def reset_states(self) -> None:
        """The same as `reset_state`."""
        self.reset_state()

    def carried(self) -> list[Array]:
        return [] if self.states is None else self.states

    def set_carried(self, arrays: list[Array]) -> None:
        self.states = [array.copy() for array in arrays] or None

    # --- forward

    def scratch_numbers(self, x: tuple[int, ...], y: tuple[int, ...], *, training: bool) -> int:
        """At each step input and states; while training also sums, gates, factors and gradients."""
        steps, features = x
        kept = (1 + self.state_count) * self.units
        learning = (4 * self.gates + 2) * self.units if training else 0
        return int(steps * (features + kept + learning))

    def multiplications(self, x: tuple[int, ...], y: tuple[int, ...]) -> int:
        """At each step each sum of each gate meets each feature and each number of the state."""
        steps, features = x
        return int(steps * self.gates * self.units * (features + self.units))

    def steps_in_turn(self, x: tuple[int, ...]) -> int:
        return int(x[0])

    def prepare(self, node: Node, *, training: bool) -> None:
        node.scratch = self.run_class(self, node, training=training)
        node.scratch.there = None if node.mask is None else self._ordered(node.mask)

    def _ordered(self, steps: Array) -> Array:
        """An array (t, …) in the order in which its steps are read."""
        return steps[::-1] if self.go_backwards else steps

    def forward(self, node: Node, *, training: bool) -> None:
        run: Run = node.scratch
        copyto(run.x, self._ordered(node.x))
        self._start(node, run)
        if training:
            self._drop(run)
        if run.there is not None:
            run.holes = [not steps.all() for steps in run.there]
        self.begin(run)
        simple = run.there is None and run.keep_h is None
        for index, views in enumerate(run.forward_steps):
            self.step(run, views)
            if not simple:
                self._carry(run, index)
        self._finish(node, run)

    def _start(self, node: Node, run: Run) -> None:
        """The state before the first step."""
        given = node.xs[1:]
        if not given and self.stateful and self.states is not None:
            given = [state.T for state in self.states]
            if given[0].shape != run.states[0].shape[1:]:
                raise NetcoreValueError(
                    "recurrent.batch_size",
                    "{name} is stateful and has kept the state of {expected} samples, but this batch has {given}. Give "
                    "batches of equal size, or call reset_state() in between.",
                    name=self.name,
                    expected=given[0].shape[-1],
                    given=run.states[0].shape[-1],
                )
        for index, state in enumerate(run.states):
            copyto(state[0], given[index] if given else 0)

    def _drop(self, run: Run) -> None:
        """Choose what is dropped in this batch; the division keeps the mean."""
        for keep, rate in ((run.keep_x, self.dropout), (run.keep_h, self.recurrent_dropout)):
            if keep is not None:
                self.stream.generator.random(out=keep, dtype=keep.dtype)
                greater_equal(keep, rate, out=keep)
                multiply(keep, 1 / (1 - rate) if rate < 1 else 0.0, keep)
        if run.keep_x is not None:
            multiply(run.x, run.keep_x, run.x)
        if run.keep_h is not None:
            multiply(run.states[0][0], run.keep_h, run.h[0])

    def _carry(self, run: Run, index: int) -> None:
        """After a step: where it was missing the state stays; then dropout on what the next step will multiply."""
        if run.holes[index]:
            missing = ~run.there[index]  # type: ignore[index]  # there are holes: there is a mask
            for state in run.states:
                copyto(state[index + 1], state[index], where=missing)
        if run.keep_h is not None:
            multiply(run.states[0][index + 1], run.keep_h, run.h[index + 1])

    def _finish(self, node: Node, run: Run) -> None:
        h = run.states[0]
        copyto(node.y, h[1:] if self.return_sequences else h[-1])
        if self.zero_output_for_mask and run.there is not None:
            shown = run.there[:, np.newaxis] if self.return_sequences else run.there[-1]
            multiply(node.y, shown, node.y)
        for output, state in zip(node.ys[1:], run.states, strict=False):
            copyto(output, state[-1])
        if self.stateful:
            self.states = [state[-1].T.copy() for state in run.states]

    # --- backward

    def backward(self, node: Node) -> None:
        run: Run = node.scratch
        self.begin_backward(run)
        for index, gradient in enumerate(run.d_states):  # of the states after the last step
            copyto(gradient, node.dys[1 + index] if self.return_state else 0)
        d_h = run.d_states[0]
        if not self.return_sequences:
            add(d_h, self._shown(node.dy, run, -1), d_h)
        for index in range(len(run.x) - 1, -1, -1):
            if self.return_sequences:
                add(d_h, self._shown(node.dy[index], run, index), d_h)
            if run.holes[index]:
                self._step_back_with_gaps(run, index)
            else:
                self.step_back(run, run.backward_steps[index])
        for slot, gradient in zip(node.dxs[1:], run.d_states, strict=False):
            if slot is not None:
                copyto(slot, gradient)
        self.end_backward(run, node)

    def _shown(self, dy: Array, run: Run, index: int) -> Array:
        """Gradient of an output as gradient of the state: none where zeros were shown instead."""
        return dy * run.there[index] if self.zero_output_for_mask and run.there is not None else dy

    def _step_back_with_gaps(self, run: Run, index: int) -> None:
        """Where the step was missing the gradient of the state passes by the cell."""
        there = run.there[index]  # type: ignore[index]  # only called where there is a mask
        for gradient, passed in zip(run.d_states, run.passed, strict=True):
            multiply(gradient, ~there, passed)
            multiply(gradient, there, gradient)
        self.step_back(run, run.backward_steps[index])
        for gradient, passed in zip(run.d_states, run.passed, strict=True):
            add(gradient, passed, gradient)

    def to_inputs(self, run: Run, node: Node, d_sums: Array) -> None:
        """Gradient of x from that of the sums (t, gates * units, n): dx = kernel @ d_sums at all steps at once."""
        if node.dx is None:
            return
        out = self._ordered(node.dx)
        matmul(self.kernel, d_sums, out)
        if run.keep_x is not None:
            multiply(out, run.keep_x, out)

    # --- for those who explain

    def sums(self, run: Any) -> Array:
        """What the activation functions were given at all steps, (t, gates * units, n)."""
        return np.asarray(matmul(self.all_weights.T, run.block[:-1]))

    def inside(self, node: Node) -> Iterator[tuple[str, str, Array]]:
        """Sums ("z_i"), gates ("i") and states ("c", "h"), each (t, units, n), in the order in which steps are read."""
        run = node.scratch
        for sign, array in self._by_gate(self.sums(run)):
            yield "pre_activation", f"z_{sign}", array
        for sign, array in () if self.gates == 1 else self._by_gate(self.opened(run)):
            yield "activation", sign, array
        for sign, state in reversed(list(zip("hc", run.states, strict=False))):
            yield "activation", sign, state[1:]

    def inside_gradients(self, node: Node) -> Iterator[tuple[str, Array]]:
        for sign, array in reversed(list(self._by_gate(node.scratch.d_sums))):
            yield f"z_{sign}", array

    def _by_gate(self, rows: Array) -> Iterator[tuple[str, Array]]:
        """(t, gates * units, n) as one (t, units, n) for each gate."""
        for index, sign in enumerate(self.gate_signs):
            yield sign, rows[:, index * self.units : (index + 1) * self.units]

    def opened(self, run: Any) -> Array:
        """How far the gates were open at all steps, the candidate among them, (t, gates * units, n)."""
        raise NotImplementedError

    # --- what a cell writes

    def begin(self, run: Any) -> None:
        """Compute what can be had for all steps before the first."""
        raise NotImplementedError

    def step(self, run: Any, views: Any) -> None:
        """From the input and the state before a step to the state after it."""
        raise NotImplementedError

    def begin_backward(self, run: Any) -> None:
        """Compute the factors of the derivatives for all steps before the last one is gone back."""
        raise NotImplementedError

    def step_back(self, run: Any, views: Any) -> None:
        """From the gradient of the state after a step to those of its sums and of the state before it."""
        raise NotImplementedError

    def end_backward(self, run: Any, node: Node) -> None:
        """Write the gradients of the weights and of x from those of all sums: here of a cell that is one product."""
        run.products.sum(run.block[:-1], run.d_sums, node.gradient["all_weights"])
        self.to_inputs(run, node, run.d_sums)


def _sequence_shape(shape: Any) -> Any:
    """Shape of the sequence, where the states' shapes may come with it."""
    return shape[0] if isinstance(shape, list) else shape


class Gated(Recurrent):
    """Base of the layers whose gates have an activation function of their own."""

    units: int = Int(low=1, typical=(1, 64), about="size of each state; no unit of measure")
    activation: Into[Elementwise] = ActivationFunction(
        default="tanh", names=elementwise_names, advanced=True, about="elementwise activation function of what is new"
    )
    recurrent_activation: Into[Elementwise] = ActivationFunction(
        default="sigmoid", names=elementwise_names, advanced=True, about="elementwise activation function of the gates"
    )
    use_bias: bool = Bool(default=True, advanced=True, about="whether there is a bias")
    kernel_initializer: Any = StartValue(default="glorot_uniform", about="start value of the kernel")
    recurrent_initializer: Any = StartValue(default="orthogonal", about="start value of the recurrent kernel")
    bias_initializer: Any = StartValue(default="zeros", about="start value of the bias")


class Products:
    """A weight's gradient: sum over all steps of a[s] @ b[s].T, (t, rows, n), (t, columns, n) -> (rows, columns)."""

    def __init__(self, rows: int, columns: int, t: int, dtype: Any) -> None:
        self._at_once = max(1, min(t, PRODUCT_NUMBERS // (rows * columns)))
        self._each: Array = np.empty((self._at_once, rows, columns), dtype)

    def sum(self, a: Array, b: Array, out: Array) -> None:
        """Write the sum over all steps of a[s] @ b[s].T, (rows, columns), into `out`."""
        for start in range(0, len(a), self._at_once):
            stop = min(start + self._at_once, len(a))
            each = self._each[: stop - start]
            matmul(a[start:stop], b[start:stop].swapaxes(1, 2), each)
            if start == 0:
                add.reduce(each, 0, out=out)
            else:
                add(out, add.reduce(each, 0), out)
