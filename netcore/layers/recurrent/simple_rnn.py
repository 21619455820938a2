"""SimpleRNN: the state is the last output."""

from typing import Any

from numpy import multiply

from netcore.activations import ActivationFunction, Elementwise
from netcore.arguments import Bool, Int, Into
from netcore.initializers import StartValue
from netcore.layers.layer import LAYERS
from netcore.layers.recurrent.gates import Gates, elementwise_names
from netcore.layers.recurrent.recurrent import Products, Recurrent, Run
from netcore.node import Node
from netcore.penalties import warn_of_ignored_penalty


class SimpleRun(Run):
    """Buffers of a SimpleRNN: z (t, units, n) lies where h will be, unless the slope of the activation needs it."""

    def __init__(self, layer: "SimpleRNN", node: Node, *, training: bool) -> None:
        super().__init__(layer, node, training=training)
        t, units, n = len(self.x), layer.units, node.x.shape[-1]
        h = self.states[0][1:]
        self.functions = Gates([layer.activation], units, n, self.block.dtype)
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

    An `activity_regularizer` has no effect, as in Keras 3.15.1, and a warning says so.

    Shapes (n = batch size, t = time steps, d = features):
        inputs (n, t, d) -> outputs (n, units) or (n, t, units); states (n, units);
        kernel (d, units); recurrent_kernel (units, units); bias (units,)

    Raises:
        NetcoreValueError "recurrent.initial_state": states of a wrong shape.
        NetcoreValueError "recurrent.batch_size": a stateful layer gets batches of different sizes.

    Source: Elman (1990); as keras.layers.SimpleRNN.
    """

    units: int = Int(low=1, typical=(1, 64), about="size of the state; no unit of measure")
    activation: Into[Elementwise] = ActivationFunction(
        default="tanh", names=elementwise_names, advanced=True, about="elementwise activation function, None for none"
    )
    use_bias: bool = Bool(default=True, advanced=True, about="whether there is a bias")
    kernel_initializer: Any = StartValue(default="glorot_uniform", about="start value of the kernel")
    recurrent_initializer: Any = StartValue(default="orthogonal", about="start value of the recurrent kernel")
    bias_initializer: Any = StartValue(default="zeros", about="start value of the bias")

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
