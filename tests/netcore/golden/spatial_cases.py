"""The cases of the golden numbers of the spatial layers, read by both libraries: single layers, and whole models."""

from typing import Any

import numpy as np

SAMPLES = 4

# name of the case: (layer, its arguments, shape of one sample of each input)
LAYER_CASES: dict[str, tuple[str, dict[str, Any], tuple[tuple[int, ...], ...]]] = {
    "conv1d": ("Conv1D", {"filters": 3, "kernel_size": 3}, ((7, 2),)),
    "conv1d-same-strides": ("Conv1D", {"filters": 3, "kernel_size": 4, "strides": 3, "padding": "same"}, ((8, 2),)),
    "conv1d-causal": ("Conv1D", {"filters": 2, "kernel_size": 3, "padding": "causal", "dilation_rate": 2}, ((7, 2),)),
    "conv1d-causal-strides": ("Conv1D", {"filters": 2, "kernel_size": 3, "padding": "causal", "strides": 2}, ((7, 2),)),
    "conv1d-groups": ("Conv1D", {"filters": 4, "kernel_size": 2, "groups": 2, "use_bias": False}, ((6, 6),)),
    "conv1d-relu": ("Conv1D", {"filters": 3, "kernel_size": 1, "activation": "relu"}, ((5, 2),)),
    "conv2d": ("Conv2D", {"filters": 3, "kernel_size": (2, 3)}, ((5, 6, 2),)),
    "conv2d-same": ("Conv2D", {"filters": 3, "kernel_size": (2, 4), "padding": "same"}, ((5, 6, 2),)),
    "conv2d-strides": ("Conv2D", {"filters": 2, "kernel_size": 3, "strides": (2, 3), "padding": "same"}, ((6, 7, 2),)),
    "conv2d-valid-strides": ("Conv2D", {"filters": 2, "kernel_size": 2, "strides": 3}, ((6, 7, 2),)),
    "conv2d-dilation": ("Conv2D", {"filters": 2, "kernel_size": 3, "dilation_rate": (2, 1)}, ((7, 5, 2),)),
    "conv2d-dilation-same": (
        "Conv2D",
        {"filters": 2, "kernel_size": 2, "dilation_rate": (1, 3), "padding": "same", "activation": "sigmoid"},
        ((4, 6, 2),),
    ),
    "conv2d-groups": ("Conv2D", {"filters": 6, "kernel_size": 2, "groups": 3, "padding": "same"}, ((4, 5, 6),)),
    "maxpool1d": ("MaxPooling1D", {}, ((7, 2),)),
    "maxpool1d-overlap": ("MaxPooling1D", {"pool_size": 3, "strides": 2, "padding": "same"}, ((8, 2),)),
    "maxpool1d-gaps": ("MaxPooling1D", {"pool_size": 2, "strides": 3}, ((8, 2),)),
    "maxpool2d": ("MaxPooling2D", {}, ((4, 6, 2),)),
    "maxpool2d-same": ("MaxPooling2D", {"pool_size": (2, 3), "padding": "same"}, ((5, 7, 2),)),
    "maxpool2d-overlap": ("MaxPooling2D", {"pool_size": 3, "strides": (1, 2)}, ((5, 7, 2),)),
    "avgpool1d": ("AveragePooling1D", {"pool_size": 2}, ((7, 2),)),
    "avgpool1d-same": ("AveragePooling1D", {"pool_size": 3, "strides": 2, "padding": "same"}, ((8, 2),)),
    "avgpool2d": ("AveragePooling2D", {"pool_size": 2}, ((4, 6, 2),)),
    "avgpool2d-same": ("AveragePooling2D", {"pool_size": (2, 3), "strides": 1, "padding": "same"}, ((4, 5, 2),)),
    "globalmax1d": ("GlobalMaxPooling1D", {}, ((5, 3),)),
    "globalmax1d-keepdims": ("GlobalMaxPooling1D", {"keepdims": True}, ((5, 3),)),
    "globalmax2d": ("GlobalMaxPooling2D", {}, ((4, 3, 2),)),
    "globalmax2d-keepdims": ("GlobalMaxPooling2D", {"keepdims": True}, ((4, 3, 2),)),
    "globalavg1d": ("GlobalAveragePooling1D", {}, ((5, 3),)),
    "globalavg1d-keepdims": ("GlobalAveragePooling1D", {"keepdims": True}, ((5, 3),)),
    "globalavg2d": ("GlobalAveragePooling2D", {}, ((4, 3, 2),)),
    "globalavg2d-keepdims": ("GlobalAveragePooling2D", {"keepdims": True}, ((4, 3, 2),)),
    "zeropad1d": ("ZeroPadding1D", {"padding": (2, 1)}, ((3, 2),)),
    "zeropad1d-default": ("ZeroPadding1D", {}, ((3, 2),)),
    "zeropad2d": ("ZeroPadding2D", {"padding": ((1, 0), (2, 3))}, ((3, 2, 2),)),
    "zeropad2d-pair": ("ZeroPadding2D", {"padding": (2, 1)}, ((3, 2, 2),)),
    "batchnorm": ("BatchNormalization", {}, ((3,),)),
    "batchnorm-image": ("BatchNormalization", {"momentum": 0.8, "epsilon": 0.01}, ((3, 2, 4),)),
    "batchnorm-axis": ("BatchNormalization", {"axis": 1}, ((3, 4),)),
    "batchnorm-plain": ("BatchNormalization", {"center": False, "scale": False}, ((3, 4),)),
    "batchnorm-no-scale": ("BatchNormalization", {"scale": False}, ((5,),)),
    "layernorm": ("LayerNormalization", {}, ((5,),)),
    "layernorm-steps": ("LayerNormalization", {"epsilon": 1e-6}, ((3, 4),)),
    "layernorm-axes": ("LayerNormalization", {"axis": [1, 2]}, ((3, 4),)),
    "layernorm-other-axes": ("LayerNormalization", {"axis": [3, 1]}, ((3, 2, 4),)),
    "layernorm-no-center": ("LayerNormalization", {"center": False}, ((5,),)),
    "layernorm-plain": ("LayerNormalization", {"center": False, "scale": False}, ((5,),)),
    "flatten": ("Flatten", {}, ((2, 3, 2),)),
    "reshape": ("Reshape", {"target_shape": (3, -1)}, ((2, 6),)),
    "permute": ("Permute", {"dims": (3, 1, 2)}, ((2, 3, 4),)),
    "repeat": ("RepeatVector", {"n": 3}, ((4,),)),
    "relu": ("ReLU", {}, ((6,),)),
    "relu-all": ("ReLU", {"max_value": 1.0, "negative_slope": 0.1, "threshold": 0.2}, ((6,),)),
    "leaky": ("LeakyReLU", {}, ((6,),)),
    "elu": ("ELU", {"alpha": 0.7}, ((6,),)),
    "prelu": ("PReLU", {}, ((3, 4),)),
    "prelu-shared": ("PReLU", {"shared_axes": [1, 2]}, ((3, 2, 4),)),
    "softmax": ("Softmax", {}, ((3, 4),)),
    "softmax-axis": ("Softmax", {"axis": 1}, ((3, 4),)),
    "normalization": ("Normalization", {"mean": [1.0, 2.0, 3.0], "variance": [0.5, 2.0, 4.0]}, ((2, 3),)),
    "normalization-invert": ("Normalization", {"mean": 2.0, "variance": 4.0, "invert": True, "axis": None}, ((3,),)),
    "rescaling": ("Rescaling", {"scale": 0.5, "offset": -1.0}, ((3,),)),
    "rescaling-each": ("Rescaling", {"scale": [0.5, 2.0, 1.0], "offset": [0.0, 1.0, 2.0]}, ((2, 3),)),
    "add": ("Add", {}, ((3, 2), (3, 2), (3, 2))),
    "add-broadcast": ("Add", {}, ((3, 4), (1, 4))),
    "add-rank": ("Add", {}, ((3, 4), (4,))),
    "subtract": ("Subtract", {}, ((4,), (4,))),
    "subtract-broadcast": ("Subtract", {}, ((1, 4), (3, 1))),
    "multiply": ("Multiply", {}, ((4,), (4,), (4,))),
    "multiply-broadcast": ("Multiply", {}, ((3, 4), (3, 1))),
    "average": ("Average", {}, ((4,), (4,), (4,))),
    "maximum": ("Maximum", {}, ((4,), (4,), (4,))),
    "minimum": ("Minimum", {}, ((4,), (4,), (4,))),
    "concatenate": ("Concatenate", {}, ((3, 2), (3, 4), (3, 1))),
    "concatenate-axis": ("Concatenate", {"axis": 1}, ((3, 2), (1, 2))),
    "dot": ("Dot", {"axes": 1}, ((4,), (4,))),
    "dot-cosine": ("Dot", {"axes": -1, "normalize": True}, ((4,), (4,))),
    "dot-pairs": ("Dot", {"axes": (2, 1)}, ((3, 4), (4, 2))),
    "dot-cosine-pairs": ("Dot", {"axes": 2, "normalize": True}, ((3, 4), (2, 4))),
    "dot-attention": ("Dot", {"axes": (1, 1)}, ((3, 4), (3,))),
    **{
        f"activation-{name}": ("Activation", {"activation": name}, ((6,),))
        for name in (
            "celu", "elu", "exponential", "gelu", "hard_shrink", "hard_sigmoid", "hard_silu", "hard_tanh",
            "leaky_relu", "log_sigmoid", "log_softmax", "mish", "relu6", "selu", "silu", "soft_shrink", "softplus",
            "softsign", "sparse_plus", "squareplus", "tanh_shrink",
        )
    },
}  # fmt: skip


