"""GRU: one gate says how much of the state stays, another how much of it the candidate for the rest sees."""

from typing import Any

import numpy as np
from numpy import add, matmul, multiply, subtract

from netcore.arguments import Bool
from netcore.config import Array
from netcore.layers.layer import LAYERS
from netcore.layers.recurrent.gates import Gates
from netcore.layers.recurrent.recurrent import Gated, Products, Run
from netcore.node import Node


class GruRun(Run):
    """Buffers of a GRU.

    Attributes:
        y: the gates z and r one below the other, (t, 2 * units, n).
        from_x: what x gives to the sum of the candidate, (t, units, n).
        from_h: what the state gives to it: r is multiplied in before or after (t, units, n).
        carried: what is multiplied with the candidate's recurrent weights: h, or r * h.
        candidate: g, (t, units, n).
        d_sums: gradients of the sums of z, r and g, (t, 3 * units, n); d_from_h: of the product `carried` goes into.
    """

    def __init__(self, layer: "GRU", node: Node, *, training: bool) -> None:
        super().__init__(layer, node, training=training)
        t, units, n, dtype = len(self.x), layer.units, node.x.shape[-1], self.block.dtype
        gate_weights = layer.all_weights[:, : 2 * units]
        self.functions = Gates([layer.recurrent_activation, layer.recurrent_activation], units, n, dtype)
        self.weights = self.functions.prepared(gate_weights)
        self.y = self.for_each_step((2 * units, n))
        self.gate_sums = self.for_each_step((2 * units, n)) if self.functions.keeps_sums else self.y
        self.from_x: Array = np.empty((t, units, n), dtype)
        self.from_h = self.for_each_step((units, n))
        self.candidate = self.for_each_step((units, n))
        self.sums = self.for_each_step((units, n)) if layer.activation.needs_x else self.candidate
        self.carried = self.h[:t] if layer.reset_after else self.for_each_step((units, n))
        self.part: Array = np.empty((units, n), dtype)
        h = self.states[0]
        self.forward_steps = [
            (
                self.block[s],
                self.gate_sums[s],
                self.y[s],
                self.y[s, :units],
                self.y[s, units:],
                self.h[s],
                self.carried[s],
                self.from_h[s],
                self.from_x[s],
                self.sums[s],
                self.candidate[s],
                h[s],
                h[s + 1],
            )
            for s in range(t)
        ]
        if training:
            self.direct: Array = np.empty((units, n), dtype)
            self.factors = self.for_each_step((3 * units, n))  # rows z and g: of dh; rows r: of the gradient before it
            self.d_sums = self.for_each_step((3 * units, n))
            self.d_from_h = self.for_each_step((units, n)) if layer.reset_after else self.d_sums[:, 2 * units :]
            rows = len(layer.all_weights)
            self.gate_products = Products(rows, 2 * units, t, dtype)
            self.x_products = Products(len(layer.kernel), units, t, dtype)
            self.h_products = Products(units, units, t, dtype)
            self.backward_steps = [
                (
                    *self.factors[s].reshape(3, units, n),
                    *self.d_sums[s].reshape(3, units, n),
                    self.d_sums[s, : 2 * units],
                    self.d_from_h[s],
                    self.y[s, :units],
                    self.y[s, units:],
                )
                for s in range(t)
            ]


