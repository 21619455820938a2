"""SimpleRNN: the state is the last output."""

from typing import Any, ClassVar

from numpy import multiply

from netcore.layers.layer import LAYERS
from netcore.layers.recurrent.gates import Gates
from netcore.layers.recurrent.recurrent import FIRST, LAST, WEIGHTS, Products, Recurrent, Run
from netcore.node import Node
from netcore.penalties import warn_of_ignored_penalty


class SimpleRun(Run):
    """Buffers of a SimpleRNN: z (t, units, n) lies where h will be, unless the slope of the activation needs it."""

    def __init__(self, layer: "SimpleRNN", node: Node, *, training: bool) -> None:
        super().__init__(layer, node, training=training)
        t, units, n = len(self.x), layer.units, node.x.shape[-1]
        h = self.states[0][1:]
        self.functions = Gates([layer.function], units, n, self.block.dtype)
        self.weights = self.functions.prepared(layer.all_weights)
        self.z = self.for_each_step((units, n)) if self.functions.keeps_sums else h
        self.forward_steps = list(zip(self.block[:t], self.z, h, strict=True))
        if training:
            self.slopes = self.for_each_step((units, n))
            self.d_sums = self.for_each_step((units, n))
            self.products = Products(len(layer.all_weights), units, t, self.block.dtype)
            self.backward_steps = list(zip(self.slopes, self.d_sums, strict=True))


@LAYERS.add
class SimpleRNN(Recurrent):
    """h[s] = activation(x[s] @ kernel + h[s-1] @ recurrent_kernel + bias); the output is the last h, or all of them.

    Backward, from the last step to the first, with dh[s] the gradient of the loss with respect to h[s]:
        dz[s] = dh[s] * activation'(z[s]),  dh[s-1] += dz[s] @ recurrent_kernel.T,
        dkernel = sum of x[s].T @ dz[s],  drecurrent_kernel = sum of h[s-1].T @ dz[s],  dbias = sum of dz[s].

    Args:
        units: size of the state; no unit of measure, at least 1.
        activation: name of an elementwise activation function, None for none.
        use_bias: whether there is a bias.
        kernel_initializer, recurrent_initializer, bias_initializer: start values.
        dropout, recurrent_dropout: share of x and of h that is switched off while training, the same at all steps.
        return_sequences: all outputs instead of the last one.
        return_state: the last state as further output(s).
        go_backwards: read the sequence from its end; outputs come in that order.
        stateful: start a batch where the last one ended, until `reset_state()`.
        unroll: accepted for Keras programs; without effect.
        zero_output_for_mask: output 0 at missing steps instead of the output before.
        seed: fixes what is dropped.
        activity_regularizer: accepted for Keras programs; without effect, as in Keras 3.15.1, and a warning says so.

    Shapes (n = batch size, t = time steps, d = features):
        inputs (n, t, d) -> outputs (n, units) or (n, t, units); states (n, units);
        kernel (d, units); recurrent_kernel (units, units); bias (units,)

    Raises:
        NetcoreValueError "recurrent.initial_state": states of a wrong shape.
        NetcoreValueError "recurrent.batch_size": a stateful layer gets batches of different sizes.

    Source: Elman (1990); as keras.layers.SimpleRNN.
    """

    params: ClassVar = {**FIRST, **WEIGHTS, **LAST}
    run_class = SimpleRun

    def build(self, input_shape: Any) -> None:
        super().build(input_shape)
        warn_of_ignored_penalty(self, self)

    @property
    def output_penalty(self) -> None:
        """None: Keras's SimpleRNN takes an `activity_regularizer` and forgets it, and so does this one."""

    def begin(self, run: SimpleRun) -> None:
        run.functions.prepare(self.all_weights, run.weights)

    def step(self, run: SimpleRun, views: Any) -> None:
        block, z, h = views
        run.weights.T.dot(block, z)
        run.functions.apply(z, h)

    def begin_backward(self, run: SimpleRun) -> None:
        run.functions.slopes(run.z, run.states[0][1:], run.slopes)

    def step_back(self, run: SimpleRun, views: Any) -> None:
        slope, d_sum = views
        d_h = run.d_states[0]
        multiply(d_h, slope, d_sum)
        self.recurrent_kernel.dot(d_sum, d_h)
        if run.keep_h is not None:
            multiply(d_h, run.keep_h, d_h)

    def end_backward(self, run: SimpleRun, node: Node) -> None:
        run.products.sum(run.block[:-1], run.d_sums, node.gradient["all_weights"])
        self.to_inputs(run, node, run.d_sums)