def image_classifier(k: Any) -> Any:
    """Convolution, normalisation and pooling one behind the other."""
    layers = k.layers
    return k.Sequential([
        layers.Input((6, 6, 2)),
        layers.Conv2D(4, 3, padding="same", use_bias=False),
        layers.BatchNormalization(momentum=0.7),
        layers.ReLU(),
        layers.MaxPooling2D(2),
        layers.Conv2D(3, 2, activation="sigmoid"),
        layers.Flatten(),
        layers.Dense(3, activation="softmax"),
    ])  # fmt: skip


def series_regression(k: Any) -> Any:
    """Causal convolutions with a shortcut around them."""
    layers = k.layers
    start = k.Input((8, 3))
    x = layers.Conv1D(4, 3, padding="causal", activation="sigmoid")(start)
    y = layers.Conv1D(4, 3, padding="causal", dilation_rate=2)(x)
    x = layers.LayerNormalization()(layers.Add()([x, y]))
    return k.Model(start, layers.Dense(1)(layers.GlobalAveragePooling1D()(layers.LeakyReLU()(x))))


def twins(k: Any) -> Any:
    """One convolution shared by two images, compared by a dot product and side by side."""
    layers = k.layers
    left, right = k.Input((5, 5, 1)), k.Input((5, 5, 1))
    shared, norm = layers.Conv2D(3, 2, strides=2, activation="sigmoid"), layers.BatchNormalization()
    a, b = (layers.Flatten()(norm(shared(image))) for image in (left, right))
    cosine = layers.Dot(axes=1, normalize=True)([a, b])
    joined = layers.Concatenate()([cosine, layers.Subtract()([a, b]), layers.Multiply()([a, b])])
    return k.Model([left, right], layers.Dense(2)(joined))