@LAYERS.add
class GRU(Gated):
    """Gated recurrent unit.

        z, r = recurrent_activation(x[s] @ kernel + h[s-1] @ recurrent_kernel + bias)    (columns 0 and 1 of 3)
        g = activation(x[s] @ kernel + bias + r * (h[s-1] @ recurrent_kernel + bias'))   (column 2, reset_after)
        g = activation(x[s] @ kernel + bias + (r * h[s-1]) @ recurrent_kernel)           (column 2, not reset_after)
        h[s] = z * h[s-1] + (1 - z) * g;   the output is the last h, or all of them.

    Backward, from the last step to the first, with dh the gradient of the loss with respect to h[s]:
        dz = dh * (h[s-1] - g) * z',   dg = dh * (1 - z) * g',
        reset_after: dq = dg * r is the gradient of q = h[s-1] @ recurrent_kernel + bias', and dr = dg * q * r';
        otherwise: dq = dg is that of (r * h[s-1]) @ recurrent_kernel, and dr = (dq @ recurrent_kernel.T) * h[s-1] * r';
        before the step dh = dh * z + what comes back through the products; weights as in SimpleRNN.

    One dropout mask serves all gates.

    Shapes (n = batch size, t = time steps, d = features):
        inputs (n, t, d) -> outputs (n, units) or (n, t, units); state h (n, units);
        kernel (d, 3 units); recurrent_kernel (units, 3 units), both in the order z, r, g;
        bias (2, 3 units): for x, and bias' for h; (3 units,) if not reset_after.

    Raises:
        NetcoreValueError "recurrent.initial_state", "recurrent.batch_size": as SimpleRNN.

    Source: Cho et al. (2014); as keras.layers.GRU.
    """

    reset_after: bool = Bool(
        default=True,
        kw_only=True,
        advanced=True,
        about="r is multiplied in after the product with the recurrent weights, which then has its own bias",
    )

    gates = 3
    gate_signs = ("z", "r", "g")
    run_class = GruRun

    @property
    def rows_of_ones(self) -> int:
        return (2 if self.reset_after else 1) if self.use_bias else 0

    def add_bias(self, columns: int) -> Any:
        return self.add_weight("bias", (2, columns) if self.reset_after else (columns,), self.bias_initializer)

    @property
    def _last(self) -> slice:
        """Columns of the candidate in the weights."""
        return slice(2 * self.units, None)

    def begin(self, run: GruRun) -> None:
        run.functions.prepare(self.all_weights[:, : 2 * self.units], run.weights)
        matmul(self.kernel[:, self._last].T, run.x, run.from_x)
        if self.use_bias:
            bias = self.bias[0] if self.reset_after else self.bias
            add(run.from_x, bias[self._last, np.newaxis], run.from_x)

    def step(self, run: GruRun, views: Any) -> None:
        block, gate_sums, y, z, r, h_seen, carried, from_h, from_x, total, g, h_before, h = views
        run.weights.T.dot(block, gate_sums)  # (2 units, d + units + ones) @ (d + units + ones, n)
        run.functions.apply(gate_sums, y)
        recurrent = self.recurrent_kernel[:, self._last]
        if self.reset_after:
            recurrent.T.dot(carried, from_h)
            if self.use_bias:
                add(from_h, self.bias[1, self._last, np.newaxis], from_h)
            multiply(r, from_h, run.part)
        else:
            multiply(r, h_seen, carried)
            recurrent.T.dot(carried, run.part)
        add(from_x, run.part, total)
        self.activation.apply(total, g)
        subtract(h_before, g, run.part)  # h = g + z (h_before - g)
        multiply(z, run.part, run.part)
        add(g, run.part, h)

    def begin_backward(self, run: GruRun) -> None:
        t, units, n = run.candidate.shape
        factor_z, factor_r, factor_g = run.factors.reshape(t, 3, units, n).swapaxes(0, 1)
        run.functions.slopes(run.gate_sums, run.y, run.factors[:, : 2 * units])
        multiply(factor_z, run.states[0][:-1], run.from_x)  # from_x has done its work: room for one term
        multiply(factor_z, run.candidate, factor_z)
        subtract(run.from_x, factor_z, factor_z)
        multiply(factor_r, run.from_h if self.reset_after else run.h[:-1], factor_r)
        self.activation.slope(run.sums, run.candidate, factor_g)
        subtract(1, run.y[:, :units], run.from_x)
        multiply(factor_g, run.from_x, factor_g)

    def step_back(self, run: GruRun, views: Any) -> None:
        factor_z, factor_r, factor_g, d_z, d_r, d_g, d_gates, d_from_h, z, r = views
        d_h = run.d_states[0]
        recurrent = self.recurrent_kernel[:, self._last]
        multiply(d_h, factor_z, d_z)
        multiply(d_h, factor_g, d_g)
        multiply(d_h, z, run.direct)
        if self.reset_after:
            multiply(d_g, factor_r, d_r)
            multiply(d_g, r, d_from_h)
            recurrent.dot(d_from_h, run.part)
        else:
            recurrent.dot(d_g, run.part)
            multiply(run.part, factor_r, d_r)
            multiply(run.part, r, run.part)
        self.recurrent_kernel[:, : 2 * self.units].dot(d_gates, d_h)
        add(d_h, run.part, d_h)
        if run.keep_h is not None:
            multiply(d_h, run.keep_h, d_h)
        add(d_h, run.direct, d_h)

    def end_backward(self, run: GruRun, node: Node) -> None:
        gradient, gates = node.gradient, slice(2 * self.units)
        d_g = run.d_sums[:, self._last]
        run.gate_products.sum(run.block[:-1], run.d_sums[:, gates], gradient["all_weights"][:, gates])
        run.x_products.sum(run.x, d_g, gradient["kernel"][:, self._last])
        run.h_products.sum(run.carried, run.d_from_h, gradient["recurrent_kernel"][:, self._last])
        if self.use_bias:
            bias = gradient["bias"]
            add.reduce(d_g, (0, 2), out=(bias[0] if self.reset_after else bias)[self._last])
            if self.reset_after:
                add.reduce(run.d_from_h, (0, 2), out=bias[1, self._last])
        self.to_inputs(run, node, run.d_sums)

    def sums(self, run: GruRun) -> Array:
        last = self.recurrent_kernel[:, self._last]
        seen = run.y[:, self.units :] * run.from_h if self.reset_after else matmul(last.T, run.carried)
        gates = matmul(self.all_weights[:, : 2 * self.units].T, run.block[:-1])
        return np.concatenate([gates, run.from_x + seen], axis=1)

    def opened(self, run: GruRun) -> Array:
        return np.concatenate([run.y, run.candidate], axis=1)
