"""LSTM: a cell state that gates let in, keep and let out."""

from typing import Any

import numpy as np
from numpy import add, multiply

from netcore.arguments import Bool
from netcore.config import Array, floatx
from netcore.initializers import Initializer, get
from netcore.layers.layer import LAYERS
from netcore.layers.recurrent.gates import Gates
from netcore.layers.recurrent.recurrent import Gated, Products, Run
from netcore.node import Node


class LstmRun(Run):
    """Buffers of an LSTM. Rows of z and y, (t, 4 * units, n): gates i, f, then the candidate g, then gate o."""

    def __init__(self, layer: "LSTM", node: Node, *, training: bool) -> None:
        super().__init__(layer, node, training=training)
        t, units, n, dtype = len(self.x), layer.units, node.x.shape[-1], self.block.dtype
        gate, function = layer.recurrent_activation, layer.activation
        self.functions = Gates([gate, gate, function, gate], units, n, dtype)
        self.weights = self.functions.prepared(layer.all_weights)
        self.y = self.for_each_step((4 * units, n))
        self.z = self.for_each_step((4 * units, n)) if self.functions.keeps_sums else self.y
        self.shown = self.for_each_step((units, n))  # activation(c)
        self.part: Array = np.empty((units, n), dtype)
        h, c = self.states
        self.forward_steps = [
            (
                self.block[s],
                self.z[s],
                self.y[s],
                *self.y[s].reshape(4, units, n),
                c[s],
                c[s + 1],
                self.shown[s],
                h[s + 1],
            )
            for s in range(t)
        ]
        if training:
            self.factors = self.for_each_step((4 * units, n))  # of dc (rows i, f, g) and of dh (rows o) in dz
            self.through = self.for_each_step((units, n))  # of dh in dc
            self.d_sums = self.for_each_step((4 * units, n))
            self.products = Products(len(layer.all_weights), 4 * units, t, dtype)
            three = (3, units, n)
            self.backward_steps = [
                (
                    self.through[s],
                    self.factors[s, : 3 * units].reshape(three),
                    self.factors[s, 3 * units :],
                    self.d_sums[s],
                    self.d_sums[s, : 3 * units].reshape(three),
                    self.d_sums[s, 3 * units :],
                    self.y[s, units : 2 * units],
                )
                for s in range(t)
            ]


@LAYERS.add
class LSTM(Gated):
    """Long short-term memory.

        i, f, o = recurrent_activation(x[s] @ kernel + h[s-1] @ recurrent_kernel + bias)   (columns 0, 1 and 3 of 4)
        g = activation(of the same sum)                                                     (column 2 of 4)
        c[s] = f * c[s-1] + i * g,   h[s] = o * activation(c[s]);   the output is the last h, or all of them.

    Backward, from the last step to the first, with dh and dc the gradients of the loss with respect to h[s] and c[s]:
        dc += dh * o * activation'(c[s]);   dz_i = dc * g * i',   dz_f = dc * c[s-1] * f',   dz_g = dc * i * g',
        dz_o = dh * activation(c[s]) * o';   before the step dc = dc * f and dh = dz @ recurrent_kernel.T;
        weights as in SimpleRNN. The primed factors are had for all steps at once before the loop begins.

    One dropout mask serves all gates.

    Shapes (n = batch size, t = time steps, d = features):
        inputs (n, t, d) -> outputs (n, units) or (n, t, units); states h and c (n, units);
        kernel (d, 4 units); recurrent_kernel (units, 4 units); bias (4 units,), all in the order i, f, g, o.

    Raises:
        NetcoreValueError "recurrent.initial_state", "recurrent.batch_size": as SimpleRNN.

    Source: Hochreiter & Schmidhuber (1997); forget gate: Gers et al. (2000), its bias of 1: Jozefowicz et al. (2015);
    as keras.layers.LSTM.
    """

    unit_forget_bias: bool = Bool(
        default=True,
        advanced=True,
        about="the bias of the forget gate f starts at 1, so that the cell begins by remembering",
    )

    gates = 4
    gate_signs = ("i", "f", "g", "o")
    state_count = 2
    run_class = LstmRun

    def after_arguments(self) -> None:
        super().after_arguments()
        self.taped = not (self.dropout or self.recurrent_dropout or self.stateful)

    def add_bias(self, columns: int) -> Any:
        start = get(self.bias_initializer)
        return self.add_weight("bias", (columns,), _ForgetBias(start) if self.unit_forget_bias else start)

    def begin(self, run: LstmRun) -> None:
        run.functions.prepare(self.all_weights, run.weights)

    def step(self, run: LstmRun, views: Any) -> None:
        block, z, y, i, f, g, o, c_before, c, shown, h = views
        np.dot(run.weights.T, block, z)  # (4 units, d + units + 1) @ (d + units + 1, n)
        run.functions.apply(z, y)
        multiply(i, g, run.part)
        multiply(f, c_before, c)
        add(c, run.part, c)
        self.activation.apply(c, shown)
        multiply(o, shown, h)

    def begin_backward(self, run: LstmRun) -> None:
        t, rows, n = run.y.shape
        factor_i, factor_f, factor_g, factor_o = run.factors.reshape(t, 4, rows // 4, n).swapaxes(0, 1)
        i, _, g, o = run.y.reshape(t, 4, rows // 4, n).swapaxes(0, 1)
        c = run.states[1]
        run.functions.slopes(run.z, run.y, run.factors)
        multiply(factor_i, g, factor_i)
        multiply(factor_f, c[:-1], factor_f)
        multiply(factor_g, i, factor_g)
        multiply(factor_o, run.shown, factor_o)
        self.activation.slope(c[1:], run.shown, run.through)
        multiply(run.through, o, run.through)

    def step_back(self, run: LstmRun, views: Any) -> None:
        through, factors_c, factor_h, d_sum, d_sum_c, d_sum_h, f = views
        d_h, d_c = run.d_states
        multiply(d_h, through, run.part)
        add(d_c, run.part, d_c)
        multiply(factors_c, d_c, d_sum_c)  # (3, units, n) * (units, n)
        multiply(factor_h, d_h, d_sum_h)
        multiply(d_c, f, d_c)
        np.dot(self.recurrent_kernel, d_sum, d_h)
        if run.keep_h is not None:
            multiply(d_h, run.keep_h, d_h)

    def opened(self, run: LstmRun) -> Array:
        return run.y


class _ForgetBias(Initializer):
    """Start value of an LSTM's bias: that of `start`, and 1 for the forget gate, the second quarter."""

    def __init__(self, start: Initializer) -> None:
        super().__init__()
        self._start = start

    def check_shape(self, shape: tuple[int, ...]) -> None:
        self._start.check_shape(shape)

    def values(self, shape: tuple[int, ...]) -> Array:
        units = shape[0] // 4
        first, last = (self._start(size, floatx()) for size in ((units,), (2 * units,)))
        return np.concatenate([first, np.ones(units), last])
