"""Activation functions with their derivatives, by Keras's names.

Each is an operation: the frame runs `forward` and `backward` on a node. The elementwise ones are written as
`apply` (y from x) and `slope` (dy/dx from x and y), which is also what recurrent layers use inside.
Called with an array, as `activations.relu(x)`, a function returns a new array; the last axis is the features'.
"""

from netcore.activations.argument import ActivationFunction, FunctionParam
from netcore.activations.function import (
    ACTIVATIONS,
    HALF,
    INFINITE,
    ONE,
    ZERO,
    Elementwise,
    Function,
    OverFeatures,
    register,
)
from netcore.activations.gated import Gelu, HardSilu, Mish, Silu, erfc
from netcore.activations.over_features import Glu, LogSoftmax, Softmax, Sparsemax
from netcore.activations.own_function import OwnFunction, get
from netcore.activations.rectified import (
    Celu,
    Elu,
    LeakyRelu,
    Linear,
    Relu,
    Relu6,
    Selu,
    Softplus,
    SparsePlus,
    Squareplus,
    Threshold,
)
from netcore.activations.shrinking import HardShrink, SoftShrink, TanhShrink
from netcore.activations.sigmoids import Exponential, HardSigmoid, HardTanh, LogSigmoid, Sigmoid, Softsign, Tanh

# simple ones first: the order of the registry, which forms show
linear = register(Linear)
relu = register(Relu)
tanh = register(Tanh)
sigmoid = register(Sigmoid)
softmax = register(Softmax)
elu = register(Elu)
selu = register(Selu)
gelu = register(Gelu)
silu = swish = register(Silu)
leaky_relu = register(LeakyRelu)
softplus = register(Softplus)
softsign = register(Softsign)
hard_sigmoid = register(HardSigmoid)
exponential = register(Exponential)
celu = register(Celu)
relu6 = register(Relu6)
mish = register(Mish)
hard_tanh = register(HardTanh)
hard_silu = hard_swish = register(HardSilu)
hard_shrink = register(HardShrink)
soft_shrink = register(SoftShrink)
tanh_shrink = register(TanhShrink)
threshold = register(Threshold)
log_sigmoid = register(LogSigmoid)
sparse_plus = register(SparsePlus)
squareplus = register(Squareplus)
log_softmax = register(LogSoftmax)
sparsemax = register(Sparsemax)
glu = register(Glu)

__all__ = [
    "ACTIVATIONS",
    "HALF",
    "INFINITE",
    "ONE",
    "ZERO",
    "ActivationFunction",
    "Celu",
    "Elementwise",
    "Elu",
    "Exponential",
    "Function",
    "FunctionParam",
    "Gelu",
    "Glu",
    "HardShrink",
    "HardSigmoid",
    "HardSilu",
    "HardTanh",
    "LeakyRelu",
    "Linear",
    "LogSigmoid",
    "LogSoftmax",
    "Mish",
    "OverFeatures",
    "OwnFunction",
    "Relu",
    "Relu6",
    "Selu",
    "Sigmoid",
    "Silu",
    "SoftShrink",
    "Softmax",
    "Softplus",
    "Softsign",
    "SparsePlus",
    "Sparsemax",
    "Squareplus",
    "Tanh",
    "TanhShrink",
    "Threshold",
    "celu",
    "elu",
    "erfc",
    "exponential",
    "gelu",
    "get",
    "glu",
    "hard_shrink",
    "hard_sigmoid",
    "hard_silu",
    "hard_swish",
    "hard_tanh",
    "leaky_relu",
    "linear",
    "log_sigmoid",
    "log_softmax",
    "mish",
    "register",
    "relu",
    "relu6",
    "selu",
    "sigmoid",
    "silu",
    "soft_shrink",
    "softmax",
    "softplus",
    "softsign",
    "sparse_plus",
    "sparsemax",
    "squareplus",
    "swish",
    "tanh",
    "tanh_shrink",
    "threshold",
]