MODEL_CASES = {"images": image_classifier, "series": series_regression, "twins": twins}
STEPS, RATE = 5, 0.002


def numbers(name: str) -> np.random.Generator:
    """The same random numbers for a case in both libraries."""
    return np.random.default_rng([ord(letter) for letter in name])


def case_inputs(name: str) -> list[np.ndarray]:
    _, _, shapes = LAYER_CASES[name]
    rng = numbers(name)
    return [rng.normal(size=(SAMPLES, *shape)) for shape in shapes]


def new_weights(name: str, weights: list[np.ndarray]) -> list[np.ndarray]:
    """Weights that hide nothing: no zeros, and variances above 0."""
    rng = numbers(name + "weights")
    return [
        rng.uniform(0.3, 1.3, np.shape(weight)) * rng.choice([-1, 1], np.shape(weight)) ** (np.ndim(weight) > 1)
        for weight in weights
    ]


def model_data(name: str) -> tuple[list[np.ndarray], np.ndarray]:
    rng = numbers(name + "data")
    shapes, width = {"images": ([(6, 6, 2)], 3), "series": ([(8, 3)], 1), "twins": ([(5, 5, 1)] * 2, 2)}[name]
    x = [rng.normal(size=(STEPS * SAMPLES, *shape)) for shape in shapes]
    y = rng.normal(size=(STEPS * SAMPLES, width))
    return x, (y == y.max(axis=1, keepdims=True)).astype(float) if name == "images" else y
